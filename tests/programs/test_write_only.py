"""Write-only inputs: the value reaches Scaleway, and is in no state, plan, log or history of Pulumi."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import evalap_scaleway as scaleway
import pytest
from pulumi import automation

from fake import Fake
from stack import Failed, Stack

# Canaries by resource and input. `test_secret_inputs.py` deploys every write-only input of the catalog.
CANARIES = {
    ("databases/instance:Instance", "passwordWo"): "Canary-instance-7401!",
    ("databases/user:User", "passwordWo"): "Canary-user-7402!",
    ("iam/user:User", "passwordWo"): "Canary-member-7403!",
    ("redis/cluster:Cluster", "passwordWo"): "Canary-cluster-7406!",
    ("secrets/version:Version", "dataWo"): "canary-version-7404",
}

# A secret that the state contains: a search that does not find it finds nothing.
STORED = "Canary-stored-7405!"

LOUD = {"log_verbosity": 9, "log_to_std_err": True, "log_flow": True, "debug": True}

# The engine prints each property that it receives from the program and sends to Check, before the plugin can hash it.
ENGINE_LOG = ("ResourceMonitor.RegisterResource", ".Check(", "PulumiPropertyValue")


class Program:
    """Every write-only input, with a value and a version."""

    def __init__(self) -> None:
        self.version = 1
        self.suffix = ""

    def value(self, token: str, name: str) -> str:
        return CANARIES[token, name] + self.suffix

    def __call__(self) -> None:
        instance = scaleway.databases.Instance(
            "instance",
            engine="PostgreSQL-16",
            node_type="DB-DEV-S",
            user_name="admin",
            password_wo=self.value("databases/instance:Instance", "passwordWo"),
            password_wo_version=self.version,
        )
        scaleway.databases.User(
            "user",
            instance_id=instance.id,
            password_wo=self.value("databases/user:User", "passwordWo"),
            password_wo_version=self.version,
        )
        scaleway.databases.User("stored", instance_id=instance.id, password=STORED)
        scaleway.iam.User(
            "member",
            email="ada@example.org",
            username="ada",
            password_wo=self.value("iam/user:User", "passwordWo"),
            password_wo_version=self.version,
        )
        scaleway.redis.Cluster(
            "cluster",
            version="7.2.11",
            node_type="RED1-XS",
            user_name="app",
            password_wo=self.value("redis/cluster:Cluster", "passwordWo"),
            password_wo_version=self.version,
        )
        secret = scaleway.secrets.Secret("secret")
        scaleway.secrets.Version(
            "version",
            secret_id=secret.id,
            data_wo=self.value("secrets/version:Version", "dataWo"),
            data_wo_version=self.version,
        )


WRITE_ONLY = ["cluster", "instance", "member", "user", "version"]


def exported(stack: Stack) -> str:
    """The state with all secrets in plain text (`stack export --show-secrets`)."""
    text = json.dumps(stack.automation.export_stack().deployment)
    assert STORED in text
    return text


def values_in(text: str) -> list[str]:
    """The write-only values in a string."""
    return [value for value in CANARIES.values() if value in text]


def show_secrets(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the CLI write plans with secrets in plain text, which the Automation API has no option for."""
    run = stack.automation._run_pulumi_cmd_sync

    def shown(args: list[str], *others: Any, **options: Any) -> Any:
        more = ["--show-secrets"] if args[0] == "preview" else []
        return run([*args, *more], *others, **options)

    monkeypatch.setattr(stack.automation, "_run_pulumi_cmd_sync", shown)


def test_write_only_values_are_sent_and_not_stored(
    stack: Callable[..., Stack], fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program()
    made = stack(program)
    plan = tmp_path / "plan.json"
    with monkeypatch.context() as patched:
        show_secrets(made, patched)
        logs = [made.preview(plan=str(plan), **LOUD).output]
    assert STORED in plan.read_text()
    assert values_in(plan.read_text()) == []

    # A plan constrains the inputs of the up: the hashes are the same.
    logs.append(made.up(plan=str(plan), **LOUD).output)
    bodies = json.dumps([request["body"] for request in fake.requests()])
    assert values_in(bodies) == [value for value in CANARIES.values() if "version" not in value]
    assert values_in(exported(made)) == []

    logs.append(made.up(**LOUD).output)
    assert made.up().changed == {}
    assert made.refresh(**LOUD).changed == {}
    assert values_in(exported(made)) == []

    for log in logs:
        lines = [line for line in log.splitlines() if values_in(line)]
        assert lines, "the log shows what the program gives to the engine"
        others = [line for line in lines if not any(part in line for part in ENGINE_LOG)]
        assert others == []
    for file in (path for path in tmp_path.rglob("*") if path.is_file()):
        assert values_in(file.read_text(errors="replace")) == [], file

    program.version, program.suffix = 2, "-next"
    with monkeypatch.context() as patched:
        show_secrets(made, patched)
        assert made.preview(plan=str(plan)).changed_names() == WRITE_ONLY
    assert values_in(plan.read_text()) == []
    run = made.up(plan=str(plan))
    assert run.changed_names() == WRITE_ONLY
    bodies = json.dumps([request["body"] for request in fake.requests()])
    for value in CANARIES.values():
        assert "version" in value or f"{value}-next" in bodies
    assert values_in(exported(made)) == []
    assert made.up().changed == {}
    assert values_in(made.destroy(**LOUD).output) == []


def test_a_value_that_changes_without_its_version_is_not_sent_and_warns(
    stack: Callable[..., Stack], fake: Fake
) -> None:
    program = Program()
    made = stack(program)
    made.up()
    program.suffix = "-next"
    for _ in range(2):
        run = made.up()
        assert run.changed == {} and run.calls.writes == []
        for version in ("passwordWoVersion", "dataWoVersion"):
            assert f"`{version}` did not" in run.output
    program.suffix = ""
    assert "did not" not in made.up().output


def test_a_state_with_plain_values_has_no_difference_and_loses_them(stack: Callable[..., Stack]) -> None:
    made = stack(Program())
    made.up()
    export = made.automation.export_stack()
    for resource in export.deployment["resources"]:
        for (token, name), value in CANARIES.items():
            if resource["type"] == f"evalap-scaleway:{token}" and name in resource["inputs"]:
                resource["inputs"][name]["plaintext"] = json.dumps(value)
    old = automation.Deployment(export.version, export.deployment)
    for write in (made.up, made.refresh):
        made.automation.import_stack(old)
        assert values_in(exported(made)) == list(CANARIES.values())
        assert made.preview().changed == {}
        run = write()
        assert run.changed == {} and run.calls.writes == []
        assert values_in(exported(made)) == []
    assert made.up().changed == {}


def test_a_failed_create_and_a_failed_update_send_the_value_again(stack: Callable[..., Stack], fake: Fake) -> None:
    program = Program()
    made = stack(program)
    error_body = {"type": "invalid_arguments", "message": "rejected"}
    for path in ("/rdb/*/users", "/secret-manager/*/versions"):
        fake.fault({"status": {"code": 400, "body": error_body}}, method="POST", path=path, times=2)
    with pytest.raises(Failed):
        made.up()
    assert values_in(exported_without_stored(made)) == []
    fake.clear_faults()
    made.up()
    program.version, program.suffix = 2, "-next"
    fake.fault({"status": {"code": 400, "body": error_body}}, method="PATCH", path="/rdb/*/users/*", times=4)
    with pytest.raises(Failed) as failed:
        made.up()
    assert values_in(failed.value.run.output) == []
    assert values_in(exported_without_stored(made)) == []
    fake.clear_faults()
    assert set(made.up().changed_names()) >= {"user"}
    assert made.up().changed == {}
    bodies = json.dumps([request["body"] for request in fake.requests()])
    assert CANARIES["databases/user:User", "passwordWo"] + "-next" in bodies


def exported_without_stored(stack: Stack) -> str:
    """The state in plain text, if the resource with a stored secret may be missing."""
    return json.dumps(stack.automation.export_stack().deployment)
