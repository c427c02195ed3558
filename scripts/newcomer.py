"""Installs the files of a release in empty directories, and deploys a program in each language to the fake.

Started by scripts/newcomer, which has found the CLI. Of the checkout, it reads the programs of the documentation only. Each
function is one part of a new user's way.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import http.server
import os
import platform
import re
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from pathlib import Path
from typing import Iterator

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "programs"))

import documents  # noqa: E402

LANGUAGES = "docs/languages.md"
TESTING = "docs/guides/testing-with-the-fake.md"
DECLARATION = "sdks/evalap-scaleway.yaml"
SECRET = "made up"
# The time of the longest command, the compilation of a Go program, is a few minutes. In seconds.
LIMIT = 900

# An inline program and the fake of the npm package. Packages for Node.js are CommonJS.
NODE_TEST = """\
const assert = require("node:assert");
const test = require("node:test");
const automation = require("@pulumi/pulumi/automation");
const scaleway = require("@evalap/scaleway");

test("a VPC is deployed", async () => {
    const { Fake } = await import("scaleway-fake");
    const fake = await Fake.start();
    try {
        const program = async () => void new scaleway.network.Vpc("platform");
        const settings = { stackName: "dev", projectName: "platform", program };
        const stack = await automation.LocalWorkspace.createOrSelectStack(settings, { envVars: fake.environment });
        assert.equal((await stack.up()).summary.resourceChanges.create, 2);
        assert.equal((await fake.objects("vpc/vpc")).length, 1);
        await stack.destroy();
    } finally {
        await fake.stop();
    }
});
"""


class Newcomer:
    """An empty directory, and the environment of a shell without anything of the checkout."""

    def __init__(self, release: Path, work: Path, cli: Path, version: str) -> None:
        self.release, self.work, self.version = release, work, version
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PULUMI_", "SCW_", "EVALAP_")) and name not in ("PYTHONPATH", "NODE_PATH", "VIRTUAL_ENV")
        }
        self.environment = {
            **kept,
            "PATH": f"{cli}:{kept['PATH']}",
            "PULUMI_HOME": str(work / "pulumi"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_CONFIG_PASSPHRASE": "test",
        }

    def file(self, pattern: str) -> Path:
        """The file of the release that matches a pattern."""
        found = list(self.release.glob(pattern))
        if len(found) != 1:
            raise SystemExit(f"{self.release} contains {len(found)} files {pattern}, one is needed")
        return found[0]

    def project(self, name: str, files: dict[str, str]) -> Path:
        """A new directory with these files."""
        directory = self.work / name
        for path, text in files.items():
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_text(text)
        return directory

    def run(self, directory: Path, *command: str | Path, **variables: str) -> str:
        """The output of a command, which must succeed."""
        environment = {**self.environment, **variables}
        environment.setdefault("PULUMI_BACKEND_URL", backend(directory))
        ran = subprocess.run(
            [str(word) for word in command],
            cwd=directory,
            env=environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LIMIT,
        )
        if ran.returncode != 0:
            raise SystemExit(f"\n{ran.stdout}\nfailed: {' '.join(map(str, command))}")
        return ran.stdout

    def deploy(self, directory: Path, fake: dict[str, str], **variables: str) -> None:
        """The commands of the CLI for a program that it runs with a language host."""
        pulumi = functools.partial(self.run, directory, "pulumi", **{**fake, **variables})
        pulumi("stack", "init", "dev")
        pulumi("config", "set", "--secret", "apiKey", SECRET)
        with step("pulumi up, up again without a change, destroy"):
            pulumi("up", "--yes")
            url = pulumi("stack", "output", "url")
            if not url.startswith("https://"):
                raise SystemExit(f"the output of the program is {url}")
            pulumi("up", "--yes", "--expect-no-changes")
            pulumi("destroy", "--yes")


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Prints what is done, and then its time."""
    print(f"   {title:<72}", end="", flush=True)
    start = time.monotonic()
    yield
    print(f"{time.monotonic() - start:7.1f} s", flush=True)


def backend(directory: Path) -> str:
    """The URL of a new state backend in a directory."""
    (directory / "backend").mkdir(parents=True, exist_ok=True)
    return (directory / "backend").as_uri()


def block(page: str, language: str, name: str = "") -> str:
    """The one block with this language and name."""
    (found,) = [block.text for block in documents.page(page).blocks if (block.language, block.name) == (language, name)]
    return found


@contextlib.contextmanager
def server(directory: Path) -> Iterator[str]:
    """The URL of a server of the files of a directory."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Handler, directory=str(directory))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as started:
        threading.Thread(target=started.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{started.server_port}"
        finally:
            started.shutdown()


@contextlib.contextmanager
def fake(newcomer: Newcomer) -> Iterator[dict[str, str]]:
    """The environment variables of a fake, which is unpacked from its archive."""
    with tarfile.open(newcomer.file(f"scaleway-fake-v*-{system()}.tar.gz")) as archive:
        archive.extract("scaleway-fake", newcomer.work)
    command = [newcomer.work / "scaleway-fake", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield {
                "SCW_API_URL": process.stdout.readline().strip(),
                "SCW_ACCESS_KEY": "SCWXXXXXXXXXXXXXXXXX",
                "SCW_SECRET_KEY": "11111111-1111-4111-8111-111111111111",
                "SCW_DEFAULT_PROJECT_ID": "5ca1e3a7-fa4e-4000-8000-000000000001",
            }
        finally:
            process.terminate()


def system() -> str:
    """Pulumi's name of this machine, as in the names of archives."""
    processor = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return f"{platform.system().lower()}-{processor}"


def install_plugin(newcomer: Newcomer) -> None:
    """Verifies the files, and installs the plugin in the empty home."""
    print("plugin")
    with step("sha256sum --check"):
        newcomer.run(newcomer.release, "sha256sum", "--check", newcomer.file("*_checksums.txt").name, PULUMI_BACKEND_URL="file://~")
    with step("pulumi plugin install resource evalap-scaleway --file"):
        archive = newcomer.file(f"pulumi-resource-evalap-scaleway-v*-{system()}.tar.gz")
        install = ["pulumi", "plugin", "install", "resource", "evalap-scaleway", newcomer.version, "--file", archive]
        newcomer.run(newcomer.work, *install)


def python(newcomer: Newcomer) -> None:
    """A virtual environment, and the test of the guide, which uses the pytest plugin of the fake."""
    files = {name: block(TESTING, "python", name) for name in ("__main__.py", "test_platform.py")}
    directory = newcomer.project("python", files)
    with step("python -m venv; pip install --find-links dist"):
        newcomer.run(directory, sys.executable, "-m", "venv", "venv")
        pip = ["venv/bin/pip", "--quiet", "--disable-pip-version-check", "install", "--find-links", newcomer.release]
        newcomer.run(directory, *pip, f"evalap_scaleway=={newcomer.version}", f"scaleway_fake=={newcomer.version}", "pytest")
    with step("pytest, with three deployments"):
        newcomer.run(directory, "venv/bin/python", "-m", "pytest", "--quiet", "test_platform.py")


def nodejs(newcomer: Newcomer, sdk: str) -> None:
    """A project with both tarballs, and a test that deploys a program."""
    directory = newcomer.project("nodejs", {"package.json": '{ "private": true }\n', "platform.test.cjs": NODE_TEST})
    with step("npm install of the tarballs"):
        packages = [newcomer.file("evalap-scaleway-*.tgz"), newcomer.file("scaleway-fake-*.tgz"), f"@pulumi/pulumi@{sdk}"]
        newcomer.run(directory, "npm", "--silent", "--no-audit", "--no-fund", "install", *packages)
    with step("node --test, with a deployment"):
        newcomer.run(directory, "node", "--test", "platform.test.cjs")


def go(newcomer: Newcomer, environment: dict[str, str]) -> None:
    """A module that refers to the unpacked SDK."""
    test = (ROOT / "tests" / "programs" / "stack_test.go").read_text()
    directory = newcomer.project("go", {"main.go": block(LANGUAGES, "go"), "main_test.go": test})
    module = "github.com/evalap/pulumi-evalap-scaleway/sdk/go"
    with step("go mod edit -replace; go mod tidy"):
        newcomer.run(directory, "tar", "-xzf", newcomer.file("evalap-scaleway-go-*.tar.gz"))
        (sdk,) = directory.glob("evalap-scaleway-go-*")
        (version,) = re.findall(r"^require github.com/pulumi/pulumi/sdk/v3 (\S+)", (sdk / "go.mod").read_text(), re.MULTILINE)
        newcomer.run(directory, "go", "mod", "init", "web")
        newcomer.run(directory, "go", "mod", "edit", f"-replace={module}=./{sdk.name}", f"-require={module}@v0.0.0")
        newcomer.run(directory, "go", "mod", "edit", f"-require=github.com/pulumi/pulumi/sdk/v3@{version}")
        newcomer.run(directory, "go", "mod", "tidy")
    with step("go test, with two deployments"):
        newcomer.run(directory, "go", "test", "-count=1", ".", **environment)


def yaml(newcomer: Newcomer, environment: dict[str, str], url: str) -> None:
    """A program with the version and the URL of the plugin, which is not installed: the CLI downloads it."""
    declaration = re.sub(r"^downloadUrl: .*", f"downloadUrl: {url}", block(LANGUAGES, "yaml", DECLARATION), flags=re.MULTILINE)
    directory = newcomer.project("yaml", {"Pulumi.yaml": block(LANGUAGES, "yaml", "Pulumi.yaml"), DECLARATION: declaration})
    home = newcomer.work / "pulumi-empty"
    newcomer.deploy(directory, environment, PULUMI_HOME=str(home))
    if not (home / "plugins" / f"resource-evalap-scaleway-v{newcomer.version}").exists():
        raise SystemExit("the CLI did not download the plugin")


def java(newcomer: Newcomer, environment: dict[str, str], repository: Path) -> None:
    """A Maven project that depends on the installed archive."""
    files = {found.name: found.text for found in documents.page(LANGUAGES).blocks if found.language in ("xml", "java") and found.name}
    directory = newcomer.project("java", {**files, "Pulumi.yaml": "name: web\nruntime: java\n"})
    with step("mvn install:install-file"):
        archives = [f"-Dfile={newcomer.file('scaleway-*[0-9].jar')}", f"-Dsources={newcomer.file('scaleway-*-sources.jar')}"]
        maven = ["mvn", "--batch-mode", "--quiet", f"-Dmaven.repo.local={repository}", "install:install-file"]
        newcomer.run(directory, *maven, *archives, f"-DpomFile={newcomer.file('scaleway-*.pom')}")
    newcomer.deploy(directory, environment, MAVEN_OPTS=f"-Dmaven.repo.local={repository}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("release", type=Path, help="the directory with the files of the release")
    parser.add_argument("--version", required=True)
    parser.add_argument("--cli", type=Path, required=True, help="the directory of the CLI")
    parser.add_argument("--nodejs-sdk", required=True, help="the version of Pulumi's SDK for the Node.js of this machine")
    parser.add_argument("--maven", type=Path, required=True, help="Maven's local repository")
    parser.add_argument("languages", nargs="+", choices=["python", "nodejs", "go", "yaml", "java"])
    arguments = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="newcomer-") as work:
        newcomer = Newcomer(arguments.release, Path(work), arguments.cli, arguments.version)
        install_plugin(newcomer)
        with server(newcomer.release) as url, fake(newcomer) as environment:
            ways = {
                "python": lambda: python(newcomer),
                "nodejs": lambda: nodejs(newcomer, arguments.nodejs_sdk),
                "go": lambda: go(newcomer, environment),
                "yaml": lambda: yaml(newcomer, environment, url),
                "java": lambda: java(newcomer, environment, arguments.maven),
            }
            for language in arguments.languages:
                print(language)
                ways[language]()
    print(f"{time.monotonic() - start:.0f} s. All steps succeeded.")


if __name__ == "__main__":
    main()
