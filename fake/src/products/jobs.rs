//! Serverless Jobs. Code is needed for runs, which several operations start and stop, for the delete that they prevent, and for
//! the operation that creates several secrets.

use serde_json::{Map, Value, json};

use crate::call::{self, Call, Handled, ReadCall};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::response::ApiError;
use crate::store::Object;

static DEFINITION: Named = Named::new("jobs/definition");
static SECRET: Named = Named::new("jobs/secret");
static RUN: Named = Named::new("jobs/run");

pub(crate) static PRODUCT: Product = Product {
    document: "jobs.v1alpha2",
    kinds: &[],
    reads: &[("ListJobRuns", list_runs)],
    writes: &[
        ("UpdateJobDefinition", update),
        ("DeleteJobDefinition", delete),
        ("StartJobDefinition", start),
        ("StopJobRun", stop),
        ("CreateSecrets", create_secrets),
        ("UpdateSecret", update_secret),
    ],
};

/// The states of a run that has not ended.
const ACTIVE: [&str; 6] = ["initialized", "validated", "queued", "running", "interrupting", "retrying"];

/// The fields of a definition that a run has too.
const OF_DEFINITION: [&str; 7] = [
    "cpu_limit",
    "memory_limit",
    "local_storage_capacity",
    "command",
    "environment_variables",
    "startup_command",
    "args",
];

/// A schedule without values is removed.
fn update(call: &mut Call<'_>) -> Handled {
    let is_removed = call.body.get("cron_schedule").is_some_and(|cron| cron["schedule"].is_null());
    if is_removed {
        call.body.insert("cron_schedule".to_owned(), Value::Null);
    }
    plain::update(call, DEFINITION.plain())
}

/// As recorded: a definition with a run that has not ended is not deleted.
fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.find(&DEFINITION, &id)?;
    if call.world.store.of(&RUN).any(|run| run.text("job_definition_id") == id && is_active(run)) {
        return Err(ApiError::message(403, "one or more job runs are still running"));
    }
    plain::delete(call, DEFINITION.plain())
}

/// As recorded: a run is validated and queued first. Its end is not recorded. The fake runs no image: the command `false` fails,
/// `sleep` runs until it is stopped, and others succeed.
fn start(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("job_definition_id");
    let definition = call.find(&DEFINITION, &id)?.fields.clone();
    let replicas = call.value("replicas", 1).as_u64().unwrap_or(1);
    let mut runs = Vec::new();
    for _ in 0..replicas {
        let mut fields = Map::new();
        for name in OF_DEFINITION {
            let value = call.body.get(name).or_else(|| definition.get(name));
            fields.insert(name.to_owned(), value.cloned().unwrap_or_default());
        }
        let now = call.timestamp();
        fields.extend(call::object(json!({
            "id": call.world.uuid(),
            "job_definition_id": id,
            "created_at": now,
            "updated_at": now,
            "started_at": null,
            "terminated_at": null,
            "run_duration": null,
            "state": "validated",
            "region": call.locality(),
        })));
        let mut run = call.draft(&RUN, Value::Object(fields));
        let mut steps = vec![json!({ "state": "queued" }), json!({ "state": "running", "started_at": now })];
        steps.extend(end(&run, &now));
        run.settle(call.now, call.world.settle, steps.into_iter().map(call::object).collect());
        runs.push(call.insert(&RUN, run));
    }
    Ok(json!({ "job_runs": runs }))
}

/// How a run ends.
fn end(run: &Object, now: &str) -> Option<Value> {
    let words = run.fields["startup_command"].as_array().into_iter().flatten();
    let first = words.filter_map(Value::as_str).chain(run.text("command").split_whitespace()).next();
    let ended = |state: &str, code: u8| json!({ "state": state, "exit_code": code, "terminated_at": now, "run_duration": "1s" });
    match first {
        Some("sleep") => None,
        Some("false") => {
            let mut end = ended("failed", 1);
            end["reason"] = json!("exited_with_error");
            end["error_message"] = json!("the command failed with exit code 1");
            Some(end)
        }
        _ => Some(ended("succeeded", 0)),
    }
}

fn list_runs(call: &mut ReadCall<'_>) -> Handled {
    let states = call.query.remove("states").unwrap_or_default();
    let states: Vec<&str> = states.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    // As recorded, this value selects all runs.
    if call.query.get("state") == Some(&json!("unknown_state")) {
        call.query.remove("state");
    }
    call.list_where(&RUN, |run| states.is_empty() || states.contains(&run.text("state")))
}

/// As recorded: a stopped run is interrupted within 15 seconds.
fn stop(call: &mut Call<'_>) -> Handled {
    let (id, now, settle, time) = (call.parameter("job_run_id"), call.now, call.world.settle, call.timestamp());
    let run = call.change(&RUN, &id)?;
    if is_active(run) {
        let stopping = json!({ "state": "interrupting", "reason": "cancellation", "updated_at": time });
        run.fields.extend(call::object(stopping));
        run.replace_pending(now, settle, vec![call::object(json!({ "state": "interrupted" }))]);
    }
    call.get(&RUN)
}

fn create_secrets(call: &mut Call<'_>) -> Handled {
    let definition = call.need("job_definition_id")?;
    call.find(&DEFINITION, &definition)?;
    let given = call.value("secrets", json!([]));
    let mut created = Vec::new();
    for secret in given.as_array().into_iter().flatten() {
        let fields = json!({
            "secret_id": call.world.uuid(),
            "job_definition_id": definition,
            "secret_manager_id": secret["secret_manager_id"],
            "secret_manager_version": secret["secret_manager_version"],
        });
        let mut fields = call::object(fields);
        fields.extend(place(&secret["path"], &secret["env_var_name"])?);
        created.push(call.create(&SECRET, Value::Object(fields))?);
    }
    Ok(json!({ "secrets": created }))
}

fn update_secret(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("secret_id");
    let (path, variable) = (call.value("path", Value::Null), call.value("env_var_name", Value::Null));
    let version = call.body.get("secret_manager_version").cloned();
    let places = if path.is_null() && variable.is_null() { None } else { Some(place(&path, &variable)?) };
    let secret = call.change(&SECRET, &id)?;
    secret.fields.extend(version.map(|version| ("secret_manager_version".to_owned(), version)));
    if let Some(place) = places {
        secret.fields.retain(|name, _| name != "file" && name != "env_var");
        secret.fields.extend(place);
    }
    call.get(&SECRET)
}

/// Where a run finds a secret: in a file or in an environment variable.
fn place(path: &Value, variable: &Value) -> Result<Map<String, Value>, ApiError> {
    match (path.as_str(), variable.as_str()) {
        (Some(path), None) => Ok(call::object(json!({ "file": { "path": path } }))),
        (None, Some(name)) => Ok(call::object(json!({ "env_var": { "name": name } }))),
        _ => Err(ApiError::constraint("secrets", "exactly one of path and env_var_name is expected")),
    }
}

fn is_active(run: &Object) -> bool {
    ACTIVE.contains(&run.text("state"))
}
