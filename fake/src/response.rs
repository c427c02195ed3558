//! Responses of the fake, with the errors in Scaleway's recorded or documented words.
//!
//! This module does not depend on products; they call the constructors here.

use axum::body::Bytes;
use axum::http::{HeaderValue, Response, StatusCode, header};
use scaleway_api::{Reason, Violation};
use serde_json::{Value, json};

/// A status and a JSON body, unless the body is empty.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ApiResponse {
    pub(crate) status: u16,
    pub(crate) body: Option<Value>,
    /// The number of elements of the whole list, if a header contains it.
    pub(crate) total: Option<usize>,
    /// Whether the body, a string, is plain text.
    pub(crate) is_text: bool,
}

impl ApiResponse {
    /// A response in JSON.
    pub(crate) fn json(status: u16, body: Option<Value>) -> Self {
        Self { status, body, total: None, is_text: false }
    }

    /// The HTTP response, with the request ID that each of Scaleway's responses has.
    pub(crate) fn into_response(self, request_id: &str) -> Response<Bytes> {
        let body = match self.body {
            Some(Value::String(text)) if self.is_text => text,
            body => body.map(|body| body.to_string()).unwrap_or_default(),
        };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        let content_type = if self.is_text { "text/plain" } else { "application/json" };
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Some(total) = self.total {
            headers.insert("x-total-count", HeaderValue::from(total));
        }
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert("x-request-id", id);
        }
        response
    }
}

/// An error response.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ApiError(pub(crate) ApiResponse);

impl ApiError {
    /// 404 with `type`, the form of most products. `resource` is a label such as `instance`.
    pub(crate) fn not_found(resource: &str, id: &str) -> Self {
        Self::of(404, "not_found", "resource is not found", json!({ "resource": resource, "resource_id": id }))
    }

    /// An error with a `message` only, the form of registry and functions.
    pub(crate) fn message(status: u16, message: &str) -> Self {
        Self(ApiResponse::json(status, Some(json!({ "message": message }))))
    }

    /// 400 for one argument that is missing.
    pub(crate) fn required(argument: &str) -> Self {
        Self::argument(argument, Reason::Required, "")
    }

    /// 400 for one argument that has the right type and an invalid value.
    pub(crate) fn constraint(argument: &str, help: &str) -> Self {
        Self::argument(argument, Reason::Constraint, help)
    }

    /// 400 for everything that does not fit the API document.
    pub(crate) fn invalid(violations: &[Violation]) -> Self {
        let details: Vec<_> =
            violations.iter().map(|found| detail(&found.path, found.reason, &found.message)).collect();
        Self::arguments(&details)
    }

    /// 401: the API key is missing or invalid.
    pub(crate) fn unauthenticated(reason: &str) -> Self {
        let further = json!({ "method": "api_key", "reason": reason });
        Self::of(401, "denied_authentication", "authentication is denied", further)
    }

    /// 403 for one resource and action, such as `project` and `read`.
    pub(crate) fn denied(resource: &str, action: &str) -> Self {
        let further = json!({ "details": [{ "resource": resource, "action": action }] });
        Self::of(403, "permissions_denied", "insufficient permissions", further)
    }

    /// 403 without details: as recorded, some products answer so for an object that does not exist.
    pub(crate) fn undetailed_denial() -> Self {
        Self::of(403, "permissions_denied", "insufficient permissions", json!({ "details": [] }))
    }

    /// 409: the status of the object is transient.
    pub(crate) fn transient(resource: &str, id: &str, state: &str) -> Self {
        let further = json!({ "resource": resource, "resource_id": id, "current_state": state });
        Self::of(409, "transient_state", "resource is in a transient state", further)
    }

    /// 409: the object exists already.
    pub(crate) fn already_exists(resource: &str, id: &str, help: &str) -> Self {
        let further = json!({ "resource": resource, "resource_id": id, "help_message": help });
        Self::of(409, "already_exists", "resource already exists", further)
    }

    /// 412 with a precondition such as `resource_still_in_use` or `protected_resource`.
    pub(crate) fn precondition(precondition: &str, help: &str) -> Self {
        let further = json!({ "precondition": precondition, "help_message": help });
        Self::of(412, "precondition_failed", "precondition is not respected", further)
    }

    /// 501: the API has the operation, the fake does not.
    pub(crate) fn not_served(what: &str) -> Self {
        Self::message(501, &format!("the fake does not serve {what}"))
    }

    /// 500: the fake has a bug.
    pub(crate) fn defect(what: &str) -> Self {
        Self::message(500, &format!("defect of the fake: {what}"))
    }

    fn argument(argument: &str, reason: Reason, help: &str) -> Self {
        Self::arguments(&[detail(argument, reason, help)])
    }

    fn arguments(details: &[Value]) -> Self {
        Self::of(400, "invalid_arguments", "invalid argument(s)", json!({ "details": details }))
    }

    fn of(status: u16, type_: &str, message: &str, further: Value) -> Self {
        let mut body = further;
        body["type"] = json!(type_);
        body["message"] = json!(message);
        Self(ApiResponse::json(status, Some(body)))
    }
}

fn detail(argument: &str, reason: Reason, help: &str) -> Value {
    json!({ "argument_name": argument, "reason": reason.name(), "help_message": help })
}
