"""What a program says of a component as a whole reaches its parts, for every component there is.

One table says how to make each with all its parts, and a property of each part to override. A component that is not in it
fails the tests.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Mapping

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import PROJECT, Fake
from stack import Stack

Make = Callable[..., Stack]

CATALOG = json.loads((Path(__file__).parents[2] / "schema" / "catalog.json").read_text())
KINDS = {token.rsplit(":", 1)[1]: token for token in CATALOG["components"]}

# The owner of the fake's organization, to whom its keys belong.
OWNER = "5ca1e3a7-fa4e-4000-8000-0000000000aa"

SAID = "said by the program"


@dataclass
class Entry:
    """How to make a component with all its parts, and what to set in each of them. An input may be a function that makes it.

    Parts that exclude each other take two entries, the second one under the component's name and a word more.
    """

    overrides: Mapping[str, Mapping[str, Any]]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    # What it is put into and does not make itself: calls of the API, by their paths.
    there: Mapping[str, Any] = field(default_factory=dict)


OTHER_POLICY = json.dumps(
    {
        "Version": "2023-04-17",
        "Statement": [
            {"Sid": "Ours", "Effect": "Allow", "Principal": {"SCW": f"user_id:{OWNER}"}, "Action": "*", "Resource": "*"}
        ],
    }
)

ENTRIES = {
    "Application": Entry(
        inputs={
            "services": [{"name": "api", "image": "nginx:1.29"}],
            "secrets": {"model-key": "canary"},
            "access": {"secrets": "read"},
            "with_storage": True,
        },
        overrides={
            "network": {"aclDefaultPolicy": "accept"},
            "registry": {"description": SAID},
            "database": {"volumeSizeInGb": 15},
            "storage": {"oldVersionsExpireAfterDays": 33},
            "secrets": {"path": "/said"},
            "identity": {"keyExpiresAt": "2035-01-01T00:00:00Z"},
            "monitoring": {"logsRetentionDays": 8},
            "service": {"port": 9090},
        },
    ),
    "BlueGreenDeployment": Entry(
        there={"/domain/v2beta1/dns-zones": {"domain": "example.org", "subdomain": "shop"}},
        inputs={
            "active": "blue",
            "blue": {"image": "web:1"},
            "green": {"image": "web:1"},
            "hostname": "www.shop.example.org",
            "dns_zone": "shop.example.org",
        },
        overrides={
            "namespace": {"description": SAID},
            "blue": {"port": 9090},
            "green": {"port": 9091},
            "health": {"contains": "evalap-blue"},
            "router": {"timeout": 60},
            "record": {"ttl": 600},
            "domain": {"hostname": "www.shop.example.org"},
        },
    ),
    "ContainerRegistry": Entry(overrides={"namespace": {"isPublic": True}}),
    "Database": Entry(
        inputs={"allowed_addresses": ["203.0.113.7/32"], "read_replica": True},
        overrides={
            "adminPassword": {"length": 40},
            "password": {"length": 41},
            "instance": {"nodeType": "DB-DEV-M"},
            "acl": {"aclRules": [{"ip": "198.51.100.0/24", "description": SAID}]},
            "database": {"name": "other"},
            "user": {"isAdmin": True},
            "privilege": {"permission": "readonly"},
            "replica": {"sameZone": True},
            "secret": {"description": SAID},
            "version": {"description": SAID},
        },
    ),
    "Monitoring": Entry(
        inputs={
            "contact_points": ["ops@example.org"],
            "export": {"otlp_endpoint": "https://otlp.example.org", "sources": ["logs"]},
        },
        overrides={
            "metrics": {"retentionDays": 33},
            "logs": {"retentionDays": 8},
            "traces": {"retentionDays": 9},
            "token": {"name": "other"},
            "alertManager": {"contactPoints": [{"email": "others@example.org"}]},
            "exporter": {"description": SAID},
        },
    ),
    "ObjectStorage": Entry(
        inputs={"lock": {"mode": "GOVERNANCE", "days": 1}, "access": [{"user_id": OWNER, "level": "full"}]},
        overrides={
            "bucket": {"forceDestroy": True},
            "encryption": {
                "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}, "bucketKeyEnabled": True}]
            },
            "lock": {"rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": 2}}},
            "policy": {"policy": OTHER_POLICY},
        },
    ),
    "PrivateNetwork": Entry(
        inputs={"with_gateway": True, "acl_rules": [{"source": "main"}]},
        overrides={
            "vpc": {"name": "other"},
            "network": {"name": "other"},
            "acl": {"defaultPolicy": "accept"},
            "gatewayIp": {"tags": ["said"]},
            "gateway": {"enableSmtp": True},
            "gatewayNetwork": {"enableMasquerade": False},
        },
    ),
    "RotatedCredential": Entry(
        inputs={"application_id": lambda: scaleway.iam.Application("app").id},
        overrides={
            "rotation": {"maxAgeDays": 60},
            "apiKey": {"description": SAID},
            "check": {"intervalSeconds": 1},
            "secret": {"description": SAID},
            "version": {"description": SAID},
        },
    ),
    "RotatedCredential of a database": Entry(
        inputs={"database": lambda: a_database()},
        overrides={
            "rotation": {"maxAgeDays": 60},
            "password": {"length": 40},
            "user": {"isAdmin": True},
            "privilege": {"permission": "all"},
            "login": {"intervalSeconds": 1},
            "secret": {"description": SAID},
            "version": {"description": SAID},
        },
    ),
    "SecretStore": Entry(
        inputs={"secrets": {"model-key": "canary"}},
        overrides={"secret": {"description": SAID}, "version": {"description": SAID}},
    ),
    "ServerlessContainer": Entry(
        inputs={
            "image": "nginx:1.29",
            "hostname": "api.example.org",
            "schedules": [{"name": "nightly", "schedule": "0 4 * * *"}],
        },
        overrides={
            "namespace": {"description": SAID},
            "container": {"description": SAID},
            "domain": {"hostname": "other.example.org"},
            "trigger": {"description": SAID},
        },
    ),
    "ServiceIdentity": Entry(
        inputs={"access": {"registry": "read"}, "with_api_key": True},
        overrides={
            "application": {"description": SAID},
            "policy": {"description": SAID},
            "apiKey": {"description": SAID},
            "secret": {"description": SAID},
            "version": {"description": SAID},
        },
    ),
    "StateBackend": Entry(
        inputs={
            "owners": [{"user_id": OWNER}],
            "with_database": True,
            "database": {"allowed_addresses": ["203.0.113.7/32"]},
        },
        overrides={
            "identity": {"keyExpiresAt": "2035-01-01T00:00:00Z"},
            "storage": {"forceDestroy": True},
            "database": {"volumeSizeInGb": 15},
        },
    ),
}


class Above(pulumi.ComponentResource):
    """A component of the program itself, which others stand below."""

    def __init__(self, name: str) -> None:
        super().__init__("tests:index:Above", name)


def test_every_component_and_every_part_is_here() -> None:
    assert {kind_of(entry) for entry in ENTRIES} == set(KINDS)
    for kind, token in KINDS.items():
        parts = set(CATALOG["components"][token]["parts"])
        entries = [entry for name, entry in ENTRIES.items() if kind_of(name) == kind]
        assert {part for entry in entries for part in entry.overrides} == parts, kind


@pytest.mark.parametrize("kind", sorted(ENTRIES))
def test_what_is_said_of_a_component_reaches_its_parts(kind: str, stack: Make, fake: Fake) -> None:
    entry, seen = ENTRIES[kind], set()
    for path, body in entry.there.items():
        fake.call("POST", path, body)
    before = fake.existing()

    def change(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        seen.add(args.type_)
        tags = args.props.get("tags")
        if not isinstance(tags, list):
            return None
        return pulumi.ResourceTransformResult(props={**args.props, "tags": [*tags, "transformed"]}, opts=args.opts)

    said: dict[str, Any] = {"name": "it", "protect": True, "retain_on_delete": True, "anchored": True, "aliases": []}

    def program() -> None:
        other = scaleway.Provider("other", region="nl-ams", zone="nl-ams-1")
        anchor = scaleway.registry.Namespace("anchor")
        options = pulumi.ResourceOptions(
            parent=Above("above"),
            providers=[other],
            protect=said["protect"],
            retain_on_delete=said["retain_on_delete"],
            deleted_with=anchor if said["anchored"] else None,
            aliases=said["aliases"],
            transforms=[change],
        )
        inputs = {"environment": "dev", "name": "evalap", "project_id": PROJECT}
        inputs |= {name: given() if callable(given) else given for name, given in entry.inputs.items()}
        getattr(scaleway.evalap, kind_of(kind))(said["name"], **inputs, overrides=dict(entry.overrides), opts=options)

    made = stack(program)
    made.up()
    parts = below(made, "it")
    assert {part["type"] for part in parts} <= seen, "transforms see every part"
    own = by_part(made, "it")
    assert set(own) == set(entry.overrides), "every part is made"
    for part, found in own.items():
        for resource in found:
            assert says(resource["inputs"], entry.overrides[part]), (resource["urn"], resource["inputs"])
    for part in parts:
        where = part["urn"]
        if isinstance(part["inputs"].get("tags"), list) and part.get("custom"):
            assert "transformed" in part["inputs"]["tags"], where
        if part.get("custom"):
            assert "::other::" in part["provider"], where
            assert part.get("retainOnDelete") is True, where
            assert part.get("deletedWith"), where
        assert part.get("protect") is True, where
    assert made.resources()["it"]["parent"].endswith("tests:index:Above::above")

    again = made.up()
    assert again.changed == {}, again.differences
    refresh = made.refresh()
    assert refresh.changed == {}, refresh.differences

    ids = sorted(part["id"] for part in parts if part.get("custom"))
    alias = pulumi.Alias(name="it")
    said |= {"name": "new", "protect": False, "retain_on_delete": False, "anchored": False, "aliases": [alias]}
    renamed = made.up()
    remade = {key: done for key, done in renamed.changed.items() if set(done) - {"update", "same"}}
    assert remade == {}, "a component that got another name keeps its parts"
    assert sorted(part["id"] for part in below(made, "new") if part.get("custom")) == ids
    made.destroy()
    assert fake.existing() == before


def kind_of(entry: str) -> str:
    """The component that an entry makes."""
    return entry.split()[0]


def a_database() -> dict[str, Any]:
    """What a login at a database of its own is rotated at."""
    instance = scaleway.databases.Instance(
        "data", engine="PostgreSQL-16", node_type="DB-DEV-S", user_name="admin", password="Made-up-canary-1"
    )
    database = scaleway.databases.Database("app", instance_id=instance.id, name="app")
    return {"instance_id": instance.id, "name": database.name, "host": "10.0.0.2", "port": 5432}


def below(made: Stack, name: str) -> list[dict[str, Any]]:
    """Everything that the component of this name is made of, at any depth."""
    resources = made.resources()
    found, parents = [], {resources[name]["urn"]}
    while parents:
        inner = [resource for resource in resources.values() if resource.get("parent") in parents]
        found += inner
        parents = {resource["urn"] for resource in inner}
    assert found
    return found


def by_part(made: Stack, name: str) -> dict[str, list[dict[str, Any]]]:
    """The parts of a component by what it calls them."""
    resources = made.resources()
    whole = resources[name]["urn"]
    found: dict[str, list[dict[str, Any]]] = {}
    for child, resource in resources.items():
        if resource.get("parent") == whole:
            found.setdefault(child.split("-")[1], []).append(resource)
    return found


def says(inputs: Any, expected: Any) -> bool:
    """Whether what was set is there; lists of tags may have grown."""
    if isinstance(expected, Mapping):
        return all(says(inputs.get(name), value) for name, value in expected.items())
    if isinstance(expected, list) and all(isinstance(one, str) for one in expected):
        return set(expected) <= set(inputs)
    if isinstance(expected, list):
        return len(inputs) == len(expected) and all(map(says, inputs, expected))
    return bool(inputs == expected)
