"""Deploys examples/evalap-python to the fake, and prints each step. Started by scripts/demo."""

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

# Duration of transient statuses of databases and containers in the fake, in seconds, to demonstrate waiting.
SETTLE = 2

NEXT = {
    "README.md": "the first stack of your own",
    "examples/": "complete programs, from a Kubernetes cluster to a data platform",
    "docs/guides/testing-with-the-fake.md": "tests of your programs on this fake",
    "docs/guides/coming-from-pulumiverse.md": "your programs and stacks for pulumiverse_scaleway",
    "docs/guides/coming-from-terraform.md": "your Terraform configuration",
}
PACKAGE = "evalap-scaleway:"
COLOURS = {"title": "\033[1;36m", "quiet": "\033[2m", "good": "\033[32m", "end": "\033[0m"}
if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
    COLOURS = dict.fromkeys(COLOURS, "")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="evalap-demo-") as directory, Fake(Path(directory), settle=SETTLE) as fake:
        show(Path(directory), fake)


def show(directory: Path, fake: Fake) -> None:
    """Runs all commands, and prints the table."""
    title("Components")
    say(f"pulumi CLI     {first_line('pulumi', 'version')}   {shutil.which('pulumi')}")
    say(f"plugin         {first_line('pulumi-resource-evalap-scaleway', '--version')}")
    say(f"fake           {fake.url}, in memory; transient statuses last {SETTLE} seconds")
    say(f"program        {ROOT / 'examples' / 'evalap-python'}, stack dev, with the generated Python SDK")

    stack = example_stack(directory, fake)
    runs: dict[str, Run] = {}
    phases: list[tuple[str, str, Callable[..., Run]]] = [
        ("preview", "shows the changes; sends no API request", stack.preview),
        ("up", "creates the whole stack: dependencies in order, everything else concurrently", stack.up),
        ("up again", "the program did not change, so nothing changes, and no API request is sent", stack.up),
        ("refresh", "reads each object and compares it with the state", stack.refresh),
        ("destroy", "deletes everything in the opposite order", stack.destroy),
    ]
    for name, meaning, command in phases:
        title(f"pulumi {name}: {meaning}")
        runs[name] = command(watch=Progress())
        total = ", ".join(f"{count} {what}" for what, count in sorted(runs[name].changes.items()))
        say(f"{COLOURS['good']}{total} in {runs[name].seconds:.1f} s{COLOURS['end']}")
        if name == "up":
            print_outputs(stack)

    title("Duration and requests")
    table(runs)
    check(runs, fake)
    title("Next steps")
    for page, content in NEXT.items():
        say(f"{page:41} {content}")


class Progress:
    """Prints each resource when its operation is complete, with the seconds since the command started."""

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


def print_outputs(stack: Stack) -> None:
    """Prints the stack outputs like `pulumi stack output`, without secrets."""
    title("pulumi stack output: endpoints and connection strings of the stack")
    for name, value in stack.outputs().items():
        hidden = any(secret in str(value) for secret in EXAMPLE_SECRETS.values()) or name == "connectionString"
        say(f"{name:18} {'[secret]' if hidden else value}")


def table(runs: dict[str, Run]) -> None:
    """Prints one line for each command."""
    say(f"{'command':10} {'seconds':>8} {'requests':>10} {'of these polls':>14}")
    for name, run in runs.items():
        say(f"{name:10} {run.seconds:8.1f} {len(run.calls):10} {run.calls.polls:14}")


def check(runs: dict[str, Run], fake: Fake) -> None:
    """Fails if a command did not have the expected effect."""
    assert runs["preview"].calls == [], "the preview sent API requests"
    assert runs["up again"].changed == {} and runs["up again"].calls == [], "the second up changed something"
    assert runs["refresh"].changed == {}, "the refresh found differences"
    assert not fake.objects("rdb/instance") and not fake.objects("containers/container"), "objects remain after destroy"


def first_line(*command: str) -> str:
    """The first line of the output of a command."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def title(text: str) -> None:
    """Prints a heading."""
    print(f"\n{COLOURS['title']}== {text}{COLOURS['end']}", flush=True)


def say(text: str) -> None:
    """Prints an indented line."""
    print(f"   {text}", flush=True)


if __name__ == "__main__":
    main()
