"""A schedule of faults for any resource: one call of its create, update or delete fails, and the next up has to converge.

The resources come from the tables in resources/. All cases of a bench are in one stack, each with a provider, and so a
plugin, and a fake of its own: one run of the real CLI serves all of them, and no case can affect another.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Collection, Iterable

import evalap_scaleway as scaleway
import pulumi
import yaml
from pulumi.automation.events import EngineEvent

from fake import Calls, Fake
from proxy import Proxy, Request
from stack import UNCHANGED, Failed, Stack
from test_resources import TABLES, Subject, make, resolve

OPERATIONS = ("create", "update", "delete")

# What is deployed after the fault: the same program, the one before, or one with another change.
FOLLOW_UPS = ("same", "reverted", "changed")

# One call fails once, in each of these ways; see proxy.py.
FAULTS = ("rejected", "500", "cut before", "cut after")

# The answer to the creating call is lost, after the API acted.
LOST = ("cut after", "truncated", "500 after", "504 after")

# Each operation ends within this time, so that a case which can never succeed does not hold up the others.
LIMIT = pulumi.CustomTimeouts(create="90s", update="90s", delete="90s")

# How many plugins and fakes run at the same time.
WIDTH = 30

Inputs = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One resource, one operation, one fault, and what is deployed next. Without a fault it is the reference."""

    table: Path
    operation: str
    follow_up: str
    # Which of the table's updates, from 0.
    step: int = 0
    fault: str | None = None
    # Which call of the operation, from 0.
    call: int = 0

    @property
    def resource(self) -> str:
        return f"{self.table.parent.name}/{self.table.stem}"

    @property
    def reference(self) -> "Case":
        return replace(self, fault=None, call=0)

    def __str__(self) -> str:
        step = f" {self.step}" if self.operation == "update" else ""
        fault = f", call {self.call} {self.fault}" if self.fault else ""
        return f"{self.resource}: {self.operation}{step}{fault}, then {self.follow_up}"

    def programs(self) -> tuple[Inputs | None, Inputs | None, Inputs | None] | None:
        """The inputs before the operation, after it, and of the follow-up; None where the resource is not in the program.

        None at all if the table has too few updates for the case.
        """
        versions = inputs_of(self.table)
        at = self.step if self.operation == "update" else 0
        needed = at + (self.operation == "update") + (self.follow_up == "changed")
        if needed >= len(versions):
            return None
        if self.operation == "create":
            return None, versions[0], {"same": versions[0], "reverted": None, "changed": versions[-1 if needed == 0 else 1]}[self.follow_up]
        if self.operation == "delete":
            return versions[0], None, {"same": None, "reverted": versions[0], "changed": versions[needed]}[self.follow_up]
        before, after = versions[at], versions[at + 1]
        return before, after, {"same": after, "reverted": before, "changed": versions[needed]}[self.follow_up]


@dataclass
class Outcome:
    """What became of a case."""

    case: Case
    # The calls of the operation.
    calls: Calls = field(default_factory=Calls)
    # Whether the operation succeeded in the run with the fault.
    succeeded: bool = True
    # What is wrong after the follow-up; empty is right.
    problems: list[str] = field(default_factory=list)
    # The objects after the follow-up, and after the resource was removed from the program.
    objects: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def compare(self, reference: "Outcome") -> None:
        """Adds what differs from the run without the fault."""
        self.problems += differences("after the follow-up", reference.objects, self.objects)
        self.problems += differences("after the removal", reference.left, self.left)

    def __str__(self) -> str:
        return "\n    ".join([str(self.case), *self.problems])


def inputs_of(table: Path) -> list[Inputs]:
    """The inputs of the resource at first and after each of its updates; replacements are left out."""
    subject = Subject(yaml.safe_load(table.read_text()))
    versions = [dict(subject.inputs)]
    for step in subject.table.get("steps", []):
        if "replace" in step:
            break
        subject.apply(step)
        versions.append(dict(subject.inputs))
    # An automatic name is kept when a program no longer sets one, so a rename could not be reverted: the first has a name too.
    name = next((version["name"] for version in versions if "name" in version), None)
    return versions if name is None else [{"name": f"{name}-before", **version} for version in versions]


def references(tables: Iterable[Path] = TABLES, operations: Iterable[str] = OPERATIONS) -> list[Case]:
    """All cases without faults."""
    found = []
    for table in tables:
        for operation in operations:
            steps = range(len(inputs_of(table)) - 1) if operation == "update" else range(1)
            found += [Case(table, operation, follow_up, step) for step in steps for follow_up in FOLLOW_UPS]
    return [case for case in found if case.programs() is not None]


def schedule(reference: Outcome) -> list[Case]:
    """Every fault at every call of an operation."""
    return [
        replace(reference.case, fault=fault, call=call) for call in range(len(reference.calls)) for fault in FAULTS
    ]


def sample(references: dict[Case, Outcome], seed: int) -> list[Case]:
    """One case for each resource and operation of the references."""
    chosen = random.Random(seed)
    groups: dict[tuple[Path, str], list[Case]] = {}
    for reference in references.values():
        groups.setdefault((reference.case.table, reference.case.operation), []).extend(schedule(reference))
    return [chosen.choice(cases) for cases in groups.values() if cases]


def lost_answers(directory: Path, tables: Iterable[Path], faults: Iterable[str] = LOST) -> list[Outcome]:
    """Creates whose creating call is carried out, and whose answer does not arrive in one of these ways."""
    known = {of.case: of for of in run(directory / "references", creates(tables))}
    cases = [replace(case, fault=fault, call=first_write(of)) for case, of in known.items() for fault in faults]
    return run(directory / "lost", cases, known)


def creates(tables: Iterable[Path]) -> list[Case]:
    """The create of each resource, without a fault."""
    return [Case(table, "create", "same") for table in tables]


def first_write(reference: Outcome) -> int:
    """The place of the creating call among the calls of a create."""
    return next(place for place, call in enumerate(reference.calls) if call.method not in ("GET", "HEAD"))


def run(directory: Path, cases: Iterable[Case], known: dict[Case, Outcome] | None = None) -> list[Outcome]:
    """Runs cases, bench by bench, and compares each with its reference if those are known."""
    outcomes: list[Outcome] = []
    remaining = list(cases)
    while remaining:
        bench, remaining = remaining[:WIDTH], remaining[WIDTH:]
        with Bench(directory / f"bench-{len(outcomes)}", bench) as running:
            outcomes += running.run()
    for outcome in outcomes if known is not None else []:
        outcome.compare(known[outcome.case.reference])
    return outcomes


class Bench:
    """Some cases in one stack."""

    def __init__(self, directory: Path, cases: list[Case]) -> None:
        directory.mkdir(parents=True)
        self._open = ExitStack()
        self.outcomes = [Outcome(case) for case in cases]
        self._fakes = [self._fake(directory / f"fake-{number}") for number in range(len(cases))]
        self._proxies = [self._open.enter_context(Proxy(fake.url)) for fake in self._fakes]
        # Only for what is not made with one of the providers of the cases: nothing.
        self._stack = Stack(directory, self._program, self._fake(directory / "fake"))
        self._inputs: list[Inputs | None] = []
        self._subjects = [Subject(yaml.safe_load(case.table.read_text())) for case in cases]

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: Any) -> None:
        self._open.close()

    def _fake(self, directory: Path) -> Fake:
        directory.mkdir()
        return self._open.enter_context(Fake(directory))

    def run(self) -> list[Outcome]:
        """All phases of all cases."""
        programs = [outcome.case.programs() for outcome in self.outcomes]
        before, after, then = ([program[phase] for program in programs if program] for phase in range(3))
        self._succeed(before, "before the operation")
        for outcome, fake in zip(self.outcomes, self._fakes):
            fake.new_calls()
        failed = self._operate(after)
        for number, (outcome, fake) in enumerate(zip(self.outcomes, self._fakes)):
            outcome.succeeded = number not in failed
            outcome.calls = fake.new_calls()
        self._succeed(then, "follow-up")
        for fake in self._fakes:
            fake.new_calls()
        again = self._up(then)
        for number, (outcome, fake) in enumerate(zip(self.outcomes, self._fakes)):
            outcome.problems += [f"another up: {what}" for what in again.changed.get(number, [])]
            calls = fake.new_calls()
            outcome.problems += [f"another up calls {call.method} {call.path}" for call in calls]
            outcome.objects = normal(fake)
        self._succeed([None] * len(then), "removal")
        for outcome, fake in zip(self.outcomes, self._fakes):
            outcome.left = normal(fake)
        return self.outcomes

    def _operate(self, after: list[Inputs | None]) -> Collection[int]:
        """The operation, with the faults of the cases; returns the cases in which it failed."""
        for outcome, proxy in zip(self.outcomes, self._proxies):
            proxy.decide = Once(outcome.case.call, outcome.case.fault)
        failed = self._up(after).failed
        for proxy in self._proxies:
            proxy.decide = Once(0, None)
        return failed

    def _succeed(self, inputs: list[Inputs | None], phase: str) -> None:
        for number, message in self._up(inputs).failed.items():
            self.outcomes[number].problems.append(f"{phase} fails: {message}")

    def _up(self, inputs: list[Inputs | None], *, tolerant: bool = False, **options: Any) -> "_Seen":
        self._inputs = inputs
        seen = _Seen()
        try:
            self._stack.up(watch=seen.watch, continue_on_error=True, **options)
        except Failed as failed:
            if not seen.failed and not tolerant:
                raise AssertionError(f"the CLI failed, but no resource: {failed.run.output}") from failed
        return seen

    def _program(self) -> None:
        # The SDK waits for each resource in a thread of the loop's executor, which has six on two cores.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(4 * len(self.outcomes)))
        for number, (subject, inputs, proxy) in enumerate(zip(self._subjects, self._inputs, self._proxies)):
            provider = scaleway.Provider(f"provider-{number}", api_url=proxy.url)
            # The type makes the URNs differ, so that the names, and what is derived from them, need not.
            case = pulumi.ComponentResource(f"case:index:C{number}", "case", None, pulumi.ResourceOptions(providers=[provider]))
            made(subject, inputs, pulumi.ResourceOptions(parent=case, custom_timeouts=LIMIT))


class Once:
    """Lets one request fail: the one after so many others."""

    def __init__(self, call: int, fault: str | None) -> None:
        self._remaining = call
        self._fault = fault

    def __call__(self, request: Request) -> str | None:
        self._remaining -= 1
        return self._fault if self._remaining == -1 else None


class _Seen:
    """What the events of one command show, by the number of the case."""

    def __init__(self) -> None:
        self.failed: dict[int, str] = {}
        self.changed: dict[int, list[str]] = {}

    def watch(self, event: EngineEvent) -> None:
        if event.res_op_failed_event is not None:
            self._case(self.failed.setdefault, event.res_op_failed_event.metadata.urn, "failed")
        if event.diagnostic_event is not None and event.diagnostic_event.severity == "error" and event.diagnostic_event.urn:
            number = _number(event.diagnostic_event.urn)
            if number is not None:
                self.failed[number] = re.sub(r"<\{%[^%]*%\}>", "", event.diagnostic_event.message).strip()
        if event.resource_pre_event is not None:
            metadata = event.resource_pre_event.metadata
            operation = str(getattr(metadata.op, "value", metadata.op))
            number = _number(metadata.urn)
            if operation not in UNCHANGED and number is not None:
                paths = sorted(metadata.detailed_diff or {})
                self.changed.setdefault(number, []).append(f"{operation} of {metadata.urn.rsplit('::', 1)[1]} {paths}")

    def _case(self, add: Any, urn: str, value: str) -> None:
        number = _number(urn)
        if number is not None:
            add(number, value)


def _number(urn: str) -> int | None:
    """The case that a resource belongs to."""
    found = re.search(r"::case:index:C(\d+)\$", urn)
    return int(found[1]) if found else None


def made(subject: Subject, inputs: Inputs | None, options: pulumi.ResourceOptions) -> None:
    """The parents of a table and, with inputs, the resource itself."""
    parents: dict[str, Any] = {}

    def output(name: str, attribute: str) -> Any:
        return getattr(parents[name], attribute)

    for name, parent in (subject.table.get("parents") or {}).items():
        parents[name] = make(parent["class"], name, resolve(parent.get("inputs") or {}, output), options)
    if inputs is not None:
        make(subject.table["class"], "main", resolve(inputs, output), options)


# What differs between two runs of the same program.
RANDOM = [
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "<time>"),
    (re.compile(r"(?<=-)[0-9a-f]{7}\b"), "<suffix>"),
    (re.compile(r"\d+\.\d+\.\d+\.\d+(/\d+)?"), "<address>"),
    (re.compile(r"\d+-\d+-\d+-\d+(?=\.instances\.)"), "<address>"),
    (re.compile(r"([0-9A-F]{2}:){5}[0-9A-F]{2}"), "<mac>"),
    (re.compile(r"\$argon2id\$[^\"]+"), "<hash>"),
    (re.compile(r"(?<=\"id\": )\d+"), "<id>"),
    # Of the endpoints and rules of databases.
    (re.compile(r"(?<=\"port\": )\d+(?=[^{}]*\}[^{}]*.*\"engine\"|, \"protocol\")"), "<port>"),
]
# Fields that are made from random names, or by chance.
DERIVED = {
    "access_key",
    "certificate",
    "domain_name",
    "endpoint",
    "etag",
    "fingerprint",
    "ip",
    "public_endpoint",
    "registry_endpoint",
    "secret_key",
    "subnet",
    "token",
    "version_id",
}


# The Grafana of a project stays when all else of it is deleted, as at Scaleway.
REMAINS = {"cockpit/grafana"}


def normal(fake: Fake) -> list[str]:
    """The objects of a fake without what is random, sorted. What is already deleted, but kept for some days, is left out."""
    existing = fake.existing()
    found = [
        f"{thing['kind']} {json.dumps(stripped(thing['fields']), sort_keys=True)}"
        for thing in fake.objects()
        if (thing["kind"], thing["id"]) in existing and thing["kind"] not in REMAINS
    ]
    for pattern, stands in RANDOM:
        found = [pattern.sub(stands, line) for line in found]
    return sorted(found)


def stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: stripped(part) for name, part in value.items() if name not in DERIVED}
    if isinstance(value, list):
        return [stripped(part) for part in value]
    return value


def differences(when: str, expected: list[str], actual: list[str]) -> list[str]:
    """Which objects are missing and which are too many."""
    missing, extra = list(expected), []
    for line in actual:
        if line in missing:
            missing.remove(line)
        else:
            extra.append(line)
    return [f"{when}, missing: {line}" for line in missing] + [f"{when}, extra: {line}" for line in extra]
