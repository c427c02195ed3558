"""Default tags and the naming convention of the provider, for every format of tags."""

from __future__ import annotations

from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import Fake
from stack import Failed, Stack

Make = Callable[..., Stack]


def test_all_resources_get_the_default_tags_of_the_provider(stack: Make, fake: Fake) -> None:
    tags = {"team": "data", "owner": "evalap"}
    own: dict[str, Any] = {}

    def program() -> None:
        options = pulumi.ResourceOptions(provider=scaleway.Provider("tagging", default_tags=dict(tags)))
        scaleway.network.Vpc("network", opts=options, **own)
        scaleway.evalap.PrivateNetwork(
            "evalap", environment="dev", owner="me", opts=pulumi.ResourceOptions(providers=[options.provider])
        )

    deployed = stack(program)
    assert deployed.preview().calls == []
    deployed.up()
    found = {vpc["fields"]["name"]: sorted(vpc["fields"]["tags"]) for vpc in fake.objects("vpc/vpc")}
    (name,) = [name for name in found if name.startswith("network-")]
    assert found[name] == ["owner=evalap", "team=data"]
    component = found["evalap-dev"]
    assert "team=data" in component and "owner=me" in component and "owner=evalap" not in component
    again = deployed.up()
    assert again.changed == {} and again.calls == []
    assert deployed.refresh().changed == {}
    own["tags"] = ["owner=them", "one"]
    assert deployed.up().of("network") == ["update"]
    assert deployed.resources()["network"]["inputs"]["tags"] == ["owner=them", "one", "team=data"]
    tags["team"] = "models"
    preview = deployed.preview()
    assert preview.of("network") == ["update"] and preview.of("evalap-vpc") == ["update"]
    deployed.up()
    assert deployed.resources()["network"]["outputs"]["tags"] == ["owner=them", "one", "team=models"]
    uuid = deployed.resources()["network"]["id"]

    def adopted() -> None:
        options = pulumi.ResourceOptions(
            provider=scaleway.Provider("tagging", default_tags=dict(tags)), import_=uuid, retain_on_delete=True
        )
        scaleway.network.Vpc("other", name=deployed.resources()["network"]["outputs"]["name"], opts=options, **own)

    other = stack(adopted, name="other")
    assert other.up().of("other") == ["import"], "a resource with the default tags is imported without a difference"
    assert other.up().changed == {}
    deployed.destroy()


def test_all_resources_follow_the_naming_convention_of_the_provider(stack: Make, fake: Fake) -> None:
    settings = {"environment": "staging", "owner": "data"}
    taken: dict[str, Any] = {}

    def program() -> None:
        options = pulumi.ResourceOptions(provider=scaleway.Provider("tagging", **settings))
        scaleway.network.Vpc("Eval_AP", opts=options)
        scaleway.network.Vpc("other", name="chosen", tags=["owner=me"], opts=options)
        scaleway.object.Bucket("files", opts=options, **taken)

    deployed = stack(program)
    assert deployed.preview().calls == []
    deployed.up()
    found = {vpc["fields"]["name"]: sorted(vpc["fields"]["tags"]) for vpc in fake.objects("vpc/vpc")}
    convention = ["environment=staging", "managed-by=pulumi"]
    assert found["eval-ap-staging"] == [*convention, "owner=data"]
    assert found["chosen"] == [*convention, "owner=me"]
    bucket = deployed.resources()["files"]["outputs"]
    assert bucket["name"] == "files-staging"
    assert bucket["tags"] == {"environment": "staging", "managed-by": "pulumi", "owner": "data"}
    again = deployed.up()
    assert again.changed == {} and again.calls == []
    assert deployed.refresh().changed == {}
    # A replacement has the same conventional name, so the old bucket is deleted first.
    taken["object_lock_enabled"] = True
    assert deployed.up().of("files") == ["delete-replaced", "replace", "create-replacement"]
    assert deployed.resources()["files"]["outputs"]["name"] == "files-staging"
    # A resource keeps its name when the convention changes.
    settings["environment"] = "production"
    moved = deployed.preview()
    assert {kind for kinds in moved.changed.values() for kind in kinds} == {"update"}, moved.differences
    deployed.up()
    assert deployed.resources()["files"]["outputs"]["name"] == "files-staging"
    deployed.destroy()


def test_environment_that_is_an_invalid_name_suffix_is_rejected(stack: Make) -> None:
    def program() -> None:
        scaleway.Provider("wrong", environment="Pre Prod")

    with pytest.raises(Failed) as failed:
        stack(program).preview()
    assert "must consist of lower-case letters, digits and dashes, such as `production`" in str(failed.value)
    assert failed.value.run.calls == []
