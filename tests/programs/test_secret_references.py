"""References to secrets: values reach Scaleway from Secret Manager, and are in no program, state, plan or log."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import PROJECT, Fake
from stack import Failed, Stack, example_stack
from test_secrets import ENGINE_LOG, LOUD

# The values of the revisions 1 and 2 of the secret. They contain characters that a connection string escapes.
VALUES = ["Canary-first/7501!", "Canary-second/7502!"]
ENCODED = ["Canary%2Dfirst%2F7501%21", "Canary%2Dsecond%2F7502%21"]

SECRETS = "/secret-manager/v1beta1/regions/fr-par/secrets"


def add_revision(fake: Fake, secret: str, value: str) -> None:
    """Adds a version to a secret, as another user of the account."""
    data = base64.b64encode(value.encode()).decode()
    fake.call("POST", f"{SECRETS}/{secret}/versions", {"data": data})


def new_secret(fake: Fake) -> str:
    """Creates a secret with one version. Returns its ID."""
    secret = fake.call("POST", SECRETS, {"name": "shared", "project_id": PROJECT})["id"]
    add_revision(fake, secret, VALUES[0])
    return secret


class Program:
    """Secret inputs of resources and of a component, all by reference."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.revision = 1

    def __call__(self) -> None:
        reference = f"scw-secret://fr-par/{self.secret}/{self.revision}"
        instance = scaleway.databases.Instance(
            "instance", engine="PostgreSQL-16", node_type="DB-DEV-S", user_name="admin", password=reference
        )
        scaleway.databases.User("user", instance_id=instance.id, name="user", password=reference)
        namespace = scaleway.containers.Namespace("namespace", secret_environment_variables={"KEY": reference})
        scaleway.containers.Container(
            "container",
            namespace_id=namespace.id,
            image="rg.fr-par.scw.cloud/tests/web:1",
            secret_environment_variables={"KEY": reference, "URL": f"postgresql://app:{reference}@127.0.0.1/app"},
        )
        copy = scaleway.secrets.Secret("copy")
        scaleway.secrets.Version("copy", secret_id=copy.id, data=reference)
        database = scaleway.evalap.Database(
            "component", environment="dev", allowed_addresses=["203.0.113.7/32"], password=reference
        )
        scaleway.containers.Namespace("client", secret_environment_variables={"URL": database.connection_string})


def bodies(fake: Fake) -> str:
    """The bodies of all requests that change something."""
    return json.dumps([request.get("body") for request in fake.requests() if request["method"] != "GET"])


def leaks(text: str) -> list[str]:
    """The values in a string, in plain text, percent-encoded or as base64."""
    lines = "\n".join(line for line in text.splitlines() if not ENGINE_LOG.search(line))
    forms = [*VALUES, *ENCODED, *(base64.b64encode(value.encode()).decode() for value in VALUES)]
    return [form for form in forms if form in lines]


def test_values_are_read_and_sent_and_stored_nowhere(
    stack: Callable[..., Stack], fake: Fake, tmp_path: Path
) -> None:
    secret = new_secret(fake)
    program = Program(secret)
    deployed = stack(program)
    plan = tmp_path / "plan.json"
    preview = deployed.preview(plan=str(plan), **LOUD)
    assert preview.calls == [], "a preview reads no secret"
    outputs = {"preview": preview.output, "plan": plan.read_text()}
    up = deployed.up(**LOUD)
    outputs["up"] = up.output
    reads = [call for call in up.calls if call.path.endswith("/versions/1/access")]
    assert len(reads) == 1, "each revision is read once"
    sent = bodies(fake)
    assert VALUES[0] in sent and "scw-secret" not in sent
    assert f"app:{ENCODED[0]}@" not in sent and f"postgresql://app:{VALUES[0]}@" in sent
    # The connection string of the component is percent-encoded, and so is the value in it.
    assert f":{ENCODED[0]}@" in sent

    again = deployed.up(**LOUD)
    assert (again.changed, again.calls) == ({}, [])
    assert deployed.refresh().changed == {}
    assert deployed.up().changed == {}

    add_revision(fake, secret, VALUES[1])
    program.revision = 2
    preview = deployed.preview(diff=True)
    outputs["preview of the next revision"] = preview.output
    old, new = (f'"scw-secret://fr-par/{secret}/{revision}"' for revision in (1, 2))
    assert f"{old} => {new}" in preview.output, preview.output
    run = deployed.up(**LOUD)
    outputs["up of the next revision"] = run.output
    assert {"instance", "user", "namespace", "container", "client"} <= set(run.changed_names())
    sent = bodies(fake)
    assert VALUES[1] in sent and f":{ENCODED[1]}@" in sent
    assert deployed.refresh().changed == {}

    outputs["state"] = json.dumps(deployed.automation.export_stack().deployment)
    assert secret in outputs["state"]
    for name, text in outputs.items():
        assert leaks(text) == [], name
    deployed.destroy()


def test_a_version_of_the_program_is_the_source_of_a_password(stack: Callable[..., Stack], fake: Fake) -> None:
    value = {"data": VALUES[0]}

    def program() -> None:
        secret = scaleway.secrets.Secret("secret")
        version = scaleway.secrets.Version("version", secret_id=secret.id, data_wo=value["data"], data_wo_version=len(value["data"]))
        namespace = scaleway.containers.Namespace("namespace", secret_environment_variables={"KEY": version.reference})
        pulumi.export("reference", version.reference)
        pulumi.export("namespace", namespace.id)

    deployed = stack(program)
    deployed.up()
    assert deployed.outputs()["reference"].endswith("/1")
    assert VALUES[0] in bodies(fake)
    assert leaks(json.dumps(deployed.automation.export_stack().deployment)) == []
    assert deployed.up().changed == {}
    value["data"] = VALUES[1]
    run = deployed.up()
    assert run.of("version") == ["create-replacement", "replace", "delete-replaced"] and run.of("namespace") == ["update"]
    assert deployed.outputs()["reference"].endswith("/2")
    assert VALUES[1] in bodies(fake)


def test_no_resource_type_leaks_a_plain_secret(tmp_path: Path, fake: Fake) -> None:
    deployed = example_stack(tmp_path, fake, of="everything", project="everything", secrets={"password": VALUES[0]})
    plan = tmp_path / "plan.json"
    outputs = {"preview": deployed.preview(plan=str(plan), **LOUD).output, "plan": plan.read_text()}
    outputs["up"] = deployed.up(**LOUD).output
    assert VALUES[0] in bodies(fake)
    outputs["backend"] = "".join(path.read_text() for path in deployed.backend.rglob("*.json"))
    # The exported state shows secrets.
    assert VALUES[0] in json.dumps(deployed.automation.export_stack().deployment)
    for name, text in outputs.items():
        assert leaks(text) == [], name


def test_unusable_references_are_errors_that_name_the_secret(stack: Callable[..., Stack], fake: Fake) -> None:
    secret = new_secret(fake)
    variables: dict[str, dict[str, Any]] = {"secret": {}, "plain": {}}

    def program() -> None:
        scaleway.containers.Namespace(
            "namespace",
            environment_variables=variables["plain"],
            secret_environment_variables=variables["secret"],
        )

    deployed = stack(program)
    reference = f"scw-secret://fr-par/{secret}/1"
    variables["plain"] = {"KEY": reference}
    with pytest.raises(Failed, match="secret inputs only"):
        deployed.preview()
    variables["plain"] = {}
    variables["secret"] = {"KEY": f"scw-secret://fr-par/{secret}/latest"}
    with pytest.raises(Failed, match="is not a reference to a secret"):
        deployed.preview()
    variables["secret"] = {"KEY": f"scw-secret://fr-par/{secret}/2"}
    with pytest.raises(Failed, match=f"reading the secret scw-secret://fr-par/{secret}/2") as failed:
        deployed.up()
    assert [call for call in failed.value.run.calls.writes] == [], "nothing is created without the value"
    # A message of the API that repeats the value is masked.
    variables["secret"] = {"KEY": reference}
    body = {"type": "invalid_arguments", "message": f"{VALUES[0]} is rejected", "details": []}
    fake.fault({"status": {"code": 400, "body": body}}, method="POST", path="/containers/*/namespaces", times=1)
    with pytest.raises(Failed) as failed:
        deployed.up(**LOUD)
    assert leaks(failed.value.run.output) == []
