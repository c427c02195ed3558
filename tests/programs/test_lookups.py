"""Lookups by ID and by name."""

from __future__ import annotations

from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi

from stack import Stack

# The compared outputs of each lookup, by the resource that it returns.
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
    """One of each resource that has a lookup."""
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
    deployed = make()
    container = deployed["container"]
    by_id = {
        "project": scaleway.account.get_project_output(project_id=deployed["project"].id),
        "images": scaleway.registry.get_namespace_output(namespace_id=deployed["images"].id),
        "namespace": scaleway.containers.get_namespace_output(namespace_id=deployed["namespace"].id),
        "container": scaleway.containers.get_container_output(
            container_id=container.id, namespace_id=container.namespace_id
        ),
        "vpc": scaleway.network.get_vpc_output(vpc_id=deployed["vpc"].id),
        "network": scaleway.network.get_private_network_output(private_network_id=deployed["network"].id),
        "instance": scaleway.databases.get_instance_output(instance_id=deployed["instance"].id),
        "secret": scaleway.secrets.get_secret_output(secret_id=deployed["secret"].id),
        "application": scaleway.iam.get_application_output(application_id=deployed["application"].id),
        "policy": scaleway.iam.get_policy_output(policy_id=deployed["policy"].id),
        "source": scaleway.observability.get_source_output(id=deployed["source"].id),
    }
    by_name = {
        "project": scaleway.account.get_project_output(name=deployed["project"].name),
        "images": scaleway.registry.get_namespace_output(name=deployed["images"].name),
        "namespace": scaleway.containers.get_namespace_output(name=deployed["namespace"].name),
        "container": scaleway.containers.get_container_output(
            name=container.name, namespace_id=container.namespace_id
        ),
        "vpc": scaleway.network.get_vpc_output(name=deployed["vpc"].name),
        "network": scaleway.network.get_private_network_output(name=deployed["network"].name),
        "instance": scaleway.databases.get_instance_output(name=deployed["instance"].name),
        "secret": scaleway.secrets.get_secret_output(name=deployed["secret"].name, path=deployed["secret"].path),
        "application": scaleway.iam.get_application_output(name=deployed["application"].name),
        "policy": scaleway.iam.get_policy_output(name=deployed["policy"].name),
        "source": scaleway.observability.get_source_output(name=deployed["source"].name),
    }
    for name, attributes in COMPARED.items():
        for way, found in (("deployed", deployed[name]), ("by id", by_id[name]), ("by name", by_name[name])):
            pulumi.export(f"{name} {way}", [getattr(found, attribute) for attribute in attributes])
    look_up_parts(deployed)


def look_up_parts(deployed: dict[str, Any]) -> None:
    """Resources without a name and ID, or with values that cannot be read."""
    privilege, acl, version = deployed["privilege"], deployed["acl"], deployed["version"]
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
        "api key": scaleway.iam.get_api_key_output(access_key=deployed["key"].access_key).application_id,
        "application": deployed["application"].id,
    }
    pulumi.export("parts", parts)
    found = scaleway.secrets.get_version_output(secret_id=version.secret_id, revision=version.revision)
    pulumi.export("version", found.data)
    latest_version = version.revision.apply(lambda _: "latest")
    latest = scaleway.secrets.get_version_output(secret_name=deployed["secret"].name, revision=latest_version)
    pulumi.export("latest version", latest.data)


def test_lookups_find_by_id_and_by_name(stack: Callable[..., Stack]) -> None:
    deployed = stack(program)
    products = {call.path.split("/")[1] for call in deployed.preview().calls}
    assert products == {"vpc"}, "objects that do not exist yet are not looked up; the default VPC is"
    deployed.up()
    outputs = deployed.outputs()
    for name in COMPARED:
        assert outputs[f"{name} by id"] == outputs[f"{name} deployed"], name
        assert outputs[f"{name} by name"] == outputs[f"{name} deployed"], name
    assert outputs["parts"] == {
        "database": "_rdb_superadmin",
        "privilege": "readonly",
        "acl": "203.0.113.0/24",
        "default vpc": True,
        "api key": outputs["parts"]["application"],
        "application": outputs["parts"]["application"],
    }
    assert outputs["version"] == outputs["latest version"] == "bG9va2VkIGZvcg=="
    assert "bG9va2VkIGZvcg" not in str(deployed.state()), "a value of a lookup is as secret as that of the resource"
    assert deployed.up().changed == {}
