"""Resources that a program reads with `.get()` in a stack of `pulumiverse_scaleway`."""

from __future__ import annotations

from typing import Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import Fake
from stack import Failed, Stack
from test_pulumiverse_migration import as_pulumiverse, migrated


def reading(vpc_id: str) -> Callable[[], None]:
    """A program that reads a VPC and creates a private network in it."""

    def program() -> None:
        vpc = scaleway.network.Vpc.get("existing", vpc_id)
        scaleway.network.PrivateNetwork("wire", vpc_id=vpc.id, tags=["one"])
        provider = scaleway.Provider("explicit", region="fr-par")
        group = scaleway.registry.Namespace("images", opts=pulumi.ResourceOptions(provider=provider))
        pulumi.export("group", group.id)

    return program


def own_stack(stack: Callable[..., Stack]) -> Stack:
    """A stack with one resource that is only read."""
    component = stack(lambda: scaleway.network.Vpc("made-elsewhere", name="shared"))
    component.up()
    vpc_id = component.resources()["made-elsewhere"]["id"]
    exported = component.automation.export_stack()
    exported.deployment["resources"] = exported.deployment["resources"][:1]
    component.automation.import_stack(exported)
    component.program = reading(vpc_id)
    component.up()
    return component


def pulumiverse_stack(stack: Callable[..., Stack], fake: Fake, rewritten: bool) -> Stack:
    """A stack of `pulumiverse_scaleway` with one resource that is only read."""
    deployed = own_stack(stack)
    exported = deployed.automation.export_stack()
    exported.deployment = as_pulumiverse(exported.deployment, 0)
    for resource in exported.deployment["resources"]:
        if resource["type"] == "pulumi:providers:scaleway" and "explicit" in resource["urn"]:
            key = {"accessKey": "SCWXXXXXXXXXXXXXXXXX"}
            resource["inputs"].update(key)
            resource["outputs"].update(key)
    if rewritten:
        exported.deployment = migrated(exported.deployment)
    deployed.automation.import_stack(exported)
    return deployed


@pytest.mark.parametrize("first", ["up", "refresh", "destroy"])
def test_resource_that_is_only_read_works_after_migrate_state(first: str, stack: Callable[..., Stack], fake: Fake) -> None:
    deployed = pulumiverse_stack(stack, fake, rewritten=True)
    if first == "refresh":
        refresh = deployed.refresh()
        assert refresh.changed == {}, refresh.differences
    if first != "destroy":
        run = deployed.up()
        assert run.changed == {}, run.differences
        assert {call.method for call in run.calls} == {"GET"}
    deployed.destroy()
    assert fake.objects("vpc/private_network") == []
    assert [vpc["fields"]["name"] for vpc in fake.objects("vpc/vpc") if not vpc["fields"]["is_default"]] == ["shared"]


@pytest.mark.parametrize("is_migrated", [False, True], ids=["own stack", "after migrate-state"])
def test_preview_does_not_replace_dependents_of_a_resource_that_is_only_read(
    is_migrated: bool, stack: Callable[..., Stack], fake: Fake
) -> None:
    """Requires that the SDK is not newer than the CLI: scripts/versions has the same version for both."""
    deployed = pulumiverse_stack(stack, fake, rewritten=True) if is_migrated else own_stack(stack)
    preview = deployed.preview()
    assert preview.of("wire") == [] and preview.changed == {}, preview.output
    refresh = deployed.preview(refresh=True)
    assert refresh.of("wire") == [] and refresh.changed == {}, refresh.output


def test_explicit_provider_with_a_key_from_the_environment_has_no_changes(stack: Callable[..., Stack], fake: Fake) -> None:
    deployed = pulumiverse_stack(stack, fake, rewritten=True)
    providers = [kept for kept in deployed.state()["resources"] if kept["type"].startswith("pulumi:providers:")]
    assert all("accessKey" not in kept["inputs"] for kept in providers)
    output = deployed.preview().output
    assert "pulumi:providers" not in output, output


@pytest.mark.parametrize("command", ["preview", "up", "refresh", "destroy"])
def test_error_without_migrate_state_names_the_other_plugin(
    command: str, stack: Callable[..., Stack], fake: Fake
) -> None:
    """The guide quotes this message, and requires `migrate-state` for such a stack."""
    deployed = pulumiverse_stack(stack, fake, rewritten=False)
    with pytest.raises(Failed, match="no resource plugin 'pulumi-resource-scaleway' found"):
        getattr(deployed, command)()
    exported = deployed.automation.export_stack()
    exported.deployment = migrated(exported.deployment)
    deployed.automation.import_stack(exported)
    run = deployed.up()
    assert run.changed == {}, run.differences
