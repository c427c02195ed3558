"""Inputs of components whose values are outputs: what a preview shows of them, and what the state keeps of secrets."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Callable

import evalap_scaleway as scaleway

from fake import Fake
from stack import Stack, example
from typescript import TypescriptStack

TYPESCRIPT = """
import * as scaleway from "@evalap/scaleway";
const password = new scaleway.evalap.Password("generated", { length: 20 });
new scaleway.evalap.SecretStore("store", { environment: "dev", secrets: { x: password.result } });
"""


def store() -> None:
    password = scaleway.evalap.Password("generated", length=20)
    scaleway.evalap.SecretStore("store", environment="dev", secrets={"x": password.result})


def test_a_secret_store_with_an_output_as_a_value_previews_all_its_parts(stack: Callable[..., Stack], fake: Fake) -> None:
    deployed = stack(store)
    # The stack itself, the password, the component, a secret and a version.
    assert deployed.preview().changes == {"create": 5}
    deployed.up()
    (secret,) = fake.objects("secret/secret")
    assert secret["fields"]["name"] == "x"
    assert deployed.up().changed == {}
    kept = deployed.resources()["store"]["inputs"]["secrets"]
    assert "ciphertext" in json.dumps(kept), kept


def test_a_secret_store_in_typescript_previews_all_its_parts(tmp_path: Path, fake: Fake) -> None:
    source = tmp_path / "source" / "values"
    shutil.copytree(example("application-typescript"), source, ignore=shutil.ignore_patterns("*.ts", "Pulumi.*.yaml"))
    (source / "index.ts").write_text(TYPESCRIPT)
    config = json.loads((source / "tsconfig.json").read_text())
    (source / "tsconfig.json").write_text(json.dumps(config | {"files": ["index.ts"]}))
    stack = TypescriptStack(tmp_path, source, fake, name="dev", secrets={})
    assert stack.preview().changes == {"create": 5}
    stack.close()


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
