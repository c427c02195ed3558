"""Packs the compiled fake into the wheel, which therefore is for one platform.

Environment variables:
  SCALEWAY_FAKE_BINARY    path of the binary
  SCALEWAY_FAKE_VERSION   version of the package
  SCALEWAY_FAKE_PLATFORM  platform tag of the wheel (default: that of this machine)
"""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


class Version(MetadataHookInterface):
    """Sets the version, which is defined in Cargo.toml."""

    def update(self, metadata: dict[str, Any]) -> None:
        metadata["version"] = os.environ["SCALEWAY_FAKE_VERSION"]


class Binary(BuildHookInterface):
    """Installs the binary beside the Python interpreter, as a command."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        binary = Path(os.environ["SCALEWAY_FAKE_BINARY"]).resolve(strict=True)
        platform = os.environ.get("SCALEWAY_FAKE_PLATFORM") or sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
        build_data["shared_scripts"] = {str(binary): binary.name}
