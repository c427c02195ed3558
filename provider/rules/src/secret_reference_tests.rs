//! References in strings, in every secret input of the catalog, and where they are rejected.

use catalog::Catalog;
use serde_json::json;
use value::object;

use super::*;
use crate::{Autonaming, CheckRequest, Defaults, encode};

const TEXT: &str = "scw-secret://fr-par/11111111-1111-1111-1111-111111111111/3";
const VALUE: &str = "pa/ss word";

fn value_of(reference: &SecretReference) -> Option<String> {
    (reference.to_string() == TEXT).then(|| VALUE.to_owned())
}

fn catalog() -> Catalog {
    Catalog::parse(include_str!("../../../schema/catalog.json")).unwrap()
}

fn checked(resource: &Resource, news: &Object) -> (Object, Vec<(String, String)>) {
    let olds = Object::new();
    let request = CheckRequest { name: "main", olds: &olds, news, seed: b"seed", autonaming: Autonaming::Default };
    let checked = crate::check(resource, &request, &Defaults::default());
    let failures = checked.failures.into_iter().map(|failure| (failure.path.to_string(), failure.reason));
    (checked.inputs, failures.collect())
}

#[test]
fn a_reference_is_written_as_it_is_parsed() {
    assert_eq!(parse(TEXT).unwrap().to_string(), TEXT);
    let upper = TEXT.replace("1111-1111-1111-1111-111111111111", "1111-1111-1111-1111-AAAAAAAAAAAA");
    assert_eq!(parse(&upper).unwrap().to_string(), upper.to_lowercase());
    for wrong in [
        "scw-secret://fr-par/11111111-1111-1111-1111-111111111111",
        "scw-secret://fr-par/11111111-1111-1111-1111-111111111111/",
        "scw-secret://fr-par/11111111-1111-1111-1111-111111111111/0",
        "scw-secret://fr-par/11111111-1111-1111-1111-111111111111/latest",
        "scw-secret://fr-par/11111111-1111-1111-1111-111111111111/99999999999",
        "scw-secret://fr-par/11111111-1111-1111-1111-1111é1111111/1",
        "scw-secret://11111111-1111-1111-1111-111111111111/1",
        "scw-secret://FR-PAR/11111111-1111-1111-1111-111111111111/1",
        "scw-secret://fr-par/name/1",
        "scw-secret://",
        "",
    ] {
        assert_eq!(parse(wrong), None, "{wrong}");
        assert_eq!(resolved(wrong, &value_of), None, "{wrong}");
    }
}

#[test]
fn references_are_replaced_anywhere_in_a_string_and_percent_encoded_where_they_are() {
    let replaced = |text: &str| resolved(text, &value_of);
    assert_eq!(replaced(TEXT).as_deref(), Some(VALUE));
    assert_eq!(replaced(&format!("a {TEXT}, {TEXT}.")).unwrap(), format!("a {VALUE}, {VALUE}."));
    let encoded = TEXT.replace("://", "%3A%2F%2F").replace('/', "%2F");
    let url = format!("postgresql://app:{encoded}@10.0.0.1:5432/app");
    assert_eq!(replaced(&url).unwrap(), "postgresql://app:pa%2Fss%20word@10.0.0.1:5432/app");
    assert_eq!(
        replaced(&format!("scw-secret:// scw-secret://fr-par {TEXT}")).unwrap(),
        "scw-secret:// scw-secret://fr-par pa/ss word"
    );
    // Without a value the string stays, so a reference is never cut.
    assert_eq!(replaced(&TEXT.replace("/3", "/4")), None);
}

#[test]
fn every_secret_input_of_the_catalog_accepts_a_reference_and_sends_its_value() {
    let (mut sent, mut returned) = (0, Vec::new());
    for (token, resource) in &catalog().resources {
        for (name, property) in resource.properties.iter().filter(|(_, property)| property.secret) {
            if property.input == catalog::Input::No || property.write_only || property.send.is_none() {
                continue;
            }
            let value = match &property.kind {
                Kind::String => Value::from(TEXT),
                Kind::Map(_) => Value::from(object! { "KEY": TEXT, "PLAIN": "canary" }).into_secret(),
                kind => panic!("{token}.{name}: {kind:?}"),
            };
            let (inputs, failures) = checked(resource, &Object::new().with(name, value));
            let rejected = failures.iter().find(|(path, _)| path.split('.').next() == Some(name));
            if needs_secrets_to_read(resource) {
                assert!(
                    rejected.unwrap().1.contains("reads and deletes need the value"),
                    "{token}.{name}: {rejected:?}"
                );
                continue;
            }
            if property.read.is_some() && property.equal != Some(Equal::Argon2id) {
                assert!(rejected.unwrap().1.contains("the API returns the value"), "{token}.{name}: {rejected:?}");
                returned.push(format!("{token}.{name}"));
                continue;
            }
            assert_eq!(rejected, None, "{token}.{name}");
            assert_eq!(of_inputs(resource, &inputs), [parse(TEXT).unwrap()], "{token}.{name}");
            // The reference is shown; what is beside it is not.
            let value = inputs.given(name).unwrap();
            assert!(!value.is_secret() && !value.secret_strings().contains(&TEXT), "{token}.{name}");
            if let Some(map) = value.as_object() {
                assert!(map["PLAIN"].is_secret(), "{token}.{name}");
            }
            let given: Object = inputs
                .iter()
                .filter(|(other, _)| *other == name)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            // The token of a runner is a field of the object of its CI provider.
            let given = if token == "applesilicon/runner:Runner" { given.with("ciProvider", "github") } else { given };
            let wire = encode::desired(resource, &given, &Defaults::default()).unwrap();
            let mut body = Json::from(wire);
            resolve(&mut body, &value_of);
            let body = body.to_string();
            let in_base64 = BASE64.encode(VALUE);
            assert!(body.contains(VALUE) || body.contains(&in_base64), "{token}.{name}: {body}");
            assert!(!body.contains("scw-secret"), "{token}.{name}: {body}");
            sent += 1;
        }
    }
    assert!(sent >= 18, "{sent}");
    assert_eq!(returned, Vec::<String>::new());
}

#[test]
fn references_are_rejected_where_they_cannot_be_resolved() {
    let catalog = catalog();
    let container = &catalog.resources["containers/container:Container"];
    let reason = |resource: &Resource, name: &str, value: Value| {
        let version = format!("{name}Version");
        let news = Object::new().with(name, value);
        let news = if resource.properties.contains_key(&version) { news.with(&version, 1.0) } else { news };
        let (_, failures) = checked(resource, &news);
        failures.into_iter().find(|(path, _)| path.split('.').next() == Some(name)).map(|(_, reason)| reason)
    };
    let plain = reason(container, "environmentVariables", Value::from(object! { "URL": format!("http://{TEXT}") }));
    assert!(plain.unwrap().contains("secret inputs only"));
    let malformed = object! { "KEY": "scw-secret://fr-par/main/latest" };
    let malformed = reason(container, "secretEnvironmentVariables", Value::from(malformed));
    assert!(malformed.unwrap().contains("is not a reference to a secret"));
    let user = &catalog.resources["databases/user:User"];
    let write_only = reason(user, "passwordWo", Value::from(TEXT)).unwrap();
    assert!(write_only.contains("set it in `password`"), "{write_only}");
    assert_eq!(reason(user, "password", Value::from(TEXT)), None);
    // The rule of the API applies to values.
    assert!(reason(user, "password", Value::from("short")).is_some());
    let device = &catalog.resources["iot/device:Device"];
    let certificate = Value::from(object! { "crt": TEXT });
    assert!(reason(device, "certificate", certificate).unwrap().contains("the API returns the value"));
}

#[test]
fn values_replace_references_in_inputs_of_checks() {
    let headers = Value::from(object! { "Authorization": TEXT, "Accept": "text/plain" });
    let resolved = with_values(&headers, &value_of);
    let resolved = resolved.as_object().unwrap();
    assert_eq!((resolved.text("Authorization"), resolved.text("Accept")), (Some(VALUE), Some("text/plain")));
    assert!(resolved["Authorization"].is_secret() && !resolved["Accept"].is_secret());
}

#[test]
fn a_request_body_contains_the_value_also_as_base64() {
    let mut body = json!({ "data": BASE64.encode(format!("password={TEXT}")), "list": [{ "value": TEXT }], "size": 1 });
    resolve(&mut body, &value_of);
    let data = BASE64.encode(format!("password={VALUE}"));
    assert_eq!(body, json!({ "data": data, "list": [{ "value": VALUE }], "size": 1 }));
}
