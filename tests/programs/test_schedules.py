"""The test double of Pulumi's engine (tests/schedules, Rust) stores the same state after failed steps and kills as the Pulumi CLI.

Both read the schedules and the states after each step from files; the Rust suite writes and asserts the same states.
"""

from __future__ import annotations

import ipaddress
import json
import re
import threading
from pathlib import Path
from typing import Any, Callable

import pulumi
import pytest
import yaml

from fake import Fake
from kills import killer, recover
from proxy import Hold, Proxy, Request
from stack import Failed, Stack

DATA = Path(__file__).parents[1] / "schedules"
SCHEDULES = yaml.safe_load((DATA / "shared.yaml").read_text())
STATES = json.loads((DATA / "shared_states.json").read_text())

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule["schedule"])
def test_state_of_the_cli_equals_that_of_the_test_double(
    stack: Callable[..., Stack], fake: Fake, schedule: dict[str, Any]
) -> None:
    inputs: dict[str, Any] = {}

    def program() -> None:
        pulumi.CustomResource(f"evalap-scaleway:{schedule['resource']}", "main", dict(inputs))

    with Proxy(fake.url) as proxy:
        deployed = stack(program, environment={"SCW_API_URL": proxy.url})
        for at, step in enumerate(schedule["steps"]):
            inputs = step.get("up", inputs)
            command = deployed.destroy if "destroy" in step else deployed.refresh if "refresh" in step else deployed.up
            if "kill" in step:
                killed(proxy, deployed, step["kill"], command)
            elif "fault" in step:
                fault = dict(step["fault"])
                fake.fault(fault.pop("kind"), **fault)
                with pytest.raises(Failed):
                    command()
                fake.clear_faults()
            else:
                command()
            assert differences(without_generated(state(deployed)), STATES[schedule["schedule"]][at]) == [], f"step {at}"


def killed(proxy: Proxy, deployed: Stack, kill: dict[str, Any], command: Callable[[], Any]) -> None:
    """Runs the command, and kills the plugin or the CLI at a request."""
    victim = {"plugin": "plugin", "engine": "CLI"}[kill["victim"]]
    hold = Hold(kill["after"], threading.Event(), threading.Event())
    proxy.decide = HoldFirst(kill["method"], kill["path"], hold)
    with killer(victim, [hold.reached], hold.release), pytest.raises(Failed):
        command()
    proxy.decide = lambda request: None
    recover(deployed, victim)


class HoldFirst:
    """Holds the first request with this method and end of the path."""

    def __init__(self, method: str, path: str, hold: Hold) -> None:
        self._method, self._path = method, path
        self._holds = [hold]

    def __call__(self, request: Request) -> Hold | None:
        is_held = request.method == self._method and request.path.partition("?")[0].endswith(self._path)
        return self._holds.pop() if self._holds and is_held else None


def state(deployed: Stack) -> dict[str, Any]:
    """The resource and its pending deletions, in the format of the test double."""
    stored = deployed.state()
    found = [
        resource
        for resource in stored.get("resources", [])
        if resource["type"].startswith("evalap-scaleway:") and not resource.get("pendingReplacement")
    ]
    kept = [shown(resource) for resource in found if not resource.get("delete")]
    assert len(kept) <= 1
    return {
        "resource": kept[0] if kept else None,
        "toDelete": [shown(resource) for resource in found if resource.get("delete")],
        "pending": [operation["type"] for operation in stored.get("pending_operations") or []],
    }


def shown(resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": resource["id"],
        "inputs": resource.get("inputs", {}),
        "outputs": resource.get("outputs", {}),
        "failed": bool(resource.get("initErrors")),
    }


def differences(cli: Any, double: Any, path: str = "state") -> list[str]:
    """The differences, with their paths."""
    if isinstance(cli, dict) and isinstance(double, dict):
        names = sorted(cli.keys() | double.keys())
        return [wrong for name in names for wrong in differences(cli.get(name), double.get(name), f"{path}.{name}")]
    if isinstance(cli, list) and isinstance(double, list) and len(cli) == len(double):
        pairs = enumerate(zip(cli, double))
        return [wrong for at, (one, other) in pairs for wrong in differences(one, other, f"{path}[{at}]")]
    return [] if cli == double else [f"{path}: {cli} with the CLI, {double} with the double"]


def without_generated(value: Any) -> Any:
    """A state without IDs, times, addresses, ports and null values."""
    if isinstance(value, str):
        if value.startswith("-----BEGIN"):
            return "{certificate}"
        if is_address(value):
            return "{address}"
        return "{time}" if TIME.fullmatch(value) else UUID.sub("{id}", value)
    if isinstance(value, list):
        return [without_generated(item) for item in value]
    if isinstance(value, dict):
        chosen_by_the_fake = re.compile("port|.*Port")
        held = {name: item for name, item in value.items() if item is not None and not chosen_by_the_fake.fullmatch(name)}
        return {name: without_generated(item) for name, item in held.items()}
    return value


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
