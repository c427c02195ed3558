//! Runs one case, like Pulumi would.

use std::sync::Arc;

use catalog::{Catalog, Resource};
use client::Clock;
use client::testing::Sent;
use engine::Engine;
use rules::{
    Autonaming, CheckRequest, Checked, Diff, DiffRequest, Error, Failure, Operation, Warning, check, diff,
    preview_create, preview_update,
};
use serde_json::{Map, Value as Json};
use value::Object;

use crate::case::{Action, Case};
use crate::stage::{self, ProgressLog};

/// The result of a case.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Failures of the check.
    pub failures: Vec<Failure>,
    /// Warnings of the check and the diff.
    pub warnings: Vec<Warning>,
    /// The inputs after the check, or those of a read.
    pub inputs: Option<Object>,
    /// The differences.
    pub diff: Option<Diff>,
    /// The result of the preview.
    pub preview: Option<Object>,
    /// The ID of the resource, also in a partial state.
    pub id: Option<String>,
    /// The outputs of the resource, also in a partial state.
    pub state: Option<Object>,
    /// Whether the resource does not exist.
    pub deleted: bool,
    /// The error of the operation.
    pub error: Option<Error>,
    /// The requests.
    pub sent: Vec<Sent>,
    /// The progress messages of the operation.
    pub progress: String,
}

/// Runs a case of the resource with this token. Pauses take no time.
pub async fn run(catalog: &Arc<Catalog>, token: &str, case: &Case) -> Outcome {
    run_with(catalog, token, case, Arc::new(stage::clock())).await
}

/// Runs a case of the resource with this token.
pub async fn run_with(catalog: &Arc<Catalog>, token: &str, case: &Case, clock: Arc<dyn Clock>) -> Outcome {
    let resource = resource(catalog, token);
    let network = stage::scripted(&case.calls);
    // Cases of the project itself contain the request that reads it.
    let engine = match token {
        "account/project:Project" => stage::engine_with(catalog, Arc::new(network.clone()), clock),
        _ => stage::engine_with(catalog, Arc::new(stage::OwnProject(network.clone())), clock),
    };
    let progress = ProgressLog::default();
    let full_token = format!("evalap-scaleway:{token}");
    let operation = progress.operation(&full_token, &case.name);
    let mut outcome = Outcome::default();
    match case.action() {
        Action::Create | Action::Check => create(resource, &engine, operation, case, &mut outcome).await,
        Action::Update | Action::Diff => update(resource, &engine, operation, case, &mut outcome).await,
        Action::Read | Action::Refresh => {
            let (given, olds) = (former(resource, &case.given()), olds(resource, case));
            read(&engine, operation, case, &given, &olds, &mut outcome).await;
        }
        Action::Import => read(&engine, operation, case, &Object::new(), &Object::new(), &mut outcome).await,
        Action::Delete => {
            let (given, olds) = (former(resource, &case.given()), olds(resource, case));
            match engine.delete(operation, &case.id, &olds, &given).await {
                Ok(()) => outcome.deleted = true,
                Err(error) => outcome.error = Some(error),
            }
        }
    }
    outcome.sent = network.sent();
    outcome.progress = progress.text();
    outcome
}

/// The resource of a token without its package.
pub fn resource<'c>(catalog: &'c Catalog, token: &str) -> &'c Resource {
    catalog.resources.get(token).unwrap_or_else(|| panic!("the catalog has {token}"))
}

/// Checks the program of a case, with the name that the case expects.
pub fn checked(resource: &Resource, case: &Case, program: &Map<String, Json>, olds: &Object) -> Checked {
    let request = CheckRequest {
        name: &case.name,
        olds,
        news: &stage::object(program),
        seed: b"a case",
        autonaming: Autonaming::Propose(format!("{}-0000000", case.name)),
    };
    check(resource, &request, &stage::defaults())
}

/// Inputs as in a state: secrets are marked.
fn former(resource: &Resource, given: &Map<String, Json>) -> Object {
    let mut inputs = stage::object(given);
    for (name, value) in inputs.iter_mut() {
        let secret = resource.properties.get(name).is_some_and(|property| property.secret);
        *value = std::mem::take(value).secret_if(secret);
    }
    inputs
}

/// Outputs as in a state: like inputs, but without those that are never stored.
fn olds(resource: &Resource, case: &Case) -> Object {
    let mut olds = former(resource, &case.olds());
    olds.retain(|name, _| !resource.properties.get(name).is_some_and(|property| property.write_only));
    olds
}

async fn create(resource: &Resource, engine: &Engine, operation: Operation<'_>, case: &Case, outcome: &mut Outcome) {
    let checked = checked(resource, case, &case.program(), &former(resource, &case.given()));
    outcome.failures = checked.failures;
    outcome.warnings = checked.warnings;
    let inputs = checked.inputs;
    outcome.inputs = Some(inputs.clone());
    if case.action() == Action::Check || !outcome.failures.is_empty() {
        return;
    }
    outcome.preview = Some(preview_create(resource, &inputs, &stage::defaults()));
    match engine.create(operation, &inputs).await {
        Ok(created) => {
            outcome.id = Some(created.id);
            outcome.state = Some(created.state);
        }
        Err(error) => fail(outcome, error, inputs),
    }
}

async fn update(resource: &Resource, engine: &Engine, operation: Operation<'_>, case: &Case, outcome: &mut Outcome) {
    let (given, olds) = (former(resource, &case.given()), olds(resource, case));
    let checked = checked(resource, case, &case.program(), &given);
    outcome.failures = checked.failures;
    outcome.warnings = checked.warnings;
    let news = checked.inputs;
    outcome.inputs = Some(news.clone());
    let request =
        DiffRequest { olds: &olds, old_inputs: &given, news: &news, ignore_changes: &[], now: stage::today() };
    let diff = diff(resource, &request);
    outcome.warnings.extend(diff.warnings.iter().cloned());
    outcome.diff = Some(diff);
    if case.action() == Action::Diff || !outcome.failures.is_empty() {
        return;
    }
    outcome.preview = Some(preview_update(resource, &olds, &given, &news, &stage::defaults(), stage::today()));
    outcome.id = Some(case.id.clone());
    match engine.update(operation, &case.id, &olds, &given, &news).await {
        Ok(state) => outcome.state = Some(state),
        Err(error) => fail(outcome, error, given),
    }
}

async fn read(
    engine: &Engine,
    operation: Operation<'_>,
    case: &Case,
    given: &Object,
    olds: &Object,
    outcome: &mut Outcome,
) {
    match engine.read(operation, &case.id, given, olds).await {
        Ok(Some(read)) => {
            outcome.id = Some(read.id);
            outcome.state = Some(read.state);
            outcome.inputs = Some(read.inputs);
        }
        Ok(None) => outcome.deleted = true,
        Err(error) => outcome.error = Some(error),
    }
}

/// What Pulumi's engine stores after a failed step: the state of the error, and always these inputs.
fn fail(outcome: &mut Outcome, error: Error, kept: Object) {
    if let Some(left) = error.partial_state() {
        outcome.id = Some(left.id.clone());
        outcome.state = Some(left.state.clone());
    }
    outcome.inputs = Some(kept);
    outcome.error = Some(error);
}
