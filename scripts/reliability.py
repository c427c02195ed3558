"""Measures the result of deployments with failures, and writes docs/reliability.md. Started by scripts/reliability."""

from __future__ import annotations

import datetime
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Callable, Iterable

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "programs"))
sys.path.insert(0, str(ROOT / "scripts"))

import kills  # noqa: E402
import rates  # noqa: E402
import schedule  # noqa: E402
from bench import machine  # noqa: E402
from schedule import Outcome  # noqa: E402
from test_rates import LIMITS, holds  # noqa: E402
from test_resources import TABLES  # noqa: E402

PAGE = ROOT / "docs" / "reliability.md"
SEED = 20261128
KILLS = 12
DEPLOYMENTS = 200
# How many of these deployments must succeed at the first `up`.
GREEN = 199
# The simulated scenarios.
SIMULATED = 3000
# How many of them two cores must simulate in an hour.
RATE = 100_000

missed: list[str] = []


def main(parts: list[str]) -> None:
    for name in parts or PARTS:
        began = time.monotonic()
        print(f"{datetime.datetime.now():%H:%M:%S} {name}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="evalap-reliability-") as directory:
            section = PARTS[name](Path(directory))
        write(name, section, time.monotonic() - began)
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


def write(name: str, section: str, seconds: float) -> None:
    """Writes one section of the page, with the date and the machine of the measurement."""
    heading, _, rest = section.partition("\n")
    measured = (
        f"Measured on {datetime.datetime.now().astimezone():%Y-%m-%d %H:%M %Z}: {machine()}; {max(seconds / 60, 1):.0f} min; "
        f"seed {SEED}; `scripts/reliability {name}`."
    )
    sections = {found.partition("\n")[0]: found for found in PAGE.read_text().split("\n## ")[1:]}
    sections[heading.removeprefix("## ")] = f"{heading.removeprefix('## ')}\n\n{measured}\n{rest}\n"
    ordered = sorted(sections, key=lambda heading: HEADINGS.index(heading) if heading in HEADINGS else len(HEADINGS))
    PAGE.write_text("\n## ".join([HEAD, *(sections[heading].rstrip() + "\n" for heading in ordered)]))


# The sections of the page, in order.
HEADINGS = ["Ambiguous responses", "Killed processes", "Failed requests", "Rate limits", "Random faults", "Simulation"]

HEAD = """# Reliability

This page shows the results of deployments in which requests fail, responses are lost or processes are killed. `make reliability` writes
it: the Pulumi CLI and the release plugin deploy to `scaleway-fake`, a proxy between them injects faults, and the objects in the fake are
then compared with those of a run without faults. `make test` runs a sample of each section, and all fault schedules of all resources
without the CLI (`cargo test -p tests --test schedules`).
"""


def answers(directory: Path) -> str:
    """Lost responses of create requests, for each resource type."""
    outcomes = schedule.ambiguous_creates(directory, TABLES)
    rows = by_resource(outcomes, lambda outcome: outcome.case.fault or "", lambda outcome: shown(outcome, outcome.succeeded))
    note("ambiguous responses", [outcome for outcome in outcomes if outcome.problems or not outcome.succeeded])
    return f"""## Ambiguous responses

The API creates the object, but the client receives no valid response: the connection is closed, the body is truncated, or the status is
500 or 504. `ok`: the same `up` succeeds, and there is exactly one object. `failed`: the `up` fails, and the next `up` succeeds, with
exactly one object. Every other result is a bug.

{table(["Resource", *schedule.AMBIGUOUS], rows)}"""


def killed(directory: Path) -> str:
    """Killed processes, for each resource type and for one program with all of them."""
    known = schedule.run(directory / "references", schedule.creates(TABLES))
    columns = {}
    for victim in kills.VICTIMS:
        for after in (False, True):
            name = f"{victim} killed {'after' if after else 'before'} the API acts"
            columns[name] = kills.run_killed(directory / f"{victim}-{after}", known, victim, after)
    outcomes = [outcome for found in columns.values() for outcome in found]
    names = {id(outcome): name for name, found in columns.items() for outcome in found}
    rows = by_resource(outcomes, lambda outcome: names[id(outcome)], lambda outcome: shown(outcome, True))
    note("kills of each type", [outcome for outcome in outcomes if outcome.problems])
    return f"""## Killed processes

The plugin or the CLI is killed with `kill -9` while the object is being created. Then the procedure for
[stuck locks](guides/operations.md#stuck-locks) is followed, and the next `up` must succeed. `ok`: there is exactly one object.

{table(["Resource", *columns], rows)}

{random_kills(directory)}"""


def random_kills(directory: Path) -> str:
    """One program with every resource, killed at random requests."""
    everything = kills.Everything(directory / "everything")
    everything.measure()
    rows = []
    for victim in kills.VICTIMS:
        succeeded, bad = 0, []
        for number, (call, after) in enumerate(everything.random_kills(SEED + kills.VICTIMS.index(victim), KILLS)):
            problems = everything.run(f"{victim}-{number}", victim, call, after)
            succeeded += not problems
            if problems:
                bad.append(f"{'after' if after else 'before'} request {call}: {short(problems)}")
        rows.append([victim, f"{succeeded} of {KILLS}", "; ".join(bad) or "none"])
        if bad:
            missed.append(f"{victim} killed at random requests: {succeeded} of {KILLS}")
    return f"""A program with one of every resource and eight chosen names sends {everything.calls} requests. It is killed at {KILLS} random
requests. Converged: the next `up` succeeds, another one changes nothing, no object exists twice, and `destroy` deletes all objects.

{table(["Killed", "Converged", "Exceptions"], rows)}"""


def scheduled(directory: Path) -> str:
    """The fault schedule: each request of each operation."""
    references = [case for case in schedule.references() if case.step == 0]
    known = {outcome.case: outcome for outcome in schedule.run(directory / "references", references)}
    groups: dict[tuple[Path, str], list[Outcome]] = {}
    for outcome in known.values():
        groups.setdefault((outcome.case.table, outcome.case.operation), []).append(outcome)
    cases = []
    for outcomes in groups.values():
        # Each request and fault once, with alternating next programs.
        plans = [schedule.schedule(outcome) for outcome in outcomes]
        cases += [plans[place % len(plans)][place] for place in range(min(map(len, plans)))]
    outcomes = schedule.run(directory / "faults", cases, known)
    rows = []
    for operation in schedule.OPERATIONS:
        row = [operation]
        for fault in schedule.FAULTS:
            found = [of for of in outcomes if (of.case.operation, of.case.fault) == (operation, fault)]
            row.append(f"{sum(not of.problems for of in found)} of {len(found)}")
        rows.append(row)
    wrong = [outcome for outcome in outcomes if outcome.problems]
    note("fault schedule", wrong)
    listed = "\n".join(f"- {outcome.case}: {short(outcome.problems)}" for outcome in wrong) or "No exceptions."
    return f"""## Failed requests

Each request of the create, an update and the delete of each of the {len(TABLES)} resources fails once, in each of four ways. Then the same program, the
previous program, or a program with another change is deployed, in turn. Converged: that `up` succeeds, another one changes nothing and sends
no request, and the objects equal those of a run without the fault.

{table(["Operation", *schedule.FAULTS], rows)}

{listed}"""


def limited(directory: Path) -> str:
    """Rate limits."""
    rows = []
    for per_second, resources in ((5, 200), (1, 60)):
        found = rates.at_rate(directory / str(per_second), per_second, resources)
        share, factor = LIMITS[per_second]
        rows.append(
            [
                str(per_second),
                str(resources),
                str(found.served),
                f"{found.share:.1%} (at most {share:.0%})",
                f"{found.seconds:.0f} s",
                f"{found.factor:.2f} (at most {factor})",
            ]
        )
        if not holds(found):
            missed.append(f"{per_second} requests per second")
    header = ["Requests per second", "Resources", "Requests", "429 responses", "Time", "Multiple of the ideal time"]
    return f"""## Rate limits

The API responds with 429, without `Retry-After`, to each request beyond the limit. The limit is not configured in the plugin.

{table(header, rows)}"""


def faulty(directory: Path) -> str:
    """Random faults."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor((os.cpu_count() or 2) + 1, mp_context=context) as pool:
        directories = [directory / str(number) for number in range(DEPLOYMENTS)]
        found = list(pool.map(rates.deploy, directories, range(SEED, SEED + DEPLOYMENTS)))
    succeeded = sum(deployment.succeeded for deployment in found)
    if succeeded < GREEN:
        missed.append(f"random faults: {succeeded} of {DEPLOYMENTS}")
    faults = [fault.rpartition(": ")[2] for deployment in found for fault in deployment.faults]
    rows = [[kind, str(faults.count(kind))] for kind in rates.KINDS]
    bad = "\n".join(
        f"- seed {of.seed}: {'; '.join(of.faults)}: {' '.join((of.error or '').split())[:300]} {'; '.join(of.wrong)}"
        for of in found
        if not of.succeeded
    )
    return f"""## Random faults

One request in a hundred fails, in one of {len(rates.KINDS)} ways, during {DEPLOYMENTS} deployments of 15 resources. **{succeeded} of {DEPLOYMENTS}** succeed at the first
`up`, with exactly the objects of the program (required: {GREEN}).

{table(["Fault", "Count"], rows)}

{bad or "No exceptions."}"""


def simulated(directory: Path) -> str:
    """The simulation, with an optimized build."""
    command = ["make", "simulate", f"SEEDS={SEED}..{SEED + SIMULATED}"]
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    print(run.stdout, file=sys.stderr)
    if run.returncode != 0:
        missed.append("simulation")

    def numbers(pattern: str) -> list[str]:
        found = re.search(pattern, run.stdout)
        if found is None:
            sys.exit(f"the simulation does not print {pattern}")
        return list(found.groups())

    count, seconds, failed = numbers(r"(\d+) runs in ([\d.]+) s on \d+ threads, (\d+) fail")
    rate, milliseconds = numbers(r"(\d+) runs an hour on 2 free cores \(([\d.]+) ms")
    green, deployments = numbers(r"(\d+) of (\d+) deployments of 15 resources succeed")
    faults = [fault.split(" ")[::-1] for fault in numbers(r"faults: (.*)")[0].split(", ")]
    defects = re.findall(r"(a .*) is found after (\d+) seeds, and shrunk to (\d+) steps", run.stdout)
    wrong = re.findall(r"^seed (\d+): (.*)$", run.stdout.partition(" runs in ")[2].partition("\ntest ")[0], re.MULTILINE)
    bad = "\n".join(f"- seed {seed}: {short([violation])}" for seed, violation in wrong)
    ended, tried, stuck = numbers(r"a process is killed in (\d+) of (\d+) seeds, (\d+) fail")
    with_kills = re.findall(r"^seed (\d+) with kills: (.*)$", run.stdout, re.MULTILINE)
    bad_kills = "\n".join(f"- seed {seed}: {short([violation])}" for seed, violation in with_kills)
    omitted = re.search(r"not counted, because .*: \[(.*)\]", run.stdout)
    not_counted = len(omitted[1].split(",")) if omitted else 0
    if int(rate) < RATE:
        missed.append(f"simulation: {rate} runs an hour")
    return f"""## Simulation

Plugin, fake and a double of Pulumi's engine in one process, in virtual time; random programs and faults of 22 kinds, also kills of the plugin
and of the engine. After at most two more `up`s (one more for each object that an interrupted delete has deleted) the objects equal the
program, no secret is in plain, and preview, refresh and another `up` change nothing. `make simulate SEEDS=3000` repeats it with random seeds.

**{int(count) - int(failed)} of {count}** scenarios converge (required: all); {not_counted} of them fail without faults too, because their
resources exclude each other. They took {seconds} s beside other processes, and {milliseconds} ms of processor time each:
**{int(rate):,} scenarios an hour on two free cores** (required: {RATE:,}).

{bad or "No exceptions."}

The same seeds with kills at waits, for a response or a pause: a process is killed in {ended} of {tried} scenarios, and **{stuck}** of them do not
converge (required: none).

{bad_kills or "No exceptions."}

Defects that are planted into the plugin's requests are found, and the scenarios are shrunk to at most ten commands and faults:

{table(["Defect", "Found after seeds (at most 1000)", "Commands and faults"], [list(defect) for defect in defects])}

One request in a hundred fails, in one of {len(faults)} ways, during {deployments} deployments of 15 resources: **{green} of {deployments}** succeed at the
first `up`, with exactly the objects of the program (required: 999 of 1000).

{table(["Fault", "Count"], faults)}"""


PARTS: dict[str, Callable[[Path], str]] = {
    "answers": answers,
    "kills": killed,
    "schedule": scheduled,
    "rates": limited,
    "faults": faulty,
    "simulation": simulated,
}


def shown(outcome: Outcome, succeeded: bool) -> str:
    """A table cell: the result of a case."""
    if outcome.problems:
        return short(outcome.problems)
    return "ok" if succeeded else "failed"


def short(problems: list[str]) -> str:
    """The first problem, shortened, without the fields of objects."""
    first = " ".join(problems[0].split(" {")[0].split()).replace("|", "\\|")
    return first[:160] + (f" (and {len(problems) - 1} more)" if len(problems) > 1 else "")


def by_resource(
    outcomes: Iterable[Outcome], column: Callable[[Outcome], str], cell: Callable[[Outcome], str]
) -> list[list[str]]:
    """One row for each resource, with a cell for each column in the order of the outcomes."""
    rows: dict[str, dict[str, str]] = {}
    for outcome in outcomes:
        rows.setdefault(outcome.case.resource, {})[column(outcome)] = cell(outcome)
    return [[resource, *cells.values()] for resource, cells in rows.items()]


def table(header: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def note(what: str, wrong: list[Outcome]) -> None:
    """Prints failed cases in full, and counts them as a missed limit."""
    for outcome in wrong:
        print(outcome, file=sys.stderr)
    if wrong:
        missed.append(f"{what}: {len(wrong)}")


if __name__ == "__main__":
    main(sys.argv[1:])
