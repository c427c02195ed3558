"""Runs single commands, and the commands of a guide in a shell, in the directory of the project."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any, Mapping


def run(*command: str | Path, **options: Any) -> str:
    """The standard output of a command that succeeds, with the options of `subprocess.run`."""
    ran = subprocess.run(command, text=True, capture_output=True, **options)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


class Shell:
    """A directory and an environment."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        self._directory = directory
        # Credentials in the environment of the tests are not used.
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SCW_"))}
        self._environment = {**own, "AWS_EC2_METADATA_DISABLED": "true", **environment}

    def run(self, commands: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Runs commands; stops at the first one that fails."""
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=self._directory,
            env={**self._environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def succeed(self, commands: str, **variables: str) -> str:
        """The output of commands that must succeed."""
        ran = self.run(commands, **variables)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout
