"""Packs the files of a release: archives, SBOMs, checksums, a provenance statement and, with a key, a signature.

Started by scripts/dist, which has built the programs and the packages of the SDKs. The same inputs result in the same bytes.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import functools
import gzip
import hashlib
import io
import json
import subprocess
import tarfile
import uuid
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]
NAME = "pulumi-evalap-scaleway"
PROGRAMS = ["pulumi-resource-evalap-scaleway", "scaleway-fake"]
# The files that are packed beside a program.
BESIDE = ["LICENSE", "README.md"]
REPOSITORY = "https://github.com/evalap/pulumi-evalap-scaleway"
# Identifiers of SBOMs are derived from their content.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, REPOSITORY)

# Pulumi's names of processors and operating systems, by the parts of Rust's names of targets.
PROCESSORS = {"x86_64": "amd64", "aarch64": "arm64"}
SYSTEMS = {"linux": "linux", "darwin": "darwin", "windows": "windows"}


def platform(target: str) -> tuple[str, str]:
    """Pulumi's operating system and processor of a Rust target. Fails if Pulumi does not support it."""
    parts = target.split("-")
    systems = [SYSTEMS[part] for part in parts if part in SYSTEMS]
    if parts[0] not in PROCESSORS or not systems:
        raise SystemExit(f"Pulumi does not support {target}. Supported: {', '.join(PROCESSORS)} with {', '.join(SYSTEMS)}")
    return systems[0], PROCESSORS[parts[0]]


def archive(path: Path, program: Path, time: int) -> None:
    """Writes a .tar.gz that depends only on the content of its files and on the time, in seconds since 1970."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for source in [program, *(ROOT / name for name in BESIDE)]:
            data = source.read_bytes()
            entry = tarfile.TarInfo(source.name)
            entry.size, entry.mtime, entry.mode = len(data), time, 0o755 if source == program else 0o644
            tar.addfile(entry, io.BytesIO(data))
    path.write_bytes(gzip.compress(content.getvalue(), mtime=0))


@functools.cache
def metadata(target: str) -> dict[str, Any]:
    """What cargo says about the workspace and its dependencies on a target."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def crates(program: str, targets: list[str]) -> dict[str, dict[str, Any]]:
    """The crates that a program is built from on any of the targets, by ID, with the IDs of their dependencies as `needs`."""
    found: dict[str, dict[str, Any]] = {}
    for target in targets:
        packages = {package["id"]: package for package in metadata(target)["packages"]}
        nodes = {node["id"]: node for node in metadata(target)["resolve"]["nodes"]}
        pending = [id for id, package in packages.items() if package["name"] == program]
        visited = set(pending)
        while pending:
            id = pending.pop()
            entry = found.setdefault(id, {**packages[id], "needs": set()})
            # A dependency without a kind is one of the program; others are of tests and of build scripts.
            dependencies = [found for found in nodes[id]["deps"] if any(kind["kind"] is None for kind in found["dep_kinds"])]
            entry["needs"] |= {dependency["pkg"] for dependency in dependencies}
            pending += entry["needs"] - visited
            visited |= entry["needs"]
    return found


def checksums_of_crates() -> dict[tuple[str, str], str]:
    """The checksums in Cargo.lock, by name and version."""
    found, entry = {}, {}
    for line in (ROOT / "Cargo.lock").read_text().splitlines():
        name, _, value = line.partition(" = ")
        entry[name] = value.strip('"')
        if name == "checksum":
            found[entry["name"], entry["version"]] = entry[name]
    return found


def sbom(program: str, targets: list[str], time: int) -> str:
    """The software bill of materials of a program, as CycloneDX JSON."""
    checksums, licenses = checksums_of_crates(), LicenseFactory()

    def component(crate: dict[str, Any]) -> Component:
        name, version = crate["name"], crate["version"]
        checksum = checksums.get((name, version))
        license = (crate.get("license") or "").replace("/", " OR ")
        return Component(
            name=name,
            version=version,
            type=ComponentType.APPLICATION if name == program else ComponentType.LIBRARY,
            bom_ref=f"{name}@{version}",
            purl=PackageURL("cargo", name=name, version=version) if crate["source"] else None,
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=checksum)] if checksum else [],
            licenses=[licenses.make_from_string(license)] if license else [],
        )

    all_crates = crates(program, targets)
    components = {id: component(crate) for id, crate in all_crates.items()}
    root = next(id for id, crate in all_crates.items() if crate["name"] == program)
    bom = Bom(components=[found for id, found in components.items() if id != root])
    bom.metadata.component = components[root]
    bom.metadata.timestamp = datetime.datetime.fromtimestamp(time, datetime.timezone.utc)
    for id, crate in all_crates.items():
        bom.register_dependency(components[id], [components[needed] for needed in sorted(crate["needs"])])
    content = "\n".join([*targets, *sorted(str(found.bom_ref) for found in components.values())])
    bom.serial_number = uuid.uuid5(NAMESPACE, content)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def provenance(digests: dict[str, str], version: str, commit: str, targets: list[str]) -> str:
    """A statement of what the files with these checksums were built from, in the format of SLSA 1.0, unsigned."""

    def output(*command: str) -> str:
        return subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout.strip()

    locks = ["Cargo.lock", "sdk-gen/go.sum"]
    files = f"{REPOSITORY}/blob/{commit}"
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in digests.items()],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": f"{files}/scripts/dist",
                "externalParameters": {"version": version, "targets": targets},
                "internalParameters": {"rustc": output("rustc", "--version"), "go": output("go", "version")},
                "resolvedDependencies": [
                    {"uri": f"git+{REPOSITORY}", "digest": {"gitCommit": commit}},
                    *({"uri": f"{files}/{lock}", "digest": {"sha256": sha256(ROOT / lock)}} for lock in locks),
                ],
            },
            "runDetails": {"builder": {"id": f"{files}/scripts/dist"}},
        },
    }
    return json.dumps(statement, indent=2) + "\n"


def sign(path: Path, key: Path) -> None:
    """Writes the signature of a file with a private key, as `cosign verify-blob --signature` reads it."""
    command = ["openssl", "dgst", "-sha256", "-sign", str(key), str(path)]
    signature = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    path.with_name(f"{path.name}.sig").write_bytes(base64.b64encode(signature) + b"\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, help="the directory with the packages of the SDKs; the files are written to it")
    parser.add_argument("--version", required=True)
    parser.add_argument("--commit", required=True)
    parser.add_argument("--time", required=True, type=int, help="the time of the commit, in seconds since 1970")
    parser.add_argument("--key", type=Path, help="a private key in PEM format, which signs the checksums")
    parser.add_argument("builds", nargs="+", metavar="TARGET=DIRECTORY", help="a Rust target, and the directory of its programs")
    arguments = parser.parse_args()
    directory, version = arguments.directory, arguments.version

    targets = []
    for target, _, built in (build.partition("=") for build in arguments.builds):
        system, processor = platform(target)
        targets.append(target)
        for program in PROGRAMS:
            file = Path(built) / (f"{program}.exe" if system == "windows" else program)
            archive(directory / f"{program}-v{version}-{system}-{processor}.tar.gz", file, arguments.time)
    for program in PROGRAMS:
        (directory / f"{program}-v{version}-sbom.cdx.json").write_text(sbom(program, targets, arguments.time))

    files = sorted(path for path in directory.iterdir() if path.is_file())
    # The SDKs install the plugin of their own version.
    if wrong := [path.name for path in files if f"-{version}" not in path.name and f"-v{version}" not in path.name]:
        raise SystemExit(f"these files do not have version {version}, run 'make gen': {', '.join(wrong)}")
    statement = directory / f"{NAME}_{version}_provenance.json"
    digests = {path.name: sha256(path) for path in files}
    statement.write_text(provenance(digests, version, arguments.commit, targets))
    digests[statement.name] = sha256(statement)
    checksums = directory / f"{NAME}_{version}_checksums.txt"
    checksums.write_text("".join(f"{digest}  {name}\n" for name, digest in digests.items()))
    if arguments.key is not None:
        sign(checksums, arguments.key)
    print(checksums.read_text(), end="")


if __name__ == "__main__":
    main()
