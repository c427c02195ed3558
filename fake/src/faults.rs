//! Faults on demand: which requests go wrong, how, and how often.
//!
//! It does not know how a fault is carried out.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something that shall go wrong. As JSON: `{"method": "POST", "path": "/rdb/*", "times": 2, "kind": "drop_after"}`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The HTTP method in capital letters; any when absent.
    #[serde(default)]
    pub method: Option<String>,
    /// The path, where `*` stands for any text, slashes included; with the query if it has a `?` itself. Any path when
    /// absent.
    #[serde(default = "any")]
    pub path: String,
    /// How many requests it spares first. 0 when absent.
    #[serde(default)]
    pub skip: u32,
    /// How many requests it strikes then. 1 when absent.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens.
    pub kind: FaultKind,
}

/// How a request goes wrong.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// Nothing is done, and this is the answer: `{"status": {"code": 503}}`.
    Status {
        /// The HTTP status.
        code: u16,
        /// The JSON body; empty when absent.
        #[serde(default)]
        body: Option<Value>,
        /// The header `Retry-After` in seconds.
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// Nothing is done, and this is the answer, as of a proxy, without headers of Scaleway:
    /// `{"text": {"code": 404, "content_type": "text/html", "body": "<html></html>"}}`.
    Text {
        /// The HTTP status.
        code: u16,
        /// The header `Content-Type`; `text/plain` when absent.
        #[serde(default = "plain")]
        content_type: String,
        /// The body, as it is.
        #[serde(default)]
        body: String,
    },
    /// Nothing is done, and the connection is cut: `"drop_before"`.
    DropBefore,
    /// All is done, and the connection is cut instead of an answer: `"drop_after"`.
    DropAfter,
    /// All is done, and this is the answer instead of the real one: `{"status_after": {"code": 504}}`.
    StatusAfter {
        /// The HTTP status.
        code: u16,
        /// The JSON body; empty when absent.
        #[serde(default)]
        body: Option<Value>,
    },
    /// All is done, and the answer comes this many seconds of the fake's clock later: `{"delay_after": {"seconds": 60}}`.
    DelayAfter {
        /// How long.
        seconds: f64,
    },
    /// All is done this many seconds of the fake's clock later: `{"delay": {"seconds": 2.5}}`.
    Delay {
        /// How long.
        seconds: f64,
    },
    /// All is done, and the connection is cut in the middle of the answer's body: `"truncate"`.
    Truncate,
}

/// The faults that are still to happen.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Fault {
    /// Strikes the first request whose path fits; see [`Fault::path`].
    pub fn at(path: &str, kind: FaultKind) -> Self {
        Self { method: None, path: path.to_owned(), skip: 0, times: 1, kind }
    }

    /// Strikes only requests with this method.
    #[must_use]
    pub fn method(self, method: &str) -> Self {
        Self { method: Some(method.to_owned()), ..self }
    }

    /// Strikes this many requests.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// Spares this many requests first.
    #[must_use]
    pub fn skip(self, skip: u32) -> Self {
        Self { skip, ..self }
    }

    fn fits(&self, method: &str, path: &str, query: Option<&str>) -> bool {
        let whole =
            if self.path.contains('?') { format!("{path}?{}", query.unwrap_or_default()) } else { path.to_owned() };
        self.method.as_deref().is_none_or(|wanted| wanted == method) && glob(&self.path, &whole)
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

    /// What happens to this request. The oldest fault that fits and spares it no more is used up by one.
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

fn plain() -> String {
    "text/plain".to_owned()
}

fn once() -> u32 {
    1
}

/// `*` stands for any text.
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
    fn a_star_stands_for_any_text() {
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
    fn a_fault_spares_and_strikes_as_often_as_it_says() {
        let mut faults = Faults::default();
        faults.add(Fault::at("/x", FaultKind::DropBefore).method("GET").skip(1).times(2));
        let struck: Vec<_> = (0..4).map(|_| faults.strike("GET", "/x", None).is_some()).collect();
        assert_eq!(struck, [false, true, true, false]);
        assert_eq!(faults.strike("POST", "/x", None), None);
    }

    #[test]
    fn a_fault_is_short_in_json() {
        let fault: Fault = serde_json::from_value(json!({ "kind": { "status": { "code": 503 } } })).unwrap();
        assert_eq!(fault, Fault::at("*", FaultKind::Status { code: 503, body: None, retry_after: None }));
        let fault: Fault = serde_json::from_value(json!({ "kind": { "text": { "code": 404 } } })).unwrap();
        let text = FaultKind::Text { code: 404, content_type: "text/plain".to_owned(), body: String::new() };
        assert_eq!(fault, Fault::at("*", text));
        assert!(serde_json::from_value::<Fault>(json!({ "kind": "explode" })).is_err());
    }
}
