"""Rotations of an API key and of a database login that a client uses continuously, with a fault at each step."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest
from pulumi import automation

from fake import Fake
from load import Repeated
from stack import Failed, Stack

REJECTED = {"status": {"code": 400, "body": {"type": "invalid_arguments", "message": "an injected fault"}}}

# The steps of a rotation in order: the request that fails, and whether the consumer uses the new key by then.
FAULTS: dict[str, tuple[str, str, Any, bool]] = {
    "the new key is rejected": ("POST", "/iam/v1alpha1/api-keys", REJECTED, False),
    "the new key is not valid yet": ("GET", "/iam/v1alpha1/api-keys/*", {"status": {"code": 503}}, False),
    "the new key cannot be stored": ("POST", "/secret-manager/*/versions", REJECTED, False),
    "the consumer cannot be updated": ("PATCH", "/containers/v1/*/containers/*", REJECTED, False),
    "the old version is not deleted": ("DELETE", "/secret-manager/*", REJECTED, True),
    "the old key is not deleted": ("DELETE", "/iam/v1alpha1/api-keys/*", REJECTED, True),
}


# The same for a database login.
LOGIN_FAULTS: dict[str, tuple[dict[str, Any], Any, bool]] = {
    "the new password is rejected": ({"method": "PATCH", "path": "/rdb/*/users/*"}, REJECTED, False),
    "the privileges are rejected": ({"method": "PUT", "path": "/rdb/*/privileges"}, REJECTED, False),
    "the login fails": ({"method": "LOGIN", "path": "//app/*"}, {"status": {"code": 503}}, False),
    "the login cannot be stored": ({"method": "POST", "path": "/secret-manager/*/versions"}, REJECTED, False),
    "the consumer cannot be updated": ({"method": "PATCH", "path": "/containers/v1/*/containers/*"}, REJECTED, False),
    "the old version is not deleted": ({"method": "DELETE", "path": "/secret-manager/*"}, REJECTED, True),
    "the old privileges stay": ({"method": "PUT", "path": "/rdb/*/privileges", "skip": 1}, REJECTED, True),
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


def rotated_login(settings: dict[str, Any]) -> Callable[[], None]:
    """A rotated database login, and a container that uses it."""

    def program() -> None:
        instance = scaleway.databases.Instance(
            "data", engine="PostgreSQL-16", node_type="DB-DEV-S", user_name="admin", password="Made-up-canary-1"
        )
        database = scaleway.databases.Database("app", instance_id=instance.id, name="app")
        login = scaleway.evalap.RotatedCredential(
            "evalap",
            environment="dev",
            database={"instance_id": instance.id, "name": database.name, "host": "10.0.0.2", "port": 5432},
            trigger=settings["trigger"],
            overrides={"login": {"timeoutSeconds": 2, "intervalSeconds": 1}},
        )
        apps = scaleway.containers.Namespace("apps")
        scaleway.containers.Container(
            "consumer",
            namespace_id=apps.id,
            image="nginx:1.29",
            environment_variables={"DATABASE_URL": login.connection_string},
        )
        pulumi.export("generation", login.generation)

    return program


def test_login_is_valid_during_the_rotation_whatever_fails(tmp_path: Path) -> None:
    with Fake(tmp_path) as fake:
        settings = {"trigger": "first"}
        stack = Stack(tmp_path, rotated_login(settings), fake)
        assert stack.preview().calls == []
        stack.up()
        assert url_in_use(fake).startswith("postgresql://evalap_app_a:") and accepts_login(fake, url_in_use(fake))
        assert stack.up().changed == {}
        refresh = stack.refresh()
        assert refresh.changed == {}, refresh.differences
        for generation, (what, (where, kind, moves)) in enumerate(LOGIN_FAULTS.items(), start=2):
            before = url_in_use(fake)
            settings["trigger"] = what
            with Consumer(fake, url_in_use, accepts_login) as consumer:
                fake.fault(kind, times=1000, **where)
                with pytest.raises(Failed) as failed:
                    stack.up()
                assert before.split(":")[2].partition("@")[0] not in str(failed.value), what
                assert (url_in_use(fake) != before) == moves, what
                assert accepts_login(fake, url_in_use(fake)) and accepts_login(fake, before), f"{what}: no object is left over"
                fake.clear_faults()
                stack.up()
            assert consumer.broken == [], what
            assert stack.outputs()["generation"] == generation, what
            assert accepts_login(fake, url_in_use(fake)) and url_in_use(fake) != before, what
            assert not accepts_login(fake, before), f"{what}: the old user has no privileges at the end"
            users = {found["fields"]["name"] for found in fake.objects("rdb/user")}
            assert users == {"admin", "evalap_app_a", "evalap_app_b"}, "no user is deleted"
            again = stack.up()
            assert again.changed == {}, (what, again.differences)
        stack.destroy()
        assert fake.objects("rdb/user") == []


def test_preview_shows_the_next_user_and_the_unchanged_outputs(tmp_path: Path) -> None:
    with Fake(tmp_path) as fake:
        settings = {"trigger": "first"}
        stack = Stack(tmp_path, rotated_login(settings), fake)
        stack.up()
        before = url_in_use(fake)
        age(stack)
        preview = stack.preview()
        assert preview.calls == [] and "days ago: the credential is rotated now" in preview.output
        assert "replace" in preview.of("evalap-password-b") and preview.of("evalap-user-b") == ["update"]
        assert preview.of("evalap-privilege-b") == ["create"] and preview.of("evalap-privilege-a") == ["delete"]
        assert set(preview.changed) & {"evalap-password-a", "evalap-user-a"} == set(), "the active user does not change during the rotation"
        with Consumer(fake, url_in_use, accepts_login) as consumer:
            stack.up()
        assert consumer.broken == [] and not accepts_login(fake, before)
        settings["trigger"] = "second"
        stack.up()
        assert url_in_use(fake).startswith("postgresql://evalap_app_a:") and url_in_use(fake) != before
        assert stack.up().changed == {}
        stack.destroy()


def test_consumer_continues_whatever_fails_and_the_next_update_completes_the_rotation(tmp_path: Path) -> None:
    # Unknown and deleted keys are rejected.
    with Fake(tmp_path) as fake:
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
                assert works(fake, in_use(fake)) and works(fake, before), f"{what}: no object is left over"
                fake.clear_faults()
                stack.up()
            assert consumer.broken == [], what
            assert stack.outputs()["generation"] == generation, what
            assert works(fake, in_use(fake)) and in_use(fake) != before, what
            assert not works(fake, before), f"{what}: the old key is deleted at the end"
            check_only_newest_remains(fake)
            again = stack.up()
            assert again.changed == {}, (what, again.differences)
        stack.destroy()
        assert fake.objects("iam/api_key") == []


def test_key_with_an_ambiguous_create_response_is_deleted_and_created_again(tmp_path: Path) -> None:
    with Fake(tmp_path) as fake:
        settings = {"trigger": "first"}
        stack = Stack(tmp_path, rotated(settings), fake)
        stack.up()
        before = in_use(fake)
        settings["trigger"] = "second"
        with Consumer(fake) as consumer:
            fake.fault("drop_after", method="POST", path="/iam/v1alpha1/api-keys")
            stack.up()
        assert consumer.broken == []
        assert works(fake, in_use(fake)) and not works(fake, before)
        stack.destroy()
        assert fake.objects("iam/api_key") == []


def test_key_is_rotated_at_its_maximum_age_and_each_preview_shows_the_remaining_days(tmp_path: Path) -> None:
    with Fake(tmp_path) as fake:
        stack = Stack(tmp_path, rotated({"trigger": "first"}), fake)
        preview = stack.preview()
        assert preview.calls == []
        stack.up()
        before = in_use(fake)
        preview = stack.preview()
        assert preview.changed == {} and preview.calls == []
        assert "the credential is rotated in 89 days, or when `trigger` changes" in preview.output
        refresh = stack.refresh()
        assert refresh.changed == {}, refresh.differences
        age(stack)
        preview = stack.preview()
        assert "days ago: the credential is rotated now" in preview.output
        assert preview.of("evalap-rotation") == ["update"] and "replace" in preview.of("evalap-apiKey")
        assert preview.difference("evalap-rotation") == ["rotatedAt"]
        with Consumer(fake) as consumer:
            stack.up()
        assert consumer.broken == []
        assert in_use(fake) != before and works(fake, in_use(fake)) and not works(fake, before)
        assert stack.up().changed == {}
        stack.destroy()


def age(stack: Stack) -> None:
    """Moves the creation time of the key in the state into the past."""
    exported = automation.Stack.export_stack(stack.automation)
    for resource in exported.deployment["resources"]:
        if resource["urn"].endswith("::evalap-rotation"):
            resource["outputs"] |= {"rotatedAt": "2020-01-01T00:00:00Z", "dueAt": "2020-03-31T00:00:00Z"}
    automation.Stack.import_stack(stack.automation, exported)


def in_use(fake: Fake) -> tuple[str, str]:
    """The API key in the environment of the container."""
    (container,) = fake.objects("containers/container")
    variables = container["fields"]["environment_variables"]
    return variables["ACCESS_KEY"], variables["SECRET_KEY"]


def works(fake: Fake, key: tuple[str, str]) -> bool:
    """Whether the API accepts the key. The request is not affected by the faults."""
    headers = {"X-Auth-Token": key[1]}
    request = urllib.request.Request(f"{fake.url}/registry/v1/regions/fr-par/namespaces", headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        assert error.code == 401, error
        return False


def url_in_use(fake: Fake) -> str:
    """The connection string in the environment of the container."""
    (container,) = fake.objects("containers/container")
    url = container["fields"]["environment_variables"]["DATABASE_URL"]
    assert isinstance(url, str)
    return url


def accepts_login(fake: Fake, url: str) -> bool:
    """Whether the database accepts the login. The request is not affected by the faults."""
    parts = urllib.parse.urlsplit(url)
    login = {"user": parts.username, "password": parts.password, "database": parts.path.removeprefix("/")}
    request = urllib.request.Request(f"{fake.url}/_fake/login", data=json.dumps(login).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        return bool(json.loads(answer.read())["accepted"])


def check_only_newest_remains(fake: Fake) -> None:
    """There is one key, and one enabled version of the secret."""
    (key,) = fake.objects("iam/api_key")
    assert key["id"] == in_use(fake)[0]
    versions = [found["fields"] for found in fake.objects("secret/version")]
    enabled = [version["revision"] for version in versions if version["status"] == "enabled"]
    assert enabled == [max(version["revision"] for version in versions)]


class Consumer(Repeated):
    """Uses the current credential of the container continuously; `broken` lists the failures."""

    pause = 0.02

    def __init__(self, fake: Fake, given: Callable[[Fake], Any] = in_use, used: Callable[[Fake, Any], bool] = works) -> None:
        super().__init__()
        self.fake, self.given, self.used = fake, given, used
        self.broken: list[Any] = []

    def once(self) -> None:
        given = self.given(self.fake)
        # A credential that was replaced meanwhile is not used any more.
        if not self.used(self.fake, given) and self.given(self.fake) == given:
            self.broken.append(given[0])
