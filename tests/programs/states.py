"""Recorded states of earlier versions of the provider: a program, its state after `up`, and the interface of the schema.

`scripts/record-state NAME` records one with the plugin of the checkout.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import schema_changes
from fake import Fake
from stack import EVERYTHING_SECRETS, example, example_stack

STATES = Path(__file__).parent / "states"


def record(name: str) -> None:
    """Deploys examples/everything with a fake, and stores the program and its state."""
    with tempfile.TemporaryDirectory() as directory, Fake(Path(directory)) as fake:
        stack = example_stack(Path(directory), fake, of="everything", project="everything", secrets=EVERYTHING_SECRETS)
        stack.up()
        state = stack.automation.export_stack()
        for resource in state.deployment["resources"]:
            for place in ("sourcePosition", "stackTrace"):
                resource.pop(place, None)  # Paths of the local machine.
        kept = STATES / name
        kept.mkdir()
        shutil.copy(example("everything") / "__main__.py", kept / "program.py")
        (kept / "state.json").write_text(json.dumps({"version": state.version, "deployment": state.deployment}, indent=1) + "\n")
        schema_changes.keep(name)


def recorded(name: str) -> dict[str, Any]:
    """A recorded state, with the dates of its rotations moved by the age of the recording, so that they are not due."""
    state: dict[str, Any] = json.loads((STATES / name / "state.json").read_text())
    rotations = [
        resource["outputs"]
        for resource in state["deployment"]["resources"]
        if resource["type"] == "evalap-scaleway:evalap/rotation:Rotation"
    ]
    instants = {outputs[key] for outputs in rotations for key in ("rotatedAt", "dueAt", "endsAt")}
    age = datetime.now(timezone.utc) - datetime.fromisoformat(rotations[0]["rotatedAt"].replace("Z", "+00:00"))
    text = json.dumps(state)
    for instant in instants:
        then = datetime.fromisoformat(instant.replace("Z", "+00:00")) + timedelta(days=age.days)
        text = text.replace(instant, then.strftime("%Y-%m-%dT%H:%M:%SZ"))
    shifted: dict[str, Any] = json.loads(text)
    return shifted


if __name__ == "__main__":
    record(sys.argv[1])
