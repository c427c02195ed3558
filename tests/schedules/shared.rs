//! The schedules that run through the engine double and through the Pulumi CLI: `shared.yaml`, and the states after each step in
//! `shared_states.json`, which `SCHEDULES=write` writes and `tests/programs/test_schedules.py` compares with the CLI's.

use std::collections::BTreeMap;
use std::fs;

use scaleway_fake::Fault;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tests::{places, subset};

use crate::kill::Kill;
use crate::setup::Setup;
use crate::stack::Stack;
use tests::double::Operation;
use tests::objects::without_ids;
use tests::programs::{Program, Table};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Schedule {
    #[serde(rename = "schedule")]
    name: String,
    resource: String,
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    #[serde(default)]
    up: Option<Json>,
    #[serde(default)]
    destroy: bool,
    #[serde(default)]
    refresh: bool,
    #[serde(default)]
    fault: Option<Json>,
    #[serde(default)]
    kill: Option<Kill>,
}

#[tokio::test]
async fn states_of_the_engine_double_equal_those_of_the_cli() {
    let file = places::project().join("tests/schedules/shared_states.json");
    let text = places::text(&places::project().join("tests/schedules/shared.yaml"));
    let schedules: Vec<Schedule> = serde_saphyr::from_str(&text).unwrap();
    let mut states = BTreeMap::new();
    for schedule in &schedules {
        states.insert(schedule.name.clone(), run(schedule).await);
    }
    if crate::choice().as_deref() == Some("write") {
        fs::write(&file, format!("{}\n", serde_json::to_string_pretty(&states).unwrap())).unwrap();
        return;
    }
    let expected = places::json(&file);
    for (name, states) in &states {
        for (at, state) in states.iter().enumerate() {
            let wrong = subset::missing(&expected[name][at], state, "state");
            let surplus = subset::missing(state, &expected[name][at], "state");
            assert!(wrong.is_empty() && surplus.is_empty(), "{name}, step {at}: {wrong:?} {surplus:?}");
        }
    }
    assert_eq!(expected.as_object().unwrap().len(), states.len(), "shared_states.json has other schedules");
}

/// The state after each step.
async fn run(schedule: &Schedule) -> Vec<Json> {
    let nothing = Program::of(&schedule.resource);
    let setup = Setup::start(&places::catalog(), &Table(Vec::new()), &nothing).await;
    let stack = Stack::new(&setup, &schedule.resource, "main");
    let mut states = Vec::new();
    for (at, step) in schedule.steps.iter().enumerate() {
        if let Some(fault) = &step.fault {
            setup.fault(serde_json::from_value::<Fault>(fault.clone()).unwrap());
        }
        let program = step.up.as_ref().filter(|_| !step.destroy);
        let outcome = match (&step.kill, program) {
            (Some(kill), program) => stack.killed(program, kill.clone()).await,
            (None, _) if step.refresh => Some(stack.refresh().await.map(drop)),
            (None, Some(program)) => Some(stack.up(program).await),
            (None, None) => Some(stack.destroy().await),
        };
        setup.clear_faults();
        let fails = step.fault.is_some() || step.kill.is_some();
        let failed = outcome.as_ref().is_none_or(Result::is_err);
        assert_eq!(failed, fails, "{}, step {at}: {outcome:?}", schedule.name);
        let shown = |stored: &tests::double::Stored| {
            json!({
                "id": stored.id,
                "inputs": tests::property_bag::to_json(&stored.inputs),
                "outputs": tests::property_bag::to_json(&stored.outputs),
                "failed": stored.failed,
            })
        };
        let now = stack.state();
        let state = json!({
            "resource": now.resources.first().map(shown),
            "toDelete": now.condemned.iter().map(shown).collect::<Vec<_>>(),
            "pending": now.pending.iter().map(|(_, operation)| pending(*operation)).collect::<Vec<_>>(),
        });
        states.push(without_generated(&state));
    }
    states
}

/// The name of the operation in the state of the CLI.
fn pending(operation: Operation) -> &'static str {
    match operation {
        Operation::Creating => "creating",
        Operation::Updating => "updating",
        Operation::Deleting => "deleting",
    }
}

/// A state without IDs, times, addresses, ports, and absent values.
fn without_generated(json: &Json) -> Json {
    match json {
        Json::String(text) if text.parse::<jiff::Timestamp>().is_ok() => json!("{time}"),
        Json::String(text) if text.starts_with("-----BEGIN") => json!("{certificate}"),
        Json::String(text) if text.parse::<std::net::IpAddr>().is_ok() => json!("{address}"),
        Json::String(text) => Json::from(without_ids(text)),
        Json::Number(number) => Json::from(number.as_f64().unwrap()),
        Json::Array(items) => items.iter().map(without_generated).collect(),
        Json::Object(map) => {
            let is_chosen_by_the_fake = |name: &str| name == "port" || name.ends_with("Port");
            let held = map.iter().filter(|(name, value)| !value.is_null() && !is_chosen_by_the_fake(name));
            Json::Object(held.map(|(name, value)| (name.clone(), without_generated(value))).collect())
        }
        other => other.clone(),
    }
}
