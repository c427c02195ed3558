"""The components of an application with the Pulumi CLI: each alone, and all of them combined."""

from __future__ import annotations

import json
from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import OWNER, PROJECT, Fake
from stack import Failed, Stack

Make = Callable[..., Stack]


def check_lifecycle(deployed: Stack) -> None:
    """A preview sends no requests, an up succeeds, and a second up and a refresh change nothing."""
    assert deployed.preview().calls == []
    deployed.up()
    again = deployed.up()
    assert again.changed == {}, again.differences
    assert again.calls == [], "an up without changes sends no requests"
    refresh = deployed.refresh()
    assert refresh.changed == {}, refresh.differences


def test_password_is_generated_once_and_again_when_its_keepers_change(stack: Make) -> None:
    keepers = {"rotated": "2026-11"}

    def program() -> None:
        password = scaleway.evalap.Password("password", length=20, keepers=dict(keepers))
        pulumi.export("length", pulumi.Output.unsecret(password.result.apply(len)))
        pulumi.export("password", password.result)

    deployed = stack(program)
    check_lifecycle(deployed)
    outputs = deployed.outputs()
    assert outputs["length"] == 20
    assert outputs["password"] not in json.dumps(deployed.state()), "the password is encrypted in the state"
    keepers["rotated"] = "2026-12"
    deployed.up()
    assert deployed.outputs()["password"] != outputs["password"]
    deployed.destroy()


def test_service_identity_has_its_access_in_one_project(stack: Make, fake: Fake) -> None:
    access: dict[str, Any] = {"object_storage": "read"}

    def program() -> None:
        component = scaleway.evalap.ServiceIdentity("evalap", environment="dev", access=dict(access), with_api_key=True)
        pulumi.export("key", component.secret_key)

    deployed = stack(program)
    check_lifecycle(deployed)
    (rule,) = deployed.resources()["evalap-policy"]["outputs"]["rules"]
    assert rule["permissionSetNames"] == ["ObjectStorageBucketsRead", "ObjectStorageObjectsRead"]
    assert rule["projectIds"] == [fake.environment["SCW_DEFAULT_PROJECT_ID"]]
    assert deployed.outputs()["key"] not in json.dumps(deployed.state())
    access["secrets"] = "read"
    assert deployed.up().changed_names() == ["evalap", "evalap-policy"]
    deployed.destroy()


def test_database_in_a_private_network_has_no_public_endpoint(stack: Make, fake: Fake) -> None:
    retention = [14]

    def program() -> None:
        network = scaleway.evalap.PrivateNetwork("network", environment="dev")
        component = scaleway.evalap.Database(
            "evalap",
            environment="dev",
            private_network_id=network.private_network_id,
            backup_retention_days=retention[0],
            read_replica=True,
        )
        pulumi.export("url", component.connection_string)
        admin = component.get_connection_string(user=component.admin_user_name)
        pulumi.export("admin", admin)
        pulumi.export("replica", component.get_connection_string(replica=True))

    deployed = stack(program)
    check_lifecycle(deployed)
    (instance,) = fake.objects("rdb/instance")
    endpoints = instance["fields"]["endpoints"]
    assert [endpoint.get("load_balancer") for endpoint in endpoints] == [None]
    urls = deployed.outputs()
    assert urls["url"].startswith("postgresql://evalap:") and "@" in urls["url"]
    assert urls["admin"].startswith("postgresql://evalap_admin:")
    assert urls["replica"].split("@")[1] != urls["url"].split("@")[1]
    assert urls["url"] not in json.dumps(deployed.state())
    retention[0] = 30
    changed = deployed.up()
    assert changed.changed_names() == ["evalap", "evalap-instance"]
    assert changed.difference("evalap-instance") == ["backupScheduleRetention"]
    deployed.destroy()
    assert fake.objects("rdb/instance") == []


def test_database_without_a_private_network_accepts_only_the_allowed_addresses(stack: Make, fake: Fake) -> None:
    inputs: dict[str, Any] = {"allowed_addresses": ["203.0.113.7/32"]}

    def program() -> None:
        scaleway.evalap.Database("evalap", environment="dev", **inputs)

    deployed = stack(program)
    check_lifecycle(deployed)
    inputs["allowed_addresses"] = ["0.0.0.0/0"]
    inputs["volume_size_in_gb"] = 7
    with pytest.raises(Failed) as failed:
        deployed.preview()
    for expected in ["allowedAddresses[0]", "0.0.0.0/0", "volumeSizeInGb", "multiple of 5"]:
        assert expected in str(failed.value), expected
    assert failed.value.run.calls == []


def test_container_reads_its_secrets_from_secret_manager(stack: Make, fake: Fake) -> None:
    values = {"model-key": "canary-one"}

    def program() -> None:
        store = scaleway.evalap.SecretStore("store", environment="dev", secrets=dict(values))
        component = scaleway.evalap.ServerlessContainer(
            "api",
            environment="dev",
            image="nginx:1.29",
            cpu=250,
            secrets={"MODEL_KEY": store.secret_ids["model-key"]},
            liveness_probe={"path": "/health"},
            schedules=[{"name": "nightly", "schedule": "0 4 * * *"}],
        )
        pulumi.export("docs", component.url(path="/docs"))

    deployed = stack(program)
    assert deployed.preview().calls == []
    deployed.up()
    (container,) = fake.objects("containers/container")
    fields = container["fields"]
    assert fields["privacy"] == "private"
    assert fields["memory_limit_bytes"] == 256_000_000
    assert deployed.outputs()["docs"].startswith("https://") and deployed.outputs()["docs"].endswith("/docs")
    assert deployed.up().changed == {}
    assert deployed.refresh().changed == {}
    assert "canary" not in json.dumps(deployed.state())
    values["model-key"] = "canary-two"
    deployed.up()
    assert deployed.up().changed_names() in ([], ["api-container"]), "the new value is read at the next deployment"
    deployed.destroy()


def test_monitoring_has_the_configured_retention_and_contact_points(stack: Make, fake: Fake) -> None:
    inputs: dict[str, Any] = {"contact_points": ["ops@example.org"]}

    def program() -> None:
        component = scaleway.evalap.Monitoring("evalap", environment="dev", **inputs)
        pulumi.export("dashboards", component.dashboards)
        pulumi.export("logs", component.logs_push_url)

    deployed = stack(program)
    check_lifecycle(deployed)
    assert set(deployed.outputs()["dashboards"]) == {"containers", "database", "rateLimits"}
    inputs["logs_retention_days"] = 14
    assert deployed.up().changed_names() == ["evalap", "evalap-logs"]
    deployed.destroy()
    inputs["contact_points"] = []
    with pytest.raises(Failed, match="contactPoints"):
        deployed.preview()


def test_bucket_is_private_encrypted_and_versioned_and_limited_to_its_principals(stack: Make, fake: Fake) -> None:
    inputs: dict[str, Any] = {"lifecycle_rules": [{"prefix": "logs/", "glacier_after_days": 30, "expire_after_days": 90}]}

    def program() -> None:
        reader = scaleway.evalap.ServiceIdentity("reader", environment="dev")
        component = scaleway.evalap.ObjectStorage(
            "files",
            environment="dev",
            access=[{"application_id": reader.application_id, "level": "read"}, {"user_id": OWNER, "level": "full"}],
            **inputs,
        )
        pulumi.export("name", component.bucket_name)
        pulumi.export("login", component.login_url(path="states"))

    deployed = stack(program)
    check_lifecycle(deployed)
    (bucket,) = fake.objects("object/bucket")
    name = bucket["id"]
    assert name == f"files-dev-{PROJECT[:8]}"
    fields = bucket["fields"]
    assert fields["versioning"] == "Enabled" and "AES256" in json.dumps(fields["encryption"])
    assert OWNER in fields["policy"]
    assert deployed.outputs()["login"] == f"s3://{name}/states?region=fr-par&endpoint={fake.url}&s3ForcePathStyle=true"
    inputs["old_versions_expire_after_days"] = 10
    changed = deployed.up()
    assert changed.changed_names() == ["files", "files-bucket"]
    assert changed.difference("files-bucket") == ["lifecycleRules[0].noncurrentVersionExpiration.noncurrentDays"]
    inputs["lock"] = {"mode": "GOVERNANCE", "days": 1}
    assert "replace" in deployed.preview().of("files-bucket")
    del inputs["lock"]
    deployed.destroy()
    assert fake.objects("object/bucket") == []


def application(settings: dict[str, Any]) -> Callable[[], None]:
    """EvalAP with the settings of production."""

    def program() -> None:
        component = scaleway.evalap.Application(
            "evalap",
            environment="production",
            owner="data",
            cost_centre="42",
            services=[
                {"name": "api", "image": "evalap/api:1", "cpu": 1000, "health_path": "/health", "is_public": True},
                {"name": "runners", "image": "evalap/api:1", "min_scale": settings.get("runners", 1)},
                {"name": "web", "image": "evalap/web:1", "is_public": True, "uses_database": False},
            ],
            database={"node_type": "DB-GP-XS", "high_availability": True, "backup_retention_days": 30},
            secrets={"model-key": pulumi.Output.secret("canary")},
            with_storage=True,
            storage={"expire_after_days": 365, "web_origins": ["https://evalap.example.org"]},
            access={"generativeApis": "call"},
            alert_emails=["ops@example.org"],
        )
        pulumi.export("endpoints", component.endpoints)
        pulumi.export("docs", component.url(service="api", path="/docs"))

    return program


def test_application_in_production_is_created_updated_and_deleted(stack: Make, fake: Fake) -> None:
    settings: dict[str, Any] = {}
    deployed = stack(application(settings))
    check_lifecycle(deployed)
    (instance,) = fake.objects("rdb/instance")
    assert all(endpoint.get("load_balancer") is None for endpoint in instance["fields"]["endpoints"])
    assert set(deployed.outputs()["endpoints"]) == {"api", "runners", "web"}
    (bucket,) = fake.objects("object/bucket")
    for container in fake.objects("containers/container"):
        variables = container["fields"]["environment_variables"]
        assert (variables["S3_BUCKET"], variables["S3_ENDPOINT"], variables["S3_REGION"]) == (bucket["id"], fake.url, "fr-par")
    assert "canary" not in json.dumps(deployed.state())
    settings["runners"] = 2
    changed = deployed.up()
    assert changed.changed_names() == ["evalap", "evalap-service-runners", "evalap-service-runners-container"]
    assert changed.difference("evalap-service-runners-container") == ["minScale"]
    deployed.destroy()
    for kind in ["rdb/instance", "containers/container", "registry/namespace", "vpc/vpc", "iam/application", "object/bucket"]:
        assert fake.objects(kind) == [], kind
