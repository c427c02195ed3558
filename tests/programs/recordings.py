"""Tests that read recorded data, which is stored outside of the repository; the Rust suites do the same (tests/recordings)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def needs_recordings(path: Path) -> None:
    """Skips the test if a file of `../shared` is missing; with REQUIRE_RECORDINGS set, the test fails."""
    if path.exists():
        return
    reason = f"../shared/{path.parent.name}/{path.name} is missing; see \"Recordings\" in CONTRIBUTING.md"
    if os.environ.get("REQUIRE_RECORDINGS"):
        pytest.fail(f"{reason} (REQUIRE_RECORDINGS is set)")
    pytest.skip(reason)
