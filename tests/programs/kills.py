"""The plugin or the CLI is killed with -9 in the middle of an up; the next up has to converge.

A request is held by the proxy, before or after the API acted, until the victim is dead. Its answer is never sent.
"""

from __future__ import annotations

import random
import runpy
import shutil
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Collection, Iterator

import evalap_scaleway as scaleway

import processes
from fake import Fake
from proxy import Hold, Proxy, Request
from schedule import Bench, Case, Inputs, Outcome, differences, first_write, normal
from shell import Shell
from stack import EVERYTHING_SECRETS, Failed, Stack, example
from test_state_backend import GUIDE

VICTIMS = ("plugin", "CLI")

# Longer than it takes until all requests of a bench are held.
PATIENCE = 120


class KilledBench(Bench):
    """One victim for all cases: it is killed when the creating call of each of them is held."""

    def __init__(self, directory: Path, cases: list[Case], victim: str, after: bool) -> None:
        super().__init__(directory, cases)
        self._victim, self._after = victim, after

    def _operate(self, after: list[Inputs | None]) -> Collection[int]:
        release = threading.Event()
        holds = [Hold(self._after, threading.Event(), release) for _ in self._proxies]
        for outcome, proxy, hold in zip(self.outcomes, self._proxies, holds):
            proxy.decide = Nth(outcome.case.call, hold)
        with killer(self._victim, [hold.reached for hold in holds], release):
            self._up(after, tolerant=True, parallel=2 * len(holds) + 10)
        for proxy in self._proxies:
            proxy.decide = lambda request: None
        recover(self._stack, self._victim)
        return []


class Nth:
    """Holds one request: the one after so many others."""

    def __init__(self, call: int, hold: Hold) -> None:
        self._call, self._hold = call, hold
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Hold | None:
        with self._lock:
            self._call -= 1
            return self._hold if self._call == -1 else None


@contextmanager
def killer(victim: str, reached: list[threading.Event], release: threading.Event) -> Iterator[None]:
    """While a command runs: kills when all events are set, and then lets the held requests end."""
    problems: list[BaseException] = []

    def wait_and_kill() -> None:
        try:
            until = time.monotonic() + PATIENCE
            missing = [number for number, event in enumerate(reached) if not event.wait(max(0, until - time.monotonic()))]
            assert not missing, f"these cases never made their call: {missing}"
            processes.kill(victim)
        except BaseException as problem:
            problems.append(problem)
        finally:
            release.set()

    thread = threading.Thread(target=wait_and_kill)
    thread.start()
    try:
        yield
    finally:
        thread.join()
    if problems:
        raise problems[0]


def recover(stack: Stack, victim: str) -> None:
    """What the guide says to do before the next up. A run whose plugin was killed has ended by itself."""
    if victim == "CLI":
        shell = Shell(stack.work, stack.environment)
        # A CLI that is killed while it writes a state can leave an empty file, with which `pulumi cancel` fails as well.
        shell.good(GUIDE.commands("attributes"))
        shell.good(GUIDE.commands("unlock"))


def killed(directory: Path, references: list[Outcome], victim: str, after: bool) -> list[Outcome]:
    """Kills while all these resources are being created."""
    cases = [Case(of.case.table, "create", "same", 0, f"{victim} killed", first_write(of)) for of in references]
    with KilledBench(directory, cases, victim, after) as bench:
        outcomes = bench.run()
    for outcome, reference in zip(outcomes, references):
        outcome.compare(reference)
    return outcomes


@dataclass
class Everything:
    """One program with every resource, of automatic and of chosen names, and what it leads to without a kill."""

    directory: Path
    calls: int = 0
    objects: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def measure(self) -> None:
        """The run without a kill."""
        with self._stack("reference") as (stack, fake, proxy):
            self.calls = len(stack.up().calls)
            self.objects = normal(fake)
            stack.destroy()
            self.left = normal(fake)

    def round(self, name: str, victim: str, call: int, after: bool) -> list[str]:
        """Kills at one call of the up; what is wrong after the next one."""
        with self._stack(name) as (stack, fake, proxy):
            hold = Hold(after, threading.Event(), threading.Event())
            proxy.decide = Nth(call, hold)
            with killer(victim, [hold.reached], hold.release):
                try:
                    stack.up()
                except Failed:
                    pass  # As it must, or not, if the last call was held.
            recover(stack, victim)
            try:
                stack.up()
            except Failed as failed:
                return [f"the next up fails: {failed}"]
            again = stack.up()
            problems = [f"another up: {done} of {name}" for name, done in again.changed.items()]
            problems += differences("after the next up", self.objects, normal(fake))
            stack.destroy()
            return problems + differences("after the destroy", self.left, normal(fake))

    def moments(self, seed: int, rounds: int) -> list[tuple[int, bool]]:
        """At which calls to kill, and whether after the API acted."""
        chosen = random.Random(seed)
        return [(chosen.randrange(self.calls), chosen.random() < 0.5) for _ in range(rounds)]

    @contextmanager
    def _stack(self, name: str) -> Iterator[tuple[Stack, Fake, Proxy]]:
        directory = self.directory / name
        directory.mkdir(parents=True)
        with Fake(directory) as fake, Proxy(fake.url) as proxy:
            work = directory / "everything"
            shutil.copytree(example("everything"), work)
            environment = {"SCW_API_URL": proxy.url}
            stack = Stack(directory, lambda: everything(work), fake, project="everything", environment=environment)
            stack.set_secrets(EVERYTHING_SECRETS)
            yield stack, fake, proxy


def everything(work: Path) -> None:
    """The example with one of every resource, and some under chosen names."""
    runpy.run_path(str(work / "__main__.py"), run_name="__main__")
    chosen: dict[str, Any] = {
        "vpc": scaleway.network.Vpc,
        "secret": scaleway.secrets.Secret,
        "bucket": scaleway.object.Bucket,
        "registry": scaleway.registry.Namespace,
        "containers": scaleway.containers.Namespace,
        "functions": scaleway.functions.Namespace,
        "application": scaleway.iam.Application,
        "project": scaleway.account.Project,
    }
    for name, make in chosen.items():
        make(f"chosen-{name}", name=f"chosen-{name}-of-a-test")
