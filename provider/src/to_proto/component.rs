//! Registrations and results of components: property bags in which each value contains its dependencies.

use std::collections::BTreeMap;

use components::Child;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Wire};
use pulumi_rpc::pulumirpc as rpc;
use pulumi_rpc::pulumirpc::register_resource_request::PropertyDependencies;
use pulumi_rpc::signature;
use value::{Object, Value};

/// A constructed component.
pub(crate) fn constructed(urn: String, outputs: Object, is_preview: bool, marked: bool) -> rpc::ConstructResponse {
    let urns = |value: &Value| rpc::construct_response::PropertyDependencies { urns: sorted(value) };
    let state_dependencies = outputs.iter().map(|(name, value)| (name.clone(), urns(value))).collect();
    rpc::ConstructResponse { urn, state: Some(outputs_bag(outputs, is_preview, marked)), state_dependencies }
}

/// The result of a method.
pub(crate) fn called(outputs: Object, is_preview: bool, marked: bool) -> rpc::CallResponse {
    let urns = |value: &Value| rpc::call_response::ReturnDependencies { urns: sorted(value) };
    let return_dependencies = outputs.iter().map(|(name, value)| (name.clone(), urns(value))).collect();
    rpc::CallResponse {
        r#return: Some(outputs_bag(outputs, is_preview, marked)),
        return_dependencies,
        failures: Vec::new(),
    }
}

/// The registration of a part, without the options of the component.
///
/// Each input depends on exactly the resources it was computed from, which determine the order of creation and deletion.
pub(crate) fn registration(child: Child, package: &str) -> rpc::RegisterResourceRequest {
    let mut dependencies = child.depends_on;
    let mut property_dependencies = BTreeMap::new();
    for (name, value) in &child.inputs {
        let urns = sorted(value);
        dependencies.extend(urns.iter().cloned());
        property_dependencies.insert(name.clone(), PropertyDependencies { urns });
    }
    rpc::RegisterResourceRequest {
        r#type: format!("{package}:{}", child.token),
        name: child.name,
        parent: child.parent,
        custom: !child.is_component,
        remote: child.is_component,
        object: Some(super::object(child.inputs)),
        dependencies: dependencies.into_iter().collect(),
        property_dependencies,
        deleted_with: child.deleted_with.unwrap_or_default(),
        ..registration_defaults()
    }
}

/// The features of responses that the plugin can decode.
pub(crate) fn registration_defaults() -> rpc::RegisterResourceRequest {
    rpc::RegisterResourceRequest {
        accept_secrets: true,
        accept_resources: true,
        supports_partial_values: true,
        supports_result_reporting: true,
        alias_specs: true,
        ..rpc::RegisterResourceRequest::default()
    }
}

/// Outputs as a property bag; unknown outputs only in previews.
fn outputs_bag(mut outputs: Object, is_preview: bool, marked: bool) -> Struct {
    if !is_preview {
        super::drop_unknown(&mut outputs);
    }
    if !marked {
        return super::object(outputs);
    }
    Struct { fields: outputs.into_iter().map(|(name, value)| (name, output(value))).collect() }
}

/// A value with its dependencies, which apply to inner values too.
fn output(value: Value) -> Wire {
    let urns = sorted(&value);
    let secret = value.contains_secret();
    if urns.is_empty() {
        return super::wire(value);
    }
    let is_unknown = value.is_unknown();
    let inner = Some(super::wire(value)).filter(|_| !is_unknown).map(unsealed);
    let urns = urns.into_iter().map(super::text).collect();
    let list = Wire { kind: Some(Kind::ListValue(ListValue { values: urns })) };
    let secret = Wire { kind: Some(Kind::BoolValue(secret)) };
    let fields = [("value", inner), ("secret", Some(secret)), ("dependencies", Some(list))];
    Wire { kind: Some(Kind::StructValue(super::marked(signature::OUTPUT_VALUE, fields))) }
}

/// The plain content of a secret value: the output value around it has the secret flag.
fn unsealed(wire: Wire) -> Wire {
    match wire.kind {
        Some(Kind::StructValue(mut bag)) if is_sealed(&bag) => bag.fields.remove("value").unwrap_or_default(),
        kind => Wire { kind },
    }
}

fn is_sealed(bag: &Struct) -> bool {
    let mark = bag.fields.get(pulumi_rpc::SIGNATURE_KEY).and_then(|mark| mark.kind.as_ref());
    matches!(mark, Some(Kind::StringValue(mark)) if mark == signature::SECRET)
}

fn sorted(value: &Value) -> Vec<String> {
    value.all_dependencies().into_iter().collect()
}
