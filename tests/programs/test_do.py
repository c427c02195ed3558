"""`pulumi do` creates, lists, reads and deletes resources by the schema alone, without a program and a state.

The resources are those of the examples with at most two resources, whose inputs are strings, numbers and booleans: the pinned CLI takes
other inputs only from files, with a converter that it does not contain.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from documents import ROOT
from fake import PROJECT, Fake

LARGEST = 2

# Without a state, a delete keeps what the create has made in addition: it may belong to others.
KEPT = {"cockpit/grafana", "vpcgw/ip"}


def examples() -> dict[str, dict[str, Any]]:
    """One example of each product, because each command is a process of the CLI and one of the plugin."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted((ROOT / "resources").glob("*/*.example.yaml")):
        descriptor = yaml.safe_load(file.with_name(file.name.replace(".example", "")).read_text())
        content = yaml.safe_load(file.read_text())
        resources = content.get("resources") or {}
        inputs = [value for resource in resources.values() for value in (resource.get("properties") or {}).values()]
        is_flat = not any(isinstance(value, (dict, list)) for value in inputs) and "variables" not in content
        is_object = "create" in descriptor and "action" not in descriptor
        other = found.get(file.parent.name, {"resources": {}})["resources"]
        if is_object and is_flat and len(other) < len(resources) <= LARGEST:
            found[file.parent.name] = content
    return found


class Do:
    """The commands for the resources of one example."""

    def __init__(self, directory: Path, fake: Fake) -> None:
        self._directory = directory
        self._environment = {**os.environ, **fake.environment, "PULUMI_EXPERIMENTAL": "true"}

    def run(self, token: str, *arguments: str) -> str:
        """The standard output of a command that succeeds."""
        ran = self.attempt(token, *arguments)
        assert ran.returncode == 0, f"{token} {arguments}: {ran.stdout}{ran.stderr}"
        return ran.stdout

    def attempt(self, token: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        options = ["--stateless", "--output", "json", "--show-secrets"]
        command = ["pulumi", "do", *options, f"evalap-scaleway:{token}", *arguments]
        return subprocess.run(command, cwd=self._directory, env=self._environment, text=True, capture_output=True)


def lifecycle(do: Do, example: dict[str, Any]) -> list[str]:
    """Creates the resources of an example, lists and reads the last one, and deletes all. Returns their tokens."""
    created: dict[str, dict[str, Any]] = {}
    for name, resource in example["resources"].items():
        flags = [flag(*given, created, example) for given in (resource.get("properties") or {}).items()]
        created[name] = result(do.run(resource["type"], "create", "--yes", *flags))
    token, outputs = resource["type"], created[name]
    project = [f"--input:project-id={outputs['projectId']}"] if outputs.get("projectId", PROJECT) != PROJECT else []
    listed = result(do.run(token, "list", "--all", *project))
    assert outputs["id"] in [found["id"] for found in listed], f"{token}: {outputs['id']} is not in {listed}"
    assert result(do.run(token, "read", outputs["id"]))["id"] == outputs["id"], token
    for name, outputs in reversed(created.items()):
        do.run(example["resources"][name]["type"], "delete", outputs["id"], "--yes")
    return [resource["type"] for resource in example["resources"].values()]


def result(output: str) -> Any:
    """The JSON that a command prints. The pinned CLI prints messages of the plugin before it, such as the status of a wait."""
    return json.loads(output[re.search(r"^[{[]", output, re.MULTILINE).start() :])  # type: ignore[union-attr]


def flag(name: str, value: Any, created: dict[str, dict[str, Any]], example: dict[str, Any]) -> str:
    """The flag for an input."""

    def resolved(reference: re.Match[str]) -> str:
        resource, _, output = reference[1].partition(".")
        return created[resource][output] if output else example["config"][resource]

    text = json.dumps(value) if isinstance(value, bool) else re.sub(r"\$\{(.+?)\}", resolved, str(value))
    return f"--input:{re.sub('(?=[A-Z])', '-', name).lower()}={text}"


def test_resources_are_created_listed_read_and_deleted_by_the_schema_alone(tmp_path: Path, fake: Fake) -> None:
    before = fake.existing()
    do = Do(tmp_path, fake)
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda example: lifecycle(do, example), examples().values()))
    tokens = {token for example in done for token in example}
    assert len(tokens) >= 30, tokens
    remaining = {kind for kind, _ in fake.existing() - before}
    assert remaining <= KEPT, "objects remain after the deletes"
