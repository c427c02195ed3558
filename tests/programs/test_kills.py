"""The plugin or the CLI is killed with -9 while resources are being created; the next up makes no second object.

`make reliability` kills at 12 moments each; here are some of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kills import VICTIMS, Everything, killed
from schedule import creates, run
from test_resources import TABLES

SEED = 20261128


@pytest.mark.parametrize("victim", VICTIMS)
def test_no_kind_is_made_twice_after_a_kill(victim: str, tmp_path: Path) -> None:
    # Half of the resources for each victim: their creating calls are all held at the same time.
    tables = TABLES[VICTIMS.index(victim) :: 2]
    outcomes = killed(tmp_path / "killed", run(tmp_path / "references", creates(tables)), victim, after=True)
    wrong = [str(outcome) for outcome in outcomes if outcome.problems]
    assert wrong == [], f"{len(wrong)} of {len(outcomes)}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("victim", VICTIMS)
def test_one_program_of_every_resource_converges_after_a_kill(victim: str, tmp_path: Path) -> None:
    everything = Everything(tmp_path)
    everything.measure()
    ((call, after),) = everything.moments(SEED + VICTIMS.index(victim), 1)
    problems = everything.round("killed", victim, call, after)
    assert problems == [], f"killed at call {call} of {everything.calls}, {'after' if after else 'before'} the API acted"
