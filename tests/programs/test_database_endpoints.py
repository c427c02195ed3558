"""Endpoints of database instances: every combination can be created, and updated to every other one."""

from __future__ import annotations

from typing import Any, Callable

import pytest
from evalap_scaleway import databases, network

from fake import Fake
from stack import Failed, Stack

PUBLIC = (False, True)
PRIVATE = ("none", "default", "ipam", "static")
COMBINATIONS = [(public, private) for public in PUBLIC for private in PRIVATE]


class Program:
    """An instance for each combination; `turned` gives each the combination at that distance in the list."""

    def __init__(self) -> None:
        self.turned = 0

    def combination(self, index: int) -> tuple[bool, str]:
        return COMBINATIONS[(index + self.turned) % len(COMBINATIONS)]

    def __call__(self) -> None:
        wire = network.PrivateNetwork("wire", ipv4_subnet={"subnet": "172.16.8.0/22"})
        for index in range(len(COMBINATIONS)):
            public, private = self.combination(index)
            endpoints: dict[str, Any] = {"load_balancer": {}} if public else {}
            if private != "none":
                settings = {"default": {}, "ipam": {"enable_ipam": True}, "static": {"ip_net": address(index)}}
                endpoints["private_network"] = {"pn_id": wire.id, **settings[private]}
            databases.Instance(f"data-{index}", engine="PostgreSQL-16", node_type="DB-DEV-S", **endpoints)


def address(index: int) -> str:
    return f"172.16.9.{10 + index}/22"


def endpoints(stack: Stack, fake: Fake, index: int) -> dict[str, dict[str, Any]]:
    """The endpoints of an instance by kind; each kind occurs once."""
    found = fake.object(stack.resources()[f"data-{index}"]["id"].split("/")[1])["endpoints"]
    kinds = {next(kind for kind in ("load_balancer", "private_network") if kind in one): one for one in found}
    assert len(kinds) == len(found), found
    return kinds


def test_every_combination_is_updated_to_every_other_one(stack: Callable[..., Stack], fake: Fake) -> None:
    program = Program()
    deployed = stack(program)
    before: list[tuple[str | None, dict[str, dict[str, Any]]]] = []
    for step in range(len(COMBINATIONS)):
        program.turned += step
        run = deployed.up()
        assert {name for done in run.changed.values() for name in done} <= {"create", "update"}, run.operations
        after = []
        for index in range(len(COMBINATIONS)):
            public, private = program.combination(index)
            old_mode, old = before[index] if before else (None, {})
            found = endpoints(deployed, fake, index)
            # An endpoint that the program no longer sets stays; a new instance has a public endpoint by default.
            expected_public = public or "load_balancer" in old or (not before and private == "none")
            where = f"{old_mode} {sorted(old)} -> {public} {private}"
            assert ("load_balancer" in found) == expected_public, where
            assert ("private_network" in found) == (private != "none"), where
            if private != "none":
                details = found["private_network"]["private_network"]
                # The source of the address stays too if the program no longer sets it.
                default = old_mode or "ipam"
                mode = {"default": default, "ipam": "ipam", "static": "static"}[private]
                assert details["provisioning_mode"] == mode, where
                assert private != "static" or details["service_ip"] == address(index), where
            same = ["load_balancer"] if "load_balancer" in old else []
            mode = found["private_network"]["private_network"]["provisioning_mode"] if private != "none" else None
            if mode is not None and mode == old_mode:
                same.append("private_network")
            for kind in same:
                assert found[kind]["id"] == old[kind]["id"], f"{where}: the {kind} endpoint was replaced"
            after.append((mode, found))
        before = after
        again = deployed.up()
        assert again.changed == {}, again.differences
        assert again.calls == []
        refresh = deployed.refresh()
        assert refresh.changed == {}, refresh.differences
    deployed.destroy()
    assert fake.objects("rdb/instance") == []


def test_default_public_endpoint_is_reported_and_removed(stack: Callable[..., Stack], fake: Fake) -> None:
    """An instance from a snapshot has a public endpoint, and its removal fails once."""

    def program() -> None:
        wire = network.PrivateNetwork("wire")
        first = databases.Instance("first", engine="PostgreSQL-16", node_type="DB-DEV-S", volume_type="sbs_5k")
        snapshot = databases.Snapshot("snapshot", instance_id=first.id)
        databases.Instance(
            "restored",
            node_type="DB-DEV-S",
            volume_type="sbs_5k",
            snapshot_id=snapshot.id,
            private_network={"pn_id": wire.id},
        )

    fake.fault({"status": {"code": 400, "body": {"message": "not today"}}}, method="DELETE", path="*/endpoints/*")
    deployed = stack(program)
    with pytest.raises(Failed, match="not today"):
        deployed.up()
    deployed.refresh()
    preview = deployed.preview()
    assert preview.of("restored") == ["update"]
    # The other settings of the failed step are sent again too.
    assert "loadBalancer" in preview.difference("restored")
    deployed.up()
    restored = fake.object(deployed.resources()["restored"]["id"].split("/")[1])
    assert [one for one in restored["endpoints"] if "load_balancer" in one] == []
    again = deployed.up()
    assert again.changed == {}, again.differences
    refresh = deployed.refresh()
    assert refresh.changed == {}, refresh.differences


def test_settings_are_the_complete_set(stack: Callable[..., Stack], fake: Fake) -> None:
    """Omitted settings are removed, and Scaleway's defaults are not a difference."""
    settings: dict[str, str] = {}
    more: dict[str, Any] = {}

    def program() -> None:
        databases.Instance("data", engine="PostgreSQL-16", node_type="DB-DEV-S", settings=settings or None, **more)

    deployed = stack(program)
    deployed.up()
    uuid = deployed.resources()["data"]["id"].split("/")[1]
    assert len(fake.object(uuid)["settings"]) > 1
    settings["work_mem"] = "8"
    assert deployed.up().of("data") == ["update"]
    assert fake.object(uuid)["settings"] == [{"name": "work_mem", "value": "8"}]
    settings["max_connections"] = "150"
    assert deployed.up().difference("data") == ["settings.max_connections"]
    assert deployed.up().changed == {}
    # A setting that was added outside of Pulumi is not managed by the program, and stays.
    names = [{"name": "maintenance_work_mem", "value": "300"}]
    fake.call("POST", f"/rdb/v1/regions/fr-par/instances/{uuid}/settings", {"settings": names})
    refresh = deployed.refresh()
    assert refresh.changed == {}, refresh.differences
    # A setting of the program was changed outside of Pulumi.
    fake.call(
        "POST",
        f"/rdb/v1/regions/fr-par/instances/{uuid}/settings",
        {"settings": [{"name": "work_mem", "value": "16"}]},
    )
    assert deployed.refresh().difference("data") == ["settings.work_mem"]
    assert deployed.up().of("data") == ["update"]
    assert {"name": "work_mem", "value": "8"} in fake.object(uuid)["settings"]
    more["disable_backup"] = True
    assert deployed.up().of("data") == ["update"]
    assert fake.object(uuid)["backup_schedule"]["next_run_at"] is None
    assert deployed.up().changed == {}
    assert deployed.refresh().changed == {}
