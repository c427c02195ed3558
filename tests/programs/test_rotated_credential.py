"""A key, and a login at a database, rotated under a client that never stops using it, with a fault at each step."""

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
from load import Again
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


# The same of a login at a database.
LOGIN_FAULTS: dict[str, tuple[dict[str, Any], Any, bool]] = {
    "the new password is refused": ({"method": "PATCH", "path": "/rdb/*/users/*"}, REFUSED, False),
    "the rights are refused": ({"method": "PUT", "path": "/rdb/*/privileges"}, REFUSED, False),
    "nobody can log in": ({"method": "LOGIN", "path": "//app/*"}, {"status": {"code": 503}}, False),
    "the login cannot be filed": ({"method": "POST", "path": "/secret-manager/*/versions"}, REFUSED, False),
    "the consumer cannot be moved": ({"method": "PATCH", "path": "/containers/v1/*/containers/*"}, REFUSED, False),
    "the old version stays": ({"method": "DELETE", "path": "/secret-manager/*"}, REFUSED, True),
    "the old rights stay": ({"method": "PUT", "path": "/rdb/*/privileges", "skip": 1}, REFUSED, True),
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
    """A rotated login at a database, and a container that uses it."""

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


def test_whatever_fails_a_login_is_never_refused_until_the_rotation_has_ended(tmp_path: Path) -> None:
    with Fake(tmp_path) as fake:
        settings = {"trigger": "first"}
        stack = Stack(tmp_path, rotated_login(settings), fake)
        assert stack.preview().calls == []
        stack.up()
        assert url_in_use(fake).startswith("postgresql://evalap_app_a:") and lets_in(fake, url_in_use(fake))
        assert stack.up().changed == {}
        refresh = stack.refresh()
        assert refresh.changed == {}, refresh.differences
        for generation, (what, (where, kind, moves)) in enumerate(LOGIN_FAULTS.items(), start=2):
            before = url_in_use(fake)
            settings["trigger"] = what
            with Consumer(fake, url_in_use, lets_in) as consumer:
                fake.fault(kind, times=1000, **where)
                with pytest.raises(Failed) as failed:
                    stack.up()
                assert before.split(":")[2].partition("@")[0] not in str(failed.value), what
                assert (url_in_use(fake) != before) == moves, what
                assert lets_in(fake, url_in_use(fake)) and lets_in(fake, before), f"{what}: nothing is lost"
                fake.no_faults()
                stack.up()
            assert consumer.broken == [], what
            assert stack.outputs()["generation"] == generation, what
            assert lets_in(fake, url_in_use(fake)) and url_in_use(fake) != before, what
            assert not lets_in(fake, before), f"{what}: the old user has no rights in the end"
            users = {found["fields"]["name"] for found in fake.objects("rdb/user")}
            assert users == {"admin", "evalap_app_a", "evalap_app_b"}, "nobody is dropped"
            again = stack.up()
            assert again.changed == {}, (what, again.differences)
        stack.destroy()
        assert fake.objects("rdb/user") == []


def test_a_preview_tells_whose_turn_it_will_be_and_what_stays(tmp_path: Path) -> None:
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
        assert set(preview.changed) & {"evalap-password-a", "evalap-user-a"} == set(), "who has the turn keeps it till the end"
        with Consumer(fake, url_in_use, lets_in) as consumer:
            stack.up()
        assert consumer.broken == [] and not lets_in(fake, before)
        settings["trigger"] = "second"
        stack.up()
        assert url_in_use(fake).startswith("postgresql://evalap_app_a:") and url_in_use(fake) != before
        assert stack.up().changed == {}
        stack.destroy()


def test_whatever_fails_the_consumer_goes_on_and_the_next_update_ends_the_rotation(tmp_path: Path) -> None:
    # Keys that nobody made, and those that are gone, are refused.
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


def test_a_key_whose_answer_was_lost_is_deleted_and_created_again(tmp_path: Path) -> None:
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


def test_a_key_that_is_old_enough_is_rotated_and_each_preview_tells_its_days(tmp_path: Path) -> None:
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


def url_in_use(fake: Fake) -> str:
    """The connection string that the container finds in its environment."""
    (container,) = fake.objects("containers/container")
    url = container["fields"]["environment_variables"]["DATABASE_URL"]
    assert isinstance(url, str)
    return url


def lets_in(fake: Fake, url: str) -> bool:
    """Whether the database lets in who connects so. Asked past the faults, which are for the plugin."""
    told = urllib.parse.urlsplit(url)
    login = {"user": told.username, "password": told.password, "database": told.path.removeprefix("/")}
    request = urllib.request.Request(f"{fake.url}/_fake/login", data=json.dumps(login).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        return bool(json.loads(answer.read())["accepted"])


def only_the_newest_is_left(fake: Fake) -> None:
    """One key, and one version of the secret whose value can be had."""
    (key,) = fake.objects("iam/api_key")
    assert key["id"] == in_use(fake)[0]
    versions = [found["fields"] for found in fake.objects("secret/version")]
    enabled = [version["revision"] for version in versions if version["status"] == "enabled"]
    assert enabled == [max(version["revision"] for version in versions)]


class Consumer(Again):
    """Uses what the container was given all the time, as the container would; `broken` tells when that failed."""

    pause = 0.02

    def __init__(self, fake: Fake, given: Callable[[Fake], Any] = in_use, used: Callable[[Fake, Any], bool] = works) -> None:
        super().__init__()
        self.fake, self.given, self.used = fake, given, used
        self.broken: list[Any] = []

    def once(self) -> None:
        given = self.given(self.fake)
        # A container that was given another one meanwhile does not use this one any more.
        if not self.used(self.fake, given) and self.given(self.fake) == given:
            self.broken.append(given[0])
