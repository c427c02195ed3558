//! The volumes of an Instance: local ones belong to the API of Instances, and all others to Block Storage.

use serde_json::Map;

use super::prelude::*;
use rules::special::instance_server::{LOCAL, numbered};
use rules::wire::strings;

const BLOCK: &str = "sbs_volume";
/// The number of the root volume.
const ROOT: &str = "0";
/// The statuses of a block volume in which it can be changed or deleted.
const READY: [&str; 3] = ["available", "in_use", "error"];
/// The field with the root volume of Block Storage, as that API returns it.
const ROOT_VOLUME: &str = "root_block_volume";

/// Completes the volumes of a create request: the size of a local root volume, and the additional volumes.
pub(super) async fn request(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let mut volumes = scope.desired.get("volumes").and_then(Json::as_object).cloned().unwrap_or_default();
    let root = &volumes.get(ROOT).cloned().unwrap_or_default();
    if root["volume_type"] == "l_ssd" && root["size"].is_null() && root["id"].is_null() {
        let size = largest_local_size(cx, scope).await?;
        volumes.entry(ROOT).and_modify(|root| root["size"] = size);
    }
    for (index, id) in desired_additional(scope).into_iter().enumerate() {
        let volume = attached(cx, scope, &id).await?;
        volumes.insert((index + 1).to_string(), volume);
    }
    if !volumes.is_empty() {
        scope.desired.insert("volumes".to_owned(), Json::Object(volumes));
    }
    Ok(())
}

/// Waits until no block volume of the server is being created or attached: the server cannot be started before.
pub(super) async fn settled(cx: &Context<'_>, scope: &Scope<'_>) -> Result<()> {
    for volume in live(scope).values().filter(|volume| volume["volume_type"] == BLOCK) {
        if let Some(id) = volume["id"].as_str() {
            ready(cx, scope, id).await?;
        }
    }
    Ok(())
}

/// Changes the name, size and performance of the root volume, and whether the server starts from it.
pub(super) async fn change_root(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let root = live(scope).get(ROOT).cloned().unwrap_or_default();
    let Some(desired) = scope.desired.get("root_volume").and_then(Json::as_object).cloned() else { return Ok(()) };
    let Some(id) = root["id"].as_str() else { return Ok(()) };
    let differs =
        |field: &str, live: &Json| desired.get(field).filter(|json| !json.is_null() && *json != live).cloned();
    if root["volume_type"] == BLOCK {
        if ["name", "size", "perf_iops"].iter().any(|field| desired.get(*field).is_some_and(|json| !json.is_null())) {
            let volume = ready(cx, scope, id).await?;
            let fields =
                [("name", &volume["name"]), ("size", &volume["size"]), ("perf_iops", &volume["specs"]["perf_iops"])];
            // A volume cannot become smaller; the next preview after a refresh plans a replacement.
            let can_be_sent = |field: &str, json: &Json| field != "size" || json.as_u64() > volume["size"].as_u64();
            let changed =
                fields.into_iter().filter_map(|(field, live)| Some((field.to_owned(), differs(field, live)?)));
            let body: Map<String, Json> = changed.filter(|(field, json)| can_be_sent(field, json)).collect();
            if !body.is_empty() {
                let parameters = [("volume_id", id)];
                call(cx, scope, "block.v1:UpdateVolume", Some(Json::Object(body)), &parameters).await?;
                ready(cx, scope, id).await?;
            }
        }
    } else if let Some(name) = differs("name", &root["name"]) {
        call(cx, scope, "UpdateVolume", Some(json!({ "name": name })), &[("volume_id", id)]).await?;
    }
    if !scope.before.is_empty()
        && let Some(boot) = differs("boot", &root["boot"])
    {
        let mut volumes = kept(&live(scope));
        volumes.entry(ROOT).and_modify(|root| root["boot"] = boot);
        change(cx, scope, volumes).await?;
    }
    Ok(())
}

/// Attaches and detaches additional volumes: one request has all volumes of the server.
pub(super) async fn change_additional(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let desired = desired_additional(scope);
    let live = live(scope);
    let has: Vec<&str> = numbered(&live)
        .into_iter()
        .filter(|(number, _)| *number != 0)
        .filter_map(|(_, volume)| volume["id"].as_str())
        .collect();
    if has == desired {
        return Ok(());
    }
    let mut volumes = kept(&live);
    volumes.retain(|number, _| number == ROOT);
    for (index, id) in desired.iter().enumerate() {
        let volume = attached(cx, scope, id).await?;
        volumes.insert((index + 1).to_string(), volume);
    }
    change(cx, scope, volumes).await
}

/// Reads the root volume, if Block Storage has it: the server contains only its ID and type.
pub(super) async fn read_root(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let root = live(scope).get(ROOT).cloned().unwrap_or_default();
    let Some(id) = root["id"].as_str().filter(|_| root["volume_type"] == BLOCK) else { return Ok(()) };
    if let Some(volume) = block_volume(cx, scope, id).await? {
        scope.answers.insert(ROOT_VOLUME.to_owned(), volume);
    }
    Ok(())
}

/// Whether `terminate` would delete a local volume that is kept: an additional one, or a root volume without
/// `deleteOnTermination`.
pub(super) fn keeps_local(scope: &Scope<'_>, olds: &Object) -> bool {
    let is_local = |volume: &Json| volume["volume_type"].as_str().is_some_and(|kind| LOCAL.contains(&kind));
    live(scope).iter().any(|(number, volume)| is_local(volume) && (number != ROOT || keeps_root(olds)))
}

/// Deletes the root volume of a deleted server, unless the program keeps it.
pub(super) async fn delete_root(cx: &Context<'_>, scope: &Scope<'_>, olds: &Object) -> Result<()> {
    let root = olds.given("rootVolume").and_then(value::Value::as_object);
    let id = root.and_then(|root| root.text("volumeId")).map(|id| rules::place::split(id).1);
    let Some((root, id)) = root.zip(id).filter(|_| !keeps_root(olds)) else { return Ok(()) };
    if root.text("volumeType") == Some(BLOCK) {
        if detached(cx, scope, id).await? {
            call(cx, scope, "block.v1:DeleteVolume", None, &[("volume_id", id)])
                .await
                .map(drop)
                .or_else(ignore_not_found)?;
        }
        return Ok(());
    }
    call(cx, scope, "DeleteVolume", None, &[("volume_id", id)]).await.map(drop).or_else(ignore_not_found)
}

fn keeps_root(olds: &Object) -> bool {
    let root = olds.given("rootVolume").and_then(value::Value::as_object);
    root.and_then(|root| root.flag("deleteOnTermination")) == Some(false)
}

/// The volumes of the server by number, as last read.
fn live(scope: &Scope<'_>) -> Map<String, Json> {
    scope.answers.get("volumes").and_then(Json::as_object).cloned().unwrap_or_default()
}

/// The volumes of the server in the form of requests.
fn kept(live: &Map<String, Json>) -> Map<String, Json> {
    let sent = |volume: &Json| {
        if volume["volume_type"] == BLOCK {
            json!({ "id": volume["id"], "volume_type": BLOCK, "boot": volume["boot"] })
        } else {
            json!({ "id": volume["id"], "name": volume["name"], "boot": volume["boot"] })
        }
    };
    live.iter().map(|(number, volume)| (number.clone(), sent(volume))).collect()
}

async fn change(cx: &Context<'_>, scope: &mut Scope<'_>, volumes: Map<String, Json>) -> Result<()> {
    call(cx, scope, "UpdateServer", Some(json!({ "volumes": volumes })), &[]).await?;
    fetch::read(cx, scope, true).await?;
    settled(cx, scope).await
}

fn desired_additional(scope: &Scope<'_>) -> Vec<String> {
    strings(scope.desired_field("additional_volume_ids"), None)
}

/// An additional volume in the form of requests. What the API of Instances does not find is a volume of Block Storage.
async fn attached(cx: &Context<'_>, scope: &Scope<'_>, id: &str) -> Result<Json> {
    match call(cx, scope, "GetVolume", None, &[("volume_id", id)]).await {
        Ok(volume) => Ok(json!({ "id": id, "name": volume["name"] })),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(json!({ "id": id, "volume_type": BLOCK })),
        Err(error) => Err(error),
    }
}

/// The size of a local root volume for which the program sets none: the API requires that the local volumes have the size that
/// the type allows.
async fn largest_local_size(cx: &Context<'_>, scope: &Scope<'_>) -> Result<Json> {
    let desired = wire::text(&scope.desired, "commercial_type").unwrap_or_default().to_owned();
    let found = super::instance_server_type::find(cx, scope, "ListServersTypes", &desired).await?;
    let size =
        found.map(|offer| offer["volumes_constraint"]["max_size"].clone()).filter(|size| size.as_u64() > Some(0));
    size.ok_or_else(|| {
        let fact = format!("servers of the type {desired} have no local volumes");
        Error::new(ErrorKind::Invalid, fact).hint("remove `rootVolume.volumeType`, or use a type with local storage")
    })
}

async fn block_volume(cx: &Context<'_>, scope: &Scope<'_>, id: &str) -> Result<Option<Json>> {
    match call(cx, scope, "block.v1:GetVolume", None, &[("volume_id", id)]).await {
        Ok(volume) => Ok(Some(volume)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Waits until a block volume can be changed, and no server is being attached or detached.
async fn ready(cx: &Context<'_>, scope: &Scope<'_>, id: &str) -> Result<Json> {
    let is_ready = |volume: &Json| {
        let references = volume["references"].as_array().into_iter().flatten();
        let mut statuses = references.filter_map(|reference| reference["status"].as_str());
        volume["status"].as_str().is_some_and(|status| READY.contains(&status))
            && !statuses.any(|status| ["attaching", "detaching"].contains(&status))
    };
    until(cx, scope, id, is_ready).await.map(Option::unwrap_or_default)
}

/// Waits until no server has the volume; returns whether it exists.
async fn detached(cx: &Context<'_>, scope: &Scope<'_>, id: &str) -> Result<bool> {
    let is_free = |volume: &Json| volume["status"] == "available" || volume["status"] == "error";
    until(cx, scope, id, is_free).await.map(|volume| volume.is_some())
}

async fn until(cx: &Context<'_>, scope: &Scope<'_>, id: &str, over: impl Fn(&Json) -> bool) -> Result<Option<Json>> {
    let began = cx.spent();
    loop {
        let volume = block_volume(cx, scope, id).await?;
        if volume.as_ref().is_none_or(&over) {
            return Ok(volume);
        }
        cx.pause_poll(began, &format!("waiting for the root volume of the {}", cx.resource.label)).await?;
    }
}

#[cfg(test)]
#[path = "instance_server_volumes_tests.rs"]
mod tests;
