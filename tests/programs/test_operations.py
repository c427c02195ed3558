"""The procedures of docs/guides/operations.md, each rehearsed: what goes wrong, what the guide says to do, and that it is good then.

Those about states and their locks stand in test_state_backend.py.
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
from somebody import Somebody, program
from stack import Failed, Stack
from test_state_backend import GUIDE, aws, bucket, evalap, key, stays_valid, states

Make = Callable[..., Stack]

__all__ = ["bucket"]  # A fixture, used by its name.


def test_after_an_outage_of_scaleway_the_next_up_makes_the_rest(stack: Make, fake: Fake) -> None:
    def made() -> None:
        images = scaleway.registry.Namespace("images")
        scaleway.secrets.Secret("token", opts=pulumi.ResourceOptions(depends_on=[images]))

    run = stack(made)
    run.automation.set_config("evalap-scaleway:maxRetries", automation.ConfigValue("1"))
    fake.fault({"status": {"code": 503}}, method="POST", path="/secret-manager/*", times=99)
    with pytest.raises(Failed) as failed:
        run.up()
    assert GUIDE.untold("outage", failed.value.run.output) == []
    fake.no_faults()
    assert fake.objects("secret/secret") == [], "the guide says to look, and nothing is there"
    assert run.up().changed_names() == ["token"]
    assert run.up().changed == {}


def test_a_short_outage_of_the_bucket_is_waited_out(bucket: dict[str, str], tmp_path: Path, fake: Fake) -> None:
    stack = evalap(tmp_path, fake, bucket)
    fake.fault({"status": {"code": 503}}, method="PUT", path="*/.pulumi/stacks/*", skip=2, times=2)
    stack.up()
    stays_valid(stack, fake)


def test_what_a_run_could_not_note_is_imported(bucket: dict[str, str], tmp_path: Path, fake: Fake) -> None:
    fake.settle(600)
    stack = evalap(tmp_path, fake, bucket)
    unlucky = Somebody(stack).until("provisioning")
    # Not one that the CLI tries again for minutes.
    fake.fault({"status": {"code": 403}}, method="PUT", path="*/.pulumi/stacks/*", times=99)
    fake.advance(600)
    assert not unlucky.ends_well()
    assert GUIDE.untold("unsaved", unlucky.output) == [], unlucky.output
    fake.no_faults()
    fake.settle(0)
    shell = Shell(stack.work, stack.environment)
    shell.good(GUIDE.commands("unlock"))
    assert shell.good(GUIDE.commands("pending")).startswith("creating ")
    (instance,) = fake.objects("rdb/instance")
    stack.program = lambda: program(import_=f"fr-par/{instance['id']}")
    stack.up()
    shell.good(GUIDE.commands("settled"))
    stack.program = program
    stays_valid(stack, fake)


def test_the_key_of_the_states_is_replaced_and_the_old_one_opens_nothing(tmp_path: Path) -> None:
    with Fake(tmp_path) as fake:
        made = states(tmp_path, fake)
        made.up()
        old = key(made.outputs())
        stack = evalap(tmp_path, fake, old)
        stack.up()
        look = "pulumi stack ls"
        assert Shell(stack.work, {**stack.environment, **old}).run(look).returncode == 0
        lost = states(tmp_path, fake, key_expires_at="2099-01-01T00:00:00Z")
        lost.up()
        new = key(lost.outputs())
        assert Shell(stack.work, {**stack.environment, **old}).run(look).returncode != 0
        again = evalap(tmp_path, fake, new)
        assert again.up().changed == {}
        stays_valid(again, fake)


def test_another_key_of_the_provider_changes_nothing(tmp_path: Path) -> None:
    key = {"SCW_ACCESS_KEY": "SCWZZZZZZZZZZZZZZZZZ", "SCW_SECRET_KEY": "22222222-2222-4222-8222-222222222222"}
    with Fake(tmp_path, seed={"keys": [SECRET_KEY, key["SCW_SECRET_KEY"]]}) as fake:
        stack = Stack(tmp_path, program, fake)
        stack.up()
        other = Stack(tmp_path, program, fake, environment=key)
        assert other.up().changed == {}
        assert other.refresh().changed == {}


def test_the_owner_of_the_organization_opens_a_bucket_that_is_locked(
    bucket: dict[str, str], tmp_path: Path, fake: Fake
) -> None:
    made = states(tmp_path, fake)
    owner = {"AWS_ACCESS_KEY_ID": fake.environment["SCW_ACCESS_KEY"], "AWS_SECRET_ACCESS_KEY": fake.environment["SCW_SECRET_KEY"]}
    look = 'aws s3api get-bucket-versioning --bucket "$BUCKET"'
    # The states' own key reads and writes states, and changes nothing else.
    assert Shell(made.work, {**aws(fake, bucket), **bucket}).run(look).returncode != 0
    Shell(made.work, {**aws(fake, bucket), **owner}).good(GUIDE.commands("open"))
    assert Shell(made.work, {**aws(fake, bucket), **bucket}).run(look).returncode == 0
    run = made.up(refresh=True)
    assert "evalap-storage-policy" in run.changed_names()
    assert Shell(made.work, {**aws(fake, bucket), **bucket}).run(look).returncode != 0


def test_an_upgrade_that_was_killed_is_found_and_finished(tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE", "PostgreSQL-15")
    stack = Stack(tmp_path, program, fake, project="evalap")
    stack.up()
    monkeypatch.setenv("ENGINE", "PostgreSQL-16")
    fake.settle(600)
    Somebody(stack).until("provisioning").is_killed()
    fake.advance(600)
    fake.settle(0)
    shell = Shell(stack.work, stack.environment)
    shell.good(GUIDE.commands("unlock"))
    assert shell.good(GUIDE.commands("pending")).startswith("updating ")
    shell.good(GUIDE.commands("found"))
    stack.up()
    (instance,) = fake.objects("rdb/instance")
    assert instance["fields"]["engine"] == "PostgreSQL-16"
    stays_valid(stack, fake)


def test_a_database_is_restored_beside_the_old_one_and_the_application_moves_to_it(stack: Make, fake: Fake) -> None:
    (block,) = [block for block in GUIDE.blocks if block.name == "restored"]
    with_restored = [False]

    def made() -> None:
        network = scaleway.evalap.PrivateNetwork("network", environment="dev")
        database = scaleway.evalap.Database("evalap", environment="dev", private_network_id=network.private_network_id)
        snapshot = scaleway.databases.Snapshot("before", instance_id=database.instance_id)
        names: dict[str, Any] = {"scaleway": scaleway, "pulumi": pulumi, "network": network, "database": database}
        if with_restored[0]:
            exec(block.text, {**names, "snapshot_id": snapshot.id})

    run = stack(made)
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
