//! The client classifies recorded error responses.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use client::{ApiError, Kind, Method};
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// Each recorded error response has the kind of its status, and a message.
pub(crate) fn recorded_errors_have_the_kind_of_their_status(traffic: &Path) {
    let mut seen = BTreeSet::new();
    for (status, body) in recorded_errors(traffic) {
        let error = ApiError::from_response(
            "Operation",
            &Method::GET,
            StatusCode::from_u16(status).unwrap(),
            &HeaderMap::new(),
            body.to_string().as_bytes(),
        );
        let expected = match status {
            400 => Kind::Invalid,
            404 => Kind::NotFound,
            409 => Kind::Busy,
            412 => Kind::Conflict,
            _ => panic!("a status that this test does not list: {status} {body}"),
        };
        assert_eq!(error.kind(), expected, "{body}");
        let message = error.message().unwrap_or_else(|| panic!("no message: {body}"));
        assert!(error.to_string().contains(message), "{error}");
        assert_eq!(error.error_type(), body["type"].as_str(), "{body}");
        seen.insert((status, body["resource"].to_string(), message.to_owned()));
    }
    assert!(seen.len() > 30, "{} different errors", seen.len());
}

/// All error responses except those of Object Storage, which are XML.
fn recorded_errors(traffic: &Path) -> Vec<(u16, Value)> {
    let mut errors = Vec::new();
    for service in fs::read_dir(traffic).unwrap() {
        let service = service.unwrap().path();
        if !service.is_dir() {
            continue;
        }
        for cassette in fs::read_dir(service).unwrap() {
            let text = fs::read_to_string(cassette.unwrap().path()).unwrap();
            for exchange in text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
                let status = u16::try_from(exchange["status"].as_u64().unwrap()).unwrap();
                if status >= 400 && exchange["body"].is_object() {
                    errors.push((status, exchange["body"].clone()));
                }
            }
        }
    }
    errors
}
