//! Bucket policies: their recorded form, and their decisions.
//!
//! Conditions are not evaluated: a statement with a condition applies.

use super::storage::Caller;
use s3s::{S3Result, s3_error};
use serde_json::Value;

/// The policy in its recorded form: with sorted actions, and a list of one element as a string.
pub(super) fn normalized(text: &str, bucket: &str) -> S3Result<String> {
    let malformed = || s3_error!(MalformedPolicy, "This policy contains invalid Json");
    let mut policy: Value = serde_json::from_str(text).map_err(|_| malformed())?;
    let statements = policy.get_mut("Statement").and_then(Value::as_array_mut).ok_or_else(malformed)?;
    for statement in statements {
        if !matches!(statement["Effect"].as_str(), Some("Allow" | "Deny")) || statement["Principal"].is_null() {
            return Err(s3_error!(MalformedPolicy, "Missing required field Effect or Principal"));
        }
        if !strings(&statement["Resource"]).all(|resource| in_bucket(resource, bucket)) {
            return Err(s3_error!(MalformedPolicy, "Policy has invalid resource"));
        }
        if let Some(actions) = statement.get_mut("Action").and_then(Value::as_array_mut) {
            actions.sort_by_key(ToString::to_string);
        }
        for name in ["Action", "Resource"] {
            if let Some([one]) = statement[name].as_array().map(Vec::as_slice) {
                statement[name] = one.clone();
            }
        }
    }
    Ok(policy.to_string())
}

/// `Some(false)` if a statement denies, `Some(true)` if one allows, `None` if no statement applies.
pub(super) fn verdict(policy: &str, caller: &Caller, bucket: &str, key: Option<&str>, action: &str) -> Option<bool> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let resource = key.map_or_else(|| bucket.to_owned(), |key| format!("{bucket}/{key}"));
    let applies = |statement: &&Value| {
        let principal = &statement["Principal"];
        let named = strings(principal).chain(strings(&principal["SCW"]));
        named.into_iter().any(|name| name == "*" || caller.principals.iter().any(|other| other == name))
            && strings(&statement["Action"]).any(|pattern| acts(pattern, action))
            && strings(&statement["Resource"]).any(|pattern| fits(without_arn(pattern), &resource))
    };
    let effects: Vec<_> =
        policy["Statement"].as_array()?.iter().filter(applies).map(|found| &found["Effect"]).collect();
    if effects.is_empty() {
        return None;
    }
    Some(effects.iter().all(|effect| *effect == "Allow"))
}

/// A string, or each string of a list.
fn strings(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    list.iter().filter_map(Value::as_str)
}

/// Scaleway writes `arn:aws:s3:::name` as `name`; both are accepted.
fn without_arn(resource: &str) -> &str {
    resource.rsplit(":::").next().unwrap_or(resource)
}

fn in_bucket(resource: &str, bucket: &str) -> bool {
    let name = without_arn(resource).split('/').next().unwrap_or_default();
    name == bucket || name.contains('*')
}

fn acts(pattern: &str, action: &str) -> bool {
    pattern == "*" || pattern.strip_prefix("s3:").is_some_and(|pattern| fits(pattern, action))
}

/// `*` matches any characters.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(head) else {
        return false;
    };
    (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| fits(rest, &text[at..]))
}
