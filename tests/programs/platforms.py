"""The archives of a release for every platform: their programs are checked, and started where this machine can, also in emulators.

Run by `make platforms`, which builds the release for Linux, macOS and Windows. Not part of `make test`: the name of this file keeps
pytest from collecting it, because the builds take most of an hour. platforms.json contains the results, and the pages show them;
UPDATE_PLATFORMS=1 writes it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tarfile
from pathlib import Path
from typing import Any, Iterator

import evalap_scaleway as scaleway
import pulumi
import pytest
import scaleway_fake

import binary_formats
import release
from documents import ROOT
from fake import Fake
from shell import run
from stack import Stack

RELEASE = Path(os.environ.get("DIST", ROOT / "dist"))
VERSION = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
PLUGIN = "pulumi-resource-evalap-scaleway"
RESULTS = Path(__file__).with_name("platforms.json")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")

# How programs of another platform are started, and what the pages say about it. Of several commands, the first that is installed.
EMULATORS = {
    "linux-arm64": (["qemu-aarch64", "qemu-aarch64-static"], "QEMU"),
    "windows-amd64": (["wine"], "Wine"),
}


def this_platform() -> str:
    """Pulumi's name of this machine."""
    return "-".join(release.platform(re.search(r"^host: (.+)$", run("rustc", "-vV"), re.MULTILINE)[1]))


@pytest.fixture(params=release.TARGETS)
def target(request: pytest.FixtureRequest) -> str:
    """A Rust target of the release."""
    return request.param


@pytest.fixture
def unpacked(target: str, tmp_path: Path) -> Path:
    """The directory with the programs of a target."""
    for program in release.PROGRAMS:
        with tarfile.open(RELEASE / f"{program}-v{VERSION}-{'-'.join(release.platform(target))}.tar.gz") as archive:
            archive.extractall(tmp_path / "unpacked", filter="data")
    return tmp_path / "unpacked"


# The random numbers of Rust's standard library on Windows. Older versions of Wine do not have the library.
RANDOM = """
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length) { return SystemFunction036(buffer, length); }
"""


@contextlib.contextmanager
def wine(directory: Path, programs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty installation of Wine, without windows. Its server ends at the end."""
    monkeypatch.setenv("WINEPREFIX", str(directory))
    monkeypatch.setenv("WINEDEBUG", "-all")
    monkeypatch.setenv("WINEDLLOVERRIDES", "mscoree,mshtml,winemenubuilder.exe=")
    monkeypatch.delenv("DISPLAY", raising=False)
    run("wine", "wineboot", "--init")
    try:
        if not (directory / "drive_c" / "windows" / "system32" / "bcryptprimitives.dll").exists():
            (directory / "random.c").write_text(RANDOM)
            (python,) = (CACHE / "evalap-scaleway").glob("zig-*/bin/python")
            compiler = [python, "-m", "ziglang", "cc", "-target", "x86_64-windows-gnu", "-shared", "-ladvapi32"]
            run(*compiler, "-o", programs / "bcryptprimitives.dll", directory / "random.c")
        yield
    finally:
        run("wineserver", "--kill", "--wait")


def start_command(platform: str) -> tuple[list[str], str] | None:
    """The command before a program of a platform, and how it is described; None if it cannot be started here."""
    if platform == this_platform():
        return [], "natively"
    commands, name = EMULATORS.get(platform, ([], ""))
    for command in commands:
        if found := shutil.which(command):
            return [found], name
    assert not commands, f"none of {', '.join(commands)} is installed"
    return None


def starter(path: Path, command: list[str], program: Path) -> Path:
    """A script that starts a program with a command, because the CLI and tests start files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nexec {" ".join(command)} "{program}" "$@"\n')
    path.chmod(0o755)
    return path


def test_programs_run_on_their_platform(target: str, unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system, processor = release.platform(target)
    platform = f"{system}-{processor}"
    programs = {name: unpacked / (f"{name}.exe" if system == "windows" else name) for name in release.PROGRAMS}
    for program in programs.values():
        binary_formats.check(program, target, system, processor)
    if system == "darwin":
        read = [binary_formats.read(program) for program in programs.values()]
        assert binary_formats.unused_names([program for program in read if program]) == []
    started = start_command(platform)
    if started is not None:
        command, how = started
        with wine(tmp_path / "wine", unpacked, monkeypatch) if how == "Wine" else contextlib.nullcontext():
            check_programs(programs, command, tmp_path, monkeypatch)
    compare(platform, {"target": target, "run": started and started[1]})


def check_programs(programs: dict[str, Path], command: list[str], directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prints the versions of both programs, and deploys a stack with them."""
    scripts = {name: starter(directory / "bin" / name, command, program) for name, program in programs.items()}
    assert run(scripts[PLUGIN], "--version").split() == [VERSION]
    assert run(scripts["scaleway-fake"], "--version").split() == ["scaleway-fake", VERSION]
    monkeypatch.setattr(scaleway_fake, "binary", lambda: scripts["scaleway-fake"])
    home = directory / "home"
    starter(home / "plugins" / f"resource-evalap-scaleway-v{VERSION}" / PLUGIN, command, programs[PLUGIN])
    with Fake(directory) as fake:
        deploy(directory, fake, home)


def deploy(directory: Path, fake: Fake, home: Path) -> None:
    """Deploys a program that reads a file, without a difference afterwards, and destroys it."""

    def program() -> None:
        network = scaleway.network.PrivateNetwork("platform", vpc_id=scaleway.network.Vpc("platform").id)
        secret = scaleway.secrets.Secret("password")
        scaleway.secrets.Version("password", secret_id=secret.id, data=pulumi.Output.secret("made up"))
        bucket = scaleway.object.Bucket("files")
        scaleway.object.Item("page", bucket=bucket.name, key="page.txt", file="pages/page.txt")
        pulumi.export("network", network.id)

    before = fake.existing()
    stack = Stack(directory, program, fake, environment={"PULUMI_HOME": str(home)})
    (stack.work / "pages").mkdir()
    (stack.work / "pages" / "page.txt").write_text("a page\n")
    assert stack.up().changes["create"] == 7
    # Entries are open until the next command of the engine.
    (journal,) = (home / "evalap-scaleway").glob("creates-*.jsonl")
    assert "PrivateNetwork" in journal.read_text()
    again = stack.up()
    assert again.changed == {}, again.differences
    assert stack.refresh().changed == {}
    stack.destroy()
    assert fake.existing() - before == set()


def compare(platform: str, result: dict[str, Any]) -> None:
    """Compares a result with the file, or writes it."""
    stored = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if os.environ.get("UPDATE_PLATFORMS"):
        stored[platform] = result
        order = ["-".join(release.platform(target)) for target in release.TARGETS]
        RESULTS.write_text(json.dumps({name: stored[name] for name in order if name in stored}, indent=2) + "\n")
    else:
        assert stored[platform] == result, "UPDATE_PLATFORMS=1 writes platforms.json"
