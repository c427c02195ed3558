"""`pulumi do` creates, lists, reads and deletes resources by the schema alone, without a program and a state.

The inputs are those of the examples. Each command is a process of the CLI and one of the plugin, so an example is only deployed if it has
a resource that no larger example has. Strings, numbers and booleans are flags. The other inputs are in a file in PCL: the CLI reads YAML,
its default, with a converter that the pinned one does not contain.
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

# A domain stays registered, and the Grafana of a project exists from the first use on. Only a state has the information that an address was
# created with its load balancer or gateway.
KEPT = {"cockpit/grafana", "domain/domain", "domain/task", "lb/ip", "vpcgw/ip"}

# The trigger in the example has a schedule, and is listed as a `containers/cron:Cron`.
LISTED_ELSEWHERE = {"containers/trigger:Trigger"}


@cache
def descriptors() -> dict[Path, dict[str, Any]]:
    """The resources that are objects of an API, by their files."""
    files = [file for file in sorted((ROOT / "resources").glob("*/*.yaml")) if file.name.count(".") == 1]
    contents = {file: yaml.safe_load(file.read_text()) for file in files}
    return {file: content for file, content in contents.items() if "create" in content and "action" not in content}


def examples() -> list[tuple[dict[str, Any], set[str]]]:
    """Examples that together have all resources, each with the resources that it is to list and read: those in no example before."""
    contents = [yaml.safe_load(file.with_name(f"{file.stem}.example.yaml").read_text()) for file in descriptors()]
    found: list[tuple[dict[str, Any], set[str]]] = []
    tried: set[str] = set()
    for content in sorted(contents, key=lambda content: -len(content["resources"])):
        own = {resource["type"] for resource in content["resources"].values()} - tried
        if own:
            found.append((content, own))
            tried |= own
    return found


class Do:
    """The commands for the resources of one example."""

    def __init__(self, directory: Path, fake: Fake) -> None:
        self._directory = directory
        self._environment = {**os.environ, **fake.environment, "PULUMI_EXPERIMENTAL": "true"}

    def run(self, token: str, *arguments: str, settings: dict[str, str] = {}) -> str:
        """The standard output of a command that succeeds. `settings` are environment variables of the provider."""
        options = ["--stateless", "--output", "json", "--show-secrets"]
        command = ["pulumi", "do", *options, f"evalap-scaleway:{token}", *arguments]
        environment = {**self._environment, **settings}
        ran = subprocess.run(command, cwd=self._directory, env=environment, text=True, capture_output=True)
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


def lifecycle(do: Do, example: dict[str, Any], tried: set[str]) -> None:
    """Creates the resources of an example, lists and reads one of each type in `tried`, and deletes all."""
    created: dict[str, dict[str, Any]] = {}
    settings: dict[str, dict[str, str]] = {}
    types: set[str] = set()
    project = PROJECT
    for name, resource in example["resources"].items():
        token = resource["type"]
        inputs = resolved(resource.get("properties") or {}, created, example)
        if token == "mnq/sqsQueue:SqsQueue" and token in types:
            # The URN of a type is the same in each command, and so is the automatic name.
            inputs.setdefault("name", name)
        created[name] = outputs = do.create(token, inputs)
        project = outputs["id"] if token == "account/project:Project" else outputs.get("projectId", project)
        own = {
            "SCW_DEFAULT_PROJECT_ID": project,
            "SCW_DEFAULT_REGION": outputs.get("region"),
            "SCW_DEFAULT_ZONE": outputs.get("zone"),
            # Queues and topics have keys of their own, which are those of the provider in other operations.
            "SCW_ACCESS_KEY": inputs.get("accessKey"),
            "SCW_SECRET_KEY": inputs.get("secretKey"),
        }
        settings[name] = {variable: value for variable, value in own.items() if value}
        if token in tried and token not in types:
            listed = result(do.run(token, "list", "--all", settings=settings[name]))
            is_listed = outputs["id"] in [found["id"] for found in listed]
            assert is_listed != (token in LISTED_ELSEWHERE), f"{token}: {outputs['id']} is or is not in {listed}"
            assert result(do.run(token, "read", outputs["id"], settings=settings[name]))["id"] == outputs["id"], token
        types.add(token)
    for name, outputs in reversed(created.items()):
        do.run(example["resources"][name]["type"], "delete", outputs["id"], "--yes", settings=settings[name])


def result(output: str) -> Any:
    """The JSON that a command prints. The pinned CLI prints messages of the plugin before it, such as the status of a wait."""
    return json.loads(output[re.search(r"^[{[]", output, re.MULTILINE).start() :])  # type: ignore[union-attr]


def resolved(value: Any, created: dict[str, dict[str, Any]], example: dict[str, Any]) -> Any:
    """The inputs with the values that they refer to."""

    def referred(reference: re.Match[str]) -> str:
        resource, _, output = reference[1].partition(".")
        return str(created[resource][output] if output else example["config"][resource])

    if isinstance(value, dict):
        inner = {name: resolved(inner, created, example) for name, inner in value.items()}
        return json.dumps(inner["fn::toJSON"]) if "fn::toJSON" in inner else inner
    if isinstance(value, list):
        return [resolved(inner, created, example) for inner in value]
    return re.sub(r"\$\{(.+?)\}", referred, value) if isinstance(value, str) else value


def flag(name: str, value: Any) -> str:
    """The flag for an input."""
    text = value if isinstance(value, str) else json.dumps(value)
    return f"--input:{re.sub('(?=[A-Z])', '-', name).lower()}={text}"


def pcl(value: Any) -> str:
    """A value as an expression: JSON, in which the beginnings of templates are escaped, and the functions of assets."""
    if isinstance(value, dict):
        for name, argument in value.items():
            if name.startswith("fn::"):
                return f"{name.removeprefix('fn::')}({pcl(argument)})"
        return "{" + ", ".join(f"{json.dumps(name)}: {pcl(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(pcl, value)) + "]"
    return json.dumps(value).replace("${", "$${").replace("%{", "%%{")


def test_every_resource_is_created_listed_read_and_deleted_by_the_schema_alone(tmp_path: Path) -> None:
    tried = examples()
    types = {content["token"] for content in descriptors().values()}
    assert types <= set.union(*(own for _, own in tried)), "every resource has an example"

    def attempt(number: int) -> None:
        directory = tmp_path / str(number)
        directory.mkdir()
        # The URN of a type is the same in each command, and so are automatic names and entries of the journal: a fake for each.
        with Fake(directory) as fake:
            before = fake.existing()
            lifecycle(Do(directory, fake), *tried[number])
            remaining = {kind for kind, _ in fake.existing() - before}
            assert remaining <= KEPT, f"{remaining} remain after the deletes"

    with ThreadPoolExecutor(4) as threads:
        failures = [attempt.exception() for attempt in [threads.submit(attempt, number) for number in range(len(tried))]]
    assert not any(failures), "\n\n".join(str(failure) for failure in failures if failure)


def test_every_object_can_be_listed() -> None:
    """`pulumi do` lists the resources whose schema has `listInputs`: all but actions, local and discontinued ones."""
    resources = json.loads((ROOT / "schema/schema.json").read_text())["resources"]
    tokens = {f"evalap-scaleway:{content['token']}" for content in descriptors().values() if "discontinued" not in content}
    assert {token for token in tokens if "listInputs" not in resources[token]} == set()
