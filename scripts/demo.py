"""Runs examples/evalap-python on the fake Scaleway, and says what it does as it does it. Started by scripts/demo."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable

from pulumi.automation.events import EngineEvent

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "programs"))

from fake import Fake  # noqa: E402
from stack import EXAMPLE_SECRETS, Run, Stack, example_stack  # noqa: E402

# How long the fake lets a database or a container take to become ready, so that there is something to wait for.
SETTLE = 2

PACKAGE = "evalap-scaleway:"
COLOURS = {"title": "\033[1;36m", "quiet": "\033[2m", "good": "\033[32m", "end": "\033[0m"}
if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
    COLOURS = dict.fromkeys(COLOURS, "")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="evalap-demo-") as directory, Fake(Path(directory), settle=SETTLE) as fake:
        show(Path(directory), fake)


def show(directory: Path, fake: Fake) -> None:
    """All phases, and the table."""
    title("What plays together")
    say(f"pulumi CLI     {first_line('pulumi', 'version')}   {shutil.which('pulumi')}")
    say(f"plugin         {first_line('pulumi-resource-evalap-scaleway', '--version')}")
    say(f"Scaleway       {fake.url}, in memory; what takes minutes there takes {SETTLE} seconds here")
    say(f"program        {ROOT / 'examples' / 'evalap-python'}, stack dev, in Python with our generated SDK")

    stack = example_stack(directory, fake)
    runs: dict[str, Run] = {}
    phases: list[tuple[str, str, Callable[..., Run]]] = [
        ("preview", "what an up would do; no call leaves this machine", stack.preview),
        ("up", "the whole stack: things that need each other in order, the rest at once", stack.up),
        ("up again", "the program did not change, so nothing is done, and nobody is asked", stack.up),
        ("refresh", "each object is read and compared with the state", stack.refresh),
        ("destroy", "everything goes, in the opposite order", stack.destroy),
    ]
    for name, meaning, command in phases:
        title(f"pulumi {name}: {meaning}")
        runs[name] = command(watch=Teller())
        total = ", ".join(f"{count} {what}" for what, count in sorted(runs[name].changes.items()))
        say(f"{COLOURS['good']}{total} in {runs[name].seconds:.1f} s{COLOURS['end']}")
        if name == "up":
            tell_outputs(stack)

    title("What it took")
    table(runs)
    check(runs, fake)


class Teller:
    """Tells of each resource when it is done, with the seconds since the command began."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, event: EngineEvent) -> None:
        step = event.res_outputs_event
        if step is None or step.metadata.op in ("same", "refresh") or not step.metadata.type.startswith(PACKAGE):
            return
        kind = step.metadata.type.removeprefix(PACKAGE).split(":")[0]
        name = step.metadata.urn.rsplit("::", 1)[1]
        seconds = f"{time.monotonic() - self._began:6.1f} s"
        say(f"{COLOURS['quiet']}{seconds}{COLOURS['end']}  {step.metadata.op.value:8} {kind:28} {name}")


def tell_outputs(stack: Stack) -> None:
    """What `pulumi stack output` shows: secrets are not."""
    title("pulumi stack output: what the people who work with the stack need")
    for name, value in stack.outputs().items():
        hidden = any(secret in str(value) for secret in EXAMPLE_SECRETS.values()) or name == "connectionString"
        say(f"{name:18} {'[secret]' if hidden else value}")


def table(runs: dict[str, Run]) -> None:
    """One line for each phase."""
    say(f"{'phase':10} {'seconds':>8} {'API calls':>10} {'of them polls':>14}")
    for name, run in runs.items():
        say(f"{name:10} {run.seconds:8.1f} {len(run.calls):10} {run.calls.polls:14}")


def check(runs: dict[str, Run], fake: Fake) -> None:
    """Ends with an error if a phase did not do what was said of it."""
    assert runs["preview"].calls == [], "the preview called the API"
    assert runs["up again"].changed == {} and runs["up again"].calls == [], "the second up found something to do"
    assert runs["refresh"].changed == {}, "the refresh found differences"
    assert not fake.objects("rdb/instance") and not fake.objects("containers/container"), "something is left"


def first_line(*command: str) -> str:
    """The first line that a command prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def title(text: str) -> None:
    """Announces a phase."""
    print(f"\n{COLOURS['title']}== {text}{COLOURS['end']}", flush=True)


def say(text: str) -> None:
    """Tells a line of it."""
    print(f"   {text}", flush=True)


if __name__ == "__main__":
    main()
