//! Exporters: they forward the data of a data source to another service.

use std::time::Duration;

use serde_json::{Value, json};

use super::project;
use super::sources::SOURCE;
use crate::call::{Call, Handled, ReadCall, object};
use crate::response::ApiError;
use crate::store::{Kind, Missing};

pub(super) static EXPORTER: Kind =
    Kind::new("cockpit/exporter", "Exporter", "exporters", Missing::Labelled("exporter"));

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let source = call.need("datasource_id")?;
    let project = call.find(&SOURCE, &source)?.text("project_id").to_owned();
    let now = call.timestamp();
    let mut fields = json!({
        "datasource_id": source,
        "name": call.need("name")?,
        "description": call.text("description"),
        "exported_products": call.value("exported_products", json!(["all"])),
        "status": "creating",
        "created_at": now,
        "updated_at": now,
    });
    let destination = destination(call)?.ok_or_else(|| ApiError::required("destination"))?;
    fields[destination.0] = destination.1;
    let mut exporter = call.draft(&EXPORTER, fields);
    exporter.hidden.insert("project_id".to_owned(), json!(project));
    // As recorded: the status is unknown at first, and then `error` for a moment.
    let status = |status: &str| object(json!({ "status": status }));
    exporter.settle(call.now, Duration::ZERO, vec![status("unknown_status")]);
    exporter.settle(call.now, call.world.settle, ["error", "creating", "ready"].map(status).into());
    Ok(call.insert(&EXPORTER, exporter))
}

pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    project::of_query(call)?;
    call.list(&EXPORTER)
}

/// A destination of the other type replaces the previous one.
pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let destination = destination(call)?;
    call.patch(&EXPORTER, &["name", "description", "exported_products"])?;
    if let Some((kind, fields)) = destination {
        let exporter = call.change(&EXPORTER, &id)?;
        for kind in KINDS {
            exporter.fields.remove(kind);
        }
        exporter.fields.insert(kind.to_owned(), fields);
    }
    call.get(&EXPORTER)
}

const KINDS: [&str; 2] = ["datadog_destination", "otlp_destination"];

/// The destination in responses. As recorded, they do not contain the API key of Datadog.
fn destination(call: &Call<'_>) -> Result<Option<(&'static str, Value)>, ApiError> {
    let given = KINDS.iter().filter_map(|kind| Some((*kind, call.body.get(*kind).filter(|given| !given.is_null())?)));
    let given: Vec<(&'static str, &Value)> = given.collect();
    let (kind, fields) = match given.as_slice() {
        [] => return Ok(None),
        [one] => *one,
        _ => return Err(ApiError::constraint("destination", "only one destination can be given")),
    };
    if kind == "datadog_destination" {
        let endpoint = fields.get("endpoint").filter(|endpoint| endpoint.is_string()).cloned();
        // The default is the first site of Datadog.
        let endpoint = endpoint.unwrap_or_else(|| json!("https://api.datadoghq.com"));
        return Ok(Some((kind, json!({ "endpoint": endpoint }))));
    }
    let endpoint = fields.get("endpoint").filter(|endpoint| endpoint.as_str().is_some_and(|text| !text.is_empty()));
    let endpoint = endpoint.ok_or_else(|| ApiError::required("otlp_destination.endpoint"))?;
    let headers = fields.get("headers").filter(|headers| headers.is_object()).cloned().unwrap_or_else(|| json!({}));
    Ok(Some((kind, json!({ "endpoint": endpoint, "headers": headers }))))
}
