//! Overrides of the properties of parts are marked as secret if the property of the part is secret, at any depth.

use std::collections::BTreeMap;

use catalog::{Catalog, Component, Input, Property};
use rules::Failure;
use rules::check::unexpected as unexpected_name;
use value::{Object, Path, Value};

use super::sealed as sealed_as_declared;

/// The input whose keys are the parts.
const OVERRIDES: &str = "overrides";

/// The inputs of a component with the secrets in its overrides marked as secret.
pub(super) fn sealed(catalog: &Catalog, component: &Component, mut given: Object) -> Object {
    let Some(overrides) = given.get(OVERRIDES) else { return given };
    let Some(parts) = overrides.as_object() else { return given };
    let parts = parts.clone().into_iter().map(|(part, value): (String, Value)| {
        let value = match (component.parts.get(&part), value.as_object()) {
            (Some(token), Some(properties)) => like(&value, of_part(catalog, token, properties.clone())),
            _ => value,
        };
        (part, value)
    });
    let sealed = like(overrides, parts.collect());
    given.insert(OVERRIDES.to_owned(), sealed);
    given
}

/// The inputs of a component, with the hash of each write-only value in its overrides.
pub(super) fn without_write_only(catalog: &Catalog, component: &Component, mut given: Object, salt: &[u8]) -> Object {
    let Some(overrides) = given.get(OVERRIDES) else { return given };
    let Some(parts) = overrides.as_object() else { return given };
    let parts = parts.clone().into_iter().map(|(part, value): (String, Value)| {
        let value = match (component.parts.get(&part), value.as_object()) {
            (Some(token), Some(properties)) => {
                like(&value, hashed(catalog, token, properties.clone(), &[salt, part.as_bytes()].concat()))
            }
            _ => value,
        };
        (part, value)
    });
    let hashed = like(overrides, parts.collect());
    given.insert(OVERRIDES.to_owned(), hashed);
    given
}

fn hashed(catalog: &Catalog, token: &str, mut given: Object, salt: &[u8]) -> Object {
    match (catalog.components.get(token), catalog.resources.get(token)) {
        (Some(component), _) => without_write_only(catalog, component, given, salt),
        (None, Some(resource)) => {
            rules::write_only::replace_stored(resource, &mut given, salt);
            given
        }
        (None, None) => given,
    }
}

/// Names in the overrides that are not inputs of the part. They are reported before anything is registered, so that a value
/// under a misspelt name is not stored.
pub(super) fn unexpected(catalog: &Catalog, component: &Component, given: &Object, at: &Path) -> Vec<Failure> {
    let at = at.name(OVERRIDES);
    let overrides = given.get(OVERRIDES).and_then(Value::as_object).into_iter().flatten();
    let parts = overrides.filter_map(|(part, value)| Some((part, component.parts.get(part)?, value.as_object()?)));
    let failures = parts.flat_map(|(part, token, properties)| {
        let at = at.name(part.as_str());
        let nested = catalog.components.get(token);
        let Some(inputs) = self::properties(catalog, token) else { return Vec::new() };
        let is_input = |name: &String| inputs.get(name).is_some_and(|property| property.input != Input::No);
        let unknown = properties.keys().filter(|name| !is_input(name));
        let unknown =
            unknown.map(|name| Failure { path: at.name(name.as_str()), reason: unexpected_name(inputs, name) });
        let inner = nested.map(|component| unexpected(catalog, component, properties, &at)).unwrap_or_default();
        unknown.chain(inner).collect()
    });
    failures.collect()
}

/// The overridden properties of one part, with its secrets marked as secret.
fn of_part(catalog: &Catalog, token: &str, given: Object) -> Object {
    let Some(properties) = properties(catalog, token) else { return given };
    let given = sealed_as_declared(properties, given);
    match catalog.components.get(token) {
        Some(component) => sealed(catalog, component, given),
        None => given,
    }
}

/// The properties of a part, which is a component or a resource.
fn properties<'c>(catalog: &'c Catalog, token: &str) -> Option<&'c BTreeMap<String, Property>> {
    let component = catalog.components.get(token).map(|component| &component.inputs);
    component.or_else(|| Some(&catalog.resources.get(token)?.properties))
}

fn like(value: &Value, object: Object) -> Value {
    Value::from(object).secret_if(value.is_secret()).depending_on(value.dependencies().cloned())
}

#[cfg(test)]
mod tests {
    use catalog::Kind;
    use serde_json::{Map, Value as Json, json};
    use value::object;

    use super::*;

    fn catalog() -> Catalog {
        Catalog::parse(include_str!("../../../schema/catalog.json")).unwrap()
    }

    /// Overrides of every input of a part, each value with its path in it.
    fn overridden(inputs: &BTreeMap<String, Property>) -> Json {
        let of = inputs.iter().filter(|(name, property)| property.input != catalog::Input::No && *name != OVERRIDES);
        Json::Object(of.map(|(name, property)| (name.clone(), sample(name, &property.kind))).collect::<Map<_, _>>())
    }

    fn sample(name: &str, kind: &Kind) -> Json {
        match kind {
            Kind::Object(properties) => overridden(properties),
            Kind::List(element) => json!([sample(name, element)]),
            Kind::Map(element) => json!({ "key": sample(name, element) }),
            _ => json!(format!("value of {name}")),
        }
    }

    /// All paths, whether they are declared secret, and whether the value is secret.
    fn check(inputs: &BTreeMap<String, Property>, value: &Value, path: &str, found: &mut Vec<(String, bool, bool)>) {
        for (name, value) in value.as_object().into_iter().flatten() {
            let Some(property) = inputs.get(name) else { continue };
            let path = format!("{path}.{name}");
            found.push((path.clone(), property.secret, value.is_secret()));
            if property.secret {
                continue;
            }
            match (&property.kind, value.as_array().and_then(<[Value]>::first)) {
                (Kind::Object(properties), _) => check(properties, value, &path, found),
                (Kind::List(element), Some(item)) => {
                    if let Kind::Object(properties) = element.as_ref() {
                        check(properties, item, &path, found);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a value contains the text of `sample` for a write-only input of its part.
    fn write_only_values(catalog: &Catalog, component: &Component, given: &Object, found: &mut Vec<(String, bool)>) {
        let overrides = given.get(OVERRIDES).and_then(Value::as_object).into_iter().flatten();
        for (part, value) in overrides {
            let (Some(token), Some(properties)) = (component.parts.get(part), value.as_object()) else { continue };
            if let Some(component) = catalog.components.get(token) {
                write_only_values(catalog, component, properties, found);
            }
            let Some(resource) = catalog.resources.get(token) else { continue };
            for (name, _) in rules::write_only::declared(resource) {
                let text = properties.text(name).unwrap_or_default();
                found.push((format!("{part}.{name}"), rules::write_only::is_hash(text)));
                assert!(properties[name.as_str()].is_secret(), "{part}.{name}");
            }
        }
    }

    #[test]
    fn write_only_overrides_are_registered_as_hashes() {
        let catalog = catalog();
        let mut found = Vec::new();
        for component in catalog.components.values() {
            let parts = component.parts.iter().map(|(part, token)| {
                let inputs = properties(&catalog, token).unwrap();
                let mut sample = overridden(inputs);
                if let (Some(nested), Json::Object(sample)) = (catalog.components.get(token), &mut sample) {
                    let inner = nested
                        .parts
                        .iter()
                        .map(|(part, token)| (part.clone(), overridden(properties(&catalog, token).unwrap())));
                    sample.insert(OVERRIDES.to_owned(), Json::Object(inner.collect()));
                }
                (part.clone(), sample)
            });
            let given = Object::new().with(OVERRIDES, Value::from(Json::Object(parts.collect())));
            let given = sealed(&catalog, component, given);
            let stored = without_write_only(&catalog, component, given, b"salt");
            write_only_values(&catalog, component, &stored, &mut found);
        }
        assert!(found.len() >= 2, "{found:?}");
        assert!(found.iter().all(|(_, hashed)| *hashed), "{found:?}");
    }

    #[test]
    fn misspelt_names_are_reported_at_any_depth() {
        let catalog = catalog();
        let application = &catalog.components["evalap/application:Application"];
        let given =
            json!({ "overrides": { "database": { "user": {}, "overrides": { "user": { "Password": "canary" } } } } });
        let given = Value::from(given).as_object().unwrap().clone();
        let found: Vec<String> = unexpected(&catalog, application, &given, &Path::default())
            .into_iter()
            .map(|failure| format!("{} {}", failure.path, failure.reason))
            .collect();
        let expected = [
            "overrides.database.user is not an input of this resource",
            "overrides.database.overrides.user.Password is not an input of this resource; did you mean `password`?",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn overrides_of_secret_properties_are_secret_in_every_component() {
        let catalog = catalog();
        let (mut wrong, mut secrets) = (Vec::new(), 0);
        for (token, component) in &catalog.components {
            for (part, of) in &component.parts {
                let inputs = properties(&catalog, of)
                    .unwrap_or_else(|| panic!("{token}: the part {part} is neither a resource nor a component"));
                let given = Value::from(json!({ "overrides": { part: overridden(inputs) } }));
                let sealed = sealed(&catalog, component, given.as_object().unwrap().clone());
                let mut found = Vec::new();
                let parts = sealed["overrides"].as_object().unwrap();
                check(inputs, &parts[part], &format!("{token} overrides.{part}"), &mut found);
                secrets += found.iter().filter(|(_, secret, _)| *secret).count();
                wrong.extend(found.into_iter().filter(|(_, secret, sealed)| secret != sealed).map(|(path, ..)| path));
            }
        }
        assert_eq!(wrong, [""; 0]);
        assert!(secrets > 15, "only {secrets} secret properties were overridden");
    }

    #[test]
    fn secrets_in_nested_overrides_are_secret() {
        let catalog = catalog();
        let user = object! { "password": "hidden", "name": "shown" };
        let database = object! { "overrides": object! { "user": user } };
        let given = object! { "overrides": object! { "database": database } };
        let sealed = sealed(&catalog, &catalog.components["evalap/application:Application"], given);
        let debug = format!("{sealed:?}");
        assert!(!debug.contains("hidden") && debug.contains("shown"), "{debug}");
    }
}
