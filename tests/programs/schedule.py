"""Fault schedules for any resource: one request of a create, update or delete fails, and the next up must complete it.

The resources are those of the tables in resources/. All cases of a batch are in one stack. Each has its own provider and
plugin, and its own fake, so one run of the Pulumi CLI serves all of them, and no case can affect another.
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

# The program after the fault: the same, the previous one, or one with another change.
FOLLOW_UPS = ("same", "reverted", "changed")

# One request fails once, with each of these faults; see proxy.py.
FAULTS = ("rejected", "500", "cut before", "cut after")

# Ambiguous responses to the create request: the API has processed it.
AMBIGUOUS = ("cut after", "truncated", "500 after", "504 after")

# The timeout of each operation, so that a case that never succeeds does not delay the others.
LIMIT = pulumi.CustomTimeouts(create="90s", update="90s", delete="90s")

# The number of plugins and fakes that run at the same time.
WIDTH = 30

Inputs = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One resource, operation, fault and follow-up program. A case without a fault is the reference."""

    table: Path
    operation: str
    follow_up: str
    # The index of the update in the table.
    step: int = 0
    fault: str | None = None
    # The index of the request in the operation.
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
        """The inputs before the operation, after it, and of the follow-up; None if the program does not contain the resource.

        The result is None if the table has too few updates for the case.
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
    """The outcome of a case."""

    case: Case
    # The requests of the operation.
    calls: Calls = field(default_factory=Calls)
    # Whether the operation succeeded in the run with the fault.
    succeeded: bool = True
    # The problems after the follow-up; empty if it is as expected.
    problems: list[str] = field(default_factory=list)
    # The objects after the follow-up, and after the resource was removed from the program.
    objects: list[str] = field(default_factory=list)
    remaining: list[str] = field(default_factory=list)

    def compare(self, reference: "Outcome") -> None:
        """Adds the differences from the run without the fault."""
        self.problems += differences("after the follow-up", reference.objects, self.objects)
        self.problems += differences("after the removal", reference.remaining, self.remaining)

    def __str__(self) -> str:
        return "\n    ".join([str(self.case), *self.problems])


def inputs_of(table: Path) -> list[Inputs]:
    """The inputs of the resource initially and after each of its updates, up to the first replacement."""
    subject = Subject(yaml.safe_load(table.read_text()))
    versions = [dict(subject.inputs)]
    for step in subject.table.get("steps", []):
        if "replace" in step:
            break
        subject.apply(step)
        versions.append(dict(subject.inputs))
    # A program that no longer sets a name keeps the automatic name, so a rename could not be reverted: the first one has a name too.
    name = next((version["name"] for version in versions if "name" in version), None)
    return versions if name is None else [{"name": f"{name}-before", **version} for version in versions]


def references(tables: Iterable[Path] = TABLES, operations: Iterable[str] = OPERATIONS) -> list[Case]:
    """All reference cases."""
    found = []
    for table in tables:
        for operation in operations:
            steps = range(len(inputs_of(table)) - 1) if operation == "update" else range(1)
            found += [Case(table, operation, follow_up, step) for step in steps for follow_up in FOLLOW_UPS]
    return [case for case in found if case.programs() is not None]


def schedule(reference: Outcome) -> list[Case]:
    """Every fault at every request of an operation."""
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


def ambiguous_creates(directory: Path, tables: Iterable[Path], faults: Iterable[str] = AMBIGUOUS) -> list[Outcome]:
    """Creates whose create request is processed, and whose response is ambiguous in one of these ways."""
    known = {of.case: of for of in run(directory / "references", creates(tables))}
    cases = [replace(case, fault=fault, call=first_write(of)) for case, of in known.items() for fault in faults]
    return run(directory / "lost", cases, known)


def creates(tables: Iterable[Path]) -> list[Case]:
    """The create of each resource, without a fault."""
    return [Case(table, "create", "same") for table in tables]


def first_write(reference: Outcome) -> int:
    """The index of the first write among the requests of a create."""
    return next(place for place, call in enumerate(reference.calls) if call.method not in ("GET", "HEAD"))


def run(directory: Path, cases: Iterable[Case], known: dict[Case, Outcome] | None = None) -> list[Outcome]:
    """Runs cases in batches, and compares each with its reference if known."""
    outcomes: list[Outcome] = []
    remaining = list(cases)
    while remaining:
        bench, remaining = remaining[:WIDTH], remaining[WIDTH:]
        with Batch(directory / f"bench-{len(outcomes)}", bench) as running:
            outcomes += running.run()
    for outcome in outcomes if known is not None else []:
        outcome.compare(known[outcome.case.reference])
    return outcomes


class Batch:
    """Cases that run in one stack."""

    def __init__(self, directory: Path, cases: list[Case]) -> None:
        directory.mkdir(parents=True)
        self._open = ExitStack()
        self.outcomes = [Outcome(case) for case in cases]
        self._fakes = [self._fake(directory / f"fake-{number}") for number in range(len(cases))]
        self._proxies = [self._open.enter_context(Proxy(fake.url)) for fake in self._fakes]
        # The provider of this fake is not used: each resource has the provider of its case.
        self._stack = Stack(directory, self._program, self._fake(directory / "fake"))
        self._inputs: list[Inputs | None] = []
        self._subjects = [Subject(yaml.safe_load(case.table.read_text())) for case in cases]

    def __enter__(self) -> "Batch":
        return self

    def __exit__(self, *_: Any) -> None:
        self._open.close()

    def _fake(self, directory: Path) -> Fake:
        directory.mkdir()
        return self._open.enter_context(Fake(directory))

    def run(self) -> list[Outcome]:
        """Runs all phases of all cases."""
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
            outcome.objects = normalized(fake)
        self._succeed([None] * len(then), "removal")
        for outcome, fake in zip(self.outcomes, self._fakes):
            outcome.remaining = normalized(fake)
        return self.outcomes

    def _operate(self, after: list[Inputs | None]) -> Collection[int]:
        """Runs the operation with the faults of the cases; returns the cases in which it failed."""
        for outcome, proxy in zip(self.outcomes, self._proxies):
            proxy.decide = FailNumber(outcome.case.call, outcome.case.fault)
        failed = self._up(after).failed
        for proxy in self._proxies:
            proxy.decide = FailNumber(0, None)
        return failed

    def _succeed(self, inputs: list[Inputs | None], phase: str) -> None:
        for number, message in self._up(inputs).failed.items():
            self.outcomes[number].problems.append(f"{phase} fails: {message}")

    def _up(self, inputs: list[Inputs | None], *, tolerant: bool = False, **options: Any) -> "_Events":
        self._inputs = inputs
        events = _Events()
        try:
            self._stack.up(watch=events.watch, continue_on_error=True, **options)
        except Failed as failed:
            if not events.failed and not tolerant:
                raise AssertionError(f"the CLI failed, but no resource did: {failed.run.output}") from failed
        return events

    def _program(self) -> None:
        # The SDK waits for each resource in a thread of the loop's executor, which has six threads on two cores.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(4 * len(self.outcomes)))
        for number, (subject, inputs, proxy) in enumerate(zip(self._subjects, self._inputs, self._proxies)):
            provider = scaleway.Provider(f"provider-{number}", api_url=proxy.url)
            # The types are different so that the URNs are, while names and the values derived from them are the same.
            case = pulumi.ComponentResource(f"case:index:C{number}", "case", None, pulumi.ResourceOptions(providers=[provider]))
            create_resources(subject, inputs, pulumi.ResourceOptions(parent=case, custom_timeouts=LIMIT))


class FailNumber:
    """Injects a fault into one request: the one with this number."""

    def __init__(self, call: int, fault: str | None) -> None:
        self._remaining = call
        self._fault = fault

    def __call__(self, request: Request) -> str | None:
        self._remaining -= 1
        return self._fault if self._remaining == -1 else None


class _Events:
    """The events of one command, by the number of the case."""

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
    """The number of the case that a resource belongs to."""
    found = re.search(r"::case:index:C(\d+)\$", urn)
    return int(found[1]) if found else None


def create_resources(subject: Subject, inputs: Inputs | None, options: pulumi.ResourceOptions) -> None:
    """Creates the parents of a table and, if there are inputs, the resource."""
    parents: dict[str, Any] = {}

    def output(name: str, attribute: str) -> Any:
        return getattr(parents[name], attribute)

    for name, parent in (subject.table.get("parents") or {}).items():
        parents[name] = make(parent["class"], name, resolve(parent.get("inputs") or {}, output), options)
    if inputs is not None:
        make(subject.table["class"], "main", resolve(inputs, output), options)


# Values that differ between two runs of the same program.
RANDOM = [
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)"), "<time>"),
    # A serverless database pauses some time after its last change.
    (re.compile(r'"cpu_current": \d+'), '"cpu_current": <number>'),
    (re.compile(r'"started": (true|false)'), '"started": <boolean>'),
    # Random values of the fake: passwords and user names.
    (re.compile(r"\bmade-up-\d+"), "<password>"),
    (re.compile(r"\bcpe\d{7}\b"), "<user>"),
    (re.compile(r"(?<=-)[0-9a-f]{6,7}\b"), "<suffix>"),
    # A version that was deleted and created again has the next number.
    (re.compile(r"(?<=\"revision\": )\d+"), "<revision>"),
    (re.compile(r"\d+\.\d+\.\d+\.\d+(/\d+)?"), "<address>"),
    (re.compile(r"\b2001:[0-9a-f:]+"), "<address>"),
    (re.compile(r"[0-9a-f]+(-[0-9a-f]*){3,7}(?=\.(instances|lb|rev)\.)"), "<address>"),
    (re.compile(r"([0-9A-F]{2}:){5}[0-9A-F]{2}|([0-9a-f]{2}:){5}[0-9a-f]{2}"), "<mac>"),
    (re.compile(r"\bfd[0-9a-f]{2}:[0-9a-f:]+(/\d+)?"), "<address>"),
    # The ID of a NATS account.
    (re.compile(r"\bA[A-Z2-7]{55}\b"), "<id>"),
    (re.compile(r"\$argon2id\$[^\"]+"), "<hash>"),
    (re.compile(r"(?<=\"id\": )\d+"), "<id>"),
    # In the endpoints and rules of databases.
    (re.compile(r"(?<=\"port\": )\d+(?=[^{}]*\}[^{}]*.*\"engine\"|, \"protocol\")"), "<port>"),
]
# Fields that are derived from random names, or random.
DERIVED = {
    "access_key",
    "certificate",
    "checksum",
    "credentials",
    "domain_name",
    "endpoint",
    "etag",
    "fingerprint",
    "ip",
    "public_endpoint",
    "registry_endpoint",
    "secret_checksum",
    "secret_key",
    "subnet",
    "token",
    "version_id",
}


# The Grafana of a project is not deleted with the project's other Cockpit objects, as at Scaleway.
NOT_DELETED = {"cockpit/grafana"}


def normalized(fake: Fake) -> list[str]:
    """The objects of a fake without random values, sorted. Deleted objects that are kept for some days are excluded."""
    existing = fake.existing()
    found = [
        f"{thing['kind']} {json.dumps(stripped(thing['fields']), sort_keys=True)}"
        for thing in fake.objects()
        if (thing["kind"], thing["id"]) in existing and thing["kind"] not in NOT_DELETED
    ]
    for pattern, placeholder in RANDOM:
        found = [pattern.sub(placeholder, line) for line in found]
    return sorted(found)


def stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: stripped(part) for name, part in value.items() if name not in DERIVED and part is not None}
    if isinstance(value, list):
        return [stripped(part) for part in value]
    return value


def differences(when: str, expected: list[str], actual: list[str]) -> list[str]:
    """The missing and the unexpected objects."""
    missing, extra = list(expected), []
    for line in actual:
        if line in missing:
            missing.remove(line)
        else:
            extra.append(line)
    return [f"{when}, missing: {line}" for line in missing] + [f"{when}, extra: {line}" for line in extra]
