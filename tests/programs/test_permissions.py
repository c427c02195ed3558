"""Least privilege, with a fake that enforces permission sets: those of the deployment key and of the services."""

from __future__ import annotations

import base64
import json
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi

import signed
from documents import page
from fake import ACCESS_KEY, PROJECT, SECRET_KEY, Fake
from stack import Failed, Stack

GUIDE = page("docs/guides/permissions.md")

# The default wait for new permissions is up to two minutes. In these tests a 403 is final.
SOON = pulumi.CustomTimeouts(create="5s", update="5s", delete="5s")


def application() -> None:
    """EvalAP in production, whose services read secrets and objects."""
    component = scaleway.evalap.Application(
        "evalap",
        environment="production",
        services=[{"name": "api", "image": "evalap/api:1", "health_path": "/health", "is_public": True}],
        database={"node_type": "DB-GP-XS", "high_availability": True, "backup_retention_days": 30},
        secrets={"model-key": pulumi.Output.secret("canary")},
        access={"secrets": "read", "objectStorage": "read"},
        alert_emails=["ops@example.org"],
        opts=pulumi.ResourceOptions(custom_timeouts=SOON),
    )
    pulumi.export("endpoints", component.endpoints)


def test_key_of_the_guide_deploys_an_application_with_the_minimal_permission_sets(tmp_path: Path) -> None:
    with Fake(tmp_path, enforce=True) as fake:
        (block,) = [block for block in GUIDE.blocks if block.language == "python"]
        owner = Stack(tmp_path / "owner", lambda: exec(compile(block.text, "permissions.md", "exec"), {}), fake)
        owner.set_secrets({"scaleway:projectId": PROJECT, "scaleway:organizationId": PROJECT})
        owner.up()
        key = owner.outputs()
        stack = Stack(
            tmp_path / "deployed",
            application,
            fake,
            environment={"SCW_ACCESS_KEY": key["accessKey"], "SCW_SECRET_KEY": key["secretKey"]},
        )
        policy = Policy(fake, policy_id(fake, "pipeline"))
        assert policy.sets() == set(documented()), "the table and the program of the guide are equal"
        # In the order in which they are needed: each attempt continues where the previous one failed.
        for missing in documented():
            with policy.without(missing):
                fails_without(stack, missing)
        assert all(call.status != 403 for call in stack.up().calls), "these sets are sufficient"
        assert stack.up().changed == {}
        check_permissions_of_services(fake)
        stack.destroy()


def documented() -> list[str]:
    """The permission sets of the first table of the guide."""
    rows = re.findall(r"^\| `(\w+)` \| (?:project|organization) \|", GUIDE.path.read_text(), re.MULTILINE)
    assert len(rows) > 5
    return rows


def fails_without(stack: Stack, missing: str) -> None:
    """An up that fails because of this missing set, which the message names, and for no other reason."""
    try:
        run = stack.up()
    except Failed as failed:
        named = re.findall(r"needs a policy with the permission set (\w+)", str(failed))
        assert set(named) == {missing}, f"without {missing}: {failed}"
    else:
        raise AssertionError(f"{missing} is not needed: {run.calls}")


class Policy:
    """A policy from which the owner can remove sets temporarily."""

    def __init__(self, fake: Fake, uuid: str) -> None:
        self.fake = fake
        self.uuid = uuid
        found = fake.call("GET", f"/iam/v1alpha1/rules?policy_id={uuid}")["rules"]
        scopes = ("permission_set_names", "project_ids", "organization_id")
        self.rules = [{name: rule[name] for name in scopes if name in rule} for rule in found]

    def sets(self) -> set[str]:
        return {name for rule in self.rules for name in rule["permission_set_names"]}

    def without(self, missing: str) -> "Policy":
        self._set(missing)
        return self

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        self._set("")

    def _set(self, missing: str) -> None:
        kept = [
            {**rule, "permission_set_names": [name for name in rule["permission_set_names"] if name != missing]}
            for rule in self.rules
        ]
        body = {"policy_id": self.uuid, "rules": [rule for rule in kept if rule["permission_set_names"]]}
        self.fake.call("PUT", "/iam/v1alpha1/rules", body)


def policy_id(fake: Fake, name: str) -> str:
    """The ID of the policy whose name has this prefix."""
    (found,) = [found for found in fake.objects("iam/policy") if found["fields"]["name"].startswith(name)]
    return found["id"]


def check_permissions_of_services(fake: Fake) -> None:
    """Requests with the API key in the environment of the services: each set is needed for one of them."""
    secrets = "/secret-manager/v1beta1/regions/fr-par/secrets"
    by_name = {found["fields"]["name"]: found["id"] for found in fake.objects("secret/secret")}
    assert signed.status(fake.url, ACCESS_KEY, SECRET_KEY, "PUT", "/evalap-models") == 200
    assert signed.status(fake.url, ACCESS_KEY, SECRET_KEY, "PUT", "/evalap-models/one", b"weights") == 200
    kept = fake.call("GET", f"{secrets}/{by_name['api-key']}/versions/latest/access")["data"]
    key = json.loads(base64.b64decode(kept))

    def api(method: str, path: str, body: Any = None) -> Callable[[], int]:
        return lambda: api_status(fake, key["secretKey"], method, path, body)

    def storage(method: str, path: str, body: bytes = b"") -> Callable[[], int]:
        return lambda: signed.status(fake.url, key["accessKey"], key["secretKey"], method, path, body)

    steps = {
        "SecretManagerReadOnly": api("GET", secrets),
        "SecretManagerSecretAccess": api("GET", f"{secrets}/{by_name['model-key']}/versions/latest/access"),
        "ObjectStorageBucketsRead": storage("GET", "/evalap-models?versioning"),
        "ObjectStorageObjectsRead": storage("GET", "/evalap-models/one"),
    }
    policy = Policy(fake, policy_id(fake, "evalap-production"))
    assert policy.sets() == set(steps), "each granted set is needed by a step"
    assert {name: step() for name, step in steps.items()} == dict.fromkeys(steps, 200)
    for missing in steps:
        with policy.without(missing):
            expected = {name: 403 if name == missing else 200 for name in steps}
            assert {name: step() for name, step in steps.items()} == expected, f"without {missing}"
    outside = {
        "another value for a secret": api("POST", f"{secrets}/{by_name['model-key']}/versions", {"data": "aGk="}),
        "a secret less": api("DELETE", f"{secrets}/{by_name['model-key']}"),
        "an object more": storage("PUT", "/evalap-models/two", b"x"),
        "an object less": storage("DELETE", "/evalap-models/one"),
        "a bucket more": storage("PUT", "/evalap-others"),
        "the database": api("GET", "/rdb/v1/regions/fr-par/instances"),
        "the containers": api("GET", "/containers/v1/regions/fr-par/containers"),
        "the images": api("GET", "/registry/v1/regions/fr-par/namespaces"),
        "the network": api("GET", "/vpc/v2/regions/fr-par/vpcs"),
        "more rights": api("POST", "/iam/v1alpha1/policies", {"name": "mine", "no_principal": True}),
        "another key": api("POST", "/iam/v1alpha1/api-keys", {"application_id": "of-concurrent_up"}),
    }
    assert {name: step() for name, step in outside.items()} == dict.fromkeys(outside, 403)


def api_status(fake: Fake, token: str, method: str, path: str, body: Any) -> int:
    """The status of an API request with this key."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "X-Auth-Token": token}
    try:
        with urllib.request.urlopen(urllib.request.Request(fake.url + path, data, headers, method=method)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
