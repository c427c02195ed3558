"""A stack of `pulumiverse_scaleway` continues with this provider: no changes, replacements or requests."""

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
CATALOG = json.loads((ROOT / "schema" / "catalog.json").read_text())
SCHEMA = json.loads((ROOT / "schema" / "schema.json").read_text())
# `pulumiverse_scaleway` has no components.
SCHEMA["resources"] = {token: it for token, it in SCHEMA["resources"].items() if not it.get("isComponent")}

# The resources by their modular tokens.
RESOURCES = {token: resource for token, resource in SCHEMA["resources"].items() if ":index/" not in token}

# The measured behaviour of each resource of `pulumiverse_scaleway`; see the README beside it.
MEASURED = ROOT.parent / "shared" / "peer-compat" / "measured-calls.json"

# States of resources that were not measured, derived from the schema and the behaviour of `pulumiverse_scaleway`.
DERIVED_STATES = Path(__file__).with_name("pulumiverse_states.json")

# Internal properties of `pulumiverse_scaleway` in a state.
INTERNAL_PROPERTIES = {"__meta": '{"schema_version":"1"}', "__pulumi_raw_state_delta": {"obj": {}}}

# Pulumi's marker of a secret in a state.
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


@pytest.mark.parametrize("generation", [0, 1], ids=["modular names", "flat names"])
def test_example_is_migrated_with_aliases(generation: int, tmp_path: Path, fake: Fake) -> None:
    stack = example_stack(tmp_path, fake)
    stack.up()
    exported = stack.automation.export_stack()
    exported.deployment = as_pulumiverse(exported.deployment, generation)
    stack.automation.import_stack(exported)
    assert stack.resources() == {}
    check_no_changes(stack)
    refresh = stack.refresh()
    assert refresh.changed == {}, refresh.differences
    stack.destroy()


@pytest.mark.parametrize("generation", [0, 1], ids=["modular names", "flat names"])
def test_example_is_migrated_by_rewriting_its_state(generation: int, tmp_path: Path, fake: Fake) -> None:
    stack = example_stack(tmp_path, fake)
    stack.up()
    names = stack.resources().keys()
    exported = stack.automation.export_stack()
    theirs = as_pulumiverse(exported.deployment, generation)
    exported.deployment = migrated(theirs)
    stack.automation.import_stack(exported)
    assert stack.resources().keys() == names
    # A refresh works before the program ran: the state contains everything that it needs.
    refresh = stack.refresh()
    assert refresh.changed == {}, refresh.differences
    check_no_changes(stack)
    providers = [kept for kept in stack.state()["resources"] if kept["type"].startswith("pulumi:providers:")]
    assert [provider["id"] for provider in providers] == [
        provider["id"] for provider in theirs["resources"] if provider["type"].startswith("pulumi:providers:")
    ], "the provider is the existing one"
    stack.destroy()


# Types that were added after the states of pulumiverse_scaleway were recorded. `tests/parity` compares their properties.
WITHOUT_STATES = (
    # `pulumiverse_scaleway` does not have these.
    "annotations/",
    "audittrail/",
    "billing/",
    "block/",
    "databases/serverlessDatabase:",
    "datalab/",
    "domain/registration:",
    "edgeservices/",
    "iam/saml",
    "iam/scim",
    "inference/",
    "instance/",
    "ipam/ipReverseDns:",
    "kafka/",
    "kubernetes/",
    "loadbalancers/",
    "mnq/",
    "opensearch/",
    "redis/",
)


@pytest.mark.parametrize("rewritten", [False, True], ids=["by aliases", "by rewriting"])
def test_every_resource_type_is_migrated(rewritten: bool, stack: Callable[..., Stack]) -> None:
    needs_recordings(MEASURED)
    measured = {name: case for name, case in json.loads(MEASURED.read_text()).items() if "state" in case}
    states = json.loads(DERIVED_STATES.read_text()) | measured
    # Properties that only this provider has are not in their state, and no actions.
    actions = {f"{OURS}{token}" for token, resource in CATALOG["resources"].items() if "action" in resource}
    theirs = {token for token in RESOURCES if not token.startswith(f"{OURS}evalap/")} - actions
    cases = {
        re.sub(r"\W+", "-", name): (name.split()[0], case)
        for name, case in states.items()
        if own_token(name.split()[0]) in theirs
    }
    tested = {own_token(pulumiverse) for pulumiverse, _ in cases.values()}
    assert tested <= theirs
    assert [token for token in theirs - tested if not token.removeprefix(OURS).startswith(WITHOUT_STATES)] == []

    def program() -> None:
        for name, (pulumiverse, case) in cases.items():
            options = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=pulumiverse)], version=SCHEMA["version"])
            pulumi.CustomResource(own_token(pulumiverse), name, program_inputs(case["inputs"]), options)

    deployed = stack(lambda: None)
    deployed.up()
    exported = deployed.automation.export_stack()
    add_measured(exported.deployment["resources"], cases)
    if rewritten:
        exported.deployment = migrated(exported.deployment)
    deployed.automation.import_stack(exported)
    deployed.program = program
    check_no_changes(deployed)
    assert len(deployed.resources()) == len(cases)


@pytest.mark.parametrize("rewritten", [False, True], ids=["by aliases", "by rewriting"])
def test_discontinued_resource_stays_until_a_refresh(rewritten: bool, stack: Callable[..., Stack]) -> None:
    pulumiverse, inputs = "scaleway:network/publicGatewayDhcp:PublicGatewayDhcp", {"subnet": "192.168.0.0/24"}
    zone = {"zone": "fr-par-1", "enableDynamic": True, "poolLow": "192.168.0.2", "poolHigh": "192.168.0.254"}
    case = {
        "inputs": inputs,
        "checkedInputs": inputs,
        "id": "fr-par-1/22222222-2222-2222-2222-222222222222",
        "state": {**inputs, **zone},
    }

    def program() -> None:
        options = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=pulumiverse)], version=SCHEMA["version"])
        pulumi.CustomResource(own_token(pulumiverse), "dhcp", inputs, options)

    deployed = stack(lambda: None)
    deployed.up()
    exported = deployed.automation.export_stack()
    add_measured(exported.deployment["resources"], {"dhcp": (pulumiverse, case)})
    if rewritten:
        exported.deployment = migrated(exported.deployment)
    deployed.automation.import_stack(exported)
    deployed.program = program
    check_no_changes(deployed)
    deployed.refresh()
    assert deployed.resources() == {}
    # The next run would create it again: the preview fails with the replacement to use.
    for command in (deployed.preview, deployed.up):
        with pytest.raises(Failed) as failed:
            command()
        assert "network.PrivateNetwork" in str(failed.value)
    deployed.program = lambda: None
    assert deployed.up().changed == {}


def migrated(deployment: Any) -> Any:
    """A `pulumiverse_scaleway` state that the plugin has rewritten."""
    export = json.dumps({"version": 3, "deployment": deployment})
    command = ["pulumi-resource-evalap-scaleway", "migrate-state"]
    ran = subprocess.run(command, input=export, capture_output=True, text=True, check=True)
    assert "migrated: " in ran.stderr
    return json.loads(ran.stdout)["deployment"]


def check_no_changes(stack: Stack) -> None:
    """Preview and up of the changed program change nothing."""
    for command in (stack.preview, stack.up):
        run = command()
        assert run.changed == {}, run.differences
        assert run.calls == []
    assert all(kept["type"].startswith((OURS, "pulumi:")) for kept in stack.state()["resources"])


def as_pulumiverse(deployment: Any, generation: int) -> Any:
    """A state of this provider under the names of a `pulumiverse_scaleway` generation, with its internal properties."""
    text = json.dumps(deployment)
    for token, resource in RESOURCES.items():
        text = re.sub(rf"{token}(?=[\":$])", resource["aliases"][min(generation, len(resource["aliases"]) - 1)]["type"], text)
    text = text.replace("pulumi:providers:evalap-scaleway", "pulumi:providers:scaleway")
    deployment = json.loads(text)
    for resource in deployment["resources"]:
        if resource["type"].startswith("scaleway:"):
            resource["outputs"].update(INTERNAL_PROPERTIES)
    return deployment


def add_measured(resources: list[dict[str, Any]], cases: dict[str, Any]) -> None:
    """Adds the `pulumiverse_scaleway` provider and the measured states to those of an empty stack."""
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
    for name, (pulumiverse, case) in cases.items():
        inputs = case["checkedInputs"]
        deployed = [key for key in inputs if key not in case["inputs"]]
        resources.append(
            {
                "urn": f"{of_stack}::{pulumiverse}::{name}",
                "type": pulumiverse,
                "custom": True,
                "id": case["id"],
                "parent": parent,
                "provider": f"{provider['urn']}::{provider['id']}",
                "inputs": {**stored(inputs), "__defaults": deployed},
                "outputs": {**stored(case["state"]), **INTERNAL_PROPERTIES},
            }
        )


def own_token(pulumiverse: str) -> str:
    """The token of this provider for a modular token of `pulumiverse_scaleway`."""
    return "evalap-" + pulumiverse


def program_inputs(value: Any) -> Any:
    """A measured value as a program input."""
    return converted(value, pulumi.Output.secret)


def stored(value: Any) -> Any:
    """A measured value in the format of a state."""
    return converted(value, lambda secret: {**SECRET, "plaintext": json.dumps(secret)})


def converted(value: Any, of_secret: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        if set(value) == {"secret"}:
            return of_secret(value["secret"])
        return {key: converted(inner, of_secret) for key, inner in value.items()}
    if isinstance(value, list):
        return [converted(inner, of_secret) for inner in value]
    return value
