"""Validation of components: all errors are reported at once, before any request."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Mapping

import evalap_scaleway as scaleway
import pytest

from fake import OWNER, Fake
from stack import Failed, Stack

Make = Callable[..., Stack]


@dataclass
class Subject:
    """A component: its minimal inputs, one of its parts, and invalid inputs with the expected messages."""

    kind: str
    part: str
    wrong: Mapping[str, Any]
    messages: list[str]
    inputs: Mapping[str, Any] = field(default_factory=dict)


SUBJECTS = [
    Subject(
        "Application",
        "network",
        {"services": [{"name": "Api", "image": ""}], "alert_emails": ["no address"]},
        ["services[0].name", '"Api"', "services[0].image", "alertEmails"],
        inputs={"with_database": False, "with_monitoring": False, "with_registry": False},
    ),
    Subject(
        "BlueGreenDeployment",
        "router",
        {"active": "green", "cpu": 300, "min_scale": 9, "max_scale": 2, "dns_zone": "example.org"},
        ["active", '"green"', "cpu", "minScale", "maxScale", "dnsZone", "hostname"],
        inputs={"active": "blue", "blue": {"image": "nginx:1.29"}},
    ),
    Subject("ContainerRegistry", "namespace", {"is_public": "perhaps"}, ["isPublic"]),
    Subject(
        "Database",
        "instance",
        {"backup_retention_days": 400, "volume_size_in_gb": 7, "password": "canary"},
        ["backupRetentionDays", "365", "volumeSizeInGb", "password"],
        inputs={"allowed_addresses": ["203.0.113.7/32"]},
    ),
    Subject(
        "Monitoring",
        "logs",
        {
            "metrics_retention_days": 400,
            "alerts": True,
            "traces_retention_days": 0,
            "export": {"sources": ["traces"], "datadog_endpoint": "https://d.example.org"},
        },
        [
            "metricsRetentionDays",
            "365",
            "contactPoints",
            "alerts",
            "exactly one of `otlpEndpoint` and `datadogApiKey`",
            "export.datadogEndpoint",
            "export.sources[0]",
        ],
        inputs={"alerts": False},
    ),
    Subject(
        "ObjectStorage",
        "bucket",
        {
            "bucket_name": "Bucket",
            "old_versions_expire_after_days": 0,
            "lifecycle_rules": [{"glacier_after_days": 30, "expire_after_days": 30}],
            "cors_rules": [{"allowed_origins": ["www.example.org/"], "allowed_methods": ["FETCH"]}],
            "access": [{"level": "write"}],
            "lock": {"mode": "GOVERNANCE"},
        },
        [
            "bucketName",
            "oldVersionsExpireAfterDays",
            "lifecycleRules[0].expireAfterDays",
            "corsRules[0].allowedOrigins[0]",
            "corsRules[0].allowedMethods",
            "access[0]",
            "with the level `full`",
            "lock",
        ],
    ),
    Subject(
        "PrivateNetwork",
        "vpc",
        {
            "cidr": "8.8.0.0/16",
            "region": "nl-ams",
            "gateway": {"bastion": True, "bastion_allowed_addresses": ["0.0.0.0/0"], "zone": "fr-par-1"},
            "acl_rules": [{"source": "web", "ports": "all"}],
        },
        [
            "cidr",
            "8.8.0.0/16",
            "RFC 1918",
            "`withGateway`",
            "gateway.bastionAllowedAddresses[0]",
            "gateway.zone",
            "aclRules[0].source",
            "aclRules[0].ports",
        ],
    ),
    Subject(
        "RotatedCredential",
        "apiKey",
        {"application_id": "ours", "max_age_days": 10, "secret_name": "Key"},
        ["applicationId", '"ours"', "graceDays", "`maxAgeDays` (10)", "secretName"],
        inputs={"application_id": "5ca1e3a7-fa4e-4000-8000-000000000009"},
    ),
    Subject(
        "SecretStore",
        "secret",
        {"secrets": {"Key": "canary"}, "path": "here"},
        ["secrets.Key", "path", '"/here"'],
        inputs={"secrets": {"key": "canary"}},
    ),
    Subject(
        "ServerlessContainer",
        "container",
        {"cpu": 300, "min_scale": 9, "max_scale": 2, "image": ""},
        ["cpu", "300", "minScale", "maxScale", "image"],
        inputs={"image": "nginx:1.29"},
    ),
    Subject(
        "ServiceIdentity",
        "application",
        {"access": {"registry": "write"}, "key_expires_at": "2027-01-01T00:00:00Z"},
        ["access.registry", '"write"', "keyExpiresAt"],
    ),
    Subject(
        "StateBackend",
        "identity",
        {"owners": [{}], "bucket_name": "B", "old_versions_expire_after_days": 0, "with_database": True},
        ["owners[0]", "bucketName", "oldVersionsExpireAfterDays", "database", "`allowedAddresses`"],
        inputs={"owners": [{"user_id": OWNER}]},
    ),
]

def test_every_component_has_an_entry() -> None:
    schema = json.loads((Path(__file__).parents[2] / "schema" / "schema.json").read_text())
    tokens = [token for token, spec in schema["resources"].items() if spec.get("isComponent")]
    offered = {token.rsplit(":", 1)[1] for token in tokens}
    assert offered == {subject.kind for subject in SUBJECTS}


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.kind)
def test_all_validation_errors_are_reported_at_once_without_requests(subject: Subject, stack: Make, fake: Fake) -> None:
    def program() -> None:
        make(subject, environment="Dev!", overrides={"unknown": {}}, **{**plain(subject), **subject.wrong})

    deployed = stack(program)
    with pytest.raises(Failed) as failed:
        deployed.preview()
    message = str(failed.value)
    for words in [*subject.messages, "environment", '"Dev!"', "overrides.unknown", f"`{subject.part}`"]:
        assert words in message, words
    assert "canary" not in message
    assert failed.value.run.calls == []


def plain(subject: Subject) -> dict[str, Any]:
    """The minimal inputs of a component beside its environment."""
    return dict(subject.inputs)


def make(subject: Subject, **inputs: Any) -> Any:
    """Creates the component with the name `it`."""
    return getattr(scaleway.evalap, subject.kind)("it", **inputs)
