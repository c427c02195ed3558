"""An engine upgrade changes the ID of a database instance, and its databases, users and other parts are kept."""

from __future__ import annotations

from typing import Any, Callable

import pulumi
import pytest
from evalap_scaleway import databases

from fake import Calls, Fake
from stack import Failed, Stack

NAMES = ("instance", "database", "user", "privilege", "acl", "backup", "snapshot")
RULES = [{"ip": "203.0.113.7/32", "description": "office"}]


class Program:
    """An instance with every kind of part, with the current engine."""

    def __init__(self) -> None:
        self.engine = "PostgreSQL-15"
        self.more: dict[str, Any] = {}
        self.with_replica = False

    def __call__(self) -> None:
        instance = databases.Instance(
            "instance",
            engine=self.engine,
            node_type="DB-DEV-S",
            is_ha_cluster=True,
            user_name="owner",
            password="Old-password-1",
            backup_schedule_frequency=12,
            settings={"work_mem": "8"},
            tags=["kept"],
            **self.more,
        )
        database = databases.Database("database", instance_id=instance.id, name="app")
        user = databases.User("user", instance_id=instance.id, name="writer", password="Old-password-1")
        databases.Privilege(
            "privilege",
            instance_id=instance.id,
            database_name=database.name,
            user_name=user.name,
            permission="readwrite",
        )
        databases.Acl("acl", instance_id=instance.id, acl_rules=RULES)
        databases.DatabaseBackup("backup", instance_id=instance.id, database_name=database.name)
        databases.Snapshot("snapshot", instance_id=instance.id)
        if self.with_replica:
            databases.ReadReplica("replica", instance_id=instance.id, direct_access={})
        pulumi.export("id", instance.id)
        pulumi.export("address", instance.load_balancer.ip)


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
def deployed(program: Program, stack: Callable[..., Stack]) -> Stack:
    """A stack with the older engine."""
    deployed = stack(program)
    deployed.up()
    program.engine = "PostgreSQL-16"
    return deployed


def instances(fake: Fake) -> list[dict[str, Any]]:
    return [found["fields"] for found in fake.objects("rdb/instance")]


def upgrades(calls: Calls) -> int:
    return sum(1 for call in calls.writes if call.path.endswith("/upgrade"))


def uuid(stack: Stack) -> str:
    return stack.resources()["instance"]["id"].split("/")[1]


def stays(stack: Stack, fake: Fake) -> None:
    """An up and a refresh change nothing, and all IDs are those of the one instance."""
    for run in (stack.preview(), stack.up(), stack.refresh(), stack.up()):
        assert run.changed == {}, run.differences
        assert run.calls.writes == []
    (only,) = instances(fake)
    resources = stack.resources()
    assert stack.outputs()["id"] == f"fr-par/{only['id']}"
    for name in ("database", "user", "privilege", "acl"):
        assert resources[name]["id"].split("/")[1] == only["id"], name
    for name in NAMES[1:]:
        assert resources[name]["inputs"]["instanceId"] == f"fr-par/{only['id']}", name


def test_upgrade_updates_only_the_instance(
    program: Program, deployed: Stack, fake: Fake
) -> None:
    (old,) = instances(fake)
    ids = {name: deployed.resources()[name]["id"] for name in ("backup", "snapshot")}
    address = deployed.outputs()["address"]

    preview = deployed.preview()
    assert list(preview.changed.values()) == [["update"]], preview.operations
    assert preview.difference("instance") == ["engine"]
    assert "moving the data to a new instance" in preview.output
    assert "may be rejected" not in preview.output

    run = deployed.up()
    assert list(run.changed.values()) == [["update"]], run.operations
    (new,) = instances(fake)
    assert new["id"] != old["id"], "the upgrade creates a new instance"
    assert new["engine"] == "PostgreSQL-16"
    kept = ("name", "is_ha_cluster", "tags", "settings", "node_type", "volume", "endpoints")
    assert {field: new[field] for field in kept} == {field: old[field] for field in kept}
    assert new["backup_schedule"]["frequency"] == 12
    (rule,) = fake.objects("rdb/acl_rule")
    assert rule["fields"]["ip"] == "203.0.113.7/32"
    assert deployed.outputs()["address"] == address

    stays(deployed, fake)
    assert {name: deployed.resources()[name]["id"] for name in ids} == ids
    deployed.destroy()
    assert instances(fake) == []


def test_refresh_after_the_upgrade_keeps_all_parts(deployed: Stack, fake: Fake) -> None:
    deployed.up()
    refresh = deployed.refresh()
    assert refresh.changed == {}, refresh.differences
    stays(deployed, fake)


def test_parts_can_change_in_the_same_up_as_the_upgrade_and_later(
    program: Program, deployed: Stack, fake: Fake
) -> None:
    RULES.append({"ip": "198.51.100.1/32", "description": "home"})
    try:
        run = deployed.up()
        assert run.of("acl") == ["update"]
        assert len(fake.objects("rdb/acl_rule")) == 2
        del RULES[1]
        assert deployed.up().of("acl") == ["update"]
        assert len(fake.objects("rdb/acl_rule")) == 1
    finally:
        del RULES[1:]
    stays(deployed, fake)


def test_destroy_after_the_upgrade_deletes_everything(deployed: Stack, fake: Fake) -> None:
    deployed.up()
    deployed.destroy()
    assert instances(fake) == []
    assert fake.objects("rdb/database") == []


def test_upgrade_with_an_ambiguous_response_is_not_repeated(deployed: Stack, fake: Fake) -> None:
    fake.fault("drop_after", path="*/upgrade")
    with pytest.raises(Failed):
        deployed.up()
    deployed.up()
    (new,) = instances(fake)
    assert (new["engine"], new["is_ha_cluster"]) == ("PostgreSQL-16", True)
    stays(deployed, fake)


def test_refresh_finds_an_unrecorded_upgrade_and_the_next_up_completes_it(deployed: Stack, fake: Fake) -> None:
    (old,) = instances(fake)
    version = next(one["id"] for one in old["upgradable_version"] if one["name"] == "PostgreSQL-16")
    workflow = {"upgradable_version_id": version, "with_endpoints": True}
    fake.call(
        "POST",
        f"/rdb/v1/regions/fr-par/instances/{old['id']}/upgrade",
        {"major_upgrade_workflow": workflow},
    )
    deployed.refresh()
    assert uuid(deployed) != old["id"]
    assert "the previous instance still exists" in deployed.preview().output
    deployed.up()
    (new,) = instances(fake)
    assert (new["id"], new["is_ha_cluster"]) == (uuid(deployed), True)
    stays(deployed, fake)


def test_upgrade_that_fails_after_the_new_instance_exists_is_continued(
    deployed: Stack, fake: Fake
) -> None:
    fake.fault({"status": {"code": 400, "body": {"message": "not today"}}}, method="DELETE", path="*/instances/*")
    with pytest.raises(Failed):
        deployed.up()
    assert len(instances(fake)) == 2
    run = deployed.up()
    assert upgrades(run.calls) == 0
    stays(deployed, fake)


def test_older_or_different_engine_is_rejected_at_preview(program: Program, deployed: Stack) -> None:
    for engine, reason in {
        "PostgreSQL-14": "cannot be downgraded from PostgreSQL-15",
        "MySQL-8": "stays with PostgreSQL",
    }.items():
        program.engine = engine
        with pytest.raises(Failed, match=reason):
            deployed.preview()


def test_instance_with_read_replicas_is_not_upgraded(program: Program, deployed: Stack, fake: Fake) -> None:
    program.engine, program.with_replica = "PostgreSQL-15", True
    deployed.up()
    deployed.refresh()
    program.engine = "PostgreSQL-16"
    assert "while it has read replicas" in deployed.preview().output
    with pytest.raises(Failed, match="the upgrade does not copy read replicas"):
        deployed.up()
    assert len(instances(fake)) == 1
