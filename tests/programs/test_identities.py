"""IAM: group memberships, delayed permissions, and warnings about unknown permission sets."""

from __future__ import annotations

from pathlib import Path

import pulumi
from evalap_scaleway import Provider, account, iam, secrets

from fake import Fake
from stack import Stack


def test_membership_that_was_removed_outside_of_pulumi_is_created_again(tmp_path: Path, fake: Fake) -> None:
    def program() -> None:
        group = iam.Group("builders", external_membership=True)
        for name in ("one", "two", "three"):
            application = iam.Application(name)
            iam.GroupMembership(name, group_id=group.id, application_id=application.id)

    stack = Stack(tmp_path, program, fake)
    stack.up()
    assert stack.up().changed == {}
    assert stack.refresh().changed == {}
    (group,) = fake.objects("iam/group")
    members = group["fields"]["application_ids"]
    assert len(members) == 3

    fake.call("POST", f"/iam/v1alpha1/groups/{group['id']}/remove-member", {"application_id": members[0]})
    stack.refresh()
    stack.up()
    (group,) = fake.objects("iam/group")
    assert sorted(group["fields"]["application_ids"]) == sorted(members)
    assert stack.up().changed == {}
    stack.destroy()
    assert fake.objects("iam/group") == []


def test_up_waits_for_the_permissions_of_a_new_key(tmp_path: Path, fake: Fake) -> None:
    """The policy and the key do not depend on each other, and permissions take effect with a delay."""

    def program() -> None:
        project = account.Project("project")
        pipeline = iam.Application("pipeline")
        rule = {"project_ids": [project.id], "permission_set_names": ["SecretManagerFullAccess"]}
        iam.Policy("policy", application_id=pipeline.id, rules=[rule])
        key = iam.ApiKey("key", application_id=pipeline.id)
        provider = Provider(
            "as-pipeline", access_key=key.access_key, secret_key=key.secret_key, project_id=project.id
        )
        secrets.Secret("secret", opts=pulumi.ResourceOptions(provider=provider))

    denied = {"type": "permissions_denied", "message": "insufficient permissions", "details": []}
    fake.fault({"status": {"code": 403, "body": denied}}, method="POST", path="/secret-manager/*", times=2)
    stack = Stack(tmp_path, program, fake)
    up = stack.up()
    assert len([call for call in up.calls.writes if call.path.startswith("/secret-manager/")]) == 3, str(up.calls)
    assert stack.up().changed == {}
    stack.destroy()


def test_expiry_date_that_scaleway_set_on_a_key_is_not_changed(tmp_path: Path, fake: Fake) -> None:
    def program() -> None:
        pipeline = iam.Application("pipeline")
        iam.ApiKey("key", application_id=pipeline.id)

    stack = Stack(tmp_path, program, fake)
    stack.up()
    key = stack.resources()["key"]["id"]
    fake.change(key, expires_at="2099-01-01T00:00:00Z")
    stack.refresh()
    again = stack.up()
    assert again.changed == {}, again.differences
    assert stack.resources()["key"]["outputs"]["expiresAt"] == "2099-01-01T00:00:00Z"
    stack.destroy()


def test_unknown_permission_set_is_a_warning_at_preview(tmp_path: Path, fake: Fake) -> None:
    def program() -> None:
        project = account.Project("project")
        rules = [{"project_ids": [project.id], "permission_set_names": ["SecretManagerFullAcess", "IAMManager"]}]
        iam.Policy("policy", no_principal=True, rules=rules)

    preview = Stack(tmp_path, program, fake).preview()
    assert 'did you mean "SecretManagerFullAccess"?' in preview.output
    assert "set `organizationId` instead" in preview.output
    assert len(preview.calls.writes) == 0, str(preview.calls)
