//! Construct and Call: decodes and checks the inputs of a component, and constructs it through the resource monitor.
//!
//! It sends no requests to Scaleway: parts are resources with their own operations.

mod overrides;
mod rehearsal;
#[cfg(test)]
mod unknown_inputs;

use std::collections::BTreeMap;

use catalog::{Catalog, Component, Kind, Property};
use components::{API, PROJECT, Problem, Request, STORAGE, State};
use pulumi_rpc::pulumirpc as rpc;
use rules::{Checked, Failure};
use tonic::Status;
use value::{Object, Path, Value};

use crate::config::PACKAGE;
use crate::from_proto;
use crate::monitor::{Deployment, Options};
use crate::to_proto;

/// The settings of the provider that components need.
#[derive(Default)]
pub(crate) struct Provided {
    /// The project.
    pub(crate) project: Option<String>,
    /// The endpoint of Object Storage, if it is not Scaleway's.
    pub(crate) storage: Option<String>,
    /// The URL of the API.
    pub(crate) api: Option<String>,
}

impl Provided {
    /// The settings as inputs of a component.
    fn inputs(self) -> Object {
        let settings = [(PROJECT, self.project), (STORAGE, self.storage), (API, self.api)];
        settings.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?)))).collect()
    }
}

/// Constructs a component. `reference` is the provider resource of this process.
pub(crate) async fn construct(
    catalog: &Catalog,
    reference: String,
    provided: Provided,
    mut request: rpc::ConstructRequest,
) -> Result<rpc::ConstructResponse, Status> {
    let component = catalog.component(&request.r#type);
    let component = component
        .ok_or_else(|| to_proto::unknown_token("component", &request.r#type, catalog.full_token(&request.r#type)))?;
    let (given, mut checked) = typed(catalog, component, from_proto::construct_inputs(&mut request)?);
    // The state stores these as they are registered.
    let salt = [&request.project, &request.stack, &request.name].map(String::as_str).join("\n");
    let given = overrides::without_write_only(catalog, component, given, salt.as_bytes());
    let parts: Vec<String> = component.parts.keys().cloned().collect();
    // The settings of another provider are unknown here.
    let is_ours = request.providers.get(PACKAGE).is_none_or(|other| *other == reference);
    let settings = if is_ours { provided.inputs() } else { Object::new() };
    checked.inputs.extend(settings.clone());
    let request_of = Request {
        token: &request.r#type.clone(),
        name: &request.name.clone(),
        inputs: &checked.inputs,
        given: &given,
        parts: &parts,
    };
    let mut problems = wrong(checked.failures, request_of);
    if problems.is_empty() {
        problems = rehearsal::problems(catalog, &settings, request_of).await;
    }
    if !problems.is_empty() {
        return Err(to_proto::wrong_inputs(&request.r#type, &request.name, &[&given, &checked.inputs], problems));
    }
    let is_preview = request.dry_run;
    let name = request.name.clone();
    let takes_outputs = request.accepts_output_values;
    let deployment = Deployment::of(&request.monitor_endpoint)?;
    let monitor = deployment.component(Options::of(request, reference));
    let made = components::construct(&monitor, request_of).await;
    let made = made.map_err(|error| to_proto::not_built(&name, &error))?;
    let outputs = sealed(&component.outputs, made.outputs);
    Ok(to_proto::constructed(made.urn, outputs, is_preview, takes_outputs))
}

/// Calls a method of a component.
pub(crate) async fn call(catalog: &Catalog, request: rpc::CallRequest) -> Result<rpc::CallResponse, Status> {
    let found = catalog.method(&request.tok);
    let (component, method, name) = found.ok_or_else(|| to_proto::unknown_token("method", &request.tok, None))?;
    let (urn, given) = from_proto::call_arguments(request.args, &request.arg_dependencies)?;
    let checked = rules::check_component(&method.inputs, &given);
    if !checked.failures.is_empty() {
        return Ok(to_proto::call_failures(checked.failures));
    }
    let outputs = Deployment::of(&request.monitor_endpoint)?.outputs_of(&urn).await?;
    let outputs = sealed(&component.outputs, outputs);
    let outputs = outputs.into_iter().map(|(name, value)| (name, value.depending_on([urn.clone()]))).collect();
    let code = components::component(&component.token)
        .ok_or_else(|| to_proto::unknown_token("component", &component.token, None))?;
    let state = State { outputs: &outputs, is_preview: request.dry_run };
    match code.call(name, &state, &checked.inputs) {
        Ok(made) => {
            let made = sealed(&method.outputs, made);
            Ok(to_proto::called(made, request.dry_run, request.accepts_output_values))
        }
        Err(problems) => Ok(to_proto::call_failures(
            problems.into_iter().map(|problem| Failure { path: problem.path, reason: problem.reason }).collect(),
        )),
    }
}

/// The inputs as the state stores them, and typed with defaults for the code of the component.
fn typed(catalog: &Catalog, component: &Component, given: Object) -> (Object, Checked) {
    let given = overrides::sealed(catalog, component, sealed(&component.inputs, given));
    let mut checked = rules::check_component(&component.inputs, &given);
    checked.failures.extend(overrides::unexpected(catalog, component, &given, &Path::default()));
    // Components read the elements of maps and lists: each element inherits secrecy and dependencies.
    checked.inputs = checked.inputs.into_iter().map(|(name, value)| (name, value.spread())).collect();
    (given, checked)
}

/// The problems of single inputs and of combinations. If an input is unknown that must be known, combinations are not
/// checked.
fn wrong(failures: Vec<Failure>, request: Request<'_>) -> Vec<Problem> {
    let is_unknown = failures.iter().any(|failure| request.given.at(&failure.path).is_some_and(Value::is_unknown));
    let together = if is_unknown { Vec::new() } else { components::problems(request) };
    failures.into_iter().map(|Failure { path, reason }| Problem { path, reason }).chain(together).collect()
}

/// Inputs or outputs with declared secrets marked as secret, at any depth: SDKs mark top-level inputs only, and the state
/// stores them as received. Outputs of a component need the same.
fn sealed(declared: &BTreeMap<String, Property>, values: Object) -> Object {
    let sealed = values.into_iter().map(|(name, value): (String, Value)| {
        let value = match declared.get(&name) {
            Some(property) if property.secret => value.into_secret(),
            Some(property) => sealed_as(&property.kind, value),
            None => value,
        };
        (name, value)
    });
    sealed.collect()
}

fn sealed_as(kind: &Kind, value: Value) -> Value {
    let inner = match (kind, value.as_object(), value.as_array()) {
        (Kind::Object(properties), Some(object), _) => Value::from(sealed(properties, object.clone())),
        (Kind::Map(of), Some(object), _) => {
            Value::from(object.clone().into_iter().map(|(key, one)| (key, sealed_as(of, one))).collect::<Object>())
        }
        (Kind::List(of), _, Some(items)) => {
            Value::from(items.iter().map(|item| sealed_as(of, item.clone())).collect::<Vec<_>>())
        }
        _ => return value,
    };
    inner.secret_if(value.is_secret()).depending_on(value.dependencies().cloned())
}

#[cfg(test)]
mod tests {
    use value::object;

    use super::*;

    /// The minimal inputs of a component without its environment.
    fn least(token: &str) -> Value {
        let json = match token {
            "evalap/application:Application" | "evalap/database:Database" => {
                serde_json::json!({ "privateNetworkId": "n" })
            }
            "evalap/blueGreenDeployment:BlueGreenDeployment" => {
                serde_json::json!({ "active": "blue", "blue": { "image": "i" } })
            }
            "evalap/monitoring:Monitoring" => serde_json::json!({ "alerts": false }),
            "evalap/rotatedCredential:RotatedCredential" => {
                serde_json::json!({ "applicationId": "5ca1e3a7-fa4e-4000-8000-000000000001" })
            }
            "evalap/serverlessContainer:ServerlessContainer" => serde_json::json!({ "image": "i" }),
            "evalap/secretStore:SecretStore" => serde_json::json!({ "secrets": {} }),
            "evalap/stateBackend:StateBackend" => serde_json::json!({
                "owners": [{ "userId": "u" }], "projectId": "5ca1e3a7-fa4e-4000-8000-000000000001",
            }),
            _ => serde_json::json!({}),
        };
        Value::from(json)
    }

    fn problems(component: &catalog::Component, given: &Object) -> Vec<String> {
        let checked = rules::check_component(&component.inputs, given);
        let inputs = &checked.inputs;
        let request = Request { token: &component.token, name: "evalap", inputs, given, parts: &[] };
        let failures = checked.failures.iter().map(|failure| format!("{}: {}", failure.path, failure.reason));
        let problems = components::problems(request).into_iter();
        failures.chain(problems.map(|problem| format!("{}: {}", problem.path, problem.reason))).collect()
    }

    #[test]
    fn an_empty_list_equals_an_omitted_list_in_every_component() {
        let catalog = Catalog::parse(include_str!("../../schema/catalog.json")).unwrap();
        let mut lists = 0;
        for (token, component) in &catalog.components {
            let base = least(token).as_object().unwrap().clone().with("environment", "dev");
            assert_eq!(problems(component, &base), [""; 0], "{token}");
            let optional = component.inputs.iter().filter(|(_, property)| property.input == catalog::Input::Optional);
            for (name, property) in optional {
                if matches!(property.kind, Kind::List(_)) {
                    lists += 1;
                    let given = base.clone().with(name, Vec::<Value>::new());
                    assert_eq!(problems(component, &given), [""; 0], "{token} {name}");
                }
                let Kind::Object(properties) = &property.kind else { continue };
                for (inner, _) in properties.iter().filter(|(_, property)| matches!(property.kind, Kind::List(_))) {
                    lists += 1;
                    let with = |object: Object| problems(component, &base.clone().with(name, object));
                    assert_eq!(
                        with(Object::new().with(inner, Vec::<Value>::new())),
                        with(Object::new()),
                        "{token} {name}"
                    );
                }
            }
        }
        assert!(lists > 15, "only {lists} lists were tested");
    }

    #[test]
    fn declared_secrets_are_marked_secret_at_any_depth() {
        let secret = Property { secret: true, ..Property::default() };
        let inner = Kind::Object(BTreeMap::from([("key".to_owned(), secret)]));
        let list = Property { kind: Kind::List(Box::new(inner.clone())), ..Property::default() };
        let declared = BTreeMap::from([
            ("one".to_owned(), Property { kind: inner, ..Property::default() }),
            ("several".to_owned(), list),
        ]);
        let one = || object! { "key": "hidden", "name": "shown" };
        let sealed = sealed(&declared, object! { "one": one(), "several": vec![Value::from(one())] });
        for name in ["one", "several"] {
            assert!(sealed[name].contains_secret() && !sealed[name].is_secret(), "{name}");
            assert!(!format!("{:?}", sealed[name]).contains("hidden"), "{name}");
            assert!(format!("{:?}", sealed[name]).contains("shown"), "{name}");
        }
    }
}
