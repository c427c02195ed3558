"""The plugin or the CLI is killed with -9 while resources are created; the next up creates no duplicate.

`make reliability` kills at 12 requests each; these are some of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kills import VICTIMS, Everything, run_killed
from schedule import creates, run
from test_resources import TABLES

SEED = 20261128


@pytest.mark.parametrize("victim", VICTIMS)
def test_no_resource_is_created_twice_after_a_kill(victim: str, tmp_path: Path) -> None:
    # An eighth of the resources for each process: all their create requests are held at the same time.
    # `make reliability` kills all of them, and tests/simulation kills both in random programs.
    tables = TABLES[VICTIMS.index(victim) :: 8]
    outcomes = run_killed(tmp_path / "killed", run(tmp_path / "references", creates(tables)), victim, after=True)
    wrong = [str(outcome) for outcome in outcomes if outcome.problems]
    assert wrong == [], f"{len(wrong)} of {len(outcomes)}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("victim", VICTIMS)
def test_program_with_every_resource_type_converges_after_a_kill(victim: str, tmp_path: Path) -> None:
    everything = Everything(tmp_path)
    everything.measure()
    ((call, after),) = everything.random_kills(SEED + VICTIMS.index(victim), 1)
    problems = everything.run("killed", victim, call, after)
    assert problems == [], f"killed at request {call} of {everything.calls}, {'after' if after else 'before'} the API processed it"
