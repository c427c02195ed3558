"""The examples in both languages and both configurations, as a user runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fake import Fake
from stack import EXAMPLE_SECRETS, Stack, example, example_stack
from typescript import TypescriptStack


@pytest.mark.parametrize("name", ["dev", "production"])
def test_example_in_python_is_deployed_and_destroyed(name: str, tmp_path: Path, fake: Fake) -> None:
    check_lifecycle(example_stack(tmp_path, fake, name=name), fake)


@pytest.mark.parametrize("name", ["dev", "production"])
def test_example_in_typescript_is_deployed_and_destroyed(name: str, tmp_path: Path, fake: Fake) -> None:
    stack = TypescriptStack(tmp_path, example("evalap-typescript"), fake, name=name, secrets=EXAMPLE_SECRETS)
    check_lifecycle(stack, fake)
    stack.close()


def check_lifecycle(stack: Stack | TypescriptStack, fake: Fake) -> None:
    """Preview, up, up, refresh, destroy."""
    before = fake.existing()
    preview = stack.preview()
    assert preview.calls == [], "a preview sends no requests"
    up = stack.up()
    assert up.changes == preview.changes
    outputs = stack.outputs()
    assert outputs["url"].startswith("https://")
    assert outputs["connectionString"].startswith("postgresql://evalap:Canary-pass%2Fword-1234")
    assert f"@{outputs['databaseHost']}:" in outputs["connectionString"]
    assert outputs["databaseHost"].startswith("172.16.32.")

    again = stack.up()
    assert again.changed == {}, again.differences
    assert again.calls == [], "an up without changes sends no requests"
    refresh = stack.refresh()
    assert refresh.changed == {}, refresh.differences
    assert refresh.calls.writes == []

    stack.destroy()
    assert fake.existing() - before == set(), "objects remain after the destroy"
