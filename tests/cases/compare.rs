//! Compares the result of a case with the expected one.

use client::testing::Sent;
use rules::{Diff, Failure, Warning};
use serde_json::Value as Json;
use tests::case::{self, Case, Exchange};
use tests::run::Outcome;
use tests::{stage, subset};
use value::{Object, Path};

/// All differences from the case.
pub(crate) fn compare(case: &Case, outcome: &Outcome) -> Vec<String> {
    let then = &case.then;
    let mut wrong = failures(case, &outcome.failures);
    wrong.extend(warnings(case, &outcome.warnings));
    if let Some(diff) = &outcome.diff {
        wrong.extend(changes(case, diff));
    } else if then.diffs.is_some() || then.replaces.is_some() {
        wrong.push("`diffs` and `replaces` need an operation with a diff".to_owned());
    }
    wrong.extend(calls(&case.calls, &outcome.sent));
    match (&then.error, &outcome.error) {
        (None, Some(error)) => wrong.push(format!("failed: {error}")),
        (Some(expected), None) => wrong.push(format!("did not fail with \"{expected}\"")),
        (Some(expected), Some(error)) if !error.to_string().contains(expected) => {
            wrong.push(format!("failed with another error than \"{expected}\": {error}"));
        }
        _ => {}
    }
    if let Some(part) = then.progress.as_ref().filter(|part| !outcome.progress.contains(part.as_str())) {
        wrong.push(format!("the progress has no \"{part}\" but is \"{}\"", outcome.progress));
    }
    if then.id.is_some() && then.id != outcome.id {
        wrong.push(format!("the ID is {:?}, expected {:?}", outcome.id, then.id));
    }
    if then.deleted != outcome.deleted {
        wrong.push(format!("deleted is {}, expected {}", outcome.deleted, then.deleted));
    }
    wrong.extend(part("state", &then.state, outcome.state.as_ref()));
    wrong.extend(part("inputs", &then.inputs, outcome.inputs.as_ref()));
    wrong
}

/// Every expected failure and no other.
fn failures(case: &Case, failures: &[Failure]) -> Vec<String> {
    let is_expected = |failure: &&Failure| {
        case.then.failures.get(&failure.path.to_string()).is_some_and(|part| failure.reason.contains(part.as_str()))
    };
    let unexpected = failures
        .iter()
        .filter(|failure| !is_expected(failure))
        .map(|failure| format!("rejected: {} {}", failure.path, failure.reason));
    let missing = case.then.failures.iter().filter(|(path, part)| {
        !failures.iter().any(|failure| failure.path.to_string() == **path && failure.reason.contains(part.as_str()))
    });
    unexpected.chain(missing.map(|(path, part)| format!("not rejected: {path} ({part})"))).collect()
}

/// Every expected warning and no other.
fn warnings(case: &Case, warnings: &[Warning]) -> Vec<String> {
    let matches =
        |warning: &Warning, path: &str, part: &str| warning.path.to_string() == path && warning.text.contains(part);
    let is_expected = |warning: &&Warning| case.then.warnings.iter().any(|(path, part)| matches(warning, path, part));
    let unexpected =
        warnings.iter().filter(|warning| !is_expected(warning)).map(|warning| format!("warned: {warning}"));
    let missing = case.then.warnings.iter().filter(|(path, part)| !warnings.iter().any(|one| matches(one, path, part)));
    unexpected.chain(missing.map(|(path, part)| format!("no warning: {path} ({part})"))).collect()
}

fn changes(case: &Case, diff: &Diff) -> Vec<String> {
    let all: Vec<&str> = diff.properties().collect();
    let mut replacing: Vec<&str> =
        diff.changes.iter().filter(|(_, change)| change.replace).filter_map(|(path, _)| Path::top(path)).collect();
    replacing.dedup();
    let compared = [("diffs", &case.then.diffs, all), ("replaces", &case.then.replaces, replacing)];
    let differs = |(what, expected, found): (&str, &Option<Vec<String>>, Vec<&str>)| {
        let mut expected = expected.clone()?;
        expected.sort();
        (expected != found).then(|| format!("{what} are {found:?}, expected {expected:?}"))
    };
    compared.into_iter().filter_map(differs).collect()
}

/// The requests in order: method, path, query, and the whole body.
fn calls(expected: &[Exchange], sent: &[Sent]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (index, (expected, sent)) in expected.iter().zip(sent).enumerate() {
        let number = index + 1;
        let (should, is) = (expected.line(), case::line(&format!("{} {}", sent.method, sent.path)));
        if should != is {
            wrong.push(format!("request {number} is {is}, expected {should}"));
        }
        if expected.headers != sent.headers {
            wrong.push(format!(
                "request {number} ({is}) has the headers {:?}, expected {:?}",
                sent.headers, expected.headers
            ));
        }
        let nothing = |body: &Json| body.is_null() || body.as_object().is_some_and(serde_json::Map::is_empty);
        let both_empty = nothing(&expected.body) && nothing(&sent.body);
        if !both_empty && !subset::same(&expected.body, &sent.body) {
            wrong.push(format!("request {number} ({is}) has the body {}, expected {}", sent.body, expected.body));
        }
    }
    for missing in expected.iter().skip(sent.len()) {
        wrong.push(format!("request not sent: {}", missing.line()));
    }
    // Further requests are mostly retries of the first, for which the script has no response.
    if let Some(more) = sent.get(expected.len()) {
        let count = sent.len() - expected.len();
        wrong.push(format!("{count} unexpected requests, first {} {} {}", more.method, more.path, more.body));
    }
    wrong
}

fn part(what: &str, expected: &Json, found: Option<&Object>) -> Vec<String> {
    if expected.is_null() {
        return Vec::new();
    }
    match found {
        Some(found) => subset::missing(expected, &stage::json(found), what),
        None => vec![format!("there is no {what}")],
    }
}
