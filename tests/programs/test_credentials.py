"""Messages for missing and for invalid credentials."""

from __future__ import annotations

from pathlib import Path

import evalap_scaleway as scaleway
import pytest

from fake import ACCESS_KEY, SECRET_KEY, Fake
from stack import Failed, Stack


def program() -> None:
    scaleway.registry.Namespace("images")


def test_missing_credentials_are_named(tmp_path: Path, fake: Fake) -> None:
    # No environment variables and no configuration file.
    nothing = {"SCW_ACCESS_KEY": "", "SCW_SECRET_KEY": "", "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    stack = Stack(tmp_path, program, fake, environment=nothing)
    with pytest.raises(Failed) as failed:
        stack.up()
    message = reason_reported_once(failed.value)
    assert "SCW_SECRET_KEY" in message and "secretKey" in message
    assert failed.value.run.calls == []


def test_invalid_credentials_are_named(tmp_path: Path) -> None:
    with Fake(tmp_path, seed={"keys": ["22222222-2222-4222-8222-222222222222"]}) as fake:
        stack = Stack(tmp_path, program, fake)
        with pytest.raises(Failed) as failed:
            stack.up()
    message = reason_reported_once(failed.value)
    assert "SCW_SECRET_KEY" in message, message
    assert SECRET_KEY not in failed.value.run.output and ACCESS_KEY[:8] not in message.replace("SCW_ACCESS_KEY", "")


def reason_reported_once(failed: Failed) -> str:
    """The message contain the reason once, and that the update failed."""
    message = str(failed)
    assert message.count("error:") <= 2, f"the reason is reported more than once: {message}"
    return message
