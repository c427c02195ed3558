//! Values in the form of requests.
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;

fn input(send: &str) -> Property {
    Property { input: Input::Optional, send: Some(send.to_owned()), ..Property::default() }
}

fn resource(properties: Vec<(&str, Property)>) -> Resource {
    let properties = properties.into_iter().map(|(name, property)| (name.to_owned(), property)).collect();
    Resource { properties, ..Resource::default() }
}

fn sent(resource: &Resource, given: &Object) -> Json {
    Json::Object(desired(resource, given, &Defaults::default()).unwrap())
}

#[test]
fn elements_are_sent_in_objects_and_by_their_numbers() {
    let element_as = [("id".to_owned(), json!("$element")), ("quantity".to_owned(), json!(1))];
    let list = Property {
        kind: Kind::List(Box::new(Kind::String)),
        element_as: Some(element_as.into_iter().collect()),
        ..input("volumes")
    };
    let given = Object::new().with("volumes", Value::from(json!(["a", "b"])));
    let objects = json!([{ "id": "a", "quantity": 1 }, { "id": "b", "quantity": 1 }]);
    assert_eq!(sent(&resource(vec![("volumes", list.clone())]), &given), json!({ "volumes": objects }));
    let numbered = resource(vec![("volumes", Property { numbered_from: Some(1), ..list })]);
    assert_eq!(sent(&numbered, &given), json!({ "volumes": { "1": objects[0], "2": objects[1] } }));
    let none = Object::new().with("volumes", Value::from(json!([])));
    assert_eq!(sent(&numbered, &none), json!({ "volumes": {} }));
}

#[test]
fn an_unset_value_is_that_of_another_property_or_is_not_needed_beside_one() {
    let object = || Kind::Object(BTreeMap::new());
    let tcp = Property { kind: object(), unset: Some(json!({})), ..input("check.tcp") };
    let port = Property { kind: Kind::Integer, unset: Some(json!("$port")), ..input("check.port") };
    let mut backend = resource(vec![
        ("port", Property { kind: Kind::Integer, ..input("port") }),
        ("checkPort", port),
        ("tcp", tcp),
        ("http", Property { kind: object(), ..input("check.http") }),
    ]);
    backend.at_most_one = vec![vec!["tcp".to_owned(), "http".to_owned()]];
    let given = Object::new().with("port", 80.0);
    assert_eq!(sent(&backend, &given), json!({ "port": 80, "check": { "port": 80, "tcp": {} } }));
    let given = given.with("checkPort", 81.0).with("http", Value::from(json!({})));
    assert_eq!(sent(&backend, &given), json!({ "port": 80, "check": { "port": 81, "http": {} } }));
    assert_eq!(sent(&backend, &Object::new()), json!({ "check": { "tcp": {} } }));
}

#[test]
fn a_value_that_another_one_in_its_object_replaces_is_not_sent() {
    let mut route =
        resource(vec![("sni", input("match.sni")), ("host", input("match.host")), ("other", input("other"))]);
    let change = |route: &Resource| {
        let (old, new) = (Object::new().with("sni", "a").with("other", "b"), Object::new().with("host", "c"));
        let names = ["sni", "host", "other"].into_iter().map(str::to_owned).collect();
        let (_, after) = changed(route, &old, &new, &names, &Pending::default(), &Defaults::default()).unwrap();
        Json::Object(after)
    };
    assert_eq!(change(&route), json!({ "match": { "sni": "", "host": "c" }, "other": "" }));
    route.exactly_one = vec![vec!["sni".to_owned(), "host".to_owned()]];
    assert_eq!(change(&route), json!({ "match": { "host": "c" }, "other": "" }));
}
