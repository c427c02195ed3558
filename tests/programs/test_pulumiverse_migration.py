"""A stack that the community's package made goes on with ours: nothing is asked, changed or replaced."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any, Callable

import pulumi
import pytest

from documents import ROOT
from fake import Fake
from recordings import needs_recordings
from stack import Failed, Stack, example_stack

OURS = "evalap-scaleway:"
SCHEMA = json.loads((ROOT / "schema" / "schema.json").read_text())
# The peer has no components.
SCHEMA["resources"] = {token: it for token, it in SCHEMA["resources"].items() if not it.get("isComponent")}

# The resources by their modular tokens.
RESOURCES = {token: resource for token, resource in SCHEMA["resources"].items() if ":index/" not in token}

# What the peer did to each of its resources, as measured; see the README beside it.
MEASURED = ROOT.parent / "shared" / "peer-compat" / "measured-calls.json"

# States of the resources that the measuring left without one: what the peer keeps for them, as its schema and its doings say.
MADE_UP = Path(__file__).with_name("peer_states.json")

# The peer's own notes in a state.
NOTES = {"__meta": '{"schema_version":"1"}', "__pulumi_raw_state_delta": {"obj": {}}}

# What Pulumi writes around a secret in a state.
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


@pytest.mark.parametrize("generation", [0, 1], ids=["modular names", "flat names"])
def test_the_example_is_taken_over(generation: int, tmp_path: Path, fake: Fake) -> None:
    stack = example_stack(tmp_path, fake)
    stack.up()
    exported = stack.automation.export_stack()
    exported.deployment = as_of_the_peer(exported.deployment, generation)
    stack.automation.import_stack(exported)
    assert stack.resources() == {}
    taken_over(stack)
    refresh = stack.refresh()
    assert refresh.changed == {}, refresh.differences
    stack.destroy()


@pytest.mark.parametrize("generation", [0, 1], ids=["modular names", "flat names"])
def test_the_example_is_taken_over_by_rewriting_its_state(generation: int, tmp_path: Path, fake: Fake) -> None:
    stack = example_stack(tmp_path, fake)
    stack.up()
    names = stack.resources().keys()
    exported = stack.automation.export_stack()
    theirs = as_of_the_peer(exported.deployment, generation)
    exported.deployment = migrated(theirs)
    stack.automation.import_stack(exported)
    assert stack.resources().keys() == names
    # The program may not have run yet: the state says all that a refresh needs.
    refresh = stack.refresh()
    assert refresh.changed == {}, refresh.differences
    taken_over(stack)
    providers = [kept for kept in stack.state()["resources"] if kept["type"].startswith("pulumi:providers:")]
    assert [provider["id"] for provider in providers] == [
        provider["id"] for provider in theirs["resources"] if provider["type"].startswith("pulumi:providers:")
    ], "the provider is the one that was there"
    stack.destroy()


@pytest.mark.parametrize("rewritten", [False, True], ids=["by aliases", "by rewriting"])
def test_one_of_every_resource_is_taken_over(rewritten: bool, stack: Callable[..., Stack]) -> None:
    needs_recordings(MEASURED)
    measured = {name: case for name, case in json.loads(MEASURED.read_text()).items() if "state" in case}
    states = json.loads(MADE_UP.read_text()) | measured
    # What is ours alone has no state of theirs.
    theirs = {token for token in RESOURCES if not token.startswith(f"{OURS}evalap/")}
    cases = {
        re.sub(r"\W+", "-", name): (name.split()[0], case)
        for name, case in states.items()
        if of_ours(name.split()[0]) in theirs
    }
    assert {of_ours(peer) for peer, _ in cases.values()} == theirs

    def program() -> None:
        for name, (peer, case) in cases.items():
            options = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=peer)], version=SCHEMA["version"])
            pulumi.CustomResource(of_ours(peer), name, spoken(case["inputs"]), options)

    made = stack(lambda: None)
    made.up()
    exported = made.automation.export_stack()
    add_measured(exported.deployment["resources"], cases)
    if rewritten:
        exported.deployment = migrated(exported.deployment)
    made.automation.import_stack(exported)
    made.program = program
    taken_over(made)
    assert len(made.resources()) == len(cases)


@pytest.mark.parametrize("rewritten", [False, True], ids=["by aliases", "by rewriting"])
def test_what_scaleway_has_withdrawn_stays_until_it_is_looked_for(rewritten: bool, stack: Callable[..., Stack]) -> None:
    peer, inputs = "scaleway:network/publicGatewayDhcp:PublicGatewayDhcp", {"subnet": "192.168.0.0/24"}
    zone = {"zone": "fr-par-1", "enableDynamic": True, "poolLow": "192.168.0.2", "poolHigh": "192.168.0.254"}
    case = {
        "inputs": inputs,
        "checkedInputs": inputs,
        "id": "fr-par-1/22222222-2222-2222-2222-222222222222",
        "state": {**inputs, **zone},
    }

    def program() -> None:
        options = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=peer)], version=SCHEMA["version"])
        pulumi.CustomResource(of_ours(peer), "dhcp", inputs, options)

    made = stack(lambda: None)
    made.up()
    exported = made.automation.export_stack()
    add_measured(exported.deployment["resources"], {"dhcp": (peer, case)})
    if rewritten:
        exported.deployment = migrated(exported.deployment)
    made.automation.import_stack(exported)
    made.program = program
    taken_over(made)
    made.refresh()
    assert made.resources() == {}
    # The next run would make it again: the preview says that it cannot, and what to use instead.
    for command in (made.preview, made.up):
        with pytest.raises(Failed) as failed:
            command()
        assert "network.PrivateNetwork" in str(failed.value)
    made.program = lambda: None
    assert made.up().changed == {}


def migrated(deployment: Any) -> Any:
    """A state of the peer's as the plugin rewrites it."""
    export = json.dumps({"version": 3, "deployment": deployment})
    command = ["pulumi-resource-evalap-scaleway", "migrate-state"]
    ran = subprocess.run(command, input=export, capture_output=True, text=True, check=True)
    assert "migrated: " in ran.stderr
    return json.loads(ran.stdout)["deployment"]


def taken_over(stack: Stack) -> None:
    """Preview and up of the changed program find nothing to do."""
    for command in (stack.preview, stack.up):
        run = command()
        assert run.changed == {}, run.differences
        assert run.calls == []
    assert all(kept["type"].startswith((OURS, "pulumi:")) for kept in stack.state()["resources"])


def as_of_the_peer(deployment: Any, generation: int) -> Any:
    """A state of ours under the names of one of the peer's generations, with the peer's notes in it."""
    text = json.dumps(deployment)
    for token, resource in RESOURCES.items():
        text = re.sub(rf"{token}(?=[\":$])", resource["aliases"][min(generation, len(resource["aliases"]) - 1)]["type"], text)
    text = text.replace("pulumi:providers:evalap-scaleway", "pulumi:providers:scaleway")
    deployment = json.loads(text)
    for resource in deployment["resources"]:
        if resource["type"].startswith("scaleway:"):
            resource["outputs"].update(NOTES)
    return deployment


def add_measured(resources: list[dict[str, Any]], cases: dict[str, Any]) -> None:
    """Adds the peer's provider and the measured states to those of an empty stack."""
    parent = resources[0]["urn"]
    of_stack = parent.split("::pulumi:")[0]
    provider = {
        "urn": f"{of_stack}::pulumi:providers:scaleway::default_1_60_0",
        "type": "pulumi:providers:scaleway",
        "custom": True,
        "id": "5ca1e3a7-fa4e-4000-8000-0000000000bb",
        "inputs": {"version": "1.60.0"},
        "outputs": {"version": "1.60.0"},
    }
    resources.append(provider)
    for name, (peer, case) in cases.items():
        inputs = case["checkedInputs"]
        made = [key for key in inputs if key not in case["inputs"]]
        resources.append(
            {
                "urn": f"{of_stack}::{peer}::{name}",
                "type": peer,
                "custom": True,
                "id": case["id"],
                "parent": parent,
                "provider": f"{provider['urn']}::{provider['id']}",
                "inputs": {**stored(inputs), "__defaults": made},
                "outputs": {**stored(case["state"]), **NOTES},
            }
        )


def of_ours(peer: str) -> str:
    """Our token for the peer's modular one."""
    return "evalap-" + peer


def spoken(value: Any) -> Any:
    """A measured value as a program gives it."""
    return converted(value, pulumi.Output.secret)


def stored(value: Any) -> Any:
    """A measured value as a state holds it."""
    return converted(value, lambda secret: {**SECRET, "plaintext": json.dumps(secret)})


def converted(value: Any, of_secret: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        if set(value) == {"secret"}:
            return of_secret(value["secret"])
        return {key: converted(inner, of_secret) for key, inner in value.items()}
    if isinstance(value, list):
        return [converted(inner, of_secret) for inner in value]
    return value
