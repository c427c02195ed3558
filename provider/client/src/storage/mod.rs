//! Object Storage: what its calls have that others have not. A call is JSON as everywhere; here its fields become headers,
//! XML, text or bytes, and answers become JSON again, as the [`Shape`] of the operation says.
//!
//! Knows how S3 is spoken, no bucket's properties and no resource. Nothing is sent from here.

mod address;
mod checksum;
mod sign;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use serde_json::{Map, Value};

use crate::call::Call;
use crate::settings::Settings;
use crate::shape::{Form, Storage, Told};
use crate::xml::{self, Element, ElementKind, parse};

pub(crate) use sign::sign;

/// The host a call goes to, as far as breaker and limiter are concerned: the region's endpoint, without the bucket.
pub(crate) fn host(settings: &Settings, storage: &Storage) -> Result<String, String> {
    let endpoint = address::endpoint(settings, &storage.region)?.0;
    let port = endpoint.port().map(|port| format!(":{port}")).unwrap_or_default();
    Ok(format!("{}{port}", endpoint.host_str().unwrap_or("Object Storage")))
}

/// The call as an HTTP request, all but its signature.
pub(crate) fn write(settings: &Settings, call: &Call, storage: &Storage) -> Result<Request<Bytes>, String> {
    let url = address::of(settings, &storage.region, &call.path, &call.query)?;
    let empty = Map::new();
    let fields = call.body.as_ref().and_then(Value::as_object).unwrap_or(&empty);
    let mut request = Request::builder().method(call.method.clone()).uri(url.as_str());
    for (field, name) in &storage.shape.headers {
        for (name, value) in written(name, fields.get(field)) {
            let name =
                HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("\"{name}\" is no name of a header"))?;
            let mut value = HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_| format!("`{field}` holds characters that are not allowed in a header"))?;
            value.set_sensitive(true);
            request = request.header(name, value);
        }
    }
    let (body, kind) = match (&storage.shape.body, &storage.content) {
        (_, Some(content)) => (content.clone(), None),
        (Some(Form::Xml(element)), None) if says_something(element, fields) => {
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
    // S3 demands a checksum of most configurations, and takes one of every body.
    if storage.shape.body.is_some() {
        request = request.header("x-amz-checksum-crc32", checksum::crc32_base64(&body));
    }
    request.body(body).map_err(|_| "its address is not valid".to_owned())
}

/// A good answer as JSON.
pub(crate) fn read(method: &Method, storage: &Storage, headers: &HeaderMap, body: &[u8]) -> Result<Value, String> {
    let reads = *method == Method::GET;
    if reads && body.is_empty() && storage.shape.answer.is_some() {
        return Err("it is empty".to_owned());
    }
    // The answer to HEAD has headers only.
    let is_stored = |name: &HeaderName| *name == http::header::ETAG || name.as_str().starts_with("x-amz-");
    if *method == Method::HEAD && !headers.keys().any(is_stored) {
        return Err("it has no header of Object Storage".to_owned());
    }
    let mut fields = match &storage.shape.answer {
        Some(Form::Xml(element)) if !body.is_empty() => {
            let root = parse(body)?;
            // As recorded, the root of a lifecycle is the end of its documented name: `Configuration`.
            if reads && (root.name().is_empty() || !element.name.ends_with(root.name())) {
                return Err(format!("it is a document `{}` instead of `{}`", root.name(), element.name));
            }
            match xml::read(element, &root) {
                Value::Object(fields) => fields,
                _ => Map::new(),
            }
        }
        // The only document in text form is a policy.
        Some(Form::Text(_)) if reads && !body.trim_ascii_start().starts_with(b"{") => {
            return Err("it is not a JSON document".to_owned());
        }
        Some(Form::Text(field)) => {
            let text = std::str::from_utf8(body).map_err(|_| "it is no text".to_owned())?;
            [(field.clone(), Value::from(text))].into_iter().collect()
        }
        _ => Map::new(),
    };
    for (field, told) in &storage.shape.told {
        if let Some(value) = heard(told, headers) {
            fields.insert(field.clone(), value);
        }
    }
    Ok(if fields.is_empty() && storage.shape.answer.is_none() && storage.shape.told.is_empty() {
        Value::Null
    } else {
        Value::Object(fields)
    })
}

/// A field as headers.
fn written(name: &str, value: Option<&Value>) -> Vec<(String, String)> {
    match (name.strip_suffix('*'), value) {
        (Some(prefix), Some(Value::Object(map))) => {
            map.iter().filter_map(|(key, value)| Some((format!("{prefix}{key}"), plain(value)?))).collect()
        }
        (None, Some(value)) => plain(value).map(|text| (name.to_owned(), text)).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

fn heard(told: &Told, headers: &HeaderMap) -> Option<Value> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    if let Some(prefix) = told.name.strip_suffix('*') {
        let map: Map<String, Value> = headers
            .iter()
            .filter_map(|(name, value)| {
                Some((name.as_str().strip_prefix(prefix)?.to_owned(), Value::from(text(value))))
            })
            .collect();
        return (!map.is_empty()).then_some(Value::Object(map));
    }
    let text = text(headers.get(told.name.as_str())?);
    if told.number {
        return text.parse::<i64>().ok().map(Value::from);
    }
    Some(Value::from(text))
}

/// Whether any field belongs into the body: a call whose fields are all headers has none.
fn says_something(element: &Element, fields: &Map<String, Value>) -> bool {
    match &element.kind {
        ElementKind::Object(inner) => inner.keys().any(|field| fields.get(field).is_some_and(|value| !value.is_null())),
        _ => true,
    }
}
