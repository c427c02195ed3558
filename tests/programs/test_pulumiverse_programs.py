"""Programs for `pulumiverse_scaleway` in which only the import was changed."""

from __future__ import annotations

from typing import Callable

import evalap_scaleway
import pulumi
from evalap_scaleway import containers, databases, network, registry, secrets

from stack import Stack


def arguments_in_objects() -> None:
    """Argument objects, by position or by name, changed after their creation."""
    by_position = registry.NamespaceArgs(description="first")
    by_position.description = "changed afterwards"
    registry.Namespace("by-position", by_position, pulumi.ResourceOptions(protect=False))
    by_name = secrets.SecretArgs(tags=["one"])
    by_name.path = "/by/name"
    secrets.Secret("by-name", args=by_name)


def dictionaries() -> None:
    """Nested arguments as dictionaries with snake_case keys, and empty ones that have an effect."""
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


def omitted_arguments() -> None:
    """None for optional arguments, no region, no name, a duplicate tag."""
    group = containers.Namespace("nothing", description=None, tags=["twice", "twice"], region=None, project_id=None)
    containers.Container("nothing", namespace_id=group.id, image="registry.example.org/web:1", port=None, args=None)
    network.Vpc("nothing", tags=None, name=None)
    databases.Instance(
        "nothing", engine="PostgreSQL-16", node_type="db-dev-s", disable_backup=True, tags=[], settings=None
    )


def ids() -> None:
    """IDs with region that are passed on, and IDs without it."""
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
    omitted_arguments()
    ids()


def test_programs_for_pulumiverse_are_deployed_without_later_differences(stack: Callable[..., Stack]) -> None:
    deployed = stack(program)
    assert deployed.preview().calls == []
    deployed.up()
    resources = deployed.resources()
    assert resources["by-position"]["outputs"]["description"] == "changed afterwards"
    assert resources["by-name"]["outputs"]["path"] == "/by/name"

    again = deployed.up()
    assert again.changed == {}, again.differences
    assert again.calls == []
    refresh = deployed.refresh()
    assert refresh.changed == {}, refresh.differences
    preview = deployed.preview()
    assert preview.changed == {}, f"after the refresh: {preview.differences}"
    deployed.destroy()


# The same container with the property names of each generation.
OLD_PROPERTIES = {
    "registry_image": "registry.example.org/web:1",
    "memory_limit": 1024,
    "local_storage_limit": 2000,
    "http_option": "redirected",
    "health_checks": [{"https": [{"path": "/health"}], "failure_threshold": 3, "interval": "20s"}],
    "deploy": True,
}
NEW_PROPERTIES = {
    "image": "registry.example.org/web:1",
    "memory_limit_bytes": 1024000000,
    "local_storage_limit_bytes": 2000000000,
    "https_connections_only": True,
    "liveness_probe": {"http": {"path": "/health"}, "failure_threshold": 3, "interval": "20s", "timeout": "1s"},
}


def test_aliases_of_the_same_container_properties_change_nothing(stack: Callable[..., Stack]) -> None:
    words = OLD_PROPERTIES

    def program() -> None:
        group = containers.Namespace("group")
        web = containers.Container("web", namespace_id=group.id, cpu_limit=1000, **words)
        # Both names of an output have the same address.
        pulumi.export("same", pulumi.Output.concat("https://", web.domain_name).apply(str))
        pulumi.export("address", web.public_endpoint)

    deployed = stack(program)
    deployed.up()
    outputs = deployed.outputs()
    assert outputs["same"] == outputs["address"]
    for words in (NEW_PROPERTIES, OLD_PROPERTIES):
        switched = deployed.up()
        assert switched.changed == {}, switched.differences
        assert switched.calls == []
        refresh = deployed.refresh()
        assert refresh.changed == {}, refresh.differences
    # A change with another property name is an update of that property alone.
    words = {**NEW_PROPERTIES, "memory_limit_bytes": 2048000000}
    run = deployed.up()
    assert run.of("web") == ["update"] and run.difference("web") == ["memoryLimitBytes"], run.differences


def test_explicit_defaults_change_nothing(stack: Callable[..., Stack]) -> None:
    settings: dict[str, object] = {}

    def program() -> None:
        group = containers.Namespace("group", **settings)
        containers.Container("web", namespace_id=group.id, image="registry.example.org/web:1", **settings)
        databases.Instance("instance", engine="PostgreSQL-16", node_type="DB-DEV-S", **settings)
        secrets.Secret("secret", **settings)
        network.Vpc("vpc", **settings)

    deployed = stack(program)
    deployed.up()
    settings["region"] = "fr-par"
    assert deployed.up().changed == {}
