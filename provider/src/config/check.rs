//! CheckConfig and DiffConfig: problems and changes of settings. Pure.
//!
//! Both receive plain values, and settings of other packages and versions, so unknown settings are neither an error nor a
//! change.

use std::collections::BTreeMap;

use rules::{Change, ChangeKind, Diff, Failure};
use value::{Object, Path, Value};

use super::Environment;
use super::resolve::{self, text_of};
use super::setting::{PULUMIS_OWN, SETTINGS};

/// The problems of these arguments. Unknown values are valid.
pub(crate) fn wrong(arguments: &Object) -> Vec<Failure> {
    let wrong = SETTINGS.iter().filter_map(|setting| {
        let reason = setting.holds.wrong(&text_of(arguments.get(setting.name)?)?)?;
        Some(Failure { path: Path::root(setting.name), reason })
    });
    wrong.collect()
}

/// The API key. If only the state or only the program sets it, the other one has another source, which changes no resource.
pub(crate) const KEYS: [&str; 2] = ["accessKey", "secretKey"];

/// The settings whose effective value changes: a setting in the state that now has the environment as its source, or the
/// reverse, is not a change. It is never a replacement, which would replace all resources of the provider.
pub(crate) fn changed(olds: &Object, news: &Object, environment: &Environment) -> Diff {
    let given: Vec<(&'static str, ChangeKind)> = SETTINGS
        .iter()
        .filter_map(|setting| Some((setting.name, change(olds.get(setting.name), news.get(setting.name))?)))
        .filter(|(name, kind)| !KEYS.contains(name) || *kind == ChangeKind::Update)
        .collect();
    if given.is_empty() {
        return Diff::default();
    }
    let (before, after) = (resolve::in_effect(olds, environment), resolve::in_effect(news, environment));
    let is_unknown = |name: &str| news.get(name).is_some_and(Value::contains_unknown);
    let in_effect = given.into_iter().filter(|(name, _)| is_unknown(name) || before.get(name) != after.get(name));
    let changes: BTreeMap<Path, Change> =
        in_effect.map(|(name, kind)| (Path::root(name), Change { kind, replace: false })).collect();
    Diff { changes, ..Diff::default() }
}

/// A string and its number are equal; an unknown value differs from all values.
fn change(old: Option<&Value>, new: Option<&Value>) -> Option<ChangeKind> {
    if new.is_some_and(Value::contains_unknown) {
        return Some(if old.and_then(text_of).is_some() { ChangeKind::Update } else { ChangeKind::Add });
    }
    match (old.and_then(text_of), new.and_then(text_of)) {
        (None, Some(_)) => Some(ChangeKind::Add),
        (Some(_), None) => Some(ChangeKind::Delete),
        (Some(old), Some(new)) if old != new => Some(ChangeKind::Update),
        _ => None,
    }
}

/// Arguments that are not settings, each with the most similar setting.
pub(crate) fn unknown(arguments: &Object) -> Vec<String> {
    let names = arguments.keys().filter(|name| {
        let known = SETTINGS.iter().any(|setting| setting.name == name.as_str());
        !known && !PULUMIS_OWN.contains(&name.as_str()) && !name.starts_with("__")
    });
    names
        .map(|name| {
            match SETTINGS.iter().find(|setting| without_separators(setting.name) == without_separators(name)) {
                Some(setting) => format!("the provider has no setting `{name}`; did you mean `{}`?", setting.name),
                None => format!("the provider has no setting `{name}`; it is ignored"),
            }
        })
        .collect()
}

/// A name without case and separators: `secret_key`, `SecretKey` and `secretkey` are equal.
fn without_separators(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}
