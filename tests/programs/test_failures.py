"""Failures during an up: created objects are in the state, and the next up continues."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Callable

import evalap_scaleway as scaleway
import pytest

from fake import Fake
from stack import Failed, Stack


def test_container_that_does_not_start_is_kept_and_fixed_by_the_next_up(stack: Callable[..., Stack], fake: Fake) -> None:
    # The fake does not start an image with this string in its name.
    image = "rg.fr-par.scw.cloud/tests/does-not-start:1"

    def program() -> None:
        namespace = scaleway.containers.Namespace("namespace")
        scaleway.containers.Container("web", namespace_id=namespace.id, image=image)

    deployed = stack(program)
    with pytest.raises(Failed) as failed:
        deployed.up()
    (container,) = fake.objects("containers/container")
    assert container["fields"]["error_message"] in str(failed.value)
    kept = deployed.resources()["web"]
    assert kept["id"] == f"fr-par/{container['id']}"

    image = "rg.fr-par.scw.cloud/tests/web:1"
    assert deployed.up().of("web") == ["update"]
    assert deployed.resources()["web"]["id"] == kept["id"]
    assert fake.object(container["id"])["status"] == "ready"
    assert deployed.up().changed == {}


def test_created_object_is_kept_if_it_cannot_be_read(stack: Callable[..., Stack], fake: Fake) -> None:
    def program() -> None:
        scaleway.databases.Instance("instance", engine="PostgreSQL-16", node_type="DB-DEV-S")

    error_body = {"type": "invalid_arguments", "message": "no"}
    fake.fault({"status": {"code": 400, "body": error_body}}, method="GET", path="/rdb/*", times=99)
    deployed = stack(program)
    with pytest.raises(Failed):
        deployed.up()
    kept = deployed.resources()["instance"]["id"]
    fake.clear_faults()
    deployed.up()
    assert deployed.resources()["instance"]["id"] == kept
    assert len(fake.objects("rdb/instance")) == 1


@pytest.mark.timed
def test_interrupted_up_ends_within_5_seconds_and_keeps_the_state(tmp_path: Path) -> None:
    with Fake(tmp_path, settle=600) as fake:

        def program() -> None:
            instance = scaleway.databases.Instance("instance", engine="PostgreSQL-16", node_type="DB-DEV-S")
            scaleway.databases.Database("database", instance_id=instance.id)
            scaleway.registry.Namespace("images")

        stack = Stack(tmp_path, program, fake)
        ended: list[float] = []

        def interrupt_when_the_instance_settles(message: str) -> None:
            if "instance" in message and "provisioning" in message and not ended:
                ended.append(time.monotonic())
                interrupt()

        with pytest.raises(Failed):
            stack.up(on_output=interrupt_when_the_instance_settles)
        assert time.monotonic() - ended[0] < 5

        (instance,) = fake.objects("rdb/instance")
        assert stack.resources()["instance"]["id"] == f"fr-par/{instance['id']}"

        fake.advance(600)
        fake.settle(0)
        stack.up()
        assert [found["id"] for found in fake.objects("rdb/instance")] == [instance["id"]]
        assert len(fake.objects("registry/namespace")) == 1
        assert stack.up().changed == {}


def interrupt() -> None:
    """Sends SIGINT, as Ctrl-C does, to the CLI that this process started."""
    children = ["pgrep", "-P", str(os.getpid()), "-x", "pulumi"]
    for process in subprocess.run(children, capture_output=True, text=True, check=True).stdout.split():
        os.kill(int(process), signal.SIGINT)
