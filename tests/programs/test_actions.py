"""Actions: an up performs each once, changed triggers perform it again, and nothing else does. All are in one stack."""

from __future__ import annotations

import json
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from documents import ROOT, page
from fake import Fake
from stack import Run, Stack
from test_resources import check_no_changes, make, resolve

TABLE: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "actions.yaml").read_text())
ACTIONS: dict[str, Any] = TABLE["actions"]


def test_every_action_is_performed_once_and_again_if_its_triggers_change(tmp_path: Path, fake: Fake) -> None:
    triggers: dict[str, Any] = {}

    def program() -> None:
        made: dict[str, Any] = {}

        def output(name: str, attribute: str) -> Any:
            # The package has no resource for nodes.
            return made[name].nodes[0]["id"] if attribute == "node" else getattr(made[name], attribute)

        for name, parent in TABLE["parents"].items():
            made[name] = make(parent["class"], name, resolve(parent.get("inputs") or {}, output))
        for name, action in ACTIONS.items() if triggers else ():
            inputs = resolve(action["inputs"], output)
            made[name] = make(action["class"], name, {**inputs, "triggers": dict(triggers)})

    before = fake.existing()
    stack = Stack(tmp_path, program, fake)
    # A new Instance is started by an action of the API too.
    stack.up()
    triggers["release"] = 1
    preview = stack.preview()
    assert preview.calls == [], "a preview performs no action"
    assert performed(stack.up()) == expected()
    ids = {name: resource["id"] for name, resource in stack.resources().items()}
    # A renewal changes an output of its object.
    stack.refresh()
    check_no_changes(stack)

    triggers["release"] = 2
    run = stack.up()
    assert performed(run) == expected()
    for name in ACTIONS:
        assert "replace" in run.of(name) and run.difference(name) == ["triggers.release"], name
        assert stack.resources()[name]["id"] != ids[name], name
    for name in TABLE["parents"]:
        assert run.of(name) == [], f"{name} is not changed"
    stack.refresh()
    check_no_changes(stack)

    triggers.clear()
    removed = stack.up()
    assert {name: removed.of(name) for name in ACTIONS} == dict.fromkeys(ACTIONS, ["delete"])
    assert removed.calls == [], "a delete sends no request"
    stack.destroy()
    remaining = {kind for kind, _ in fake.existing() - before}
    assert remaining == set(TABLE["kept"]), "other objects remain after the destroy"


def test_the_table_has_every_action() -> None:
    tokens = {f"evalap-scaleway:{class_token(action['class'])}" for action in ACTIONS.values()}
    assert tokens | {f"evalap-scaleway:{token}" for token in TABLE["elsewhere"]} == actions()


def test_the_guide_lists_every_action() -> None:
    text = page("docs/guides/actions.md").text
    assert [action["class"] for action in ACTIONS.values() if f"`{action['class']}`" not in text] == []


def actions() -> set[str]:
    """The tokens of all actions."""
    resources = json.loads((ROOT / "schema" / "catalog.json").read_text())["resources"]
    return {f"evalap-scaleway:{token}" for token, resource in resources.items() if "action" in resource}


def class_token(name: str) -> str:
    """The token of a class: `databases.InstanceRestart` is `databases/instanceRestart:InstanceRestart`."""
    module, name = name.split(".")
    return f"{module}/{name[0].lower()}{name[1:]}:{name}"


def expected() -> Counter[str]:
    """The number of requests, by the pattern of their path."""
    return Counter(action["path"] for action in ACTIONS.values())


def performed(run: Run) -> Counter[str]:
    """The number of requests that perform actions, by the pattern of their path."""
    paths = [call.path for call in run.calls.writes]
    return Counter(pattern for path in paths for pattern in expected() if fnmatch(path, pattern))
