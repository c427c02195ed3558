//! Converts an HTTP response into a [`Response`], or into an error and its class for retries; and writes the log line.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use crate::api_error::{ApiError, request_id};
use crate::call::Call;
use crate::error::{Error, Undecoded};
use crate::format;
use crate::messaging;
use crate::response::Response;
use crate::retry::FailureClass;
use crate::storage;

/// A failed attempt.
pub(super) struct Failed {
    pub(super) error: Error,
    pub(super) class: FailureClass,
}

/// Converts an HTTP response into a response or an error.
pub(super) fn read(
    host: &str,
    call: &Call,
    response: &http::Response<Bytes>,
    attempt: u32,
) -> Result<Response, Failed> {
    let (status, headers, bytes) = (response.status(), response.headers(), response.body());
    if !status.is_success() {
        // The host of an upload may respond in JSON or XML.
        let is_xml = call.storage.is_some() || call.upload.is_some() && bytes.starts_with(b"<");
        let read = if is_xml { ApiError::from_storage } else { ApiError::from_response };
        let error = match &call.messaging {
            Some(messaging) => {
                let service = messaging.format.service;
                let described = messaging::error(service, headers, bytes);
                let (call, response) = ((call.operation.as_str(), &call.method), (status, headers));
                let keys = match messaging.credentials {
                    Some(_) => "`accessKey` and `secretKey`",
                    None => "`accessKey` and `secretKey` of the provider, which signed the request,",
                };
                ApiError::from_messaging(call, (service.title(), keys), response, described)
            }
            None => read(&call.operation, &call.method, status, headers, bytes).at(&call.path),
        };
        let error = error.with_host(host);
        let class = FailureClass::of_response(status.as_u16(), error.kind(), headers);
        return Err(Failed { error: error.into(), class });
    }
    let request_id = request_id(headers);
    if call.upload.is_some() {
        return Ok(Response { status: status.as_u16(), body: Value::Null, request_id, total: None, attempts: attempt });
    }
    let elsewhere = match (&call.storage, &call.messaging) {
        (Some(storage), _) => Some(storage::read(&call.method, storage, headers, bytes)),
        (None, Some(messaging)) => Some(messaging::read(call, messaging, bytes)),
        (None, None) => None,
    };
    if let Some(body) = elsewhere {
        return match body {
            Ok(body) => Ok(Response { status: status.as_u16(), body, request_id, total: None, attempts: attempt }),
            Err(what) => {
                let error = Error::Decode(Box::new(Undecoded::new(call.is_read(), what, request_id)));
                Err(Failed { error, class: FailureClass::Final })
            }
        };
    }
    let body = match bytes.as_ref() {
        [] if !call.format.is_text => Ok(Value::Null),
        text if call.format.is_text => Ok(Value::from(String::from_utf8_lossy(text))),
        json => serde_json::from_slice(json),
    };
    let total = format::total(headers);
    match body {
        Ok(body) => {
            let body = call.format.unwrapped(body);
            Ok(Response { status: status.as_u16(), body, request_id, total, attempts: attempt })
        }
        Err(error) => {
            // A truncated body is an ambiguous response.
            let class = if error.is_eof() { FailureClass::Lost } else { FailureClass::Final };
            let what = if error.is_eof() { "it is truncated" } else { "it is not JSON" };
            Err(Failed { error: Error::Decode(Box::new(Undecoded::new(call.is_read(), what, request_id))), class })
        }
    }
}

/// Writes one line for each attempt, without query, headers and body: `info` for a request that changes something, `debug` for
/// a read.
pub(super) fn log(call: &Call, attempt: u32, took: Duration, response: Option<&http::Response<Bytes>>) {
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                method = %call.method,
                path = %call.path,
                status = response.map(|response| response.status().as_u16()),
                milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                attempt,
                request_id = response.and_then(|response| request_id(response.headers())),
                "{}", call.operation
            )
        };
    }
    if call.is_read() { line!(debug) } else { line!(info) }
}
