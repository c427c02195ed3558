//! References to secrets: a string such as `scw-secret://fr-par/<secret ID>/3` in a secret input, in place of the value of that
//! secret version. Pure.
//!
//! Check, Diff, previews, errors and the state contain the reference. `engine::ReferencedSecrets` reads the value, and request
//! bodies alone contain it.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use catalog::{Equal, Kind, Property, Resource};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value as Json;
use value::{Data, Object, Path, Value};

use crate::id::is_uuid;
use crate::operation::Failure;

/// The first characters of a reference, and their percent-encoded form in connection strings.
const SCHEME: &str = "scw-secret://";
const ENCODED_SCHEME: &str = "scw-secret%3A%2F%2F";

/// The separator of the parts of a reference, in both forms.
const SEPARATOR: &str = "/";
const ENCODED_SEPARATOR: &str = "%2F";

/// The number of characters of a UUID.
const UUID_LENGTH: usize = 36;

/// A version of a secret in Secret Manager.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretReference {
    /// The region, such as `fr-par`.
    pub region: String,
    /// The UUID of the secret.
    pub secret_id: String,
    /// The revision, counted from 1. The value of a revision never changes.
    pub revision: u32,
}

impl fmt::Display for SecretReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}/{}", self.region, self.secret_id, self.revision)
    }
}

/// A part of a string: text, or a reference.
enum Part<'t> {
    Text(&'t str),
    Reference { reference: SecretReference, is_encoded: bool },
}

/// The parts of a string. A scheme that no valid reference follows is text.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut rest, mut from) = (text, 0);
    while let Some((start, is_encoded)) = next_scheme(rest, from) {
        match leading(&rest[start..], is_encoded) {
            Some((reference, length)) => {
                parts.push(Part::Text(&rest[..start]));
                parts.push(Part::Reference { reference, is_encoded });
                (rest, from) = (&rest[start + length..], 0);
            }
            None => from = start + 1,
        }
    }
    parts.push(Part::Text(rest));
    parts
}

/// The position of the next scheme, and whether it is percent-encoded.
fn next_scheme(text: &str, from: usize) -> Option<(usize, bool)> {
    let find = |scheme: &str| text[from..].find(scheme).map(|start| from + start);
    let (plain, encoded) = (find(SCHEME).map(|start| (start, false)), find(ENCODED_SCHEME).map(|start| (start, true)));
    plain.into_iter().chain(encoded).min()
}

/// The reference at the start of a string, and its length.
fn leading(text: &str, is_encoded: bool) -> Option<(SecretReference, usize)> {
    let (scheme, separator) = if is_encoded { (ENCODED_SCHEME, ENCODED_SEPARATOR) } else { (SCHEME, SEPARATOR) };
    let (region, rest) = text.strip_prefix(scheme)?.split_once(separator)?;
    let (country, city) = region.split_once('-')?;
    if ![country, city].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase())) {
        return None;
    }
    let secret_id = rest.get(..UUID_LENGTH).filter(|id| is_uuid(id))?;
    let rest = rest[UUID_LENGTH..].strip_prefix(separator)?;
    let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    let revision = rest[..digits].parse().ok().filter(|revision| *revision > 0)?;
    let reference = SecretReference { region: region.to_owned(), secret_id: secret_id.to_lowercase(), revision };
    Some((reference, text.len() - rest.len() + digits))
}

/// The reference, if the whole string is one.
pub fn parse(text: &str) -> Option<SecretReference> {
    leading(text, false).filter(|(_, length)| *length == text.len()).map(|(reference, _)| reference)
}

/// The references in a string.
fn in_text(text: &str) -> impl Iterator<Item = SecretReference> {
    parts(text).into_iter().filter_map(|part| match part {
        Part::Reference { reference, .. } => Some(reference),
        Part::Text(_) => None,
    })
}

/// Whether a string contains a reference. Check calls this for every string, and most contain no scheme.
fn has_reference(text: &str) -> bool {
    next_scheme(text, 0).is_some() && in_text(text).next().is_some()
}

/// Whether a value or anything inside it contains a reference.
pub fn is_in(value: &Value) -> bool {
    let mut found = false;
    each_string(value, &mut |text| found |= has_reference(text));
    found
}

/// The references in inputs, sorted. Those in inputs that are not secret are not resolved.
pub fn of_inputs(resource: &Resource, inputs: &Object) -> Vec<SecretReference> {
    let mut found = Vec::new();
    let secret = resource.properties.iter().filter(|(_, property)| contains_secrets(property));
    for value in secret.filter_map(|(name, _)| inputs.given(name)) {
        each_string(value, &mut |text| found.extend(in_text(text)));
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn each_string(value: &Value, visit: &mut impl FnMut(&str)) {
    match value.data() {
        Data::String(text) => visit(text),
        Data::Array(items) => items.iter().for_each(|item| each_string(item, visit)),
        Data::Object(object) => object.values().for_each(|value| each_string(value, visit)),
        _ => {}
    }
}

/// A string with the values in place of the references, percent-encoded where the reference is. `None` if it contains none, or
/// if a value is missing.
pub fn resolved(text: &str, value_of: &impl Fn(&SecretReference) -> Option<String>) -> Option<String> {
    let parts = parts(text);
    if parts.len() == 1 {
        return None;
    }
    let resolved = parts.into_iter().map(|part| match part {
        Part::Text(text) => Some(text.to_owned()),
        Part::Reference { reference, is_encoded: false } => value_of(&reference),
        Part::Reference { reference, is_encoded: true } => {
            Some(utf8_percent_encode(&value_of(&reference)?, NON_ALPHANUMERIC).to_string())
        }
    });
    resolved.collect()
}

/// A value with the values of secrets in place of references, marked secret.
#[must_use]
pub fn with_values(value: &Value, value_of: &impl Fn(&SecretReference) -> Option<String>) -> Value {
    let inner = |inner: &Value| with_values(inner, value_of);
    let data = match value.data() {
        Data::String(text) => match resolved(text, value_of) {
            Some(text) => return Value::from(text).into_secret(),
            None => return value.clone(),
        },
        Data::Array(items) => Data::Array(items.iter().map(inner).collect()),
        Data::Object(object) => Data::Object(object.iter().map(|(key, value)| (key.clone(), inner(value))).collect()),
        _ => return value.clone(),
    };
    Value::new(data).secret_if(value.is_secret()).depending_on(value.dependencies().cloned())
}

/// Replaces the references in a request body, also in a string that the request sends as base64.
pub fn resolve(body: &mut Json, value_of: &impl Fn(&SecretReference) -> Option<String>) {
    match body {
        Json::String(text) => {
            let in_base64 = || {
                let decoded = String::from_utf8(BASE64.decode(&*text).ok()?).ok()?;
                Some(BASE64.encode(resolved(&decoded, value_of)?))
            };
            if let Some(resolved) = resolved(text, value_of).or_else(in_base64) {
                *text = resolved;
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| resolve(item, value_of)),
        Json::Object(fields) => fields.values_mut().for_each(|field| resolve(field, value_of)),
        _ => {}
    }
}

/// The same value with references that are not marked secret, so that previews show them. Strings beside a reference stay secret.
#[must_use]
pub fn shown(value: &Value) -> Value {
    if !is_in(value) {
        return value.clone();
    }
    let inner = |inner: &Value| shown(&inner.clone().secret_if(value.is_secret()));
    let data = match value.data() {
        Data::String(text) if parse(text).is_some() => Data::String(text.clone()),
        Data::Array(items) => Data::Array(items.iter().map(inner).collect()),
        Data::Object(object) => Data::Object(object.iter().map(|(key, value)| (key.clone(), inner(value))).collect()),
        _ => return value.clone(),
    };
    Value::new(data).depending_on(value.dependencies().cloned())
}

/// Rejects references where the plugin cannot resolve them, and strings that only start like one.
pub fn check(resource: &Resource, inputs: &Object, failures: &mut Vec<Failure>) {
    check_object(&resource.properties, false, inputs, &Path::default(), failures);
    if !needs_secrets_to_read(resource) {
        return;
    }
    let secret = resource.properties.iter().filter(|(_, property)| property.secret);
    for (name, _) in secret.filter(|(name, _)| inputs.given(name).is_some_and(is_in)) {
        let reason = "is a reference to a secret, but reads and deletes need the value too: use the value".to_owned();
        failures.push(Failure { path: Path::root(name.as_str()), reason });
    }
}

/// Whether each request needs the secret inputs: queues and topics are signed with them, and objects decrypted. Reads and deletes
/// resolve no references.
fn needs_secrets_to_read(resource: &Resource) -> bool {
    resource.create.iter().any(|step| step.call.messaging.is_some() || step.call.storage.is_some())
}

fn check_value(property: &Property, secret: bool, value: &Value, path: &Path, failures: &mut Vec<Failure>) {
    match value.data() {
        Data::String(text) if text.starts_with(SCHEME) || has_reference(text) => {
            let reason = rejected(property, secret, text, path);
            failures.extend(reason.map(|reason| Failure { path: path.clone(), reason }));
        }
        Data::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check_element(property, secret, item, &path.index(index), failures);
            }
        }
        Data::Object(object) => match &property.kind {
            Kind::Object(properties) => check_object(properties, secret, object, path, failures),
            _ => {
                for (key, value) in object {
                    check_element(property, secret, value, &path.name(key.as_str()), failures);
                }
            }
        },
        _ => {}
    }
}

/// An element of a list or map.
fn check_element(property: &Property, secret: bool, value: &Value, path: &Path, failures: &mut Vec<Failure>) {
    if let (Kind::List(element) | Kind::Map(element), Data::Object(object)) = (&property.kind, value.data()) {
        if let Kind::Object(properties) = &**element {
            check_object(properties, secret, object, path, failures);
        }
    } else {
        check_value(property, secret, value, path, failures);
    }
}

fn check_object(
    properties: &BTreeMap<String, Property>,
    secret: bool,
    object: &Object,
    path: &Path,
    failures: &mut Vec<Failure>,
) {
    for (name, property) in properties {
        if let Some(value) = object.given(name) {
            check_value(property, secret || property.secret, value, &path.name(name.as_str()), failures);
        }
    }
}

/// Why a string that starts like a reference cannot be an input.
fn rejected(property: &Property, secret: bool, text: &str, path: &Path) -> Option<String> {
    if text.starts_with(SCHEME) && leading(text, false).is_none() {
        return Some(format!(
            "is not a reference to a secret: use `{SCHEME}<region>/<secret ID>/<revision>`, the output `reference` of a \
             `secrets/version:Version`"
        ));
    }
    if !secret {
        return Some(
            "contains a reference to a secret, which is resolved in secret inputs only: use the value".to_owned(),
        );
    }
    if property.write_only {
        let name = path.to_string();
        let twin = name.strip_suffix("Wo").unwrap_or(&name);
        return Some(format!(
            "is a reference to a secret: set it in `{twin}`, whose state then contains only the reference"
        ));
    }
    if property.read.is_some() && property.equal != Some(Equal::Argon2id) {
        return Some(
            "is a reference to a secret, but the API returns the value of this property: use the value".to_owned(),
        );
    }
    None
}

/// Whether a property, or a property in it, is secret.
pub fn contains_secrets(property: &Property) -> bool {
    property.secret || property.kind.properties().any(|(_, inner)| contains_secrets(inner))
}

#[cfg(test)]
#[path = "secret_reference_tests.rs"]
mod tests;
