//! Engine upgrades of a database instance: Scaleway creates a new instance, and the resource continues with its ID.
//!
//! Part of the handler of instances. A descriptor is not sufficient because the upgrade returns another instance, which has
//! the data and, when it is ready, the endpoints with their IDs, but neither the second node nor the ACL rules, and because
//! the previous instance remains, without endpoints, until it is deleted. The successor is identified by the endpoints.

use std::collections::BTreeSet;

use serde_json::Map;

use super::prelude::*;

/// Settings that are copied to the new instance if it does not have them: the field in responses and in requests.
const COPIED: [(&str, &str); 5] = [
    ("tags", "tags"),
    ("backup_same_region", "backup_same_region"),
    ("backup_schedule.frequency", "backup_schedule_frequency"),
    ("backup_schedule.retention", "backup_schedule_retention"),
    ("logs_policy", "logs_policy"),
];

/// Upgrades the engine if it changed, and finishes an earlier upgrade.
///
/// Returns whether the instance was read after the last call.
pub(super) async fn upgrade(cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
    let desired = transition.news.text("engine").filter(|_| transition.changed.contains("engine"));
    if let Some(engine) = desired {
        move_to(cx, scope, transition.olds, engine).await?;
    }
    let remaining = scope.moves.remaining.clone();
    let looked = desired.is_some() || !remaining.is_empty();
    for uuid in remaining {
        cx.progress.status("copying the settings of the previous instance");
        migrate(cx, scope, &uuid, transition).await?;
        scope.moves.remaining.retain(|left| *left != uuid);
    }
    Ok(looked)
}

/// Ensures that the scope is an instance of this engine. An upgrade with an ambiguous response is not repeated.
async fn move_to(cx: &Context<'_>, scope: &mut Scope<'_>, olds: &Object, engine: &str) -> Result<()> {
    let looked = fetch::read(cx, scope, false).await;
    let missing = looked.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound);
    if !missing {
        looked?;
        wait::settled(cx, scope, false).await?;
        if wire::text(&scope.answers, "engine").is_some_and(|now| now.eq_ignore_ascii_case(engine)) {
            return Ok(());
        }
    }
    if let Some(uuid) = successor(cx, scope, olds).await? {
        scope.move_to(&uuid);
        return wait::settled(cx, scope, true).await;
    }
    if missing {
        let fact = "the instance to upgrade was not found, and no other instance has its endpoints";
        let hint = "run `pulumi refresh` and then `pulumi up`, which creates a new instance";
        return Err(Error::new(ErrorKind::NotFound, fact).hint(hint));
    }
    if scope.answers.get("read_replicas").and_then(Json::as_array).is_some_and(|all| !all.is_empty()) {
        let fact = "Scaleway creates a new instance with the new engine, and the upgrade does not copy read replicas";
        let hint = "Remove them from the program first, and add them again after the upgrade.";
        return Err(Error::new(ErrorKind::Precondition, fact).hint(hint));
    }
    let workflow = json!({ "upgradable_version_id": version(scope, engine)?, "with_endpoints": true });
    let body = json!({ "major_upgrade_workflow": workflow });
    let answer = call(cx, scope, "UpgradeInstance", Some(body), &[]).await?;
    if let Some(uuid) = uuid(&answer).filter(|uuid| scope.parts.uuid.as_ref() != Some(uuid)) {
        scope.move_to(&uuid);
    }
    fetch::merge(cx.resource, scope, None, answer);
    wait::settled(cx, scope, false).await
}

/// The API's ID of the upgrade to an engine.
fn version(scope: &Scope<'_>, engine: &str) -> Result<Json> {
    let versions = scope.answers.get("upgradable_version").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let name = |version: &Json| version["name"].as_str().map(str::to_owned);
    let is_desired = |version: &&Json| name(version).is_some_and(|name| name.eq_ignore_ascii_case(engine));
    if let Some(id) = versions.iter().find(is_desired).and_then(|version| version.get("id")) {
        return Ok(id.clone());
    }
    let current = wire::text(&scope.answers, "engine").unwrap_or_default();
    let offers: Vec<String> = versions.iter().filter_map(name).collect();
    let hint = match offers.as_slice() {
        [] => "no upgrade of this instance is available".to_owned(),
        offers => format!("available upgrades: {}", offers.join(", ")),
    };
    let fact = format!("Scaleway does not support an upgrade from {current} to {engine}");
    Err(Error::new(ErrorKind::Precondition, fact).hint(hint))
}

/// The instance that has the endpoints of the resource, or is about to get them.
async fn successor(cx: &Context<'_>, scope: &Scope<'_>, olds: &Object) -> Result<Option<String>> {
    let endpoint = |property: &str| Some(olds.given(property)?.as_object()?.text("endpointId")?.to_owned());
    let known: BTreeSet<String> = ["loadBalancer", "privateNetwork"].into_iter().filter_map(endpoint).collect();
    if known.is_empty() {
        return Ok(None);
    }
    let has_known = |endpoints: &Json| {
        let mut endpoints = endpoints.as_array().into_iter().flatten();
        endpoints.any(|endpoint| endpoint["id"].as_str().is_some_and(|id| known.contains(id)))
    };
    let query: Vec<(&str, &str)> = olds.text("projectId").map(|project| ("project_id", project)).into_iter().collect();
    let mut others: Vec<Json> = list(cx, scope, "ListInstances", &query).await?;
    others.retain(|other| uuid(other) != scope.parts.uuid);
    if let Some(found) = others.iter().find(|other| has_known(&other["endpoints"])) {
        return Ok(uuid(found));
    }
    let is_made = |other: &&Json| {
        other["status"] == "provisioning" && olds.text("name").is_some_and(|name| other["name"].as_str() == Some(name))
    };
    for other in others.iter().filter(is_made).filter_map(uuid) {
        // Its endpoints show whether it is the successor only when it is ready.
        let mut made = at(cx, scope, &other)?;
        wait::settled(cx, &mut made, true).await?;
        if made.answers.get("endpoints").is_some_and(has_known) {
            return Ok(Some(other));
        }
    }
    Ok(None)
}

/// Continues with the instance that has the endpoints of the resource, such as after an interrupted upgrade.
pub(super) async fn relocate(cx: &Context<'_>, scope: &mut Scope<'_>, state: &Object, exists: bool) -> Result<bool> {
    let endpoints = scope.answers.get("endpoints").and_then(Json::as_array);
    if exists && endpoints.is_none_or(|endpoints| !endpoints.is_empty()) {
        return Ok(false);
    }
    let Some(uuid) = successor(cx, scope, state).await? else { return Ok(false) };
    scope.move_to(&uuid);
    if !exists {
        scope.moves.remaining.pop();
    }
    Ok(true)
}

/// Copies the missing settings to the new instance, and deletes the previous one.
async fn migrate(cx: &Context<'_>, scope: &mut Scope<'_>, uuid: &str, transition: Transition<'_>) -> Result<()> {
    let mut old = at(cx, scope, uuid)?;
    if let Err(error) = wait::settled(cx, &mut old, true).await {
        return ignore_not_found(error);
    }
    wait::settled(cx, scope, false).await?;
    // The ACL rules first: without them every IP address may connect.
    let rules = list(cx, &old, "ListInstanceACLRules", &[]).await?;
    if !rules.is_empty() {
        let rule = |rule: &Json| json!({ "ip": rule["ip"], "description": rule["description"] });
        let rules: Vec<Json> = rules.iter().map(rule).collect();
        change(cx, scope, "SetInstanceACLRules", json!({ "rules": rules })).await?;
    }
    let is_on = |answers: &wire::Wire| wire::get(answers, "is_ha_cluster") == Some(&Json::Bool(true));
    if is_on(&old.answers) && !is_on(&scope.answers) && !transition.changed.contains("isHaCluster") {
        change(cx, scope, "UpgradeInstance", json!({ "enable_ha": true })).await?;
    }
    let missing = COPIED.iter().filter_map(|(returned, sent)| {
        let had = wire::get(&old.answers, returned)?;
        (wire::get(&scope.answers, returned) != Some(had)).then(|| ((*sent).to_owned(), had.clone()))
    });
    let missing: Map<String, Json> = missing.collect();
    if !missing.is_empty() {
        change(cx, scope, "UpdateInstance", Json::Object(missing)).await?;
    }
    discard(cx, &mut old).await
}

/// Deletes the remaining previous instances.
pub(super) async fn delete_remaining(cx: &Context<'_>, scope: &Scope<'_>) -> Result<()> {
    for uuid in &scope.moves.remaining {
        discard(cx, &mut at(cx, scope, uuid)?).await?;
    }
    Ok(())
}

async fn discard(cx: &Context<'_>, old: &mut Scope<'_>) -> Result<()> {
    match call(cx, old, "DeleteInstance", None, &[]).await {
        Ok(_) => wait::until_deleted(cx, old).await,
        Err(error) => ignore_not_found(error),
    }
}

/// The scope of another instance in the same region.
fn at<'s>(cx: &Context<'s>, scope: &Scope<'_>, uuid: &str) -> Result<Scope<'s>> {
    let id = scope.locality().map_or(uuid.to_owned(), |locality| format!("{locality}/{uuid}"));
    Scope::of_id(cx.resource, &id, &Object::new(), cx.defaults)
}

fn uuid(instance: &Json) -> Option<String> {
    instance["id"].as_str().map(str::to_owned)
}
