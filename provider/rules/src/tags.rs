//! The provider's default tags, merged into the tags of each resource. Pure.
//!
//! They become inputs, so previews show them and a change of them updates the resource. The type of `tags` is a map or a
//! list of strings; in a list a tag has the form `name=value`, and its name ends at the first `=`.

use catalog::{Input, Kind, Resource};
use value::{Data, Object, Value};

use crate::place::Defaults;

/// The input with the tags, in all products.
const TAGS: &str = "tags";

/// Adds the provider's tags to the inputs; tags of the program take precedence. Idempotent.
pub fn lay_under(resource: &Resource, defaults: &Defaults, inputs: &mut Object) {
    let Some(property) = resource.properties.get(TAGS).filter(|property| property.input != Input::No) else { return };
    if defaults.tags.is_empty() {
        return;
    }
    let given = inputs.remove(TAGS).unwrap_or_default();
    let secret = given.is_secret();
    let tags = match (&property.kind, given.data()) {
        (Kind::List(_), Data::Array(items)) => Value::from(in_list(items, defaults)).secret_if(secret),
        (Kind::List(_), Data::Null) => Value::from(in_list(&[], defaults)),
        (Kind::Map(_), Data::Object(own)) => Value::from(in_map(own, defaults)).secret_if(secret),
        (Kind::Map(_), Data::Null) => Value::from(in_map(&Object::new(), defaults)),
        // An unknown value gets the tags in the next run; Check reports an invalid one.
        _ => given,
    };
    inputs.insert(TAGS.to_owned(), tags);
}

fn in_list(own: &[Value], defaults: &Defaults) -> Vec<Value> {
    let named = |name: &str| {
        let names = own.iter().filter_map(Value::as_str).map(|tag| tag.split('=').next().unwrap_or_default());
        names.into_iter().any(|other| other == name)
    };
    let missing = defaults.tags.iter().filter(|(name, _)| !named(name));
    let missing = missing.map(|(name, value)| Value::from(format!("{name}={value}")));
    own.iter().cloned().chain(missing).collect()
}

fn in_map(own: &Object, defaults: &Defaults) -> Object {
    let mut tags: Object =
        defaults.tags.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    tags.extend(own.clone());
    tags
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use catalog::Property;
    use serde_json::{Value as Json, json};

    use super::*;

    fn laid(kind: Kind, own: Json) -> Json {
        let property = Property { kind, input: Input::Optional, ..Property::default() };
        let properties = BTreeMap::from([(TAGS.to_owned(), property)]);
        let resource = Resource { properties, ..Resource::default() };
        let tags = BTreeMap::from([("owner".to_owned(), "data".to_owned()), ("team".to_owned(), "a".to_owned())]);
        let defaults = Defaults { tags, ..Defaults::default() };
        let mut inputs = Object::new();
        if !own.is_null() {
            inputs.insert(TAGS.to_owned(), Value::from(own));
        }
        lay_under(&resource, &defaults, &mut inputs);
        let once = inputs.clone();
        lay_under(&resource, &defaults, &mut inputs);
        assert_eq!(inputs, once, "it is idempotent");
        inputs.get(TAGS).map(|tags| tags.to_json().unwrap_or_default()).unwrap_or_default()
    }

    #[test]
    fn default_tags_are_added_to_lists_and_maps_and_do_not_replace_tags_of_the_program() {
        let list = || Kind::List(Box::new(Kind::String));
        let map = || Kind::Map(Box::new(Kind::String));
        assert_eq!(laid(list(), Json::Null), json!(["owner=data", "team=a"]));
        assert_eq!(laid(list(), json!(["one", "owner=me"])), json!(["one", "owner=me", "team=a"]));
        assert_eq!(laid(map(), Json::Null), json!({ "owner": "data", "team": "a" }));
        assert_eq!(laid(map(), json!({ "owner": "me" })), json!({ "owner": "me", "team": "a" }));
    }

    #[test]
    fn resources_without_tags_and_unknown_tags_are_unchanged() {
        let defaults = Defaults { tags: BTreeMap::from([("a".to_owned(), "b".to_owned())]), ..Defaults::default() };
        let mut inputs = Object::new();
        lay_under(&Resource::default(), &defaults, &mut inputs);
        assert!(inputs.is_empty());
        let kind = Kind::List(Box::new(Kind::String));
        let property = Property { kind, input: Input::Optional, ..Property::default() };
        let properties = BTreeMap::from([(TAGS.to_owned(), property)]);
        inputs.insert(TAGS.to_owned(), Value::UNKNOWN);
        lay_under(&Resource { properties, ..Resource::default() }, &defaults, &mut inputs);
        assert!(inputs[TAGS].is_unknown());
    }
}
