"""Secrets: what is compared with a hash, what is sent, and that no secret gets anywhere it does not belong."""

from __future__ import annotations

import base64
import re
from typing import Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import SECRET_KEY, Fake
from stack import Failed, Stack

# One per secret input. Passwords that Scaleway takes, and words that occur nowhere else.
CANARIES = {
    "instance": "Canary-instance-7301!",
    "user": "Canary-user-7302!",
    "written_only": "Canary-written-only-7303!",
    "version": "canary-version-7304",
    "version_written_only": "canary-version-written-only-7305",
    "namespace": "canary-namespace-7306",
    "container": "canary-container-7307",
}

# Everything that the engine and the plugin can tell.
LOUD = {"log_verbosity": 9, "log_to_std_err": True, "log_flow": True, "debug": True}

# At this level the engine itself, whatever the plugin, prints each property on its way to one or from one.
ENGINE_TELLS = re.compile(r'"msg":"(Unmarshaling|Marshaling) propert(y|ies) for RPC\[')


def test_only_the_secret_variable_that_changed_is_sent(stack: Callable[..., Stack], fake: Fake) -> None:
    variables = {"KEPT": "kept-value", "CHANGED": "old-value", "DROPPED": "dropped-value"}

    def program() -> None:
        namespace = scaleway.containers.Namespace("namespace", secret_environment_variables=dict(variables))
        scaleway.containers.Container(
            "container",
            namespace_id=namespace.id,
            image="rg.fr-par.scw.cloud/tests/web:1",
            secret_environment_variables=dict(variables),
        )

    made = stack(program)
    made.up()
    assert made.up().changed == {}, "the answer's hashes fit the program's values"
    assert made.refresh().changed == {}

    variables["CHANGED"] = "new-value"
    del variables["DROPPED"]
    run = made.up()
    assert run.changes["update"] == 2
    patches = [request["body"] for request in fake.requests() if request["method"] == "PATCH"]
    assert len(patches) == 2
    for body in patches:
        # The empty text keeps what is there; what is left out is deleted.
        assert body == {"secret_environment_variables": {"CHANGED": "new-value", "KEPT": ""}}
    assert made.up().changed == {}
    assert made.refresh().changed == {}


def canary_program() -> None:
    """Gives every secret input a canary."""
    instance = scaleway.databases.Instance(
        "instance", engine="PostgreSQL-16", node_type="DB-DEV-S", user_name="admin", password=CANARIES["instance"]
    )
    scaleway.databases.User("user", instance_id=instance.id, password=CANARIES["user"])
    scaleway.databases.User(
        "quiet", instance_id=instance.id, password_wo=CANARIES["written_only"], password_wo_version=1
    )
    secret = scaleway.secrets.Secret("secret")
    scaleway.secrets.Version("version", secret_id=secret.id, data=CANARIES["version"])
    scaleway.secrets.Version(
        "quiet", secret_id=secret.id, data_wo=CANARIES["version_written_only"], data_wo_version=1
    )
    namespace = scaleway.containers.Namespace(
        "namespace", secret_environment_variables={"KEY": CANARIES["namespace"]}
    )
    scaleway.containers.Container(
        "container",
        namespace_id=namespace.id,
        image="rg.fr-par.scw.cloud/tests/web:1",
        secret_environment_variables={"KEY": CANARIES["container"]},
    )
    application = scaleway.iam.Application("application")
    key = scaleway.iam.ApiKey("key", application_id=application.id)
    token = scaleway.observability.Token("token")
    pulumi.export("told", [key.secret_key, token.secret_key])


def test_no_secret_gets_out(stack: Callable[..., Stack], fake: Fake) -> None:
    made = stack(canary_program)
    texts = {
        "preview": made.preview(**LOUD).output,
        "up": made.up(**LOUD).output,
        "second up": made.up(**LOUD).output,
        "refresh": made.refresh(**LOUD).output,
        "state": str(made.state()),
        "log of the fake": fake.log.read_text(),
    }
    told = made.outputs()["told"]
    assert len(set(told)) == 2 and all(told)
    for name, text in texts.items():
        assert leaks(text, told) == [], name


def test_an_error_tells_no_secret(stack: Callable[..., Stack], fake: Fake) -> None:
    refusal = {"type": "invalid_arguments", "details": [{"argument_name": "password", "reason": "constraint"}]}
    for path in ["/rdb/*/users", "/secret-manager/*/versions", "/containers/*/containers"]:
        fake.fault({"status": {"code": 400, "body": refusal}}, method="POST", path=path, times=2)
    with pytest.raises(Failed) as failed:
        stack(canary_program).up(**LOUD)
    assert "password" in failed.value.run.output
    assert leaks(failed.value.run.output, []) == []


def leaks(text: str, told: list[str]) -> list[str]:
    """The secrets that are found in a text, as they are or as base64."""
    text = "\n".join(line for line in text.splitlines() if not ENGINE_TELLS.search(line))
    secrets = [*CANARIES.values(), SECRET_KEY, *told]
    return [
        secret
        for secret in secrets
        if secret in text or base64.b64encode(secret.encode()).decode().rstrip("=") in text
    ]
