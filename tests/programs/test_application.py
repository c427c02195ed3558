"""The components of an application through the real CLI: each by itself, and all of them wired."""

from __future__ import annotations

import json
from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import OWNER, PROJECT, Fake
from stack import Failed, Stack

Make = Callable[..., Stack]


def lives(made: Stack) -> None:
    """Previews without a call, comes up, and then stays as it is."""
    assert made.preview().calls == []
    made.up()
    again = made.up()
    assert again.changed == {}, again.differences
    assert again.calls == [], "nothing changed, so there is nothing to ask"
    refresh = made.refresh()
    assert refresh.changed == {}, refresh.differences


def test_a_password_is_made_once_kept_and_made_again_when_asked(stack: Make) -> None:
    keepers = {"rotated": "2026-11"}

    def program() -> None:
        password = scaleway.evalap.Password("password", length=20, keepers=dict(keepers))
        pulumi.export("length", pulumi.Output.unsecret(password.result.apply(len)))
        pulumi.export("password", password.result)

    made = stack(program)
    lives(made)
    outputs = made.outputs()
    assert outputs["length"] == 20
    assert outputs["password"] not in json.dumps(made.state()), "the state holds it encrypted"
    keepers["rotated"] = "2026-12"
    made.up()
    assert made.outputs()["password"] != outputs["password"]
    made.destroy()


def test_an_identity_has_the_rights_it_was_given_in_one_project(stack: Make, fake: Fake) -> None:
    access: dict[str, Any] = {"object_storage": "read"}

    def program() -> None:
        made = scaleway.evalap.ServiceIdentity("evalap", environment="dev", access=dict(access), with_api_key=True)
        pulumi.export("key", made.secret_key)

    made = stack(program)
    lives(made)
    (rule,) = made.resources()["evalap-policy"]["outputs"]["rules"]
    assert rule["permissionSetNames"] == ["ObjectStorageBucketsRead", "ObjectStorageObjectsRead"]
    assert rule["projectIds"] == [fake.environment["SCW_DEFAULT_PROJECT_ID"]]
    assert made.outputs()["key"] not in json.dumps(made.state())
    access["secrets"] = "read"
    assert made.up().changed_names() == ["evalap", "evalap-policy"]
    made.destroy()


def test_a_database_in_a_network_has_no_public_endpoint(stack: Make, fake: Fake) -> None:
    retention = [14]

    def program() -> None:
        network = scaleway.evalap.PrivateNetwork("network", environment="dev")
        made = scaleway.evalap.Database(
            "evalap",
            environment="dev",
            private_network_id=network.private_network_id,
            backup_retention_days=retention[0],
            read_replica=True,
        )
        pulumi.export("url", made.connection_string)
        admin = made.get_connection_string(user=made.admin_user_name)
        pulumi.export("admin", admin)
        pulumi.export("replica", made.get_connection_string(replica=True))

    made = stack(program)
    lives(made)
    (instance,) = fake.objects("rdb/instance")
    endpoints = instance["fields"]["endpoints"]
    assert [endpoint.get("load_balancer") for endpoint in endpoints] == [None]
    urls = made.outputs()
    assert urls["url"].startswith("postgresql://evalap:") and "@" in urls["url"]
    assert urls["admin"].startswith("postgresql://evalap_admin:")
    assert urls["replica"].split("@")[1] != urls["url"].split("@")[1]
    assert urls["url"] not in json.dumps(made.state())
    retention[0] = 30
    changed = made.up()
    assert changed.changed_names() == ["evalap", "evalap-instance"]
    assert changed.difference("evalap-instance") == ["backupScheduleRetention"]
    made.destroy()
    assert fake.objects("rdb/instance") == []


def test_a_database_without_a_network_lets_only_named_addresses_in(stack: Make, fake: Fake) -> None:
    inputs: dict[str, Any] = {"allowed_addresses": ["203.0.113.7/32"]}

    def program() -> None:
        scaleway.evalap.Database("evalap", environment="dev", **inputs)

    made = stack(program)
    lives(made)
    inputs["allowed_addresses"] = ["0.0.0.0/0"]
    inputs["volume_size_in_gb"] = 7
    with pytest.raises(Failed) as failed:
        made.preview()
    for told in ["allowedAddresses[0]", "0.0.0.0/0", "volumeSizeInGb", "multiple of 5"]:
        assert told in str(failed.value), told
    assert failed.value.run.calls == []


def test_a_container_takes_its_secrets_from_secret_manager(stack: Make, fake: Fake) -> None:
    values = {"model-key": "canary-one"}

    def program() -> None:
        store = scaleway.evalap.SecretStore("store", environment="dev", secrets=dict(values))
        made = scaleway.evalap.ServerlessContainer(
            "api",
            environment="dev",
            image="nginx:1.29",
            cpu=250,
            secrets={"MODEL_KEY": store.secret_ids["model-key"]},
            liveness_probe={"path": "/health"},
            schedules=[{"name": "nightly", "schedule": "0 4 * * *"}],
        )
        pulumi.export("docs", made.url(path="/docs"))

    made = stack(program)
    assert made.preview().calls == []
    made.up()
    (container,) = fake.objects("containers/container")
    fields = container["fields"]
    assert fields["privacy"] == "private"
    assert fields["memory_limit_bytes"] == 256_000_000
    assert made.outputs()["docs"].startswith("https://") and made.outputs()["docs"].endswith("/docs")
    assert made.up().changed == {}
    assert made.refresh().changed == {}
    assert "canary" not in json.dumps(made.state())
    values["model-key"] = "canary-two"
    made.up()
    assert made.up().changed_names() in ([], ["api-container"]), "the newest value arrives with the next deployment"
    made.destroy()


def test_monitoring_keeps_and_alerts_as_asked(stack: Make, fake: Fake) -> None:
    inputs: dict[str, Any] = {"contact_points": ["ops@example.org"]}

    def program() -> None:
        made = scaleway.evalap.Monitoring("evalap", environment="dev", **inputs)
        pulumi.export("dashboards", made.dashboards)
        pulumi.export("logs", made.logs_push_url)

    made = stack(program)
    lives(made)
    assert set(made.outputs()["dashboards"]) == {"containers", "database", "rateLimits"}
    inputs["logs_retention_days"] = 14
    assert made.up().changed_names() == ["evalap", "evalap-logs"]
    made.destroy()
    inputs["contact_points"] = []
    with pytest.raises(Failed, match="contactPoints"):
        made.preview()


def test_a_bucket_is_private_encrypted_and_versioned_and_only_who_is_named_may_use_it(stack: Make, fake: Fake) -> None:
    inputs: dict[str, Any] = {"lifecycle_rules": [{"prefix": "logs/", "glacier_after_days": 30, "expire_after_days": 90}]}

    def program() -> None:
        reader = scaleway.evalap.ServiceIdentity("reader", environment="dev")
        made = scaleway.evalap.ObjectStorage(
            "files",
            environment="dev",
            access=[{"application_id": reader.application_id, "level": "read"}, {"user_id": OWNER, "level": "full"}],
            **inputs,
        )
        pulumi.export("name", made.bucket_name)
        pulumi.export("login", made.login_url(path="states"))

    made = stack(program)
    lives(made)
    (bucket,) = fake.objects("object/bucket")
    name = bucket["id"]
    assert name == f"files-dev-{PROJECT[:8]}"
    fields = bucket["fields"]
    assert fields["versioning"] == "Enabled" and "AES256" in json.dumps(fields["encryption"])
    assert OWNER in fields["policy"]
    assert made.outputs()["login"] == f"s3://{name}/states?region=fr-par&endpoint={fake.url}&s3ForcePathStyle=true"
    inputs["old_versions_expire_after_days"] = 10
    changed = made.up()
    assert changed.changed_names() == ["files", "files-bucket"]
    assert changed.difference("files-bucket") == ["lifecycleRules[0].noncurrentVersionExpiration.noncurrentDays"]
    inputs["lock"] = {"mode": "GOVERNANCE", "days": 1}
    assert "replace" in made.preview().of("files-bucket")
    del inputs["lock"]
    made.destroy()
    assert fake.objects("object/bucket") == []


def application(settings: dict[str, Any]) -> Callable[[], None]:
    """EvalAP as it runs in production."""

    def program() -> None:
        made = scaleway.evalap.Application(
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
        pulumi.export("endpoints", made.endpoints)
        pulumi.export("docs", made.url(service="api", path="/docs"))

    return program


def test_an_application_in_production_lives_its_life(stack: Make, fake: Fake) -> None:
    settings: dict[str, Any] = {}
    made = stack(application(settings))
    lives(made)
    (instance,) = fake.objects("rdb/instance")
    assert all(endpoint.get("load_balancer") is None for endpoint in instance["fields"]["endpoints"])
    assert set(made.outputs()["endpoints"]) == {"api", "runners", "web"}
    (bucket,) = fake.objects("object/bucket")
    for container in fake.objects("containers/container"):
        told = container["fields"]["environment_variables"]
        assert (told["S3_BUCKET"], told["S3_ENDPOINT"], told["S3_REGION"]) == (bucket["id"], fake.url, "fr-par")
    assert "canary" not in json.dumps(made.state())
    settings["runners"] = 2
    changed = made.up()
    assert changed.changed_names() == ["evalap", "evalap-service-runners", "evalap-service-runners-container"]
    assert changed.difference("evalap-service-runners-container") == ["minScale"]
    made.destroy()
    for kind in ["rdb/instance", "containers/container", "registry/namespace", "vpc/vpc", "iam/application", "object/bucket"]:
        assert fake.objects(kind) == [], kind
