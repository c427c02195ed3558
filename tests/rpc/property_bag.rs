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
pub(crate) fn to_struct(json: &Json) -> Struct {
    Struct { fields: json.as_object().into_iter().flatten().map(|(name, json)| (name.clone(), wire(json))).collect() }
}

/// A property bag as JSON, with secrets in plain text.
pub(crate) fn to_json(bag: &Struct) -> Json {
    if let Some(inner) = secret_value(bag) {
        return plain_value(inner);
    }
    Json::Object(bag.fields.iter().map(|(name, value)| (name.clone(), plain_value(value))).collect::<Map<_, _>>())
}

/// The properties of a bag that are marked as secret.
pub(crate) fn secrets(bag: &Struct) -> Vec<&str> {
    let is_secret =
        |value: &Wire| matches!(&value.kind, Some(Kind::StructValue(inner)) if secret_value(inner).is_some());
    bag.fields.iter().filter(|(_, value)| is_secret(value)).map(|(name, _)| name.as_str()).collect()
}

/// The partial state of a failed operation.
pub(crate) fn partial_state(status: &Status) -> Option<ErrorResourceInitFailed> {
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

fn wire(json: &Json) -> Wire {
    let kind = match json {
        Json::Null => Kind::NullValue(0),
        Json::Bool(flag) => Kind::BoolValue(*flag),
        Json::Number(number) => Kind::NumberValue(number.as_f64().unwrap()),
        Json::String(text) => Kind::StringValue(text.clone()),
        Json::Array(items) => Kind::ListValue(ListValue { values: items.iter().map(wire).collect() }),
        Json::Object(_) => Kind::StructValue(to_struct(json)),
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
pub(crate) fn deep(levels: usize) -> Struct {
    (0..levels).fold(Struct::default(), |inner, _| {
        let value = Wire { kind: Some(Kind::StructValue(inner)) };
        Struct { fields: BTreeMap::from([("in".to_owned(), value)]) }
    })
}
