"""The examples of an application: deployed and tested in every environment."""

from __future__ import annotations

import os
import runpy
import shutil
import sys
from pathlib import Path

import pytest
import yaml

import language_hosts
from fake import Fake
from shell import run
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


@pytest.mark.parametrize("name", ["dev", "production"])
def test_application_in_yaml_is_deployed_and_destroyed(name: str, tmp_path: Path, fake: Fake) -> None:
    language_hosts.install_yaml()
    shutil.copytree(example("application-yaml"), tmp_path / PROJECT)
    stack = Stack(tmp_path, None, fake, name=name, project=PROJECT)
    stack.set_secrets(SECRETS)
    check_lifecycle(stack, fake, name)


def test_tests_of_the_application_in_python_pass() -> None:
    run(sys.executable, "-m", "unittest", "test_stack", cwd=example("application-python"))


def test_tests_of_the_application_in_typescript_pass(tmp_path: Path) -> None:
    copy = tmp_path / "application"
    shutil.copytree(example("application-typescript"), copy, ignore=shutil.ignore_patterns("node_modules", "bin"))
    (copy / "node_modules").symlink_to(os.environ["NODE_PATH"])
    run("tsc", "-p", copy, cwd=copy)
    run("node", "--test", "bin/index.test.js", cwd=copy)


def test_environments_of_the_application_in_yaml_set_what_the_program_reads() -> None:
    program = yaml.safe_load((example("application-yaml") / "Pulumi.yaml").read_text())
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
    assert outputs["endpoints"].keys() >= {"api", "web"}
    # The program in YAML calls no method.
    assert outputs.get("docs") in (None, f"{outputs['endpoints']['api']}/docs")
    again = stack.up()
    assert again.changed == {}, again.differences
    refresh = stack.refresh()
    assert refresh.changed == {}, refresh.differences
    stack.destroy()
    assert fake.existing() - before == set(), "objects remain after the destroy"
