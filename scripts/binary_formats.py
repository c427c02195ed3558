"""Checks the programs of a release from their headers: format, processor, imported libraries and names, signature, size.

Most of them are built for other systems than this one, and cannot be started here. scripts/release.py packs none with a problem.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field
from pathlib import Path

import lief

import apple_frameworks

# Libraries that are part of every supported system. Programs for Linux with musl import none.
GNU = {"libc.so.6", "libgcc_s.so.1", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
# The oldest supported version of macOS, as scripts/dist sets it.
OLDEST_MACOS = [11, 0, 0]
MACOS = {"/usr/lib/libSystem.B.dylib", *map(apple_frameworks.path, apple_frameworks.FRAMEWORKS)}
# In lower case, without `.dll`. The C runtime (`api-ms-win-crt-*`) is part of Windows 10.
WINDOWS = {"advapi32", "bcrypt", "bcryptprimitives", "crypt32", "kernel32", "ntdll", "ws2_32"}

# Pulumi's names of processors.
PROCESSORS = {
    lief.ELF.ARCH.X86_64: "amd64",
    lief.ELF.ARCH.AARCH64: "arm64",
    lief.MachO.Header.CPU_TYPE.X86_64: "amd64",
    lief.MachO.Header.CPU_TYPE.ARM64: "arm64",
    lief.PE.Header.MACHINE_TYPES.AMD64: "amd64",
    lief.PE.Header.MACHINE_TYPES.ARM64: "arm64",
}


@dataclass
class Program:
    """What the headers of a program contain."""

    # Pulumi's names of the operating system and of the processor.
    system: str
    processor: str
    # The imported names by library; of ELF, which has no such relation, only the libraries.
    imports: dict[str, set[str]] = field(default_factory=dict)
    # The program that loads the libraries, of ELF.
    interpreter: str = ""
    # Whether the signature covers the content, and the oldest version of the system, of Mach-O.
    signed: bool = False
    oldest: list[int] = field(default_factory=list)


def read(path: Path) -> Program | None:
    """The headers of a program; None if the file has none of the formats."""
    binary = lief.parse(path)
    if isinstance(binary, lief.MachO.FatBinary):
        binary = binary.at(0) if binary.size == 1 else None
    if isinstance(binary, lief.ELF.Binary):
        imports: dict[str, set[str]] = {str(name): set() for name in binary.libraries}
        return Program("linux", PROCESSORS.get(binary.header.machine_type, "other"), imports, str(binary.interpreter))
    if isinstance(binary, lief.MachO.Binary):
        imports = {library.name: set() for library in binary.libraries}
        for binding in binary.bindings:
            if binding.has_library and binding.has_symbol:
                imports[binding.library.name].add(str(binding.symbol.name).removeprefix("_"))
        oldest = binary.build_version.minos if binary.has_build_version else binary.version_min.version if binary.has_version_min else []
        processor = PROCESSORS.get(binary.header.cpu_type, "other")
        return Program("darwin", processor, imports, signed=has_signature(binary, path), oldest=list(oldest))
    if isinstance(binary, lief.PE.Binary):
        console = binary.optional_header.subsystem == lief.PE.OptionalHeader.SUBSYSTEM.WINDOWS_CUI
        names = {table.name.lower().removesuffix(".dll"): {str(entry.name) for entry in table.entries} for table in binary.imports}
        return Program("windows" if console else "windows without console", PROCESSORS.get(binary.header.machine, "other"), names)
    return None


def has_signature(binary: lief.MachO.Binary, path: Path) -> bool:
    """Whether a program contains the hashes of its pages, which arm64 requires, and they are right.

    The signature is a list of blobs in big-endian order; the code directory contains the hashes (`CS_CodeDirectory` in Apple's
    cs_blobs.h).
    """
    if binary.code_signature is None:
        return False
    content = path.read_bytes()
    start = binary.code_signature.data_offset
    (count,) = struct.unpack_from(">I", content, start + 8)
    for slot, offset in struct.iter_unpack(">II", content[start + 12 : start + 12 + 8 * count]):
        if slot == 0:
            break
    else:
        return False
    directory = start + offset
    hashes, _, _, number, signed_bytes, width, algorithm, _, page_bits = struct.unpack_from(">IIIII4B", content, directory + 16)
    stored = [content[directory + hashes + width * page :][:width] for page in range(number)]
    pages = [content[at : min(at + (1 << page_bits), signed_bytes)] for at in range(0, signed_bytes, 1 << page_bits)]
    # 2 is SHA-256.
    return algorithm == 2 and signed_bytes == start and stored == [hashlib.sha256(page).digest() for page in pages]


def problems(program: Program | None, target: str, system: str, processor: str) -> list[str]:
    """Why a program cannot be packed for a Rust target with these names of Pulumi; empty if it can."""
    if program is None:
        return ["it is not an executable file"]
    if (program.system, program.processor) != (system, processor):
        return [f"it is for {program.system} on {program.processor}"]
    allowed = {"darwin": MACOS, "windows": WINDOWS, "linux": set() if target.endswith("-musl") else GNU}[system]
    found = [
        f"it imports {library}, which is not part of the system"
        for library in program.imports
        if library not in allowed and not (system == "windows" and library.startswith("api-ms-win-"))
    ]
    if target.endswith("-musl") and program.interpreter:
        found.append(f"it needs {program.interpreter}")
    if system == "darwin":
        for framework, names in apple_frameworks.FRAMEWORKS.items():
            wrong = program.imports.get(apple_frameworks.path(framework), set()) - set(names)
            found += [f"it imports {name}, which is not in the list of {framework}" for name in sorted(wrong)]
        if program.oldest > OLDEST_MACOS:
            found.append(f"it needs macOS {'.'.join(map(str, program.oldest))}")
        if processor == "arm64" and not program.signed:
            found.append("it has no valid signature, which macOS requires on this processor")
    return found


def unused_names(programs: list[Program]) -> list[str]:
    """The names in the stubs of macOS's frameworks that none of the programs for macOS imports."""
    imported = {name for program in programs for names in program.imports.values() for name in names}
    return [name for names in apple_frameworks.FRAMEWORKS.values() for name in names if name not in imported]


def check(path: Path, target: str, system: str, processor: str, limit: int | None = None) -> None:
    """Fails if a program cannot be packed for a Rust target. `limit` is its maximum size in bytes."""
    found = problems(read(path), target, system, processor)
    size = path.stat().st_size
    if limit is not None and size > limit:
        found.append(f"it has {size} bytes, the limit is {limit}")
    if found:
        raise SystemExit(f"{path} cannot be released for {target}: {'; '.join(found)}")
