//! The network of one environment: a `network/vpc`, a `network/privateNetwork` for each subnet, optional ACL rules, and an
//! optional public gateway.
//!
//! A private network of Scaleway has one IPv4 CIDR block, so each subnet is a private network.

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use ipnet::Ipv4Net;
use value::{Object, Path, Value, object};

use crate::component::Component;
use crate::error::Error;
use crate::naming::wrong_names;
use crate::problem::Problem;
use crate::scope::Scope;
use crate::subnet::{Subnet, net};
use crate::{network_gateway, network_rules};

pub(crate) struct PrivateNetwork;

/// The default CIDR blocks of the environments, without overlap, so that they can be connected.
const DEFAULT_CIDRS: [(&str, &str); 3] =
    [("dev", "10.10.0.0/16"), ("staging", "10.20.0.0/16"), ("production", "10.30.0.0/16")];

/// The default CIDR block of other environments.
const OTHER_CIDR: &str = "10.40.0.0/16";

/// The private CIDR blocks of RFC 1918.
const PRIVATE: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/// The prefix length of the default subnet: 1024 addresses.
const USUAL_PREFIX: u8 = 22;

/// The name of that subnet.
const USUAL_NAME: &str = "main";

impl Component for PrivateNetwork {
    fn token(&self) -> &'static str {
        "evalap/privateNetwork:PrivateNetwork"
    }

    fn label(&self) -> &'static str {
        "private-network"
    }

    fn problems(&self, inputs: &Object) -> Vec<Problem> {
        let mut problems = Vec::new();
        let block = net(&block(inputs));
        if let Some(block) = block.filter(|block| !is_private(*block)) {
            let reason = format!(
                "\"{block}\" is not a private CIDR block (RFC 1918): use a block within {}, or remove it",
                PRIVATE.join(", ")
            );
            problems.push(Problem::new(Path::root("cidr"), reason));
        }
        problems.extend(wrong_names(inputs, "subnets"));
        let mut seen: Vec<(String, Ipv4Net)> = Vec::new();
        // Values that are unknown in a preview are checked in the update.
        for (index, Subnet { name, cidr }) in subnets(inputs).into_iter().enumerate() {
            let path = Path::root("subnets").index(index).name("cidr");
            let Some(net) = net(&cidr) else { continue };
            if let Some(block) = block.filter(|block| !block.contains(&net)) {
                let reason = format!("\"{net}\" is not within the block {block}: use a part of it, or a larger `cidr`");
                problems.push(Problem::new(path.clone(), reason));
            }
            if let Some((other, taken)) = seen.iter().find(|(_, other)| overlap(*other, net)) {
                let reason = format!("\"{net}\" overlaps with {taken} of the subnet \"{other}\": use free addresses");
                problems.push(Problem::new(path, reason));
            }
            seen.push((name, net));
        }
        problems.extend(network_gateway::problems(inputs));
        problems.extend(network_rules::problems(inputs, &desired(inputs)));
        problems
    }

    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>> {
        async move {
            let naming = &scope.naming;
            let vpc = object! {
                "name": naming.name(),
                "tags": naming.tags(),
                "enableRouting": true,
                "region": inputs.get("region"),
                "projectId": inputs.get("projectId"),
            };
            let vpc = scope.create("network/vpc:Vpc", "vpc", vpc).await?;
            let desired = desired(inputs);
            let made = join_all(desired.iter().map(|Subnet { name, cidr }| {
                let network = object! {
                    "name": naming.of(if name == USUAL_NAME { "" } else { name }),
                    "vpcId": vpc.id(),
                    "ipv4Subnet": object! { "subnet": cidr },
                    "tags": naming.tags(),
                    "region": inputs.get("region"),
                    "projectId": inputs.get("projectId"),
                };
                scope.create_one("network/privateNetwork:PrivateNetwork", "network", name, network)
            }))
            .await;
            let mut ids = Object::new();
            for (Subnet { name, .. }, network) in desired.iter().zip(made) {
                ids.insert(name.clone(), network?.id());
            }
            network_rules::make(scope, inputs, &vpc, &desired).await?;
            let gateway = if network_gateway::has_gateway(inputs) {
                Some(network_gateway::make(scope, inputs, &ids).await?)
            } else {
                None
            };
            let first = desired.first().and_then(|subnet| ids.get(&subnet.name)).cloned();
            Ok(object! {
                "vpcId": vpc.id(),
                "privateNetworkId": first.unwrap_or_default(),
                "privateNetworkIds": ids,
                "cidr": block(inputs),
                "gatewayId": gateway.as_ref().map(|gateway| gateway.id.clone()),
                "gatewayAddress": gateway.map(|gateway| gateway.address),
            })
        }
        .boxed()
    }
}

/// The CIDR block of the environment: the input, else its default.
fn block(inputs: &Object) -> Value {
    let planned = || {
        let environment = inputs.text("environment");
        Value::from(
            DEFAULT_CIDRS.iter().find(|(name, _)| Some(*name) == environment).map_or(OTHER_CIDR, |(_, block)| *block),
        )
    };
    inputs.given("cidr").cloned().unwrap_or_else(planned)
}

/// The subnets of the component: the input, else the default subnet.
fn desired(inputs: &Object) -> Vec<Subnet> {
    let requested = subnets(inputs);
    if !requested.is_empty() {
        return requested;
    }
    let first = |block: &Value| net(block).and_then(first_part).map(|part| Value::from(part.to_string()));
    let cidr = Value::computed(&[&block(inputs)], |known| Value::from(first(known[0])));
    vec![Subnet { name: USUAL_NAME.to_owned(), cidr }]
}

/// The subnets of the input, in order.
fn subnets(inputs: &Object) -> Vec<Subnet> {
    let subnets = inputs.objects("subnets").map(|(_, subnet)| Subnet {
        name: subnet.text("name").unwrap_or_default().to_owned(),
        cidr: Value::from(subnet.get("cidr")),
    });
    subnets.collect()
}

fn first_part(block: Ipv4Net) -> Option<Ipv4Net> {
    if block.prefix_len() >= USUAL_PREFIX {
        return Some(block);
    }
    block.subnets(USUAL_PREFIX).ok()?.next()
}

fn is_private(block: Ipv4Net) -> bool {
    PRIVATE.iter().filter_map(|private| private.parse::<Ipv4Net>().ok()).any(|private| private.contains(&block))
}

fn overlap(one: Ipv4Net, other: Ipv4Net) -> bool {
    one.contains(&other) || other.contains(&one)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::recorder::Recorder;
    use crate::{Request, construct, problems};

    fn request(inputs: &Object) -> Request<'_> {
        Request { token: PrivateNetwork.token(), name: "evalap", inputs, given: inputs, parts: &[] }
    }

    fn subnet(name: &str, cidr: &str) -> Value {
        Value::from(object! { "name": name, "cidr": cidr })
    }

    fn reported(inputs: &Object) -> Vec<String> {
        problems(request(inputs)).iter().map(|problem| format!("{}: {}", problem.path, problem.reason)).collect()
    }

    #[tokio::test]
    async fn each_environment_has_its_own_default_cidr_block() {
        for (environment, expected) in
            [("dev", "10.10.0.0/22"), ("production", "10.30.0.0/22"), ("pr-7", "10.40.0.0/22")]
        {
            let recorder = Recorder::real();
            let inputs = object! { "environment": environment };
            let made = construct(&recorder, request(&inputs)).await.unwrap();
            let network = recorder.child("evalap-network-main");
            assert_eq!(network.inputs["ipv4Subnet"].as_object().unwrap().text("subnet"), Some(expected));
            assert!(network.inputs["vpcId"].all_dependencies().contains("urn:evalap-vpc"));
            assert_eq!(made.outputs.text("privateNetworkId"), Some("fr-par/evalap-network-main"));
        }
    }

    #[tokio::test]
    async fn each_subnet_is_a_network_of_one_vpc() {
        let recorder = Recorder::preview();
        let subnets = vec![subnet("apps", "192.168.0.0/24"), subnet("data", "192.168.1.0/24")];
        let inputs = object! { "environment": "dev", "cidr": "192.168.0.0/16", "subnets": subnets };
        let made = construct(&recorder, request(&inputs)).await.unwrap();
        assert_eq!(recorder.child("evalap-network-data").inputs.text("name"), Some("evalap-data-dev"));
        assert!(made.outputs["privateNetworkIds"].as_object().unwrap()["apps"].is_unknown());
    }

    #[test]
    fn blocks_are_private_and_subnets_are_within_them_without_overlap() {
        let subnets = vec![subnet("a", "10.0.0.0/24"), subnet("b", "10.0.0.128/25"), subnet("a", "172.16.0.0/24")];
        let inputs = object! { "environment": "dev", "cidr": "10.0.0.0/16", "subnets": subnets };
        let wrong = reported(&inputs);
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert!(wrong[0].starts_with("subnets[2].name: \"a\" is not unique"));
        assert!(wrong[1].starts_with("subnets[1].cidr: \"10.0.0.128/25\" overlaps with 10.0.0.0/24"));
        assert!(wrong[2].starts_with("subnets[2].cidr: \"172.16.0.0/24\" is not within the block 10.0.0.0/16"));
        let public = reported(&object! { "environment": "dev", "cidr": "8.8.0.0/16" });
        assert!(public[0].starts_with("cidr: \"8.8.0.0/16\" is not a private CIDR block (RFC 1918)"), "{public:?}");
    }
}
