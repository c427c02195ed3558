//! Outputs that show the value of an input under another name: aliases (`same`), properties of the same response field, and
//! templates. They are secret if the input is. Pure.

use catalog::{Input, Property, Resource};
use value::{Object, Value};

/// Marks outputs as secret that show a secret input.
pub fn hide(resource: &Resource, inputs: &Object, state: &mut Object) {
    let secret: Vec<(&String, &Property)> =
        resource.properties.iter().filter(|(name, _)| inputs.get(*name).is_some_and(Value::contains_secret)).collect();
    if secret.is_empty() {
        return;
    }
    for (name, value) in state.iter_mut() {
        let Some(property) = resource.properties.get(name) else { continue };
        let shows = |(other, input): &(&String, &Property)| {
            *other != name && (resource.stem(other) == resource.stem(name) || shares_field(property, input))
        };
        if !value.is_secret() && secret.iter().any(shows) {
            *value = std::mem::take(value).into_secret();
        }
    }
    hide_templates(resource, state);
}

/// Templates over secret outputs.
fn hide_templates(resource: &Resource, state: &mut Object) {
    for (name, property) in &resource.properties {
        let Some(template) = &property.template else { continue };
        let shows =
            |(other, value): (&String, &Value)| value.contains_secret() && template.contains(&format!("{{{other}}}"));
        if state.iter().any(shows)
            && let Some(value) = state.get_mut(name)
        {
            *value = std::mem::take(value).into_secret();
        }
    }
}

/// Whether a property is read from the field of an input, or from a part of it.
fn shares_field(property: &Property, input: &Property) -> bool {
    let (Some(field), Some(of)) = (&property.read, &input.read) else { return false };
    if input.input == Input::No || field == "." || of == "." {
        return false;
    }
    let is_part = |part: &str, whole: &str| {
        part.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    is_part(field, of) || is_part(of, field)
}

#[cfg(test)]
mod tests {
    use catalog::{Catalog, Convert, Kind};
    use serde_json::json;

    use super::*;
    use crate::decode::{Known, state};
    use crate::scope::Scope;
    use crate::{Defaults, encode, preview_create, preview_update};

    fn catalog() -> Catalog {
        Catalog::parse(include_str!("../../../schema/catalog.json")).unwrap()
    }

    fn sample(property: &Property) -> serde_json::Value {
        match property.convert {
            Some(Convert::Duration | Convert::Milliseconds) => json!("10s"),
            _ => sample_of(&property.kind),
        }
    }

    fn sample_of(kind: &Kind) -> serde_json::Value {
        match kind {
            Kind::Integer | Kind::Number => json!(1024),
            Kind::Boolean => json!(true),
            Kind::List(element) => json!([sample_of(element)]),
            Kind::Map(element) => json!({ "key": sample_of(element) }),
            Kind::Object(properties) => {
                let inputs = properties.iter().filter(|(_, property)| property.input != Input::No);
                inputs.map(|(name, property)| (name.clone(), sample(property))).collect()
            }
            _ => json!("canary"),
        }
    }

    #[test]
    fn both_names_of_a_secret_input_are_secret_in_outputs_and_previews() {
        let mut pairs = 0;
        for (token, resource) in &catalog().resources {
            for (alias, property) in &resource.properties {
                let Some(stem) = &property.same else { continue };
                if property.write_only || property.input == Input::No {
                    continue;
                }
                pairs += 1;
                for given in [stem, alias] {
                    let value = Value::from(sample(&resource.properties[given])).into_secret();
                    let inputs = Object::new().with(given, value);
                    let defaults = Defaults::default();
                    let mut scope = Scope::of_inputs(resource, &inputs, &defaults).unwrap();
                    scope.answers = encode::desired(resource, &inputs, &defaults).unwrap();
                    let none = Object::new();
                    let made = state(&scope, Known { inputs: &inputs, state: &none, just_sent: true });
                    let plain = Object::new().with(given, sample(&resource.properties[given]));
                    let now = jiff::Timestamp::UNIX_EPOCH;
                    let updated = preview_update(resource, &plain, &plain, &inputs, &defaults, now);
                    for (place, outputs) in [
                        ("state", &made),
                        ("preview of a create", &preview_create(resource, &inputs, &defaults)),
                        ("preview of an update", &updated),
                    ] {
                        for shown in [stem, alias].into_iter().filter(|name| outputs.given(name).is_some()) {
                            assert!(outputs[shown.as_str()].is_secret(), "{token}: {given} -> {shown}, {place}");
                        }
                    }
                    assert!(made.given(stem).is_some() && made.given(alias).is_some(), "{token}: {given}: {made:?}");
                }
            }
        }
        assert!(pairs >= 5, "only {pairs} pairs");
    }

    #[test]
    fn outputs_of_other_fields_stay_plain() {
        let catalog = catalog();
        let resource = &catalog.resources["containers/container:Container"];
        let inputs = Object::new().with("image", Value::from("canary").into_secret()).with("name", "web");
        let mut outputs = inputs.clone().with("registryImage", "canary").with("domainName", "web.example.org");
        hide(resource, &inputs, &mut outputs);
        assert!(outputs["registryImage"].is_secret() && !outputs["domainName"].is_secret());
        assert!(!outputs["name"].is_secret());
    }
}
