"""Runs examples/evalap-python on the fake Scaleway, and says what it does as it does it. Started by scripts/demo."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "programs"))

from fake import Fake  # noqa: E402
from stack import EXAMPLE_SECRETS, Run, Stack, example_stack  # noqa: E402

# How long the fake lets a database or a container take to become ready, so that there is something to wait for.
SETTLE = 2

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
    phases: list[tuple[str, str, Callable[[], Run]]] = [
        ("preview", "what an up would do; no call leaves this machine", stack.preview),
        ("up", "the whole stack: things that need each other in order, the rest at once", stack.up),
        ("up again", "the program did not change, so nothing is done, and nobody is asked", stack.up),
        ("refresh", "each object is read and compared with the state", stack.refresh),
        ("destroy", "everything goes, in the opposite order", stack.destroy),
    ]
    for name, meaning, command in phases:
        title(f"pulumi {name}: {meaning}")
        runs[name] = command()
        tell(runs[name])
        if name == "up":
            tell_outputs(stack)

    title("What it took")
    table(runs)
    check(runs, fake)


def tell(run: Run) -> None:
    """What was done with which resource, and the sum."""
    for resource, done in sorted(run.changed.items()):
        kind, name = resource.split(" ", 1)
        say(f"{', '.join(done):8} {kind.split(':')[0]:34} {name}")
    total = ", ".join(f"{count} {what}" for what, count in sorted(run.changes.items()))
    say(f"{COLOURS['good']}{total} in {run.seconds:.1f} s{COLOURS['end']}")


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
