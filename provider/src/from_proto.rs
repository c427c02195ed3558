//! Conversion of Pulumi's wire types: property bags to values, requests to the engine's arguments.
//!
//! `to_proto` is the reverse; no other module reads wire types.

use std::collections::BTreeMap;
use std::time::Duration;

use components::{OutputState, Registered};
use engine::Urn;
use prost_types::value::Kind;
use prost_types::{Struct, Value as Wire};
use pulumi_rpc::pulumirpc as rpc;
use pulumi_rpc::pulumirpc::check_request::autonaming_options::Mode;
use pulumi_rpc::{SIGNATURE_KEY, signature, unknown};
use rules::Autonaming;
use thiserror::Error;
use value::{Asset, Data, Object, Reference, Value};

/// A message that Pulumi's engine does not send. The error contains the place, never the value.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("malformed request: {0}")]
pub(crate) struct Malformed(String);

/// The resource of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    /// The token, with its package.
    pub(crate) token: String,
    /// The logical name.
    pub(crate) name: String,
    /// The URN.
    pub(crate) urn: String,
}

/// Check, as sent.
pub(crate) struct Check {
    pub(crate) target: Target,
    pub(crate) olds: Object,
    pub(crate) news: Object,
    pub(crate) seed: Vec<u8>,
    pub(crate) autonaming: Autonaming,
}

/// Diff, as sent.
pub(crate) struct Diff {
    pub(crate) target: Target,
    pub(crate) olds: Object,
    pub(crate) old_inputs: Object,
    pub(crate) news: Object,
    pub(crate) ignore_changes: Vec<String>,
}

/// Create, as sent.
pub(crate) struct Create {
    pub(crate) target: Target,
    pub(crate) inputs: Object,
    pub(crate) timeout: Option<Duration>,
    pub(crate) preview: bool,
}

/// Read, as sent; inputs and state are empty for an import.
pub(crate) struct Read {
    pub(crate) target: Target,
    pub(crate) id: String,
    pub(crate) inputs: Object,
    pub(crate) state: Object,
    pub(crate) timeout: Option<Duration>,
}

/// Update, as sent.
pub(crate) struct Update {
    pub(crate) target: Target,
    pub(crate) id: String,
    pub(crate) olds: Object,
    pub(crate) old_inputs: Object,
    pub(crate) news: Object,
    pub(crate) timeout: Option<Duration>,
    pub(crate) preview: bool,
}

/// Delete, as sent.
pub(crate) struct Delete {
    pub(crate) target: Target,
    pub(crate) id: String,
    pub(crate) olds: Object,
    pub(crate) old_inputs: Object,
    pub(crate) timeout: Option<Duration>,
}

pub(crate) fn check(request: rpc::CheckRequest) -> Result<Check, Malformed> {
    Ok(Check {
        target: target(&request.urn, request.r#type, request.name)?,
        olds: object(request.olds)?,
        news: object(request.news)?,
        seed: request.random_seed,
        autonaming: request.autonaming.map_or(Autonaming::Default, autonaming),
    })
}

pub(crate) fn diff(request: rpc::DiffRequest) -> Result<Diff, Malformed> {
    Ok(Diff {
        target: target(&request.urn, request.r#type, request.name)?,
        olds: object(request.olds)?,
        old_inputs: object(request.old_inputs)?,
        news: object(request.news)?,
        ignore_changes: request.ignore_changes,
    })
}

pub(crate) fn create(request: rpc::CreateRequest) -> Result<Create, Malformed> {
    Ok(Create {
        target: target(&request.urn, request.r#type, request.name)?,
        inputs: object(request.properties)?,
        timeout: timeout(request.timeout),
        preview: request.preview,
    })
}

pub(crate) fn read(request: rpc::ReadRequest) -> Result<Read, Malformed> {
    Ok(Read {
        target: target(&request.urn, request.r#type, request.name)?,
        id: request.id,
        inputs: object(request.inputs)?,
        state: object(request.properties)?,
        timeout: timeout(request.timeout),
    })
}

pub(crate) fn update(request: rpc::UpdateRequest) -> Result<Update, Malformed> {
    Ok(Update {
        target: target(&request.urn, request.r#type, request.name)?,
        id: request.id,
        olds: object(request.olds)?,
        old_inputs: object(request.old_inputs)?,
        news: object(request.news)?,
        timeout: timeout(request.timeout),
        preview: request.preview,
    })
}

pub(crate) fn delete(request: rpc::DeleteRequest) -> Result<Delete, Malformed> {
    Ok(Delete {
        target: target(&request.urn, request.r#type, request.name)?,
        id: request.id,
        olds: object(request.properties)?,
        old_inputs: object(request.old_inputs)?,
        timeout: timeout(request.timeout),
    })
}

/// The inputs of a component. Dependencies of inputs that are not output values are separate fields.
pub(crate) fn construct_inputs(request: &mut rpc::ConstructRequest) -> Result<Object, Malformed> {
    let mut inputs = object(request.inputs.take())?;
    for (name, dependencies) in &request.input_dependencies {
        depend(&mut inputs, name, &dependencies.urns);
    }
    Ok(inputs)
}

/// The URN of the component of a method call, and the arguments.
pub(crate) fn call_arguments(
    arguments: Option<Struct>,
    dependencies: &BTreeMap<String, rpc::call_request::ArgumentDependencies>,
) -> Result<(String, Object), Malformed> {
    let mut arguments = object(arguments)?;
    let component = arguments.remove("__self__");
    let Some(Data::Reference(component)) = component.as_ref().map(Value::data) else {
        return Err(Malformed("`__self__` is not a reference to a component".into()));
    };
    for (name, urns) in dependencies {
        depend(&mut arguments, name, &urns.urns);
    }
    Ok((component.urn.clone(), arguments))
}

/// Dependencies within values are more precise and take precedence.
fn depend(inputs: &mut Object, name: &str, urns: &[String]) {
    if let Some(value) = inputs.get_mut(name)
        && value.all_dependencies().is_empty()
    {
        *value = std::mem::take(value).depending_on(urns.iter().cloned());
    }
}

/// A part of a component, as registered.
pub(crate) fn registered(response: rpc::RegisterResourceResponse, dry_run: bool) -> Result<Registered, Malformed> {
    // Newer engines have more failure results.
    let output_state = match (response.result == i32::from(rpc::Result::Success), response.unknown || dry_run) {
        (false, _) => OutputState::Failed,
        (true, true) => OutputState::Partial,
        (true, false) => OutputState::Complete,
    };
    let id = match response.id.as_str() {
        "" => Value::UNKNOWN,
        id if unknown::ALL.contains(&id) => Value::UNKNOWN,
        id => Value::from(id),
    };
    let outputs = if response.unknown { Object::new() } else { object(response.object)? };
    Ok(Registered { urn: response.urn, id, outputs, output_state })
}

/// A property bag; an absent one is empty.
pub(crate) fn object(bag: Option<Struct>) -> Result<Object, Malformed> {
    bag.unwrap_or_default().fields.into_iter().map(|(name, wire)| Ok((name.clone(), value(wire, &name)?))).collect()
}

/// Reads type and name from the URN if an older engine, or a manual call, omitted them.
fn target(urn: &str, token: String, name: String) -> Result<Target, Malformed> {
    let parts = Urn::parse(urn);
    let or_of_urn = |given: String, part: fn(&Urn<'_>) -> String| {
        if given.is_empty() { parts.as_ref().map(part).unwrap_or_default() } else { given }
    };
    let token = or_of_urn(token, |urn| urn.token().to_owned());
    if token.is_empty() {
        return Err(Malformed("it has no resource type".into()));
    }
    Ok(Target { token, name: or_of_urn(name, |urn| urn.name().to_owned()), urn: urn.to_owned() })
}

/// Zero and invalid durations mean the default timeout of the resource.
fn timeout(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok().filter(|duration| !duration.is_zero())
}

fn autonaming(options: rpc::check_request::AutonamingOptions) -> Autonaming {
    match options.mode() {
        Mode::Disable => Autonaming::Disable,
        _ if options.proposed_name.is_empty() => Autonaming::Default,
        Mode::Enforce => Autonaming::Enforce(options.proposed_name),
        Mode::Propose => Autonaming::Propose(options.proposed_name),
    }
}

/// One value; `place` is its top-level property. Recursion is limited by prost, which rejects messages that are nested too
/// deeply.
fn value(wire: Wire, place: &str) -> Result<Value, Malformed> {
    Ok(match wire.kind {
        None | Some(Kind::NullValue(_)) => Value::NULL,
        Some(Kind::BoolValue(flag)) => flag.into(),
        Some(Kind::NumberValue(number)) => number.into(),
        Some(Kind::StringValue(text)) if unknown::ALL.contains(&text.as_str()) => Value::UNKNOWN,
        Some(Kind::StringValue(text)) => text.into(),
        Some(Kind::ListValue(list)) => {
            list.values.into_iter().map(|item| value(item, place)).collect::<Result<Vec<_>, _>>()?.into()
        }
        Some(Kind::StructValue(mut bag)) => match bag.fields.remove(SIGNATURE_KEY) {
            Some(mark) => special(&mark, bag, place)?,
            None => properties(bag, place)?.into(),
        },
    })
}

fn properties(bag: Struct, place: &str) -> Result<Object, Malformed> {
    bag.fields.into_iter().map(|(name, wire)| Ok((name, value(wire, place)?))).collect()
}

fn special(mark: &Wire, mut bag: Struct, place: &str) -> Result<Value, Malformed> {
    let Some(Kind::StringValue(mark)) = &mark.kind else {
        return Err(Malformed(format!("the signature of a special value in `{place}` is not a string")));
    };
    match mark.as_str() {
        signature::SECRET => {
            let inner = bag.fields.remove("value");
            let inner = inner.ok_or_else(|| Malformed(format!("a secret in `{place}` has no value")))?;
            Ok(value(inner, place)?.into_secret())
        }
        signature::OUTPUT_VALUE => output(bag, place),
        signature::RESOURCE_REFERENCE => Ok(Value::new(Data::Reference(Box::new(reference(bag, place)?)))),
        signature::ASSET => Ok(Value::new(Data::Asset(Box::new(asset(bag, false, place)?)))),
        signature::ARCHIVE => Ok(Value::new(Data::Asset(Box::new(asset(bag, true, place)?)))),
        _ => Err(Malformed(format!("`{place}` has a special value of an unsupported kind"))),
    }
}

fn output(mut bag: Struct, place: &str) -> Result<Value, Malformed> {
    let inner = bag.fields.remove("value").map_or(Ok(Value::UNKNOWN), |inner| value(inner, place))?;
    let secret = matches!(bag.fields.remove("secret").and_then(|flag| flag.kind), Some(Kind::BoolValue(true)));
    let urns = match bag.fields.remove("dependencies").and_then(|list| list.kind) {
        Some(Kind::ListValue(list)) => list.values,
        _ => Vec::new(),
    };
    let urns = urns.into_iter().filter_map(|urn| match urn.kind {
        Some(Kind::StringValue(urn)) => Some(urn),
        _ => None,
    });
    Ok(inner.secret_if(secret).depending_on(urns))
}

fn reference(mut bag: Struct, place: &str) -> Result<Reference, Malformed> {
    let urn = text(&mut bag, "urn").ok_or_else(|| Malformed(format!("a resource in `{place}` has no URN")))?;
    let id = match bag.fields.remove("id").map(|id| value(id, place)).transpose()? {
        // An empty ID means unknown, as in Pulumi's engine.
        Some(id) if id.as_str() == Some("") => Some(Value::UNKNOWN),
        other => other,
    };
    Ok(Reference { urn, id, package_version: text(&mut bag, "packageVersion").unwrap_or_default() })
}

fn asset(mut bag: Struct, archive: bool, place: &str) -> Result<Asset, Malformed> {
    let entries = match bag.fields.remove("assets").and_then(|entries| entries.kind) {
        Some(Kind::StructValue(entries)) => Some(properties(entries, place)?),
        _ => None,
    };
    Ok(Asset {
        hash: text(&mut bag, "hash").unwrap_or_default(),
        archive,
        text: text(&mut bag, "text"),
        path: text(&mut bag, "path"),
        uri: text(&mut bag, "uri"),
        entries,
    })
}

fn text(bag: &mut Struct, name: &str) -> Option<String> {
    match bag.fields.remove(name)?.kind {
        Some(Kind::StringValue(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
#[path = "from_proto_tests.rs"]
mod tests;
