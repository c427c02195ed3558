//! The addresses, private networks and file systems of an Instance: each element has a call of its own.

use super::prelude::*;
use rules::wire::{strings, text_or_empty};

/// Attaches the addresses of the program and detaches all others; the dynamic one belongs to the server.
pub(super) async fn change_addresses(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let desired = strings(scope.desired_field("public_ips"), None);
    let addresses = scope.answers.get("public_ips").and_then(Json::as_array).cloned().unwrap_or_default();
    let own: Vec<Json> = addresses.into_iter().filter(|address| address["dynamic"] != true).collect();
    let live = strings(Some(&Json::Array(own)), Some("id"));
    let server = scope.source(&catalog::Source::Id).unwrap_or_default();
    for id in live.iter().filter(|id| !desired.contains(id)) {
        call(cx, scope, "UpdateIP", Some(json!({ "server": null })), &[("ip", id)])
            .await
            .map(drop)
            .or_else(ignore_not_found)?;
    }
    for id in desired.iter().filter(|id| !live.contains(id)) {
        call(cx, scope, "UpdateIP", Some(json!({ "server": server })), &[("ip", id)]).await?;
    }
    Ok(())
}

/// Attaches the private networks of the program and detaches all others.
pub(super) async fn change_networks(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let Some(desired) = scope.desired_field("private_networks").filter(|desired| desired.is_array()) else {
        return Ok(());
    };
    let desired = strings(Some(desired), Some("private_network_id"));
    let live = interfaces(scope);
    let network_of = |nic: &Json| text_or_empty(nic, "private_network_id").to_owned();
    for nic in live.iter().filter(|nic| !desired.contains(&network_of(nic))) {
        detach(cx, scope, nic).await?;
    }
    let has: Vec<String> = live.iter().map(network_of).collect();
    for network in desired.iter().filter(|network| !has.contains(network)) {
        let nic = call(cx, scope, "CreatePrivateNIC", Some(json!({ "private_network_id": network })), &[]).await?;
        available(cx, scope, &nic).await?;
    }
    fetch::read(cx, scope, true).await
}

/// Attaches the file systems of the program and detaches all others. A file system can only be attached to a running server.
pub(super) async fn change_filesystems(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let Some(desired) = scope.desired_field("filesystems").filter(|desired| desired.is_array()) else { return Ok(()) };
    let desired = strings(Some(desired), Some("filesystem_id"));
    let live = strings(scope.answers.get("filesystems"), Some("filesystem_id"));
    for id in live.iter().filter(|id| !desired.contains(id)) {
        detach_filesystem(cx, scope, id).await?;
    }
    for id in desired.iter().filter(|id| !live.contains(id)) {
        call(cx, scope, "AttachServerFileSystem", Some(json!({ "filesystem_id": id })), &[]).await?;
        filesystems_settled(cx, scope).await?;
    }
    Ok(())
}

/// Detaches what another resource may be waiting for before a delete: private networks and file systems.
pub(super) async fn detach_all(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    for nic in interfaces(scope) {
        detach(cx, scope, &nic).await?;
    }
    for id in strings(scope.answers.get("filesystems"), Some("filesystem_id")) {
        detach_filesystem(cx, scope, &id).await?;
    }
    Ok(())
}

async fn detach_filesystem(cx: &Context<'_>, scope: &mut Scope<'_>, id: &str) -> Result<()> {
    call(cx, scope, "DetachServerFileSystem", Some(json!({ "filesystem_id": id })), &[]).await?;
    filesystems_settled(cx, scope).await
}

async fn filesystems_settled(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let began = cx.spent();
    loop {
        fetch::read(cx, scope, true).await?;
        let states = strings(scope.answers.get("filesystems"), Some("state"));
        let Some(state) = states.iter().find(|state| state.ends_with("taching")) else { return Ok(()) };
        cx.pause_poll(began, &format!("waiting for the file systems of the {} ({state})", cx.resource.label)).await?;
    }
}

/// Detaches a private network, and waits until its interface no longer exists.
async fn detach(cx: &Context<'_>, scope: &Scope<'_>, nic: &Json) -> Result<()> {
    let id = text_or_empty(nic, "id");
    call(cx, scope, "DeletePrivateNIC", None, &[("private_nic_id", id)]).await.map(drop).or_else(ignore_not_found)?;
    until(cx, scope, id, |_| false).await.map(drop)
}

/// Waits until an interface is connected and has its MAC address.
async fn available(cx: &Context<'_>, scope: &Scope<'_>, nic: &Json) -> Result<()> {
    let id = text_or_empty(nic, "id");
    let is_over = |nic: &Json| {
        let has_address = !text_or_empty(nic, "mac_address").is_empty();
        nic["state"] == "syncing_error" || (nic["state"] == "available" && has_address)
    };
    let nic = until(cx, scope, id, is_over).await?.unwrap_or_default();
    if nic["state"] != "syncing_error" {
        return Ok(());
    }
    let network = text_or_empty(&nic, "private_network_id");
    let fact = format!("the {} could not be attached to the private network {network}", cx.resource.label);
    Err(Error::new(ErrorKind::Precondition, fact)
        .hint("run the command again, or check the server in the Scaleway console"))
}

/// Reads an interface until the condition holds; `None` if it does not exist.
async fn until(cx: &Context<'_>, scope: &Scope<'_>, id: &str, over: impl Fn(&Json) -> bool) -> Result<Option<Json>> {
    let began = cx.spent();
    loop {
        let nic = match call(cx, scope, "GetPrivateNIC", None, &[("private_nic_id", id)]).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            nic => nic?,
        };
        if over(&nic) {
            return Ok(Some(nic));
        }
        cx.pause_poll(began, &format!("waiting for a private network of the {}", cx.resource.label)).await?;
    }
}

fn interfaces(scope: &Scope<'_>) -> Vec<Json> {
    wire::get(&scope.answers, "private_nics").and_then(Json::as_array).cloned().unwrap_or_default()
}

#[cfg(test)]
#[path = "instance_server_networks_tests.rs"]
mod tests;
