"""Each lookup, by id and by name."""

from __future__ import annotations

from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi

from stack import Stack

# What a lookup gives, by the resource it looks for: the outputs that are compared.
COMPARED = {
    "project": ["id", "name", "description"],
    "images": ["id", "name", "endpoint"],
    "namespace": ["id", "name"],
    "container": ["id", "name", "image", "port"],
    "vpc": ["id", "name", "is_default"],
    "network": ["id", "name", "vpc_id"],
    "instance": ["id", "name", "engine"],
    "secret": ["id", "name", "path"],
    "application": ["id", "name"],
    "policy": ["id", "name"],
    "source": ["id", "name", "push_url"],
}


def make() -> dict[str, Any]:
    """One of each resource that can be looked for."""
    vpc = scaleway.network.Vpc("vpc")
    namespace = scaleway.containers.Namespace("namespace")
    secret = scaleway.secrets.Secret("secret", path="/looked/for")
    application = scaleway.iam.Application("application")
    instance = scaleway.databases.Instance("instance", engine="PostgreSQL-16", node_type="DB-DEV-S")
    database = scaleway.databases.Database("database", instance_id=instance.id)
    user = scaleway.databases.User("user", instance_id=instance.id, password="Looked-for-1")
    rights = scaleway.iam.PolicyRuleArgs(
        permission_set_names=["IAMReadOnly"], organization_id=application.organization_id
    )
    return {
        "project": scaleway.account.Project("project", description="looked for"),
        "images": scaleway.registry.Namespace("images"),
        "namespace": namespace,
        "container": scaleway.containers.Container(
            "container", namespace_id=namespace.id, image="registry.example.org/web:1"
        ),
        "vpc": vpc,
        "network": scaleway.network.PrivateNetwork("network", vpc_id=vpc.id),
        "instance": instance,
        "privilege": scaleway.databases.Privilege(
            "privilege",
            instance_id=instance.id,
            database_name=database.name,
            user_name=user.name,
            permission="readonly",
        ),
        "acl": scaleway.databases.Acl(
            "acl", instance_id=instance.id, acl_rules=[scaleway.databases.AclAclRuleArgs(ip="203.0.113.0/24")]
        ),
        "secret": secret,
        "version": scaleway.secrets.Version("version", secret_id=secret.id, data="looked for"),
        "application": application,
        "policy": scaleway.iam.Policy("policy", application_id=application.id, rules=[rights]),
        "key": scaleway.iam.ApiKey("key", application_id=application.id),
        "source": scaleway.observability.Source("source", type="metrics", retention_days=7),
    }


def program() -> None:
    made = make()
    container = made["container"]
    by_id = {
        "project": scaleway.account.get_project_output(project_id=made["project"].id),
        "images": scaleway.registry.get_namespace_output(namespace_id=made["images"].id),
        "namespace": scaleway.containers.get_namespace_output(namespace_id=made["namespace"].id),
        "container": scaleway.containers.get_container_output(
            container_id=container.id, namespace_id=container.namespace_id
        ),
        "vpc": scaleway.network.get_vpc_output(vpc_id=made["vpc"].id),
        "network": scaleway.network.get_private_network_output(private_network_id=made["network"].id),
        "instance": scaleway.databases.get_instance_output(instance_id=made["instance"].id),
        "secret": scaleway.secrets.get_secret_output(secret_id=made["secret"].id),
        "application": scaleway.iam.get_application_output(application_id=made["application"].id),
        "policy": scaleway.iam.get_policy_output(policy_id=made["policy"].id),
        "source": scaleway.observability.get_source_output(id=made["source"].id),
    }
    by_name = {
        "project": scaleway.account.get_project_output(name=made["project"].name),
        "images": scaleway.registry.get_namespace_output(name=made["images"].name),
        "namespace": scaleway.containers.get_namespace_output(name=made["namespace"].name),
        "container": scaleway.containers.get_container_output(
            name=container.name, namespace_id=container.namespace_id
        ),
        "vpc": scaleway.network.get_vpc_output(name=made["vpc"].name),
        "network": scaleway.network.get_private_network_output(name=made["network"].name),
        "instance": scaleway.databases.get_instance_output(name=made["instance"].name),
        "secret": scaleway.secrets.get_secret_output(name=made["secret"].name, path=made["secret"].path),
        "application": scaleway.iam.get_application_output(name=made["application"].name),
        "policy": scaleway.iam.get_policy_output(name=made["policy"].name),
        "source": scaleway.observability.get_source_output(name=made["source"].name),
    }
    for name, attributes in COMPARED.items():
        for way, found in (("made", made[name]), ("by id", by_id[name]), ("by name", by_name[name])):
            pulumi.export(f"{name} {way}", [getattr(found, attribute) for attribute in attributes])
    look_for_parts(made)


def look_for_parts(made: dict[str, Any]) -> None:
    """What has no name and no id of its own, or may not be told."""
    privilege, acl, version = made["privilege"], made["acl"], made["version"]
    database = scaleway.databases.get_database_output(
        instance_id=privilege.instance_id, name=privilege.database_name
    )
    rights = scaleway.databases.get_privilege_output(
        instance_id=privilege.instance_id, database_name=privilege.database_name, user_name=privilege.user_name
    )
    parts = {
        "database": database.owner,
        "privilege": rights.permission,
        "acl": scaleway.databases.get_acl_output(instance_id=acl.instance_id).acl_rules[0].ip,
        "default vpc": scaleway.network.get_vpc_output(is_default=True).is_default,
        "api key": scaleway.iam.get_api_key_output(access_key=made["key"].access_key).application_id,
        "application": made["application"].id,
    }
    pulumi.export("parts", parts)
    told = scaleway.secrets.get_version_output(secret_id=version.secret_id, revision=version.revision)
    pulumi.export("version", told.data)
    latest_there_is = version.revision.apply(lambda _: "latest")
    latest = scaleway.secrets.get_version_output(secret_name=made["secret"].name, revision=latest_there_is)
    pulumi.export("latest version", latest.data)


def test_lookups_find_by_id_and_by_name(stack: Callable[..., Stack]) -> None:
    made = stack(program)
    asked = {call.path.split("/")[1] for call in made.preview().calls}
    assert asked == {"vpc"}, "what does not exist yet is not looked for; the default VPC does"
    made.up()
    outputs = made.outputs()
    for name in COMPARED:
        assert outputs[f"{name} by id"] == outputs[f"{name} made"], name
        assert outputs[f"{name} by name"] == outputs[f"{name} made"], name
    assert outputs["parts"] == {
        "database": "_rdb_superadmin",
        "privilege": "readonly",
        "acl": "203.0.113.0/24",
        "default vpc": True,
        "api key": outputs["parts"]["application"],
        "application": outputs["parts"]["application"],
    }
    assert outputs["version"] == outputs["latest version"] == "bG9va2VkIGZvcg=="
    assert "bG9va2VkIGZvcg" not in str(made.state()), "a looked up value is as secret as a given one"
    assert made.up().changed == {}
