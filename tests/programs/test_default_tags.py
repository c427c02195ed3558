"""Tags and names that the provider gives everything, in every form that products take them."""

from __future__ import annotations

from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import Fake
from stack import Failed, Stack

Make = Callable[..., Stack]


def test_everything_gets_the_tags_of_its_provider(stack: Make, fake: Fake) -> None:
    tags = {"team": "data", "owner": "evalap"}
    own: dict[str, Any] = {}

    def program() -> None:
        options = pulumi.ResourceOptions(provider=scaleway.Provider("tagging", default_tags=dict(tags)))
        scaleway.network.Vpc("network", opts=options, **own)
        scaleway.evalap.PrivateNetwork(
            "evalap", environment="dev", owner="me", opts=pulumi.ResourceOptions(providers=[options.provider])
        )

    made = stack(program)
    assert made.preview().calls == []
    made.up()
    found = {vpc["fields"]["name"]: sorted(vpc["fields"]["tags"]) for vpc in fake.objects("vpc/vpc")}
    (name,) = [name for name in found if name.startswith("network-")]
    assert found[name] == ["owner=evalap", "team=data"]
    component = found["evalap-dev"]
    assert "team=data" in component and "owner=me" in component and "owner=evalap" not in component
    again = made.up()
    assert again.changed == {} and again.calls == []
    assert made.refresh().changed == {}
    own["tags"] = ["owner=them", "one"]
    assert made.up().of("network") == ["update"]
    assert made.resources()["network"]["inputs"]["tags"] == ["owner=them", "one", "team=data"]
    tags["team"] = "models"
    preview = made.preview()
    assert preview.of("network") == ["update"] and preview.of("evalap-vpc") == ["update"]
    made.up()
    assert made.resources()["network"]["outputs"]["tags"] == ["owner=them", "one", "team=models"]
    uuid = made.resources()["network"]["id"]

    def adopted() -> None:
        options = pulumi.ResourceOptions(
            provider=scaleway.Provider("tagging", default_tags=dict(tags)), import_=uuid, retain_on_delete=True
        )
        scaleway.network.Vpc("other", name=made.resources()["network"]["outputs"]["name"], opts=options, **own)

    other = stack(adopted, name="other")
    assert other.up().of("other") == ["import"], "what has the tags already is imported as it is"
    assert other.up().changed == {}
    made.destroy()


def test_everything_follows_the_convention_of_its_provider(stack: Make, fake: Fake) -> None:
    settings = {"environment": "staging", "owner": "data"}
    taken: dict[str, Any] = {}

    def program() -> None:
        options = pulumi.ResourceOptions(provider=scaleway.Provider("tagging", **settings))
        scaleway.network.Vpc("Eval_AP", opts=options)
        scaleway.network.Vpc("other", name="chosen", tags=["owner=me"], opts=options)
        scaleway.object.Bucket("files", opts=options, **taken)

    made = stack(program)
    assert made.preview().calls == []
    made.up()
    found = {vpc["fields"]["name"]: sorted(vpc["fields"]["tags"]) for vpc in fake.objects("vpc/vpc")}
    convention = ["environment=staging", "managed-by=pulumi"]
    assert found["eval-ap-staging"] == [*convention, "owner=data"]
    assert found["chosen"] == [*convention, "owner=me"]
    bucket = made.resources()["files"]["outputs"]
    assert bucket["name"] == "files-staging"
    assert bucket["tags"] == {"environment": "staging", "managed-by": "pulumi", "owner": "data"}
    again = made.up()
    assert again.changed == {} and again.calls == []
    assert made.refresh().changed == {}
    # A name by convention is the next one's too: the old bucket makes room first.
    taken["object_lock_enabled"] = True
    assert made.up().of("files") == ["delete-replaced", "replace", "create-replacement"]
    assert made.resources()["files"]["outputs"]["name"] == "files-staging"
    # What has a name keeps it, whatever the convention becomes.
    settings["environment"] = "production"
    moved = made.preview()
    assert {kind for kinds in moved.changed.values() for kind in kinds} == {"update"}, moved.differences
    made.up()
    assert made.resources()["files"]["outputs"]["name"] == "files-staging"
    made.destroy()


def test_an_environment_no_name_can_end_with_is_told_at_once(stack: Make) -> None:
    def program() -> None:
        scaleway.Provider("wrong", environment="Pre Prod")

    with pytest.raises(Failed) as refused:
        stack(program).preview()
    assert "must consist of lower-case letters, digits and dashes, such as `production`" in str(refused.value)
    assert refused.value.run.calls == []
