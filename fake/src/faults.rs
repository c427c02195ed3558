//! Injected faults: which requests fail, how, and how often.
//!
//! This module does not implement the effects.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A fault. As JSON: `{"method": "POST", "path": "/rdb/*", "times": 2, "kind": "drop_after"}`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The HTTP method in upper case; any method if omitted.
    #[serde(default)]
    pub method: Option<String>,
    /// The path. `*` matches any characters, also slashes. A path with a `?` is compared with the query too. Any path
    /// if omitted.
    #[serde(default = "any")]
    pub path: String,
    /// The number of matching requests before the fault (default 0).
    #[serde(default)]
    pub skip: u32,
    /// The number of affected requests (default 1).
    #[serde(default = "once")]
    pub times: u32,
    /// The effect.
    pub kind: FaultKind,
}

/// The effect of a fault.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// The request is not processed; this is the response: `{"status": {"code": 503}}`.
    Status {
        /// The HTTP status.
        code: u16,
        /// The JSON body; empty if omitted.
        #[serde(default)]
        body: Option<Value>,
        /// The header `Retry-After` in seconds.
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// The request is not processed; this is the response, without Scaleway's headers, as from a proxy: `{"text":
    /// {"code": 404, "content_type": "text/html", "body": "<html></html>"}}`.
    Text {
        /// The HTTP status.
        code: u16,
        /// The header `Content-Type` (default `text/plain`).
        #[serde(default = "text_plain")]
        content_type: String,
        /// The body.
        #[serde(default)]
        body: String,
    },
    /// The request is not processed; the connection is closed: `"drop_before"`.
    DropBefore,
    /// The request is processed; the connection is closed without a response: `"drop_after"`.
    DropAfter,
    /// The request is processed; this is the response: `{"status_after": {"code": 504}}`.
    StatusAfter {
        /// The HTTP status.
        code: u16,
        /// The JSON body; empty if omitted.
        #[serde(default)]
        body: Option<Value>,
    },
    /// The request is processed; the response is sent after this duration of the fake's clock: `{"delay_after":
    /// {"seconds": 60}}`.
    DelayAfter {
        /// The duration.
        seconds: f64,
    },
    /// The request is processed after this duration of the fake's clock: `{"delay": {"seconds": 2.5}}`.
    Delay {
        /// The duration.
        seconds: f64,
    },
    /// The request is processed; the connection is closed in the middle of the response: `"truncate"`.
    Truncate,
}

/// The pending faults.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Fault {
    /// A fault for the first request whose path matches; see [`Fault::path`].
    pub fn at(path: &str, kind: FaultKind) -> Self {
        Self { method: None, path: path.to_owned(), skip: 0, times: 1, kind }
    }

    /// Limits the fault to requests with this method.
    #[must_use]
    pub fn method(self, method: &str) -> Self {
        Self { method: Some(method.to_owned()), ..self }
    }

    /// Sets the number of affected requests.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// Sets the number of matching requests before the fault.
    #[must_use]
    pub fn skip(self, skip: u32) -> Self {
        Self { skip, ..self }
    }

    fn fits(&self, method: &str, path: &str, query: Option<&str>) -> bool {
        let whole =
            if self.path.contains('?') { format!("{path}?{}", query.unwrap_or_default()) } else { path.to_owned() };
        self.method.as_deref().is_none_or(|requested| requested == method) && glob(&self.path, &whole)
    }
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn list(&self) -> &[Fault] {
        &self.0
    }

    /// The effect on this request. Counts down the oldest fault that matches.
    pub(crate) fn strike(&mut self, method: &str, path: &str, query: Option<&str>) -> Option<FaultKind> {
        let place = self.0.iter().position(|fault| fault.fits(method, path, query))?;
        let fault = &mut self.0[place];
        if fault.skip > 0 {
            fault.skip -= 1;
            return None;
        }
        fault.times = fault.times.saturating_sub(1);
        let kind = fault.kind.clone();
        self.0.retain(|fault| fault.times > 0);
        Some(kind)
    }
}

fn any() -> String {
    "*".to_owned()
}

fn text_plain() -> String {
    "text/plain".to_owned()
}

fn once() -> u32 {
    1
}

/// `*` matches any characters.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(head) else {
        return false;
    };
    (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| glob(rest, &text[at..]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn star_matches_any_characters() {
        for (pattern, text, expected) in [
            ("*", "/a/b", true),
            ("/rdb/*/instances", "/rdb/v1/regions/fr-par/instances", true),
            ("/rdb/*/instances", "/rdb/v1/regions/fr-par/instances/1", false),
            ("/a", "/a", true),
            ("/a", "/ab", false),
        ] {
            assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn fault_skips_and_affects_the_given_numbers_of_requests() {
        let mut faults = Faults::default();
        faults.add(Fault::at("/x", FaultKind::DropBefore).method("GET").skip(1).times(2));
        let struck: Vec<_> = (0..4).map(|_| faults.strike("GET", "/x", None).is_some()).collect();
        assert_eq!(struck, [false, true, true, false]);
        assert_eq!(faults.strike("POST", "/x", None), None);
    }

    #[test]
    fn fault_has_defaults_in_json() {
        let fault: Fault = serde_json::from_value(json!({ "kind": { "status": { "code": 503 } } })).unwrap();
        assert_eq!(fault, Fault::at("*", FaultKind::Status { code: 503, body: None, retry_after: None }));
        let fault: Fault = serde_json::from_value(json!({ "kind": { "text": { "code": 404 } } })).unwrap();
        let text = FaultKind::Text { code: 404, content_type: "text/plain".to_owned(), body: String::new() };
        assert_eq!(fault, Fault::at("*", text));
        assert!(serde_json::from_value::<Fault>(json!({ "kind": "explode" })).is_err());
    }
}
