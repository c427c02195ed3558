"""Secrets: comparison with hashes, the requests, and a search for leaked secrets."""

from __future__ import annotations

import base64
import re
from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest
from pulumi import automation

from fake import ACCESS_KEY, SECRET_KEY, Fake
from stack import Failed, Stack

# One for each secret input. Valid passwords for Scaleway that occur nowhere else.
CANARIES = {
    "instance": "Canary-instance-7301!",
    "user": "Canary-user-7302!",
    "written_only": "Canary-written-only-7303!",
    "version": "canary-version-7304",
    "version_written_only": "canary-version-written-only-7305",
    "namespace": "canary-namespace-7306",
    "container": "canary-container-7307",
}

# Credentials of the CLI, which it passes to the plugin in its environment.
CREDENTIALS = {
    "PULUMI_ACCESS_TOKEN": "pul-canary-access-token-7308",
    "PULUMI_CONFIG_PASSPHRASE": "canary-passphrase-7309",
}

# All log levels and outputs of the engine and the plugin.
LOUD = {"log_verbosity": 9, "log_to_std_err": True, "log_flow": True, "debug": True}

# At this level the engine prints each property that it sends to or receives from any plugin.
ENGINE_LOG = re.compile(r'"msg":"(Unmarshaling|Marshaling) propert(y|ies) for RPC\[')


def test_only_the_changed_secret_variable_is_sent(stack: Callable[..., Stack], fake: Fake) -> None:
    variables = {"KEPT": "kept-value", "CHANGED": "old-value", "DROPPED": "dropped-value"}

    def program() -> None:
        namespace = scaleway.containers.Namespace("namespace", secret_environment_variables=dict(variables))
        scaleway.containers.Container(
            "container",
            namespace_id=namespace.id,
            image="rg.fr-par.scw.cloud/tests/web:1",
            secret_environment_variables=dict(variables),
        )

    deployed = stack(program)
    deployed.up()
    assert deployed.up().changed == {}, "the hashes of the response match the values of the program"
    assert deployed.refresh().changed == {}

    variables["CHANGED"] = "new-value"
    del variables["DROPPED"]
    run = deployed.up()
    assert run.changes["update"] == 2
    patches = [request["body"] for request in fake.requests() if request["method"] == "PATCH"]
    assert len(patches) == 2
    for body in patches:
        # An empty string keeps the value; an omitted key is deleted.
        assert body == {"secret_environment_variables": {"CHANGED": "new-value", "KEPT": ""}}
    assert deployed.up().changed == {}
    assert deployed.refresh().changed == {}


def canary_program() -> None:
    """Sets a canary for every secret input."""
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
    pulumi.export("keys", [key.secret_key, token.secret_key])


def test_no_secret_is_leaked(stack: Callable[..., Stack], fake: Fake) -> None:
    deployed = stack(canary_program, environment=CREDENTIALS)
    outputs = {
        "preview": deployed.preview(**LOUD).output,
        "up": deployed.up(**LOUD).output,
        "second up": deployed.up(**LOUD).output,
        "refresh": deployed.refresh(**LOUD).output,
        "state": str(deployed.state()),
        "log of the fake": fake.log.read_text(),
    }
    keys = deployed.outputs()["keys"]
    assert len(set(keys)) == 2 and all(keys)
    for name, text in outputs.items():
        assert leaks(text, keys) == [], name


def test_error_message_contains_no_secret(stack: Callable[..., Stack], fake: Fake) -> None:
    error_body = {"type": "invalid_arguments", "details": [{"argument_name": "password", "reason": "constraint"}]}
    for path in ["/rdb/*/users", "/secret-manager/*/versions", "/containers/*/containers"]:
        fake.fault({"status": {"code": 400, "body": error_body}}, method="POST", path=path, times=2)
    with pytest.raises(Failed) as failed:
        stack(canary_program).up(**LOUD)
    assert "password" in failed.value.run.output
    assert leaks(failed.value.run.output, []) == []


def leaks(text: str, keys: list[str]) -> list[str]:
    """The secrets in a string, in plain text or as base64."""
    text = "\n".join(line for line in text.splitlines() if not ENGINE_LOG.search(line))
    secrets = [*CANARIES.values(), *CREDENTIALS.values(), SECRET_KEY, *keys]
    return [
        secret
        for secret in secrets
        if secret in text or base64.b64encode(secret.encode()).decode().rstrip("=") in text
    ]


def test_a_key_in_plain_configuration_is_a_secret_in_the_state(stack: Callable[..., Stack]) -> None:
    made = stack(lambda: scaleway.registry.Namespace("namespace"))
    for name, value in {"secretKey": SECRET_KEY, "accessKey": ACCESS_KEY}.items():
        made.automation.set_config(f"evalap-scaleway:{name}", automation.ConfigValue(value, secret=False))
    made.up()
    providers = [one for one in made.state()["resources"] if one["type"] == "pulumi:providers:evalap-scaleway"]
    assert len(providers) == 1
    for place in ("inputs", "outputs"):
        for name in ("secretKey", "accessKey"):
            assert "ciphertext" in providers[0][place][name], f"{place} {name}"
    assert SECRET_KEY not in str(made.state())
    assert made.up().changed == {}
    assert made.refresh().changed == {}


def test_both_names_of_a_secret_input_are_secret_in_the_state(stack: Callable[..., Stack]) -> None:
    image = "rg.fr-par.scw.cloud/tests/canary-image:7310"

    def program(mark: Callable[[Any], Any] = pulumi.Output.secret) -> None:
        namespace = scaleway.containers.Namespace("namespace")
        scaleway.containers.Container(
            "container",
            namespace_id=namespace.id,
            image=mark(image),
            memory_limit_bytes=mark(2147483648),
            liveness_probe=mark({"tcp": True, "failure_threshold": 7, "interval": "33s", "timeout": "5s"}),
        )

    made = stack(program)
    made.up()
    for run in (made.up, made.refresh):
        run()
        outputs = made.resources()["container"]["outputs"]
        for one, other in SAME_NAMES:
            assert "ciphertext" in outputs[one] and "ciphertext" in outputs[other], (one, other)
        assert "canary-image" not in str(made.state())


# The names of the inputs of `test_both_names_of_a_secret_input_are_secret_in_the_state`.
SAME_NAMES = [
    ("image", "registryImage"),
    ("memoryLimitBytes", "memoryLimit"),
    ("livenessProbe", "healthChecks"),
]
