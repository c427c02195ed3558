//! CheckConfig and DiffConfig: what is wrong with settings, and which of them change. Pure.
//!
//! Both are told everything in the clear and both must bear settings of other packages and versions, so what is not
//! known here is neither wrong nor a change.

use std::collections::BTreeMap;

use rules::{Change, ChangeKind, Diff, Failure};
use value::{Object, Path, Value};

use super::Surroundings;
use super::resolve::{self, text_of};
use super::setting::{PULUMIS_OWN, SETTINGS};

/// What is wrong with these arguments. Unknown ones are right.
pub(crate) fn wrong(arguments: &Object) -> Vec<Failure> {
    let wrong = SETTINGS.iter().filter_map(|setting| {
        let reason = setting.holds.wrong(&text_of(arguments.get(setting.name)?)?)?;
        Some(Failure { path: Path::root(setting.name), reason })
    });
    wrong.collect()
}

/// The API key. Where only the state or only the program sets it, the other one gets it from elsewhere: no resource
/// changes by that.
const KEYS: [&str; 2] = ["accessKey", "secretKey"];

/// Which settings change in effect: one that was written into the state and comes from the environment now, or the other
/// way round, is no change. Never a reason to replace: that would replace every resource of the provider.
pub(crate) fn changed(olds: &Object, news: &Object, surroundings: &Surroundings) -> Diff {
    let given: Vec<(&'static str, ChangeKind)> = SETTINGS
        .iter()
        .filter_map(|setting| Some((setting.name, change(olds.get(setting.name), news.get(setting.name))?)))
        .filter(|(name, kind)| !KEYS.contains(name) || *kind == ChangeKind::Update)
        .collect();
    if given.is_empty() {
        return Diff::default();
    }
    let (before, after) = (resolve::in_effect(olds, surroundings), resolve::in_effect(news, surroundings));
    let is_unknown = |name: &str| news.get(name).is_some_and(Value::contains_unknown);
    let in_effect = given.into_iter().filter(|(name, _)| is_unknown(name) || before.get(name) != after.get(name));
    let changes: BTreeMap<Path, Change> =
        in_effect.map(|(name, kind)| (Path::root(name), Change { kind, replace: false })).collect();
    Diff { changes, ..Diff::default() }
}

/// A text and the number it stands for are the same; an unknown value differs from everything.
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

/// Arguments that are no settings, each with the setting that was probably meant.
pub(crate) fn unknown(arguments: &Object) -> Vec<String> {
    let names = arguments.keys().filter(|name| {
        let known = SETTINGS.iter().any(|setting| setting.name == name.as_str());
        !known && !PULUMIS_OWN.contains(&name.as_str()) && !name.starts_with("__")
    });
    names
        .map(|name| match SETTINGS.iter().find(|setting| plain(setting.name) == plain(name)) {
            Some(setting) => format!("the provider has no setting `{name}`; did you mean `{}`?", setting.name),
            None => format!("the provider has no setting `{name}`; it is ignored"),
        })
        .collect()
}

/// A name without what people write differently: `secret_key`, `SecretKey` and `secretkey` are one.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}
