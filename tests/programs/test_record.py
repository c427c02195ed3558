"""Recordings of a deployment: `scaleway-fake record` in front of the fake, and a program with secrets."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator

import evalap_scaleway as scaleway
import scaleway_fake

from fake import ACCESS_KEY, PROJECT, SECRET_KEY, Fake
from stack import Stack
from test_secret_inputs import forms

PASSWORD = "Record-canary/1234!"
VALUE = "canary value of a secret"


@contextmanager
def recorder(upstream: str, output: Path) -> Iterator[str]:
    """The URL of a recorder in front of an API; the file is complete at the end."""
    command = [str(scaleway_fake.binary()), "record", "--output", str(output), "--upstream", upstream]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate()
    assert process.returncode == 0


def program() -> None:
    """Secrets in a request body, in a response and in variables, and names that identify the user."""
    secret = scaleway.secrets.Secret("password", name="canary-secret", description="for Jane Canary")
    scaleway.secrets.Version("password", secret_id=secret.id, data=VALUE)
    application = scaleway.iam.Application("deployer", name="canary-application", tags=["canary-tag"])
    scaleway.iam.ApiKey("deployer", application_id=application.id)
    namespace = scaleway.containers.Namespace("apps", name="canary-apps", secret_environment_variables={"KEY": VALUE})
    instance = scaleway.databases.Instance(
        "main", engine="PostgreSQL-16", node_type="DB-DEV-S", user_name="canary_admin", password=PASSWORD
    )
    scaleway.databases.User("user", instance_id=instance.id, name="canary_user", password=PASSWORD)
    scaleway.containers.Container(
        "web",
        namespace_id=namespace.id,
        image="rg.fr-par.scw.cloud/canary-images/web:1",
        secret_environment_variables={"PASSWORD": PASSWORD},
    )


def test_recording_of_a_deployment_contains_its_requests_and_no_secret(
    fake: Fake, stack: Callable[..., Stack], tmp_path: Path
) -> None:
    output = tmp_path / "recording.jsonl"
    with recorder(fake.url, output) as url:
        deployed = stack(program, environment={"SCW_API_URL": url})
        up = deployed.up()
        keys = [found["fields"] for found in fake.objects("iam/api_key")]
        destroy = deployed.destroy()
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    # The log of the fake has the requests of both commands, in the same order.
    expected = [(call.method, call.status) for call in (*up.calls, *destroy.calls)]
    assert sorted((line["method"], line["status"]) for line in lines) == sorted(expected)
    assert [line["seq"] for line in lines] == list(range(len(lines)))
    assert sum("/secret-manager/" in line["url"] for line in lines) >= 4

    text = output.read_text()
    canaries = {PASSWORD, VALUE, SECRET_KEY, ACCESS_KEY, PROJECT, "Jane", "canary", "Canary"}
    canaries |= {key["access_key"] for key in keys}
    canaries |= {found["id"] for found in fake.objects()}
    for canary in canaries:
        found = [form for form in (*forms(canary), json.dumps(canary)[1:-1]) if form in text]
        assert not found, f"the recording contains {found}"


def test_existing_recording_is_not_overwritten(fake: Fake, tmp_path: Path) -> None:
    output = tmp_path / "recording.jsonl"
    output.write_text("{}\n")
    command: list[Any] = [scaleway_fake.binary(), "record", "--output", output, "--upstream", fake.url]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1 and str(output) in ended.stderr
    assert output.read_text() == "{}\n"


def test_recording_can_only_be_read_by_its_owner(fake: Fake, tmp_path: Path) -> None:
    output = tmp_path / "recording.jsonl"
    with recorder(fake.url, output):
        assert output.stat().st_mode & 0o077 == 0
