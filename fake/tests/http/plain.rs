//! Tests of plain kinds as data: each file in `plain/` has tests of one API document.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::Value;

use crate::client::{Client, builder};

/// A test: requests in order, to a new fake.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    /// What it tests.
    #[serde(rename = "test")]
    name: String,
    /// The duration of transient statuses, such as `5s`. Default: none.
    #[serde(default = "none")]
    settle: String,
    steps: Vec<Step>,
}

/// A request with its response, or a pause of the fake's clock.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, untagged)]
enum Step {
    Wait {
        wait: String,
    },
    Send {
        /// Method and path; `$name` is a value of `keep`.
        send: String,
        #[serde(default)]
        body: Value,
        #[serde(default = "ok")]
        status: u16,
        /// A part of the response: lists have the same length, objects may have more fields.
        #[serde(default)]
        response: Value,
        /// Names for values of the response, by their paths: `{ volume: id }`.
        #[serde(default)]
        keep: BTreeMap<String, String>,
    },
}

fn none() -> String {
    "0s".to_owned()
}

fn duration(text: &str) -> Duration {
    Duration::try_from(text.parse::<SignedDuration>().unwrap()).unwrap()
}

fn ok() -> u16 {
    200
}

#[tokio::test]
async fn responses_of_plain_kinds_are_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http/plain");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    for file in files {
        let tests: Vec<Test> = serde_saphyr::from_str(&fs::read_to_string(&file).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for test in tests {
            run(&format!("{}: {}", file.file_name().unwrap().display(), test.name), &test).await;
        }
    }
}

async fn run(place: &str, test: &Test) {
    let client = Client::of(builder().settle(duration(&test.settle))).await;
    let mut kept: BTreeMap<&String, Value> = BTreeMap::new();
    for step in &test.steps {
        let (send, body, status, response, keep) = match step {
            Step::Wait { wait } => {
                client.fake.clock().advance(duration(wait));
                continue;
            }
            Step::Send { send, body, status, response, keep } => (send, body, *status, response, keep),
        };
        let send = filled_in(send, &kept);
        let body = filled(body, &kept);
        let (given, found) =
            if body.is_null() { client.call(&send).await } else { client.call_with(&send, body).await };
        assert_eq!(given, status, "{place}: {send}: {found}");
        let mut differences = Vec::new();
        compare("", &filled(response, &kept), &found, &mut differences);
        assert!(differences.is_empty(), "{place}: {send}: {}\nin {found}", differences.join("\n"));
        for (name, path) in keep {
            let value = path.split('.').fold(&found, |value, part| match part.parse::<usize>() {
                Ok(index) => &value[index],
                Err(_) => &value[part],
            });
            assert!(!value.is_null(), "{place}: {send}: the response has no {path}");
            kept.insert(name, value.clone());
        }
    }
}

/// The value with `$name` replaced in all strings.
fn filled(value: &Value, kept: &BTreeMap<&String, Value>) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('$').and_then(|name| kept.get(&name.to_owned())) {
            Some(value) => value.clone(),
            None => Value::from(filled_in(text, kept)),
        },
        Value::Array(elements) => elements.iter().map(|element| filled(element, kept)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, field)| (name.clone(), filled(field, kept))).collect())
        }
        other => other.clone(),
    }
}

fn filled_in(text: &str, kept: &BTreeMap<&String, Value>) -> String {
    // Longer names first, so that `$volume` is not replaced in `$volume2`.
    let mut names: Vec<_> = kept.iter().collect();
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let text_of = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    names.into_iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${name}"), &text_of(value)))
}

fn compare(path: &str, expected: &Value, found: &Value, differences: &mut Vec<String>) {
    match (expected, found) {
        (Value::Null, _) if path.is_empty() => {}
        (Value::Object(expected), Value::Object(found)) => {
            for (name, expected) in expected {
                compare(&format!("{path}.{name}"), expected, found.get(name).unwrap_or(&Value::Null), differences);
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                compare(&format!("{path}[{index}]"), expected, found, differences);
            }
        }
        _ if expected == found => {}
        _ => differences.push(format!("{path} is {found}, not {expected}")),
    }
}
