//! Data sources for metrics, logs and traces.

use serde_json::json;

use super::project;
use crate::call::{Call, Handled, ReadCall, object};
use crate::response::ApiError;
use crate::store::{Kind, Missing};

/// The label is recorded with a space.
pub(super) static SOURCE: Kind =
    Kind::new("cockpit/data_source", "DataSource", "data_sources", Missing::Labelled("data source"));

/// As recorded in the configuration of the product.
pub(super) const MOST_DAYS: u64 = 1825;

/// The default retention in days, as recorded.
pub(super) fn default_days(data_type: &str) -> u32 {
    if data_type == "metrics" { 31 } else { 7 }
}

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let data_type = call.need("type")?;
    let days = call.value("retention_days", default_days(&data_type));
    if !days.as_u64().is_some_and(|days| (1..=MOST_DAYS).contains(&days)) {
        return Err(ApiError::constraint("retention_days", "expected 1 to 1825"));
    }
    let (id, region, now) = (call.world.uuid(), call.locality(), call.timestamp());
    let fields = json!({
        "id": id,
        "project_id": call.project()?,
        "name": call.need("name")?,
        "url": format!("https://{id}.{data_type}.cockpit.{region}.scw.cloud"),
        "type": data_type,
        "origin": "custom",
        "retention_days": days,
        "synchronized_with_grafana": false,
        "region": region,
        "created_at": now,
        "updated_at": now,
    });
    let mut source = call.draft(&SOURCE, fields);
    // As recorded: the data source is synchronized with Grafana later.
    source.settle(call.now, call.world.settle, vec![object(json!({ "synchronized_with_grafana": true }))]);
    Ok(call.insert(&SOURCE, source))
}

/// As recorded: lists and single reads contain the usage of the month, responses to changes do not.
pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    project::of_query(call)?;
    let mut answer = call.list(&SOURCE)?;
    for source in answer[SOURCE.list].as_array_mut().into_iter().flatten() {
        source["current_month_usage"] = json!(0);
    }
    Ok(answer)
}

pub(super) fn get(call: &mut ReadCall<'_>) -> Handled {
    let mut answer = call.get(&SOURCE)?;
    answer["current_month_usage"] = json!(0);
    Ok(answer)
}
