"""Packs the files of a release: archives, container images, SBOMs, checksums, a provenance statement and, with a key, a signature.

Started by scripts/dist, which has built the programs and the packages of the SDKs. The same inputs result in the same bytes.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import email
import functools
import gzip
import hashlib
import io
import json
import re
import shutil
import subprocess
import tarfile
import uuid
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

import binary_formats
import container_image
from archives import tar

ROOT = Path(__file__).resolve().parents[1]
NAME = "pulumi-evalap-scaleway"
PROGRAMS = ["pulumi-resource-evalap-scaleway", "scaleway-fake"]
# The files that are packed beside a program.
BESIDE = ["LICENSE", "README.md"]
REPOSITORY = "https://github.com/evalap/pulumi-evalap-scaleway"
# Identifiers of SBOMs are derived from their content.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, REPOSITORY)

# The Rust targets of a complete release.
TARGETS = (ROOT / "scripts" / "release-targets").read_text().split()

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


def archive(path: Path, files: dict[str, Path], time: int, program: str = "") -> None:
    """Writes a .tar.gz with these files; only the program is executable.

    It depends only on their names, their contents and the time, in seconds since 1970.
    """
    content = tar({name: source.read_bytes() for name, source in files.items()}, time, program)
    # A level of 9 takes three times as long for one percent.
    path.write_bytes(gzip.compress(content, compresslevel=6, mtime=0))


@functools.cache
def metadata(target: str) -> dict[str, Any]:
    """The metadata of cargo about the workspace and its dependencies on a target."""
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
            needs = {dependency["pkg"] for dependency in dependencies}
            entry["needs"] |= needs
            pending += needs - visited
            visited |= needs
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


def sbom_of_program(program: str, targets: list[str], time: int) -> str:
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
    needed = [(components[id], [components[need] for need in sorted(crate["needs"])]) for id, crate in all_crates.items()]
    return sbom(components[root], needed, targets, time)


def sbom(root: Component, dependencies: list[tuple[Component, list[Component]]], of: list[str], time: int) -> str:
    """A software bill of materials as CycloneDX JSON. `of` distinguishes those with the same components."""
    components = [component for component, _ in dependencies]
    bom = Bom(components=[component for component in components if component is not root])
    bom.metadata.component = root
    bom.metadata.timestamp = datetime.datetime.fromtimestamp(time, datetime.timezone.utc)
    for component, needed in dependencies:
        bom.register_dependency(component, needed)
    content = "\n".join([*of, *sorted(str(component.bom_ref) for component in components)])
    bom.serial_number = uuid.uuid5(NAMESPACE, content)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def provenance(digests: dict[str, str], commit: str, parameters: dict[str, Any]) -> str:
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
                "externalParameters": parameters,
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


def files_of(directory: Path) -> dict[str, Path]:
    """The files below a directory, by relative path, without those that start with a dot."""
    paths = sorted(path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): path for path in paths if not path.name.startswith(".")}


def write_zip(path: Path, files: dict[str, Path]) -> None:
    """Writes a zip archive that depends only on the names and contents of its files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, source in files.items():
            # Without a time, it has that of 1980-01-01, the earliest one.
            packed.writestr(zipfile.ZipInfo(name), source.read_bytes(), zipfile.ZIP_DEFLATED)


def pack_go(directory: Path, version: str, time: int) -> None:
    """Packs the module of the Go SDK. A program refers to the unpacked directory with `replace`."""
    top = f"evalap-scaleway-go-{version}"
    files = {f"{top}/{name}": path for name, path in files_of(ROOT / "sdk" / "go").items()}
    archive(directory / f"{top}.tar.gz", files, time)


def pack_java(directory: Path, version: str, time: int) -> None:
    """Copies the Java SDK that Maven has compiled, with its project file and its sources."""
    sdk = ROOT / "sdk" / "java"
    shutil.copyfile(sdk / "target" / f"scaleway-{version}.jar", directory / f"scaleway-{version}.jar")
    shutil.copyfile(sdk / "pom.xml", directory / f"scaleway-{version}.pom")
    write_zip(directory / f"scaleway-{version}-sources.jar", files_of(sdk / "src" / "main" / "java"))


def pack_dotnet(directory: Path, version: str, time: int) -> None:
    """Packs the project of the .NET SDK: its sources, which are not compiled."""
    top = f"evalap-scaleway-dotnet-{version}"
    write_zip(directory / f"{top}.zip", {f"{top}/{name}": path for name, path in files_of(ROOT / "sdk" / "dotnet").items()})


# The SDKs that are packed here. Those of Python and Node.js are packed by the tools of these languages.
SDKS = {"go": pack_go, "java": pack_java, "dotnet": pack_dotnet}


def requirements(path: Path) -> tuple[PackageURL, list[PackageURL]] | None:
    """The package in a file of the release and the packages that it requires; None for other files.

    The version of a requirement is the one that the package states, which may be a range.
    """
    name = path.name
    if name.startswith("evalap_scaleway-") and name.endswith(".whl"):
        with zipfile.ZipFile(path) as wheel:
            (entry,) = [entry for entry in wheel.namelist() if entry.endswith(".dist-info/METADATA")]
            found = email.message_from_bytes(wheel.read(entry))
        needed = [re.match(r"([\w.-]+)\s*(.*)", line) for line in found.get_all("Requires-Dist", [])]
        of = [PackageURL("pypi", name=match[1].lower(), version=match[2] or None) for match in needed if match]
        return PackageURL("pypi", name="evalap-scaleway", version=found["Version"]), of
    if name.startswith("evalap-scaleway-") and name.endswith(".tgz"):
        with tarfile.open(path) as packed:
            manifest = json.load(packed.extractfile("package/package.json") or io.BytesIO())

        def npm(package: str, version: str) -> PackageURL:
            scope, _, short = package.rpartition("/")
            return PackageURL("npm", namespace=scope or None, name=short, version=version)

        of = [npm(package, version) for package, version in manifest["dependencies"].items()]
        return npm(manifest["name"], manifest["version"]), of
    if name.startswith("evalap-scaleway-go-"):
        text = (ROOT / "sdk" / "go" / "go.mod").read_text()
        (module,) = re.findall(r"^module (\S+)", text, re.MULTILINE)
        version = name.removeprefix("evalap-scaleway-go-").removesuffix(".tar.gz")
        of = [PackageURL("golang", *path.rsplit("/", 1), at) for path, at in re.findall(r"^require (\S+) (\S+)", text, re.MULTILINE)]
        return PackageURL("golang", *module.rsplit("/", 1), f"v{version}"), of
    if re.fullmatch(r"scaleway-[\d.]+\.pom", name):
        project = ElementTree.parse(path).getroot()

        def maven(element: ElementTree.Element) -> PackageURL:
            group, artifact, version = (element.findtext(f"{{*}}{tag}") for tag in ("groupId", "artifactId", "version"))
            return PackageURL("maven", group, artifact, version)

        return maven(project), [maven(element) for element in project.findall("{*}dependencies/{*}dependency")]
    if name.startswith("evalap-scaleway-dotnet-"):
        project = ElementTree.parse(ROOT / "sdk" / "dotnet" / "Evalap.Scaleway.csproj").getroot()
        of = [
            PackageURL("nuget", name=element.attrib["Include"], version=element.attrib["Version"])
            for element in project.iter("PackageReference")
            if element.attrib.get("PrivateAssets") != "All"
        ]
        return PackageURL("nuget", name="Evalap.Scaleway", version=project.findtext(".//Version")), of
    return None


def sbom_of_sdks(directory: Path, version: str, time: int) -> str:
    """The software bill of materials of the SDKs: each package with the checksum of its file, and what it requires."""

    def component(url: PackageURL, hashes: list[HashType]) -> Component:
        return Component(name=url.name, group=url.namespace, version=url.version, purl=url, bom_ref=url.to_string(), hashes=hashes)

    root = Component(name="evalap-scaleway-sdks", version=version, type=ComponentType.LIBRARY, bom_ref="evalap-scaleway-sdks")
    packages, required = {}, {}
    for path in sorted(directory.iterdir()):
        if found := requirements(path):
            url, of = found
            package = component(url, [HashType(alg=HashAlgorithm.SHA_256, content=sha256(path))])
            needed = [required.setdefault(str(need), component(need, [])) for need in of]
            packages[str(url)] = (package, needed)
    all_of_them = [(root, [package for package, _ in packages.values()]), *packages.values()]
    return sbom(root, [*all_of_them, *((need, []) for need in required.values())], ["SDKs"], time)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, help="the directory with the packages of the SDKs; the files are written to it")
    parser.add_argument("--version", required=True)
    parser.add_argument("--commit", required=True)
    parser.add_argument("--time", required=True, type=int, help="the time of the commit, in seconds since 1970")
    parser.add_argument("--sdk", action="append", default=[], choices=SDKS, help="an SDK besides those of Python and Node.js")
    parser.add_argument("--url", help="the URL of the directory, which the SDKs contain")
    parser.add_argument("--key", type=Path, help="a private key in PEM format, which signs the checksums")
    parser.add_argument("--limit", type=int, help="the maximum size of the plugin in bytes")
    parser.add_argument("builds", nargs="+", metavar="TARGET=DIRECTORY", help="a Rust target, and the directory of its programs")
    arguments = parser.parse_args()
    directory, version = arguments.directory, arguments.version

    targets = []
    for target, _, built in (build.partition("=") for build in arguments.builds):
        system, processor = platform(target)
        targets.append(target)
        for program in PROGRAMS:
            file = Path(built) / (f"{program}.exe" if system == "windows" else program)
            binary_formats.check(file, target, system, processor, arguments.limit if program == PROGRAMS[0] else None)
            packed = {file.name: file, **{name: ROOT / name for name in BESIDE}}
            archive(directory / f"{program}-v{version}-{system}-{processor}.tar.gz", packed, arguments.time, file.name)
        # Other programs need libraries of their system, which the image does not contain.
        if target.endswith("-musl"):
            image = directory / f"scaleway-fake-v{version}-{system}-{processor}-image.tar"
            container_image.write(image, Path(built) / "scaleway-fake", processor, version, REPOSITORY, arguments.time)
    for program in PROGRAMS:
        (directory / f"{program}-v{version}-sbom.cdx.json").write_text(sbom_of_program(program, targets, arguments.time))
    for sdk in arguments.sdk:
        SDKS[sdk](directory, version, arguments.time)
    (directory / f"evalap-scaleway-sdks-v{version}-sbom.cdx.json").write_text(sbom_of_sdks(directory, version, arguments.time))

    files = sorted(path for path in directory.iterdir() if path.is_file())
    # The SDKs install the plugin of their own version.
    if wrong := [path.name for path in files if f"-{version}" not in path.name and f"-v{version}" not in path.name]:
        raise SystemExit(f"these files do not have version {version}, run 'make gen': {', '.join(wrong)}")
    statement = directory / f"{NAME}_{version}_provenance.json"
    digests = {path.name: sha256(path) for path in files}
    parameters = {"version": version, "targets": targets, "sdks": arguments.sdk, "url": arguments.url}
    statement.write_text(provenance(digests, arguments.commit, parameters))
    digests[statement.name] = sha256(statement)
    checksums = directory / f"{NAME}_{version}_checksums.txt"
    checksums.write_text("".join(f"{digest}  {name}\n" for name, digest in digests.items()))
    if arguments.key is not None:
        sign(checksums, arguments.key)
    print(checksums.read_text(), end="")


if __name__ == "__main__":
    main()
