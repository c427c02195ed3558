"""Options of a component and `overrides` apply to its parts, for every component.

A table contains for each component the inputs that create all its parts, and a property of each part to override. A
component without an entry fails the tests.
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

# The owner of the organization of the fake, to whom its API keys belong.
OWNER = "5ca1e3a7-fa4e-4000-8000-0000000000aa"

OVERRIDDEN = "options_of by the program"


@dataclass
class Entry:
    """The inputs that create a component with all its parts, and the overrides. An input may be a function that returns it.

    Parts that exclude each other need two entries; the second one has the component's name and a suffix.
    """

    overrides: Mapping[str, Mapping[str, Any]]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    # Objects that the component needs: bodies of create requests, by path.
    prerequisites: Mapping[str, Any] = field(default_factory=dict)


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
            "registry": {"description": OVERRIDDEN},
            "database": {"volumeSizeInGb": 15},
            "storage": {"oldVersionsExpireAfterDays": 33},
            "secrets": {"path": "/overridden"},
            "identity": {"keyExpiresAt": "2035-01-01T00:00:00Z"},
            "monitoring": {"logsRetentionDays": 8},
            "service": {"port": 9090},
        },
    ),
    "BlueGreenDeployment": Entry(
        prerequisites={"/domain/v2beta1/dns-zones": {"domain": "example.org", "subdomain": "shop"}},
        inputs={
            "active": "blue",
            "blue": {"image": "web:1"},
            "green": {"image": "web:1"},
            "hostname": "www.shop.example.org",
            "dns_zone": "shop.example.org",
        },
        overrides={
            "namespace": {"description": OVERRIDDEN},
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
            "acl": {"aclRules": [{"ip": "198.51.100.0/24", "description": OVERRIDDEN}]},
            "database": {"name": "other"},
            "user": {"isAdmin": True},
            "privilege": {"permission": "readonly"},
            "replica": {"sameZone": True},
            "secret": {"description": OVERRIDDEN},
            "version": {"description": OVERRIDDEN},
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
            "exporter": {"description": OVERRIDDEN},
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
            "gatewayIp": {"tags": ["overridden"]},
            "gateway": {"enableSmtp": True},
            "gatewayNetwork": {"enableMasquerade": False},
        },
    ),
    "RotatedCredential": Entry(
        inputs={"application_id": lambda: scaleway.iam.Application("app").id},
        overrides={
            "rotation": {"maxAgeDays": 60},
            "apiKey": {"description": OVERRIDDEN},
            "check": {"intervalSeconds": 1},
            "secret": {"description": OVERRIDDEN},
            "version": {"description": OVERRIDDEN},
        },
    ),
    "RotatedCredential of a database": Entry(
        inputs={"database": lambda: database_for_rotation()},
        overrides={
            "rotation": {"maxAgeDays": 60},
            "password": {"length": 40},
            "user": {"isAdmin": True},
            "privilege": {"permission": "all"},
            "login": {"intervalSeconds": 1},
            "secret": {"description": OVERRIDDEN},
            "version": {"description": OVERRIDDEN},
        },
    ),
    "SecretStore": Entry(
        inputs={"secrets": {"model-key": "canary"}},
        overrides={"secret": {"description": OVERRIDDEN}, "version": {"description": OVERRIDDEN}},
    ),
    "ServerlessContainer": Entry(
        inputs={
            "image": "nginx:1.29",
            "hostname": "api.example.org",
            "schedules": [{"name": "nightly", "schedule": "0 4 * * *"}],
        },
        overrides={
            "namespace": {"description": OVERRIDDEN},
            "container": {"description": OVERRIDDEN},
            "domain": {"hostname": "other.example.org"},
            "trigger": {"description": OVERRIDDEN},
        },
    ),
    "ServiceIdentity": Entry(
        inputs={"access": {"registry": "read"}, "with_api_key": True},
        overrides={
            "application": {"description": OVERRIDDEN},
            "policy": {"description": OVERRIDDEN},
            "apiKey": {"description": OVERRIDDEN},
            "secret": {"description": OVERRIDDEN},
            "version": {"description": OVERRIDDEN},
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


class ParentComponent(pulumi.ComponentResource):
    """A component of the program that is the parent of others."""

    def __init__(self, name: str) -> None:
        super().__init__("tests:index:ParentComponent", name)


def test_every_component_and_every_part_has_an_entry() -> None:
    assert {kind_of(entry) for entry in ENTRIES} == set(KINDS)
    for kind, token in KINDS.items():
        parts = set(CATALOG["components"][token]["parts"])
        entries = [entry for name, entry in ENTRIES.items() if kind_of(name) == kind]
        assert {part for entry in entries for part in entry.overrides} == parts, kind


@pytest.mark.parametrize("kind", sorted(ENTRIES))
def test_options_and_overrides_apply_to_parts(kind: str, stack: Make, fake: Fake) -> None:
    entry, seen = ENTRIES[kind], set()
    for path, body in entry.prerequisites.items():
        fake.call("POST", path, body)
    before = fake.existing()

    def change(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        seen.add(args.type_)
        tags = args.props.get("tags")
        if not isinstance(tags, list):
            return None
        return pulumi.ResourceTransformResult(props={**args.props, "tags": [*tags, "transformed"]}, opts=args.opts)

    options_of: dict[str, Any] = {"name": "it", "protect": True, "retain_on_delete": True, "anchored": True, "aliases": []}

    def program() -> None:
        other = scaleway.Provider("other", region="nl-ams", zone="nl-ams-1")
        anchor = scaleway.registry.Namespace("anchor")
        options = pulumi.ResourceOptions(
            parent=ParentComponent("above"),
            providers=[other],
            protect=options_of["protect"],
            retain_on_delete=options_of["retain_on_delete"],
            deleted_with=anchor if options_of["anchored"] else None,
            aliases=options_of["aliases"],
            transforms=[change],
        )
        inputs = {"environment": "dev", "name": "evalap", "project_id": PROJECT}
        inputs |= {name: given() if callable(given) else given for name, given in entry.inputs.items()}
        getattr(scaleway.evalap, kind_of(kind))(options_of["name"], **inputs, overrides=dict(entry.overrides), opts=options)

    deployed = stack(program)
    deployed.up()
    parts = descendants(deployed, "it")
    assert {part["type"] for part in parts} <= seen, "transforms are called for every part"
    own = by_part(deployed, "it")
    assert set(own) == set(entry.overrides), "every part is created"
    for part, found in own.items():
        for resource in found:
            assert contains(resource["inputs"], entry.overrides[part]), (resource["urn"], resource["inputs"])
    for part in parts:
        where = part["urn"]
        if isinstance(part["inputs"].get("tags"), list) and part.get("custom"):
            assert "transformed" in part["inputs"]["tags"], where
        if part.get("custom"):
            assert "::other::" in part["provider"], where
            assert part.get("retainOnDelete") is True, where
            assert part.get("deletedWith"), where
        assert part.get("protect") is True, where
    assert deployed.resources()["it"]["parent"].endswith("tests:index:ParentComponent::above")

    again = deployed.up()
    assert again.changed == {}, again.differences
    refresh = deployed.refresh()
    assert refresh.changed == {}, refresh.differences

    ids = sorted(part["id"] for part in parts if part.get("custom"))
    alias = pulumi.Alias(name="it")
    options_of |= {"name": "new", "protect": False, "retain_on_delete": False, "anchored": False, "aliases": [alias]}
    renamed = deployed.up()
    replaced = {key: done for key, done in renamed.changed.items() if set(done) - {"update", "same"}}
    assert replaced == {}, "a renamed component keeps its parts"
    assert sorted(part["id"] for part in descendants(deployed, "new") if part.get("custom")) == ids
    deployed.destroy()
    assert fake.existing() == before


def kind_of(entry: str) -> str:
    """The component of an entry."""
    return entry.split()[0]


def database_for_rotation() -> dict[str, Any]:
    """A database for the rotation of its login."""
    instance = scaleway.databases.Instance(
        "data", engine="PostgreSQL-16", node_type="DB-DEV-S", user_name="admin", password="Made-up-canary-1"
    )
    database = scaleway.databases.Database("app", instance_id=instance.id, name="app")
    return {"instance_id": instance.id, "name": database.name, "host": "10.0.0.2", "port": 5432}


def descendants(deployed: Stack, name: str) -> list[dict[str, Any]]:
    """All descendants of the component with this name."""
    resources = deployed.resources()
    found, parents = [], {resources[name]["urn"]}
    while parents:
        inner = [resource for resource in resources.values() if resource.get("parent") in parents]
        found += inner
        parents = {resource["urn"] for resource in inner}
    assert found
    return found


def by_part(deployed: Stack, name: str) -> dict[str, list[dict[str, Any]]]:
    """The parts of a component by their names in `overrides`."""
    resources = deployed.resources()
    whole = resources[name]["urn"]
    found: dict[str, list[dict[str, Any]]] = {}
    for child, resource in resources.items():
        if resource.get("parent") == whole:
            found.setdefault(child.split("-")[1], []).append(resource)
    return found


def contains(inputs: Any, expected: Any) -> bool:
    """Whether the inputs contain the expected ones; lists of tags may contain more."""
    if isinstance(expected, Mapping):
        return all(contains(inputs.get(name), value) for name, value in expected.items())
    if isinstance(expected, list) and all(isinstance(one, str) for one in expected):
        return set(expected) <= set(inputs)
    if isinstance(expected, list):
        return len(inputs) == len(expected) and all(map(contains, inputs, expected))
    return bool(inputs == expected)
