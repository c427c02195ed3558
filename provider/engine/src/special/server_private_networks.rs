//! The private networks of dedicated servers. The APIs of Elastic Metal and of Apple silicon have the same requests for them.
//!
//! A descriptor is not sufficient because the API expects an object with the ID of each private network as a key, and because the
//! order of its requests and of those for the server depends on the change.

use super::prelude::*;
use rules::wire::text_or_empty;

/// The field with the private networks.
const NETWORKS: &str = "private_networks";

/// Whether the program has a private network.
pub(super) fn are_desired(scope: &Scope<'_>) -> bool {
    !networks(scope.desired_field(NETWORKS)).is_empty()
}

/// Attaches exactly the private networks of the program with this operation, and waits until they are attached.
pub(super) async fn set(cx: &Context<'_>, scope: &mut Scope<'_>, operation: &str) -> Result<()> {
    let desired: serde_json::Map<String, Json> = networks(scope.desired_field(NETWORKS)).into_iter().collect();
    let body = json!({ "per_private_network_ipam_ip_ids": desired });
    call(cx, scope, operation, Some(body), &[]).await?;
    settled(cx, scope, true).await
}

/// Detaches all private networks with this operation, one by one, and waits until none is attached.
pub(super) async fn detach(cx: &Context<'_>, scope: &mut Scope<'_>, operation: &str) -> Result<()> {
    match settled(cx, scope, false).await {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        read => read?,
    }
    let attached: Vec<String> = networks(scope.answers.get(NETWORKS)).into_iter().map(|(id, _)| id).collect();
    for id in &attached {
        let detached = call(cx, scope, operation, None, &[("private_network_id", id.as_str())]).await;
        detached.map(drop).or_else(ignore_not_found)?;
    }
    if !attached.is_empty() {
        settled(cx, scope, false).await?;
    }
    Ok(())
}

/// Reads the private networks until none has a transient status. With `checked`, a failed one is an error.
async fn settled(cx: &Context<'_>, scope: &mut Scope<'_>, checked: bool) -> Result<()> {
    let began = cx.spent();
    loop {
        fetch::read_field(cx, scope, NETWORKS).await?;
        let list = scope.answers.get(NETWORKS).and_then(Json::as_array).cloned().unwrap_or_default();
        let has = |desired: &[&str]| list.iter().any(|network| desired.contains(&text_or_empty(network, "status")));
        if checked && has(&["error"]) {
            let fact = format!("a private network of the {} could not be attached", cx.resource.label);
            return Err(Error::new(ErrorKind::Precondition, fact)
                .hint("run the command again, or check the server in the Scaleway console"));
        }
        if !has(&["attaching", "detaching"]) {
            return Ok(());
        }
        cx.pause_poll(began, &format!("waiting for the private networks of the {}", cx.resource.label)).await?;
    }
}

/// The ID of each private network in a list, and the IDs of its addresses.
fn networks(list: Option<&Json>) -> Vec<(String, Json)> {
    let elements = list.and_then(Json::as_array).into_iter().flatten();
    let addresses = |network: &Json| match &network["ipam_ip_ids"] {
        Json::Array(ids) => json!(ids),
        _ => json!([]),
    };
    elements.map(|network| (text_or_empty(network, "private_network_id").to_owned(), addresses(network))).collect()
}

#[cfg(test)]
#[path = "server_private_networks_tests.rs"]
mod tests;
