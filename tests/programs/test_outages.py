"""Outages of the API, and an API that is slower than the limit of an operation."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Callable

import evalap_scaleway as scaleway
import pulumi
import pytest
from pulumi.automation.events import EngineEvent

from fake import Fake
from proxy import Outage, Proxy, Request
from stack import Failed, Run, Stack

# Longer than all retries with a limited number of attempts.
SECONDS = 20

# The faults that the client receives in an outage. "cut after": requests are processed, and their responses are lost.
FAULTS = ("503", "cut after", "refused")

# The kinds of the objects in the program below.
KINDS = ("vpc/vpc", "vpc/private_network", "containers/namespace", "containers/container", "registry/namespace", "secret/secret")


def ten_resources() -> None:
    """Ten resources of six kinds."""
    vpc = scaleway.network.Vpc("vpc")
    namespace = scaleway.containers.Namespace("containers")
    for number in range(2):
        scaleway.network.PrivateNetwork(f"wire-{number}", vpc_id=vpc.id)
        scaleway.registry.Namespace(f"images-{number}")
        scaleway.secrets.Secret(f"secret-{number}")
        scaleway.containers.Container(f"web-{number}", namespace_id=namespace.id, image="rg.fr-par.scw.cloud/tests/web:1")


def assert_reported_once(run: Run, outage: Outage) -> None:
    """Requests failed, the command waited for the end of the outage, and one diagnostic reports it."""
    assert outage.failed > 0 and outage.is_over
    assert run.seconds > SECONDS
    diagnostics = run.output.partition("Diagnostics:")[2]
    assert diagnostics.count("warning: ") == 1 and "has not responded since" in diagnostics, run.output


@pytest.mark.parametrize("fault", FAULTS)
def test_outage_during_an_up_delays_it(fault: str, fake: Fake, stack: Callable[..., Stack]) -> None:
    with Proxy(fake.url) as proxy:
        deployed = stack(ten_resources, environment={"SCW_API_URL": proxy.url})
        outage = Outage(proxy, fault, SECONDS, lambda request: request.number == 6)
        run = deployed.up()
        assert_reported_once(run, outage)
        assert run.changes == {"create": 11}
        ids = {kept["id"].split("/")[-1] for kept in deployed.resources().values()}
        # Each object is in the state: none was created twice.
        created = [found["id"] for found in fake.objects() if found["kind"] in KINDS and not found["fields"].get("is_default")]
        assert ids == set(created) and len(created) == 10
        assert deployed.up().changed == {}
        deployed.destroy()
        assert fake.objects("vpc/private_network") == []


def test_wait_for_a_database_survives_an_outage(tmp_path: Path) -> None:
    with Fake(tmp_path, settle=600) as fake, Proxy(fake.url) as proxy:

        def database() -> None:
            instance = scaleway.databases.Instance("instance", engine="PostgreSQL-16", node_type="DB-DEV-S")
            scaleway.databases.Database("database", instance_id=instance.id)

        def is_poll(request: Request) -> bool:
            return request.method == "GET" and "/instances/" in request.path and request.number > 3

        def settle() -> None:
            fake.settle(0)
            fake.advance(600)

        deployed = Stack(tmp_path, database, fake, environment={"SCW_API_URL": proxy.url})
        outage = Outage(proxy, "refused", SECONDS, is_poll, settle)
        run = deployed.up()
        assert_reported_once(run, outage)
        assert len(fake.objects("rdb/instance")) == 1
        assert deployed.up().changed == {}


@pytest.mark.timed
def test_create_ends_at_its_timeout_and_the_next_up_adopts_the_object(fake: Fake, stack: Callable[..., Stack]) -> None:
    def program() -> None:
        limit = pulumi.CustomTimeouts(create="5s")
        scaleway.registry.Namespace("images", opts=pulumi.ResourceOptions(custom_timeouts=limit))

    times: dict[str, float] = {}

    def watch(event: EngineEvent) -> None:
        step = event.resource_pre_event or event.res_op_failed_event
        if step is not None and step.metadata.type.startswith("evalap-scaleway:"):
            times["started" if event.resource_pre_event else "failed"] = time.monotonic()

    # The API creates the object and responds 25 s later.
    fake.fault({"delay_after": {"seconds": 25}}, method="POST", path="/registry/*")
    deployed = stack(program)
    with pytest.raises(Failed, match=r"gave up after 5 s: the time limit was reached") as failed:
        deployed.up(watch=watch)
    message = str(failed.value)
    assert message.count("Hint:") == 1 and "looks it up before it creates a new one" in message, message
    assert "or increase the timeout with `customTimeouts`" in message, message
    assert 4 < times["failed"] - times["started"] < 8, times
    (images,) = fake.objects("registry/namespace")
    assert deployed.up().of("images") == ["create"]
    assert [found["id"] for found in fake.objects("registry/namespace")] == [images["id"]]
    assert deployed.resources()["images"]["id"] == f"fr-par/{images['id']}"
    assert deployed.up().changed == {}
