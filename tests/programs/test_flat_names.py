"""Flat names are aliases of modular names, and a stack can change from one to the other without differences."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Mapping

import evalap_scaleway
import pulumi
import pytest
import yaml

import test_resources
from documents import ROOT
from stack import Stack
from test_everything import discontinued
from test_resources import TABLES, groups, make, names_of, subject_of

SCHEMA = json.loads((ROOT / "schema" / "schema.json").read_text())
OURS = "evalap-scaleway:index/"


def flat_names() -> dict[str, str]:
    """The flat name of each class that can be created, such as `RegistryNamespace` for `registry.Namespace`."""
    names = {}
    for token, resource in SCHEMA["resources"].items():
        module, name = token.split(":")[1].split("/")[0], token.split(":")[2]
        if discontinued(resource):
            continue
        for alias in resource.get("aliases", []):
            if alias["type"].startswith(OURS) and module != "index":
                names[f"{module}.{name}"] = alias["type"].split(":")[2]
    return names


FLAT = flat_names()


def test_every_class_with_a_flat_name_has_a_table() -> None:
    tested = {yaml.safe_load(table.read_text())["class"] for table in TABLES}
    assert set(FLAT) - tested == NO_TABLE


# A membership consists of two names and cannot be changed; test_identities.py tests it. A Cockpit exists as long as its
# project and cannot be deleted outside of Pulumi.
NO_TABLE = {"iam.GroupMembership", "observability.Cockpit"}


@pytest.mark.parametrize(
    "tables", groups([table for table in TABLES if yaml.safe_load(table.read_text())["class"] in FLAT]), ids=names_of
)
def test_stack_changes_between_flat_and_modular_names_without_differences(
    tables: list[Path], stack: Callable[..., Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    subjects = [subject_of(table) for table in tables]

    def make_flat(path: str, name: str, inputs: Mapping[str, Any], options: Any = None) -> Any:
        if path not in FLAT:
            return make(path, name, inputs, options)
        return getattr(evalap_scaleway, FLAT[path])(name, **inputs, opts=options)

    def flat_in_the_state() -> set[str]:
        state = deployed.resources()
        return {subject.main for subject in subjects if state[subject.main]["type"].startswith(OURS)}

    deployed = stack(lambda: [subject.program() for subject in subjects])
    monkeypatch.setattr(test_resources, "make", make_flat)
    deployed.up()
    assert flat_in_the_state() == {subject.main for subject in subjects}
    monkeypatch.setattr(test_resources, "make", make)
    # The first up changes the names in the state, so the second one changes them back.
    for command in [deployed.up, deployed.preview]:
        run = command()
        assert run.changed == {}, run.differences
        assert run.calls == []
        monkeypatch.setattr(test_resources, "make", make_flat)
    assert flat_in_the_state() == set()


def test_flat_lookups_and_types_exist(stack: Callable[..., Stack]) -> None:
    def program() -> None:
        subnet = evalap_scaleway.VpcPrivateNetworkIpv4SubnetArgs(subnet="172.16.32.0/22")
        network = evalap_scaleway.VpcPrivateNetwork("net", ipv4_subnet=subnet)
        found = evalap_scaleway.get_vpc_private_network_output(private_network_id=network.id)
        pulumi.export("subnet", found.ipv4_subnets[0].subnet)

    deployed = stack(program)
    deployed.up()
    assert deployed.outputs() == {"subnet": "172.16.32.0/22"}


def test_class_is_imported_on_first_access() -> None:
    code = "import sys, evalap_scaleway; evalap_scaleway.Container; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "evalap_scaleway.container" in loaded
    assert "evalap_scaleway.database_instance" not in loaded
