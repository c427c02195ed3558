"""A program with every resource type: created, unchanged by a second up and a refresh, and deleted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from documents import ROOT
from fake import Fake
from stack import EVERYTHING_SECRETS, Stack, example_stack
from test_actions import actions
from test_resources import check_no_changes


def test_all_resource_types_work_in_one_stack(tmp_path: Path, fake: Fake) -> None:
    stack = example_stack(tmp_path, fake, of="everything", project="everything", secrets=EVERYTHING_SECRETS)
    before = fake.existing()
    stack.up()
    deployed = {resource["type"] for resource in stack.state()["resources"]}
    assert offered() - deployed == set()
    known = yaml.safe_load(Path(__file__).with_name("unstored_fields.yaml").read_text())
    assert {f"{found['operation']} {found['field']}" for found in fake.unstored()} == set(known)
    check_no_changes(stack)
    check_exported_objects_are_the_same(stack, tmp_path / "exported")
    stack.destroy()
    # The Grafana of a project is not deleted, as at Scaleway.
    left = {(kind, name) for kind, name in fake.existing() - before if kind not in {"cockpit/grafana", "domain/domain", "domain/task"}}
    assert left == set(), "objects remain after the destroy"


def check_exported_objects_are_the_same(stack: Stack, directory: Path) -> None:
    """A second fake that starts with the exported objects of the first one: an up and a refresh change nothing."""
    first, environment = stack.fake, dict(stack.environment)
    directory.mkdir()
    with Fake(directory, seed=first.seed()) as second:
        assert second.seed()["objects"] == first.seed()["objects"]
        stack.fake = second
        stack.environment.update(second.environment)
        check_no_changes(stack)
    stack.fake = first
    stack.environment.update(environment)


def offered() -> set[str]:
    """The tokens of all resources that can be created, without aliases, components and actions (`test_actions`)."""
    resources = json.loads((ROOT / "schema" / "schema.json").read_text())["resources"]
    return {
        token
        for token, resource in resources.items()
        if ":index/" not in token and not resource.get("isComponent") and not discontinued(resource)
    } - actions()


def discontinued(resource: dict[str, Any]) -> bool:
    """Whether Scaleway has discontinued it, so that it cannot be created."""
    return resource.get("deprecationMessage", "").startswith("Scaleway has discontinued it.")
