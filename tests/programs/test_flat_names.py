"""Flat names make the same resources as modular ones, and a stack changes from one generation to the other for nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, Callable

import evalap_scaleway
import pulumi
import yaml

from documents import ROOT
from stack import Stack
from test_resources import TABLES, resolve

SCHEMA = json.loads((ROOT / "schema" / "schema.json").read_text())
OURS = "evalap-scaleway:index/"


def flat_names() -> dict[str, str]:
    """The flat name of each class, such as `RegistryNamespace` of `registry.Namespace`."""
    names = {}
    for token, resource in SCHEMA["resources"].items():
        module, name = token.split(":")[1].split("/")[0], token.split(":")[2]
        for alias in resource["aliases"]:
            if alias["type"].startswith(OURS) and module != "index":
                names[f"{module}.{name}"] = alias["type"].split(":")[2]
    return names


def test_one_of_every_resource_changes_its_name_for_nothing(stack: Callable[..., Stack]) -> None:
    flat = flat_names()
    tables = {f"{table.parent.name}-{table.stem}": yaml.safe_load(table.read_text()) for table in TABLES}
    assert {table["class"] for table in tables.values()} >= set(flat), "a resource with a flat name has no table"

    def program(is_flat: bool) -> None:
        for prefix, table in tables.items():
            made: dict[str, Any] = {}
            for name, parent in {**(table.get("parents") or {}), "main": table}.items():
                inputs = resolve(parent.get("inputs") or {}, lambda of, output: getattr(made[of], output))
                made[name] = class_of(parent["class"], flat if is_flat else {})(f"{prefix}-{name}", **inputs)

    made = stack(lambda: program(True))
    made.up()
    generations = {resource["type"].startswith(OURS) for resource in made.resources().values()}
    assert generations >= {True}
    for is_flat in [False, True]:
        made.program = lambda: program(is_flat)
        for command in [made.preview, made.up]:
            run = command()
            assert run.changed == {}, run.differences
            assert run.calls == []
    made.destroy()


def class_of(path: str, flat: dict[str, str]) -> Any:
    if path in flat:
        return getattr(evalap_scaleway, flat[path])
    module, name = path.split(".")
    return getattr(getattr(evalap_scaleway, module), name)


def test_flat_lookups_and_types_are_there(stack: Callable[..., Stack]) -> None:
    def program() -> None:
        subnet = evalap_scaleway.VpcPrivateNetworkIpv4SubnetArgs(subnet="172.16.32.0/22")
        network = evalap_scaleway.VpcPrivateNetwork("net", ipv4_subnet=subnet)
        found = evalap_scaleway.get_vpc_private_network_output(private_network_id=network.id)
        pulumi.export("subnet", found.ipv4_subnets[0].subnet)

    made = stack(program)
    made.up()
    assert made.outputs() == {"subnet": "172.16.32.0/22"}


def test_a_class_is_imported_when_it_is_first_asked_for() -> None:
    code = "import sys, evalap_scaleway; evalap_scaleway.Container; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "evalap_scaleway.container" in loaded
    assert "evalap_scaleway.database_instance" not in loaded
