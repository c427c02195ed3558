//! Serverless SQL databases. Code is needed because a database starts after a request, and because the response to a delete shows
//! the database as it was.

use serde_json::json;

use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;

static DATABASE: Named = Named("serverless_sqldb/database");

pub(crate) static PRODUCT: Product = Product {
    document: "serverless_sqldb.v1alpha1",
    kinds: &[],
    routes: &[("CreateDatabase", create), ("UpdateDatabase", update), ("DeleteDatabase", delete)],
};

/// As recorded: a database with a minimum of CPUs is started.
fn create(call: &mut Call<'_>) -> Handled {
    let answer = plain::create(call, DATABASE.plain(), json!({}))?;
    let mut then = json!({ "status": "ready" });
    if answer["cpu_min"] != json!(0) {
        then["started"] = json!(true);
        then["cpu_current"] = answer["cpu_min"].clone();
    }
    call.transition(&DATABASE, answer["id"].as_str().unwrap_or_default(), "creating", then)?;
    Ok(answer)
}

fn update(call: &mut Call<'_>) -> Handled {
    let answer = plain::update(call, DATABASE.plain())?;
    if answer["cpu_min"] != json!(0) {
        let fields = &mut call.change(&DATABASE, &call.id())?.fields;
        fields.insert("started".to_owned(), json!(true));
        fields.insert("cpu_current".to_owned(), answer["cpu_min"].clone());
    }
    call.get(&DATABASE)
}

/// As recorded: the response has the status `ready`, the next one `deleting`.
fn delete(call: &mut Call<'_>) -> Handled {
    let before = call.get(&DATABASE)?;
    plain::delete(call, DATABASE.plain())?;
    Ok(before)
}
