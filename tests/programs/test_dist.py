"""The files of a release, as `make dist` writes them, and an installation of them into an empty home."""

from __future__ import annotations

import base64
import fcntl
import functools
import hashlib
import http.server
import json
import os
import re
import subprocess
import sys
import tarfile
import threading
from pathlib import Path
from typing import Iterator

import evalap_scaleway as scaleway
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from documents import ROOT
from fake import Fake
from release import TARGETS, crates
from shell import run
from stack import Stack

VERSION = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
PLUGIN = "pulumi-resource-evalap-scaleway"
CHECKSUMS = f"pulumi-evalap-scaleway_{VERSION}_checksums.txt"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of all workers of this run."""
    base = tmp_path_factory.getbasetemp()
    directory = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared-release"
    directory.mkdir(exist_ok=True)
    return directory


@pytest.fixture(scope="module")
def key(shared: Path, release: Path) -> Path:
    """The private key of the release."""
    return shared / "key.pem"


@pytest.fixture(scope="module")
def release(shared: Path) -> Path:
    """The directory of a signed release for this machine. The first worker packs it."""
    key, directory = shared / "key.pem", shared / "dist"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / f"{CHECKSUMS}.sig").exists():
            run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
            pack(directory, RELEASE_KEY=str(key))
    return directory


def pack(directory: Path, **variables: str) -> None:
    """Writes a release without the SDKs of Java and .NET, whose generators take minutes to build. languages.py tests these."""
    run(ROOT / "scripts" / "dist", "--sdks=go", env={**os.environ, "DIST": str(directory), **variables})


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def checksums(release: Path) -> dict[str, str]:
    """The listed checksums, by name of the file."""
    lines = (line.split("  ") for line in (release / CHECKSUMS).read_text().splitlines())
    return {name: checksum for checksum, name in lines}


def test_checksums_and_provenance_cover_all_files(release: Path) -> None:
    listed = checksums(release)
    files = {path.name for path in release.iterdir()} - {CHECKSUMS, f"{CHECKSUMS}.sig"}
    assert listed == {name: sha256(release / name) for name in files}
    kinds = [rf"{PLUGIN}-v.*\.tar\.gz", r"scaleway-fake-v.*\.tar\.gz", r"evalap_scaleway-.*\.whl", r"scaleway_fake-.*\.whl"]
    kinds += [r"evalap-scaleway-.*\.tgz", r"scaleway-fake-.*\.tgz", rf"{PLUGIN}-v.*-sbom\.cdx\.json", r"scaleway-fake-v.*-sbom\.cdx\.json"]
    kinds += [r"evalap-scaleway-go-.*\.tar\.gz", r"evalap-scaleway-sdks-v.*-sbom\.cdx\.json"]
    for kind in kinds:
        assert len([name for name in files if re.fullmatch(kind, name)]) == 1, (kind, files)
    (statement,) = (name for name in files if name.endswith("_provenance.json"))
    provenance = json.loads((release / statement).read_text())
    subjects = {subject["name"]: subject["digest"]["sha256"] for subject in provenance["subject"]}
    assert subjects == {name: checksum for name, checksum in listed.items() if name != statement}
    (source, *_) = provenance["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert source["digest"]["gitCommit"] == run("git", "rev-parse", "HEAD", cwd=ROOT).strip()


def test_signature_of_the_checksums_can_be_verified(release: Path, key: Path, tmp_path: Path) -> None:
    public, signature, changed = (tmp_path / name for name in ["public.pem", "signature", "changed"])
    run("openssl", "ec", "-in", key, "-pubout", "-out", public)
    signature.write_bytes(base64.b64decode((release / f"{CHECKSUMS}.sig").read_bytes()))
    verify = ["openssl", "dgst", "-sha256", "-verify", public, "-signature", signature]
    assert "Verified OK" in run(*verify, release / CHECKSUMS)
    changed.write_text((release / CHECKSUMS).read_text().replace("a", "b", 1))
    assert subprocess.run([*verify, changed], capture_output=True).returncode != 0


@pytest.mark.parametrize("program", [PLUGIN, "scaleway-fake"])
def test_sbom_lists_the_crates_of_a_program(release: Path, program: str) -> None:
    text = (release / f"{program}-v{VERSION}-sbom.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    components = json.loads(text)["components"]
    listed = {(component["name"], component["version"]) for component in components}
    assert len(listed) > 100
    tree = run("cargo", "tree", "--locked", "--package", program, "--edges", "normal", "--prefix", "none", cwd=ROOT)
    crates = {(name, version.removeprefix("v")) for name, version, *_ in (line.split() for line in tree.splitlines())}
    # The list of crates does not show which features only tests need.
    assert crates - {(program, VERSION)} <= listed
    for component in components:
        assert component.get("licenses") and ("hashes" in component or component["version"] == VERSION), component


def test_sbom_of_a_complete_release_lists_the_crates_of_every_system() -> None:
    names = {crate["name"] for crate in crates(PLUGIN, TARGETS).values()}
    assert {"rustls-native-certs", "security-framework", "windows-sys"} <= names


def test_sbom_of_sdks_lists_packages_and_requirements(release: Path) -> None:
    text = (release / f"evalap-scaleway-sdks-v{VERSION}-sbom.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    components = {component["purl"]: component for component in json.loads(text)["components"]}
    listed = {component["hashes"][0]["content"] for component in components.values() if "hashes" in component}
    (wheel, tarball, module) = (
        path for kind in ["evalap_scaleway-*.whl", "evalap-scaleway-*.tgz", "evalap-scaleway-go-*"] for path in release.glob(kind)
    )
    assert listed == {sha256(wheel), sha256(tarball), sha256(module)}
    assert {"pkg:pypi/pulumi", "pkg:npm/%40pulumi/pulumi", "pkg:golang/github.com/pulumi/pulumi/sdk/v3"} <= {
        purl.partition("?")[0].rpartition("@")[0] for purl in components
    }


def test_module_of_the_go_sdk_is_in_one_directory(release: Path) -> None:
    (path,) = release.glob("evalap-scaleway-go-*.tar.gz")
    with tarfile.open(path) as archive:
        names = archive.getnames()
    top = f"evalap-scaleway-go-{VERSION}"
    assert {name.partition("/")[0] for name in names} == {top}
    assert {f"{top}/go.mod", f"{top}/scaleway/pulumi-plugin.json", f"{top}/scaleway/network/vpc.go"} <= set(names)


def test_unknown_option_is_rejected_before_a_build() -> None:
    help_page = subprocess.run([ROOT / "scripts" / "dist", "--help"], text=True, capture_output=True)
    assert help_page.returncode == 2 and "Usage: scripts/dist [--sdks=" in help_page.stderr


def test_release_has_the_same_bytes_again(release: Path, tmp_path: Path) -> None:
    again = tmp_path / "dist"
    pack(again)
    assert checksums(again) == checksums(release)


@pytest.fixture
def server(release: Path) -> Iterator[str]:
    """The URL of a server of the release's files."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(release))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_release_is_installed_in_an_empty_home_and_deploys(release: Path, server: str, fake: Fake, tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = {**os.environ, "PULUMI_HOME": str(home)}
    # Without --checksum, which CLI 3.259 computes without the last bytes of a response of HTTP/1.1 (`checksumReader`).
    run("pulumi", "plugin", "install", "resource", "evalap-scaleway", VERSION, "--server", server, env=environment)
    assert (home / "plugins" / f"resource-evalap-scaleway-v{VERSION}" / PLUGIN).exists()

    packages = tmp_path / "packages"
    pip = [sys.executable, "-m", "pip", "--quiet", "install", "--no-index", "--no-deps", "--find-links", release]
    run(*pip, "--target", packages, "evalap_scaleway")
    assert (packages / "evalap_scaleway" / "pulumi-plugin.json").exists()

    def program() -> None:
        scaleway.network.Vpc("platform")

    deployed = Stack(tmp_path, program, fake, environment={"PULUMI_HOME": str(home)})
    assert deployed.up().changes["create"] == 2
    assert deployed.destroy().changes["delete"] == 2


def test_plugin_is_downloaded_from_the_url_of_the_sdk_or_of_the_environment(
    server: str, fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def program() -> None:
        scaleway.network.Vpc("platform")

    def stack(home: str, **variables: str) -> Stack:
        acquisition = {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "false"}
        return Stack(tmp_path, program, fake, environment={"PULUMI_HOME": str(tmp_path / home), **acquisition, **variables})

    # What the generator writes with RELEASE_URL: TestSDKsContainTheDownloadURLOfThePlugin.
    with monkeypatch.context() as patched:
        patched.setattr(scaleway._utilities, "get_plugin_download_url", lambda: server)
        assert stack("first").up().changes["create"] == 2
    # The URL is that of a default provider, which is not a difference of its resources.
    preview = stack("second", PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES=f"/pulumi-evalap-scaleway$={server}").preview()
    assert preview.changed == {}, preview.differences
    for home in ["first", "second"]:
        assert (tmp_path / home / "plugins" / f"resource-evalap-scaleway-v{VERSION}" / PLUGIN).exists()
