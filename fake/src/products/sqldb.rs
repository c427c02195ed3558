//! Serverless SQL databases. Code is needed because a database starts after a request, and because the response to a delete shows
//! the database as it was.

use serde_json::{Value, json};

use crate::call::{Call, Handled, object};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::response::ApiError;

static DATABASE: Named = Named::new("serverless_sqldb/database");

pub(crate) static PRODUCT: Product = Product {
    document: "serverless_sqldb.v1alpha1",
    kinds: &[],
    reads: &[],
    writes: &[("CreateDatabase", create), ("UpdateDatabase", update), ("DeleteDatabase", delete)],
};

/// As recorded: a database with a minimum of CPUs is started after it is ready.
fn create(call: &mut Call<'_>) -> Handled {
    let answer = plain::create(call, DATABASE.plain(), json!({}))?;
    let mut steps = vec![json!({ "status": "ready" })];
    steps.extend(start(&answer));
    settle(call, answer["id"].as_str().unwrap_or_default(), steps)?;
    Ok(answer)
}

/// As recorded: a database starts some seconds after its minimum of CPUs is raised.
fn update(call: &mut Call<'_>) -> Handled {
    let answer = plain::update(call, DATABASE.plain())?;
    settle(call, &call.id(), start(&answer))?;
    call.get(&DATABASE)
}

/// As recorded: a database starts with one CPU, and has its minimum later.
fn start(database: &Value) -> Vec<Value> {
    match &database["cpu_min"] {
        minimum if *minimum == json!(0) => Vec::new(),
        minimum => vec![json!({ "started": true, "cpu_current": 1 }), json!({ "cpu_current": minimum })],
    }
}

fn settle(call: &mut Call<'_>, id: &str, steps: Vec<Value>) -> Result<(), ApiError> {
    let (now, over) = (call.now, call.world.settle);
    call.change(&DATABASE, id)?.replace_pending(now, over, steps.into_iter().map(object).collect());
    Ok(())
}

/// As recorded: the response has the status `ready`, the next one `deleting`.
fn delete(call: &mut Call<'_>) -> Handled {
    let before = call.get(&DATABASE)?;
    plain::delete(call, DATABASE.plain())?;
    Ok(before)
}
