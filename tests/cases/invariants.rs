//! Rules for every case.
//!
//! - A second check changes nothing.
//! - Known values of a preview are the values after the operation.
//! - The same program causes no changes, also after a refresh.
//! - No secret is printed.

use std::collections::BTreeSet;
use std::sync::Arc;

use catalog::{Catalog, Resource};
use rules::{DiffRequest, diff};
use serde_json::{Map, Value as Json};
use tests::case::{Action, Case};
use tests::run::{self, Outcome};
use tests::stage::{self, ProgressLog, Replay, SECRET_KEY};
use tests::{secrets, subset};
use value::Object;

/// The properties that an operation set: the responses of an update case need not be correct for the others.
enum Touched {
    All,
    Changed(BTreeSet<String>),
}

impl Touched {
    fn of(outcome: &Outcome) -> Self {
        match &outcome.diff {
            None => Self::All,
            Some(diff) => Self::Changed(diff.properties().map(str::to_owned).collect()),
        }
    }

    fn contains(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Changed(names) => names.contains(name),
        }
    }
}

/// The rules that a case violates.
pub(crate) async fn violations(catalog: &Arc<Catalog>, token: &str, case: &Case, outcome: &Outcome) -> Vec<String> {
    let resource = run::resource(catalog, token);
    let mut wrong = Vec::new();
    if matches!(case.action(), Action::Create | Action::Update | Action::Check | Action::Diff)
        && outcome.failures.is_empty()
    {
        wrong.extend(checking_again(resource, case));
    }
    let (Action::Create | Action::Update, None, Some(state)) = (case.action(), &outcome.error, &outcome.state) else {
        return wrong;
    };
    let touched = Touched::of(outcome);
    if let Some(preview) = &outcome.preview {
        wrong.extend(wrong_in_preview(preview, state, &touched));
    }
    if let Some(inputs) = &outcome.inputs {
        wrong.extend(changed_by_nothing("the same program again", resource, case, inputs, state, &touched));
        wrong.extend(refreshed(catalog, token, case, outcome, &touched).await);
    }
    wrong
}

/// The secrets of a case that are in its errors, reasons, progress messages, logs, or debug output.
pub(crate) fn leaks(catalog: &Catalog, token: &str, case: &Case, outcome: &Outcome, log: &str) -> Vec<String> {
    let resource = run::resource(catalog, token);
    let mut secret = secrets::strings(resource, &case.olds());
    secret.extend(secrets::strings(resource, &case.program()));
    if let Some(Json::Object(state)) = outcome.state.as_ref().map(stage::json) {
        secret.extend(secrets::strings(resource, &state));
    }
    secret.push(SECRET_KEY.to_owned());
    let reasons: Vec<&str> = outcome.failures.iter().map(|failure| failure.reason.as_str()).collect();
    let places = [
        ("a failure", reasons.join("\n")),
        ("the error", outcome.error.as_ref().map(|error| format!("{error}\n{error:?}")).unwrap_or_default()),
        ("the progress", outcome.progress.clone()),
        ("the log", log.to_owned()),
        ("the debug form", format!("{:?} {:?} {:?}", outcome.inputs, outcome.state, outcome.preview)),
    ];
    let printed = |(place, text): &(&str, String)| {
        let shown = secrets::shown(&secret, text);
        (!shown.is_empty()).then(|| format!("{place} contains secrets: {shown:?}"))
    };
    places.iter().filter_map(printed).collect()
}

fn checking_again(resource: &Resource, case: &Case) -> Vec<String> {
    let once = run::checked(resource, case, &case.program(), &Object::new()).inputs;
    let program = program_inputs(&once);
    let twice = run::checked(resource, case, &program, &once);
    let mut wrong: Vec<String> =
        twice.failures.iter().map(|failure| format!("rejected by a second check: {failure:?}")).collect();
    if program_inputs(&twice.inputs) != program {
        wrong.push(format!("after a second check, the inputs are {:?}, not {once:?}", twice.inputs));
    }
    wrong
}

/// Known values of the preview that differ afterwards. Properties that are absent in a preview are unknown to programs.
fn wrong_in_preview(preview: &Object, state: &Object, touched: &Touched) -> Vec<String> {
    let (seen, came) = (stage::json(preview), stage::json(state));
    let wrong = |(name, value): (&String, &value::Value)| {
        if value.contains_unknown() || !touched.contains(name) {
            return None;
        }
        let wrong = subset::missing(seen.get(name)?, came.get(name).unwrap_or(&Json::Null), name);
        (!wrong.is_empty()).then(|| format!("wrong in the preview: {}", wrong.join(", ")))
    };
    preview.iter().filter_map(wrong).collect()
}

/// Deploys the program of a case again.
fn changed_by_nothing(
    when: &str,
    resource: &Resource,
    case: &Case,
    inputs: &Object,
    state: &Object,
    touched: &Touched,
) -> Option<String> {
    let again = run::checked(resource, case, &case.program(), inputs);
    let request =
        DiffRequest { olds: state, old_inputs: inputs, news: &again.inputs, ignore_changes: &[], now: stage::today() };
    let changes = diff(resource, &request).changes;
    let changes = changes.keys().filter(|path| path.top().is_some_and(|name| touched.contains(name)));
    let paths: Vec<String> = changes.map(ToString::to_string).collect();
    (!paths.is_empty()).then(|| format!("{when} changes {paths:?}"))
}

/// Reads the object, with the last responses of the case, and deploys the program again.
///
/// Without a response to one of the reads, nothing is compared.
async fn refreshed(
    catalog: &Arc<Catalog>,
    token: &str,
    case: &Case,
    outcome: &Outcome,
    touched: &Touched,
) -> Vec<String> {
    let resource = run::resource(catalog, token);
    let (Some(id), Some(inputs), Some(state)) = (&outcome.id, &outcome.inputs, &outcome.state) else {
        return Vec::new();
    };
    let replay = replay(resource, case, id);
    let engine = stage::engine(catalog, Arc::new(replay.clone()));
    let progress = ProgressLog::default();
    let full_token = format!("evalap-scaleway:{token}");
    let read = engine.read(progress.operation(&full_token, &case.name), id, inputs, state).await;
    if !replay.unknown().is_empty() {
        return Vec::new();
    }
    let read = match read {
        Ok(Some(read)) => read,
        Ok(None) => return vec!["the created object does not exist when it is read".to_owned()],
        Err(error) => return vec![format!("the created object cannot be read: {error}")],
    };
    let mut wrong = Vec::new();
    // Only an upgraded object, whose update cannot return the new ID, has another ID now.
    if read.id != *id && !rules::has_moved(state) {
        wrong.push(format!("after a read, the ID is {}, not {id}", read.id));
    }
    let (mut before, mut after) = (program_inputs(inputs), program_inputs(&read.inputs));
    before.retain(|name, _| touched.contains(name));
    after.retain(|name, _| touched.contains(name));
    if before != after {
        wrong.push(format!("a refresh turns the inputs {} into {}", Json::from(before), Json::from(after)));
    }
    let changes = subset::missing(&stage::json(state), &stage::json(&read.state), "state");
    wrong.extend(changes.into_iter().map(|change| format!("after a refresh, {change}")));
    wrong.extend(changed_by_nothing(
        "the same program after a refresh",
        resource,
        case,
        &read.inputs,
        &read.state,
        touched,
    ));
    wrong
}

/// The responses to reads in the case; the first read also gets the response to the last change, if that is the object.
fn replay(resource: &Resource, case: &Case, id: &str) -> Replay {
    let mut replay = Replay::of(&case.calls);
    let steps = resource.create.iter().chain(&resource.update);
    let objects: Vec<&str> = steps
        .filter(|step| step.call.returns_object && step.into.is_none())
        .map(|step| step.call.method.as_str())
        .collect();
    let uuid = id.rsplit('/').next().unwrap_or(id);
    let last = case.calls.iter().rev().find(|exchange| {
        let verb = exchange.send.split(' ').next().unwrap_or_default();
        objects.contains(&verb) && exchange.status < 300
    });
    if let Some(exchange) = last {
        let path = exchange.send.split([' ', '?']).nth(1).unwrap_or_default();
        // Operations on an object have paths below the path of the object.
        let own = path.split_once(uuid).map(|(before, _)| format!("{before}{uuid}"));
        let path = own.unwrap_or_else(|| format!("{path}/{uuid}"));
        replay.answer(&format!("GET {path}"), 200, &exchange.response);
    }
    replay
}

/// Inputs without the plugin's own entries.
fn program_inputs(inputs: &Object) -> Map<String, Json> {
    match stage::json(inputs) {
        Json::Object(map) => map.into_iter().filter(|(name, _)| !name.starts_with("__")).collect(),
        _ => Map::new(),
    }
}
