"""Resources that a program reads with `.get()` in a stack that the community's package made."""

from __future__ import annotations

from typing import Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import Fake
from stack import Failed, Stack
from test_takeover import as_of_the_peer, migrated


def reading(vpc_id: str) -> Callable[[], None]:
    """A program that reads a VPC and makes a private network in it."""

    def program() -> None:
        vpc = scaleway.network.Vpc.get("existing", vpc_id)
        scaleway.network.PrivateNetwork("wire", vpc_id=vpc.id, tags=["one"])
        provider = scaleway.Provider("explicit", region="fr-par")
        group = scaleway.registry.Namespace("images", opts=pulumi.ResourceOptions(provider=provider))
        pulumi.export("group", group.id)

    return program


def own_stack(stack: Callable[..., Stack]) -> Stack:
    """A stack with one resource that it only reads."""
    made = stack(lambda: scaleway.network.Vpc("made-elsewhere", name="shared"))
    made.up()
    vpc_id = made.resources()["made-elsewhere"]["id"]
    exported = made.automation.export_stack()
    exported.deployment["resources"] = exported.deployment["resources"][:1]
    made.automation.import_stack(exported)
    made.program = reading(vpc_id)
    made.up()
    return made


def stack_of_the_peer(stack: Callable[..., Stack], fake: Fake, rewritten: bool) -> Stack:
    """A stack as the community's package leaves it, with one resource that it only reads."""
    made = own_stack(stack)
    exported = made.automation.export_stack()
    exported.deployment = as_of_the_peer(exported.deployment, 0)
    for resource in exported.deployment["resources"]:
        if resource["type"] == "pulumi:providers:scaleway" and "explicit" in resource["urn"]:
            key = {"accessKey": "SCWXXXXXXXXXXXXXXXXX"}
            resource["inputs"].update(key)
            resource["outputs"].update(key)
    if rewritten:
        exported.deployment = migrated(exported.deployment)
    made.automation.import_stack(exported)
    return made


@pytest.mark.parametrize("first", ["up", "refresh", "destroy"])
def test_a_resource_that_is_read_goes_on_after_migrate_state(first: str, stack: Callable[..., Stack], fake: Fake) -> None:
    made = stack_of_the_peer(stack, fake, rewritten=True)
    if first == "refresh":
        refresh = made.refresh()
        assert refresh.changed == {}, refresh.differences
    if first != "destroy":
        run = made.up()
        assert run.changed == {}, run.differences
        assert {call.method for call in run.calls} == {"GET"}
    made.destroy()
    assert fake.objects("vpc/private_network") == []
    assert [vpc["fields"]["name"] for vpc in fake.objects("vpc/vpc") if not vpc["fields"]["is_default"]] == ["shared"]


@pytest.mark.parametrize("is_migrated", [False, True], ids=["own stack", "after migrate-state"])
def test_preview_replaces_nothing_that_uses_a_resource_that_is_read(
    is_migrated: bool, stack: Callable[..., Stack], fake: Fake
) -> None:
    """Holds where the SDK is not newer than the CLI: scripts/versions takes the same version of both."""
    made = stack_of_the_peer(stack, fake, rewritten=True) if is_migrated else own_stack(stack)
    preview = made.preview()
    assert preview.of("wire") == [] and preview.changed == {}, preview.output
    refresh = made.preview(refresh=True)
    assert refresh.of("wire") == [] and refresh.changed == {}, refresh.output


def test_an_explicit_provider_with_a_key_from_the_environment_is_no_change(stack: Callable[..., Stack], fake: Fake) -> None:
    made = stack_of_the_peer(stack, fake, rewritten=True)
    providers = [kept for kept in made.state()["resources"] if kept["type"].startswith("pulumi:providers:")]
    assert all("accessKey" not in kept["inputs"] for kept in providers)
    output = made.preview().output
    assert "pulumi:providers" not in output, output


@pytest.mark.parametrize("command", ["preview", "up", "refresh", "destroy"])
def test_without_migrate_state_the_message_names_the_other_plugin(
    command: str, stack: Callable[..., Stack], fake: Fake
) -> None:
    """The guide says that such a stack needs `migrate-state`, and quotes this message."""
    made = stack_of_the_peer(stack, fake, rewritten=False)
    with pytest.raises(Failed, match="no resource plugin 'pulumi-resource-scaleway' found"):
        getattr(made, command)()
    exported = made.automation.export_stack()
    exported.deployment = migrated(exported.deployment)
    made.automation.import_stack(exported)
    run = made.up()
    assert run.changed == {}, run.differences
