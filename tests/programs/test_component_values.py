"""Inputs of components that are outputs: unknown in a preview, and secret in the state."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import Fake
from stack import Failed, Stack, example
from typescript import TypescriptStack

TYPESCRIPT = """
import * as pulumi from "@pulumi/pulumi";
import * as scaleway from "@evalap/scaleway";
const password = new scaleway.evalap.Password("generated", { length: 20 });
new scaleway.evalap.SecretStore("store", { environment: "dev", secrets: { x: password.result } });
new scaleway.evalap.SecretStore("whole", { environment: "dev", secrets: pulumi.secret({ y: "hidden" }) });
"""


def store() -> None:
    password = scaleway.evalap.Password("generated", length=20)
    scaleway.evalap.SecretStore("store", environment="dev", secrets={"x": password.result})


def test_secret_store_with_an_output_as_value_previews_all_its_parts(stack: Callable[..., Stack], fake: Fake) -> None:
    deployed = stack(store)
    # The stack, the password, the component, a secret and a version.
    assert deployed.preview().changes == {"create": 5}
    deployed.up()
    (secret,) = fake.objects("secret/secret")
    assert secret["fields"]["name"] == "x"
    assert deployed.up().changed == {}
    kept = deployed.resources()["store"]["inputs"]["secrets"]
    assert "ciphertext" in json.dumps(kept), kept


def test_secret_store_in_typescript_previews_all_its_parts(tmp_path: Path, fake: Fake) -> None:
    source = tmp_path / "source" / "values"
    shutil.copytree(example("application-typescript"), source, ignore=shutil.ignore_patterns("*.ts", "Pulumi.*.yaml"))
    (source / "index.ts").write_text(TYPESCRIPT)
    config = json.loads((source / "tsconfig.json").read_text())
    (source / "tsconfig.json").write_text(json.dumps(config | {"files": ["index.ts"]}))
    stack = TypescriptStack(tmp_path, source, fake, name="dev", secrets={})
    # The stack, the password, two components, each with a secret and a version.
    assert stack.preview().changes == {"create": 8}
    stack.close()


def unknown(value: Any) -> Any:
    """An output that is unknown in the preview of a new stack, and has this value in the update."""
    return scaleway.evalap.Password("generated", length=20).result.apply(lambda _: value)


def whole_secrets() -> None:
    scaleway.evalap.SecretStore("store", environment="dev", secrets=pulumi.Output.secret({"x": "canary-of-x"}))
    scaleway.evalap.Application(
        "shop",
        environment="dev",
        services=pulumi.Output.secret([{"name": "api", "image": "rg.example/api:1"}]),
        access=pulumi.Output.secret({"registry": "read"}),
        secrets=pulumi.Output.secret({"model-key": "canary-of-model"}),
        with_database=False,
        with_monitoring=False,
    )


def test_map_or_list_in_one_secret_output_previews_all_its_parts(stack: Callable[..., Stack]) -> None:
    deployed = stack(whole_secrets)
    previewed = deployed.preview()
    assert deployed.up().operations.keys() == previewed.operations.keys()
    assert "evalap/serverlessContainer:ServerlessContainer shop-service-api" in previewed.operations
    assert "canary-of-" not in json.dumps(deployed.state())


def test_unknown_map_is_rejected_with_a_hint_how_to_set_its_keys(stack: Callable[..., Stack]) -> None:
    program = lambda: scaleway.evalap.SecretStore("store", environment="dev", secrets=unknown({"x": "hidden"}))
    with pytest.raises(Failed, match="property secrets .*keys that are known in a preview.*pass a map whose values are outputs"):
        stack(program).preview()


def network(*blocks: str) -> None:
    later = unknown(None).apply
    scaleway.evalap.PrivateNetwork(
        "net",
        environment="dev",
        cidr=later(lambda _: "10.50.0.0/16"),
        subnets=[{"name": f"s{index}", "cidr": later(lambda _, block=block: block)} for index, block in enumerate(blocks)],
        with_gateway=True,
        gateway={"bastion": later(lambda _: True), "bastion_allowed_addresses": ["203.0.113.7/32"]},
        acl_rules=[later(lambda _: {"source": "s0", "destination": "s1"})],
    )
    scaleway.evalap.ServiceIdentity(
        "identity",
        environment="dev",
        access={"registry": later(lambda _: "read")},
        organization_wide=later(lambda _: False),
    )
    scaleway.evalap.ObjectStorage(
        "files",
        environment="dev",
        cors_rules=later(lambda _: [{"allowed_origins": ["https://example.org"], "allowed_methods": ["GET"]}]),
        lock={"mode": "GOVERNANCE", "days": later(lambda _: 3)},
    )


def test_inputs_that_only_set_values_may_be_unknown_in_a_preview(stack: Callable[..., Stack], fake: Fake) -> None:
    deployed = stack(lambda: network("10.50.0.0/24", "10.50.1.0/24"))
    previewed = deployed.preview()
    assert deployed.up().operations.keys() == previewed.operations.keys()
    assert deployed.up().changed == {}
    rules = deployed.resources()["net-acl"]["outputs"]["rules"]
    assert "ciphertext" in json.dumps(rules), "the rules are derived from a secret"


def test_overlapping_blocks_that_are_unknown_in_the_preview_are_rejected_by_the_update(stack: Callable[..., Stack]) -> None:
    deployed = stack(lambda: network("10.50.0.0/24", "10.50.0.128/25"))
    deployed.preview()
    with pytest.raises(Failed, match=r"subnets\[1\].cidr.*overlaps with 10.50.0.0/24"):
        deployed.up()


def overridden() -> None:
    scaleway.evalap.Database(
        "data",
        environment="dev",
        allowed_addresses=["203.0.113.7/32"],
        overrides={
            "user": {"password": "Canary-of-user-1!"},
            "instance": {"password": "Canary-of-instance-1!"},
            "version": {"data": "canary-of-version"},
        },
    )
    scaleway.evalap.ServerlessContainer(
        "web",
        environment="dev",
        image="nginx:1.29",
        overrides={"container": {"secretEnvironmentVariables": {"TOKEN": "canary-of-container"}}},
    )


def test_secrets_in_overrides_are_encrypted_in_the_state(stack: Callable[..., Stack]) -> None:
    deployed = stack(overridden)
    deployed.up()
    state = json.dumps(deployed.state())
    assert "anary-of-" not in state
