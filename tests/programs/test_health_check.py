"""Health checks with the Pulumi CLI: requests are sent only when a check is created or changed."""

from __future__ import annotations

from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import Fake
from stack import Failed, Run, Stack

Make = Callable[..., Stack]


def check_statuses(run: Run) -> list[int | None]:
    """The statuses of the health check requests of a run."""
    return [call.status for call in run.calls if call.path.startswith("//")]


def checked(settings: dict[str, Any]) -> Callable[[], None]:
    """A container, a health check of it, and a resource that depends on the check."""

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


def test_health_check_is_sent_on_create_and_on_change(stack: Make) -> None:
    settings: dict[str, Any] = {"image": "web:1"}
    deployed = stack(checked(settings))
    assert deployed.preview().calls == []
    assert check_statuses(deployed.up()) == [200]
    assert deployed.outputs()["status"] == 200
    again = deployed.up()
    assert again.changed == {} and again.calls == []
    assert check_statuses(deployed.refresh()) == []
    settings["image"] = "web:2"
    assert deployed.preview().calls == []
    changed = deployed.up()
    assert check_statuses(changed) == [200]
    assert changed.difference("healthy") == ["triggers.image"]
    assert check_statuses(deployed.destroy()) == []


def test_unhealthy_container_fails_the_update_and_dependents_are_unchanged(stack: Make, fake: Fake) -> None:
    settings: dict[str, Any] = {"image": "web:1"}
    deployed = stack(checked(settings))
    deployed.up()
    settings["image"] = "web:answers-503"
    output: list[str] = []
    with pytest.raises(Failed) as failed:
        deployed.up(on_output=output.append)
    assert "503 instead of 200 to 299" in str(failed.value)
    assert "check the logs" in str(failed.value)
    assert "not healthy yet" in "".join(output)
    (after,) = fake.objects("registry/namespace")
    assert after["fields"]["description"] == "web:1"
    # The next run checks again without a change, and continues when the container is healthy.
    with pytest.raises(Failed):
        deployed.up()
    settings["image"] = "web:3"
    assert check_statuses(deployed.up()) == [200]
    (after,) = fake.objects("registry/namespace")
    assert after["fields"]["description"] == "web:3"


def test_token_for_a_private_container_is_sent_and_stays_secret(stack: Make, fake: Fake) -> None:
    settings: dict[str, Any] = {"image": "web:1", "privacy": "private", "headers": {"X-Auth-Token": "canary-wrong"}}
    deployed = stack(checked(settings))
    with pytest.raises(Failed) as failed:
        deployed.up()
    assert "403 instead of" in str(failed.value) and "canary" not in failed.value.run.output
    container = fake.objects("containers/container")[0]["id"]
    token = fake.call("POST", "/containers/v1beta1/regions/fr-par/tokens", {"container_id": container})["token"]
    settings["headers"] = {"X-Auth-Token": token}
    run = deployed.up()
    assert check_statuses(run) == [200]
    assert token not in run.output and token not in str(deployed.state())
