"""What programs written for the community's Scaleway package do, with only the import changed."""

from __future__ import annotations

from typing import Callable

import evalap_scaleway
import pulumi
from evalap_scaleway import containers, databases, network, registry, secrets

from stack import Stack


def arguments_in_objects() -> None:
    """Arguments collected in an object, by position or by name, and changed after it was made."""
    by_position = registry.NamespaceArgs(description="first")
    by_position.description = "changed afterwards"
    registry.Namespace("by-position", by_position, pulumi.ResourceOptions(protect=False))
    by_name = secrets.SecretArgs(tags=["one"])
    by_name.path = "/by/name"
    secrets.Secret("by-name", args=by_name)


def dictionaries() -> None:
    """Nested arguments as dictionaries with snake_case keys, and empty ones that mean something."""
    wire = evalap_scaleway.network.PrivateNetwork("wire", ipv4_subnet={"subnet": "172.16.8.0/22"})
    databases.Instance(
        "both-endpoints",
        engine="postgresql-16",
        node_type="DB-DEV-S",
        private_network={"pn_id": wire.id, "enable_ipam": True},
        load_balancer={},
        logs_policy={"max_age_retention": 10},
    )
    group = evalap_scaleway.containers.Namespace("dictionaries")
    evalap_scaleway.containers.Container(
        "dictionaries",
        namespace_id=group.id,
        registry_image="registry.example.org/web:1",
        memory_limit=1024,
        cpu_limit=500,
        http_option="redirected",
        deploy=True,
        scaling_options=[{"concurrent_requests_threshold": 20}],
        startup_probe={"http": {"path": "/"}, "failure_threshold": 3, "interval": "1m0s", "timeout": "5s"},
    )


def what_is_not_given() -> None:
    """None for what is optional, no region, no name, a tag twice."""
    group = containers.Namespace("nothing", description=None, tags=["twice", "twice"], region=None, project_id=None)
    containers.Container("nothing", namespace_id=group.id, image="registry.example.org/web:1", port=None, args=None)
    network.Vpc("nothing", tags=None, name=None)
    databases.Instance(
        "nothing", engine="PostgreSQL-16", node_type="db-dev-s", disable_backup=True, tags=[], settings=None
    )


def ids() -> None:
    """Ids handed on with their region, and cut off by hand."""
    instance = databases.Instance(
        "ids", engine="PostgreSQL-16", node_type="DB-DEV-S", user_name="admin", password="Peer-1234"
    )
    database = databases.Database("ids", instance_id=instance.id, name="ids")
    user = databases.User("ids", instance_id=instance.id, name="ids", password="Peer-12345", is_admin=False)
    databases.Privilege(
        "ids",
        instance_id=instance.id.apply(lambda found: found.split("/")[1]),
        database_name=database.name,
        user_name=user.name,
        permission="all",
    )
    vpc = network.Vpc("ids")
    network.PrivateNetwork("ids", vpc_id=vpc.id.apply(lambda found: found.split("/")[1]))
    secret = secrets.Secret("ids")
    secrets.Version("ids", secret_id=secret.id.apply(lambda found: found.split("/")[1]), data="value")


def program() -> None:
    arguments_in_objects()
    dictionaries()
    what_is_not_given()
    ids()


def test_programs_of_the_peer_run_and_rest(stack: Callable[..., Stack]) -> None:
    made = stack(program)
    assert made.preview().calls == []
    made.up()
    resources = made.resources()
    assert resources["by-position"]["outputs"]["description"] == "changed afterwards"
    assert resources["by-name"]["outputs"]["path"] == "/by/name"

    again = made.up()
    assert again.changed == {}, again.differences
    assert again.calls == []
    refresh = made.refresh()
    assert refresh.changed == {}, refresh.differences
    preview = made.preview()
    assert preview.changed == {}, f"after the refresh: {preview.differences}"
    made.destroy()


# One container in the words of either generation.
OLD_WORDS = {
    "registry_image": "registry.example.org/web:1",
    "memory_limit": 1024,
    "local_storage_limit": 2000,
    "http_option": "redirected",
    "health_checks": [{"https": [{"path": "/health"}], "failure_threshold": 3, "interval": "20s"}],
    "deploy": True,
}
NEW_WORDS = {
    "image": "registry.example.org/web:1",
    "memory_limit_bytes": 1024000000,
    "local_storage_limit_bytes": 2000000000,
    "https_connections_only": True,
    "liveness_probe": {"http": {"path": "/health"}, "failure_threshold": 3, "interval": "20s", "timeout": "1s"},
}


def test_other_words_for_the_same_container_change_nothing(stack: Callable[..., Stack]) -> None:
    words = OLD_WORDS

    def program() -> None:
        group = containers.Namespace("group")
        web = containers.Container("web", namespace_id=group.id, cpu_limit=1000, **words)
        # Either name of an output tells the same address.
        pulumi.export("same", pulumi.Output.concat("https://", web.domain_name).apply(str))
        pulumi.export("address", web.public_endpoint)

    made = stack(program)
    made.up()
    outputs = made.outputs()
    assert outputs["same"] == outputs["address"]
    for words in (NEW_WORDS, OLD_WORDS):
        switched = made.up()
        assert switched.changed == {}, switched.differences
        assert switched.calls == []
        refresh = made.refresh()
        assert refresh.changed == {}, refresh.differences
    # What is changed in other words is changed all the same, and nothing else is.
    words = {**NEW_WORDS, "memory_limit_bytes": 2048000000}
    run = made.up()
    assert run.of("web") == ["update"] and run.difference("web") == ["memoryLimitBytes"], run.differences


def test_saying_what_was_the_default_changes_nothing(stack: Callable[..., Stack]) -> None:
    said: dict[str, object] = {}

    def spoken() -> None:
        group = containers.Namespace("group", **said)
        containers.Container("web", namespace_id=group.id, image="registry.example.org/web:1", **said)
        databases.Instance("instance", engine="PostgreSQL-16", node_type="DB-DEV-S", **said)
        secrets.Secret("secret", **said)
        network.Vpc("vpc", **said)

    made = stack(spoken)
    made.up()
    said["region"] = "fr-par"
    assert made.up().changed == {}
