"""Every secret input of the catalog in a program with every resource type: no value is in a state, plan, checkpoint or log."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pulumi
import pytest

from documents import ROOT
from fake import PROJECT, Fake
from stack import EVERYTHING_SECRETS, Stack, example_stack
from test_secrets import ENGINE_LOG, LOUD
from test_write_only import ENGINE_LOG as CHECKED_INPUTS, show_secrets

SECRETS = "/secret-manager/v1beta1/regions/fr-par/secrets"

# Inputs whose value the state contains, because reads and deletes need it too: Check rejects a reference.
STORED = {
    ("mnq/sqsQueue:SqsQueue", "accessKey"),
    ("mnq/sqsQueue:SqsQueue", "secretKey"),
    ("mnq/snsTopic:SnsTopic", "accessKey"),
    ("mnq/snsTopic:SnsTopic", "secretKey"),
    ("mnq/snsTopicSubscription:SnsTopicSubscription", "accessKey"),
    ("mnq/snsTopicSubscription:SnsTopicSubscription", "secretKey"),
    ("object/item:Item", "sseCustomerKey"),
}

# Resources without a request to the API that contains the value: checks, and a server that is not installed in the example
# (`tests/rpc/write_only.rs` installs it).
UNSENT = {"evalap/healthCheck:HealthCheck", "evalap/loginCheck:LoginCheck", "elasticmetal/server:Server"}

# The password with which a check logs in to the database, and that of the database: by reference or write-only.
LOGIN = ("evalap/loginCheck:LoginCheck", "password")
LOGIN_OF = [("databases/instance:Instance", "password"), ("databases/instance:Instance", "passwordWo")]


def secret_inputs() -> dict[tuple[str, str], dict[str, Any]]:
    """The secret inputs of the catalog, with the write-only ones."""
    catalog = json.loads((ROOT / "schema" / "catalog.json").read_text())
    return {
        (token, name): one
        for token, resource in catalog["resources"].items()
        for name, one in resource["properties"].items()
        if one.get("secret") and one.get("input") in {"required", "optional"}
    }


INPUTS = secret_inputs()


class Secrets:
    """Replaces the secret inputs of all resources, and records which ones."""

    def __init__(self, fake: Fake, write_only: bool) -> None:
        self.fake = fake
        self.write_only = write_only
        self.values: dict[tuple[str, str], str] = {}
        self.references: dict[tuple[str, str], str] = {}
        for number, key in enumerate(INPUTS):
            # As complex as a password, and as long as the material of a key.
            self.values[key] = f"Canary{number:02}!0123456789abcdefghijkl"
        self.values[LOGIN] = self.values[LOGIN_OF[write_only]]
        for number, key in enumerate(INPUTS):
            if not INPUTS[key].get("write_only"):
                secret = fake.call("POST", SECRETS, {"name": f"secret-{number}", "project_id": PROJECT})["id"]
                data = base64.b64encode(self.values[key].encode()).decode()
                fake.call("POST", f"{SECRETS}/{secret}/versions", {"data": data})
                self.references[key] = f"scw-secret://fr-par/{secret}/1"
        self.used: set[tuple[str, str]] = set()

    def transform(self, args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        token = args.type_.removeprefix("evalap-scaleway:")
        own = {name: one for (other, name), one in INPUTS.items() if other == token and (other, name) not in STORED}
        props = dict(args.props)
        written = {one["same"]: name for name, one in own.items() if one.get("write_only")}
        for name, one in own.items():
            if one.get("write_only"):
                continue
            if self.write_only and name in written:
                props.pop(name, None)
                name = written[name]
                props[name], props[f"{name}Version"] = self.values[token, name], 1
            elif one["kind"] == "string":
                props[name] = self.references[token, name]
            else:
                props[name] = {"KEY": self.references[token, name]}
            self.used.add((token, name))
        return pulumi.ResourceTransformResult(props=props, opts=args.opts)

    def found(self, text: str) -> set[tuple[str, str]]:
        """The inputs whose values are in a string: plain, URL-encoded, or as base64 at any position."""
        return {key for key, value in self.values.items() if any(form in text for form in forms(value))}


def forms(value: str) -> list[str]:
    shifted = [base64.b64encode((" " * before + value).encode()).decode() for before in range(3)]
    # Without the characters that depend on the bytes before and after it.
    parts = [text[-(-8 * before // 6) : 8 * (before + len(value)) // 6] for before, text in enumerate(shifted)]
    return [value, quote(value, safe=""), *parts]


def everything(directory: Path, fake: Fake, secrets: Secrets) -> Stack:
    deployed = example_stack(directory, fake, of="everything", project="everything", secrets=EVERYTHING_SECRETS)
    example = deployed.program
    assert example is not None

    def program() -> None:
        pulumi.runtime.register_resource_transform(secrets.transform)
        example()

    deployed.program = program
    return deployed


@pytest.mark.parametrize("write_only", [False, True], ids=["references", "write-only"])
def test_no_value_of_a_secret_input_is_stored_or_logged(
    write_only: bool, tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = Secrets(fake, write_only)
    deployed = everything(tmp_path, fake, secrets)
    earlier = len(fake.requests())
    plan = tmp_path / "plan.json"
    with monkeypatch.context() as patched:
        show_secrets(deployed, patched)
        logs = [deployed.preview(plan=str(plan), **LOUD).output]
    files = {"plan": plan.read_text()}
    logs += [deployed.up(plan=str(plan), **LOUD).output, deployed.refresh(**LOUD).output]
    assert deployed.up().changed == {}

    replaced = {(token, one["same"]) for (token, _), one in INPUTS.items() if one.get("write_only")}
    written = {key for key, one in INPUTS.items() if one.get("write_only")}
    expected = set(INPUTS) - STORED - (replaced if write_only else written)
    assert secrets.used == expected, "the example has each resource with a secret input"
    bodies = json.dumps([request["body"] for request in fake.requests()[earlier:]])
    assert secrets.found(bodies) >= {key for key in expected if key[0] not in UNSENT}

    files["state"] = json.dumps(deployed.automation.export_stack().deployment)
    files["checkpoints"] = "".join(path.read_text() for path in deployed.backend.rglob("*.json*"))
    logs.append(deployed.destroy(**LOUD).output)
    files["log"] = "\n".join(line for log in logs for line in log.splitlines() if not is_of_the_engine(line))
    for name, content in files.items():
        assert secrets.found(content) == set(), name


def is_of_the_engine(line: str) -> bool:
    """Whether Pulumi's engine prints what it gets from the program, before the plugin."""
    return bool(ENGINE_LOG.search(line)) or any(part in line for part in (*CHECKED_INPUTS, '"msg":"Transform: props='))
