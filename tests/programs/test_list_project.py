"""`list-project`: the plugin lists a whole project, the CLI imports it, and nothing is changed after that."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import evalap_scaleway as scaleway
import pulumi

from fake import Fake
from stack import Stack

PASSWORD = "Canary-1234!"

# A large project.
OBJECTS = 40


def test_project_is_imported_as_a_whole(tmp_path: Path, fake: Fake) -> None:
    other_stack = Stack(tmp_path / "other_stack", objects_outside_of_pulumi, fake)
    other_stack.up()
    listed = list_project(fake)
    assert listed.returncode == 0, listed.stderr
    entries = json.loads(listed.stdout)["resources"]
    assert len(entries) >= OBJECTS, listed.stderr
    assert len({entry["name"] for entry in entries}) == len(entries)
    assert fake.new_calls().writes == [], "listing changes nothing"

    taken: dict[str, Any] = {}
    stack = Stack(tmp_path / "taker", lambda: declare(taken), fake)
    exported = other_stack.automation.export_stack()
    exported.deployment["resources"] = imported(exported.deployment["resources"], entries)
    stack.automation.import_stack(exported)
    stack.refresh()
    assert stack.resources().keys() == {entry["name"] for entry in entries}
    taken.update(stack.resources())
    again = stack.up()
    assert again.changed == {}, again.differences
    assert again.calls.writes == [], "the objects are unchanged"
    refresh = stack.refresh()
    assert refresh.changed == {}, refresh.differences


def test_excluded_types_are_not_listed(tmp_path: Path, fake: Fake) -> None:
    Stack(tmp_path / "other_stack", parts_of_others, fake).up()
    listed = list_project(fake, "--organization")
    assert listed.returncode == 0, listed.stderr
    types = {entry["type"].split(":")[-1] for entry in json.loads(listed.stdout)["resources"]}
    assert {"Bucket", "Group", "PublicGatewayIp"} <= types
    excluded = {"Item", "BucketAcl", "GroupMembership", "PublicGatewayIpReverseDns"}
    assert not types & excluded


def test_missing_permissions_of_the_key_are_reported(fake: Fake) -> None:
    denied = {"type": "permissions_denied", "message": "insufficient permissions", "details": []}
    fake.fault({"status": {"code": 403, "body": denied}}, path="/registry/*", times=9)
    listed = list_project(fake)
    assert listed.returncode == 3
    assert "registry" in listed.stderr, listed.stderr
    assert json.loads(listed.stdout)["resources"] is not None


def test_missing_project_is_an_error(fake: Fake) -> None:
    listed = list_project(fake, without=["SCW_DEFAULT_PROJECT_ID"])
    assert listed.returncode == 1
    assert listed.stdout == ""
    assert "--project" in listed.stderr


def list_project(fake: Fake, *arguments: str, without: list[str] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the command as a user does."""
    environment = {**os.environ, **fake.environment}
    for name in without or []:
        environment.pop(name, None)
    return subprocess.run(
        ["pulumi-resource-evalap-scaleway", "list-project", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )


def imported(deployed: list[dict[str, Any]], entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A state that contains only IDs. The first refresh reads the rest, as an import with the CLI does.

    `pulumi import` needs the language host of the program, which the tests do not have.
    """
    kept = [resource for resource in deployed if not resource["type"].startswith("evalap-scaleway:")]
    stack = next(resource["urn"] for resource in kept if resource["type"] == "pulumi:pulumi:Stack")
    prefix = stack.rsplit("::", 2)[0]
    provider = next(resource for resource in kept if resource["type"] == "pulumi:providers:evalap-scaleway")
    return kept + [
        {
            "urn": f"{prefix}::{entry['type']}::{entry['name']}",
            "custom": True,
            "id": entry["id"],
            "type": entry["type"],
            "parent": stack,
            "provider": f"{provider['urn']}::{provider['id']}",
        }
        for entry in entries
    ]


def declare(resources: dict[str, Any]) -> None:
    """The program that an import generates: each resource with the inputs that were read."""
    for name, resource in resources.items():
        inputs = {key: value for key, value in resource["inputs"].items() if not key.startswith("__")}
        pulumi.CustomResource(resource["type"], name, inputs)


def objects_outside_of_pulumi() -> None:
    """Objects that were created outside of Pulumi."""
    vpc = scaleway.network.Vpc("main")
    networks = [scaleway.network.PrivateNetwork(f"network-{number}", vpc_id=vpc.id) for number in range(3)]
    for number in range(8):
        scaleway.registry.Namespace(f"images-{number}", name=f"images-{number}")
    for number in range(6):
        secret = scaleway.secrets.Secret(f"secret-{number}", name=f"secret-{number}")
        scaleway.secrets.Version(f"value-{number}", secret_id=secret.id, data=f"canary-{number}")
    for number in range(2):
        namespace = scaleway.containers.Namespace(f"apps-{number}", name=f"apps-{number}")
        for name in ("api", "worker"):
            scaleway.containers.Container(f"{name}-{number}", name=name, namespace_id=namespace.id, image="nginx:1")
    instance = scaleway.databases.Instance(
        "database",
        node_type="DB-DEV-S",
        engine="PostgreSQL-15",
        user_name="owner",
        password=PASSWORD,
        private_network={"pn_id": networks[0].id, "enable_ipam": True},
    )
    for name in ("app", "jobs", "audit"):
        scaleway.databases.Database(name, name=name, instance_id=instance.id)
        scaleway.databases.User(f"{name}-user", name=name, instance_id=instance.id, password=PASSWORD)
    scaleway.databases.Acl("access", instance_id=instance.id, acl_rules=[{"ip": "10.0.0.0/8"}])
    scaleway.observability.Source("metrics", type="metrics", retention_days=31)
    scaleway.observability.Token("grafana")
    scaleway.network.PublicGatewayIp("address")
    scaleway.functions.Namespace("functions")


def parts_of_others() -> None:
    """Objects that are parts of another resource, and not in the list of a project."""
    bucket = scaleway.object.Bucket("bucket", name="holds-much")
    scaleway.object.BucketAcl("acl", bucket=bucket.id, acl="public-read")
    scaleway.object.Item("object", bucket=bucket.id, key="one.txt", content="one")
    application = scaleway.iam.Application("worker", name="worker")
    group = scaleway.iam.Group("group", name="workers", external_membership=True)
    scaleway.iam.GroupMembership("member", group_id=group.id, application_id=application.id)
    address = scaleway.network.PublicGatewayIp("address")
    scaleway.network.PublicGatewayIpReverseDns("reverse", gateway_ip_id=address.id, reverse="gateway.example.org")
