"""The examples of the reference pages are deployed unchanged, in both languages, all pages in one stack."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Iterator

import pytest
import yaml

from documents import ROOT, Page, pages
from fake import Fake
from stack import Stack, example
from typescript import TypescriptStack

REFERENCE = ROOT / "docs" / "reference"
PAGES = [
    page
    for page in pages()
    if page.path.is_relative_to(REFERENCE) and any(block.language == "python" for block in page.blocks)
]


def code(page: Page, language: str) -> str:
    """The example of a page. Its resources have the name of the page as prefix, because names are unique in a stack."""
    found = [block.text for block in page.blocks if block.language == language]
    assert len(found) == 1, f"{page} has {len(found)} examples in {language}"
    return re.sub(r'(scaleway\.\w+\.\w+\(\s*")', rf"\g<1>{slug(page)}-", found[0])


def slug(page: Page) -> str:
    """The name of the page as an identifier."""
    return "-".join(page.path.relative_to(REFERENCE).with_suffix("").parts)


def secrets() -> dict[str, str]:
    """The stack configuration of the examples. A name has the same value everywhere."""
    config: dict[str, str] = {}
    for file in sorted((ROOT / "resources").glob("*/*.example.yaml")):
        for name, value in (yaml.safe_load(file.read_text()).get("config") or {}).items():
            assert config.setdefault(name, value) == value, f"{file}: another example has a different {name}"
    return config


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Fake]:
    """A fake with the objects that functions look up and no resource creates."""
    seed = json.loads((ROOT / "tests" / "rpc" / "seed.json").read_text())
    with Fake(tmp_path, seed=seed) as started:
        yield started


# The read replica of a promotion does not exist afterwards, and the image of a backup exists after the destroy.
# An organization has one SAML and one SCIM configuration, and a project one activation of SNS and SQS, so only one of the examples
# that create each is deployed.
NOT_DEPLOYED = {
    "databases-readReplicaPromotion",
    "iam-getSaml",
    "iam-getSamlCertificate",
    "iam-getScim",
    "iam-saml",
    "iam-scim",
    "iam-scimToken",
    "instance-serverBackup",
    "mnq-getSns",
    "mnq-getSqs",
    "mnq-sns",
    "mnq-snsCredentials",
    "mnq-snsTopic",
    "mnq-sqs",
    "mnq-sqsCredentials",
}


def deployed() -> list[Page]:
    """The pages whose examples are deployed in one stack."""
    return [page for page in PAGES if slug(page) not in NOT_DEPLOYED]


def test_every_page_of_a_resource_component_or_function_has_an_example() -> None:
    schema = json.loads((ROOT / "schema" / "schema.json").read_text())
    tokens = [token for kind in ("resources", "functions") for token in schema[kind]]
    modules = {token.split(":")[1] for token in tokens}
    offered = [page for page in pages() if str(page.path.relative_to(ROOT)).removesuffix(".md") in {f"docs/reference/{module}" for module in modules}]
    assert len(offered) > 90
    without = [str(page) for page in offered if not {block.language for block in page.blocks} >= {"python", "ts", "yaml"}]
    assert without == []


def test_the_schema_has_each_example_in_each_language() -> None:
    schema = json.loads((ROOT / "schema" / "schema.json").read_text())
    without = []
    for kind in ("resources", "functions"):
        for token, spec in schema[kind].items():
            description = spec["description"]
            assert description.count("{{% examples %}}") <= 1, token
            # The language of the examples has no calls of methods.
            is_method = "__self__" in spec.get("inputs", {}).get("properties", {})
            if "{{% examples %}}" not in description and "deprecationMessage" not in spec and not is_method:
                without.append(token)
            if "{{% examples %}}" in description:
                assert set(re.findall(r"^```(\w+)$", description, re.MULTILINE)) >= {"typescript", "python", "yaml"}, token
    assert without == []


def test_examples_in_python_are_deployed_and_destroyed(tmp_path: Path, fake: Fake) -> None:
    def program() -> None:
        for page in deployed():
            exec(compile(code(page, "python"), str(page), "exec"), {})

    stack = Stack(tmp_path, program, fake)
    stack.set_secrets({f"tests:{name}": value for name, value in secrets().items()})
    check_lifecycle(stack, fake)


def test_examples_in_typescript_are_deployed_and_destroyed(tmp_path: Path, fake: Fake) -> None:
    project = tmp_path / "reference"
    project.mkdir()
    (project / "tsconfig.json").write_text((example("evalap-typescript") / "tsconfig.json").read_text())
    for page in deployed():
        (project / f"{slug(page)}.ts").write_text(code(page, "ts"))
    imports = [f'import "./{slug(page)}";' for page in deployed()]
    (project / "index.ts").write_text("\n".join(imports) + "\n")
    stack = TypescriptStack(tmp_path / "copy", project, fake, name="dev", secrets=secrets())
    check_lifecycle(stack, fake)
    stack.close()

# Objects that Scaleway does not delete: those that it creates with another object (the address of a gateway, the Grafana of a
# project), and bought domains with their purchases.
NOT_DELETED = {"vpcgw/ip", "cockpit/grafana", "domain/domain", "domain/task"}


def check_lifecycle(stack: Stack | TypescriptStack, fake: Fake) -> None:
    """Preview, up, up, refresh, destroy."""
    before = fake.existing()
    # Functions read in a preview.
    assert stack.preview().calls.writes == []
    stack.up()
    again = stack.up()
    assert again.changed == {}, again.differences
    refresh = stack.refresh()
    assert refresh.changed == {}, refresh.differences
    assert again.calls.writes == refresh.calls.writes == []
    stack.destroy()
    left = {(kind, name) for kind, name in fake.existing() - before if kind not in NOT_DELETED}
    assert left == set(), "objects remain after the destroy"
