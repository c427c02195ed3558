//! One request, and its arguments according to the API document.
//!
//! This module does not depend on handlers.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Query;
use axum::http::{HeaderMap, Request, Uri};
use scaleway_api::{Document, Kind, Operation, Reason, Rules, Schema, StringFormat, Violation};
use serde_json::{Map, Value, json};

use crate::call::object;
use crate::facts;
use crate::response::ApiError;

/// More than the size of any body in the API.
const LARGEST_BODY: usize = 64 << 20;

/// The field of [`crate::call::Call::body`] with a body in plain text.
pub(crate) const TEXT: &str = "text";

/// Scaleway rejects a value that an enum does not have.
const RULES: Rules = Rules { closed_enums: true, ..Rules::REQUEST };

/// A request that was read completely.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    /// Percent-encoded, without the query.
    pub(crate) path: String,
    /// Decoded names and values in their order.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    /// Reads the request; `None` if the body is incomplete or the query cannot be decoded.
    pub(crate) async fn read(request: Request<Body>) -> Option<Self> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, LARGEST_BODY).await.ok()?;
        let query = pairs(&parts.uri)?;
        Some(Self {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query,
            uri: parts.uri,
            headers: parts.headers,
            body,
        })
    }

    /// The secret key of the request.
    pub(crate) fn token(&self) -> Option<&str> {
        self.header("x-auth-token")
    }

    /// A header as a string.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON; `null` if it is empty.
    pub(crate) fn json(&self) -> Result<Value, ApiError> {
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.body).map_err(|_| {
            let message = "expected JSON".to_owned();
            ApiError::invalid(&[Violation { path: "body".to_owned(), reason: Reason::Format, message }])
        })
    }

    /// The query's parameters as the operation declares them.
    pub(crate) fn query(&self, document: &Document, operation: &Operation) -> Result<Map<String, Value>, ApiError> {
        let declared = |name: &str| operation.query_parameters.iter().any(|parameter| parameter.name == name);
        // As recorded: a list without pages ignores the parameters of pages.
        let ignored = |name: &str| matches!(name, "page" | "page_size" | "per_page") && !declared(name);
        let given: Vec<_> = self.query.iter().filter(|(name, _)| !ignored(name)).cloned().collect();
        let mut query = document.read_query(operation, &given).map_err(|found| ApiError::invalid(&found))?;
        for parameter in &operation.query_parameters {
            let Some(value) = query.get(&parameter.name) else { continue };
            let mut violations = document.validate(&parameter.schema, value, RULES);
            for violation in &mut violations {
                violation.path = format!("{}{}", parameter.name, violation.path);
            }
            if !violations.is_empty() {
                return Err(ApiError::invalid(&violations));
            }
        }
        // Clients omit a filter with an empty string or with the enum value for "unknown".
        let unknown = |name: &str, text: &str| {
            let parameter = operation.query_parameters.iter().find(|parameter| parameter.name == name);
            parameter.is_some_and(|parameter| match &document.resolve(&parameter.schema).kind {
                Kind::Enum { default, .. } => text == default && text.contains("unknown"),
                _ => false,
            })
        };
        query.retain(|name, value| !value.as_str().is_some_and(|text| text.is_empty() || unknown(name, text)));
        Ok(query)
    }

    /// The fields of the body that are `null`.
    pub(crate) fn nulls(&self) -> Vec<String> {
        let body = self.json().unwrap_or_default();
        let fields = body.as_object().into_iter().flatten().filter(|(_, value)| value.is_null());
        fields.map(|(name, _)| name.clone()).collect()
    }

    /// The given fields of the body, or an error with all violations.
    pub(crate) fn given(&self, document: &Document, operation: &Operation) -> Result<Map<String, Value>, ApiError> {
        if operation.is_text {
            return Ok(object(json!({ TEXT: String::from_utf8_lossy(&self.body) })));
        }
        let (Some(schema), mut body @ Value::Object(_)) = (&operation.request, self.json()?) else {
            return match self.json()? {
                Value::Null | Value::Object(_) => Ok(Map::new()),
                _ => Err(ApiError::invalid(&[Violation {
                    path: "body".to_owned(),
                    reason: Reason::Format,
                    message: "expected an object".to_owned(),
                }])),
            };
        };
        for (alias, documented) in facts::aliases(&document.name, &operation.id) {
            if let Some(value) = body.as_object_mut().and_then(|body| body.remove(alias)) {
                body[documented] = value;
            }
        }
        let violations = document.validate(schema, &body, RULES);
        if !violations.is_empty() {
            return Err(ApiError::invalid(&violations));
        }
        Ok(given(document, schema, body).map(object).unwrap_or_default())
    }
}

/// A value without the parts that mean "omitted"; `None` if the whole value does.
fn given(document: &Document, schema: &Schema, value: Value) -> Option<Value> {
    match (&document.resolve(schema).kind, value) {
        (_, Value::Null) => None,
        (Kind::Enum { default, .. }, Value::String(text))
            if text.is_empty() || (text == *default && text.contains("unknown")) =>
        {
            None
        }
        (Kind::Object { properties, .. }, Value::Object(fields)) => {
            let kept = |(name, value)| {
                let value = given(document, properties.get(&name)?, value)?;
                Some((name, value))
            };
            Some(Value::Object(fields.into_iter().filter_map(kept).collect()))
        }
        (Kind::Array { items, .. }, Value::Array(elements)) => {
            Some(elements.into_iter().filter_map(|element| given(document, items, element)).collect())
        }
        // As recorded: `1800.000s` is returned as `1800s`.
        (Kind::String { format: Some(StringFormat::Duration) }, Value::String(text)) => {
            Some(Value::from(shortest(&text)))
        }
        (_, value) => Some(value),
    }
}

/// A duration in seconds without trailing zeros.
fn shortest(duration: &str) -> String {
    match duration.strip_suffix('s').filter(|seconds| seconds.contains('.')) {
        Some(seconds) => format!("{}s", seconds.trim_end_matches('0').trim_end_matches('.')),
        None => duration.to_owned(),
    }
}

fn pairs(uri: &Uri) -> Option<Vec<(String, String)>> {
    Query::<Vec<(String, String)>>::try_from_uri(uri).ok().map(|Query(pairs)| pairs)
}

/// Rejects an unknown region or zone in the path.
pub(crate) fn check_locality(parameters: &BTreeMap<String, String>) -> Result<(), ApiError> {
    let regions = ["fr-par", "nl-ams", "pl-waw", "it-mil"];
    if parameters.get("region").is_some_and(|region| !regions.contains(&region.as_str())) {
        return Err(ApiError::constraint("region", "there is no such region"));
    }
    let known = |zone: &String| {
        zone.rsplit_once('-')
            .is_some_and(|(region, number)| regions.contains(&region) && matches!(number, "1" | "2" | "3"))
    };
    if parameters.get("zone").is_some_and(|zone| !known(zone)) {
        return Err(ApiError::constraint("zone", "there is no such zone"));
    }
    Ok(())
}
