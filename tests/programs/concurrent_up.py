"""An up in another process, as a concurrent user starts it; a test can watch it, wait for it and kill it.

This file is also that process: `python concurrent_up.py <directory of the project> <stack>`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import evalap_scaleway as scaleway
import pulumi
from pulumi import automation

from stack import Stack


def program(**options: Any) -> None:
    """A resource whose create and update take time."""
    opts = pulumi.ResourceOptions(**options)
    engine = os.environ.get("ENGINE", "PostgreSQL-16")
    scaleway.databases.Instance("main", name="main", engine=engine, node_type="DB-DEV-S", opts=opts)


class ConcurrentUp:
    """An up of `program` that is in progress."""

    def __init__(self, stack: Stack, **environment: str) -> None:
        command = [sys.executable, __file__, str(stack.work), stack.automation.name]
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **stack.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.output = ""

    def wait_for(self, text: str) -> "ConcurrentUp":
        """Waits until the output contains a string, or fails."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.output += line
            if text in line:
                return self
        raise AssertionError(f"{text} is not in the output: {self.output}")

    def succeeds(self) -> bool:
        """Waits for the end; returns whether it succeeded."""
        self.output += self._process.communicate()[0] or ""
        return self._process.returncode == 0

    def kill(self) -> None:
        """Kills the process group with SIGKILL, without cleanup."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


def main(directory: str, name: str) -> None:
    """Runs one up, and prints its output line by line."""
    workspace = automation.LocalWorkspace(work_dir=str(Path(directory)), program=program)
    stack = automation.Stack.select(name, workspace)
    try:
        stack.up(on_output=lambda line: print(line, flush=True), color="never")
    except automation.errors.CommandError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
