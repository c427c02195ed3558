//! The protocols of queues (SQS: JSON, AWS JSON 1.0) and topics (SNS: forms and XML, AWS Query). The fields of a JSON call become
//! one message to the endpoint of the region, and responses become JSON.
//!
//! Both protocols send every operation with POST to the root of the endpoint. The method of a call is not sent: it only shows
//! whether the operation reads, and whether it may be repeated. Attributes of queues and topics are strings in a map of their
//! own; here they are fields with the types of the API document. This module builds requests and parses responses; the client
//! sends them.

mod query;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, Request};
use serde_json::{Map, Value, json};
use url::Url;

use crate::call::Call;
use crate::message_format::{AttributeKind, MessageFormat, MessageService, Messaging};
use crate::settings::Settings;

/// The header that makes SQS return the error codes of its older protocol too, and the header that contains them.
const OLD_CODES: &str = "x-amzn-query-mode";
pub(crate) const OLD_CODE: &str = "x-amzn-query-error";

/// The domain of Scaleway's endpoints.
const DOMAIN: &str = "scaleway.com";

/// The host of a call for breaker and limiter.
pub(crate) fn host(settings: &Settings, messaging: &Messaging) -> Result<String, String> {
    let endpoint = endpoint(settings, messaging)?;
    let port = endpoint.port().map(|port| format!(":{port}")).unwrap_or_default();
    Ok(format!("{}{port}", endpoint.host_str().unwrap_or_default()))
}

/// The endpoint of a call. If the API is on this machine, Scaleway's endpoints are there too, so that test keys are never sent
/// to the real service; another endpoint is used as it is.
fn endpoint(settings: &Settings, messaging: &Messaging) -> Result<Url, String> {
    let region = &messaging.region;
    if region.is_empty() || !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(format!("\"{region}\" is not a region"));
    }
    let service = messaging.format.service.name();
    let given = messaging.endpoint.as_deref().filter(|given| !given.is_empty());
    let text = given
        .map_or_else(|| format!("https://{service}.mnq.{region}.{DOMAIN}"), |given| given.replace("{region}", region));
    let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or_else(|| format!("the endpoint of {} is not a valid URL", messaging.format.service.title()))?;
    let is_scaleways =
        url.host_str().is_some_and(|host| host.strip_suffix(DOMAIN).is_some_and(|rest| rest.ends_with('.')));
    Ok(settings.local_api().filter(|_| is_scaleways).cloned().unwrap_or(url))
}

/// Builds the HTTP request of a call, without its signature.
pub(crate) fn write(settings: &Settings, call: &Call, messaging: &Messaging) -> Result<Request<Bytes>, String> {
    let mut url = endpoint(settings, messaging)?;
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    let MessageFormat { service, action, attributes } = &messaging.format;
    let (own, others) = fields(call, attributes);
    let request = Request::post(url.as_str());
    let request = match service {
        MessageService::Sqs => {
            let mut message = others;
            if call.is_read() && !attributes.is_empty() {
                let names: Vec<&String> = attributes.keys().collect();
                message.insert("AttributeNames".to_owned(), json!(names));
            } else if !own.is_empty() {
                message.insert("Attributes".to_owned(), json!(own));
            }
            request
                .header(CONTENT_TYPE, "application/x-amz-json-1.0")
                .header("x-amz-target", format!("AmazonSQS.{action}"))
                .header(OLD_CODES, "true")
                .body(Bytes::from(Value::Object(message).to_string()))
        }
        MessageService::Sns => request
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "text/xml")
            .body(Bytes::from(query::form(action, &own, &others))),
    };
    request.map_err(|_| "its URL is not valid".to_owned())
}

/// The attributes and the other fields of a call. A field without a value is omitted.
fn fields(call: &Call, attributes: &BTreeMap<String, AttributeKind>) -> (BTreeMap<String, String>, Map<String, Value>) {
    // The ARN that a read names is an attribute of its response only.
    let writes = !call.is_read();
    let of_body = call.body.as_ref().and_then(Value::as_object).into_iter().flatten();
    let of_query = call.query.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    let given = of_body.map(|(name, value)| (name.clone(), value.clone())).chain(of_query);
    let (own, others): (Vec<_>, Vec<_>) =
        given.filter(|(_, value)| !value.is_null()).partition(|(name, _)| writes && attributes.contains_key(name));
    let own = own.into_iter().map(|(name, value)| (name, query::text(&value)));
    (own.collect(), others.into_iter().collect())
}

/// Parses a successful response.
pub(crate) fn read(call: &Call, messaging: &Messaging, bytes: &[u8]) -> Result<Value, String> {
    let MessageFormat { service, action, attributes } = &messaging.format;
    let mut fields = match service {
        MessageService::Sqs if bytes.is_empty() => Map::new(),
        MessageService::Sqs => match serde_json::from_slice(bytes) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) => return Err("it is not a JSON object".to_owned()),
            Err(error) if error.is_eof() => return Err("it is truncated".to_owned()),
            Err(_) => return Err("it is not JSON".to_owned()),
        },
        MessageService::Sns => query::read(action, bytes)?,
    };
    if let Some(Value::Object(own)) = fields.remove("Attributes") {
        fields.extend(own);
    }
    for (name, kind) in attributes {
        let typed = fields.get(name).and_then(Value::as_str).map(|text| typed(text, *kind));
        if let Some(value) = typed {
            fields.insert(name.clone(), value);
        }
    }
    // Empty lists are omitted.
    if fields.is_empty() && call.is_read() && !action.starts_with("List") {
        return Err("it is empty".to_owned());
    }
    Ok(if fields.is_empty() { Value::Null } else { Value::Object(fields) })
}

/// An attribute in its type; a value of another type stays a string.
fn typed(text: &str, kind: AttributeKind) -> Value {
    match kind {
        AttributeKind::String => Value::from(text),
        AttributeKind::Integer => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
        AttributeKind::Boolean => text.parse::<bool>().map_or_else(|_| Value::from(text), Value::from),
    }
}

/// The code and the message of an error response.
pub(crate) fn error(service: MessageService, headers: &HeaderMap, bytes: &[u8]) -> (Option<String>, Option<String>) {
    if service == MessageService::Sns {
        return query::error(bytes);
    }
    let body: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let old = headers.get(OLD_CODE).and_then(|code| code.to_str().ok()?.split(';').next().map(str::to_owned));
    let new = || text("__type").map(|code| code.rsplit('#').next().unwrap_or_default().to_owned());
    (old.filter(|code| !code.is_empty()).or_else(new), text("message").or_else(|| text("Message")))
}

#[cfg(test)]
#[path = "../messaging_tests.rs"]
mod tests;
