"""Figures that do not depend on the machine: numbers of requests, and sizes of states. figures.json contains the accepted ones,
and docs/performance.md shows them.

UPDATE_FIGURES=1 writes the file, and then `scripts/bench requests` the page. A change of more than 5 % in either direction fails, so
that both stay true.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Callable

import evalap_scaleway as scaleway

from fake import Fake
from stack import Run, Stack, example_stack

FIGURES = Path(__file__).with_name("figures.json")
TOLERANCE = 0.05
# The figures that only scripts/bench measures, because they need an optimized build.
MEASURED_BY_BENCH = "scripts/bench"
# Of each of the two types.
RESOURCES = 30
EVALAP = "examples/evalap-python"
# The limits of the project. The file accepts more where docs/performance.md explains why.
BOUNDS = {
    (EVALAP, "requests of preview"): 0,
    (EVALAP, "requests of up"): 32,
    (EVALAP, "requests of second up"): 0,
    (EVALAP, "requests of refresh"): 15,
    (EVALAP, "requests of destroy"): 20,
}
PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def size_of_state(stack: Stack) -> int:
    """The size of inputs and outputs of the provider's resources in the state, as compact JSON, in bytes."""
    resources = [found for found in stack.state()["resources"] if found["type"].startswith("evalap-scaleway:")]
    content = [[found.get("inputs"), found.get("outputs")] for found in resources]
    return len(json.dumps(content, separators=(",", ":")))


def requests(run: Run) -> int:
    """The requests of a command, without polls."""
    return len(run.calls) - run.calls.polls


def figures_of(stack: Stack) -> dict[str, int]:
    """The figures of an unchanged program."""
    return {
        "requests of preview": requests(stack.preview()),
        "requests of up": requests(stack.up()),
        "requests of second up": requests(stack.up()),
        "requests of refresh": requests(stack.refresh()),
        "bytes of inputs and outputs in the state": size_of_state(stack),
        "requests of destroy": requests(stack.destroy()),
    }


def test_figures_are_the_accepted_ones(tmp_path: Path) -> None:
    def plain() -> None:
        for number in range(RESOURCES):
            scaleway.registry.Namespace(f"images-{number}")
            scaleway.secrets.Secret(f"secret-{number}")

    stacks: dict[str, Callable[[Path, Fake], Stack]] = {
        EVALAP: example_stack,
        f"{2 * RESOURCES} plain resources": lambda directory, fake: Stack(directory, plain, fake, project="plain"),
    }
    found = {}
    for number, (program, stack) in enumerate(stacks.items()):
        directory = tmp_path / str(number)
        directory.mkdir()
        with Fake(directory) as fake:
            found[program] = figures_of(stack(directory, fake))
    if os.environ.get("UPDATE_FIGURES"):
        kept = {MEASURED_BY_BENCH: json.loads(FIGURES.read_text()).get(MEASURED_BY_BENCH, {})}
        FIGURES.write_text(json.dumps({**found, **kept}, indent=2) + "\n")
    accepted = json.loads(FIGURES.read_text())
    del accepted[MEASURED_BY_BENCH]
    assert accepted.keys() == found.keys()
    different = [
        f"{program}, {what}: {now} instead of {accepted[program].get(what)}"
        for program, figures in found.items()
        for what, now in figures.items()
        if abs(now - accepted[program].get(what, -1)) > TOLERANCE * accepted[program].get(what, 0)
    ]
    assert different == [], "UPDATE_FIGURES=1 accepts them"


def test_performance_page_has_the_accepted_figures() -> None:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.read_text().splitlines() if line.startswith("|")]
    shown = {row[0]: row[1].removesuffix(" B") for row in rows}
    accepted = json.loads(FIGURES.read_text())
    del accepted[MEASURED_BY_BENCH]
    figures = {f"{program}: {what}": str(number) for program, found in accepted.items() for what, number in found.items()}
    assert {what: shown.get(what) for what in figures} == figures, "`scripts/bench requests` writes them"
