"""Tags that the provider gives everything, in every form that products take them."""

from __future__ import annotations

from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi

from fake import Fake
from stack import Stack

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
