//! The user data of an Instance: one call for each key, with a body of plain text.
//!
//! Only the keys that the program sets are read and changed: `UserData` resources set others.

use std::collections::BTreeMap;

use super::prelude::*;
use rules::wire::Wire;

/// The key of the configuration that cloud-init reads at the first start.
const CLOUD_INIT: &str = "cloud-init";
/// The system sets this key itself.
const FINGERPRINTS: &str = "ssh-host-fingerprints";

/// Sets changed keys, and deletes keys that the program no longer sets.
pub(super) async fn change(cx: &Context<'_>, scope: &Scope<'_>, transition: Transition<'_>) -> Result<()> {
    let (desired, before) = (keys(&scope.desired), keys(&scope.before));
    let former = transition.possible("userData");
    let former = former.given("userData").and_then(value::Value::as_object);
    let mut removed: Vec<&str> = former.into_iter().flat_map(|former| former.keys()).map(String::as_str).collect();
    if transition.stored.given("cloudInit").is_some() || transition.pending.contains("cloudInit") {
        removed.push(CLOUD_INIT);
    }
    for key in removed.into_iter().filter(|key| !desired.contains_key(*key)) {
        call(cx, scope, "DeleteServerUserData", None, &[("key", key)]).await.map(drop).or_else(ignore_not_found)?;
    }
    for (key, text) in desired.iter().filter(|(key, text)| before.get(*key) != Some(text)) {
        call(cx, scope, "SetServerUserData", Some(Json::from(text.as_str())), &[("key", key)]).await?;
    }
    Ok(())
}

/// Reads the keys that the program sets; all of them for an import.
pub(super) async fn read(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let mut names: Vec<String> = keys(&scope.desired).into_keys().collect();
    if scope.is_import {
        let listed = list(cx, scope, "ListServerUserData", &[]).await?;
        names = listed.iter().filter_map(|key| key.as_str().map(str::to_owned)).collect();
        names.retain(|key| key != FINGERPRINTS);
    }
    let mut found = Wire::new();
    for key in names {
        match call(cx, scope, "GetServerUserData", None, &[("key", &key)]).await {
            Ok(text) => drop(found.insert(key, text)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    if let Some(text) = found.remove(CLOUD_INIT) {
        scope.answers.insert("cloud_init".to_owned(), text);
    }
    if !found.is_empty() {
        scope.answers.insert("user_data".to_owned(), Json::Object(found));
    }
    Ok(())
}

/// The user data in an object of requests, with that of cloud-init.
fn keys(object: &Wire) -> BTreeMap<String, String> {
    let map = wire::get(object, "user_data").and_then(Json::as_object).into_iter().flatten();
    let text = |json: &Json| json.as_str().map(str::to_owned);
    let keys = map.filter_map(|(key, json)| Some((key.clone(), text(json)?)));
    // A removed configuration is an empty one.
    let cloud_init = wire::get(object, "cloud_init").and_then(text).filter(|text| !text.is_empty());
    let cloud_init = cloud_init.map(|text| (CLOUD_INIT.to_owned(), text));
    keys.chain(cloud_init).collect()
}

#[cfg(test)]
#[path = "instance_user_data_tests.rs"]
mod tests;
