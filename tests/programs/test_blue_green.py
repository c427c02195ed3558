"""Blue-green deployments with the Pulumi CLI, during continuous requests to the public address."""

from __future__ import annotations

from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import Fake
from load import Load
from stack import Failed, Run, Stack

Make = Callable[..., Stack]

# Long enough for many requests during a transient status.
SETTLE = 0.5


def deployment(**inputs: Any) -> tuple[dict[str, Any], Callable[[], None]]:
    """The inputs, which a test can change between two runs, and the program that uses them."""
    given: dict[str, Any] = {
        "active": "blue",
        "blue": {"image": "web:1"},
        "green": {"image": "web:1"},
        "health_check": {"path": "/health", "interval_seconds": 1, "timeout_seconds": 2},
        **inputs,
    }

    def program() -> None:
        component = scaleway.evalap.BlueGreenDeployment("web", environment="dev", **given)
        pulumi.export("url", component.url)
        pulumi.export("active", component.active_endpoint)
        pulumi.export("idle", component.idle_endpoint)

    return given, program


def host(stack: Stack) -> str:
    """The host of the public address."""
    return stack.outputs()["url"].removeprefix("https://")


def colour(fake: Fake, name: str) -> dict[str, Any]:
    """The fields of the container of a colour in the fake."""
    containers = fake.objects("containers/container")
    (found,) = [container["fields"] for container in containers if container["fields"]["name"] == f"web-{name}-dev"]
    return found


def writes(fake: Fake, run: Run) -> list[Any]:
    """The bodies of the requests of a run that change containers."""
    paths = {call.path for call in run.calls.writes if "/containers/" in call.path}
    changes = [request for request in fake.requests() if request["method"] == "PATCH" and request["path"] in paths]
    return [request["body"] for request in changes[-len([call for call in run.calls.writes if call.path in paths]) :]]


def test_deployment_is_created_updated_and_deleted(stack: Make, fake: Fake) -> None:
    given, program = deployment()
    deployed = stack(program)
    assert deployed.preview().calls == []
    deployed.up()
    assert fake.request_container(host(deployed))[1]["container"] == "web-blue-dev"
    assert deployed.outputs()["active"] != deployed.outputs()["idle"]
    assert (colour(fake, "blue")["min_scale"], colour(fake, "green")["min_scale"]) == (1, 0)
    again = deployed.up()
    assert again.changed == {} and again.calls == []
    assert deployed.refresh().changed == {}
    # Without the idle colour there is one container less, and no request fails.
    del given["green"]
    with Load(fake, host(deployed)) as load:
        alone = deployed.up()
    assert load.failed == []
    assert alone.of("web-green-container") == ["delete"]
    assert deployed.outputs().get("idle") is None
    deployed.destroy()
    assert fake.objects("containers/container") == []


def test_switch_fails_no_request_and_is_reverted_without_a_deployment(stack: Make, fake: Fake) -> None:
    given, program = deployment()
    deployed = stack(program)
    deployed.up()
    fake.settle(SETTLE)
    given.update(active="green", green={"image": "web:2"})
    with Load(fake, host(deployed)) as load:
        switched = deployed.up()
    assert load.failed == [] and len(load.responses) > 50
    assert load.images == ["web:1", "web:2"]
    assert switched.of("web-blue-container") == ["update"], "it scales to zero"
    assert (colour(fake, "blue")["min_scale"], colour(fake, "green")["min_scale"]) == (0, 1)

    given["active"] = "blue"
    with Load(fake, host(deployed)) as load:
        back = deployed.up()
    assert load.failed == []
    assert load.images == ["web:2", "web:1"]
    assert sorted(sorted(body) for body in writes(fake, back)) == [["args"], ["min_scale"], ["min_scale"]]
    assert back.changes.get("create") is None and back.changes.get("replace") is None
    deployed.destroy()


@pytest.mark.parametrize("image, message", [("web:answers-500", "500 instead of 200 to 299"), ("does-not-start", "unable to start")])
def test_unhealthy_release_leaves_the_active_colour_serving(stack: Make, fake: Fake, image: str, message: str) -> None:
    given, program = deployment()
    deployed = stack(program)
    deployed.up()
    fake.settle(SETTLE)
    before = colour(fake, "blue")
    given.update(active="green", green={"image": image})
    with Load(fake, host(deployed)) as load:
        for _ in range(2):
            with pytest.raises(Failed, match=message):
                deployed.up()
    assert load.failed == [] and load.images == ["web:1"]
    assert colour(fake, "blue") == before, "the active colour is not changed"
    # The release can be given up or fixed.
    given["active"] = "blue"
    with Load(fake, host(deployed)) as load:
        given["green"] = {"image": "web:1"}
        deployed.up()
        given.update(active="green", green={"image": "web:3"})
        deployed.up()
    assert load.failed == [] and load.images == ["web:1", "web:3"]
    deployed.destroy()


@pytest.mark.parametrize("step, serving", [("green", "web:1"), ("router", "web:1"), ("blue", "web:2")])
def test_failed_switch_fails_no_request_and_is_completed_by_the_next_up(
    stack: Make, fake: Fake, step: str, serving: str
) -> None:
    given, program = deployment()
    deployed = stack(program)
    deployed.up()
    fake.settle(SETTLE)
    given.update(active="green", green={"image": "web:2"})
    # The requests of the switch, in order: green gets the image, the router forwards to green, blue is scaled down.
    skip = ["green", "router", "blue"].index(step)
    error_body = {"type": "invalid_arguments", "message": "not today"}
    fake.fault({"status": {"code": 400, "body": error_body}}, method="PATCH", path="/containers/*/containers/*", skip=skip)
    with Load(fake, host(deployed)) as load:
        with pytest.raises(Failed, match="not today"):
            deployed.up()
        assert fake.request_container(host(deployed))[1]["image"] == serving
        deployed.up()
    assert load.failed == [] and load.images == ["web:1", "web:2"]
    assert (colour(fake, "blue")["min_scale"], colour(fake, "green")["min_scale"]) == (0, 1)
    assert deployed.up().changed == {}
    deployed.destroy()


def test_custom_host_name_is_unchanged_by_a_switch(stack: Make, fake: Fake) -> None:
    given, program = deployment(hostname="www.shop.example.org", dns_zone="shop.example.org")

    def with_zone() -> None:
        scaleway.domain.Zone("shop", domain="example.org", subdomain="shop")
        program()

    deployed = stack(with_zone)
    deployed.up()
    assert host(deployed) == "www.shop.example.org"
    fake.settle(SETTLE)
    given.update(active="green", green={"image": "web:2"})
    with Load(fake, host(deployed)) as load:
        switched = deployed.up()
    assert load.failed == [] and load.images == ["web:1", "web:2"]
    assert switched.of("web-record") == [] and switched.of("web-domain") == []
    deployed.destroy()
