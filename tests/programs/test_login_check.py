"""Login checks with the Pulumi CLI and a PostgreSQL server, with password authentication as in managed databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import Fake
from postgres import PASSWORD, Postgres
from stack import Failed, Stack

CHANGED = "Made-up-canary-2"


def checked(settings: dict[str, Any]) -> Callable[[], None]:
    """A login check, and a resource that depends on it."""

    def program() -> None:
        inputs = {"host": "127.0.0.1", "database": "postgres", "user_name": "states", "encryption": "disable", **settings}
        login = scaleway.evalap.LoginCheck("login", interval_seconds=1, timeout_seconds=2, **inputs)
        text = str(settings["port"]) + str(settings.get("triggers"))
        scaleway.registry.Namespace("after", description=text, opts=pulumi.ResourceOptions(depends_on=[login]))

    return program


def test_login_with_the_password_succeeds_and_others_fail(tmp_path: Path, fake: Fake) -> None:
    with Postgres() as server:
        settings: dict[str, Any] = {"port": server.port, "password": PASSWORD}
        # Without the probe endpoint of the fake, which replaces every database.
        deployed = Stack(tmp_path, checked(settings), fake, environment={"EVALAP_SCALEWAY_PROBE_ENDPOINT": ""})
        assert deployed.preview().calls == []
        deployed.up()
        assert deployed.up().changed == {}
        refresh = deployed.refresh()
        assert refresh.changed == {}, refresh.differences
        server.query(f"ALTER USER states PASSWORD '{CHANGED}'")
        settings["triggers"] = {"changed": "once"}
        with pytest.raises(Failed, match='password authentication failed for user "states"') as failed:
            deployed.up()
        assert PASSWORD not in str(failed.value)
        settings |= {"password": CHANGED, "encryption": "require"}
        with pytest.raises(Failed, match="server does not support TLS") as failed:
            deployed.up()
        assert CHANGED not in str(failed.value)
        settings["encryption"] = "disable"
        assert deployed.up().of("login") == ["update"]
        deployed.destroy()
