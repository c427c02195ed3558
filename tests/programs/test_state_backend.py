"""State backends at Scaleway: the component that creates them, and the operations of the CLI with a bucket and a database."""

from __future__ import annotations

import json
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Iterator

import evalap_scaleway as scaleway
import pulumi
import pytest

from documents import page
from fake import OWNER, Fake
from postgres import Postgres
from shell import Shell
from concurrent_up import ConcurrentUp, program
from stack import Failed, Stack

GUIDE = page("docs/guides/operations.md")


def states(directory: Path, fake: Fake, **inputs: Any) -> Stack:
    """The stack that creates the backend; its own state is in a directory."""

    def program() -> None:
        component = scaleway.evalap.StateBackend("evalap", environment="dev", owners=[{"user_id": OWNER}], **inputs)
        for output in ["login_url", "bucket_name", "access_key", "secret_key", "database_login_url"]:
            pulumi.export(output, getattr(component, output))

    return Stack(directory, program, fake, project="states")


def key(outputs: dict[str, Any]) -> dict[str, str]:
    """The environment variables of `pulumi login` and the AWS CLI."""
    return {
        "PULUMI_BACKEND_URL": outputs["login_url"],
        "AWS_ACCESS_KEY_ID": outputs["access_key"],
        "AWS_SECRET_ACCESS_KEY": outputs["secret_key"],
    }


@pytest.fixture
def bucket(tmp_path: Path, fake: Fake) -> dict[str, str]:
    """A bucket for states, as environment variables."""
    deployed = states(tmp_path, fake)
    deployed.up()
    return key(deployed.outputs())


@pytest.fixture(params=["bucket", "database"])
def backend(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Each kind of backend, as environment variables."""
    if request.param == "bucket":
        yield request.getfixturevalue("bucket")
    else:
        with Postgres() as server:
            yield {"PULUMI_BACKEND_URL": server.url}


def test_state_backend_is_created_updated_and_deleted_and_others_have_no_access(tmp_path: Path, fake: Fake) -> None:
    inputs: dict[str, Any] = {"with_database": True, "database": {"allowed_addresses": ["203.0.113.7/32"]}}
    before = fake.existing()
    deployed = states(tmp_path, fake, **inputs)
    assert deployed.preview().calls == []
    deployed.up()
    again = deployed.up()
    assert again.changed == {} and again.calls == [], again.differences
    refresh = deployed.refresh()
    assert refresh.changed == {}, refresh.differences
    outputs = deployed.outputs()
    name = outputs["bucket_name"]
    assert outputs["login_url"] == f"s3://{name}?region=fr-par&endpoint={fake.url}&s3ForcePathStyle=true"
    assert outputs["database_login_url"].startswith("postgres://evalap_state:")
    for secret in ["secret_key", "database_login_url"]:
        assert outputs[secret] not in json.dumps(deployed.state()), secret
    (fields,) = [found["fields"] for found in fake.objects("object/bucket")]
    assert fields["versioning"] == "Enabled" and "AES256" in json.dumps(fields["encryption"])

    others = states(tmp_path / "others", fake)
    others.program = lambda: scaleway.evalap.ServiceIdentity(
        "other", environment="dev", access={"objectStorage": "full"}, with_api_key=True
    )
    others.up()
    other = next(found for found in others.state()["resources"] if found["type"].endswith(":ApiKey"))
    (own_shell, other_shell) = (
        Shell(tmp_path, {**fake.environment, **key(outputs), "AWS_ACCESS_KEY_ID": access})
        for access in (outputs["access_key"], other["outputs"]["accessKey"])
    )
    command = f"aws s3api list-objects-v2 --bucket {name} --endpoint-url {fake.url} --region fr-par"
    assert own_shell.run(command).returncode == 0
    assert other_shell.run(command).returncode != 0
    deployed.destroy()
    others.destroy()
    assert fake.existing() - before == set()


def test_outputs_are_valid_for_a_login_and_a_stack_can_be_moved(tmp_path: Path, fake: Fake) -> None:
    deployed = states(tmp_path, fake)
    deployed.up()
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    here = Shell(deployed.work, {**deployed.environment, "PULUMI_CREDENTIALS_PATH": str(credentials)})
    here.succeed(GUIDE.commands("login"))
    outputs = deployed.outputs()
    assert json.loads((credentials / "credentials.json").read_text())["current"] == outputs["login_url"]
    stack = Stack(tmp_path, program, fake, project="evalap")
    stack.up()
    shell = Shell(stack.work, {**stack.environment, **key(outputs), "PULUMI_BACKEND_URL": stack.environment["PULUMI_BACKEND_URL"]})
    shell.succeed(GUIDE.commands("move"), OTHER=outputs["login_url"])
    moved = evalap(tmp_path, fake, key(outputs))
    assert moved.up().changed == {}
    stays_valid(moved, fake)


def test_prefix_of_any_bucket_is_a_backend_too(tmp_path: Path, fake: Fake) -> None:
    def files() -> None:
        component = scaleway.evalap.ObjectStorage("files", environment="dev")
        pulumi.export("login_url", component.login_url(path="states/of-evalap"))

    deployed = Stack(tmp_path, files, fake, project="files")
    deployed.up()
    access = {name: fake.environment[f"SCW_{name}"] for name in ["ACCESS_KEY", "SECRET_KEY"]}
    outputs = {**deployed.outputs(), "access_key": access["ACCESS_KEY"], "secret_key": access["SECRET_KEY"]}
    stack = evalap(tmp_path, fake, key(outputs))
    stack.up()
    kept = [found["fields"]["key"] for found in fake.objects("object/object")]
    assert "states/of-evalap/.pulumi/stacks/evalap/dev.json" in kept
    stays_valid(stack, fake)


def test_one_of_three_ups_gets_the_lock_and_the_others_name_its_owner(
    backend: dict[str, str], tmp_path: Path, fake: Fake
) -> None:
    fake.settle(600)
    stack = evalap(tmp_path, fake, backend)
    winner = ConcurrentUp(stack).wait_for("provisioning")
    losers = [ConcurrentUp(stack) for _ in range(2)]
    assert not any(loser.succeeds() for loser in losers)
    for loser in losers:
        assert GUIDE.missing_from_output("locked", loser.output) == [], loser.output
    fake.advance(600)
    assert winner.succeeds(), winner.output
    stays_valid(stack, fake)


def test_at_most_one_of_three_simultaneous_ups_continues(backend: dict[str, str], tmp_path: Path, fake: Fake) -> None:
    fake.settle(600)
    stack = evalap(tmp_path, fake, backend)
    ups = [ConcurrentUp(stack) for _ in range(3)]
    with ThreadPoolExecutor() as pool:
        ends = [pool.submit(up.succeeds) for up in ups]
        # A run that finds the lock of another one releases its own: two or all three fail.
        pending = set(ends)
        while len(pending) > 1:
            _, pending = wait(pending, return_when=FIRST_COMPLETED)
        fake.advance(600)
    lost = [up for up, end in zip(ups, ends) if not end.result()]
    assert len(lost) >= 2
    for loser in lost:
        assert GUIDE.missing_from_output("locked", loser.output) == [], loser.output
    fake.settle(0)
    stack.up()
    stays_valid(stack, fake)


def test_lock_of_a_killed_cli_is_removed_and_nothing_is_created_twice(
    backend: dict[str, str], tmp_path: Path, fake: Fake
) -> None:
    fake.settle(600)
    stack = evalap(tmp_path, fake, backend)
    ConcurrentUp(stack).wait_for("provisioning").kill()
    fake.advance(600)
    fake.settle(0)
    with pytest.raises(Failed) as locked:
        stack.up()
    assert GUIDE.missing_from_output("locked", locked.value.run.output) == []
    shell = Shell(stack.work, stack.environment)
    shell.succeed(GUIDE.commands("unlock"))
    urn = "urn:pulumi:dev::evalap::evalap-scaleway:databases/instance:Instance::main"
    assert shell.succeed(GUIDE.commands("pending")) == f"creating {urn}\n"
    # The object was created: it is imported once.
    (instance,) = fake.objects("rdb/instance")
    stack.program = lambda: program(import_=f"fr-par/{instance['id']}")
    imported = stack.up()
    assert imported.of("main") == ["import"]
    assert GUIDE.missing_from_output("pending", imported.output) == []
    shell.succeed(GUIDE.commands("settled"))
    stack.program = program
    assert [found["id"] for found in fake.objects("rdb/instance")] == [instance["id"]]
    stays_valid(stack, fake)


def test_previous_version_of_a_state_is_restored_from_the_bucket(
    bucket: dict[str, str], tmp_path: Path, fake: Fake
) -> None:
    description = ["one"]
    program = lambda: scaleway.registry.Namespace("images", description=description[0])
    stack = Stack(tmp_path, program, fake, project="evalap", environment=bucket)
    random_kills = []
    for description[0] in ["one", "two", "three"]:
        stack.up()
        newest = max(found["fields"]["last_modified"] for found in fake.objects("object/object"))
        # Between this up and the next one.
        random_kills.append(f"{datetime.fromisoformat(newest) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}")
        fake.advance(7200)
    own = {"PROJECT": "evalap", "STACK": "dev", "BEFORE": random_kills[1]}
    shell = Shell(stack.work, {**stack.environment, **aws(fake, bucket)})
    newest, *_ = shell.succeed(GUIDE.commands("versions"), **own).splitlines()
    shell.succeed(GUIDE.commands("restore"), VERSION=newest.split()[1], **own)
    (images,) = [found for found in latest(stack) if found["type"].endswith(":Namespace")]
    assert images["outputs"]["description"] == "two"
    # The state is the second version, and the object the third: the refresh and the preview show both.
    assert stack.preview().difference("images") == ["description"]
    description[0] = "two"
    assert stack.preview().changed == {}
    description[0] = "three"
    stack.refresh()
    assert stack.preview().changed == {}
    stack.destroy()


def evalap(directory: Path, fake: Fake, backend: dict[str, str]) -> Stack:
    """The stack that several users deploy."""
    return Stack(directory, program, fake, project="evalap", environment=backend)


def stays_valid(stack: Stack, fake: Fake) -> None:
    """The state contains the existing objects, and there is no lock."""
    fake.settle(0)
    assert len(fake.objects("rdb/instance")) == 1
    assert stack.up().changed == {}
    assert stack.refresh().changed == {}
    assert not stack.automation.export_stack().deployment.get("pending_operations")
    stack.destroy()
    assert fake.objects("rdb/instance") == []


def latest(stack: Stack) -> list[dict[str, Any]]:
    """The resources of this provider in the state."""
    resources = stack.automation.export_stack().deployment["resources"]
    return [found for found in resources if found["type"].startswith("evalap-scaleway:")]


def aws(fake: Fake, bucket: dict[str, str]) -> dict[str, str]:
    """The environment variables of the commands in the guide."""
    name = bucket["PULUMI_BACKEND_URL"].split("//")[1].split("?")[0]
    return {"BUCKET": name, "AWS_ENDPOINT_URL_S3": fake.url, "AWS_DEFAULT_REGION": "fr-par"}
