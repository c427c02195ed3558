"""An upgrade of the provider changes nothing: states of earlier versions preview without differences and requests."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from pulumi import automation

from fake import Fake
from stack import EVERYTHING_SECRETS, Stack
from states import STATES, recorded

VERSIONS = sorted(path.name for path in STATES.iterdir() if path.is_dir())


def test_recorded_states_exist() -> None:
    assert VERSIONS != []


@pytest.mark.parametrize("version", VERSIONS)
def test_state_of_an_earlier_version_previews_without_changes(version: str, tmp_path: Path, fake: Fake) -> None:
    program = STATES / version / "program.py"
    stack = Stack(tmp_path, lambda: runpy.run_path(str(program), run_name="__main__"), fake, project="everything")
    stack.set_secrets(EVERYTHING_SECRETS)
    state = recorded(version)
    stack.automation.import_stack(automation.Deployment(state["version"], state["deployment"]))
    stored = {resource["urn"] for resource in state["deployment"]["resources"] if resource.get("custom")}
    assert len(stored) > 50

    preview = stack.preview()
    assert preview.changed == {}, preview.differences
    assert preview.calls.writes == []
