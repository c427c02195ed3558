"""A step that failed is applied by the next up, and `ignoreChanges` of one element leaves the other elements in effect.

Each test compares the objects of the fake with the program, not the state with the program.
"""

from __future__ import annotations

from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import Fake
from stack import Failed, Run, Stack

Make = Callable[..., Stack]

# The API rejects the request: it is not retried and changes nothing.
REJECTED = {"status": {"code": 400}}

TAGS_OF_S3 = [{"key": "a", "value": "one"}]
RULE = {"id": "old", "enabled": True, "prefix": "tmp/", "expiration": {"days": 3}}


def fails(stack: Stack) -> Run:
    """An up that must fail."""
    with pytest.raises(Failed) as failed:
        stack.up()
    return failed.value.run


def is_settled(stack: Stack) -> None:
    """A second up and a refresh change nothing."""
    again = stack.up()
    assert again.changed == {}, again.differences
    refresh = stack.refresh()
    assert refresh.changed == {}, refresh.differences


def only_object(fake: Fake, kind: str) -> dict[str, Any]:
    """The fields of the only object of this kind."""
    (found,) = fake.objects(kind)
    return found["fields"]


def bucket(fake: Fake) -> dict[str, Any]:
    return only_object(fake, "object/bucket")


def test_rejected_acl_of_a_new_bucket_is_set_by_the_next_up(stack: Make, fake: Fake) -> None:
    component = stack(lambda: scaleway.object.Bucket("main", acl="public-read", tags={"a": "one"}))
    fake.fault(REJECTED, method="PUT", path="*?acl*")
    fails(component)
    assert component.up().of("main") == ["update"]
    assert "READ" in [grant["permission"] for grant in bucket(fake)["grants"]]
    assert bucket(fake)["tags"] == TAGS_OF_S3
    is_settled(component)


def test_all_steps_of_a_new_bucket_run_after_a_tag_is_corrected(stack: Make, fake: Fake) -> None:
    tags = {"a": "rejected"}
    component = stack(
        lambda: scaleway.object.Bucket(
            "main",
            tags=dict(tags),
            cors_rules=[{"allowed_methods": ["GET"], "allowed_origins": ["https://www.example.com"]}],
            lifecycle_rules=[RULE],
        )
    )
    fake.fault(REJECTED, method="PUT", path="*?tagging*")
    fails(component)
    tags["a"] = "one"
    component.up()
    assert bucket(fake)["tags"] == TAGS_OF_S3
    assert [rule["allowed_methods"] for rule in bucket(fake)["cors"]] == [["GET"]]
    assert [rule["id"] for rule in bucket(fake)["lifecycle"]] == ["old"]
    is_settled(component)


@pytest.mark.parametrize("path", ["*/upload-url", "/serverless-functions-code-*", "*/deploy"])
def test_code_of_a_function_is_deployed_after_a_failed_upload(path: str, stack: Make, fake: Fake) -> None:
    def program() -> None:
        namespace = scaleway.functions.Namespace("namespace")
        scaleway.functions.Function(
            "main",
            namespace_id=namespace.id,
            runtime="python313",
            handler="handler.handle",
            privacy="private",
            code=pulumi.AssetArchive({"handler.py": pulumi.StringAsset("def handle(event, context): pass")}),
        )

    deployed = stack(program)
    fake.fault(REJECTED, path=path)
    fails(deployed)
    assert only_object(fake, "functions/function")["status"] != "ready"
    assert deployed.up().of("main") == ["update"]
    assert only_object(fake, "functions/function")["status"] == "ready"
    is_settled(deployed)


def test_bucket_is_reverted_after_a_partial_update(stack: Make, fake: Fake) -> None:
    inputs: dict[str, Any] = {"tags": {"a": "one"}, "lifecycle_rules": [RULE]}
    component = stack(lambda: scaleway.object.Bucket("main", **inputs))
    component.up()
    old = dict(inputs)
    inputs |= {"tags": {"a": "two"}, "lifecycle_rules": [{**RULE, "prefix": "new/"}]}
    fake.fault(REJECTED, method="PUT", path="*?lifecycle*")
    fails(component)
    assert bucket(fake)["tags"] != TAGS_OF_S3, "the first of the two requests was sent"
    inputs |= old
    assert component.up().of("main") == ["update"]
    assert bucket(fake)["tags"] == TAGS_OF_S3
    is_settled(component)


def test_container_is_reverted_after_an_update_without_a_read(stack: Make, fake: Fake) -> None:
    inputs: dict[str, Any] = {"description": "a", "timeout": 60}

    def program() -> None:
        namespace = scaleway.containers.Namespace("namespace")
        scaleway.containers.Container("main", namespace_id=namespace.id, image="nginx:1.29", **inputs)

    deployed = stack(program)
    deployed.up()
    inputs |= {"description": "b"}
    fake.fault(REJECTED, method="GET", path="/containers/*/containers/*", times=99)
    fails(deployed)
    fake.clear_faults()
    assert only_object(fake, "containers/container")["description"] == "b"
    inputs |= {"description": "a", "timeout": 90}
    assert deployed.up().of("main") == ["update"]
    container = only_object(fake, "containers/container")
    assert (container["description"], container["timeout"]) == ("a", "90s")
    is_settled(deployed)


def ignoring(*paths: str) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(ignore_changes=list(paths))


def test_second_member_is_added_if_changes_of_the_first_are_ignored(stack: Make, fake: Fake) -> None:
    members = ["one"]

    def program() -> None:
        applications = {name: scaleway.iam.Application(name, name=name) for name in ("one", "two")}
        ids = [applications[name].id for name in members]
        scaleway.iam.Group("main", application_ids=ids, opts=ignoring("applicationIds[0]"))

    deployed = stack(program)
    deployed.up()
    members.append("two")
    assert deployed.up().of("main") == ["update"]
    ids = {found["fields"]["name"]: found["id"] for found in fake.objects("iam/application")}
    assert set(only_object(fake, "iam/group")["application_ids"]) == set(ids.values())
    is_settled(deployed)


def test_lifecycle_rules_are_updated_if_one_property_of_the_first_is_ignored(stack: Make, fake: Fake) -> None:
    rules: list[dict[str, Any]] = [RULE]
    component = stack(
        lambda: scaleway.object.Bucket("main", lifecycle_rules=list(rules), opts=ignoring("lifecycleRules[0].enabled"))
    )
    component.up()
    rules[:] = [{**RULE, "enabled": False, "prefix": "new/"}, {**RULE, "id": "second"}]
    assert component.up().of("main") == ["update"]
    first, second = bucket(fake)["lifecycle"]
    assert (first["id"], first["status"], first["filter"]["prefix"]) == ("old", "Enabled", "new/")
    assert second["id"] == "second"
    is_settled(component)


def test_first_lifecycle_rule_is_added_if_one_of_its_properties_is_ignored(stack: Make, fake: Fake) -> None:
    rules: list[dict[str, Any]] = []
    component = stack(
        lambda: scaleway.object.Bucket(
            "main", lifecycle_rules=list(rules) or None, opts=ignoring("lifecycleRules[0].prefix")
        )
    )
    component.up()
    rules.append(RULE)
    assert component.up().of("main") == ["update"]
    assert [rule["id"] for rule in bucket(fake)["lifecycle"]] == ["old"]
    is_settled(component)


def test_third_tag_of_a_namespace_is_set_if_the_second_is_ignored(stack: Make, fake: Fake) -> None:
    tags = ["a", "b"]
    component = stack(lambda: scaleway.containers.Namespace("main", tags=list(tags), opts=ignoring("tags[1]")))
    component.up()
    tags[:] = ["a", "ignored", "c"]
    assert component.up().of("main") == ["update"]
    assert only_object(fake, "containers/namespace")["tags"] == ["a", "b", "c"]
    is_settled(component)


def test_first_rule_of_a_policy_is_updated_if_the_second_is_ignored(stack: Make, fake: Fake) -> None:
    sets = ["SecretManagerReadOnly", "ContainerRegistryReadOnly"]

    def program() -> None:
        project = scaleway.account.Project("project")
        application = scaleway.iam.Application("application")
        rules = [{"permission_set_names": [name], "project_ids": [project.id]} for name in sets]
        scaleway.iam.Policy("main", application_id=application.id, rules=rules, opts=ignoring("rules[1]"))

    deployed = stack(program)
    deployed.up()
    sets[:] = ["SecretManagerFullAccess", "ObjectStorageReadOnly"]
    assert deployed.up().of("main") == ["update"]
    # The fake stores the rules of a policy as separate objects.
    rules = sorted(name for rule in fake.objects("iam/rule") for name in rule["fields"]["permission_set_names"])
    assert rules == ["ContainerRegistryReadOnly", "SecretManagerFullAccess"]
    is_settled(deployed)


def test_first_rule_of_a_database_acl_is_updated_if_the_second_is_ignored(stack: Make, fake: Fake) -> None:
    addresses = ["203.0.113.0/24", "198.51.100.7/32"]

    def program() -> None:
        instance = scaleway.databases.Instance("instance", engine="PostgreSQL-16", node_type="DB-DEV-S")
        rules = [{"ip": address, "description": "office"} for address in addresses]
        scaleway.databases.Acl("main", instance_id=instance.id, acl_rules=rules, opts=ignoring("aclRules[1]"))

    deployed = stack(program)
    deployed.up()
    addresses[:] = ["203.0.113.128/25", "192.0.2.1/32"]
    assert deployed.up().of("main") == ["update"]
    assert {found["fields"]["ip"] for found in fake.objects("rdb/acl_rule")} == {"203.0.113.128/25", "198.51.100.7/32"}
    is_settled(deployed)


def test_private_network_is_attached_if_its_address_is_ignored(stack: Make, fake: Fake) -> None:
    attached = [False]

    def program() -> None:
        network = scaleway.network.PrivateNetwork("network", ipv4_subnet={"subnet": "172.16.8.0/22"})
        scaleway.databases.Instance(
            "main",
            engine="PostgreSQL-16",
            node_type="DB-DEV-S",
            private_network={"pn_id": network.id, "enable_ipam": True} if attached[0] else None,
            opts=ignoring("privateNetwork.ipNet"),
        )

    deployed = stack(program)
    deployed.up()
    attached[0] = True
    assert deployed.up().of("main") == ["update"]
    endpoints = only_object(fake, "rdb/instance")["endpoints"]
    assert any(endpoint.get("private_network") for endpoint in endpoints)
    is_settled(deployed)


def test_secret_variable_is_removed_if_another_is_ignored(stack: Make, fake: Fake) -> None:
    secrets = {"KEPT": "kept-value", "REMOVED": "removed-value"}
    component = stack(
        lambda: scaleway.containers.Namespace(
            "main",
            secret_environment_variables=dict(secrets),
            opts=ignoring("secretEnvironmentVariables.KEPT"),
        )
    )
    component.up()
    secrets.pop("REMOVED")
    assert component.up().of("main") == ["update"]
    assert list(only_object(fake, "containers/namespace")["secret_environment_variables"]) == ["KEPT"]
    is_settled(component)
