//! Quotas and logs of an organization. The fake has no quotas, so each is unlimited, and it records no logs.

use serde_json::{Value, json};

use crate::call::{Handled, ReadCall};
use crate::response::ApiError;

/// The quotas that the query names. The names of all quotas are not recorded.
pub(super) fn list_quotas(call: &mut ReadCall<'_>) -> Handled {
    let names = call.query.get("quotum_names").and_then(Value::as_array).cloned().unwrap_or_default();
    let shown: Vec<_> = names.iter().filter_map(Value::as_str).map(quota).collect();
    Ok(json!({ "quota": shown, "total_count": shown.len() }))
}

pub(super) fn get_quota(call: &mut ReadCall<'_>) -> Handled {
    Ok(quota(&call.id()))
}

pub(super) fn list_logs(_: &mut ReadCall<'_>) -> Handled {
    Ok(json!({ "logs": [], "total_count": 0 }))
}

pub(super) fn get_log(call: &mut ReadCall<'_>) -> Handled {
    Err(ApiError::not_found("log", &call.id()))
}

fn quota(name: &str) -> Value {
    json!({
        "name": name,
        "pretty_name": name,
        "description": "",
        "unit": "",
        "unlimited": true,
        "locality_type": "global",
        "limits": [{ "global": true, "unlimited": true }],
        "srn": format!("srn://iam.scw.eu/quota/{name}"),
    })
}
