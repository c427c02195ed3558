"""A stack that the Pulumi CLI deploys through the Automation API, and the result of each command.

It needs the environment of scripts/run, and uses the fake only for environment variables and requests.
"""

from __future__ import annotations

import json
import re
import runpy
import shutil
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Mapping

import grpc
from pulumi import automation, log
from pulumi.automation._stack import StackInitMode  # A private module; the version is pinned.
from pulumi.automation.events import EngineEvent
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS  # A private module; the version is pinned.

from fake import Calls, Fake

# By default, all channels of a process share one connection for each address, also one that was refused a moment ago.
# The operating system may give the port of an engine that has ended to the engine of the next command.
_GRPC_CHANNEL_OPTIONS.append(("grpc.use_local_subchannel_pool", 1))

_log = log._log  # Private; the version is pinned.


def _log_if_possible(*arguments: Any, **options: Any) -> None:
    """Sends a message to the engine. A callback of an earlier command, whose engine has ended, does not end the program."""
    try:
        _log(*arguments, **options)
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.UNAVAILABLE:
            raise


log._log = _log_if_possible

Program = Callable[[], Any]
Watch = Callable[[EngineEvent], None]

# Operations of unchanged resources.
UNCHANGED = {"same", "read", "refresh"}

# Invented; they meet Scaleway's requirements for passwords.
EXAMPLE_SECRETS = {
    "databaseAdminPassword": "Admin-canary-1234!",
    "databasePassword": "Canary-pass/word-1234!",
    "modelApiKey": "model-canary-1234",
}


# The secrets of examples/everything.
EVERYTHING_SECRETS = {"password": EXAMPLE_SECRETS["databasePassword"]}


@dataclass
class Run:
    """The result of one command."""

    seconds: float
    calls: Calls
    output: str = ""
    # The operations of each resource, by `module/type:Type name`, in order, such as ["update"].
    operations: dict[str, list[str]] = field(default_factory=dict)
    # The paths of changed properties of each resource.
    differences: dict[str, list[str]] = field(default_factory=dict)
    # The number of resources by operation.
    changes: dict[str, int] = field(default_factory=dict)
    error: str | None = None

    def of(self, name: str) -> list[str]:
        """The operations of the resource with this name; empty if it is unchanged."""
        found = [done for key, done in self.operations.items() if key.split(" ", 1)[1] == name]
        assert len(found) <= 1, f"several resources are named {name}: {sorted(self.operations)}"
        return [operation for operation in (found[0] if found else []) if operation not in UNCHANGED]

    def difference(self, name: str) -> list[str]:
        """The paths of the changed properties of the resource with this name."""
        return [path for key, paths in self.differences.items() if key.split(" ", 1)[1] == name for path in paths]

    @property
    def changed(self) -> dict[str, list[str]]:
        """The changed resources."""
        return {key: done for key, done in self.operations.items() if not set(done) <= UNCHANGED}

    def changed_names(self) -> list[str]:
        """The names of the changed resources, sorted."""
        return sorted(key.split(" ", 1)[1] for key in self.changed)


class Failed(Exception):
    """A command failed; `run` is its result until then."""

    def __init__(self, run: Run) -> None:
        super().__init__((run.error or "").rpartition("Diagnostics:")[2])
        self.run = run


class Stack:
    """One stack of one program, in its own directory.

    Without a program, the CLI runs the one in the directory, with its language host.

    Each command has the options of the Automation API, and `watch`, which is called with each event.
    """

    def __init__(
        self,
        directory: Path,
        program: Program | None,
        fake: Fake,
        *,
        name: str = "dev",
        project: str = "tests",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.program = program
        self.fake = fake
        self.project = project
        self.work = directory / project
        self.work.mkdir(parents=True, exist_ok=True)
        self.backend = directory / "backend"
        self.environment = {**fake.environment, **backend_environment(directory), **(environment or {})}
        workspace = automation.LocalWorkspace(
            work_dir=str(self.work),
            program=program and self._run_program,
            env_vars=self.environment,
            project_settings=None
            if (self.work / "Pulumi.yaml").exists()
            else automation.ProjectSettings(name=project, runtime="python"),
        )
        # CREATE_OR_SELECT runs one more command, which looks for the stack first.
        made = (self.work / f"Pulumi.{name}.yaml").exists()
        mode = StackInitMode.CREATE_OR_SELECT if made else StackInitMode.CREATE
        self.automation = _StackWithoutOutputs(name, workspace, mode)

    def preview(self, **options: Any) -> Run:
        """Previews an up."""
        return self._do(self.automation.preview, **options)

    def up(self, **options: Any) -> Run:
        """Deploys the program; raises `Failed` on an error."""
        return self._do(self.automation.up, **options)

    def refresh(self, **options: Any) -> Run:
        """Refreshes the state."""
        return self._do(self.automation.refresh, **options)

    def destroy(self, **options: Any) -> Run:
        """Deletes all resources."""
        return self._do(self.automation.destroy, **options)

    def outputs(self) -> dict[str, Any]:
        """The stack outputs, with secrets in plain text."""
        # `outputs` of the Automation API runs this command twice, with and without secrets.
        command = ["stack", "output", "--json", "--show-secrets", "--stack", self.automation.name]
        return json.loads(self.automation.workspace.pulumi_command.run(command, str(self.work), self.environment).stdout)

    def state(self) -> dict[str, Any]:
        """The stored state."""
        stored = self.backend / ".pulumi" / "stacks" / self.project / f"{self.automation.name}.json"
        return json.loads(stored.read_text())["checkpoint"].get("latest") or {}

    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources of this provider in the state, by name."""
        return {
            resource["urn"].rsplit("::", 1)[1]: resource
            for resource in self.state().get("resources", [])
            if resource["type"].startswith("evalap-scaleway:")
        }

    def set_secrets(self, secrets: Mapping[str, str]) -> None:
        """Sets secrets in the stack configuration."""
        values = {name: automation.ConfigValue(value, secret=True) for name, value in secrets.items()}
        self.automation.set_all_config(values)

    def _run_program(self) -> Any:
        assert self.program is not None
        return self.program()

    def _do(self, command: Callable[..., Any], watch: Watch | None = None, **options: Any) -> Run:
        events: list[EngineEvent] = []
        ended = threading.Event()

        def collect(event: EngineEvent) -> None:
            events.append(event)
            if watch is not None:
                watch(event)
            if event.cancel_event is not None:
                ended.set()

        self.fake.new_calls()
        start = time.monotonic()
        error = None
        try:
            result = command(on_event=collect, color="never", **options)
            output = result.stdout + result.stderr
        except automation.errors.CommandError as failure:
            error = output = str(failure)
        run = Run(time.monotonic() - start, self.fake.new_calls(), output, error=error)
        # Events are a separate stream, which may end later.
        ended.wait(timeout=10)
        for event in events:
            note(run, event)
        if error is not None:
            raise Failed(run)
        return run


class _StackWithoutOutputs(automation.Stack):
    """A stack that does not read outputs and history after each command, because this takes longer than the command."""

    def outputs(self) -> automation.OutputMap:
        return {}

    def info(self, show_secrets: bool = True) -> automation.UpdateSummary:
        return automation.UpdateSummary(kind="", start_time=None, message="", environment={}, config={}, result="")


def backend_environment(directory: Path) -> dict[str, str]:
    """Environment variables for a state backend in a directory."""
    backend = directory / "backend"
    backend.mkdir(exist_ok=True)
    return {"PULUMI_BACKEND_URL": backend.as_uri(), "PULUMI_CONFIG_PASSPHRASE": "x"}


def example(name: str) -> Path:
    """The directory of an example."""
    return Path(__file__).parents[2] / "examples" / name


def example_stack(
    directory: Path,
    fake: Fake,
    *,
    name: str = "dev",
    of: str = "evalap-python",
    project: str = "evalap",
    secrets: Mapping[str, str] = EXAMPLE_SECRETS,
) -> Stack:
    """An example in Python, with its secrets set. It runs in a copy, because the CLI writes Pulumi.<stack>.yaml."""
    copy = directory / project
    shutil.copytree(example(of), copy)
    stack = Stack(
        directory,
        lambda: runpy.run_path(str(copy / "__main__.py"), run_name="__main__"),
        fake,
        name=name,
        project=project,
    )
    stack.set_secrets(secrets)
    return stack


def note(run: Run, event: EngineEvent) -> None:
    """Adds an event to the result."""
    if event.summary_event is not None:
        run.changes = {str(kind): count for kind, count in event.summary_event.resource_changes.items()}
    step = event.resource_pre_event or event.res_outputs_event
    if step is None or not step.metadata.type.startswith("evalap-scaleway:"):
        return
    metadata = step.metadata
    key = f"{metadata.type.split(':', 1)[1]} {metadata.urn.rsplit('::', 1)[1]}"
    done = run.operations.setdefault(key, [])
    operation = re.sub(r"^OpType\.", "", str(getattr(metadata.op, "value", metadata.op)))
    if operation not in done:
        done.append(operation)
    paths = list(metadata.detailed_diff or {}) or list(metadata.diffs or [])
    if paths and key not in run.differences:
        run.differences[key] = sorted(paths)


