"""Blue-green deployments through the real CLI, while somebody asks for the public address all the time."""

from __future__ import annotations

from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import Fake
from load import Load
from stack import Failed, Run, Stack

Make = Callable[..., Stack]

# Long enough that a status in passing is met by many requests.
SETTLE = 0.5


def deployment(**inputs: Any) -> tuple[dict[str, Any], Callable[[], None]]:
    """The inputs, which may be changed between two runs, and the program that takes them."""
    given: dict[str, Any] = {
        "active": "blue",
        "blue": {"image": "web:1"},
        "green": {"image": "web:1"},
        "health_check": {"path": "/health", "interval_seconds": 1, "timeout_seconds": 2},
        **inputs,
    }

    def program() -> None:
        made = scaleway.evalap.BlueGreenDeployment("web", environment="dev", **given)
        pulumi.export("url", made.url)
        pulumi.export("active", made.active_endpoint)
        pulumi.export("idle", made.idle_endpoint)

    return given, program


def host(stack: Stack) -> str:
    """The host of the public address."""
    return stack.outputs()["url"].removeprefix("https://")


def colour(fake: Fake, name: str) -> dict[str, Any]:
    """The container of a colour as the fake has it."""
    containers = fake.objects("containers/container")
    (found,) = [container["fields"] for container in containers if container["fields"]["name"] == f"web-{name}-dev"]
    return found


def writes(fake: Fake, run: Run) -> list[Any]:
    """The bodies of the changes that a run made to containers."""
    paths = {call.path for call in run.calls.writes if "/containers/" in call.path}
    changes = [asked for asked in fake.requests() if asked["method"] == "PATCH" and asked["path"] in paths]
    return [asked["body"] for asked in changes[-len([call for call in run.calls.writes if call.path in paths]) :]]


def test_it_lives_its_life(stack: Make, fake: Fake) -> None:
    given, program = deployment()
    made = stack(program)
    assert made.preview().calls == []
    made.up()
    assert fake.ask(host(made))[1]["container"] == "web-blue-dev"
    assert made.outputs()["active"] != made.outputs()["idle"]
    assert (colour(fake, "blue")["min_scale"], colour(fake, "green")["min_scale"]) == (1, 0)
    again = made.up()
    assert again.changed == {} and again.calls == []
    assert made.refresh().changed == {}
    # Without the idle colour there is one container less, and nobody notices.
    del given["green"]
    with Load(fake, host(made)) as load:
        alone = made.up()
    assert load.failed == []
    assert alone.of("web-green-container") == ["delete"]
    assert made.outputs().get("idle") is None
    made.destroy()
    assert fake.objects("containers/container") == []


def test_a_switch_fails_no_request_and_back_it_goes_without_a_deployment(stack: Make, fake: Fake) -> None:
    given, program = deployment()
    made = stack(program)
    made.up()
    fake.settle(SETTLE)
    given.update(active="green", green={"image": "web:2"})
    with Load(fake, host(made)) as load:
        switched = made.up()
    assert load.failed == [] and len(load.answers) > 50
    assert load.images == ["web:1", "web:2"]
    assert switched.of("web-blue-container") == ["update"], "it scales to zero"
    assert (colour(fake, "blue")["min_scale"], colour(fake, "green")["min_scale"]) == (0, 1)

    given["active"] = "blue"
    with Load(fake, host(made)) as load:
        back = made.up()
    assert load.failed == []
    assert load.images == ["web:2", "web:1"]
    assert sorted(sorted(body) for body in writes(fake, back)) == [["args"], ["min_scale"], ["min_scale"]]
    assert back.changes.get("create") is None and back.changes.get("replace") is None
    made.destroy()


@pytest.mark.parametrize("image, told", [("web:answers-500", "500 instead of 200 to 299"), ("does-not-start", "unable to start")])
def test_a_release_that_is_unwell_leaves_the_old_one_serving(stack: Make, fake: Fake, image: str, told: str) -> None:
    given, program = deployment()
    made = stack(program)
    made.up()
    fake.settle(SETTLE)
    before = colour(fake, "blue")
    given.update(active="green", green={"image": image})
    with Load(fake, host(made)) as load:
        for _ in range(2):
            with pytest.raises(Failed, match=told):
                made.up()
    assert load.failed == [] and load.images == ["web:1"]
    assert colour(fake, "blue") == before, "the one that serves is not touched"
    # Giving up the release is as good as mending it.
    given["active"] = "blue"
    with Load(fake, host(made)) as load:
        given["green"] = {"image": "web:1"}
        made.up()
        given.update(active="green", green={"image": "web:3"})
        made.up()
    assert load.failed == [] and load.images == ["web:1", "web:3"]
    made.destroy()


@pytest.mark.parametrize("step, serving", [("green", "web:1"), ("router", "web:1"), ("blue", "web:2")])
def test_a_switch_that_fails_at_any_call_fails_no_request_and_is_finished_later(
    stack: Make, fake: Fake, step: str, serving: str
) -> None:
    given, program = deployment()
    made = stack(program)
    made.up()
    fake.settle(SETTLE)
    given.update(active="green", green={"image": "web:2"})
    # The calls of the switch, in their order: green gets the image, the router leads to it, blue is scaled down.
    skip = ["green", "router", "blue"].index(step)
    refusal = {"type": "invalid_arguments", "message": "not today"}
    fake.fault({"status": {"code": 400, "body": refusal}}, method="PATCH", path="/containers/*/containers/*", skip=skip)
    with Load(fake, host(made)) as load:
        with pytest.raises(Failed, match="not today"):
            made.up()
        assert fake.ask(host(made))[1]["image"] == serving
        made.up()
    assert load.failed == [] and load.images == ["web:1", "web:2"]
    assert (colour(fake, "blue")["min_scale"], colour(fake, "green")["min_scale"]) == (0, 1)
    assert made.up().changed == {}
    made.destroy()


def test_a_host_name_of_its_own_stays_through_a_switch(stack: Make, fake: Fake) -> None:
    given, program = deployment(hostname="www.shop.example.org", dns_zone="shop.example.org")

    def with_zone() -> None:
        scaleway.domain.Zone("shop", domain="example.org", subdomain="shop")
        program()

    made = stack(with_zone)
    made.up()
    assert host(made) == "www.shop.example.org"
    fake.settle(SETTLE)
    given.update(active="green", green={"image": "web:2"})
    with Load(fake, host(made)) as load:
        switched = made.up()
    assert load.failed == [] and load.images == ["web:1", "web:2"]
    assert switched.of("web-record") == [] and switched.of("web-domain") == []
    made.destroy()
