//! Elastic Metal servers: the offer of a name, installation, options and private networks.
//!
//! A descriptor is not sufficient because the catalog determines the ID of an offer with a name, because a server is ready long before
//! it is installed, because options and private networks are only possible after the installation, and because the inputs of the
//! installation have an effect only if the server is installed again.

use super::calls::own;
use super::prelude::*;
use super::{elasticmetal_offer as offer, server_private_networks as private_networks};
use rules::id::is_uuid;
use rules::place;
use rules::special::elasticmetal_server::CONFIGURATION;
use rules::wire::text_or_empty;

/// See the module.
pub(super) struct Server;

/// The field with the options.
const OPTIONS: &str = "options";
const SET_NETWORKS: &str = "baremetal.v3:SetServerPrivateNetworks";

#[async_trait]
impl Handler for Server {
    async fn send_create(&self, cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> Result<Option<Json>> {
        let mut scope = scope.clone();
        let desired = wire::text(&scope.desired, "offer_id").map(|offer| place::split(offer).1.to_owned());
        if let Some(name) = desired {
            let id = if is_uuid(&name) {
                json!(name)
            } else {
                offer::named(cx, &scope, &name, "hourly").await?["id"].take()
            };
            scope.desired.insert("offer_id".to_owned(), id);
        }
        if inputs.flag("installConfigAfterward") == Some(true) {
            scope.desired.remove("install");
        }
        let Some(step) = cx.resource.create.first() else { return Ok(None) };
        cx.perform(step, &scope, step.fields(), false).await
    }

    async fn after_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if !transition.is_creation() {
            fetch::read(cx, scope, false).await?;
            wait::settled(cx, scope, false).await?;
            migrate(cx, scope, transition).await?;
            if installs(scope, transition) {
                let install = scope.desired.get("install").cloned().unwrap_or_default();
                change(cx, scope, "InstallServer", without_nulls(install)).await?;
            }
        }
        installed(cx, scope).await?;
        let has_networks = private_networks::are_desired(scope);
        let changes_networks = transition.changes(&["privateNetworks"]);
        // A server needs the option to be attached, and has to be detached before the option is removed.
        if changes_networks && !has_networks && !transition.is_creation() {
            private_networks::set(cx, scope, SET_NETWORKS).await?;
        }
        if transition.changes(&["options"]) {
            change_options(cx, scope).await?;
        }
        if changes_networks && has_networks {
            private_networks::set(cx, scope, SET_NETWORKS).await?;
        }
        Ok(true)
    }

    /// The private networks are detached first, so that they can be deleted as soon as the server does not exist.
    async fn delete(&self, cx: &Context<'_>, scope: &mut Scope<'_>, olds: &Object) -> Result<Option<bool>> {
        // The API rejects the delete of a protected server, so nothing is changed before that.
        if olds.flag("protected") == Some(true) {
            return Ok(None);
        }
        private_networks::detach(cx, scope, "baremetal.v3:DeleteServerPrivateNetwork").await.map(|()| None)
    }
}

/// Changes an hourly offer to the monthly one, if the program has its ID; Diff replaces the server for any other offer.
async fn migrate(cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<()> {
    let desired = wire::text(&scope.desired, "offer_id").map_or("", |offer| place::split(offer).1);
    let live = wire::text(&scope.answers, "offer_id").unwrap_or_default();
    if !transition.changes(&["offer"]) || !is_uuid(desired) || desired == live {
        return Ok(());
    }
    call(cx, scope, "MigrateServerToMonthlyOffer", None, &[]).await?;
    wait::settled(cx, scope, true).await
}

/// Whether an update installs the server: for another operating system, after a failed installation, for the first time, or for
/// changes of inputs that were set before, with `reinstallOnConfigChanges`. An input that was not set before may be that of an imported server.
fn installs(scope: &Scope<'_>, transition: Transition<'_>) -> bool {
    let desired = wire::text(&scope.desired, "install.os_id").unwrap_or_default();
    let live = wire::text(&scope.answers, "install.os_id").unwrap_or_default();
    let status = wire::text(&scope.answers, "install.status").unwrap_or_default();
    if desired.is_empty() || ["to_install", "installing"].contains(&status) {
        return false;
    }
    let is_installed_later = transition.news.flag("installConfigAfterward") == Some(true);
    let is_reconfigured = transition.news.flag("reinstallOnConfigChanges") == Some(true)
        && CONFIGURATION
            .iter()
            .any(|name| transition.changed.contains(*name) && transition.stored.given(name).is_some());
    status == "error"
        || (live.is_empty() && !is_installed_later)
        || (transition.changes(&["os"]) && live != desired)
        || is_reconfigured
}

/// Waits until the installation is complete, if there is one.
async fn installed(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let began = cx.spent();
    loop {
        match wire::text(&scope.answers, "install.status").unwrap_or_default() {
            status @ ("to_install" | "installing") => {
                let waiting = format!("waiting for the installation of the {} ({status})", cx.resource.label);
                cx.pause_poll(began, &waiting).await?;
            }
            "error" => {
                let fact = format!("the installation of the {} failed", cx.resource.label);
                return Err(Error::new(ErrorKind::Precondition, fact).hint(
                    "the server exists and is charged: the next `up` installs it again, with the inputs of the program",
                ));
            }
            _ => return Ok(()),
        }
        fetch::read(cx, scope, true).await?;
    }
}

/// Removes the options that the program does not have or has with another end, and then adds those that are missing.
async fn change_options(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let list = |json: Option<&Json>| json.and_then(Json::as_array).cloned().unwrap_or_default();
    let (desired, live) = (list(scope.desired_field(OPTIONS)), list(scope.answers.get(OPTIONS)));
    for option in live.iter().filter(|live| !desired.iter().any(|desired| is_same(desired, live))) {
        let parameters = [("option_id", text_or_empty(option, "id"))];
        let mut delete = own(cx, "DeleteOptionServer", None, &parameters)?;
        // The response is the server.
        delete.call.identity = catalog::Identity::default();
        cx.perform(&delete, scope, &[], false).await.map(drop).or_else(ignore_not_found)?;
        options_settled(cx, scope).await?;
    }
    for option in desired.iter().filter(|desired| !live.iter().any(|live| is_same(desired, live))) {
        let body = without_nulls(json!({ "expires_at": option["expires_at"] }));
        call(cx, scope, "AddOptionServer", Some(body), &[("option_id", text_or_empty(option, "id"))]).await?;
        options_settled(cx, scope).await?;
    }
    Ok(())
}

/// Whether an option is as desired. Without an end in the program, any end is accepted.
fn is_same(desired: &Json, live: &Json) -> bool {
    let time = |json: &Json| text_or_empty(json, "expires_at").parse::<jiff::Timestamp>().ok();
    desired["id"] == live["id"] && time(desired).is_none_or(|desired| Some(desired) == time(live))
}

/// Reads the server until no option has a transient status.
async fn options_settled(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let began = cx.spent();
    loop {
        fetch::read(cx, scope, true).await?;
        let options = scope.answers.get(OPTIONS).and_then(Json::as_array).cloned().unwrap_or_default();
        let statuses: Vec<&str> = options.iter().map(|option| text_or_empty(option, "status")).collect();
        if statuses.contains(&"option_status_error") {
            let fact = format!("an option of the {} could not be changed", cx.resource.label);
            return Err(Error::new(ErrorKind::Precondition, fact)
                .hint("run the command again, or check the server in the Scaleway console"));
        }
        if !statuses.iter().any(|status| ["option_status_enabling", "option_status_disabling"].contains(status)) {
            return Ok(());
        }
        cx.pause_poll(began, &format!("waiting for the options of the {}", cx.resource.label)).await?;
    }
}

fn without_nulls(json: Json) -> Json {
    match json {
        Json::Object(fields) => Json::Object(fields.into_iter().filter(|(_, json)| !json.is_null()).collect()),
        json => json,
    }
}

#[cfg(test)]
#[path = "elasticmetal_server_tests.rs"]
mod tests;
