"""A stack of a TypeScript program: compiled with tsc, and deployed through the Automation API of Node.js."""

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
    """Has the interface of `stack.Stack`. It runs in a copy of the example."""

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
        self._send("configure", {key: {"value": value, "secret": True} for key, value in secrets.items()})

    def preview(self) -> Run:
        """Previews an up."""
        return self._do("preview")

    def up(self) -> Run:
        """Deploys the program; raises `Failed` on an error."""
        return self._do("up")

    def refresh(self) -> Run:
        """Refreshes the state."""
        return self._do("refresh")

    def destroy(self) -> Run:
        """Deletes all resources."""
        return self._do("destroy")

    def outputs(self) -> dict[str, Any]:
        """The stack outputs."""
        return self._send("outputs")

    def close(self) -> None:
        """Ends the process of the Automation API."""
        self._process.communicate()

    def _do(self, command: str) -> Run:
        self.fake.new_calls()
        start = time.monotonic()
        answer = self._send(command)
        run = Run(time.monotonic() - start, self.fake.new_calls(), answer["output"], error=answer["error"])
        for event in answer["events"]:
            note(run, EngineEvent.from_json(event))
        if run.error is not None:
            raise Failed(run)
        return run

    def _send(self, command: str, argument: Any = None) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"command": command, "argument": argument}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())
