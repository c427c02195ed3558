//! The migration of exported stacks with states of `pulumiverse_scaleway`.

#![allow(clippy::unwrap_used)]

use serde_json::{Value as Json, json};

use super::{MigrateError, Migrated, migrate};

const STACK: &str = "urn:pulumi:dev::app::";
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn urn(rest: &str) -> String {
    format!("{STACK}{rest}")
}

/// The default provider of `pulumiverse_scaleway`, and a reference to it.
fn theirs() -> (Json, String) {
    let urn = urn("pulumi:providers:scaleway::default_1_60_0");
    let settings = json!({ "version": "1.60.0", "region": "fr-par", "pluginDownloadURL": "github://x" });
    let provider = json!({
        "urn": urn, "custom": true, "id": "p-1", "type": "pulumi:providers:scaleway", "inputs": settings, "outputs": settings,
    });
    (provider, format!("{urn}::p-1"))
}

fn ours() -> String {
    urn(&format!("pulumi:providers:evalap-scaleway::default_{}", VERSION.replace('.', "_")))
}

fn resource(types: &str, name: &str, provider: &str, more: Json) -> Json {
    let mut resource = json!({
        "urn": urn(&format!("{types}::{name}")), "custom": true, "id": "fr-par/u-1",
        "type": types.rsplit('$').next().unwrap(), "provider": provider,
    });
    if let Json::Object(more) = more {
        resource.as_object_mut().unwrap().extend(more);
    }
    resource
}

#[track_caller]
fn migrated(resources: Vec<Json>) -> (Json, Migrated) {
    let export = json!({ "version": 3, "deployment": { "manifest": {}, "resources": Json::from(resources) } });
    let migrated = migrate(&export.to_string()).unwrap();
    let export: Json = serde_json::from_str(&migrated.export).unwrap();
    assert_eq!(export["version"], 3);
    assert!(export["deployment"].get("pending_operations").is_none());
    (export["deployment"]["resources"].clone(), migrated)
}

#[test]
fn both_generations_of_names_are_migrated_with_their_provider() {
    let (provider, reference) = theirs();
    let namespace = "scaleway:containers/namespace:Namespace";
    let (resources, migrated) = migrated(vec![
        provider,
        resource(namespace, "web", &reference, json!({})),
        resource(
            "scaleway:index/container:Container",
            "api",
            &reference,
            json!({
                "parent": urn("pulumi:pulumi:Stack::app-dev"),
                "dependencies": [urn(&format!("{namespace}::web"))],
                "propertyDependencies": { "namespaceId": [urn(&format!("{namespace}::web"))] },
                "deletedWith": urn(&format!("{namespace}::web")),
                "aliases": [urn("scaleway:containers/container:Container::api"), urn("evalap-scaleway:index/container:Container::api")],
            }),
        ),
    ]);
    assert_eq!((migrated.taken, migrated.left.len()), (2, 0));
    assert_eq!(resources[0]["type"], "pulumi:providers:evalap-scaleway");
    assert_eq!(resources[0]["urn"], ours());
    assert_eq!(resources[0]["inputs"], json!({ "version": VERSION, "region": "fr-par" }));
    let web = urn("evalap-scaleway:containers/namespace:Namespace::web");
    assert_eq!(resources[1]["urn"], web);
    assert_eq!(resources[2]["type"], "evalap-scaleway:index/container:Container");
    assert_eq!(resources[2]["provider"], format!("{}::p-1", ours()));
    assert_eq!(resources[2]["parent"], urn("pulumi:pulumi:Stack::app-dev"));
    assert_eq!(resources[2]["dependencies"], json!([web]));
    assert_eq!(resources[2]["propertyDependencies"], json!({ "namespaceId": [web] }));
    assert_eq!(resources[2]["deletedWith"], web);
    assert_eq!(resources[2]["aliases"], json!([urn("evalap-scaleway:containers/container:Container::api")]));
    assert_eq!(resources[2]["id"], "fr-par/u-1");
}

#[test]
fn notes_of_the_terraform_bridge_are_removed_and_secrets_are_unchanged() {
    let (provider, reference) = theirs();
    let secret =
        json!({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x" });
    let (resources, _) = migrated(vec![
        provider,
        resource(
            "scaleway:databases/instance:Instance",
            "db",
            &reference,
            json!({
                "inputs": { "__defaults": ["name"], "password": secret, "privateNetwork": { "__defaults": [], "pnId": "x" } },
                "outputs": {
                    "__meta": "{}", "__pulumi_raw_state_delta": {}, "password": secret, "rules": [{ "__defaults": [], "ip": "y" }],
                },
            }),
        ),
    ]);
    let inputs = json!({ "__defaults": ["name"], "password": secret, "privateNetwork": { "pnId": "x" } });
    assert_eq!(resources[1]["inputs"], inputs);
    assert_eq!(resources[1]["outputs"], json!({ "password": secret, "rules": [{ "ip": "y" }] }));
}

#[test]
fn types_that_this_package_does_not_have_keep_their_provider_and_are_reported() {
    let (provider, reference) = theirs();
    let server = "scaleway:instance/nothing:Nothing";
    let vpc = "scaleway:network/vpc:Vpc";
    let (resources, migrated) = migrated(vec![
        provider.clone(),
        resource(vpc, "net", &reference, json!({})),
        resource(&format!("{vpc}${server}"), "vm", &reference, json!({ "parent": urn(&format!("{vpc}::net")) })),
    ]);
    assert_eq!(migrated.left, [urn(&format!("{vpc}${server}::vm"))]);
    assert_eq!(resources[0], provider);
    assert_eq!(resources[1]["urn"], ours());
    assert_eq!(resources[2]["provider"], format!("{}::p-1", ours()));
    // Its parent has a new type, so its URN changes; type and provider are unchanged.
    let ours = "evalap-scaleway:network/vpc:Vpc";
    assert_eq!(resources[3]["urn"], urn(&format!("{ours}${server}::vm")));
    assert_eq!(resources[3]["parent"], urn(&format!("{ours}::net")));
    assert_eq!((&resources[3]["type"], &resources[3]["provider"]), (&json!(server), &json!(reference)));
}

#[test]
fn the_api_key_in_the_settings_of_a_provider_is_dropped() {
    let (mut provider, reference) = theirs();
    for part in ["inputs", "outputs"] {
        provider[part]["accessKey"] = json!("SCWXXXXXXXXXXXXXXXXX");
        provider[part]["secretKey"] = json!({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" });
    }
    let (resources, _) = migrated(vec![provider, resource("scaleway:network/vpc:Vpc", "net", &reference, json!({}))]);
    for part in ["inputs", "outputs"] {
        assert_eq!(resources[0][part], json!({ "version": VERSION, "region": "fr-par" }), "{part}");
    }
}

#[test]
fn a_resource_that_was_read_under_both_names_is_kept_once() {
    let (provider, reference) = theirs();
    let read = |token: &str| resource(token, "net", &reference, json!({ "external": true }));
    let ours = read("evalap-scaleway:network/vpc:Vpc");
    let (resources, _) = migrated(vec![provider, ours.clone(), read("scaleway:network/vpc:Vpc")]);
    assert_eq!(resources.as_array().unwrap().len(), 2);
    assert_eq!((&resources[1]["urn"], &resources[1]["external"]), (&ours["urn"], &json!(true)));
}

#[test]
fn an_explicit_provider_keeps_its_name() {
    let (mut provider, _) = theirs();
    let old = urn("pulumi:providers:scaleway::paris");
    provider["urn"] = json!(old);
    let (resources, _) = migrated(vec![
        provider,
        resource("scaleway:network/vpc:Vpc", "net", &format!("{old}::p-1"), json!({ "dependencies": [old] })),
    ]);
    let new = urn("pulumi:providers:evalap-scaleway::paris");
    assert_eq!(resources[0]["urn"], new);
    assert_eq!(resources[1]["provider"], format!("{new}::p-1"));
    assert_eq!(resources[1]["dependencies"], json!([new]));
}

#[test]
fn two_versions_of_the_old_provider_become_one() {
    let (first, one) = theirs();
    let (mut second, _) = theirs();
    let other = urn("pulumi:providers:scaleway::default_1_59_0");
    second["urn"] = json!(other);
    second["id"] = json!("p-2");
    let vpc = "scaleway:network/vpc:Vpc";
    let (resources, _) = migrated(vec![
        first,
        second,
        resource(vpc, "a", &one, json!({})),
        resource(vpc, "b", &format!("{other}::p-2"), json!({})),
    ]);
    let count = resources.as_array().unwrap().len();
    assert_eq!(count, 3, "{resources:#}");
    assert_eq!(resources[1]["provider"], resources[2]["provider"]);
}

#[test]
fn pending_operations_stay_pending_under_the_new_names() {
    let (provider, reference) = theirs();
    let creating = resource("scaleway:network/vpc:Vpc", "net", &reference, json!({}));
    let export = json!({ "version": 3, "deployment": {
        "resources": [provider], "pending_operations": [{ "resource": creating, "type": "creating" }],
    }});
    let migrated = migrate(&export.to_string()).unwrap();
    assert_eq!(migrated.pending, 1);
    let export: Json = serde_json::from_str(&migrated.export).unwrap();
    let pending = &export["deployment"]["pending_operations"][0];
    assert_eq!(pending["type"], "creating");
    assert_eq!(pending["resource"]["type"], "evalap-scaleway:network/vpc:Vpc");
    assert_eq!(pending["resource"]["provider"], format!("{}::p-1", ours()));
}

#[test]
fn migrating_twice_equals_migrating_once() {
    let (provider, reference) = theirs();
    let stack = vec![provider, resource("scaleway:network/vpc:Vpc", "net", &reference, json!({}))];
    let (once, _) = migrated(stack);
    let (twice, migrated) = migrated(once.as_array().unwrap().clone());
    assert_eq!(once, twice);
    assert_eq!(migrated.taken, 0);
}

#[test]
fn two_resources_with_the_same_new_urn_are_rejected() {
    let (provider, reference) = theirs();
    let export = json!({ "deployment": { "resources": [
        provider,
        resource("scaleway:network/vpc:Vpc", "net", &reference, json!({})),
        resource("evalap-scaleway:network/vpc:Vpc", "net", &reference, json!({})),
    ]}});
    let error = migrate(&export.to_string()).unwrap_err();
    assert!(matches!(&error, MigrateError::Twice(urn) if urn.ends_with("evalap-scaleway:network/vpc:Vpc::net")));
}

#[test]
fn an_invalid_export_is_rejected_and_an_empty_stack_is_not() {
    assert!(matches!(migrate("yes"), Err(MigrateError::NoJson(_))));
    assert!(matches!(migrate("{}"), Err(MigrateError::NoStack)));
    assert!(matches!(migrate(r#"{"deployment": 1}"#), Err(MigrateError::NoStack)));
    for name in ["resources", "pending_operations"] {
        for wrong in ["5", "{}", "\"a\"", "true", "[5]", "[[]]"] {
            let stack = format!(r#"{{"deployment": {{"{name}": {wrong}}}}}"#);
            assert!(matches!(migrate(&stack), Err(MigrateError::NoList(_))), "{stack}");
        }
        assert!(migrate(&format!(r#"{{"deployment": {{"{name}": null}}}}"#)).is_ok(), "a stack without {name}");
    }
    assert_eq!(migrate(r#"{"version": 3, "deployment": null}"#).unwrap().taken, 0);
}
