"""The pages are correct: links and paths exist, code parses, commands have the shown output, facts match the project."""

from __future__ import annotations

import ast
import json
import os
import re
import socket
import subprocess
from pathlib import Path
from typing import Any, Callable

import pytest
import yaml

import release
from fake import Fake
from documents import ROOT, Block, Page, is_in_output, page, pages
from recordings import needs_recordings
from stack import Stack

# The parser for each language.
READERS: dict[str, Callable[[str], Any]] = {"python": ast.parse, "json": json.loads, "yaml": yaml.safe_load}


def test_every_link_has_a_target() -> None:
    found = pages()
    assert len(found) > 10
    broken = [f"{page}: {link}" for page in found for link in page.links if not has_target(page, link)]
    assert broken == []


def test_every_page_is_in_the_lists_of_pages() -> None:
    written = {path for path in (ROOT / "docs").rglob("*.md") if path.parent.name in ("docs", "guides")}
    for name, is_listed in [("docs/README.md", {"README.md", "_index.md"}), ("llms.txt", set())]:
        listing = Page(ROOT / name)
        linked = {(listing.path.parent / link.partition("#")[0]).resolve() for link in listing.links}
        missing = {str(path.relative_to(ROOT)) for path in written - linked if path.name not in is_listed}
        assert not missing, f"{name} does not list {sorted(missing)}"
        assert not [link for link in listing.links if not has_target(listing, link)]


def has_target(page: Page, link: str) -> bool:
    """Whether a relative link has a file and, if specified, a heading. Other links are not followed."""
    if re.match(r"[a-z]+:", link):
        return True
    path, _, anchor = link.partition("#")
    target = (page.path.parent / path).resolve() if path else page.path
    if not target.is_relative_to(ROOT) or not target.exists():
        return False
    return not anchor or anchor in Page(target).anchors


def test_every_heading_has_content() -> None:
    heading = re.compile(r"^(#+) .+\n+(?=(#+) |\Z)", re.MULTILINE)
    empty = [
        f"{one.path.relative_to(ROOT)}: {found[0].strip()}"
        for one in pages()
        # Code is content, also a comment in it that looks like a heading.
        for found in heading.finditer(re.sub(r"^```.*?^```$", "code", one.text, flags=re.MULTILINE | re.DOTALL))
        if len(found[2] or "#") <= len(found[1])
    ]
    assert not empty, empty


def test_every_code_block_can_be_parsed() -> None:
    blocks = [(page, block) for page in pages() for block in page.blocks if block.language in READERS]
    assert {block.language for _, block in blocks} >= {"python", "json"}
    wrong = [f"{page}:{block.line}: {syntax_error}" for page, block in blocks if (syntax_error := unreadable(block))]
    assert wrong == []


def unreadable(block: Block) -> str | None:
    """The syntax error of a code block."""
    try:
        READERS[block.language](block.text)
    except (SyntaxError, ValueError, yaml.YAMLError) as error:
        return str(error)
    return None


# Paths of files in backticks: `tests/parity/main.rs`. Placeholders such as `<product>` are not paths.
FILE = re.compile(r"`([\w.-]+(?:/[\w.-]+)+\.(?:rs|py|yaml|yml|json|md|txt|sh|toml|mod))(?:::\w+)?`")

# The directories that paths on a page are relative to.
BASES = ["", "provider"]

# Paths on pages that are not in the repository.
OTHER_FILES = ("scw/", ".config/", "../shared/")


def test_every_file_named_on_a_page_exists() -> None:
    found = pages()
    named = [(page, path) for page in found for path in FILE.findall(page.prose) if not path.startswith(OTHER_FILES)]
    assert len(named) > 20
    missing = [f"{page}: {path}" for page, path in named if not exists(page, path)]
    assert missing == []


def exists(page: Page, path: str) -> bool:
    """Whether a file exists, relative to the project, to a crate, or to the page."""
    return any((base / path).exists() for base in [page.path.parent, *(ROOT / base for base in BASES)])


@pytest.mark.parametrize("path", ["README.md", "CONTRIBUTING.md"])
def test_pages_name_the_required_versions_of_tools(path: str) -> None:
    rust = re.search(r'^rust-version = "([\d.]+)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
    modules = [(ROOT / path / "go.mod").read_text() for path in ("sdk-gen", "api/openapi-from-sdk")]
    go = max(re.findall(r"^go (\d+\.\d+)", "\n".join(modules), re.MULTILINE))
    python = re.search(r"version_info >= \((\d+), (\d+)\)", (ROOT / "scripts" / "python-env").read_text())
    assert rust and python
    text = " ".join(page(path).text.split())
    assert f"Rust {rust[1]}, Go {go}, Python {python[1]}.{python[2]} and Node.js {node_of_the_pinned_sdk()}" in text


def test_pages_name_the_newest_sdk_for_the_oldest_node() -> None:
    pinned = re.search(r"^ *PULUMI_NODEJS_VERSION=(.*)$", (ROOT / "scripts" / "versions").read_text(), re.MULTILINE)
    assert pinned
    readme = page("README.md").text
    assert f"need Node.js {node_of_the_pinned_sdk()} with `@pulumi/pulumi` up to {pinned[1]}" in readme
    for example in ["application-typescript", "evalap-typescript"]:
        text = page(f"examples/{example}/README.md").text
        assert f"Node.js {node_of_the_pinned_sdk()} with `@pulumi/pulumi` {pinned[1]} or older" in text


def node_of_the_pinned_sdk() -> str:
    """The major version of Node.js that the installed Pulumi SDK requires."""
    package = json.loads((Path(os.environ["NODE_PATH"]) / "@pulumi" / "pulumi" / "package.json").read_text())
    return re.sub(r"\D", "", package["engines"]["node"])


def test_page_of_support_names_the_tested_versions() -> None:
    versions = (ROOT / "scripts" / "versions").read_text()
    schema = json.loads((ROOT / "schema" / "schema.json").read_text())["language"]
    module = re.search(r"pulumi/pkg/v3 v(\S+)", (ROOT / "sdk-gen" / "go.mod").read_text())
    pinned = {name: re.search(rf"^ *{name}=(.*)$", versions, re.MULTILINE) for name in ("PULUMI_PYTHON_VERSION", "PULUMI_NODEJS_VERSION")}
    assert module and all(pinned.values())
    text = page("docs/support.md").text
    for line in [
        f"| Pulumi CLI | {module[1].rpartition('.')[0]} or newer | {module[1]} |",
        f"`pulumi` {schema['python']['requires']['pulumi'][2:].partition('.0,')[0]} to 3.x | {pinned['PULUMI_PYTHON_VERSION'][1]} |",
        f"`@pulumi/pulumi` {schema['nodejs']['dependencies']['@pulumi/pulumi'][1:].removesuffix('.0')} to 3.x | {pinned['PULUMI_NODEJS_VERSION'][1]} |",
        f"| {schema['java']['dependencies']['com.pulumi:pulumi']} |",
    ]:
        assert line in text, line


# What the pages say about the results of platforms.py.
SYSTEM_NAMES = {"linux": "Linux", "darwin": "macOS", "windows": "Windows"}
PROCESSOR_NAMES = {"amd64": "x86-64", "arm64": "arm64"}


@pytest.mark.parametrize("path", ["README.md", "docs/support.md"])
def test_table_of_platforms_contains_the_results(path: str) -> None:
    results = json.loads((ROOT / "tests" / "programs" / "platforms.json").read_text())
    shown = page(path)
    written, count = MODULES.subn(lambda found: found[1] + table_of_platforms(results) + found[2], shown.text)
    assert count == 1
    if os.environ.get("UPDATE_REFERENCE"):
        shown.path.write_text(written)
    assert written == page(path).text, "the table differs from platforms.json; UPDATE_REFERENCE=1 writes it"


def table_of_platforms(results: dict[str, dict[str, Any]]) -> str:
    """For each platform the end of the names of its archives, and how their programs were tried."""
    rows = ["| System | Archive | Tried |", "| --- | --- | --- |"]
    for target in release.TARGETS:
        system, processor = release.platform(target)
        result = results.get(f"{system}-{processor}")
        if result is None:
            tried = "this archive was not tried"
        elif result["run"] is None:
            signed = target == "aarch64-apple-darwin"
            tried = f"format{', signature' if signed else ''} and imported libraries checked; not started"
        else:
            tried = "a stack deployed" + ("" if result["run"] == "natively" else f" in {result['run']}")
        rows.append(f"| {SYSTEM_NAMES[system]} on {PROCESSOR_NAMES[processor]} | `{system}-{processor}` | {tried} |")
    return "\n".join([*rows, "", ""])


MIGRATION = "docs/guides/coming-from-pulumiverse.md"
MODULES = re.compile(r"(<!-- Generated: [^\n]* -->\n\n).*?(<!-- end of the generated table -->)", re.DOTALL)


def test_table_of_modules_in_the_migration_guide_is_current() -> None:
    theirs = ROOT.parent / "shared" / "peer-compat" / "resources.json"
    needs_recordings(theirs)
    guide = page(MIGRATION)
    written, count = MODULES.subn(lambda found: found[1] + table_of_modules(theirs.parent) + found[2], guide.text)
    assert count == 1
    if os.environ.get("UPDATE_REFERENCE"):
        guide.path.write_text(written)
    assert written == page(MIGRATION).text, "the table differs from the catalog; UPDATE_REFERENCE=1 writes it"


def table_of_modules(theirs: Path) -> str:
    """For each module of `pulumiverse_scaleway` the supported part; then the modules that are not supported."""
    catalog = json.loads((ROOT / "schema" / "catalog.json").read_text())
    modules: dict[str, dict[str, list[str]]] = {}
    for kind in ["resources", "functions"]:
        for token in json.loads((theirs / f"{kind}.json").read_text()):
            module, _, name = token.removeprefix("scaleway:").partition("/")
            modules.setdefault(module, {"resources": [], "functions": []})[kind].append(name)
    rows, others = [], []
    for module, tokens in sorted(modules.items()):
        offered = {kind: {*catalog[kind], *catalog["aliases"]} for kind in tokens}
        missing = {kind: [name for name in names if f"{module}/{name}" not in offered[kind]] for kind, names in tokens.items()}
        if missing == tokens:
            others.append(f"`{module}`")
            continue
        counts = [f"{len(tokens[kind]) - len(missing[kind])} of {len(tokens[kind])}" for kind in tokens]
        names = ", ".join(f"`{name.partition(':')[2]}`" for kind in tokens for name in missing[kind])
        rows.append(f"| `{module}` | {counts[0]} | {counts[1]} | {names or '-'} |")
    head = "| Module | Resources | Functions | Not offered |\n| --- | --- | --- | --- |"
    rest = ["Modules that are not offered: " + ", ".join(others) + ".", ""] if others else []
    return "\n".join([head, *rows, "", *rest, ""])


COMPARISON = page("docs/comparison.md")

# The words of tests/parity that are not clear without its code.
TYPES_OF_DIFFERENCE = {
    "existence": "in one package only",
    "filled by the API": "value if omitted",
    "forgiveness": "accepted spellings",
    "format": "format",
    "id": "ID",
    "input": "input or output",
    "longest": "maximum length",
    "max": "maximum",
    "min": "minimum",
    "most items": "maximum number of items",
    "no update": "update without effect",
    "enum": "allowed values",
    "replace": "update or replacement",
    "secret": "marked as secret",
    "shortest": "minimum length",
}


def test_list_of_differences_is_current() -> None:
    written, count = MODULES.subn(lambda found: found[1] + list_of_differences() + found[2], COMPARISON.text)
    assert count == 1
    if os.environ.get("UPDATE_REFERENCE"):
        COMPARISON.path.write_text(written)
    assert written == COMPARISON.path.read_text(), "the list differs from tests/parity; UPDATE_REFERENCE=1 writes it"


def list_of_differences() -> str:
    """The differences of each module; rows with the same reason are one row."""
    modules: dict[str, dict[tuple[str, str], list[str]]] = {}
    for entry in yaml.safe_load((ROOT / "tests" / "parity" / "differences.yaml").read_text()):
        module = entry["at"].partition("/")[0] if "/" in entry["at"] else "several modules"
        what = ", ".join(TYPES_OF_DIFFERENCE.get(word, word) for word in entry["what"])
        # `module/name:Name.property` is `Name.property`.
        place = f"`{entry['at'].rpartition(':')[2].removeprefix(module + '/')}`"
        places = modules.setdefault(module, {}).setdefault((what, " ".join(entry["reason"].split())), [])
        places += [] if place in places else [place]
    text = ""
    for module in sorted(modules):
        rows = [
            f"| {', '.join(places)} | {what} | {reason} |".replace("| `*` |", "| all |").replace("`*.", "all `")
            for (what, reason), places in sorted(modules[module].items(), key=lambda row: row[1])
        ]
        text += "\n".join([f"### {module}", "", "| Where | Difference | Reason |", "| --- | --- | --- |", *rows, "", ""])
    return text


FIRST_PROGRAMS = [
    (path, block)
    for path in ("README.md", "docs/guides/first-stack.md")
    for block in page(path).blocks
    if block.language == "python"
]


@pytest.mark.parametrize("path, block", FIRST_PROGRAMS)
def test_first_program_of_a_page_is_deployed(path: str, block: Block, stack: Callable[..., Stack], fake: Fake) -> None:
    deployed = stack(lambda: exec(compile(block.text, path, "exec"), {}))
    deployed.set_secrets({"tests:apiKey": "made up"})
    deployed.up()
    assert deployed.outputs()["url"].startswith("https://")
    assert deployed.up().changed == {}


LANGUAGES = page("docs/languages.md")


@pytest.mark.parametrize("block", [block for block in LANGUAGES.blocks if block.language == "python"])
def test_python_program_of_the_page_of_languages_is_deployed(block: Block, stack: Callable[..., Stack]) -> None:
    deployed = stack(lambda: exec(compile(block.text, str(LANGUAGES), "exec"), {}))
    deployed.set_secrets({"tests:apiKey": "made up"})
    deployed.up()
    assert deployed.outputs()["url"].startswith("https://")
    assert deployed.up().changed == {}


# The tests behind the last column of the table: by language and claim, the file and a part of it.
LANGUAGE_TESTS = {
    ("Python", "deployed by `make test`"): ("test_documents.py", "def test_python_program_of_the_page"),
    ("TypeScript, JavaScript", "deployed by `make languages`"): ("languages.py", "def test_program_in_typescript_is_deployed"),
    ("Go", "compiled by `make test`"): ("../../sdk-gen/program_test.go", "func TestGoProgramsCompileWithTheGeneratedSDK"),
    ("Go", "deployed by `make languages`"): ("languages.py", "def test_program_in_go_is_deployed"),
    ("Java", "deployed by `make languages`"): ("languages.py", "def test_program_in_java_is_deployed"),
    ("C#, F#", "generated, not compiled"): ("languages.py", "def test_dotnet_source_has_no_name_that_the_compiler_rejects"),
    ("YAML", "deployed by `make languages`"): ("languages.py", "def test_program_in_yaml_is_deployed"),
}


@pytest.mark.parametrize("path", ["README.md", "docs/languages.md"])
def test_table_of_languages_claims_what_the_tests_do(path: str) -> None:
    rows = re.findall(r"^\| \[([^\]]+)\]\(\S*#\w+\).* \| (.+) \|$", page(path).text, re.MULTILINE)
    claimed = [(language, claim) for language, claims in rows for claim in re.split(r", (?!not)", claims)]
    assert claimed == list(LANGUAGE_TESTS)
    directory = Path(__file__).parent
    missing = [part for file, part in LANGUAGE_TESTS.values() if part not in (directory / file).read_text()]
    assert missing == []


def test_programs_of_the_guide_to_projects_and_regions_are_deployed(stack: Callable[..., Stack]) -> None:
    guide = page("docs/guides/projects-and-regions.md")
    programs = [compile(block.text, str(guide), "exec") for block in guide.blocks if block.language == "python"]

    def program() -> None:
        for code in programs:
            exec(code, {})

    deployed = stack(program)
    preview = deployed.preview()
    assert preview.calls == [], "the provider of a project that does not exist yet needs no requests"
    deployed.up()
    resources = deployed.resources()
    assert resources["amsterdam"]["id"].startswith("nl-ams/") and resources["paris"]["id"].startswith("fr-par/")
    network = next(found for found in deployed.state()["resources"] if found["urn"].endswith("network/vpc:Vpc::experiments"))
    assert network["id"].startswith("nl-ams/") and network["outputs"]["tags"] == ["team=research"]
    project = next(found for found in deployed.state()["resources"] if found["urn"].endswith("project:Project::experiments"))
    assert network["outputs"]["projectId"] == project["id"] == deployed.outputs()["projectId"]
    assert deployed.up().changed == {}


HOW_TO = ["private-database", "cost-and-sizes", "disaster-recovery", "blue-green", "rotation"]

# The secrets in the configuration of these guides.
HOW_TO_SECRETS = {
    "tests:reportsPassword": "Made-up-canary-1",
    "tests:billingPassword1": "Made-up-canary-2",
    "tests:billingPassword2": "Made-up-canary-3",
}


def how_to_program(guide: str) -> Callable[[], None]:
    """The blocks of a guide, as one program."""
    found = page(f"docs/guides/{guide}.md")
    code = compile("\n".join(block.text for block in found.blocks if block.language == "python"), str(found), "exec")
    return lambda: exec(code, {})


def test_programs_of_the_how_to_guides_are_deployed(stack: Callable[..., Stack], fake: Fake) -> None:
    region = {"name": "nl-ams"}

    def program() -> None:
        for guide in HOW_TO:
            how_to_program(guide)()

    # The environment is the default region of disaster recovery.
    deployed = stack(program, environment={"SCW_DEFAULT_REGION": region["name"], "SCW_DEFAULT_ZONE": f"{region['name']}-1"})
    deployed.set_secrets(HOW_TO_SECRETS)
    assert deployed.preview().calls.writes == []
    deployed.up()
    assert deployed.up().changed == {}
    for instance in fake.objects("rdb/instance"):
        endpoints = instance["fields"]["endpoints"]
        assert [endpoint for endpoint in endpoints if endpoint.get("load_balancer") is not None] == [], "no public endpoint"
    assert all(found["id"].startswith("nl-ams") for found in deployed.resources().values() if "/" in found.get("id", ""))


def test_commands_of_the_fake_guide_have_the_shown_output(tmp_path: Path) -> None:
    guide = page("docs/guides/testing-with-the-fake.md")
    # Other tests may use the ports of the guide.
    ports = dict(zip([f"808{digit}" for digit in range(7)], map(str, free_ports(7)), strict=True))
    script = ["trap 'kill $(jobs -p)' EXIT"]
    for block in guide.blocks:
        if block.name:
            (tmp_path / block.name).write_text(block.text)
        elif block.language == "sh":
            script += [re.sub("808[0-6]", lambda port: ports[port[0]], block.text), "echo"]
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(script)],
        cwd=tmp_path,
        # The guide's reader has installed the package with the pytest plugin.
        env={**os.environ, "PYTEST_ADDOPTS": "-p scaleway_fake.pytest_plugin"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    shown = [line for block in guide.blocks if block.language == "text" for line in block.text.splitlines()]
    assert shown
    assert [line for line in shown if not is_in_output(line, ran.stdout)] == [], ran.stdout


def free_ports(count: int) -> list[int]:
    """Free ports of the loopback interface."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listening.getsockname()[1] for listening in sockets]
    for listening in sockets:
        listening.close()
    return ports
