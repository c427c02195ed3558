"""A fake Scaleway and stacks for every test. Run by `make e2e`, or by `scripts/run pytest tests/programs -n 4`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from fake import Fake
from stack import Program, Stack


# Modules of scripts that have tests here.
sys.path.append(str(Path(__file__).parents[2] / "scripts"))

# The CLI runs for a second or two. Without garbage collection below a limit, the tests need about a sixth less CPU time.
os.environ.setdefault("GOGC", "off")
os.environ.setdefault("GOMEMLIMIT", "1GiB")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "timed: measures seconds, so nothing else may run beside it")


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Fake]:
    """A separate fake for the test, without transient statuses."""
    with Fake(tmp_path) as started:
        yield started


@pytest.fixture
def stack(tmp_path: Path, fake: Fake) -> Callable[..., Stack]:
    """Makes a stack from a program."""

    def make(program: Program, **options: Any) -> Stack:
        return Stack(tmp_path, program, fake, **options)

    return make
