//! The fields of objects: from the request, from defaults, and from the templates of the facts.
//!
//! This module does not change objects.

use scaleway_api::Kind as Shape;
use serde_json::{Map, Value, json};

use super::values;
use crate::call::Call;
use crate::clock;
use crate::facts::{self, Plain};

/// The fields of the request under the names of the response, completed as the response's schema declares them. Fields that
/// are a part of an object in the response change that part of the current object.
pub(super) fn given(call: &Call<'_>, plain: &Plain, current: &Map<String, Value>) -> Map<String, Value> {
    let Some(properties) = facts::properties(plain.document, &plain.facts.noun) else { return Map::new() };
    let given = call.body.iter().filter_map(|(name, value)| {
        let name = plain.facts.renamed.get(name).unwrap_or(name);
        let schema = properties.get(name)?;
        let mut value = values::complete(plain.document, schema, value);
        if plain.facts.in_order.contains(name) {
            values::sort(plain.document, schema, &mut value);
        }
        Some((name.clone(), value))
    });
    let mut given: Map<String, Value> = given.collect();
    for (from, to) in plain.facts.renamed.iter().filter(|(from, to)| from.contains('.') || to.contains('.')) {
        let Some(value) = at(&call.body, from).filter(|value| !value.is_null()) else { continue };
        let (first, rest) = to.split_once('.').unwrap_or((to, ""));
        let Some(schema) = properties.get(first) else { continue };
        let mut object = given.get(first).or_else(|| current.get(first)).cloned().unwrap_or_default();
        put(&mut object, rest, value);
        given.insert(first.to_owned(), values::complete(plain.document, schema, &object));
    }
    given
}

/// Replaces the value at a path through objects; an empty path is the value itself.
fn put(value: &mut Value, path: &str, new: Value) {
    if path.is_empty() {
        *value = new;
        return;
    }
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    if !value.is_object() {
        *value = json!({});
    }
    if let Value::Object(fields) = value {
        put(fields.entry(first).or_insert(Value::Null), rest, new);
    }
}

/// The fields that these exclude: the document declares that at most one field of a group has a value.
pub(super) fn others(plain: &Plain, given: &Map<String, Value>) -> Vec<String> {
    let Some(Shape::Object { one_of, .. }) = plain.document.schema(&plain.facts.noun).map(|schema| &schema.kind) else {
        return Vec::new();
    };
    let groups = one_of.iter().filter(|group| group.iter().any(|field| given.contains_key(field)));
    groups.flatten().filter(|field| !given.contains_key(*field)).cloned().collect()
}

/// Sets the fields that other fields determine.
pub(super) fn derive(plain: &Plain, fields: &mut Map<String, Value>) {
    for (field, derived) in &plain.facts.derived {
        let value = at(fields, &derived.from).unwrap_or_default();
        let key = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if let Some(value) = derived.values.get(&key) {
            fields.insert(field.clone(), value.clone());
        }
    }
}

/// Every field of the response: from the request, the path, the call, or with the value of an omitted field.
pub(super) fn base(call: &Call<'_>, plain: &Plain, id: &str, project: &str) -> Map<String, Value> {
    let given = given(call, plain, &plain.facts.default);
    let now = call.timestamp();
    let Some(Shape::Object { properties, one_of }) =
        plain.document.schema(&plain.facts.noun).map(|schema| &schema.kind)
    else {
        return given;
    };
    let optional = |name: &String| one_of.iter().flatten().any(|other| other == name);
    let mut fields = Map::new();
    for (name, schema) in properties {
        let known = match name.as_str() {
            "srn" => continue,
            "organization_id" | "organization" => Some(json!(call.world.organization)),
            "project_id" | "project" => Some(json!(project)),
            "region" | "zone" => Some(json!(call.locality())),
            "created_at" | "updated_at" => Some(json!(now)),
            "creation_date" | "modification_date" => Some(json!(clock::with_offset(&now))),
            name if name == plain.kind.id => Some(json!(id)),
            name => call.parameters.get(name).map(|value| json!(value)),
        };
        let value = known.or_else(|| given.get(name).cloned()).or_else(|| plain.facts.default.get(name).cloned());
        let is_status = plain.status.as_ref().is_some_and(|status| status.field == *name);
        match value {
            Some(value) => drop(fields.insert(name.clone(), value)),
            None if is_status || optional(name) || plain.facts.absent.contains(name) => {}
            None => drop(fields.insert(name.clone(), values::zero(plain.document, schema))),
        }
    }
    fields
}

/// Sets fields from templates, which can use the fields, `{request.*}`, `{uuid}` and `{locality}`.
pub(super) fn set(call: &mut Call<'_>, templates: &Map<String, Value>, fields: &mut Map<String, Value>) {
    for (name, template) in templates {
        let built = fields.clone();
        let value = values::filled(template, &mut |name: &str| match name {
            "uuid" => Some(json!(call.world.uuid())),
            "locality" => Some(json!(call.locality())),
            "now" => Some(json!(call.timestamp())),
            _ => match name.strip_prefix("request.") {
                Some(path) => at(&call.body, path),
                None => at(&built, name),
            },
        });
        fields.insert(name.clone(), value);
    }
}

pub(super) fn at(fields: &Map<String, Value>, path: &str) -> Option<Value> {
    let mut steps = path.split('.');
    let first = fields.get(steps.next()?)?;
    steps.try_fold(first, |value, step| value.get(step)).cloned()
}

/// Completes objects that templates and defaults give in part.
pub(super) fn shape(plain: &Plain, fields: &mut Map<String, Value>) {
    let Some(properties) = facts::properties(plain.document, &plain.facts.noun) else { return };
    for (name, value) in fields.iter_mut().filter(|(_, value)| value.is_object() || value.is_array()) {
        if let Some(schema) = properties.get(name) {
            *value = values::complete(plain.document, schema, value);
        }
    }
}
