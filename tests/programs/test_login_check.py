"""Login checks through the real CLI, at a real PostgreSQL server that asks for the password as managed ones do."""

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
    """A login, and something that is made after it."""

    def program() -> None:
        inputs = {"host": "127.0.0.1", "database": "postgres", "user_name": "states", "encryption": "disable", **settings}
        login = scaleway.evalap.LoginCheck("login", interval_seconds=1, timeout_seconds=2, **inputs)
        text = str(settings["port"]) + str(settings.get("triggers"))
        scaleway.registry.Namespace("after", description=text, opts=pulumi.ResourceOptions(depends_on=[login]))

    return program


def test_a_real_database_lets_in_who_has_the_password_and_nobody_else(tmp_path: Path, fake: Fake) -> None:
    with Postgres() as server:
        settings: dict[str, Any] = {"port": server.port, "password": PASSWORD}
        # Not led to the fake, which stands in for every database otherwise.
        made = Stack(tmp_path, checked(settings), fake, environment={"EVALAP_SCALEWAY_PROBE_ENDPOINT": ""})
        assert made.preview().calls == []
        made.up()
        assert made.up().changed == {}
        refresh = made.refresh()
        assert refresh.changed == {}, refresh.differences
        server.query(f"ALTER USER states PASSWORD '{CHANGED}'")
        settings["triggers"] = {"changed": "once"}
        with pytest.raises(Failed, match='password authentication failed for user "states"') as failed:
            made.up()
        assert PASSWORD not in str(failed.value)
        settings |= {"password": CHANGED, "encryption": "require"}
        with pytest.raises(Failed, match="server does not support TLS") as failed:
            made.up()
        assert CHANGED not in str(failed.value)
        settings["encryption"] = "disable"
        assert made.up().of("login") == ["update"]
        made.destroy()
