//! The Internet access of a network: a public IP address, a gateway with it, and one attachment for each subnet. The SSH
//! bastion of the gateway is optional.

use futures_util::future::try_join_all;
use value::{Object, Path, Value, object};

use crate::error::Error;
use crate::problem::{Problem, has_no_address, open_to_all};
use crate::scope::{Part, Scope, described};

/// The properties of `gateway`.
const OF_GATEWAY: [&str; 6] = ["type", "zone", "defaultRoute", "bastion", "bastionPort", "bastionAllowedAddresses"];

/// The smallest gateway type.
const USUAL_TYPE: &str = "VPC-GW-S";

/// The outputs of the gateway.
pub(crate) struct Gateway {
    pub(crate) id: Value,
    pub(crate) address: Value,
}

/// The problems of `gateway`.
pub(crate) fn problems(inputs: &Object) -> Vec<Problem> {
    let mut problems = Vec::new();
    if inputs.given("gateway").is_none() {
        return problems;
    }
    let given = described(inputs, "gateway", &OF_GATEWAY);
    let path = Path::root("gateway");
    if !has_gateway(inputs) {
        let reason = "requires a gateway: set `withGateway` to true, or remove it";
        problems.push(Problem::new(path.clone(), reason));
    }
    let is_unknown = given.get("bastion").is_some_and(Value::is_unknown);
    let has_bastion = given.flag("bastion").unwrap_or_default();
    let allowed = given.listed("bastionAllowedAddresses");
    let at = path.clone().name("bastionAllowedAddresses");
    if has_bastion && has_no_address(allowed) {
        let reason = "is required with `bastion`, because otherwise all addresses can connect: set the addresses that can log in";
        problems.push(Problem::new(at.clone(), reason));
    }
    problems.extend(open_to_all(allowed, &at, "log in"));
    for name in ["bastionPort", "bastionAllowedAddresses"] {
        if !has_bastion && !is_unknown && given.listed(name).is_some() {
            let reason = "has no effect without a bastion: set `bastion` to true, or remove it";
            problems.push(Problem::new(path.clone().name(name), reason));
        }
    }
    if let (Some(zone), Some(region)) = (given.text("zone"), inputs.text("region"))
        && !zone.starts_with(region)
    {
        let reason = format!("\"{zone}\" is not in the region {region}: choose one of its zones, such as {region}-1");
        problems.push(Problem::new(path.name("zone"), reason));
    }
    problems
}

pub(crate) fn has_gateway(inputs: &Object) -> bool {
    inputs.flag("withGateway").unwrap_or_default()
}

/// Registers the gateway and attaches the networks, by the names of their subnets.
pub(crate) async fn make(scope: &Scope<'_>, inputs: &Object, networks: &Object) -> Result<Gateway, Error> {
    let given = described(inputs, "gateway", &OF_GATEWAY);
    let in_region = || inputs.given("region").map(|region| Value::concat([region.clone(), Value::from("-1")]));
    let zone = given.given("zone").cloned().or_else(in_region).unwrap_or_default();
    let address = object! { "tags": scope.naming.tags(), "zone": zone.clone(), "projectId": inputs.get("projectId") };
    let address = scope.create("network/publicGatewayIp:PublicGatewayIp", "gatewayIp", address).await?;
    let gateway = object! {
        "name": scope.naming.name(),
        "type": given.given("type").cloned().unwrap_or_else(|| Value::from(USUAL_TYPE)),
        "ipId": address.id(),
        "bastionEnabled": given.given("bastion"),
        "bastionPort": given.given("bastionPort"),
        "allowedIpRanges": given.listed("bastionAllowedAddresses"),
        "tags": scope.naming.tags(),
        "zone": zone.clone(),
        "projectId": inputs.get("projectId"),
    };
    let gateway = scope.create("network/publicGateway:PublicGateway", "gateway", gateway).await?;
    try_join_all(networks.iter().map(|(name, network)| attach(scope, &given, &gateway, name, network, &zone))).await?;
    Ok(Gateway { id: gateway.id(), address: address.output("address") })
}

async fn attach(
    scope: &Scope<'_>,
    given: &Object,
    gateway: &Part,
    name: &str,
    network: &Value,
    zone: &Value,
) -> Result<Part, Error> {
    let is_default = given.given("defaultRoute").cloned().unwrap_or_else(|| Value::from(true));
    let attachment = object! {
        "gatewayId": gateway.id(),
        "privateNetworkId": network,
        "enableMasquerade": true,
        "ipamConfigs": vec![Value::from(object! { "pushDefaultRoute": is_default })],
        "zone": zone,
    };
    scope.create_one("network/gatewayNetwork:GatewayNetwork", "gatewayNetwork", name, attachment).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::recorder::Recorder;
    use crate::{Request, construct};

    fn reported(inputs: &Object) -> Vec<String> {
        problems(inputs).iter().map(|problem| format!("{}: {}", problem.path, problem.reason)).collect()
    }

    #[test]
    fn a_bastion_requires_allowed_addresses_and_settings_require_a_gateway() {
        let world = object! { "bastion": true, "bastionAllowedAddresses": vec![Value::from("0.0.0.0/0")] };
        let wrong = reported(&object! { "withGateway": true, "gateway": world });
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].starts_with("gateway.bastionAllowedAddresses[0]: \"0.0.0.0/0\" allows all addresses"));
        let missing = reported(&object! { "withGateway": true, "gateway": object! { "bastion": true } });
        assert!(missing[0].starts_with("gateway.bastionAllowedAddresses: is required"), "{missing:?}");
        let unused = object! { "bastionPort": 61000.0, "zone": "fr-par-1" };
        let unused = reported(&object! { "gateway": unused, "region": "nl-ams" });
        let paths: Vec<&str> = unused.iter().filter_map(|reported| reported.split(": ").next()).collect();
        assert_eq!(paths, ["gateway", "gateway.bastionPort", "gateway.zone"]);
        assert!(reported(&object! { "withGateway": true }).is_empty());
    }

    #[tokio::test]
    async fn all_subnets_use_one_public_address() {
        let recorder = Recorder::real().with_outputs("it-gatewayIp", object! { "address": "203.0.113.9" });
        let subnet = |name: &str, cidr: &str| Value::from(object! { "name": name, "cidr": cidr });
        let subnets = vec![subnet("apps", "10.10.0.0/24"), subnet("data", "10.10.1.0/24")];
        let inputs = object! { "environment": "dev", "subnets": subnets, "withGateway": true, "region": "nl-ams" };
        let token = "evalap/privateNetwork:PrivateNetwork";
        let request = Request { token, name: "it", inputs: &inputs, given: &inputs, parts: &[] };
        let made = construct(&recorder, request).await.unwrap();
        let gateway = recorder.child("it-gateway").inputs;
        assert_eq!((gateway.text("type"), gateway.text("zone")), (Some("VPC-GW-S"), Some("nl-ams-1")));
        assert!(gateway["ipId"].all_dependencies().contains("urn:it-gatewayIp"));
        for name in ["apps", "data"] {
            let attached = recorder.child(&format!("it-gatewayNetwork-{name}")).inputs;
            assert_eq!(attached["enableMasquerade"].as_bool(), Some(true));
            assert!(attached["privateNetworkId"].all_dependencies().contains(&format!("urn:it-network-{name}")));
        }
        assert_eq!(made.outputs.text("gatewayAddress"), Some("203.0.113.9"));
    }
}
