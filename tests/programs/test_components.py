"""Components through the real CLI: what they make, what they are told, and what is passed on to their parts."""

from __future__ import annotations

from typing import Any, Callable

import evalap_scaleway as scaleway
import pulumi
import pytest

from fake import Fake
from stack import Failed, Stack

Make = Callable[..., Stack]


def registry(**changes: Any) -> Callable[[], None]:
    """A program with one registry."""
    inputs: dict[str, Any] = {"environment": "dev", **changes}

    def program() -> None:
        made = scaleway.evalap.ContainerRegistry("evalap", **inputs)
        pulumi.export("endpoint", made.endpoint)
        pulumi.export("image", made.image(name="api", tag="1.0"))

    return program


def test_a_component_lives_its_life(stack: Make, fake: Fake) -> None:
    made = stack(registry())
    preview = made.preview()
    assert preview.changes == {"create": 3}, "the stack, the component and its part"
    assert preview.calls == []
    made.up()
    (namespace,) = fake.objects("registry/namespace")
    assert namespace["fields"]["name"] == "evalap-dev"
    assert made.outputs()["image"] == f"{made.outputs()['endpoint']}/api:1.0"
    again = made.up()
    assert again.changed == {} and again.calls == []
    assert made.refresh().changed == {}
    made.program = registry(description="ours")
    changed = made.up()
    assert changed.of("evalap-namespace") == ["update"]
    assert changed.difference("evalap-namespace") == ["description"]
    made.destroy()
    assert fake.objects("registry/namespace") == []


def test_all_that_is_wrong_is_told_at_once_before_anything_is_made(stack: Make, fake: Fake) -> None:
    made = stack(registry(environment="Dev!", name="1st", is_public="perhaps", overrides={"space": {}}))
    with pytest.raises(Failed) as failed:
        made.preview()
    for told in ["environment", '"Dev!"', "name", '"1st', "isPublic", "overrides.space", "`namespace`"]:
        assert told in str(failed.value), told
    assert failed.value.run.calls == []


def test_there_is_one_provider_and_a_part_uses_the_one_that_was_given(stack: Make) -> None:
    made = stack(registry())
    made.up()
    assert len(providers(made)) == 1

    def explicit() -> None:
        provider = scaleway.Provider("other", region="nl-ams")
        scaleway.evalap.ContainerRegistry(
            "evalap", environment="dev", opts=pulumi.ResourceOptions(providers=[provider])
        )

    made.destroy()
    made.program = explicit
    made.up()
    part = made.resources()["evalap-namespace"]
    assert "::other::" in part["provider"]
    assert part["outputs"]["region"] == "nl-ams"
    assert made.up().changed == {}
    made.destroy()


def test_what_is_not_known_or_secret_stays_so_and_parts_depend_on_what_they_read(stack: Make) -> None:
    def program() -> None:
        project = scaleway.account.Project("project")
        made = scaleway.evalap.ContainerRegistry(
            "evalap", environment="dev", project_id=project.id, description=pulumi.Output.secret("canary")
        )
        pulumi.export("id", made.namespace_id)

    made = stack(program)
    assert made.preview().calls == []
    made.up()
    state = {resource["urn"].rsplit("::", 1)[1]: resource for resource in made.state()["resources"]}
    part, project = state["evalap-namespace"], state["project"]
    assert part["propertyDependencies"]["projectId"] == [project["urn"]]
    assert part["propertyDependencies"].get("name") in (None, [])
    assert part["inputs"]["projectId"] == project["id"]
    assert "canary" not in str(made.state())
    assert made.up().changed == {}
    assert made.refresh().changed == {}
    made.destroy()


def test_the_secrets_of_an_environment_live_their_life(stack: Make, fake: Fake) -> None:
    values = {"model-key": "canary-one", "other-key": "canary-two"}

    def program() -> None:
        made = scaleway.evalap.SecretStore("evalap", environment="dev", secrets=dict(values))
        pulumi.export("ids", made.secret_ids)

    made = stack(program)
    assert made.preview().calls == []
    made.up()
    assert set(made.outputs()["ids"]) == set(values)
    assert {found["fields"]["path"] for found in fake.objects("secret/secret")} == {"/evalap/dev"}
    assert "canary" not in str(made.state())
    assert made.up().changed == {}
    assert made.refresh().changed == {}
    values["model-key"] = "canary-three"
    changed = made.up()
    assert changed.changed_names() == ["evalap", "evalap-version-model-key"], "the component, and what follows from its change"
    made.destroy()


def test_the_network_of_an_environment_lives_its_life(stack: Make, fake: Fake) -> None:
    inputs: dict[str, Any] = {"environment": "production"}

    def program() -> None:
        made = scaleway.evalap.PrivateNetwork("evalap", **inputs)
        pulumi.export("cidr", made.cidr)

    made = stack(program)
    assert made.preview().calls == []
    made.up()
    assert made.outputs()["cidr"] == "10.30.0.0/16"
    assert made.up().changed == {}
    assert made.refresh().changed == {}
    inputs["owner"] = "data"
    changed = made.up()
    assert changed.of("evalap-vpc") == ["update"] and changed.of("evalap-network-main") == ["update"]
    inputs["subnets"] = [{"name": "apps", "cidr": "10.30.0.0/22"}, {"name": "data", "cidr": "10.30.1.0/24"}]
    with pytest.raises(Failed, match="overlaps"):
        made.preview()
    made.destroy()


def test_a_network_with_a_way_out_and_rules_inside_lives_its_life(stack: Make, fake: Fake) -> None:
    gateway: dict[str, Any] = {"bastion": True, "bastion_allowed_addresses": ["203.0.113.7/32"]}
    rules = [{"protocol": "TCP", "source": "apps", "destination": "data", "ports": "5432"}]

    def program() -> None:
        made = scaleway.evalap.PrivateNetwork(
            "evalap",
            environment="staging",
            subnets=[{"name": "apps", "cidr": "10.20.0.0/22"}, {"name": "data", "cidr": "10.20.4.0/22"}],
            with_gateway=True,
            gateway=dict(gateway),
            acl_rules=list(rules),
        )
        pulumi.export("address", made.gateway_address)

    made = stack(program)
    assert made.preview().calls == []
    made.up()
    (address,) = fake.objects("vpcgw/ip")
    assert made.outputs()["address"] == address["fields"]["address"]
    (found,) = fake.objects("vpcgw/gateway")
    assert found["fields"]["bastion_allowed_ips"] == ["203.0.113.7/32"]
    attached = fake.objects("vpcgw/gateway_network")
    assert [network["fields"]["masquerade_enabled"] for network in attached] == [True, True]
    (rule,) = made.resources()["evalap-acl"]["outputs"]["rules"]
    assert (rule["source"], rule["destination"]) == ("10.20.0.0/22", "10.20.4.0/22")
    assert (rule["dstPortLow"], rule["dstPortHigh"]) == (5432, 5432)
    again = made.up()
    assert again.changed == {}, again.differences
    refresh = made.refresh()
    assert refresh.changed == {}, refresh.differences
    gateway["bastion_allowed_addresses"] = ["198.51.100.0/24"]
    rules.append({"protocol": "TCP", "source": "data", "destination": "apps"})
    assert made.up().changed_names() == ["evalap", "evalap-acl", "evalap-gateway"]
    made.destroy()
    assert fake.objects("vpcgw/gateway") == fake.objects("vpcgw/ip") == []


def test_what_an_environment_tells_is_sent_on(stack: Make, fake: Fake) -> None:
    export: dict[str, Any] = {"otlp_endpoint": "https://otlp.example.org", "otlp_headers": {"x-key": "canary"}}

    def program() -> None:
        made = scaleway.evalap.Monitoring(
            "evalap", environment="dev", alerts=False, traces_retention_days=0, export=dict(export)
        )
        pulumi.export("exporters", made.exporter_ids)

    made = stack(program)
    assert made.preview().calls == []
    made.up()
    assert set(made.outputs()["exporters"]) == {"metrics", "logs"}
    destinations = [found["fields"]["otlp_destination"] for found in fake.objects("cockpit/exporter")]
    assert destinations == [{"endpoint": "https://otlp.example.org", "headers": {"x-key": "canary"}}] * 2
    assert [name for name, found in made.resources().items() if "canary" in str(found)] == []
    again = made.up()
    assert again.changed == {}, again.differences
    refresh = made.refresh()
    assert refresh.changed == {}, refresh.differences
    export["sources"] = ["logs"]
    assert made.up().changed_names() == ["evalap", "evalap-exporter-metrics"]
    made.destroy()


def providers(made: Stack) -> list[str]:
    """The providers of ours in the state."""
    resources = made.state()["resources"]
    return [found["urn"] for found in resources if found["type"] == "pulumi:providers:evalap-scaleway"]
