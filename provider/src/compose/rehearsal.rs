//! Checks the inputs of all parts of a component before anything is registered: the problem of a part is reported at the input
//! of the program that caused it, and not by the registration of the part, after other parts exist.
//!
//! The component is constructed with a monitor that registers nothing. Each input has its own path as a dependency, which
//! the values derived from it keep. Problems without such a dependency are left to the registration of the part. Pure.

use std::sync::Mutex;

use catalog::{Catalog, Component};
use components::{Child, Error, Monitor, OutputState, Problem, Registered, Request};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use value::{Data, Object, Path, Value};

use super::typed;

/// The start of a dependency that is a path.
const MARK: &str = "input ";

/// The problems of the parts of a component whose own inputs are valid. `settings` are the inputs that every component gets
/// from the provider.
pub(super) async fn problems(catalog: &Catalog, settings: &Object, request: Request<'_>) -> Vec<Problem> {
    let mut paths = Vec::new();
    let inputs: Object = request
        .inputs
        .iter()
        .map(|(name, value)| {
            let is_setting = settings.contains_key(name);
            (name.clone(), if is_setting { value.clone() } else { marked(value, Path::root(name), &mut paths) })
        })
        .collect();
    let rehearsal = Rehearsal { catalog, settings, paths, found: Mutex::default() };
    let request = Request { inputs: &inputs, ..request };
    // Without responses of Pulumi's engine the construction cannot fail.
    let _ = components::construct(&rehearsal, request).await;
    let mut found = rehearsal.found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    found.sort_by(|one, other| (&one.path, &one.reason).cmp(&(&other.path, &other.reason)));
    // Several parts can have the same input.
    found.dedup_by(|one, other| one.path == other.path && one.reason == other.reason);
    found
}

/// The value with its path as a dependency, and likewise all values inside it.
fn marked(value: &Value, path: Path, paths: &mut Vec<Path>) -> Value {
    let mut value = value.clone();
    match value.data_mut() {
        Data::Object(object) => {
            let inner = std::mem::take(object).into_iter();
            *object = inner.map(|(name, one)| (name.clone(), marked(&one, path.name(name), paths))).collect();
        }
        Data::Array(items) => {
            let inner = std::mem::take(items).into_iter().enumerate();
            *items = inner.map(|(index, one)| marked(&one, path.index(index), paths)).collect();
        }
        _ => {}
    }
    paths.push(path);
    value.depending_on([format!("{MARK}{}", paths.len() - 1)])
}

struct Rehearsal<'a> {
    catalog: &'a Catalog,
    settings: &'a Object,
    /// The paths of all inputs; a dependency contains the index.
    paths: Vec<Path>,
    found: Mutex<Vec<Problem>>,
}

impl Rehearsal<'_> {
    /// The input that the value at a path of a part was derived from.
    fn source(&self, inputs: &Object, path: &Path) -> Option<&Path> {
        let mut marks = path.upwards().filter_map(|place| {
            let value = inputs.at(&place)?;
            value.dependencies().find_map(|urn| urn.strip_prefix(MARK)?.parse::<usize>().ok())
        });
        self.paths.get(marks.next()?)
    }

    fn report(&self, inputs: &Object, problems: impl Iterator<Item = Problem>) -> bool {
        let moved = problems.filter_map(|problem| {
            let path = self.source(inputs, &problem.path)?.clone();
            Some(Problem { path, ..problem })
        });
        let mut found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = found.len();
        found.extend(moved);
        found.len() > before
    }

    fn resource(&self, child: &Child) {
        let Some(resource) = self.catalog.resource(&format!("x:{}", child.token)) else { return };
        let checked = rules::check_component(&resource.properties, &child.inputs);
        let failures = checked.failures.into_iter();
        self.report(&child.inputs, failures.map(|failure| Problem { path: failure.path, reason: failure.reason }));
    }

    async fn component(&self, component: &Component, child: Child) {
        let (given, mut checked) = typed(self.catalog, component, child.inputs.clone());
        checked.inputs.extend(self.settings.clone());
        let parts: Vec<String> = component.parts.keys().cloned().collect();
        let request =
            Request { token: &child.token, name: &child.name, inputs: &checked.inputs, given: &given, parts: &parts };
        let problems = super::wrong(checked.failures, request);
        if problems.is_empty() {
            let _ = components::construct(self, request).await;
        } else {
            self.report(&child.inputs, problems.into_iter());
        }
    }
}

impl Monitor for Rehearsal<'_> {
    fn component(&self, _: Object) -> BoxFuture<'_, Result<String, Error>> {
        async { Ok(String::new()) }.boxed()
    }

    fn child(&self, child: Child) -> BoxFuture<'_, Result<Registered, Error>> {
        async move {
            match self.catalog.components.get(&child.token) {
                Some(component) => self.component(component, child).await,
                None => self.resource(&child),
            }
            let output_state = OutputState::Partial;
            Ok(Registered { urn: String::new(), id: Value::UNKNOWN, outputs: Object::new(), output_state })
        }
        .boxed()
    }

    fn invoke<'a>(&'a self, _: &'a str, _: Object) -> BoxFuture<'a, Result<Option<Object>, Error>> {
        async { Ok(None) }.boxed()
    }

    fn outputs(&self, _: String, _: Object) -> BoxFuture<'_, Result<(), Error>> {
        async { Ok(()) }.boxed()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    async fn reported(token: &str, inputs: serde_json::Value) -> Vec<String> {
        let catalog = Catalog::parse(include_str!("../../../schema/catalog.json")).unwrap();
        let component = &catalog.components[token];
        let given = Value::from(inputs).as_object().unwrap().clone();
        let (given, checked) = typed(&catalog, component, given);
        assert_eq!(checked.failures, []);
        let parts: Vec<String> = component.parts.keys().cloned().collect();
        let settings = Object::new().with(components::PROJECT, "5ca1e3a7-fa4e-4000-8000-000000000001");
        let mut inputs = checked.inputs;
        inputs.extend(settings.clone());
        let request = Request { token, name: "evalap", inputs: &inputs, given: &given, parts: &parts };
        assert_eq!(super::super::wrong(Vec::new(), request), []);
        let problems = problems(&catalog, &settings, request).await;
        problems.into_iter().map(|Problem { path, reason }| format!("{path}: {reason}")).collect()
    }

    #[tokio::test]
    async fn problems_of_parts_name_the_inputs_of_the_component() {
        let found = reported(
            "evalap/application:Application",
            json!({
                "environment": "dev",
                "privateNetworkId": "fr-par/5ca1e3a7-fa4e-4000-8000-000000000002",
                "services": [
                    { "name": "api", "image": "i" },
                    { "name": "web", "image": "i", "cpu": 300, "minScale": 9, "maxScale": 2 },
                ],
                "secrets": { "Key": "canary" },
                "access": { "registry": "write" },
                "storage": { "glacierAfterDays": 30, "expireAfterDays": 30 },
                "withStorage": true,
                "alertEmails": [],
            }),
        )
        .await;
        let paths: Vec<&str> = found.iter().filter_map(|one| one.split_once(": ").map(|(path, _)| path)).collect();
        let expected =
            ["access.registry", "secrets.Key", "services[1].cpu", "services[1].minScale", "storage.expireAfterDays"];
        for path in expected {
            assert!(paths.contains(&path), "{path} is not in {found:#?}");
        }
        assert!(
            !paths.iter().any(|path| path.starts_with("services[0]") || path.starts_with("alertEmails")),
            "{found:#?}"
        );
        assert!(!found.concat().contains("canary"));
    }

    #[tokio::test]
    async fn valid_inputs_of_a_component_have_no_problem() {
        let application = json!({
            "environment": "dev",
            "services": [{ "name": "api", "image": "i", "cpu": 1000, "healthPath": "/health", "isPublic": true }],
            "database": { "nodeType": "DB-DEV-S", "backupRetentionDays": 1 },
            "withStorage": true,
            "secrets": { "model-api-key": "canary" },
            "access": { "generativeApis": "call" },
            "alertEmails": [],
        });
        assert_eq!(reported("evalap/application:Application", application).await, [""; 0]);
    }
}
