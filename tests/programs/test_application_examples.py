"""The examples of an application: deployed and tested in every environment; the YAML example is compared with the schema."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Mapping

import pytest
import yaml

from fake import Fake
from stack import Stack, example
from typescript import TypescriptStack

PROJECT = "evalap-application"
SECRETS = {"modelApiKey": "model-canary-1234"}
ENVIRONMENTS = ["dev", "staging", "production"]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_application_in_python_is_deployed_and_destroyed(name: str, tmp_path: Path, fake: Fake) -> None:
    copy = tmp_path / PROJECT
    shutil.copytree(example("application-python"), copy, ignore=shutil.ignore_patterns("__pycache__"))
    program = str(copy / "__main__.py")
    stack = Stack(tmp_path, lambda: runpy.run_path(program, run_name="__main__"), fake, name=name, project=PROJECT)
    stack.set_secrets(SECRETS)
    check_lifecycle(stack, fake, name)


def test_application_in_typescript_is_deployed_and_destroyed(tmp_path: Path, fake: Fake) -> None:
    stack = TypescriptStack(tmp_path, example("application-typescript"), fake, name="production", secrets=SECRETS)
    check_lifecycle(stack, fake, "production")
    stack.close()


def test_tests_of_the_application_in_python_pass() -> None:
    run([sys.executable, "-m", "unittest", "test_stack"], example("application-python"))


def test_tests_of_the_application_in_typescript_pass(tmp_path: Path) -> None:
    copy = tmp_path / "application"
    shutil.copytree(example("application-typescript"), copy, ignore=shutil.ignore_patterns("node_modules", "bin"))
    (copy / "node_modules").symlink_to(os.environ["NODE_PATH"])
    run(["tsc", "-p", str(copy)], copy)
    run(["node", "--test", "bin/index.test.js"], copy)


def test_application_in_yaml_matches_the_schema() -> None:
    program = yaml.safe_load((example("application-yaml") / "Pulumi.yaml").read_text())
    schema = json.loads((example("application-yaml").parents[1] / "schema" / "schema.json").read_text())
    (resource,) = program["resources"].values()
    spec = schema["resources"][resource["type"]]
    known = {"type": "object", "properties": spec["inputProperties"], "required": spec["requiredInputs"]}
    assert wrong(resource["properties"], known, schema, "properties") == []
    for name, output in program["outputs"].items():
        (path,) = re.findall(r"^\$\{evalap\.(\w+)\}$", output)
        assert path in spec["properties"], name
    for name in ENVIRONMENTS:
        given = yaml.safe_load((example("application-yaml") / f"Pulumi.{name}.yaml").read_text())["config"]
        configured = {key.split(":", 1)[1] for key in given if key.startswith(f"{PROJECT}:")}
        assert configured - set(program["config"]) == set(), f"{name} configures values that the program does not read"
        needed = {key for key, word in program["config"].items() if "default" not in word and not word.get("secret")}
        assert needed <= configured, f"{name} lacks {needed - configured}"


@pytest.mark.parametrize("program", ["application-python/__main__.py", "application-typescript/index.ts"])
def test_program_is_short(program: str) -> None:
    assert len(example(program).read_text().splitlines()) <= 36


def check_lifecycle(stack: Stack | TypescriptStack, fake: Fake, name: str) -> None:
    """Preview, up, up, refresh, destroy."""
    before = fake.existing()
    assert stack.preview().calls == [], "a preview sends no requests"
    stack.up()
    (instance,) = fake.objects("rdb/instance")
    assert instance["fields"]["is_ha_cluster"] is (name == "production")
    assert all(endpoint.get("load_balancer") is None for endpoint in instance["fields"]["endpoints"])
    outputs = stack.outputs()
    assert outputs["docs"] == f"{outputs['endpoints']['api']}/docs"
    again = stack.up()
    assert again.changed == {}, again.differences
    refresh = stack.refresh()
    assert refresh.changed == {}, refresh.differences
    stack.destroy()
    assert fake.existing() - before == set(), "objects remain after the destroy"


def wrong(value: Any, spec: Mapping[str, Any], schema: Mapping[str, Any], place: str) -> list[str]:
    """The differences between a value of a program and the schema. A string with `${...}` matches every type."""
    if isinstance(value, str) and "${" in value:
        return []
    if "$ref" in spec:
        return wrong(value, schema["types"][spec["$ref"].removeprefix("#/types/")], schema, place)
    kind = spec.get("type")
    if kind == "array":
        return [fault for index, item in enumerate(value) for fault in wrong(item, spec["items"], schema, f"{place}[{index}]")]
    if kind == "object" and "properties" in spec:
        unknown = [f"{place}.{name} is not known" for name in value if name not in spec["properties"]]
        missing = [f"{place}.{name} is missing" for name in spec.get("required", []) if name not in value]
        inner = [
            fault
            for name, item in value.items()
            if name in spec["properties"]
            for fault in wrong(item, spec["properties"][name], schema, f"{place}.{name}")
        ]
        return unknown + missing + inner
    if kind == "object":
        inner_spec = spec.get("additionalProperties", {})
        return [fault for name, item in value.items() for fault in wrong(item, inner_spec, schema, f"{place}.{name}")]
    kinds = {"string": str, "boolean": bool, "integer": int, "number": (int, float)}
    fits = kind not in kinds or isinstance(value, kinds[kind])
    return [] if fits else [f"{place} is {value!r}, no {kind}"]


def run(command: list[str], directory: Path) -> None:
    """Runs a command; its output is in the message if it fails."""
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
