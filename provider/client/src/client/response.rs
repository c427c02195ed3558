//! What a response comes to: an answer, or an error with what it means for the next attempt; and the line in the log.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::Failed;
use crate::answer::Answer;
use crate::api_error::{ApiError, request_id};
use crate::call::Call;
use crate::error::{Error, Undecoded};
use crate::retry::Trouble;
use crate::storage;

/// Turns a response into an answer or into what is wrong with it.
pub(super) fn read(host: &str, call: &Call, response: &Response<Bytes>, attempt: u32) -> Result<Answer, Failed> {
    let (status, headers, bytes) = (response.status(), response.headers(), response.body());
    if !status.is_success() {
        // Who takes uploads may answer in either language.
        let is_xml = call.storage.is_some() || call.upload.is_some() && bytes.starts_with(b"<");
        let read = if is_xml { ApiError::from_storage } else { ApiError::from_answer };
        let error = read(&call.operation, &call.method, status, headers, bytes).answered_by(host);
        let trouble = Trouble::of_answer(status.as_u16(), error.kind(), headers);
        return Err(Failed { error: error.into(), trouble });
    }
    let request_id = request_id(headers);
    if call.upload.is_some() {
        return Ok(Answer { status: status.as_u16(), body: Value::Null, request_id, attempts: attempt });
    }
    if let Some(storage) = &call.storage {
        return match storage::read(&call.method, storage, headers, bytes) {
            Ok(body) => Ok(Answer { status: status.as_u16(), body, request_id, attempts: attempt }),
            Err(what) => {
                let error = Error::Decode(Box::new(Undecoded::new(call.is_read(), what, request_id)));
                Err(Failed { error, trouble: Trouble::Final })
            }
        };
    }
    let body = if bytes.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(bytes) };
    match body {
        Ok(body) => Ok(Answer { status: status.as_u16(), body, request_id, attempts: attempt }),
        Err(error) => {
            // A body that just ends was cut on its way, which is as good as no answer.
            let trouble = if error.is_eof() { Trouble::Lost } else { Trouble::Final };
            let what = if error.is_eof() { "it ends in the middle" } else { "it is not JSON" };
            Err(Failed { error: Error::Decode(Box::new(Undecoded::new(call.is_read(), what, request_id))), trouble })
        }
    }
}

/// One line for each attempt: where to and how it went, never what was said.
pub(super) fn log(call: &Call, attempt: u32, took: Duration, response: Option<&Response<Bytes>>) {
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(
        method = %call.method,
        path = %call.path,
        status = response.map(|response| response.status().as_u16()),
        milliseconds,
        attempt,
        request_id = response.and_then(|response| request_id(response.headers())),
        "{}", call.operation
    );
}
