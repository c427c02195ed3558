//! The S3 protocol of Object Storage. The fields of a JSON call become headers, XML, text or bytes, and responses become
//! JSON, as defined by the [`Shape`](crate::shape::Shape) of the operation.
//!
//! This module builds requests and parses responses; the client sends them.

mod address;
mod checksum;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use serde_json::{Map, Value};

use crate::call::Call;
use crate::settings::Settings;
use crate::shape::{Form, ResponseHeader, Storage};
use crate::xml::{self, Element, ElementKind, parse};

/// The host of a call for breaker and limiter: the endpoint of the region, without the bucket.
pub(crate) fn host(settings: &Settings, storage: &Storage) -> Result<String, String> {
    let endpoint = address::endpoint(settings, &storage.region)?.0;
    let port = endpoint.port().map(|port| format!(":{port}")).unwrap_or_default();
    Ok(format!("{}{port}", endpoint.host_str().unwrap_or("Object Storage")))
}

/// Builds the HTTP request of a call, without its signature.
pub(crate) fn write(settings: &Settings, call: &Call, storage: &Storage) -> Result<Request<Bytes>, String> {
    let url = address::of(settings, &storage.region, &call.path, &call.query)?;
    let empty = Map::new();
    let fields = call.body.as_ref().and_then(Value::as_object).unwrap_or(&empty);
    let mut request = Request::builder().method(call.method.clone()).uri(url.as_str());
    for (field, name) in &storage.shape.headers {
        for (name, value) in header_lines(name, fields.get(field)) {
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| format!("\"{name}\" is not a valid header name"))?;
            let mut value = HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_| format!("`{field}` contains characters that are not allowed in a header"))?;
            value.set_sensitive(true);
            request = request.header(name, value);
        }
    }
    let (body, kind) = match (&storage.shape.body, &storage.content) {
        (_, Some(content)) => (content.clone(), None),
        (Some(Form::Xml(element)), None) if has_content(element, fields) => {
            (Bytes::from(xml::write(element, fields)), Some("application/xml"))
        }
        (Some(Form::Text(field)), None) => match fields.get(field).and_then(Value::as_str) {
            Some(text) => (Bytes::from(text.to_owned()), Some("text/plain")),
            None => (Bytes::new(), None),
        },
        _ => (Bytes::new(), None),
    };
    if let Some(kind) = kind {
        request = request.header(http::header::CONTENT_TYPE, kind);
    }
    // S3 requires a checksum for most configurations, and accepts one for every body.
    if storage.shape.body.is_some() {
        request = request.header("x-amz-checksum-crc32", checksum::crc32_base64(&body));
    }
    request.body(body).map_err(|_| "its URL is not valid".to_owned())
}

/// Parses a successful response.
pub(crate) fn read(method: &Method, storage: &Storage, headers: &HeaderMap, body: &[u8]) -> Result<Value, String> {
    let reads = *method == Method::GET;
    if reads && body.is_empty() && storage.shape.response.is_some() {
        return Err("it is empty".to_owned());
    }
    // The response to HEAD has headers only.
    let is_stored = |name: &HeaderName| *name == http::header::ETAG || name.as_str().starts_with("x-amz-");
    if *method == Method::HEAD && !headers.keys().any(is_stored) {
        return Err("it has no header of Object Storage".to_owned());
    }
    let mut fields = match &storage.shape.response {
        Some(Form::Xml(element)) if !body.is_empty() => {
            let root = parse(body)?;
            // In recorded responses the root of a lifecycle is `Configuration`, a suffix of the documented name.
            if reads && (root.name().is_empty() || !element.name.ends_with(root.name())) {
                return Err(format!("it is an XML document `{}` instead of `{}`", root.name(), element.name));
            }
            match xml::read(element, &root) {
                Value::Object(fields) => fields,
                _ => Map::new(),
            }
        }
        // The only text response is a policy.
        Some(Form::Text(_)) if reads && !body.trim_ascii_start().starts_with(b"{") => {
            return Err("it is not a JSON document".to_owned());
        }
        Some(Form::Text(field)) => {
            let text = std::str::from_utf8(body).map_err(|_| "it is not valid UTF-8".to_owned())?;
            [(field.clone(), Value::from(text))].into_iter().collect()
        }
        _ => Map::new(),
    };
    for (field, header) in &storage.shape.response_headers {
        if let Some(value) = header_value(header, headers) {
            fields.insert(field.clone(), value);
        }
    }
    Ok(if fields.is_empty() && storage.shape.response.is_none() && storage.shape.response_headers.is_empty() {
        Value::Null
    } else {
        Value::Object(fields)
    })
}

/// The headers of a field.
fn header_lines(name: &str, value: Option<&Value>) -> Vec<(String, String)> {
    match (name.strip_suffix('*'), value) {
        (Some(prefix), Some(Value::Object(map))) => {
            map.iter().filter_map(|(key, value)| Some((format!("{prefix}{key}"), header_text(value)?))).collect()
        }
        (None, Some(value)) => header_text(value).map(|text| (name.to_owned(), text)).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn header_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

fn header_value(header: &ResponseHeader, headers: &HeaderMap) -> Option<Value> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    if let Some(prefix) = header.name.strip_suffix('*') {
        let map: Map<String, Value> = headers
            .iter()
            .filter_map(|(name, value)| {
                Some((name.as_str().strip_prefix(prefix)?.to_owned(), Value::from(text(value))))
            })
            .collect();
        return (!map.is_empty()).then_some(Value::Object(map));
    }
    let text = text(headers.get(header.name.as_str())?);
    if header.number {
        return text.parse::<i64>().ok().map(Value::from);
    }
    Some(Value::from(text))
}

/// Whether any field is part of the body. A call whose fields are all headers has no body.
fn has_content(element: &Element, fields: &Map<String, Value>) -> bool {
    match &element.kind {
        ElementKind::Object(inner) => inner.keys().any(|field| fields.get(field).is_some_and(|value| !value.is_null())),
        _ => true,
    }
}
