"""Least privilege, on a fake that enforces permission sets: what the deploying key needs, and what the services may do."""

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

# Rights that were granted a moment ago are waited for, up to two minutes. Here a refusal is final.
SOON = pulumi.CustomTimeouts(create="5s", update="5s", delete="5s")


def application() -> None:
    """EvalAP in production, whose services read secrets and objects."""
    made = scaleway.evalap.Application(
        "evalap",
        environment="production",
        services=[{"name": "api", "image": "evalap/api:1", "health_path": "/health", "is_public": True}],
        database={"node_type": "DB-GP-XS", "high_availability": True, "backup_retention_days": 30},
        secrets={"model-key": pulumi.Output.secret("canary")},
        access={"secrets": "read", "objectStorage": "read"},
        alert_emails=["ops@example.org"],
        opts=pulumi.ResourceOptions(custom_timeouts=SOON),
    )
    pulumi.export("endpoints", made.endpoints)


def test_the_key_that_the_guide_makes_deploys_an_application_and_no_set_is_too_much(tmp_path: Path) -> None:
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
        assert policy.sets() == set(documented()), "the table and the program of the guide say the same"
        # In the order in which they are needed: each attempt goes on where the one before it was refused.
        for missing in documented():
            with policy.without(missing):
                refused_for(stack, missing)
        assert all(call.status != 403 for call in stack.up().calls), "with exactly these, nothing is refused"
        assert stack.up().changed == {}
        services_may_do_what_they_need_and_no_more(fake)
        stack.destroy()


def documented() -> list[str]:
    """The permission sets of the guide's first table."""
    rows = re.findall(r"^\| `(\w+)` \| (?:project|organization) \|", GUIDE.path.read_text(), re.MULTILINE)
    assert len(rows) > 5
    return rows


def refused_for(stack: Stack, missing: str) -> None:
    """An up that is refused for this one set, which the message names, and for no other reason."""
    try:
        run = stack.up()
    except Failed as failed:
        named = re.findall(r"needs a policy with the permission set (\w+)", str(failed))
        assert set(named) == {missing}, f"without {missing}: {failed}"
    else:
        raise AssertionError(f"{missing} was not missed: {run.calls}")


class Policy:
    """A policy whose sets can be taken away for a while, by the owner."""

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
    """The id of the one policy whose name begins so."""
    (found,) = [found for found in fake.objects("iam/policy") if found["fields"]["name"].startswith(name)]
    return found["id"]


def services_may_do_what_they_need_and_no_more(fake: Fake) -> None:
    """Real calls with the key that the services find in their environment: every set is needed for one of them."""
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
    assert policy.sets() == set(steps), "nothing is granted that no step needs"
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
        "another key": api("POST", "/iam/v1alpha1/api-keys", {"application_id": "of-somebody"}),
    }
    assert {name: step() for name, step in outside.items()} == dict.fromkeys(outside, 403)


def api_status(fake: Fake, token: str, method: str, path: str, body: Any) -> int:
    """The status of a call of the API with this key."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "X-Auth-Token": token}
    try:
        with urllib.request.urlopen(urllib.request.Request(fake.url + path, data, headers, method=method)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
