"""One request of each resource's create, update or delete fails, and after the next up the fake's objects equal the program.

`make reliability` runs the whole schedule; this is one case for a quarter of the resources, the same in each run. Tests in Rust run
the whole schedule of all resources with a double of the engine (tests/schedules), which test_schedules.py compares with the CLI.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from schedule import AMBIGUOUS, OPERATIONS, Case, ambiguous_creates, references, run, sample, schedule
from test_resources import TABLES, name_of

SEED = 20261128


@pytest.mark.parametrize("start", (0, 4))
def test_next_up_converges_after_one_failed_request(start: int, tmp_path: Path) -> None:
    tables = TABLES[start::8]
    known = {outcome.case: outcome for outcome in run(tmp_path / "references", chosen(tables))}
    faulty = sample(known, SEED)
    assert {case.resource for case in faulty} == {name_of(table) for table in tables}
    outcomes = run(tmp_path / "faults", faulty, known)
    wrong = [str(outcome) for outcome in outcomes if outcome.problems]
    assert wrong == [], f"{len(wrong)} of {len(outcomes)}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("fault", AMBIGUOUS)
def test_create_with_an_ambiguous_response_creates_one_object(fault: str, tmp_path: Path) -> None:
    # One product for each fault; `make reliability` runs all combinations.
    product = dict(zip(AMBIGUOUS, ("containers", "network", "iam", "databases")))[fault]
    outcomes = ambiguous_creates(tmp_path, [table for table in TABLES if table.parent.name == product], [fault])
    wrong = [str(outcome) for outcome in outcomes if outcome.problems or not outcome.succeeded]
    assert wrong == [], f"{len(wrong)} of {len(outcomes)}:\n" + "\n".join(wrong)


# Deletes with several requests or with a wait.
LONG_DELETES = ["containers/container", "functions/function", "network/public_gateway", "observability/alert_manager"]


def test_resource_equals_the_program_in_the_next_up_after_its_delete_failed(tmp_path: Path) -> None:
    tables = [table for table in TABLES if name_of(table) in LONG_DELETES]
    assert len(tables) == len(LONG_DELETES)
    cases = [case for case in references(tables, ["delete"]) if case.follow_up == "reverted"]
    known = {outcome.case: outcome for outcome in run(tmp_path / "references", cases)}
    faulty = [case for of in known.values() for case in schedule(of) if case.fault in ("rejected", "cut after")]
    outcomes = run(tmp_path / "faults", faulty, known)
    assert not all(outcome.succeeded for outcome in outcomes), "no delete failed"
    wrong = [str(outcome) for outcome in outcomes if outcome.problems]
    assert wrong == [], f"{len(wrong)} of {len(outcomes)}:\n" + "\n".join(wrong)


# A validation cannot be taken back.
WITHOUT_REQUESTS = {("tem/domain_validation", "delete")}


def chosen(tables: list[Path]) -> list[Case]:
    """One operation and follow-up for each resource, alternating."""
    found: dict[Path, list[Case]] = {}
    for case in references(tables):
        if case.step == 0 and (case.resource, case.operation) not in WITHOUT_REQUESTS:
            found.setdefault(case.table, []).append(case)
    return [cases[(SEED + TABLES.index(table)) % len(cases)] for table, cases in found.items()]


def test_schedule_covers_each_operation_of_each_resource() -> None:
    covered = {(case.resource, case.operation) for case in references()}
    without_updates = {resource for resource, _ in covered} - {name for name, operation in covered if operation == "update"}
    assert {operation for _, operation in covered} == set(OPERATIONS)
    assert len({resource for resource, _ in covered}) == len(TABLES)
    assert len(without_updates) < len(TABLES) / 3, without_updates
