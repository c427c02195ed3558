"""`pulumi do` creates, lists, reads and deletes resources by the schema alone, without a program and a state.

Each product is tested with its smallest example, because each command is a process of the CLI and one of the plugin. Strings, numbers
and booleans are flags. The other inputs are in a file in PCL: the CLI reads YAML, its default, with a converter that the pinned one does
not contain.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from documents import ROOT
from fake import PROJECT, Fake

# A domain stays registered.
KEPT = {"domain/domain", "domain/task"}


@cache
def descriptors() -> dict[Path, dict[str, Any]]:
    """The resources that are objects of an API, by their files."""
    files = [file for file in sorted((ROOT / "resources").glob("*/*.yaml")) if file.name.count(".") == 1]
    contents = {file: yaml.safe_load(file.read_text()) for file in files}
    return {file: content for file, content in contents.items() if "create" in content and "action" not in content}


def examples() -> dict[str, dict[str, Any]]:
    """The smallest example of each product, without functions of Pulumi YAML."""
    found: dict[str, dict[str, Any]] = {}
    for file in descriptors():
        text = file.with_name(f"{file.stem}.example.yaml").read_text()
        content = yaml.safe_load(text)
        other = found.get(file.parent.name)
        if "fn::" not in text and (other is None or len(content["resources"]) < len(other["resources"])):
            found[file.parent.name] = content
    return found


class Do:
    """The commands for the resources of one example."""

    def __init__(self, directory: Path, fake: Fake) -> None:
        self._directory = directory
        self._environment = {**os.environ, **fake.environment, "PULUMI_EXPERIMENTAL": "true"}

    def run(self, token: str, *arguments: str) -> str:
        """The standard output of a command that succeeds."""
        options = ["--stateless", "--output", "json", "--show-secrets"]
        command = ["pulumi", "do", *options, f"evalap-scaleway:{token}", *arguments]
        ran = subprocess.run(command, cwd=self._directory, env=self._environment, text=True, capture_output=True)
        assert ran.returncode == 0, f"{token} {arguments}: {ran.stdout}{ran.stderr}"
        return ran.stdout

    def create(self, token: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """The outputs of a new resource."""
        nested = {name: value for name, value in inputs.items() if isinstance(value, (dict, list))}
        arguments = [flag(name, value) for name, value in inputs.items() if name not in nested]
        if nested:
            file = self._directory / f"{token.replace('/', '-').replace(':', '-')}.pp"
            file.write_text("".join(f"{name} = {pcl(value)}\n" for name, value in nested.items()))
            arguments += ["--input", "pcl", "--input-file", str(file)]
        return result(self.run(token, "create", "--yes", *arguments))


def lifecycle(do: Do, example: dict[str, Any]) -> None:
    """Creates the resources of an example, lists and reads the last one, and deletes all."""
    created: dict[str, dict[str, Any]] = {}
    for name, resource in example["resources"].items():
        inputs = resolved(resource.get("properties") or {}, created, example)
        created[name] = do.create(resource["type"], inputs)
    token, outputs = resource["type"], created[name]
    project = [f"--input:project-id={outputs['projectId']}"] if outputs.get("projectId", PROJECT) != PROJECT else []
    listed = result(do.run(token, "list", "--all", *project))
    assert outputs["id"] in [found["id"] for found in listed], f"{token}: {outputs['id']} is not in {listed}"
    assert result(do.run(token, "read", outputs["id"]))["id"] == outputs["id"], token
    for name, outputs in reversed(created.items()):
        do.run(example["resources"][name]["type"], "delete", outputs["id"], "--yes")


def result(output: str) -> Any:
    """The JSON that a command prints. The pinned CLI prints messages of the plugin before it, such as the status of a wait."""
    return json.loads(output[re.search(r"^[{[]", output, re.MULTILINE).start() :])  # type: ignore[union-attr]


def resolved(value: Any, created: dict[str, dict[str, Any]], example: dict[str, Any]) -> Any:
    """The inputs with the values that they refer to."""

    def referred(reference: re.Match[str]) -> str:
        resource, _, output = reference[1].partition(".")
        return str(created[resource][output] if output else example["config"][resource])

    if isinstance(value, dict):
        return {name: resolved(inner, created, example) for name, inner in value.items()}
    if isinstance(value, list):
        return [resolved(inner, created, example) for inner in value]
    return re.sub(r"\$\{(.+?)\}", referred, value) if isinstance(value, str) else value


def flag(name: str, value: Any) -> str:
    """The flag for an input."""
    text = value if isinstance(value, str) else json.dumps(value)
    return f"--input:{re.sub('(?=[A-Z])', '-', name).lower()}={text}"


def pcl(value: Any) -> str:
    """A value as an expression: JSON, in which the beginnings of templates are escaped."""
    return json.dumps(value).replace("${", "$${").replace("%{", "%%{")


def test_a_resource_of_each_product_is_created_listed_read_and_deleted_by_the_schema_alone(tmp_path: Path, fake: Fake) -> None:
    before = fake.existing()
    tried = examples()
    assert set(tried) == {file.parent.name for file in descriptors()}, "every product has an example that can be tried"

    def attempt(product: str) -> None:
        directory = tmp_path / product
        directory.mkdir()
        lifecycle(Do(directory, fake), tried[product])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(attempt, tried))
    remaining = {kind for kind, _ in fake.existing() - before}
    assert remaining <= KEPT, "objects remain after the deletes"


def test_every_object_can_be_listed() -> None:
    """`pulumi do` lists the resources whose schema has `listInputs`: all but actions, local and discontinued ones."""
    resources = json.loads((ROOT / "schema/schema.json").read_text())["resources"]
    tokens = {f"evalap-scaleway:{content['token']}" for content in descriptors().values() if "discontinued" not in content}
    assert {token for token in tokens if "listInputs" not in resources[token]} == set()
