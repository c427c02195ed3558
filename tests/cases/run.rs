//! Runs one case. Knows what Pulumi would do, not what should come of it.

use std::sync::Arc;

use catalog::{Catalog, Resource};
use client::testing::Sent;
use engine::Engine;
use rules::{
    Autonaming, CheckRequest, Checked, Diff, DiffRequest, Error, Failure, Operation, Warning, check, diff,
    preview_create, preview_update,
};
use serde_json::{Map, Value as Json};
use tests::case::{Case, Deed};
use tests::stage::{self, Told};
use value::Object;

/// What came of a case.
#[derive(Default)]
pub(crate) struct Outcome {
    /// What is wrong with the inputs.
    pub failures: Vec<Failure>,
    /// What is doubtful about them, or about what would change.
    pub warnings: Vec<Warning>,
    /// The checked inputs, or those a read gave.
    pub inputs: Option<Object>,
    /// What would change.
    pub diff: Option<Diff>,
    /// What the preview showed.
    pub preview: Option<Object>,
    /// The resource's id, also that of what an error left.
    pub id: Option<String>,
    /// The resource's outputs, also those of what an error left.
    pub state: Option<Object>,
    /// The resource does not exist (any more).
    pub gone: bool,
    /// Why it went wrong.
    pub error: Option<Error>,
    /// What was sent.
    pub sent: Vec<Sent>,
    /// What the operation told about its progress.
    pub told: String,
}

/// Runs a case of the resource with this token.
pub(crate) async fn run(catalog: &Arc<Catalog>, token: &str, case: &Case) -> Outcome {
    let resource = resource(catalog, token);
    let network = stage::scripted(&case.calls);
    // Cases of the project itself show these calls.
    let engine = match token {
        "account/project:Project" => stage::engine(catalog, Arc::new(network.clone())),
        _ => stage::engine(catalog, Arc::new(stage::OwnProject(network.clone()))),
    };
    let told = Told::default();
    let full_token = format!("evalap-scaleway:{token}");
    let operation = told.operation(&full_token, &case.name);
    let mut outcome = Outcome::default();
    match case.deed() {
        Deed::Create | Deed::Check => create(resource, &engine, operation, case, &mut outcome).await,
        Deed::Update | Deed::Diff => update(resource, &engine, operation, case, &mut outcome).await,
        Deed::Read | Deed::Refresh => {
            let (given, olds) = (former(resource, &case.given()), olds(resource, case));
            read(&engine, operation, case, &given, &olds, &mut outcome).await;
        }
        Deed::Import => read(&engine, operation, case, &Object::new(), &Object::new(), &mut outcome).await,
        Deed::Delete => {
            let (given, olds) = (former(resource, &case.given()), olds(resource, case));
            match engine.delete(operation, &case.id, &olds, &given).await {
                Ok(()) => outcome.gone = true,
                Err(error) => outcome.error = Some(error),
            }
        }
    }
    outcome.sent = network.sent();
    outcome.told = told.text();
    outcome
}

/// The resource of a token without its package.
pub(crate) fn resource<'c>(catalog: &'c Catalog, token: &str) -> &'c Resource {
    catalog.resources.get(token).unwrap_or_else(|| panic!("the catalog holds {token}"))
}

/// Checks a case's program, with the name a case expects.
pub(crate) fn checked(resource: &Resource, case: &Case, program: &Map<String, Json>, olds: &Object) -> Checked {
    let request = CheckRequest {
        name: &case.name,
        olds,
        news: &stage::object(program),
        seed: b"a case",
        autonaming: Autonaming::Propose(format!("{}-0000000", case.name)),
    };
    check(resource, &request, &stage::defaults())
}

/// Inputs as a state holds them: secrets marked.
fn former(resource: &Resource, given: &Map<String, Json>) -> Object {
    let mut inputs = stage::object(given);
    for (name, value) in inputs.iter_mut() {
        let secret = resource.properties.get(name).is_some_and(|property| property.secret);
        *value = std::mem::take(value).secret_if(secret);
    }
    inputs
}

/// Outputs as a state holds them: like inputs, but without what is never stored.
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
    if case.deed() == Deed::Check || !outcome.failures.is_empty() {
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
    if case.deed() == Deed::Diff || !outcome.failures.is_empty() {
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
        Ok(None) => outcome.gone = true,
        Err(error) => outcome.error = Some(error),
    }
}

/// What Pulumi's engine keeps of a failed step: with the state of the error these inputs, whatever the error holds.
fn fail(outcome: &mut Outcome, error: Error, kept: Object) {
    if let Some(left) = error.left() {
        outcome.id = Some(left.id.clone());
        outcome.state = Some(left.state.clone());
    }
    outcome.inputs = Some(kept);
    outcome.error = Some(error);
}
