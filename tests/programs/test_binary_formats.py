"""The checks of the programs of a release: wrong files are rejected. platforms.py checks the programs of a complete release."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import setuptools

import apple_frameworks
import binary_formats
from binary_formats import Program
from documents import ROOT
from shell import run

MUSL, MACOS, WINDOWS = "x86_64-unknown-linux-musl", "aarch64-apple-darwin", "x86_64-pc-windows-gnu"
PLUGIN = "pulumi-resource-evalap-scaleway"
SECURITY = apple_frameworks.path("Security")
ON_MACOS = Program("darwin", "arm64", {"/usr/lib/libSystem.B.dylib": {"open"}, SECURITY: {"SecPolicyCreateSSL"}}, "", True, [11, 0, 0])
ON_WINDOWS = Program("windows", "amd64", {"kernel32": {"CreateFileW"}, "api-ms-win-crt-heap-l1-1-0": {"free"}})


def test_program_of_this_machine_is_accepted_only_for_it() -> None:
    program = binary_formats.read(Path(shutil.which(PLUGIN) or ""))
    assert program is not None
    assert binary_formats.problems(program, f"{program.processor}-unknown-linux-gnu", program.system, program.processor) == []
    found = binary_formats.problems(program, WINDOWS, "windows", "amd64")
    assert found == [f"it is for {program.system} on {program.processor}"]
    found = binary_formats.problems(replace(program, processor="arm64"), MUSL, "linux", "amd64")
    assert found == [f"it is for {program.system} on arm64"]


@pytest.mark.parametrize(
    ("program", "target", "problem"),
    [
        (None, MUSL, "it is not an executable file"),
        (Program("linux", "amd64", {"libc.so.6": set()}), MUSL, "it imports libc.so.6, which is not part of the system"),
        (Program("linux", "amd64", interpreter="/lib/ld.so"), MUSL, "it needs /lib/ld.so"),
        (Program("linux", "amd64", {"libssl.so.3": set()}), "x86_64-unknown-linux-gnu", "it imports libssl.so.3, which is"),
        (replace(ON_WINDOWS, imports={"libgcc_s_seh-1": set()}), WINDOWS, "it imports libgcc_s_seh-1, which is"),
        (replace(ON_WINDOWS, system="windows without console"), WINDOWS, "it is for windows without console on amd64"),
        (replace(ON_MACOS, imports={"@rpath/libring.dylib": set()}), MACOS, "it imports @rpath/libring.dylib, which is"),
        (replace(ON_MACOS, imports={SECURITY: {"SecMadeUp"}}), MACOS, "it imports SecMadeUp, which is not in the list of Security"),
        (replace(ON_MACOS, signed=False), MACOS, "it has no valid signature"),
        (replace(ON_MACOS, oldest=[15, 0, 0]), MACOS, "it needs macOS 15.0.0"),
    ],
)
def test_wrong_program_is_rejected(program: Program | None, target: str, problem: str) -> None:
    system, processor = ("darwin", "arm64") if target == MACOS else ("windows" if target == WINDOWS else "linux", "amd64")
    (found,) = binary_formats.problems(program, target, system, processor)
    assert found.startswith(problem)


def test_right_programs_for_macos_and_windows_are_accepted() -> None:
    assert binary_formats.problems(ON_MACOS, MACOS, "darwin", "arm64") == []
    assert binary_formats.problems(ON_WINDOWS, WINDOWS, "windows", "amd64") == []


@pytest.mark.parametrize(("name", "processor"), [("cli-64", "amd64"), ("cli-arm64", "arm64")])
def test_headers_of_programs_for_windows_are_read(name: str, processor: str) -> None:
    # Launchers that setuptools contains.
    program = binary_formats.read(Path(setuptools.__file__).with_name(f"{name}.exe"))
    assert program is not None and (program.system, program.processor) == ("windows", processor)
    assert "CreateFileA" in program.imports["kernel32"]


def test_headers_and_signature_of_a_program_for_macos_are_read(tmp_path: Path) -> None:
    # Go writes the format and the signature without a tool of Apple.
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {}\n")
    environment = {**os.environ, "GOOS": "darwin", "GOARCH": "arm64", "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod"}
    run("go", "build", "-o", tmp_path / "program", tmp_path / "main.go", env=environment, cwd=tmp_path)
    program = binary_formats.read(tmp_path / "program")
    assert program is not None and (program.system, program.processor, program.signed) == ("darwin", "arm64", True)
    assert "pthread_create" in program.imports["/usr/lib/libSystem.B.dylib"]

    content = bytearray((tmp_path / "program").read_bytes())
    content[5000] ^= 1
    (tmp_path / "changed").write_bytes(content)
    changed = binary_formats.read(tmp_path / "changed")
    assert changed is not None and not changed.signed


def test_release_with_a_wrong_file_is_not_packed(tmp_path: Path) -> None:
    for name in [PLUGIN, "scaleway-fake"]:
        (tmp_path / name).write_text("#!/bin/sh\n")
    (tmp_path / "dist").mkdir()
    command = [sys.executable, ROOT / "scripts" / "release.py", tmp_path / "dist", "--version", "1.0.0", "--commit", "0", "--time", "0"]
    packed = subprocess.run([*command, f"{MUSL}={tmp_path}"], text=True, capture_output=True)
    assert packed.returncode != 0 and f"cannot be released for {MUSL}: it is not an executable file" in packed.stderr
    assert list((tmp_path / "dist").iterdir()) == []


def test_program_above_the_limit_is_rejected(tmp_path: Path) -> None:
    program = Path(shutil.which(PLUGIN) or "")
    with pytest.raises(SystemExit, match="the limit is 1000"):
        binary_formats.check(program, "x86_64-unknown-linux-gnu", "linux", "amd64", 1000)
