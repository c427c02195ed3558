"""The procedures of docs/guides/operations.md: each failure, the commands of the guide, and the result.

test_state_backend.py tests those about states and locks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest
from pulumi import automation

from fake import SECRET_KEY, Fake
from shell import Shell
from concurrent_up import ConcurrentUp, program
from stack import Failed, Stack
from test_state_backend import GUIDE, aws, bucket, evalap, key, stays_valid, states

Make = Callable[..., Stack]

__all__ = ["bucket"]  # A fixture.


def test_next_up_creates_the_rest_after_an_outage(stack: Make, fake: Fake) -> None:
    def deployed() -> None:
        images = scaleway.registry.Namespace("images")
        scaleway.secrets.Secret("token", opts=pulumi.ResourceOptions(depends_on=[images]))

    run = stack(deployed)
    run.automation.set_config("evalap-scaleway:maxRetries", automation.ConfigValue("1"))
    fake.fault({"status": {"code": 503}}, method="POST", path="/secret-manager/*", times=99)
    with pytest.raises(Failed) as failed:
        run.up()
    assert GUIDE.missing_from_output("outage", failed.value.run.output) == []
    fake.clear_faults()
    assert fake.objects("secret/secret") == [], "the list of the guide is empty"
    assert run.up().changed_names() == ["token"]
    assert run.up().changed == {}


def test_short_outage_of_the_state_bucket_is_retried(bucket: dict[str, str], tmp_path: Path, fake: Fake) -> None:
    stack = evalap(tmp_path, fake, bucket)
    fake.fault({"status": {"code": 503}}, method="PUT", path="*/.pulumi/stacks/*", skip=2, times=2)
    stack.up()
    stays_valid(stack, fake)


def test_object_that_is_not_in_the_state_is_imported(bucket: dict[str, str], tmp_path: Path, fake: Fake) -> None:
    fake.settle(600)
    stack = evalap(tmp_path, fake, bucket)
    interrupted = ConcurrentUp(stack).wait_for("provisioning")
    # A status that the CLI does not retry for minutes.
    fake.fault({"status": {"code": 403}}, method="PUT", path="*/.pulumi/stacks/*", times=99)
    fake.advance(600)
    assert not interrupted.succeeds()
    assert GUIDE.missing_from_output("unsaved", interrupted.output) == [], interrupted.output
    fake.clear_faults()
    fake.settle(0)
    shell = Shell(stack.work, stack.environment)
    shell.succeed(GUIDE.commands("unlock"))
    assert shell.succeed(GUIDE.commands("pending")).startswith("creating ")
    (instance,) = fake.objects("rdb/instance")
    stack.program = lambda: program(import_=f"fr-par/{instance['id']}")
    stack.up()
    shell.succeed(GUIDE.commands("settled"))
    stack.program = program
    stays_valid(stack, fake)


def test_replaced_key_of_the_state_backend_revokes_the_old_one(tmp_path: Path) -> None:
    with Fake(tmp_path) as fake:
        deployed = states(tmp_path, fake)
        deployed.up()
        old = key(deployed.outputs())
        stack = evalap(tmp_path, fake, old)
        stack.up()
        command = "pulumi stack ls"
        assert Shell(stack.work, {**stack.environment, **old}).run(command).returncode == 0
        lost = states(tmp_path, fake, key_expires_at="2099-01-01T00:00:00Z")
        lost.up()
        new = key(lost.outputs())
        assert Shell(stack.work, {**stack.environment, **old}).run(command).returncode != 0
        again = evalap(tmp_path, fake, new)
        assert again.up().changed == {}
        stays_valid(again, fake)


def test_replaced_key_of_the_provider_changes_nothing(tmp_path: Path) -> None:
    key = {"SCW_ACCESS_KEY": "SCWZZZZZZZZZZZZZZZZZ", "SCW_SECRET_KEY": "22222222-2222-4222-8222-222222222222"}
    with Fake(tmp_path, seed={"keys": [SECRET_KEY, key["SCW_SECRET_KEY"]]}) as fake:
        stack = Stack(tmp_path, program, fake)
        stack.up()
        other = Stack(tmp_path, program, fake, environment=key)
        assert other.up().changed == {}
        assert other.refresh().changed == {}


def test_owner_of_the_organization_can_access_a_locked_bucket(
    bucket: dict[str, str], tmp_path: Path, fake: Fake
) -> None:
    deployed = states(tmp_path, fake)
    owner = {"AWS_ACCESS_KEY_ID": fake.environment["SCW_ACCESS_KEY"], "AWS_SECRET_ACCESS_KEY": fake.environment["SCW_SECRET_KEY"]}
    command = 'aws s3api get-bucket-versioning --bucket "$BUCKET"'
    # The key of the state backend reads and writes states, and cannot change anything else.
    assert Shell(deployed.work, {**aws(fake, bucket), **bucket}).run(command).returncode != 0
    Shell(deployed.work, {**aws(fake, bucket), **owner}).succeed(GUIDE.commands("open"))
    assert Shell(deployed.work, {**aws(fake, bucket), **bucket}).run(command).returncode == 0
    run = deployed.up(refresh=True)
    assert "evalap-storage-policy" in run.changed_names()
    assert Shell(deployed.work, {**aws(fake, bucket), **bucket}).run(command).returncode != 0


def test_killed_upgrade_is_found_and_completed(tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE", "PostgreSQL-15")
    stack = Stack(tmp_path, program, fake, project="evalap")
    stack.up()
    monkeypatch.setenv("ENGINE", "PostgreSQL-16")
    fake.settle(600)
    ConcurrentUp(stack).wait_for("provisioning").kill()
    fake.advance(600)
    fake.settle(0)
    shell = Shell(stack.work, stack.environment)
    shell.succeed(GUIDE.commands("unlock"))
    assert shell.succeed(GUIDE.commands("pending")).startswith("updating ")
    shell.succeed(GUIDE.commands("found"))
    stack.up()
    (instance,) = fake.objects("rdb/instance")
    assert instance["fields"]["engine"] == "PostgreSQL-16"
    stays_valid(stack, fake)


def test_database_is_restored_to_a_new_instance_and_the_application_uses_it(stack: Make, fake: Fake) -> None:
    (block,) = [block for block in GUIDE.blocks if block.name == "restored"]
    with_restored = [False]

    def deployed() -> None:
        network = scaleway.evalap.PrivateNetwork("network", environment="dev")
        database = scaleway.evalap.Database("evalap", environment="dev", private_network_id=network.private_network_id)
        snapshot = scaleway.databases.Snapshot("before", instance_id=database.instance_id)
        names: dict[str, Any] = {"scaleway": scaleway, "pulumi": pulumi, "network": network, "database": database}
        if with_restored[0]:
            exec(block.text, {**names, "snapshot_id": snapshot.id})

    run = stack(deployed)
    run.up()
    with_restored[0] = True
    run.up()
    restored = run.resources()["restored"]["outputs"]
    (instance,) = [found for found in fake.objects("rdb/instance") if found["fields"]["name"] == "evalap-restored"]
    assert all(endpoint.get("load_balancer") is None for endpoint in instance["fields"]["endpoints"])
    assert instance["fields"]["backup_schedule"]["disabled"] is False
    url = run.outputs()["database_url"]
    assert "@{ip}:{port:.0f}/evalap?sslmode=require".format(**restored["privateNetwork"]) in url
    user, _, rest = url.removeprefix("postgresql://").partition(":")
    login = {"instance": instance["id"], "user": user, "password": rest.partition("@")[0], "database": "evalap"}
    assert fake.call("POST", "/_fake/login", login) == {"accepted": True}
    assert run.up().changed == {}
    refresh = run.refresh()
    assert refresh.changed == {}, refresh.differences
