//! Conversion to Pulumi's wire types: values to property bags, results of the engine to responses and statuses.
//!
//! `from_proto` is the reverse; no other module creates wire types.

mod component;
mod list;
mod status;

pub(crate) use component::{called, constructed, registration, registration_defaults};
pub(crate) use list::{list_unknown, listed};
pub(crate) use status::{
    bug, failed, malformed, not_built, not_configured, unauthenticated, unknown_token, wrong_configuration,
    wrong_inputs,
};

use std::collections::{BTreeMap, BTreeSet};

use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Wire};
use pulumi_rpc::pulumirpc as rpc;
use pulumi_rpc::pulumirpc::diff_response::DiffChanges;
use pulumi_rpc::{SIGNATURE_KEY, signature, unknown};
use rules::{Change, ChangeKind, Checked, Created, Diff, Failure, ReadBack, has_moved};
use value::{Asset, Data, Object, Reference, Value};

/// The supported features. Byte strings are not supported: Scaleway's APIs have no binary values.
pub(crate) fn handshake() -> rpc::ProviderHandshakeResponse {
    rpc::ProviderHandshakeResponse {
        accept_secrets: true,
        accept_resources: true,
        accept_outputs: true,
        supports_autonaming_configuration: true,
        ..rpc::ProviderHandshakeResponse::default()
    }
}

/// The same features as in the handshake, for engines without a handshake.
pub(crate) fn configured() -> rpc::ConfigureResponse {
    rpc::ConfigureResponse {
        accept_secrets: true,
        supports_preview: true,
        accept_resources: true,
        accept_outputs: true,
        supports_autonaming_configuration: true,
    }
}

pub(crate) fn checked(checked: Checked, news: &Object) -> rpc::CheckResponse {
    let mut failures = failures(checked.failures);
    for failure in &mut failures {
        failure.property = unseen(&failure.property, &[&checked.inputs, news]);
        // An unknown name may be a misspelt name of a secret.
        if news.contains_key(&failure.property) && !checked.inputs.contains_key(&failure.property) {
            failure.property.push_str(" (unknown)");
        }
    }
    rpc::CheckResponse { inputs: Some(object(checked.inputs)), failures }
}

/// The path of an invalid input. For secrets it is changed so that the engine finds no value: the engine prints the value at
/// the path with the reason, even if it is secret.
fn unseen(path: &str, inputs: &[&Object]) -> String {
    let top = path.split(['.', '[']).next().unwrap_or_default();
    let is_secret = inputs.iter().filter_map(|inputs| inputs.get(top)).any(Value::contains_secret);
    if is_secret { format!("{path} (secret)") } else { path.to_owned() }
}

pub(crate) fn failures(failures: Vec<Failure>) -> Vec<rpc::CheckFailure> {
    failures
        .into_iter()
        .map(|failure| rpc::CheckFailure { property: failure.path.to_string(), reason: failure.reason })
        .collect()
}

/// A diff of inputs. The engine ignores inconsistent diffs: each root of the detailed diff is in `diffs`, and each root that
/// replaces is in `replaces`.
pub(crate) fn diff(diff: &Diff) -> rpc::DiffResponse {
    let replaces: BTreeSet<&str> =
        diff.changes.iter().filter(|(_, change)| change.replace).filter_map(|(path, _)| path.top()).collect();
    let detailed_diff = diff.changes.iter().map(|(path, change)| (path.to_string(), property_diff(*change))).collect();
    let changes = if diff.changes.is_empty() { DiffChanges::DiffNone } else { DiffChanges::DiffSome };
    rpc::DiffResponse {
        replaces: replaces.into_iter().map(str::to_owned).collect(),
        delete_before_replace: diff.delete_before_replace,
        changes: changes.into(),
        diffs: diff.properties().map(str::to_owned).collect(),
        detailed_diff,
        has_detailed_diff: true,
        ..rpc::DiffResponse::default()
    }
}

fn property_diff(change: Change) -> rpc::PropertyDiff {
    use rpc::property_diff::Kind;
    let kind = match (change.kind, change.replace) {
        (ChangeKind::Add, false) => Kind::Add,
        (ChangeKind::Add, true) => Kind::AddReplace,
        (ChangeKind::Delete, false) => Kind::Delete,
        (ChangeKind::Delete, true) => Kind::DeleteReplace,
        (ChangeKind::Update, false) => Kind::Update,
        (ChangeKind::Update, true) => Kind::UpdateReplace,
    };
    rpc::PropertyDiff { kind: kind.into(), input_diff: true }
}

/// The preview of a create: without an ID, with unknown values.
pub(crate) fn create_preview(outputs: Object) -> rpc::CreateResponse {
    rpc::CreateResponse { properties: Some(object(outputs)), ..rpc::CreateResponse::default() }
}

pub(crate) fn created(created: Created) -> rpc::CreateResponse {
    let refresh_before_update = has_moved(&created.state);
    rpc::CreateResponse { id: created.id, properties: Some(known(created.state)), refresh_before_update }
}

/// `None` is a deleted resource: no ID, no properties and no inputs, as refresh, `.get()` and import require.
pub(crate) fn read(read: Option<ReadBack>) -> rpc::ReadResponse {
    read.map_or_else(rpc::ReadResponse::default, |read| rpc::ReadResponse {
        id: read.id,
        refresh_before_update: has_moved(&read.state),
        properties: Some(known(read.state)),
        inputs: Some(known(read.inputs)),
    })
}

/// The preview of an update, with unknown values.
pub(crate) fn update_preview(outputs: Object) -> rpc::UpdateResponse {
    rpc::UpdateResponse { properties: Some(object(outputs)), ..rpc::UpdateResponse::default() }
}

pub(crate) fn updated(state: Object) -> rpc::UpdateResponse {
    let refresh_before_update = has_moved(&state);
    rpc::UpdateResponse { properties: Some(known(state)), refresh_before_update }
}

pub(crate) fn invoked(outputs: Object) -> rpc::InvokeResponse {
    rpc::InvokeResponse { r#return: Some(known(outputs)), failures: Vec::new() }
}

pub(crate) fn invoke_failures(wrong: Vec<Failure>) -> rpc::InvokeResponse {
    rpc::InvokeResponse { r#return: None, failures: failures(wrong) }
}

pub(crate) fn call_failures(wrong: Vec<Failure>) -> rpc::CallResponse {
    rpc::CallResponse { failures: failures(wrong), ..rpc::CallResponse::default() }
}

/// An object as a property bag: secrets and unknown values in their wire forms, without dependencies, which only components
/// can send.
pub(crate) fn object(object: Object) -> Struct {
    Struct { fields: object.into_iter().map(|(name, value)| (name, wire(value))).collect() }
}

/// The same for an existing resource. The engine rejects a response with unknown values and would lose the resource, so
/// unknown properties are omitted.
fn known(mut object: Object) -> Struct {
    drop_unknown(&mut object);
    self::object(object)
}

fn drop_unknown(object: &mut Object) {
    object.retain(|name, value| {
        if value.is_unknown() {
            tracing::warn!(property = name, "a property of a real resource is unknown; it is omitted");
        }
        !value.is_unknown()
    });
    object.values_mut().for_each(drop_unknown_below);
}

fn drop_unknown_below(value: &mut Value) {
    match value.data_mut() {
        Data::Object(object) => drop_unknown(object),
        Data::Array(items) => {
            for item in items {
                if item.is_unknown() {
                    *item.data_mut() = Data::Null;
                }
                drop_unknown_below(item);
            }
        }
        _ => {}
    }
}

fn wire(value: Value) -> Wire {
    let secret = value.is_secret();
    let plain = match value.into_data() {
        Data::Null => Kind::NullValue(0),
        Data::Unknown => Kind::StringValue(unknown::STRING.to_owned()),
        Data::Bool(flag) => Kind::BoolValue(flag),
        Data::Number(number) => Kind::NumberValue(number),
        Data::String(text) => Kind::StringValue(text.to_string()),
        Data::Array(items) => Kind::ListValue(ListValue { values: items.into_iter().map(wire).collect() }),
        Data::Object(object) => Kind::StructValue(self::object(object)),
        Data::Asset(asset) => Kind::StructValue(self::asset(*asset)),
        Data::Reference(reference) => Kind::StructValue(self::reference(*reference)),
    };
    let plain = Wire { kind: Some(plain) };
    if !secret {
        return plain;
    }
    let sealed = marked(signature::SECRET, [("value", Some(plain))]);
    Wire { kind: Some(Kind::StructValue(sealed)) }
}

/// A property bag with these properties marked as secret.
pub(crate) fn with_secrets(mut bag: Struct, names: &[&str]) -> Struct {
    for name in names {
        let Some(value) = bag.fields.get_mut(*name) else { continue };
        let is_marked = match &value.kind {
            Some(Kind::StructValue(inner)) => inner.fields.contains_key(SIGNATURE_KEY),
            kind => matches!(kind, None | Some(Kind::NullValue(_))),
        };
        if !is_marked {
            let sealed = marked(signature::SECRET, [("value", Some(std::mem::take(value)))]);
            *value = Wire { kind: Some(Kind::StructValue(sealed)) };
        }
    }
    bag
}

fn asset(asset: Asset) -> Struct {
    let entries = asset.entries.map(|entries| Wire { kind: Some(Kind::StructValue(object(entries))) });
    let mark = if asset.archive { signature::ARCHIVE } else { signature::ASSET };
    let of = |source: Option<String>| source.map(text);
    marked(
        mark,
        [
            ("hash", Some(text(asset.hash))),
            ("text", of(asset.text)),
            ("path", of(asset.path)),
            ("uri", of(asset.uri)),
            ("assets", entries),
        ],
    )
}

fn reference(reference: Reference) -> Struct {
    let id = reference.id.map(|id| if id.is_unknown() { text(String::new()) } else { wire(id) });
    let version = Some(reference.package_version).filter(|version| !version.is_empty()).map(text);
    let fields = [("urn", Some(text(reference.urn))), ("id", id), ("packageVersion", version)];
    marked(signature::RESOURCE_REFERENCE, fields)
}

fn marked<const N: usize>(mark: &str, fields: [(&str, Option<Wire>); N]) -> Struct {
    let mut marked: BTreeMap<String, Wire> =
        fields.into_iter().filter_map(|(name, wire)| Some((name.to_owned(), wire?))).collect();
    marked.insert(SIGNATURE_KEY.to_owned(), text(mark.to_owned()));
    Struct { fields: marked }
}

fn text(text: String) -> Wire {
    Wire { kind: Some(Kind::StringValue(text)) }
}

#[cfg(test)]
#[path = "to_proto_tests.rs"]
mod tests;
