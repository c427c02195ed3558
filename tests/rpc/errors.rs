//! Errors: messages, partial states, and secrets.

use std::collections::BTreeMap;

use catalog::{Input, Kind, Property};
use scaleway_fake::{Fake, Fault, FaultKind};
use serde_json::{Value as Json, json};
use tests::places;
use tonic::Code;

use crate::plugin::{CANARY, Plugin, Thing};
use tests::property_bag::{partial_state, to_json};

const INSTANCE: &str = "databases/instance:Instance";
const USER: &str = "databases/user:User";
const GONE: &str = "fr-par-1/11111111-1111-1111-1111-111111111111";
const SECRET: &str = "secrets/secret:Secret";

fn status(code: u16, body: serde_json::Value) -> FaultKind {
    FaultKind::Status { code, body: Some(body), retry_after: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_never_repeats_a_secret_even_if_the_api_does() {
    let fake = Fake::builder().start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let instance = json!({ "engine": "PostgreSQL-16", "nodeType": "DB-DEV-S", "password": "Canary-canary-1" });
    let inputs = plugin.check(INSTANCE, None, &instance).await;
    let instance = plugin.create(INSTANCE, &inputs, false).await.unwrap();

    let user = json!({ "instanceId": instance.id, "name": "bob", "password": "Canary-canary-2" });
    let inputs = plugin.check(USER, None, &user).await;
    let echo = json!({
        "type": "invalid_arguments",
        "message": "password Canary-canary-2 is too weak",
        "details": [{ "argument_name": "password", "reason": "constraint", "help_message": "Canary-canary-2 will not do" }],
    });
    fake.fault(Fault::at("*/users", status(400, echo)).method("POST"));
    let error = plugin.create(USER, &inputs, false).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument, "{error}");
    assert!(partial_state(&error).is_none(), "no partial state");
    let log = plugin.log().to_lowercase();
    assert!(!log.contains(CANARY), "{log}");
}

/// The engine prints the value of the input that a failure names.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_printed_when_it_is_rejected() {
    let fake = Fake::builder().start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let catalog = places::catalog();
    let mut tried = 0;
    for (token, resource) in &catalog.resources {
        let mut programs = secrets_among(&resource.properties);
        // A secret as an unknown property.
        programs.push(json!({ "pasword": CANARY }));
        for program in programs {
            tried += 1;
            let rejected = plugin.complaints(token, &program).await;
            let top = program.as_object().unwrap().keys().next().unwrap();
            let failure = rejected.iter().find(|(property, _)| property.starts_with(top.as_str()));
            assert!(failure.is_some(), "{token}: {program} is not rejected: {rejected:?}");
            for (property, reason) in &rejected {
                let printed = program.get(property).map(ToString::to_string).unwrap_or_default();
                assert!(!printed.contains(CANARY), "{token}: {property} is printed with its value");
                assert!(!reason.contains(CANARY), "{token}: {property}: {reason}");
            }
        }
    }
    assert!(tried > 80, "only {tried} programs were checked");
}

/// For each secret input, a program with a value of another type.
fn secrets_among(properties: &BTreeMap<String, Property>) -> Vec<Json> {
    let mut programs = Vec::new();
    for (name, property) in properties.iter().filter(|(_, property)| property.input != Input::No) {
        let inside = match &property.kind {
            Kind::Object(inner) => secrets_among(inner),
            Kind::List(kind) | Kind::Map(kind) => match kind.as_ref() {
                Kind::Object(inner) => secrets_among(inner).into_iter().map(|inner| json!([inner])).collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        programs.extend(inside.into_iter().map(|inner| json!({ name: inner })));
        if property.secret {
            let wrong = if property.kind == Kind::String { json!([CANARY]) } else { json!(CANARY) };
            programs.push(json!({ name: wrong }));
        }
    }
    programs
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_fails_half_way_keeps_its_id_and_the_next_update_completes_it() {
    let fake = Fake::builder().start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let program = json!({ "engine": "PostgreSQL-16", "nodeType": "DB-DEV-S", "settings": { "work_mem": "8" } });
    let inputs = plugin.check(INSTANCE, None, &program).await;
    let rejected = json!({ "type": "invalid_arguments", "message": "not allowed" });
    fake.fault(Fault::at("*/settings", status(400, rejected)).method("PUT"));
    let error = plugin.create(INSTANCE, &inputs, false).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument, "{error}");
    let thing = Thing::of_failed_create(&error, &inputs).expect("the instance exists");
    assert!(thing.id.ends_with(&fake.objects("rdb/instance")[0].id), "{}", thing.id);

    let (changes, replaces) = plugin.diff(INSTANCE, &thing, &inputs).await;
    assert_eq!((changes.as_slice(), replaces.len()), (["settings".to_owned()].as_slice(), 0));
    let updated = plugin.update(INSTANCE, &thing, &inputs, false).await.unwrap();
    assert_eq!(to_json(&updated.inputs)["settings"]["work_mem"], "8");
    assert_eq!(fake.objects("rdb/instance").len(), 1, "no second instance");
}

#[tokio::test(flavor = "multi_thread")]
async fn api_errors_are_not_reported_as_a_crashed_plugin() {
    let fake = Fake::builder().start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let inputs = plugin.check(SECRET, None, &json!({ "name": "a" })).await;
    for (code, kind, expected) in [
        (401, "denied_authentication", Code::Unauthenticated),
        (403, "quotas_exceeded", Code::ResourceExhausted),
        (400, "invalid_arguments", Code::InvalidArgument),
        (412, "precondition_failed", Code::FailedPrecondition),
    ] {
        fake.fault(Fault::at("*/secrets", status(code, json!({ "type": kind, "message": "no" }))).method("POST"));
        let error = plugin.create(SECRET, &inputs, false).await.unwrap_err();
        assert_eq!(error.code(), expected, "{code}: {error}");
        assert!(error.message().contains("creating secret \"a\""), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_deleted_outside_of_pulumi_is_deleted_and_no_update_creates_it_again() {
    let fake = Fake::builder().start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let token = "registry/namespace:Namespace";
    let inputs = plugin.check(token, None, &json!({ "name": "images" })).await;
    let thing = plugin.create(token, &inputs, false).await.unwrap();
    let made = &fake.objects("registry/namespace")[0];
    fake.remove("registry/namespace", &made.locality, &made.id).unwrap();

    assert!(plugin.read(token, &thing).await.unwrap().is_none());
    let news = plugin.check(token, Some(&thing.inputs), &json!({ "name": "images", "description": "new" })).await;
    let error = plugin.update(token, &thing, &news, false).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound, "{error}");
    plugin.delete(token, &thing).await.unwrap();
    assert!(fake.objects("registry/namespace").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discontinued_resource_cannot_be_created_and_is_deleted_without_a_request() {
    let fake = Fake::builder().start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    for (token, program, instead, lookup, input) in [
        (
            "network/publicGatewayDhcp:PublicGatewayDhcp",
            json!({ "subnet": "192.168.0.0/24" }),
            "network.PrivateNetwork",
            "network/getPublicGatewayDhcp:getPublicGatewayDhcp",
            "dhcpId",
        ),
        (
            "index/vpcPublicGatewayDhcpReservation:VpcPublicGatewayDhcpReservation",
            json!({ "gatewayNetworkId": GONE, "macAddress": "02:00:00:12:34:56", "ipAddress": "192.168.0.7" }),
            "ipam.Ip",
            "index/getVpcPublicGatewayDhcpReservation:getVpcPublicGatewayDhcpReservation",
            "reservationId",
        ),
    ] {
        let inputs = plugin.check(token, None, &program).await;
        let left = Thing { id: GONE.to_owned(), state: inputs.clone(), inputs: inputs.clone() };
        let results = [
            // A preview without an error would promise a create that fails.
            plugin.create(token, &inputs, true).await.map(drop),
            plugin.create(token, &inputs, false).await.map(drop),
            plugin.update(token, &left, &inputs, true).await.map(drop),
            plugin.update(token, &left, &inputs, false).await.map(drop),
            plugin.invoke(lookup, &json!({ input: GONE })).await.map(drop),
        ];
        for error in results {
            let error = error.unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument, "{error}");
            assert!(error.message().contains("is discontinued: Scaleway has removed its API"), "{error}");
            assert!(error.message().contains(instead), "{error}");
        }
        assert!(plugin.read(token, &left).await.unwrap().is_none(), "{token}");
        plugin.delete(token, &left).await.unwrap();
    }
    assert!(fake.requests().is_empty(), "{:?}", fake.requests());
}
