//! Property bags of the protocol, to and from JSON.

use std::collections::BTreeMap;

use prost::Message;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Wire};
use pulumi_rpc::google::rpc::Status as Details;
use pulumi_rpc::pulumirpc::ErrorResourceInitFailed;
use pulumi_rpc::{SIGNATURE_KEY, signature};
use serde_json::{Map, Value as Json};
use tonic::Status;

/// JSON as a property bag.
pub fn to_struct(json: &Json) -> Struct {
    resolved(json, &|_| None)
}

/// JSON as a property bag, with the strings replaced for which `resolve` returns a value.
pub fn resolved(json: &Json, resolve: &dyn Fn(&str) -> Option<Wire>) -> Struct {
    let fields = json.as_object().into_iter().flatten();
    Struct { fields: fields.map(|(name, json)| (name.clone(), wire(json, resolve))).collect() }
}

/// A string as a value.
pub fn string(text: &str) -> Wire {
    Wire { kind: Some(Kind::StringValue(text.to_owned())) }
}

/// A value that is marked as secret, unless it already is.
pub fn into_secret(value: Wire) -> Wire {
    if matches!(&value.kind, Some(Kind::StructValue(inner)) if secret_value(inner).is_some()) {
        return value;
    }
    let mark = string(signature::SECRET);
    let fields = BTreeMap::from([(SIGNATURE_KEY.to_owned(), mark), ("value".to_owned(), value)]);
    Wire { kind: Some(Kind::StructValue(Struct { fields })) }
}

/// The strings outside of secrets for which `found` returns true, with their paths.
pub fn strings_in_plain(bag: &Struct, found: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut paths = Vec::new();
    if secret_value(bag).is_none() {
        for (name, value) in &bag.fields {
            search(value, name, found, &mut paths);
        }
    }
    paths
}

fn search(value: &Wire, path: &str, found: &dyn Fn(&str) -> bool, paths: &mut Vec<String>) {
    match &value.kind {
        Some(Kind::StringValue(text)) if found(text) => paths.push(path.to_owned()),
        Some(Kind::ListValue(list)) => {
            list.values.iter().for_each(|value| search(value, &format!("{path}[]"), found, paths));
        }
        Some(Kind::StructValue(bag)) => {
            paths.extend(strings_in_plain(bag, found).into_iter().map(|below| format!("{path}.{below}")));
        }
        _ => {}
    }
}

/// A property bag as JSON, with secrets in plain text.
pub fn to_json(bag: &Struct) -> Json {
    if let Some(inner) = secret_value(bag) {
        return plain_value(inner);
    }
    Json::Object(bag.fields.iter().map(|(name, value)| (name.clone(), plain_value(value))).collect::<Map<_, _>>())
}

/// The properties of a bag that are marked as secret.
pub fn secrets(bag: &Struct) -> Vec<&str> {
    let is_secret =
        |value: &Wire| matches!(&value.kind, Some(Kind::StructValue(inner)) if secret_value(inner).is_some());
    bag.fields.iter().filter(|(_, value)| is_secret(value)).map(|(name, _)| name.as_str()).collect()
}

/// The partial state of a failed operation.
pub fn partial_state(status: &Status) -> Option<ErrorResourceInitFailed> {
    let details = Details::decode(status.details()).ok()?;
    let detail = details.details.iter().find(|detail| detail.type_url.ends_with("ErrorResourceInitFailed"))?;
    ErrorResourceInitFailed::decode(detail.value.as_slice()).ok()
}

fn secret_value(bag: &Struct) -> Option<&Wire> {
    let mark = bag.fields.get(SIGNATURE_KEY)?.kind.as_ref()?;
    match mark {
        Kind::StringValue(mark) if mark == signature::SECRET => bag.fields.get("value"),
        _ => None,
    }
}

fn wire(json: &Json, resolve: &dyn Fn(&str) -> Option<Wire>) -> Wire {
    if let Some(value) = json.as_str().and_then(resolve) {
        return value;
    }
    let kind = match json {
        Json::Null => Kind::NullValue(0),
        Json::Bool(flag) => Kind::BoolValue(*flag),
        Json::Number(number) => Kind::NumberValue(number.as_f64().unwrap()),
        Json::String(text) => Kind::StringValue(text.clone()),
        Json::Array(items) => {
            Kind::ListValue(ListValue { values: items.iter().map(|item| wire(item, resolve)).collect() })
        }
        Json::Object(_) => Kind::StructValue(resolved(json, resolve)),
    };
    Wire { kind: Some(kind) }
}

fn plain_value(value: &Wire) -> Json {
    match &value.kind {
        None | Some(Kind::NullValue(_)) => Json::Null,
        Some(Kind::BoolValue(flag)) => Json::from(*flag),
        Some(Kind::NumberValue(number)) => Json::from(*number),
        Some(Kind::StringValue(text)) => Json::from(text.clone()),
        Some(Kind::ListValue(list)) => list.values.iter().map(plain_value).collect(),
        Some(Kind::StructValue(bag)) => to_json(bag),
    }
}

/// A bag with more levels than any program has.
pub fn deep(levels: usize) -> Struct {
    (0..levels).fold(Struct::default(), |inner, _| {
        let value = Wire { kind: Some(Kind::StructValue(inner)) };
        Struct { fields: BTreeMap::from([("in".to_owned(), value)]) }
    })
}
