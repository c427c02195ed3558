"""A key that is rotated under a client that never stops using it, with a fault at each step of the rotation."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest
from pulumi import automation

from fake import SECRET_KEY, Fake
from stack import Failed, Stack

REFUSED = {"status": {"code": 400, "body": {"type": "invalid_arguments", "message": "a fault that was asked for"}}}

# In the order in which a rotation does it: what is struck, and whether the consumer has moved on by then.
FAULTS: dict[str, tuple[str, str, Any, bool]] = {
    "the new key is refused": ("POST", "/iam/v1alpha1/api-keys", REFUSED, False),
    "nobody can log in with the new key": ("GET", "/iam/v1alpha1/api-keys/*", {"status": {"code": 503}}, False),
    "the new key cannot be filed": ("POST", "/secret-manager/*/versions", REFUSED, False),
    "the consumer cannot be moved": ("PATCH", "/containers/v1/*/containers/*", REFUSED, False),
    "the old version stays": ("DELETE", "/secret-manager/*", REFUSED, True),
    "the old key stays": ("DELETE", "/iam/v1alpha1/api-keys/*", REFUSED, True),
}


def rotated(settings: dict[str, Any]) -> Callable[[], None]:
    """A rotated key, and a container that uses it."""

    def program() -> None:
        application = scaleway.iam.Application("application")
        key = scaleway.evalap.RotatedCredential(
            "evalap",
            environment="dev",
            application_id=application.id,
            trigger=settings["trigger"],
            overrides={"check": {"timeoutSeconds": 2, "intervalSeconds": 1}},
        )
        apps = scaleway.containers.Namespace("apps")
        scaleway.containers.Container(
            "consumer",
            namespace_id=apps.id,
            image="nginx:1.29",
            environment_variables={"ACCESS_KEY": key.access_key, "SECRET_KEY": key.secret_key},
        )
        pulumi.export("generation", key.generation)

    return program


def test_whatever_fails_the_consumer_goes_on_and_the_next_update_ends_the_rotation(tmp_path: Path) -> None:
    # Keys that nobody made, and those that are gone, are refused.
    with Fake(tmp_path, seed={"keys": [SECRET_KEY]}) as fake:
        settings = {"trigger": "first"}
        stack = Stack(tmp_path, rotated(settings), fake)
        stack.up()
        assert works(fake, in_use(fake))
        for generation, (what, (method, path, kind, moves)) in enumerate(FAULTS.items(), start=2):
            before = in_use(fake)
            settings["trigger"] = what
            with Consumer(fake) as consumer:
                fake.fault(kind, method=method, path=path, times=1000)
                with pytest.raises(Failed):
                    stack.up()
                assert (in_use(fake) != before) == moves, what
                assert works(fake, in_use(fake)) and works(fake, before), f"{what}: nothing is lost"
                fake.no_faults()
                stack.up()
            assert consumer.broken == [], what
            assert stack.outputs()["generation"] == generation, what
            assert works(fake, in_use(fake)) and in_use(fake) != before, what
            assert not works(fake, before), f"{what}: the old key is gone in the end"
            only_the_newest_is_left(fake)
            again = stack.up()
            assert again.changed == {}, (what, again.differences)
        stack.destroy()
        assert fake.objects("iam/api_key") == []


def test_a_key_whose_answer_was_lost_is_never_used_and_the_old_one_is_kept(tmp_path: Path) -> None:
    with Fake(tmp_path, seed={"keys": [SECRET_KEY]}) as fake:
        settings = {"trigger": "first"}
        stack = Stack(tmp_path, rotated(settings), fake)
        stack.up()
        before = in_use(fake)
        settings["trigger"] = "second"
        with Consumer(fake) as consumer:
            fake.fault("drop_after", method="POST", path="/iam/v1alpha1/api-keys")
            with pytest.raises(Failed, match="may exist all the same"):
                stack.up()
            assert in_use(fake) == before and works(fake, before)
            stack.up()
        assert consumer.broken == []
        assert works(fake, in_use(fake)) and not works(fake, before)
        stack.destroy()


def test_a_key_that_is_old_enough_is_rotated_and_each_preview_tells_its_days(tmp_path: Path) -> None:
    with Fake(tmp_path, seed={"keys": [SECRET_KEY]}) as fake:
        stack = Stack(tmp_path, rotated({"trigger": "first"}), fake)
        preview = stack.preview()
        assert preview.calls == []
        stack.up()
        before = in_use(fake)
        preview = stack.preview()
        assert preview.changed == {} and preview.calls == []
        assert "it is rotated in 89 days, or when `trigger` changes" in preview.output
        refresh = stack.refresh()
        assert refresh.changed == {}, refresh.differences
        age(stack)
        preview = stack.preview()
        assert "days ago: it is rotated now" in preview.output
        assert preview.of("evalap-rotation") == ["update"] and "replace" in preview.of("evalap-apiKey")
        assert preview.difference("evalap-rotation") == ["rotatedAt"]
        with Consumer(fake) as consumer:
            stack.up()
        assert consumer.broken == []
        assert in_use(fake) != before and works(fake, in_use(fake)) and not works(fake, before)
        assert stack.up().changed == {}
        stack.destroy()


def age(stack: Stack) -> None:
    """Lets the key have been made long ago, as far as the state tells."""
    exported = automation.Stack.export_stack(stack.automation)
    for resource in exported.deployment["resources"]:
        if resource["urn"].endswith("::evalap-rotation"):
            resource["outputs"] |= {"rotatedAt": "2020-01-01T00:00:00Z", "dueAt": "2020-03-31T00:00:00Z"}
    automation.Stack.import_stack(stack.automation, exported)


def in_use(fake: Fake) -> tuple[str, str]:
    """The key that the container finds in its environment."""
    (container,) = fake.objects("containers/container")
    variables = container["fields"]["environment_variables"]
    return variables["ACCESS_KEY"], variables["SECRET_KEY"]


def works(fake: Fake, key: tuple[str, str]) -> bool:
    """Whether Scaleway takes the key. Asked past the faults, which are for the plugin."""
    headers = {"X-Auth-Token": key[1]}
    request = urllib.request.Request(f"{fake.url}/registry/v1/regions/fr-par/namespaces", headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as refused:
        assert refused.code == 401, refused
        return False


def only_the_newest_is_left(fake: Fake) -> None:
    """One key, and one version of the secret whose value can be had."""
    (key,) = fake.objects("iam/api_key")
    assert key["id"] == in_use(fake)[0]
    versions = [found["fields"] for found in fake.objects("secret/version")]
    enabled = [version["revision"] for version in versions if version["status"] == "enabled"]
    assert enabled == [max(version["revision"] for version in versions)]


class Consumer:
    """Uses the key of the container all the time, as the container would; `broken` tells when that failed."""

    def __init__(self, fake: Fake) -> None:
        self.fake = fake
        self.broken: list[str] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Consumer":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(0.02):
            key = in_use(self.fake)
            # A container that was given another key meanwhile does not use this one any more.
            if not works(self.fake, key) and in_use(self.fake) == key:
                self.broken.append(key[0])
