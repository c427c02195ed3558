"""The packages of the fake are installed in empty environments, and used as their READMEs show."""

from __future__ import annotations

import gzip
import hashlib
import importlib
import io
import json
import os
import re
import shutil
import subprocess
import sysconfig
import tarfile
import venv
from pathlib import Path
from typing import Any

import pytest

from documents import ROOT, page
from shell import run

GUIDE = page("docs/guides/testing-with-the-fake.md")
IMAGE = (ROOT / "fake" / "Dockerfile").read_text()

TOKEN = "7c1f7f0e-6f5b-4a53-9f4e-2f1d8b0a6c11"


def command_of_the_dockerfile(instruction: str) -> list[str]:
    (words,) = re.findall(rf"^{instruction}\b.*?(\[.*\])$", IMAGE, re.MULTILINE)
    return json.loads(words)


def test_commands_of_the_container_image_start_a_fake_with_a_health_check() -> None:
    # Another port than that of the image, which may be in use on this machine.
    start = [word.replace(":8080", ":0") for word in command_of_the_dockerfile("ENTRYPOINT")]
    failed = subprocess.run(start, env=os.environ, capture_output=True, text=True)
    assert "Hint: set SCALEWAY_FAKE_TOKEN" in failed.stderr, failed
    with subprocess.Popen(start, env={**os.environ, "SCALEWAY_FAKE_TOKEN": TOKEN}, stdout=subprocess.PIPE, text=True) as fake:
        assert fake.stdout is not None
        port = fake.stdout.readline().strip().rsplit(":", 1)[1]
        check = [word.replace("8080", port) for word in command_of_the_dockerfile("HEALTHCHECK")]
        assert subprocess.run(check).returncode == 0
        fake.terminate()
    assert subprocess.run(check, capture_output=True).returncode != 0
    for source in re.findall(r"^COPY (?!--from)(\S+) ", IMAGE, re.MULTILINE):
        assert (ROOT / source).exists(), source


def test_container_image_of_a_release_starts_the_program_like_the_dockerfile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, archive, again = (tmp_path / name for name in ["program", "image.tar", "again.tar"])
    program.write_text('#!/bin/sh\necho "$@"\n')
    monkeypatch.syspath_prepend(ROOT / "scripts")
    write = importlib.import_module("container_image").write
    for path in [archive, again]:
        write(path, program, "amd64", "0.1.0", "https://example.com/sources", 1700000000)
    assert archive.read_bytes() == again.read_bytes()
    with tarfile.open(archive) as image:
        files = {member.name: image.extractfile(member).read() for member in image.getmembers() if member.isfile()}

    def blob(descriptor: dict[str, Any]) -> bytes:
        content = files[f"blobs/{descriptor['digest'].replace(':', '/')}"]
        assert descriptor["digest"] == f"sha256:{hashlib.sha256(content).hexdigest()}" and descriptor["size"] == len(content)
        return content

    assert json.loads(files["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}
    (entry,) = json.loads(files["index.json"])["manifests"]
    manifest = json.loads(blob(entry))
    configuration = json.loads(blob(manifest["config"]))
    (packed,) = [blob(layer) for layer in manifest["layers"]]
    assert configuration["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(gzip.decompress(packed)).hexdigest()}"]
    (older,) = json.loads(files["manifest.json"])
    assert set(older["Layers"]) | {older["Config"]} <= set(files) and older["RepoTags"] == ["scaleway-fake:0.1.0"]

    with tarfile.open(fileobj=io.BytesIO(packed)) as layer:
        layer.extractall(tmp_path / "root")
    path, *arguments = configuration["config"]["Entrypoint"]
    assert [path, *arguments] == ["/usr/local/bin/scaleway-fake", *command_of_the_dockerfile("ENTRYPOINT")[1:]]
    assert run(f"{tmp_path}/root{path}", *arguments).split() == arguments


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the wheel and the tarball."""
    directory = tmp_path_factory.mktemp("packages")
    # Without the names of all functions, which take most of the time to pack.
    binary = tmp_path_factory.mktemp("stripped") / "scaleway-fake"
    run("strip", "-o", binary, shutil.which("scaleway-fake"))
    run(ROOT / "scripts" / "fake-packages", directory, env={**os.environ, "SCALEWAY_FAKE_BINARY": str(binary)})
    return directory


def test_installed_pytest_plugin_starts_a_fake_for_each_test(packages: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False)
    binaries = tmp_path / "venv" / "bin"
    library = next((tmp_path / "venv" / "lib").glob("python*/site-packages"))
    (wheel,) = packages.glob("*.whl")
    subprocess.run(["pip", "--quiet", "--python", binaries / "python", "install", "--no-deps", wheel], check=True)
    # Pulumi, pytest and the SDK are those of the tests.
    (library / "tests.pth").write_text(sysconfig.get_path("purelib"))

    (tmp_path / "test_platform.py").write_text(files()["test_platform.py"])
    (tmp_path / "__main__.py").write_text(files()["__main__.py"])
    run = subprocess.run(
        [binaries / "python", "-m", "pytest", "--quiet", "test_platform.py"],
        cwd=tmp_path,
        env=environment_without_fake(),
        text=True,
        capture_output=True,
    )
    assert "3 passed" in run.stdout, run.stdout + run.stderr


def test_installed_node_package_starts_a_fake(packages: Path, tmp_path: Path) -> None:
    (tarball,) = packages.glob("*.tgz")
    npm = ["npm", "--silent", "--no-audit", "--no-fund", "--offline", "install"]
    subprocess.run([*npm, "--prefix", tmp_path, tarball], check=True)
    (tmp_path / "platform.test.mjs").write_text(files()["platform.test.mjs"])
    run = subprocess.run(
        ["node", "--test", "platform.test.mjs"],
        cwd=tmp_path,
        env=environment_without_fake(),
        text=True,
        capture_output=True,
    )
    assert "# pass 1" in run.stdout, run.stdout + run.stderr
    assert "# fail 0" in run.stdout


def files() -> dict[str, str]:
    """The files that the guide shows, by name."""
    return {block.name: block.text for block in GUIDE.blocks if block.name}


def environment_without_fake() -> dict[str, str]:
    """The environment without the binary of the fake on PATH, so that only that of the package can be used."""
    search = [path for path in os.environ["PATH"].split(os.pathsep) if not (Path(path) / "scaleway-fake").exists()]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, "PATH": os.pathsep.join(search)}
