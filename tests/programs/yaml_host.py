"""The language host of programs in YAML, which the CLI runs for a project directory."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

from documents import ROOT


@functools.cache
def install() -> None:
    """Installs the host as a plugin in Pulumi's home. The first call builds it."""
    built = subprocess.run([ROOT / "scripts" / "yaml-host"], check=True, stdout=subprocess.PIPE, text=True).stdout
    host = Path(built.strip())
    version = host.parent.name.rpartition("-")[2]
    plugin = Path(os.environ["PULUMI_HOME"]) / "plugins" / f"language-yaml-v{version}" / host.name
    plugin.parent.mkdir(parents=True, exist_ok=True)
    link = plugin.with_name(f"{host.name}.{os.getpid()}")
    link.symlink_to(host)
    # Tests in other processes install it at the same time.
    link.replace(plugin)
