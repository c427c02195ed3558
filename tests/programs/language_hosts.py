"""Language hosts, which the CLI runs for the program in a project directory."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

from documents import ROOT


@functools.cache
def install_yaml() -> None:
    """Installs the host of YAML as a plugin in Pulumi's home. The first call builds it."""
    _install("yaml", Path(_built("yaml-host")))


@functools.cache
def install_java() -> None:
    """Installs the host of Java as a plugin in Pulumi's home. The first call builds it."""
    _install("java", Path(_built("language-hosts")) / "pulumi-language-java")


def _built(script: str) -> str:
    return subprocess.run([ROOT / "scripts" / script], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def _install(language: str, host: Path) -> None:
    # The CLI takes the installed one, in any version.
    plugin = Path(os.environ["PULUMI_HOME"]) / "plugins" / f"language-{language}-v1.0.0" / host.name
    plugin.parent.mkdir(parents=True, exist_ok=True)
    link = plugin.with_name(f"{host.name}.{os.getpid()}")
    link.symlink_to(host)
    # Tests in other processes install it at the same time.
    link.replace(plugin)
