"""A stack of a program in TypeScript: compiled as users do it, and driven through the Automation API of Node.js."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Mapping

from pulumi.automation.events import EngineEvent

from fake import Fake
from stack import Failed, Run, backend_environment, note


class TypescriptStack:
    """Does what `stack.Stack` does. It runs in a copy of the example."""

    def __init__(self, directory: Path, example: Path, fake: Fake, *, name: str, secrets: Mapping[str, str]) -> None:
        self.fake = fake
        work = directory / example.name
        shutil.copytree(example, work, ignore=shutil.ignore_patterns("node_modules", "bin"))
        (work / "node_modules").symlink_to(os.environ["NODE_PATH"])
        subprocess.run(["tsc", "-p", str(work)], check=True)
        self._process = subprocess.Popen(
            ["node", str(Path(__file__).with_name("stack.js")), name, str(work)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **fake.environment, **backend_environment(directory)},
        )
        self._ask("configure", {key: {"value": value, "secret": True} for key, value in secrets.items()})

    def preview(self) -> Run:
        """What an up would do."""
        return self._do("preview")

    def up(self) -> Run:
        """Deploys; raises `Failed` if that ends with an error."""
        return self._do("up")

    def refresh(self) -> Run:
        """Compares the state with what exists."""
        return self._do("refresh")

    def destroy(self) -> Run:
        """Deletes everything."""
        return self._do("destroy")

    def outputs(self) -> dict[str, Any]:
        """What the program exports."""
        return self._ask("outputs")

    def close(self) -> None:
        """Ends the process that drives the stack."""
        self._process.communicate()

    def _do(self, command: str) -> Run:
        self.fake.new_calls()
        start = time.monotonic()
        answer = self._ask(command)
        run = Run(time.monotonic() - start, self.fake.new_calls(), answer["output"], error=answer["error"])
        for event in answer["events"]:
            note(run, EngineEvent.from_json(event))
        if run.error is not None:
            raise Failed(run)
        return run

    def _ask(self, command: str, argument: Any = None) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"command": command, "argument": argument}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())
