"""The programs of docs/languages.md, deployed with the SDK of each language, and the generated .NET source.

Run by `make languages`, which generates and compiles the SDKs. Not part of `make test`: the name of this file keeps pytest from
collecting it, because compilers need minutes. test_documents.py deploys the program in Python.
"""

from __future__ import annotations

import collections
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

import language_hosts
from documents import ROOT, page
from fake import Fake
from shell import run
from stack import Stack, backend_environment, example
from typescript import TypescriptStack

LANGUAGES = page("docs/languages.md")
VERSION = json.loads((ROOT / "schema" / "schema.json").read_text())["version"]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
MAVEN = {"MAVEN_OPTS": f"-Dmaven.repo.local={CACHE}/evalap-scaleway/maven"}
SECRETS = {"apiKey": "api-key-canary-1234"}

# Deploys, deploys again without a change, and destroys, in the process of the program.
GO_TEST = Path(__file__).with_name("stack_test.go").read_text()


def block_of(language: str, name: str = "") -> str:
    """The one block of this language, or the file with this name."""
    (found,) = [block.text for block in LANGUAGES.blocks if block.language == language and (not name or block.name == name)]
    return found


def write(directory: Path, name: str, text: str) -> None:
    """Writes a file of a program."""
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def check_lifecycle(stack: Stack | TypescriptStack, fake: Fake) -> None:
    """Preview, up, up without a change, destroy."""
    before = fake.existing()
    stack.preview()
    stack.up()
    assert stack.outputs()["url"].startswith("https://")
    (container,) = fake.objects("containers/container")
    assert container["fields"]["private_network_id"] and container["fields"]["secret_environment_variables"]
    again = stack.up()
    assert again.changed == {}, again.differences
    stack.destroy()
    assert fake.existing() - before == set()


def test_program_in_typescript_is_deployed(tmp_path: Path, fake: Fake) -> None:
    program = tmp_path / "program"
    write(program, "index.ts", block_of("typescript"))
    settings = (example("application-typescript") / "tsconfig.json").read_text()
    write(program, "tsconfig.json", settings.replace(', "index.test.ts"', ""))
    write(program, "Pulumi.yaml", yaml.safe_dump({"name": "evalap", "runtime": "nodejs"}))
    stack = TypescriptStack(tmp_path / "stack", program, fake, name="dev", secrets=SECRETS)
    check_lifecycle(stack, fake)
    stack.close()


def test_program_in_go_is_deployed(tmp_path: Path, fake: Fake) -> None:
    program = tmp_path / "program"
    write(program, "main.go", block_of("go"))
    write(program, "main_test.go", GO_TEST)
    module = "github.com/evalap/pulumi-evalap-scaleway/sdk/go"
    run("go", "mod", "init", "program", cwd=program)
    run("go", "mod", "edit", f"-replace={module}={ROOT}/sdk/go", f"-require={module}@v0.0.0", cwd=program)
    version = re.search(r"^require github.com/pulumi/pulumi/sdk/v3 (\S+)", (ROOT / "sdk/go/go.mod").read_text(), re.MULTILINE)
    assert version
    run("go", "mod", "edit", f"-require=github.com/pulumi/pulumi/sdk/v3@{version[1]}", cwd=program)
    run("go", "mod", "tidy", cwd=program)
    environment = {**os.environ, **fake.environment, **backend_environment(tmp_path)}
    # The limits of conftest.py are for the CLI.
    environment.pop("GOGC", None)
    environment.pop("GOMEMLIMIT", None)
    run("go", "test", "-count=1", ".", cwd=program, env=environment)


def test_program_in_java_is_deployed(tmp_path: Path, fake: Fake) -> None:
    java_project(tmp_path / "web")
    stack = Stack(tmp_path, None, fake, project="web", environment=MAVEN)
    stack.set_secrets(SECRETS)
    check_lifecycle(stack, fake)


def java_project(directory: Path) -> None:
    """The project of the page, and the host of its language."""
    language_hosts.install_java()
    for block in LANGUAGES.blocks:
        if block.language in ("java", "xml") and block.name:
            write(directory, block.name, block.text)
    write(directory, "Pulumi.yaml", yaml.safe_dump({"name": "web", "runtime": "java"}))


def test_package_add_in_java_writes_sources_that_maven_compiles(tmp_path: Path, fake: Fake) -> None:
    program = tmp_path / "web"
    java_project(program)
    # The project depends on the sources, as the page shows, and not on the archive.
    project = (program / "pom.xml").read_text()
    dependencies, plugin = (block.text for block in LANGUAGES.blocks if block.language == "xml" and "local SDK" in block.text)
    project = re.sub(r" *<dependencies>.*</dependencies>\n", lambda _: dependencies, project, flags=re.DOTALL)
    write(program, "pom.xml", project.replace("<plugins>\n", f"<plugins>\n{plugin}"))
    assert "org.evalap" not in (program / "pom.xml").read_text()

    added = package_add(program)
    assert added.returncode == 0, added.stdout + added.stderr
    assert yaml.safe_load((program / "Pulumi.yaml").read_text())["packages"] == {"evalap-scaleway": f"evalap-scaleway@{VERSION}"}
    stack = Stack(tmp_path, None, fake, project="web", environment=MAVEN)
    stack.set_secrets(SECRETS)
    check_lifecycle(stack, fake)


def package_add(directory: Path) -> subprocess.CompletedProcess[str]:
    """The result of the command in a directory, with the installed plugin."""
    environment = {**os.environ, **MAVEN, **backend_environment(directory)}
    command = ["pulumi", "package", "add", f"evalap-scaleway@{VERSION}"]
    return subprocess.run(command, cwd=directory, env=environment, text=True, capture_output=True)


def test_package_add_in_yaml_writes_the_declaration_and_fails(tmp_path: Path) -> None:
    language_hosts.install_yaml()
    text = block_of("yaml", "Pulumi.yaml")
    write(tmp_path, "Pulumi.yaml", text)
    added = package_add(tmp_path)
    assert added.returncode != 0 and "method Link not implemented" in added.stderr
    assert (tmp_path / "Pulumi.yaml").read_text() == text
    declared = yaml.safe_load(block_of("yaml", "sdks/evalap-scaleway.yaml"))
    assert declared.pop("downloadUrl")
    (written,) = (tmp_path / "sdks").rglob("*.yaml")
    assert yaml.safe_load(written.read_text()) == declared


@pytest.fixture(scope="module")
def local_sdks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SDKs that `pulumi package add` generates in Python and Node.js, whose language hosts are not available here.

    sdk-gen runs the generators of these hosts with the schema that the command passes to them.
    """
    directory = tmp_path_factory.mktemp("local")
    schema: dict[str, Any] = json.loads((ROOT / "schema" / "schema.json").read_text())
    schema["meta"]["supportPack"] = True
    write(directory, "schema.json", json.dumps(schema))
    outputs = [f"--{language}={directory / language}" for language in ("python", "nodejs")]
    run("go", "-C", ROOT / "sdk-gen", "run", ".", "--schema", directory / "schema.json", *outputs)
    return directory


def test_local_sdk_for_python_can_be_installed(local_sdks: Path, tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "install", "--no-index", "--no-deps", "--no-build-isolation"]
    run(*pip, "--target", tmp_path, local_sdks / "python")
    program = "from evalap_scaleway import network, _utilities; print(network.Vpc.__name__, _utilities.get_version(), _utilities.__file__)"
    found = run(sys.executable, "-c", program, env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert found.split() == ["Vpc", VERSION, str(tmp_path / "evalap_scaleway" / "_utilities.py")]


def test_local_sdk_for_nodejs_is_compiled_when_it_is_installed(local_sdks: Path, tmp_path: Path) -> None:
    pinned = json.loads((Path(os.environ["NODE_PATH"]) / "@pulumi" / "pulumi" / "package.json").read_text())["version"]
    npm = ["npm", "--silent", "--no-audit", "--no-fund", "install", "--install-links"]
    run(*npm, "--prefix", tmp_path, local_sdks / "nodejs", f"@pulumi/pulumi@{pinned}")
    program = "const { network } = require('@evalap/scaleway'); console.log(network.Vpc.name)"
    without = {name: value for name, value in os.environ.items() if name != "NODE_PATH"}
    assert run("node", "-e", program, cwd=tmp_path, env=without).strip() == "Vpc"


def test_release_contains_the_packages_of_all_languages(tmp_path: Path) -> None:
    release = tmp_path / "dist"
    run(ROOT / "scripts" / "dist", env={**os.environ, "DIST": str(release)})
    expected = {
        f"scaleway-{VERSION}.jar": "org/evalap/scaleway/network/Vpc.class",
        f"scaleway-{VERSION}-sources.jar": "org/evalap/scaleway/network/Vpc.java",
        f"evalap-scaleway-dotnet-{VERSION}.zip": f"evalap-scaleway-dotnet-{VERSION}/Network/Vpc.cs",
    }
    for name, entry in expected.items():
        with zipfile.ZipFile(release / name) as archive:
            assert entry in archive.namelist(), name
    assert (release / f"scaleway-{VERSION}.pom").read_text() == (ROOT / "sdk" / "java" / "pom.xml").read_text()
    bom = json.loads((release / f"evalap-scaleway-sdks-v{VERSION}-sbom.cdx.json").read_text())
    packages = {component["purl"].partition("?")[0].partition("/")[0] for component in bom["components"] if "hashes" in component}
    assert packages == {f"pkg:{kind}" for kind in ("pypi", "npm", "golang", "maven", "nuget")}


def test_program_in_yaml_is_deployed(tmp_path: Path, fake: Fake) -> None:
    language_hosts.install_yaml()
    write(tmp_path / "web", "Pulumi.yaml", block_of("yaml", "Pulumi.yaml"))
    stack = Stack(tmp_path, None, fake, project="web")
    stack.set_secrets(SECRETS)
    check_lifecycle(stack, fake)


# A file of the .NET SDK contains one namespace, and its types at the first level.
NAMESPACE = re.compile(r"^namespace (\S+)", re.MULTILINE)
TYPE = re.compile(r"^    public (?:static |sealed |readonly |partial )*(?:class|struct|enum) (\w+)", re.MULTILINE)
MEMBER = re.compile(r"^        public (?:readonly |static )?(\S+(?:<.*>)?\??) (\w+)(?: \{|;| =)")


def test_dotnet_source_contains_every_module_and_resource() -> None:
    found = types_of_dotnet()
    schema = json.loads((ROOT / "schema" / "schema.json").read_text())
    csharp = schema["language"]["csharp"]
    missing = []
    for token in schema["resources"]:
        module, name = token.split(":")[1].partition("/")[0], token.split(":")[2]
        root = f"{csharp['rootNamespace']}.{csharp['namespaces'][schema['name']]}"
        namespace = root if module == "index" else f"{root}.{csharp['namespaces'][module]}"
        if (namespace, name) not in found:
            missing.append(f"{namespace}.{name}")
    assert len(found) > 1000 and missing == []


def test_dotnet_source_has_no_name_that_the_compiler_rejects() -> None:
    found = types_of_dotnet()
    namespaces = {
        ".".join(parts[:end]) for parts in (name.split(".") for name, _ in found) for end in range(1, len(parts) + 1)
    }
    assert [key for key, files in found.items() if len(files) > 1] == [], "two types with one name"
    assert [key for key in found if ".".join(key) in namespaces] == [], "a type with the name of a namespace"
    root = next(iter(namespaces)).partition(".")[0]
    shadows = [name for name in namespaces if name != root and name.rpartition(".")[2] in (root, "Pulumi", "System")]
    assert shadows == [], "a namespace with the name of a root"
    members = []
    for path in {path for files in found.values() for path in files}:
        enclosing = None
        for line in path.read_text().splitlines():
            if declared := TYPE.match(line):
                enclosing = declared[1]
            elif (member := MEMBER.match(line)) and member[2] == enclosing:
                members.append(f"{path}: {line.strip()}")
    assert members == [], "a member with the name of its type"


def types_of_dotnet() -> dict[tuple[str, str], list[Path]]:
    """The files of each type, by namespace and name."""
    found: dict[tuple[str, str], list[Path]] = collections.defaultdict(list)
    for path in (ROOT / "sdk" / "dotnet").rglob("*.cs"):
        text = path.read_text()
        namespace = NAMESPACE.search(text)
        assert namespace, path
        for name in TYPE.findall(text):
            found[namespace[1], name].append(path)
    return found


def test_java_and_dotnet_sdks_have_the_version_of_the_project() -> None:
    schema: dict[str, Any] = json.loads((ROOT / "schema" / "schema.json").read_text())
    version = schema["version"]
    assert f"<Version>{version}</Version>" in next((ROOT / "sdk" / "dotnet").glob("*.csproj")).read_text()
    assert (ROOT / "sdk" / "java" / "target" / f"scaleway-{version}.jar").is_file()
    assert f"<version>{version}</version>" in block_of("xml", "pom.xml")
