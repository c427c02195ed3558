//! Responses of faults, in the forms of Scaleway and of proxies, and reads that do not contain the newest objects.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use jiff::Timestamp;
use scaleway_fake::Fault;
use serde_json::{Value as Json, json};

use crate::fault::FaultKind;

/// The fault that the fake injects; `None` for kinds that the network implements.
pub(crate) fn injected(kind: FaultKind, path: &str) -> Option<Fault> {
    let is_storage = is_storage(path);
    let body = |body: Json| if is_storage { None } else { Some(body) };
    let status =
        |code, json: Json, retry_after| scaleway_fake::FaultKind::Status { code, body: body(json), retry_after };
    let kind = match kind {
        FaultKind::Rejected => {
            let detail = json!({ "argument_name": "name", "reason": "constraint", "help_message": "not today" });
            status(
                400,
                json!({ "type": "invalid_arguments", "message": "invalid argument(s)", "details": [detail] }),
                None,
            )
        }
        FaultKind::Forbidden => {
            let detail = json!({ "resource": "object", "action": "write" });
            let message = "insufficient permissions";
            status(403, json!({ "type": "permissions_denied", "message": message, "details": [detail] }), None)
        }
        FaultKind::ForeignNotFound => scaleway_fake::FaultKind::Text {
            code: 404,
            content_type: "text/html".to_owned(),
            body: "<html>404 page not found</html>".to_owned(),
        },
        FaultKind::Busy if !is_storage => {
            let message = "resource is in a transient state";
            let body = json!({
                "type": "transient_state", "message": message, "resource": "object", "resource_id": "", "current_state": "updating"
            });
            status(409, body, None)
        }
        FaultKind::RateLimited => status(429, json!({ "message": "too many requests" }), None),
        FaultKind::RateLimitedFor => status(429, json!({ "message": "too many requests" }), Some(7)),
        FaultKind::ServerError => status(500, json!({ "message": "internal error" }), None),
        FaultKind::Unavailable => status(503, json!({ "message": "service unavailable" }), None),
        _ => return None,
    };
    Some(Fault::at("*", kind))
}

/// The response of a server that fails after it processed the request.
pub(crate) fn failed_after(answer: Response<Bytes>, status: StatusCode) -> Response<Bytes> {
    let mut failed = replaced(answer, status, &json!({ "message": "the server failed" }));
    failed.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    failed
}

/// Object Storage paths start with a bucket, not with a product and its version.
fn is_storage(path: &str) -> bool {
    let version = path.split('/').nth(2).and_then(|part| part.strip_prefix('v'));
    !version.is_some_and(|number| number.starts_with(|first: char| first.is_ascii_digit()))
}

/// The ID of the object in a successful response.
pub(crate) fn id(answer: &Response<Bytes>) -> Option<String> {
    let body = serde_json::from_slice::<Json>(answer.body()).ok().filter(|_| answer.status().is_success())?;
    Some(body["id"].as_str()?.to_owned())
}

/// The response to a read as if the objects of the last seconds did not exist.
/// `created` has the creation times by ID: not every object has its own.
pub(crate) fn lagging(
    answer: Response<Bytes>,
    path: &str,
    now: Timestamp,
    lag: Duration,
    created: &BTreeMap<String, Timestamp>,
) -> Response<Bytes> {
    let Ok(mut body) = serde_json::from_slice::<Json>(answer.body()) else { return answer };
    let is_new = |json: &Json| {
        let own = json["created_at"].as_str().and_then(|text| text.parse::<Timestamp>().ok());
        let created = own.or_else(|| created.get(json["id"].as_str()?).copied());
        created.is_some_and(|created| Duration::try_from(now.duration_since(created)).is_ok_and(|age| age < lag))
    };
    if is_new(&body) {
        let id = path.rsplit('/').next().unwrap_or_default();
        let missing = json!({
            "type": "not_found", "message": "resource is not found", "resource": "object", "resource_id": id
        });
        return replaced(answer, StatusCode::NOT_FOUND, &missing);
    }
    let Some(fields) = body.as_object_mut() else { return answer };
    let mut removed = 0;
    for list in fields.values_mut().filter_map(Json::as_array_mut) {
        let before = list.len();
        list.retain(|element| !is_new(element));
        removed += before - list.len();
    }
    if removed == 0 {
        return answer;
    }
    if let Some(total) = fields.get("total_count").and_then(Json::as_u64) {
        fields.insert("total_count".to_owned(), Json::from(total.saturating_sub(removed as u64)));
    }
    let status = answer.status();
    replaced(answer, status, &body)
}

fn replaced(answer: Response<Bytes>, status: StatusCode, body: &Json) -> Response<Bytes> {
    let (mut parts, _) = answer.into_parts();
    parts.status = status;
    parts.headers.remove("x-total-count");
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Bytes::from(body.to_string()))
}
