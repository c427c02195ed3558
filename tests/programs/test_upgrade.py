"""An upgrade of the provider changes nothing: states of earlier versions preview without differences and requests, and programs
for their schemas stay valid.
"""

from __future__ import annotations

import copy
import runpy
from pathlib import Path
from typing import Any, Callable

import pytest
from pulumi import automation

import schema_changes
from documents import page
from fake import Fake
from stack import EVERYTHING_SECRETS, Stack
from states import STATES, recorded

RECORD = "evalap-scaleway:domain/record:Record"
VERSIONS = sorted(path.name for path in STATES.iterdir() if path.is_dir())


def test_recorded_states_exist() -> None:
    assert VERSIONS != []


@pytest.mark.parametrize("version", VERSIONS)
def test_state_of_an_earlier_version_previews_without_changes(version: str, tmp_path: Path, fake: Fake) -> None:
    program = STATES / version / "program.py"
    stack = Stack(tmp_path, lambda: runpy.run_path(str(program), run_name="__main__"), fake, project="everything")
    stack.set_secrets(EVERYTHING_SECRETS)
    state = recorded(version)
    stack.automation.import_stack(automation.Deployment(state["version"], state["deployment"]))
    stored = {resource["urn"] for resource in state["deployment"]["resources"] if resource.get("custom")}
    assert len(stored) > 50

    preview = stack.preview()
    assert preview.changed == {}, f"programs of release {version} have differences: {preview.differences}"
    assert preview.calls.writes == []

    # A release with another default would have stored another value: the test detects it.
    (planted,) = [resource for resource in state["deployment"]["resources"] if resource["type"] == RECORD]
    for values in (planted["inputs"], planted["outputs"]):
        assert values["ttl"] == 3600
        values["ttl"] = 300
    stack.automation.import_stack(automation.Deployment(state["version"], state["deployment"]))
    preview = stack.preview(target=[planted["urn"]])
    assert list(preview.differences.values()) == [["ttl"]]


@pytest.mark.parametrize("version", VERSIONS)
def test_breaking_changes_of_the_schema_are_in_a_section_of_the_changelog(version: str) -> None:
    # The changes after this version, if it is a release.
    newer = page("CHANGELOG.md").text.partition(f"\n## {version}")[0]
    listed = "".join(section for section in newer.split("\n### ") if section.startswith("Breaking"))
    found = schema_changes.changes(schema_changes.kept(version), schema_changes.current())
    # The changelog names `network.Vpc`, the token is evalap-scaleway:network/vpc:Vpc.
    unlisted = [change for change in found if change.breaks and changelog_name(change.token) not in listed]
    assert unlisted == [], schema_changes.notes(unlisted, version)


def changelog_name(token: str) -> str:
    """The name of a resource, function or type in the changelog."""
    _, module, name = token.split(":")
    return f"{module.partition('/')[0]}.{name}"


NAMESPACE = "evalap-scaleway:registry/namespace:Namespace"
NESTED = "evalap-scaleway:s2svpn/ConnectionBgpConfigIpv6:ConnectionBgpConfigIpv6"


def without(part: str, name: str) -> Callable[[schema_changes.Interface], Any]:
    return lambda found: found[NAMESPACE][part].pop(name)


def with_field(token: str, part: str, name: str, kind: str) -> Callable[[schema_changes.Interface], Any]:
    return lambda found: found[token][part].update({name: kind})


@pytest.mark.parametrize(
    ("plant", "text", "breaks"),
    [
        (lambda found: found.pop(NAMESPACE), "removed", True),
        (with_field(NESTED, "fields", "tier", "string!"), "required field `tier` added", True),
        (without("inputs", "description"), "input `description` removed", True),
        (without("outputs", "endpoint"), "output `endpoint` removed", True),
        (with_field(NAMESPACE, "inputs", "tier", "string!"), "required input `tier` added", True),
        (with_field(NAMESPACE, "inputs", "tier", "string"), "input `tier` added", False),
        (with_field(NAMESPACE, "inputs", "description", "string!"), "input `description` is now required", True),
        (with_field(NAMESPACE, "inputs", "isPublic", "string"), "type of input `isPublic` changed from boolean to string", True),
    ],
)
def test_planted_change_of_the_schema_is_in_the_notes_of_the_release(plant: Any, text: str, breaks: bool) -> None:
    old = schema_changes.current()
    new = copy.deepcopy(old)
    plant(new)
    (change,) = schema_changes.changes(old, new)
    assert (change.text, change.breaks) == (text, breaks)
    notes = schema_changes.notes([change], "0.1.0")
    breaking, _, other = notes.partition("### Other changes")
    assert f"`{change.token}`: {text}" in (breaking if breaks else other) and "since 0.1.0" in notes
