"""What a user without credentials, or with wrong ones, is told."""

from __future__ import annotations

from pathlib import Path

import evalap_scaleway as scaleway
import pytest

from fake import ACCESS_KEY, SECRET_KEY, Fake
from stack import Failed, Stack


def program() -> None:
    scaleway.registry.Namespace("images")


def test_missing_credentials_are_named(tmp_path: Path, fake: Fake) -> None:
    # Somebody who never used Scaleway: no variables, and nothing at home.
    nothing = {"SCW_ACCESS_KEY": "", "SCW_SECRET_KEY": "", "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    stack = Stack(tmp_path, program, fake, environment=nothing)
    with pytest.raises(Failed) as failed:
        stack.up()
    told = one_sentence(failed.value)
    assert "SCW_SECRET_KEY" in told and "secretKey" in told
    assert failed.value.run.calls == []


def test_wrong_credentials_are_named(tmp_path: Path) -> None:
    with Fake(tmp_path, seed={"keys": ["22222222-2222-4222-8222-222222222222"]}) as fake:
        stack = Stack(tmp_path, program, fake)
        with pytest.raises(Failed) as failed:
            stack.up()
    told = one_sentence(failed.value)
    assert "SCW_SECRET_KEY" in told, told
    assert SECRET_KEY not in failed.value.run.output and ACCESS_KEY[:8] not in told.replace("SCW_ACCESS_KEY", "")


def one_sentence(failed: Failed) -> str:
    """The diagnostics, which tell the reason once, and that the update failed."""
    told = str(failed)
    assert told.count("error:") <= 2, f"one sentence is enough: {told}"
    return told
