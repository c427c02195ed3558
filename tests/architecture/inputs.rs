//! Rules for the inputs of every resource that check and diff show without requests.

use std::collections::BTreeMap;

use catalog::{Equal, Format, Input, Kind, Locality, Property, Resource};
use rules::{Autonaming, CheckRequest, Checked, Diff, DiffRequest, check, diff};
use serde_json::{Value as Json, json};
use tests::{places, stage};
use value::{Asset, Data, Object, Path, Value};

/// An input, its path, and a function that builds inputs with a value there.
struct Place<'a> {
    path: Path,
    property: &'a Property,
    /// The kind of the value: of an element if the property is a list or a map.
    kind: &'a Kind,
}

/// The state contains references to secrets without a hash of their values, because a reference determines its value.
#[test]
fn no_operation_of_secret_manager_changes_the_value_of_a_revision() {
    let document: Json =
        serde_json::from_str(&places::text(&places::project().join("api/secret.v1beta1.json"))).unwrap();
    let takes_a_value = |operation: &&Json| {
        let schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
        let name = schema.and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        !document["components"]["schemas"][name]["properties"]["data"].is_null()
    };
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let ids: Vec<&str> =
        operations.filter(takes_a_value).filter_map(|operation| operation["operationId"].as_str()).collect();
    assert_eq!(ids, ["CreateSecretVersion"]);
}

#[test]
fn every_time_input_is_compared_as_a_point_in_time() {
    let mut seen = 0;
    for (token, resource) in &places::catalog().resources {
        for place in inputs(resource).iter().filter(|place| place.property.checks.format == Some(Format::Timestamp)) {
            assert_eq!(place.property.equal, Some(Equal::Instant), "{token} {}", place.path);
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen} time inputs");
}

#[test]
fn an_asset_instead_of_a_value_is_rejected_with_its_path_in_every_input() {
    let mut wrong = Vec::new();
    for (token, resource) in &places::catalog().resources {
        for place in inputs(resource) {
            for (archive, takes) in [(false, [Kind::Asset, Kind::File]), (true, [Kind::Archive, Kind::File])] {
                if takes.contains(place.kind) {
                    continue;
                }
                let content = Asset { archive, text: Some("text".to_owned()), ..Asset::default() };
                let news = at(&place.path, Value::new(Data::Asset(Box::new(content))));
                let failures = checked(resource, &news);
                if !failures.contains(&place.path.to_string()) {
                    wrong.push(format!("{token} {}: only {failures:?}", place.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_empty_string_is_not_a_change_of_an_input_that_the_api_fills_in() {
    let mut seen = 0;
    for (token, resource) in &places::catalog().resources {
        let is_filled_in =
            |property: &Property| property.computed && property.kind == Kind::String && property.read.is_some();
        for (name, property) in resource.properties.iter().filter(|(_, property)| is_filled_in(property)) {
            if property.input == Input::No {
                continue;
            }
            seen += 1;
            let olds = stage::object(json!({ name: "filled in" }).as_object().unwrap());
            let news = stage::object(json!({ name: "" }).as_object().unwrap());
            let found = differences(resource, &olds, &Object::new(), &news);
            assert!(found.properties().all(|changed| changed != name), "{token} {name}");
        }
    }
    assert!(seen > 20, "{seen} inputs");
}

#[test]
fn unreadable_inputs_of_an_imported_object_are_sent_or_named_in_a_warning() {
    let (mut sent, mut named) = (0, 0);
    for (token, resource) in places::catalog().resources.iter().filter(|(_, resource)| resource.discontinued.is_none())
    {
        // Local resources have no API.
        if resource.local.is_some() {
            continue;
        }
        let olds = stage::object(json!({ "__imported": true }).as_object().unwrap());
        for (name, property) in &resource.properties {
            let unread =
                property.input != Input::No && property.read.is_none() && !property.create_only && property.secret;
            if !unread {
                continue;
            }
            let news = stage::object(json!({ name: "of the program" }).as_object().unwrap());
            let found = differences(resource, &olds, &Object::new(), &news);
            let is_change = found.changes.iter().any(|(path, change)| path.top() == Some(name) && !change.replace);
            let is_named = found.warnings.iter().any(|warning| warning.text.contains(&format!("`{name}`")));
            // An input that is not stored is sent when its version changes.
            let by_version = property.write_only && !property.replace;
            assert!(is_change != is_named || by_version, "{token} {name}: change {is_change}, warning {is_named}");
            sent += usize::from(is_change);
            named += usize::from(is_named);
        }
    }
    assert!(sent >= 4 && named >= 2, "{sent} sent, {named} named");
}

#[test]
fn a_misspelled_region_is_rejected_with_the_nearest_known_one() {
    let mut seen = 0;
    for (token, resource) in &places::catalog().resources {
        let own = match resource.locality {
            Locality::Region => ("region", "fr-pra", "fr-par"),
            Locality::Zone => ("zone", "fr-pra-1", "fr-par-1"),
            Locality::Global => continue,
        };
        let (name, wrong, right) = own;
        // The SDK lists no zones of Autoscaling.
        if !resource.properties.contains_key(name) || token.starts_with("autoscaling/") {
            continue;
        }
        seen += 1;
        let rejected = |text: &str| {
            let news = stage::object(json!({ name: text }).as_object().unwrap());
            let failures = examined(resource, &news).failures;
            failures.into_iter().find(|failure| failure.path == Path::root(name)).map(|failure| failure.reason)
        };
        assert_eq!(rejected(right), None, "{token}");
        let reason = rejected(wrong).unwrap_or_else(|| panic!("{token}: {wrong} is accepted"));
        assert!(reason.contains(&format!("did you mean \"{right}\"?")), "{token}: {reason}");
    }
    assert!(seen > 40, "{seen} resources");
}

fn differences(resource: &Resource, olds: &Object, old_inputs: &Object, news: &Object) -> Diff {
    diff(resource, &DiffRequest { olds, old_inputs, news, ignore_changes: &[], now: stage::today() })
}

/// The paths of the failures of a check.
fn checked(resource: &Resource, news: &Object) -> Vec<String> {
    examined(resource, news).failures.iter().map(|failure| failure.path.to_string()).collect()
}

fn examined(resource: &Resource, news: &Object) -> Checked {
    let none = Object::new();
    let request = CheckRequest {
        name: "main",
        olds: &none,
        news,
        seed: b"a rule",
        autonaming: Autonaming::Propose("main-0000000".to_owned()),
    };
    check(resource, &request, &stage::defaults())
}

/// Every input at any depth, and the elements of its lists and maps.
fn inputs(resource: &Resource) -> Vec<Place<'_>> {
    let mut found = Vec::new();
    collect(&resource.properties, &Path::default(), &mut found);
    found
}

fn collect<'a>(properties: &'a BTreeMap<String, Property>, path: &Path, found: &mut Vec<Place<'a>>) {
    for (name, property) in properties.iter().filter(|(_, property)| property.input != Input::No) {
        descend(property, &property.kind, path.name(name.as_str()), found);
    }
}

fn descend<'a>(property: &'a Property, kind: &'a Kind, path: Path, found: &mut Vec<Place<'a>>) {
    match kind {
        Kind::Object(properties) => collect(properties, &path, found),
        Kind::List(element) => descend(property, element, path.index(0), found),
        Kind::Map(element) => descend(property, element, path.name("key"), found),
        // A value that is sent as JSON can be anything except files, at any depth.
        Kind::Any => found.push(Place { path: path.name("key").index(0), property, kind }),
        _ => {}
    }
    found.push(Place { path, property, kind });
}

/// Inputs with this value at a path, and no others.
fn at(path: &Path, value: Value) -> Object {
    let text = path.to_string();
    let mut value = value;
    let names: Vec<&str> = text.split('.').collect();
    for name in names.iter().rev() {
        let (name, indexes) = name.split_once('[').map_or((*name, 0), |(name, rest)| (name, rest.matches(']').count()));
        for _ in 0..indexes {
            value = Value::from(vec![value]);
        }
        value = Value::from([(name.to_owned(), value)].into_iter().collect::<Object>());
    }
    value.as_object().cloned().unwrap_or_default()
}
