//! Constructs one component: check, register the component, register its parts, register its outputs.

use value::{Object, Path, Value};

use crate::all::component;
use crate::error::Error;
use crate::monitor::Monitor;
use crate::naming::Naming;
use crate::problem::{Problem, shown};
use crate::scope::Scope;

/// The component to construct.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The token, with or without its package.
    pub token: &'a str,
    /// The logical name.
    pub name: &'a str,
    /// The inputs, typed and with their defaults.
    pub inputs: &'a Object,
    /// The inputs of the program, as the state will contain them.
    pub given: &'a Object,
    /// The names of its parts.
    pub parts: &'a [String],
}

/// A component that has all its parts.
#[derive(Clone, Debug)]
pub struct Constructed {
    /// Its URN.
    pub urn: String,
    /// Its outputs, each with its dependencies.
    pub outputs: Object,
}

/// The problems of the inputs that the descriptor does not cover. Pure.
pub fn problems(request: Request<'_>) -> Vec<Problem> {
    let Some(component) = component(request.token) else { return Vec::new() };
    let mut problems = Naming::new(request.name, component.label(), request.inputs).problems();
    problems.extend(wrong_overrides(request));
    problems.extend(component.problems(request.inputs));
    problems
}

/// Constructs a component from checked inputs.
pub async fn construct(monitor: &dyn Monitor, request: Request<'_>) -> Result<Constructed, Error> {
    let component = component(request.token).ok_or_else(|| Error::Unknown(request.token.to_owned()))?;
    let urn = monitor.component(request.given.clone()).await?;
    let naming = Naming::new(request.name, component.label(), request.inputs);
    let scope = Scope::new(monitor, urn.clone(), request.name, naming, request.inputs);
    let mut outputs = component.construct(&scope, request.inputs).await?;
    outputs.retain(|_, value| !value.is_null());
    // After the last part, once, even without outputs: this replaces the outputs of an earlier run.
    monitor.outputs(urn.clone(), outputs.clone()).await?;
    Ok(Constructed { urn, outputs })
}

fn wrong_overrides(request: Request<'_>) -> Vec<Problem> {
    let overrides = request.inputs.get("overrides").and_then(Value::as_object);
    let named = request.parts.iter().map(|part| format!("`{part}`")).collect::<Vec<_>>().join(", ");
    let wrong = overrides.into_iter().flatten().filter_map(|(part, given)| {
        let path = Path::root("overrides").name(part.as_str());
        if !request.parts.iter().any(|known| known == part) {
            return Some(Problem::new(path, format!("is not a part of this component; its parts are {named}")));
        }
        if given.is_unknown() {
            let reason =
                "must be an object whose keys are known in a preview: use an object whose properties are outputs, not an output of an object";
            return Some(Problem::new(path, reason));
        }
        given
            .as_object()
            .is_none()
            .then(|| Problem::new(path, format!("must be an object of properties of the part, not {}", shown(given))))
    });
    wrong.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use value::object;

    use super::*;
    use crate::recorder::Recorder;

    const TOKEN: &str = "evalap/containerRegistry:ContainerRegistry";

    fn request<'a>(inputs: &'a Object, parts: &'a [String]) -> Request<'a> {
        Request { token: TOKEN, name: "evalap", inputs, given: inputs, parts }
    }

    #[tokio::test]
    async fn outputs_are_registered_once_after_the_last_part() {
        let recorder = Recorder::real();
        let inputs = object! { "environment": "dev" };
        construct(&recorder, request(&inputs, &[])).await.unwrap();
        assert_eq!(recorder.order(), ["component", "evalap-namespace", "outputs"]);
    }

    #[tokio::test]
    async fn a_failed_part_ends_the_construction_without_outputs() {
        let recorder = Recorder::real().failing("evalap-namespace");
        let inputs = object! { "environment": "dev" };
        let error = construct(&recorder, request(&inputs, &[])).await.unwrap_err();
        assert_eq!(error, Error::Part { name: "evalap-namespace".to_owned() });
        assert_eq!(recorder.order(), ["component", "evalap-namespace"]);
    }

    #[test]
    fn overrides_are_objects_under_the_names_of_parts() {
        let overrides = object! { "namespace": "x", "database": Object::new() };
        let inputs = object! { "environment": "dev", "overrides": overrides };
        let parts = ["namespace".to_owned()];
        let reported: Vec<String> = problems(request(&inputs, &parts))
            .iter()
            .map(|problem| format!("{} {}", problem.path, problem.reason))
            .collect();
        assert_eq!(
            reported,
            [
                "overrides.database is not a part of this component; its parts are `namespace`",
                "overrides.namespace must be an object of properties of the part, not \"x\"",
            ]
        );
    }

    #[tokio::test]
    async fn an_override_sets_changes_and_removes_properties_of_a_part() {
        let recorder = Recorder::real();
        let of_namespace =
            Object::from_iter([("description".to_owned(), Value::from("ours")), ("isPublic".to_owned(), Value::NULL)]);
        let inputs =
            object! { "environment": "dev", "isPublic": true, "overrides": object! { "namespace": of_namespace } };
        construct(&recorder, request(&inputs, &[])).await.unwrap();
        let namespace = recorder.child("evalap-namespace");
        assert_eq!(namespace.inputs.text("description"), Some("ours"));
        assert!(!namespace.inputs.contains_key("isPublic"));
    }
}
