"""Components with the Pulumi CLI: their parts, their outputs, and the options that apply to parts."""

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
        component = scaleway.evalap.ContainerRegistry("evalap", **inputs)
        pulumi.export("endpoint", component.endpoint)
        pulumi.export("image", component.image(name="api", tag="1.0"))

    return program


def test_component_is_created_updated_and_deleted(stack: Make, fake: Fake) -> None:
    deployed = stack(registry())
    preview = deployed.preview()
    assert preview.changes == {"create": 3}, "the stack, the component and its part"
    assert preview.calls == []
    deployed.up()
    (namespace,) = fake.objects("registry/namespace")
    assert namespace["fields"]["name"] == "evalap-dev"
    assert deployed.outputs()["image"] == f"{deployed.outputs()['endpoint']}/api:1.0"
    again = deployed.up()
    assert again.changed == {} and again.calls == []
    assert deployed.refresh().changed == {}
    deployed.program = registry(description="ours")
    changed = deployed.up()
    assert changed.of("evalap-namespace") == ["update"]
    assert changed.difference("evalap-namespace") == ["description"]
    deployed.destroy()
    assert fake.objects("registry/namespace") == []


def test_all_validation_errors_are_reported_before_anything_is_created(stack: Make, fake: Fake) -> None:
    deployed = stack(registry(environment="Dev!", name="1st", is_public="perhaps", overrides={"space": {}}))
    with pytest.raises(Failed) as failed:
        deployed.preview()
    for expected in ["environment", '"Dev!"', "name", '"1st', "isPublic", "overrides.space", "`namespace`"]:
        assert expected in str(failed.value), expected
    assert failed.value.run.calls == []


def test_parts_use_the_provider_of_the_component(stack: Make) -> None:
    deployed = stack(registry())
    deployed.up()
    assert len(providers(deployed)) == 1

    def explicit() -> None:
        provider = scaleway.Provider("other", region="nl-ams")
        scaleway.evalap.ContainerRegistry(
            "evalap", environment="dev", opts=pulumi.ResourceOptions(providers=[provider])
        )

    deployed.destroy()
    deployed.program = explicit
    deployed.up()
    part = deployed.resources()["evalap-namespace"]
    assert "::other::" in part["provider"]
    assert part["outputs"]["region"] == "nl-ams"
    assert deployed.up().changed == {}
    deployed.destroy()


def test_inputs_of_parts_keep_unknown_values_secrets_and_dependencies(stack: Make) -> None:
    def program() -> None:
        project = scaleway.account.Project("project")
        component = scaleway.evalap.ContainerRegistry(
            "evalap", environment="dev", project_id=project.id, description=pulumi.Output.secret("canary")
        )
        pulumi.export("id", component.namespace_id)

    deployed = stack(program)
    assert deployed.preview().calls == []
    deployed.up()
    state = {resource["urn"].rsplit("::", 1)[1]: resource for resource in deployed.state()["resources"]}
    part, project = state["evalap-namespace"], state["project"]
    assert part["propertyDependencies"]["projectId"] == [project["urn"]]
    assert part["propertyDependencies"].get("name") in (None, [])
    assert part["inputs"]["projectId"] == project["id"]
    assert "canary" not in str(deployed.state())
    assert deployed.up().changed == {}
    assert deployed.refresh().changed == {}
    deployed.destroy()


def test_secret_store_is_created_updated_and_deleted(stack: Make, fake: Fake) -> None:
    values = {"model-key": "canary-one", "other-key": "canary-two"}

    def program() -> None:
        component = scaleway.evalap.SecretStore("evalap", environment="dev", secrets=dict(values))
        pulumi.export("ids", component.secret_ids)

    deployed = stack(program)
    assert deployed.preview().calls == []
    deployed.up()
    assert set(deployed.outputs()["ids"]) == set(values)
    assert {found["fields"]["path"] for found in fake.objects("secret/secret")} == {"/evalap/dev"}
    assert "canary" not in str(deployed.state())
    assert deployed.up().changed == {}
    assert deployed.refresh().changed == {}
    values["model-key"] = "canary-three"
    changed = deployed.up()
    assert changed.changed_names() == ["evalap", "evalap-version-model-key"], "the component and the version of the changed secret"
    deployed.destroy()
    assert all(found["fields"]["deletion_requested_at"] for found in fake.objects("secret/secret")), "kept for seven days"


def test_private_network_is_created_updated_and_deleted(stack: Make, fake: Fake) -> None:
    inputs: dict[str, Any] = {"environment": "production"}

    def program() -> None:
        component = scaleway.evalap.PrivateNetwork("evalap", **inputs)
        pulumi.export("cidr", component.cidr)

    deployed = stack(program)
    assert deployed.preview().calls == []
    deployed.up()
    assert deployed.outputs()["cidr"] == "10.30.0.0/16"
    assert deployed.up().changed == {}
    assert deployed.refresh().changed == {}
    inputs["owner"] = "data"
    changed = deployed.up()
    assert changed.of("evalap-vpc") == ["update"] and changed.of("evalap-network-main") == ["update"]
    inputs["subnets"] = [{"name": "apps", "cidr": "10.30.0.0/22"}, {"name": "data", "cidr": "10.30.1.0/24"}]
    with pytest.raises(Failed, match="overlaps"):
        deployed.preview()
    deployed.destroy()
    assert fake.objects("vpc/private_network") == fake.objects("vpc/vpc") == []


def test_private_network_with_gateway_and_acl_is_created_updated_and_deleted(stack: Make, fake: Fake) -> None:
    gateway: dict[str, Any] = {"bastion": True, "bastion_allowed_addresses": ["203.0.113.7/32"]}
    rules = [{"protocol": "TCP", "source": "apps", "destination": "data", "ports": "5432"}]

    def program() -> None:
        component = scaleway.evalap.PrivateNetwork(
            "evalap",
            environment="staging",
            subnets=[{"name": "apps", "cidr": "10.20.0.0/22"}, {"name": "data", "cidr": "10.20.4.0/22"}],
            with_gateway=True,
            gateway=dict(gateway),
            acl_rules=list(rules),
        )
        pulumi.export("address", component.gateway_address)

    deployed = stack(program)
    assert deployed.preview().calls == []
    deployed.up()
    (address,) = fake.objects("vpcgw/ip")
    assert deployed.outputs()["address"] == address["fields"]["address"]
    (found,) = fake.objects("vpcgw/gateway")
    assert found["fields"]["bastion_allowed_ips"] == ["203.0.113.7/32"]
    attached = fake.objects("vpcgw/gateway_network")
    assert [network["fields"]["masquerade_enabled"] for network in attached] == [True, True]
    (rule,) = deployed.resources()["evalap-acl"]["outputs"]["rules"]
    assert (rule["source"], rule["destination"]) == ("10.20.0.0/22", "10.20.4.0/22")
    assert (rule["dstPortLow"], rule["dstPortHigh"]) == (5432, 5432)
    again = deployed.up()
    assert again.changed == {}, again.differences
    refresh = deployed.refresh()
    assert refresh.changed == {}, refresh.differences
    gateway["bastion_allowed_addresses"] = ["198.51.100.0/24"]
    rules.append({"protocol": "TCP", "source": "data", "destination": "apps"})
    assert deployed.up().changed_names() == ["evalap", "evalap-acl", "evalap-gateway"]
    deployed.destroy()
    assert fake.objects("vpcgw/gateway") == fake.objects("vpcgw/ip") == []


def test_monitoring_exports_to_an_otlp_endpoint_and_keeps_the_headers_secret(stack: Make, fake: Fake) -> None:
    export: dict[str, Any] = {"otlp_endpoint": "https://otlp.example.org", "otlp_headers": {"x-key": "canary"}}

    def program() -> None:
        component = scaleway.evalap.Monitoring(
            "evalap", environment="dev", alerts=False, traces_retention_days=0, export=dict(export)
        )
        pulumi.export("exporters", component.exporter_ids)

    deployed = stack(program)
    assert deployed.preview().calls == []
    deployed.up()
    assert set(deployed.outputs()["exporters"]) == {"metrics", "logs"}
    destinations = [found["fields"]["otlp_destination"] for found in fake.objects("cockpit/exporter")]
    assert destinations == [{"endpoint": "https://otlp.example.org", "headers": {"x-key": "canary"}}] * 2
    assert [name for name, found in deployed.resources().items() if "canary" in str(found)] == []
    again = deployed.up()
    assert again.changed == {}, again.differences
    refresh = deployed.refresh()
    assert refresh.changed == {}, refresh.differences
    export["sources"] = ["logs"]
    assert deployed.up().changed_names() == ["evalap", "evalap-exporter-metrics"]
    deployed.destroy()


def providers(deployed: Stack) -> list[str]:
    """The providers of this package in the state."""
    resources = deployed.state()["resources"]
    return [found["urn"] for found in resources if found["type"] == "pulumi:providers:evalap-scaleway"]
