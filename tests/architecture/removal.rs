//! Inputs that are removed from a program: Diff does what the page describes, for each input of each resource.

use std::collections::BTreeMap;

use catalog::{Input, Kind, Property, Resource};
use rules::{DiffRequest, diff};
use serde_json::{Map, Value as Json, json};
use tests::{places, stage};
use value::{Object, Value};

const KEPT: &str = "Removing it from the program keeps the current value.";

/// A removed input either changes back to its default, or keeps its value: the description contains that, and Diff warns.
#[test]
fn a_removed_input_is_reset_or_the_page_states_that_it_keeps_its_value() {
    let mut wrong = Vec::new();
    for (token, resource, descriptions) in resources() {
        for (name, property) in &resource.properties {
            let exclusive = resource.exactly_one.iter().flatten().any(|member| member == name);
            if !is_removable(property) || exclusive {
                continue;
            }
            let description = descriptions.get(name).map_or("", String::as_str);
            let says_kept = description.contains(KEPT);
            let (changes, warned) = removed(&resource, name, property);
            match (changes, says_kept) {
                (false, false) => {
                    wrong.push(format!("{token}: `{name}` keeps its value, and the page does not state it"));
                }
                (true, true) => {
                    wrong.push(format!("{token}: `{name}` changes, and the page states that it keeps its value"));
                }
                (false, true) if property.computed && !warned => {
                    wrong.push(format!("{token}: `{name}` keeps its value without a warning"));
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Only a create sends these inputs: a change of them must not look as if it was applied.
#[test]
fn a_change_of_an_input_that_only_a_create_sends_has_no_effect_as_the_page_and_a_warning_state() {
    let (mut wrong, mut warned) = (Vec::new(), 0);
    for (token, resource, descriptions) in resources() {
        for (name, property) in resource.properties.iter().filter(|(_, property)| property.create_only) {
            if !descriptions.get(name).is_some_and(|description| description.to_lowercase().contains("no effect")) {
                wrong.push(format!("{token}: the page does not state that a change of `{name}` has no effect"));
            }
            if property.send.is_none() {
                continue;
            }
            let [old, new] = match property.kind {
                Kind::Boolean => [json!(false), json!(true)],
                Kind::Integer => [json!(1), json!(2)],
                _ => [json!("old"), json!("new")],
            };
            let [old, new] = [old, new].map(|value| stage::object(json!({ name: value }).as_object().unwrap()));
            let request =
                DiffRequest { olds: &old, old_inputs: &old, news: &new, ignore_changes: &[], now: stage::today() };
            let found = diff(&resource, &request);
            if !found.warnings.iter().any(|warning| warning.path.top() == Some(name)) {
                wrong.push(format!("{token}: a changed `{name}` has no effect, without a warning"));
            }
            warned += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(warned >= 4, "{warned} inputs");
}

/// A default that the page states as a literal is the value that is restored.
#[test]
fn a_removed_input_is_reset_to_the_default_on_the_page() {
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for (token, resource, descriptions) in resources() {
        for (name, property) in &resource.properties {
            let description = descriptions.get(name).map_or("", String::as_str);
            let Some(stated) = stated_default(description).filter(|_| is_removable(property)) else { continue };
            if description.contains(KEPT) || property.deprecated.is_some() {
                continue;
            }
            let restored = property.default.clone().or(property.clear.clone()).unwrap_or_else(|| empty(&property.kind));
            compared += 1;
            if !is_stated(&restored, &stated) {
                wrong.push(format!("{token}: `{name}` has the default {stated}, and a removal sends {restored}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 30, "only {compared} defaults were compared");
}

/// As recorded, null in an update means that the field is not set.
#[test]
fn no_update_resets_a_field_with_null() {
    let mut wrong = Vec::new();
    for (token, resource, _) in resources() {
        for (name, property) in &resource.properties {
            let is_object = matches!(property.kind, Kind::Object(_)) || property.single;
            let exclusive = resource.exactly_one.iter().flatten().any(|member| member == name);
            let never_removed =
                property.computed || property.replace_if_added_or_removed || property.replace || exclusive;
            let patched = resource.update.iter().any(|step| {
                let field = property.send.as_ref();
                let carries =
                    step.call.body.as_ref().is_some_and(|body| field.is_some_and(|field| body.fields.contains(field)));
                step.call.method == "PATCH" && carries
            });
            if property.input == Input::Optional && is_object && patched && !never_removed && property.clear.is_none() {
                wrong.push(format!("{token}: a removed `{name}` is sent as null"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_removable(property: &Property) -> bool {
    property.input != Input::No
        && property.input != Input::Required
        && property.input != Input::Auto
        && !property.create_only
        && !property.write_only
        && (property.send.is_some() || property.input != Input::Optional || !property.computed)
}

/// Whether Diff shows a change after the input is removed, and whether it warns.
fn removed(resource: &Resource, name: &str, property: &Property) -> (bool, bool) {
    let given = sample(property);
    let olds = Object::from_iter([(name.to_owned(), Value::from(given))]);
    let mut news = Object::new();
    // Check adds defaults.
    if let Some(default) = &property.default {
        news.insert(name.to_owned(), Value::from(default.clone()));
    }
    let request = DiffRequest { olds: &olds, old_inputs: &olds, news: &news, ignore_changes: &[], now: stage::today() };
    let diff = diff(resource, &request);
    let warned = diff.warnings.iter().any(|warning| warning.path.top() == Some(name));
    (diff.properties().any(|changed| changed == name), warned)
}

/// A value that is not empty and not the default.
fn sample(property: &Property) -> Json {
    let candidates = match &property.kind {
        Kind::String => {
            let mut words: Vec<Json> = property.checks.allowed.iter().map(|word| json!(word)).collect();
            words.extend(property.values.keys().map(|word| json!(word)));
            words.extend([json!("something"), json!("2031-01-02T03:04:05Z")]);
            words
        }
        Kind::Integer | Kind::Number => vec![json!(17)],
        Kind::Boolean => vec![json!(true), json!(false)],
        Kind::List(element) => vec![json!([sample(&Property { kind: (**element).clone(), ..property.clone() })])],
        Kind::Map(_) => vec![json!({ "key": "value" })],
        Kind::Object(properties) => {
            let inputs = properties.iter().filter(|(_, property)| property.input != Input::No);
            vec![Json::Object(inputs.map(|(name, property)| (name.clone(), sample(property))).collect::<Map<_, _>>())]
        }
        Kind::Asset | Kind::Archive | Kind::File | Kind::Any => vec![json!("something")],
    };
    let is_default = |value: &Json| {
        property.default.as_ref() == Some(value)
            || (value.is_boolean() && property.unset.as_ref() == Some(value))
            || property.clear.as_ref() == Some(value)
            || property.clear.as_ref()
                == property.values.get(value.as_str().unwrap_or_default()).filter(|_| value.is_string())
                && property.clear.is_some()
    };
    candidates.into_iter().find(|value| !is_default(value)).expect("some value is not the default")
}

/// `Default: 8080.` or ``Default: `false`.``, as the string between.
fn stated_default(description: &str) -> Option<String> {
    let rest = description.split_once("Default: ")?.1;
    if let Some(quoted) = rest.strip_prefix('`') {
        let (literal, after) = quoted.split_once('`')?;
        return after.starts_with(['.', ',']).then(|| literal.to_owned());
    }
    let word = rest.split(['.', ' ']).next()?;
    (word.parse::<f64>().is_ok() && rest[word.len()..].starts_with('.')).then(|| word.to_owned())
}

/// Whether a restored value is the literal of the page; wire values may have another notation (`300s` for 300).
fn is_stated(restored: &Json, stated: &str) -> bool {
    match restored {
        Json::String(text) => text == stated || text.strip_suffix('s') == Some(stated),
        Json::Array(items) if !stated.starts_with('[') => items.len() == 1 && is_stated(&items[0], stated),
        Json::Null => false,
        other => {
            let restored = other.to_string();
            restored == stated || restored.replace(',', ", ") == stated
        }
    }
}

fn empty(kind: &Kind) -> Json {
    match kind {
        Kind::String => json!(""),
        Kind::Boolean => json!(false),
        Kind::Integer | Kind::Number => json!(0),
        Kind::List(_) => json!([]),
        _ => Json::Null,
    }
}

/// Each resource with the descriptions of its inputs.
fn resources() -> Vec<(String, Resource, BTreeMap<String, String>)> {
    let schema = places::json(&places::project().join("schema/schema.json"));
    let catalog = places::catalog();
    let offered = catalog.resources.iter().filter(|(_, resource)| resource.discontinued.is_none());
    offered
        .map(|(token, resource)| {
            let inputs = &schema["resources"][format!("evalap-scaleway:{token}")]["inputProperties"];
            let described = inputs.as_object().into_iter().flatten();
            let text = |spec: &Json| spec["description"].as_str().unwrap_or_default().to_owned();
            let descriptions = described.map(|(name, spec)| (name.clone(), text(spec))).collect();
            (token.clone(), resource.clone(), descriptions)
        })
        .collect()
}
