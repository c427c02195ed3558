"""The programs of docs/languages.md, deployed with the SDK of each language, and the generated .NET source.

Run by `make languages`, which generates and compiles the SDKs. Not part of `make test`: the name of this file keeps pytest from
collecting it, because compilers need minutes. test_documents.py deploys the program in Python.
"""

from __future__ import annotations

import collections
import json
import os
import re
from pathlib import Path
from typing import Any

import yaml

import language_hosts
from documents import ROOT, page
from fake import Fake
from shell import run
from stack import Stack, backend_environment, example
from typescript import TypescriptStack

LANGUAGES = page("docs/languages.md")
SECRETS = {"apiKey": "api-key-canary-1234"}

# Deploys, deploys again without a change, and destroys, in the process of the program.
GO_TEST = """\
package main

import (
	"context"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
)

func TestTheProgramIsDeployed(t *testing.T) {
	ctx := context.Background()
	stack, err := auto.UpsertStackInlineSource(ctx, "dev", "web", deploy)
	if err != nil {
		t.Fatal(err)
	}
	if err := stack.SetConfig(ctx, "apiKey", auto.ConfigValue{Value: "api-key-canary-1234", Secret: true}); err != nil {
		t.Fatal(err)
	}
	deployed, err := stack.Up(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if url, _ := deployed.Outputs["url"].Value.(string); !strings.HasPrefix(url, "https://") {
		t.Errorf("the output is %v", deployed.Outputs)
	}
	again, err := stack.Up(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if changes := *again.Summary.ResourceChanges; len(changes) != 1 || changes["same"] == 0 {
		t.Errorf("the second deployment changed %v", changes)
	}
	if _, err := stack.Destroy(ctx); err != nil {
		t.Fatal(err)
	}
}
"""


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
    language_hosts.install_java()
    program = tmp_path / "web"
    for block in LANGUAGES.blocks:
        if block.language in ("java", "xml") and block.name:
            write(program, block.name, block.text)
    write(program, "Pulumi.yaml", yaml.safe_dump({"name": "web", "runtime": "java"}))
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    repository = {"MAVEN_OPTS": f"-Dmaven.repo.local={cache}/evalap-scaleway/maven"}
    stack = Stack(tmp_path, None, fake, project="web", environment=repository)
    stack.set_secrets(SECRETS)
    check_lifecycle(stack, fake)


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
