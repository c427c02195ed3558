//! Our offer against what is known of the peer's: every resource, lookup, property and rule of the products in scope.
//!
//! Each difference is listed in `differences.yaml` with its reason. A difference that is not listed fails, and so does one
//! that is listed but gone.
#![allow(clippy::unwrap_used, missing_docs)]

mod compare;
mod flat;
mod functions;
mod nested;
mod resources;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use recordings::Suite;
use serde::Deserialize;
use serde_json::Value as Json;
use tests::places;

use crate::compare::Difference;

fn main() -> ExitCode {
    Suite::default()
        .test("every_difference_from_the_peer_is_meant", "peer-compat", every_difference_from_the_peer_is_meant)
        .test(
            "every_resource_and_lookup_of_the_peer_in_scope_is_offered",
            "peer-compat",
            every_resource_and_lookup_of_the_peer_in_scope_is_offered,
        )
        .run()
}

/// A difference that is meant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Meant {
    /// Where: `token`, `token.property` or `token.property.inner`; `*` at an end stands for anything.
    at: String,
    /// The kinds of difference, as the test names them.
    what: Vec<String>,
    /// Why it is so.
    reason: String,
}

impl Meant {
    fn is(&self, difference: &Difference) -> bool {
        let here = match (self.at.strip_prefix('*'), self.at.strip_suffix('*')) {
            (Some(end), _) => difference.at.ends_with(end),
            (_, Some(start)) => difference.at.starts_with(start),
            _ => difference.at == self.at,
        };
        here && self.what.iter().any(|what| what == difference.what)
    }
}

fn every_difference_from_the_peer_is_meant(folder: &Path) {
    let peer_resources = places::json(&folder.join("resources.json"));
    let peer_functions = places::json(&folder.join("functions.json"));
    let schema = places::json(&places::project().join("schema/schema.json"));
    let catalog = places::catalog();

    let mut differences = Vec::new();
    let mut compared = 0;
    for (token, ours) in members(&schema["resources"]) {
        let bare = compare::without_package(token);
        // Components and their building blocks are our own.
        if is_our_own(bare) {
            continue;
        }
        // What a flat name stands for is compared under its modular one.
        if catalog.modular(token) != bare {
            flat::compare(&schema["resources"], token, ours, &catalog, &mut differences);
            continue;
        }
        let peer = &peer_resources[format!("scaleway:{bare}")];
        compared += resources::compare(&schema, bare, ours, &catalog.resources[bare], peer, &mut differences);
    }
    for (token, ours) in members(&schema["functions"]) {
        let bare = compare::without_package(token);
        if catalog.method(token).is_some() {
            continue;
        }
        if catalog.modular(token) != bare {
            flat::compare(&schema["functions"], token, ours, &catalog, &mut differences);
            continue;
        }
        let peer = &peer_functions[format!("scaleway:{bare}")];
        compared += functions::compare(&schema, bare, ours, peer, &mut differences);
    }
    assert!(compared > 500, "only {compared} properties were compared");

    let meant: Vec<Meant> =
        serde_saphyr::from_str(&places::text(&places::project().join("tests/parity/differences.yaml"))).unwrap();
    let unexplained: Vec<String> = differences
        .iter()
        .filter(|found| !meant.iter().any(|meant| meant.is(found)))
        .map(ToString::to_string)
        .collect();
    assert!(unexplained.is_empty(), "{} differences are not meant:\n{}", unexplained.len(), unexplained.join("\n"));
    let gone: Vec<String> = meant
        .iter()
        .flat_map(|meant| meant.what.iter().map(move |what| (meant, what)))
        .filter(|(meant, what)| !differences.iter().any(|found| meant.is(found) && found.what == what.as_str()))
        .map(|(meant, what)| format!("{} ({what})", meant.at))
        .collect();
    assert!(gone.is_empty(), "differences.yaml lists what is no difference:\n{}", gone.join("\n"));
    let silent: Vec<&str> =
        meant.iter().filter(|meant| meant.reason.len() < 20).map(|meant| meant.at.as_str()).collect();
    assert!(silent.is_empty(), "differences.yaml gives no reason for {silent:?}");
}

fn every_resource_and_lookup_of_the_peer_in_scope_is_offered(folder: &Path) {
    let catalog = places::catalog();
    let peer_functions = places::json(&folder.join("functions.json"));
    // A lookup that the peer has for a resource of ours must be offered too.
    let missing: Vec<String> = catalog
        .resources
        .keys()
        .filter_map(|token| {
            let (module, rest) = token.split_once('/')?;
            let name = rest.split_once(':')?.1;
            let lookup = format!("{module}/get{name}:get{name}");
            let offered = catalog.functions.contains_key(&lookup);
            (!offered && peer_functions.get(format!("scaleway:{lookup}")).is_some()).then_some(lookup)
        })
        .collect();
    assert!(missing.is_empty(), "the peer has lookups that are not offered: {missing:?}");
    // And so must those that stand alone in a module of ours.
    let modules: Vec<&str> = IN_SCOPE.iter().filter_map(|token| token.split('/').next()).collect();
    let alone: Vec<&str> = members(&peer_functions)
        .into_keys()
        .filter_map(|token| token.strip_prefix("scaleway:"))
        .filter(|token| modules.contains(&token.split('/').next().unwrap_or_default()))
        .filter(|token| !catalog.functions.contains_key(*token))
        .filter(|token| !NOT_YET.iter().any(|(other, _)| other == token))
        .collect();
    assert!(alone.is_empty(), "the peer has functions that are not offered: {alone:?}");
    let theirs = catalog.resources.keys().filter(|token| !is_our_own(token));
    assert_eq!(theirs.count(), IN_SCOPE.len());
    for token in IN_SCOPE {
        assert!(catalog.resources.contains_key(*token), "{token} is not offered");
    }
}

/// Whether a token is of the module that the peer does not have.
fn is_our_own(token: &str) -> bool {
    token.starts_with("evalap/")
}

/// Functions of the peer in these modules that are not offered, each with the reason.
const NOT_YET: &[(&str, &str)] = &[
    ("account/getAvailabilityZones:getAvailabilityZones", "a list of constants in the peer, which no API tells"),
    ("keymanager/getVerify:getVerify", "use of a key by a program, which is no part of a deployment"),
];

/// What the release offers.
const IN_SCOPE: &[&str] = &[
    "account/project:Project",
    "account/sshKey:SshKey",
    "containers/container:Container",
    "containers/cron:Cron",
    "containers/domain:Domain",
    "containers/namespace:Namespace",
    "containers/token:Token",
    "containers/trigger:Trigger",
    "databases/acl:Acl",
    "databases/database:Database",
    "databases/databaseBackup:DatabaseBackup",
    "databases/instance:Instance",
    "databases/privilege:Privilege",
    "databases/readReplica:ReadReplica",
    "databases/snapshot:Snapshot",
    "databases/user:User",
    "domain/record:Record",
    "domain/zone:Zone",
    "functions/cron:Cron",
    "functions/domain:Domain",
    "functions/function:Function",
    "functions/namespace:Namespace",
    "functions/token:Token",
    "functions/trigger:Trigger",
    "iam/apiKey:ApiKey",
    "iam/application:Application",
    "iam/group:Group",
    "iam/groupMembership:GroupMembership",
    "iam/policy:Policy",
    "iam/sshKey:SshKey",
    "iam/user:User",
    "ipam/ip:Ip",
    "keymanager/key:Key",
    "network/acl:Acl",
    "network/connector:Connector",
    "network/gatewayNetwork:GatewayNetwork",
    "network/ingressRule:IngressRule",
    "network/privateNetwork:PrivateNetwork",
    "network/publicGateway:PublicGateway",
    "network/publicGatewayDhcp:PublicGatewayDhcp",
    "network/publicGatewayDhcpReservation:PublicGatewayDhcpReservation",
    "network/publicGatewayIp:PublicGatewayIp",
    "network/publicGatewayIpReverseDns:PublicGatewayIpReverseDns",
    "network/publicGatewayPatRule:PublicGatewayPatRule",
    "network/route:Route",
    "network/vpc:Vpc",
    "object/bucket:Bucket",
    "object/bucketAcl:BucketAcl",
    "object/bucketLockConfiguration:BucketLockConfiguration",
    "object/bucketPolicy:BucketPolicy",
    "object/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "object/bucketWebsiteConfiguration:BucketWebsiteConfiguration",
    "object/item:Item",
    "observability/alertManager:AlertManager",
    "observability/cockpit:Cockpit",
    "observability/exporter:Exporter",
    "observability/grafanaUser:GrafanaUser",
    "observability/source:Source",
    "observability/token:Token",
    "registry/namespace:Namespace",
    "secrets/secret:Secret",
    "secrets/version:Version",
];

/// The members of a JSON object in their order.
fn members(json: &Json) -> BTreeMap<&str, &Json> {
    json.as_object().into_iter().flatten().map(|(name, json)| (name.as_str(), json)).collect()
}
