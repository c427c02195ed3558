"""The plugin or the CLI is killed with -9 during an up, and the next up must complete it.

The proxy holds a request, before or after the API processed it, until the process is dead. The response is never sent.
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
from schedule import Batch, Case, Inputs, Outcome, differences, first_write, normalized
from shell import Shell
from stack import EVERYTHING_SECRETS, Failed, Stack, example
from test_state_backend import GUIDE

VICTIMS = ("plugin", "CLI")

# Longer than the time until all requests of a batch are held.
TIMEOUT = 120


class KilledBatch(Batch):
    """Kills one process for all cases, when the create request of each case is held."""

    def __init__(self, directory: Path, cases: list[Case], victim: str, after: bool) -> None:
        super().__init__(directory, cases)
        self._victim, self._after = victim, after

    def _operate(self, after: list[Inputs | None]) -> Collection[int]:
        release = threading.Event()
        holds = [Hold(self._after, threading.Event(), release) for _ in self._proxies]
        for outcome, proxy, hold in zip(self.outcomes, self._proxies, holds):
            proxy.decide = HoldNumber(outcome.case.call, hold)
        with killer(self._victim, [hold.reached for hold in holds], release):
            self._up(after, tolerant=True, parallel=2 * len(holds) + 10)
        for proxy in self._proxies:
            proxy.decide = lambda request: None
        recover(self._stack, self._victim)
        return []


class HoldNumber:
    """Holds one request: the one with this number."""

    def __init__(self, call: int, hold: Hold) -> None:
        self._call, self._hold = call, hold
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Hold | None:
        with self._lock:
            self._call -= 1
            return self._hold if self._call == -1 else None


@contextmanager
def killer(victim: str, reached: list[threading.Event], release: threading.Event) -> Iterator[None]:
    """During a command: kills the process when all events are set, and then releases the held requests."""
    problems: list[BaseException] = []

    def wait_and_kill() -> None:
        try:
            until = time.monotonic() + TIMEOUT
            missing = [number for number, event in enumerate(reached) if not event.wait(max(0, until - time.monotonic()))]
            assert not missing, f"these cases did not send their request: {missing}"
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
    """Runs the commands of the guide before the next up. They are only needed after the CLI was killed."""
    if victim == "CLI":
        shell = Shell(stack.work, stack.environment)
        # A CLI that is killed while it writes a state can leave an empty file, and then `pulumi cancel` fails too.
        shell.succeed(GUIDE.commands("attributes"))
        shell.succeed(GUIDE.commands("unlock"))


def run_killed(directory: Path, references: list[Outcome], victim: str, after: bool) -> list[Outcome]:
    """Kills a process while all these resources are created."""
    cases = [Case(of.case.table, "create", "same", 0, f"{victim} killed", first_write(of)) for of in references]
    with KilledBatch(directory, cases, victim, after) as bench:
        outcomes = bench.run()
    for outcome, reference in zip(outcomes, references):
        outcome.compare(reference)
    return outcomes


@dataclass
class Everything:
    """A program with every resource type, with automatic and chosen names, and its objects after a run without a kill."""

    directory: Path
    calls: int = 0
    objects: list[str] = field(default_factory=list)
    remaining: list[str] = field(default_factory=list)

    def measure(self) -> None:
        """Runs the program without a kill."""
        with self._stack("reference") as (stack, fake, proxy):
            self.calls = len(stack.up().calls)
            self.objects = normalized(fake)
            stack.destroy()
            self.remaining = normalized(fake)

    def run(self, name: str, victim: str, call: int, after: bool) -> list[str]:
        """Kills a process at one request of an up; returns the problems after the next up."""
        with self._stack(name) as (stack, fake, proxy):
            hold = Hold(after, threading.Event(), threading.Event())
            proxy.decide = HoldNumber(call, hold)
            with killer(victim, [hold.reached], hold.release):
                try:
                    stack.up()
                except Failed:
                    pass  # It may succeed if the last request was held.
            recover(stack, victim)
            try:
                stack.up()
            except Failed as failed:
                return [f"the next up fails: {failed}"]
            again = stack.up()
            problems = [f"another up: {done} of {name}" for name, done in again.changed.items()]
            problems += differences("after the next up", self.objects, normalized(fake))
            stack.destroy()
            return problems + differences("after the destroy", self.remaining, normalized(fake))

    def random_kills(self, seed: int, rounds: int) -> list[tuple[int, bool]]:
        """Random requests at which to kill, and whether the API processes the request before."""
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
    """The example with every resource type, and some resources with chosen names."""
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
