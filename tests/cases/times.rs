//! The time of the last change in a state: after an update with several requests it is that of the last response.

use std::sync::Arc;

use catalog::Catalog;
use serde_json::Value as Json;
use tests::case::{Action, Case};
use tests::run;
use value::Value;

/// Runs the case with a different `updated_at` in each response; returns violations in the state.
pub(crate) async fn violations(catalog: &Arc<Catalog>, token: &str, case: &Case) -> Vec<String> {
    let resource = run::resource(catalog, token);
    let property =
        resource.properties.get("updatedAt").filter(|property| property.read.as_deref() == Some("updated_at"));
    // The time of a part is inside of the elements of a list.
    let is_part = resource.read.first().and_then(|read| read.find.as_ref()).is_some_and(|find| find.element.is_some());
    if case.action() != Action::Update || case.then.error.is_some() || property.is_none() || is_part {
        return Vec::new();
    }
    let mut case = case.clone();
    let mut last = None;
    for (second, exchange) in case.calls.iter_mut().enumerate().filter(|(_, exchange)| exchange.status == 200) {
        if let Some(time) = exchange.response.as_object_mut().and_then(|response| response.get_mut("updated_at")) {
            let now = format!("2030-01-01T00:00:{second:02}Z");
            *time = Json::from(now.clone());
            last = Some(now);
        }
    }
    let outcome = run::run(catalog, token, &case).await;
    let shown =
        outcome.state.as_ref().and_then(|state| state.get("updatedAt")).and_then(Value::as_str).map(str::to_owned);
    if last.is_none() || shown == last {
        return Vec::new();
    }
    vec![format!("`updatedAt` is {shown:?}, the last response has {last:?}")]
}
