"""Somebody who works with the same stack: an up in a process of its own, which others can watch, wait for and kill.

Run as a program, it is that process: `python somebody.py <directory of the project> <stack>`.
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
    """Something that takes time to make, and to move to another engine."""
    opts = pulumi.ResourceOptions(**options)
    engine = os.environ.get("ENGINE", "PostgreSQL-16")
    scaleway.databases.Instance("main", name="main", engine=engine, node_type="DB-DEV-S", opts=opts)


class Somebody:
    """An up of `program` that somebody else has begun."""

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

    def until(self, word: str) -> "Somebody":
        """Waits until a word is printed, which has to happen."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.output += line
            if word in line:
                return self
        raise AssertionError(f"{word} was never printed: {self.output}")

    def ends_well(self) -> bool:
        """Waits for the end; whether it was a good one."""
        self.output += self._process.communicate()[0] or ""
        return self._process.returncode == 0

    def is_killed(self) -> None:
        """As `kill -9` of the CLI does it, or the machine that dies: nobody can say goodbye."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


def main(directory: str, name: str) -> None:
    """One up, told line by line."""
    workspace = automation.LocalWorkspace(work_dir=str(Path(directory)), program=program)
    stack = automation.Stack.select(name, workspace)
    try:
        stack.up(on_output=lambda line: print(line, flush=True), color="never")
    except automation.errors.CommandError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
