"""Whole programs as users write them, in both languages: examples of products beside those of EvalAP.

`SETTLE=3 scripts/run pytest tests/programs/test_whole_programs.py -s` prints how long each `up` takes if every status of the fake lasts
three seconds.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator

import pytest

from fake import Fake
from stack import EXAMPLE_SECRETS, Stack, example, example_stack
from test_resources import check_no_changes
from typescript import TypescriptStack

# The secrets of each program, and its stack outputs.
PROGRAMS: dict[str, tuple[list[str], set[str]]] = {
    "data-platform": (["password"], {"bucket", "job", "kafka"}),
    "instances": ([], {"address", "certificateExpires"}),
    "kubernetes": ([], {"address", "apiServer", "kubeconfig"}),
    "shop": (["databasePassword", "redisPassword"], {"url", "spf"}),
    "site": ([], {"url", "page"}),
}


def secrets_of(name: str) -> dict[str, str]:
    """The secrets that the program reads from its configuration."""
    return {f"{name}:{key}": EXAMPLE_SECRETS["databasePassword"] for key in PROGRAMS[name][0]}


def test_every_example_is_tested() -> None:
    others = {"application", "evalap"}
    found = {path.name.removesuffix("-python") for path in example("").glob("*-python")}
    assert found - others == set(PROGRAMS)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Fake]:
    with Fake(tmp_path, settle=float(os.environ.get("SETTLE", "0"))) as fake:
        yield fake


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_in_python(name: str, tmp_path: Path, fake: Fake) -> None:
    check(name, example_stack(tmp_path, fake, of=f"{name}-python", project=name, secrets=secrets_of(name)), fake)


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_in_typescript(name: str, tmp_path: Path, fake: Fake) -> None:
    stack = TypescriptStack(tmp_path, example(f"{name}-typescript"), fake, name="dev", secrets=secrets_of(name))
    check(name, stack, fake)
    stack.close()


def check(name: str, stack: Stack | TypescriptStack, fake: Fake) -> None:
    """Up, up, refresh, destroy."""
    before = fake.existing()
    up = stack.up()
    print(f"\n{name}: up in {up.seconds:.1f} s, {len(up.calls)} requests")
    assert set(stack.outputs()) == PROGRAMS[name][1]
    assert all(stack.outputs().values())
    check_no_changes(stack)
    stack.destroy()
    assert fake.existing() - before == set(), "objects remain after the destroy"
