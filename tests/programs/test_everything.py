"""One of every resource in one program: made, unchanged by another up and a refresh, and taken away again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from documents import ROOT
from fake import Fake
from stack import EVERYTHING_SECRETS, example_stack
from test_resources import stays_as_it_is


def test_one_of_every_resource_lives_together(tmp_path: Path, fake: Fake) -> None:
    stack = example_stack(tmp_path, fake, of="everything", project="everything", secrets=EVERYTHING_SECRETS)
    before = fake.existing()
    stack.up()
    made = {resource["type"] for resource in stack.state()["resources"]}
    assert offered() - made == set()
    stays_as_it_is(stack)
    stack.destroy()
    # The Grafana of a project stays, as at Scaleway.
    left = {(kind, name) for kind, name in fake.existing() - before if kind != "cockpit/grafana"}
    assert left == set(), "these were left behind"


def offered() -> set[str]:
    """The tokens of all resources that can be made, but for the older names of the same ones and for components."""
    resources = json.loads((ROOT / "schema" / "schema.json").read_text())["resources"]
    return {
        token
        for token, resource in resources.items()
        if ":index/" not in token and not resource.get("isComponent") and not discontinued(resource)
    }


def discontinued(resource: dict[str, Any]) -> bool:
    """Whether Scaleway has no such thing any more, so that none can be made."""
    return resource.get("deprecationMessage", "").startswith("Scaleway has discontinued it.")
