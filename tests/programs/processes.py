"""The CLI that this process started, and its plugins: found in /proc, and killed with SIGKILL."""

from __future__ import annotations

import os
import select
import signal
from pathlib import Path

PLUGIN = "pulumi-resource-evalap-scaleway"


def children(parent: int, program: str) -> list[int]:
    """The child processes of a process with an executable of this name."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            its_parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if its_parent == parent and program in Path(os.readlink(entry / "exe")).name:
                found.append(int(entry.name))
        except OSError:
            continue  # The process ended.
    return found


def kill(victim: str) -> None:
    """Kills the CLI that this process started, or all its plugins; returns when the plugins have ended."""
    (cli,) = children(os.getpid(), "pulumi")
    plugins = children(cli, PLUGIN)
    watched = [(plugin, os.pidfd_open(plugin)) for plugin in plugins]
    for process in [cli] if victim == "CLI" else plugins:
        os.kill(process, signal.SIGKILL)
    try:
        for plugin, descriptor in watched:
            ended, _, _ = select.select([descriptor], [], [], 20)
            if not ended:
                os.kill(plugin, signal.SIGKILL)
                raise AssertionError("a plugin still runs 20 s after its CLI was killed")
    finally:
        for _, descriptor in watched:
            os.close(descriptor)
