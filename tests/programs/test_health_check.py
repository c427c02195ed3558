"""Health checks through the real CLI: asked when they are made and changed, and of nobody else."""

from __future__ import annotations

from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import Fake
from stack import Failed, Run, Stack

Make = Callable[..., Stack]


def looks(run: Run) -> list[int | None]:
    """What the looks of a run at containers saw."""
    return [call.status for call in run.calls if call.path.startswith("//")]


def checked(settings: dict[str, Any]) -> Callable[[], None]:
    """A container, a check of it, and something that is made after the check."""

    def program() -> None:
        namespace = scaleway.containers.Namespace("apps")
        web = scaleway.containers.Container(
            "web", namespace_id=namespace.id, image=settings["image"], privacy=settings.get("privacy", "public")
        )
        healthy = scaleway.evalap.HealthCheck(
            "healthy",
            url=pulumi.Output.concat(web.public_endpoint, "/health"),
            triggers={"image": settings["image"]},
            headers=settings.get("headers"),
            interval_seconds=1,
            timeout_seconds=2,
        )
        scaleway.registry.Namespace(
            "after", description=settings["image"], opts=pulumi.ResourceOptions(depends_on=[healthy])
        )
        pulumi.export("status", healthy.status)

    return program


def test_a_check_is_asked_when_it_is_made_and_when_it_changes(stack: Make) -> None:
    settings: dict[str, Any] = {"image": "web:1"}
    made = stack(checked(settings))
    assert made.preview().calls == []
    assert looks(made.up()) == [200]
    assert made.outputs()["status"] == 200
    again = made.up()
    assert again.changed == {} and again.calls == []
    assert looks(made.refresh()) == []
    settings["image"] = "web:2"
    assert made.preview().calls == []
    changed = made.up()
    assert looks(changed) == [200]
    assert changed.difference("healthy") == ["triggers.image"]
    assert looks(made.destroy()) == []


def test_what_is_unwell_fails_the_update_and_what_comes_after_stays(stack: Make, fake: Fake) -> None:
    settings: dict[str, Any] = {"image": "web:1"}
    made = stack(checked(settings))
    made.up()
    settings["image"] = "web:answers-503"
    told: list[str] = []
    with pytest.raises(Failed) as failed:
        made.up(on_output=told.append)
    assert "503 instead of 200 to 299" in str(failed.value)
    assert "check the logs" in str(failed.value)
    assert "not healthy yet" in "".join(told)
    (after,) = fake.objects("registry/namespace")
    assert after["fields"]["description"] == "web:1"
    # The next run looks again, though nothing has changed since, and goes on once all is well.
    with pytest.raises(Failed):
        made.up()
    settings["image"] = "web:3"
    assert looks(made.up()) == [200]
    (after,) = fake.objects("registry/namespace")
    assert after["fields"]["description"] == "web:3"


def test_a_key_for_a_private_container_goes_along_and_is_told_to_nobody(stack: Make, fake: Fake) -> None:
    settings: dict[str, Any] = {"image": "web:1", "privacy": "private", "headers": {"X-Auth-Token": "canary-wrong"}}
    made = stack(checked(settings))
    with pytest.raises(Failed) as failed:
        made.up()
    assert "403 instead of" in str(failed.value) and "canary" not in failed.value.run.output
    container = fake.objects("containers/container")[0]["id"]
    token = fake.call("POST", "/containers/v1beta1/regions/fr-par/tokens", {"container_id": container})["token"]
    settings["headers"] = {"X-Auth-Token": token}
    run = made.up()
    assert looks(run) == [200]
    assert token not in run.output and token not in str(made.state())
