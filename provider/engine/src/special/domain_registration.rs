//! Registrations of domains: the purchase of several domains, which is a task, and the settings of each domain.
//!
//! A descriptor is not sufficient because the response to the purchase names a task, which names the domains in one string, because each
//! domain is read and changed with requests of its own, because a delete keeps the domains, and because a purchase is never sent again
//! without a look-up. Assumes that a domain has one purchase that did not fail.

use std::collections::BTreeSet;
use std::time::Duration;

use super::prelude::*;
use rules::wire::text_or_empty;

/// See the module.
pub(super) struct Registration;

/// A setting of domains.
struct Setting {
    property: &'static str,
    /// The field of the desired value.
    field: &'static str,
    /// The path of the status in a domain.
    status: &'static str,
    enable: &'static str,
    disable: &'static str,
}

const SETTINGS: [Setting; 2] = [
    Setting {
        property: "autoRenew",
        field: "auto_renew",
        status: "/auto_renew_status",
        enable: "EnableDomainAutoRenew",
        disable: "DisableDomainAutoRenew",
    },
    Setting {
        property: "dnssec",
        field: "dnssec_enabled",
        status: "/dnssec/status",
        enable: "EnableDomainDNSSEC",
        disable: "DisableDomainDNSSEC",
    },
];

/// The fields of the first domain that are outputs.
const FIELDS: [&str; 4] = ["owner_contact", "administrative_contact", "technical_contact", "dnssec"];

/// The domains that were read before the last step.
const READ: &str = "registered";

/// Pauses between the look-ups of a purchase, in milliseconds: the list may lag behind.
const PAUSES: [u64; 3] = [500, 1000, 2000];

#[async_trait]
impl Handler for Registration {
    /// Rejects domains that are registered in this account or are being bought, so that nothing is paid for twice.
    async fn before_create(&self, cx: &Context<'_>, scope: &Scope<'_>) -> Result<()> {
        let desired = desired(scope);
        let Some(task) = purchase(cx, scope, |names| !names.is_disjoint(&desired)).await? else { return Ok(()) };
        let (project, id) = (text_or_empty(&task, "project_id"), text_or_empty(&task, "id"));
        let fact = format!("the domains {} were already bought", listed(&named(&task)));
        Err(Error::new(ErrorKind::Precondition, fact)
            .hint(format!("import the registration with the ID {project}/{id}")))
    }

    async fn send_create(&self, cx: &Context<'_>, scope: &Scope<'_>, _: &Object) -> Result<Option<Json>> {
        let Some(step) = cx.resource.create.first() else { return Ok(None) };
        let order = cx.perform(step, scope, step.fields(), false).await?.unwrap_or_default();
        let names: Vec<String> = desired(scope).into_iter().collect();
        Ok(Some(json!({
            "id": order.get("task_id"),
            "project_id": order.get("project_id"),
            "status": "new",
            "domain": names.join(","),
        })))
    }

    /// The purchase of the same domains. If there is none, it fails: the purchase is not sent again.
    async fn created(&self, cx: &Context<'_>, scope: &Scope<'_>) -> Option<Result<Option<Json>>> {
        Some(own_purchase(cx, scope).await.map(Some))
    }

    async fn after_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if !transition.is_creation() && transition.changes(&["ownerContact", "ownerContactId"]) {
            let fact = "the owner of registered domains cannot be changed, because a new owner needs a trade";
            let hint = "trade the domains in the Scaleway console, or revert the change";
            return Err(Error::new(ErrorKind::Precondition, fact).hint(hint));
        }
        // After an interrupted update the domains may differ from each other.
        let is_changed = SETTINGS.map(|setting| transition.found || transition.changes(&[setting.property]));
        if !transition.is_creation() && !is_changed.contains(&true) {
            return Ok(false);
        }
        let mut domains = Vec::new();
        if !transition.is_creation() {
            fetch::read(cx, scope, false).await?;
        }
        for name in named_by(&scope.answers) {
            let mut domain = settled(cx, scope, &name, "/status", &["creating"]).await?;
            for (setting, is_changed) in SETTINGS.iter().zip(is_changed) {
                let desired = scope.desired_field(setting.field) == Some(&Json::Bool(true));
                if is_changed && is_enabled(&domain, setting.status) != desired {
                    domain = change(cx, scope, &name, setting, desired).await?;
                }
            }
            domains.push(domain);
        }
        scope.answers.insert(READ.to_owned(), Json::Array(domains));
        Ok(true)
    }

    /// Reads the domains with their purchase. A registration exists while one of its domains does, also if its purchase is not listed: a
    /// new one would be paid for.
    async fn relocate(&self, cx: &Context<'_>, scope: &mut Scope<'_>, state: &Object, exists: bool) -> Result<bool> {
        if exists {
            if wire::text(&scope.answers, "status") == Some("success") {
                let domains = registered(cx, scope, named_by(&scope.answers)).await?;
                scope.answers.insert(READ.to_owned(), Json::Array(domains));
            }
            return Ok(false);
        }
        let kept = registered(cx, scope, in_state(state)).await?;
        if kept.is_empty() {
            return Ok(false);
        }
        let names: BTreeSet<String> = kept.iter().map(|domain| text_or_empty(domain, "domain").to_owned()).collect();
        let fact = format!("the purchase of the domains {} is not listed any more", listed(&names));
        let hint = "the domains are still registered: remove the resource from the state with `pulumi state delete`";
        Err(Error::new(ErrorKind::Precondition, fact).hint(hint))
    }

    /// A setting that differs between the domains differs from the program.
    async fn complete(&self, cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
        let domains = match scope.answers.remove(READ) {
            Some(Json::Array(domains)) => domains,
            _ => registered(cx, scope, named_by(&scope.answers)).await?,
        };
        for setting in &SETTINGS {
            let desired = scope.desired_field(setting.field) == Some(&Json::Bool(true));
            let is_as_desired = domains.iter().all(|domain| is_enabled(domain, setting.status) == desired);
            scope.answers.insert(setting.field.to_owned(), Json::Bool(is_as_desired == desired));
        }
        let names: Vec<&str> = domains.iter().map(|domain| text_or_empty(domain, "domain")).collect();
        scope.answers.insert("domains".to_owned(), json!(in_order_of(scope.desired_field("domains"), names)));
        if let Some(Json::Object(first)) = domains.into_iter().next() {
            scope.answers.extend(first.into_iter().filter(|(field, _)| FIELDS.contains(&field.as_str())));
        }
        Ok(())
    }

    /// Disables the renewal. The domains stay registered until they expire; no request deletes them.
    async fn delete(&self, cx: &Context<'_>, scope: &mut Scope<'_>, olds: &Object) -> Result<Option<bool>> {
        let mut kept = BTreeSet::new();
        for name in in_state(olds) {
            match call(cx, scope, "DisableDomainAutoRenew", Some(json!({})), &[("domain", &name)]).await {
                Ok(_) => drop(kept.insert(name)),
                Err(error) => ignore_not_found(error)?,
            }
        }
        if !kept.is_empty() {
            cx.progress.warning(&format!(
                "the domains {} stay registered, and in the account, until they expire: only their automatic renewal is disabled",
                listed(&kept)
            ));
        }
        Ok(Some(true))
    }
}

/// The purchase of the desired domains, with retries if it is not listed yet.
async fn own_purchase(cx: &Context<'_>, scope: &Scope<'_>) -> Result<Json> {
    let desired = desired(scope);
    let mut pauses = PAUSES.iter();
    loop {
        if let Some(task) = purchase(cx, scope, |names| *names == desired).await? {
            return Ok(task);
        }
        let Some(pause) = pauses.next() else {
            let fact = format!("no purchase of the domains {} is listed", listed(&desired));
            return Err(Error::new(ErrorKind::NotFound, fact));
        };
        cx.pause(Duration::from_millis(*pause), "looking up the purchase").await?;
    }
}

/// A purchase of these domains that is in progress, or whose domains are registered.
async fn purchase(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    is_sought: impl Fn(&BTreeSet<String>) -> bool,
) -> Result<Option<Json>> {
    for task in list(cx, scope, "ListTasks", &[("types", "create_domain"), ("order_by", "domain_asc")]).await? {
        let names = named(&task);
        let is_purchase = text_or_empty(&task, "type") == "create_domain" && text_or_empty(&task, "status") != "error";
        if !is_purchase || !is_sought(&names) {
            continue;
        }
        // A domain that has expired can be bought again.
        if text_or_empty(&task, "status") != "success" || !registered(cx, scope, names).await?.is_empty() {
            return Ok(Some(task));
        }
    }
    Ok(None)
}

/// Those of the domains that are registered in this account.
async fn registered(cx: &Context<'_>, scope: &Scope<'_>, names: BTreeSet<String>) -> Result<Vec<Json>> {
    let mut domains = Vec::new();
    for name in names {
        match call(cx, scope, "GetDomain", None, &[("domain", &name)]).await {
            Ok(domain) => domains.push(domain),
            Err(error) => ignore_not_found(error)?,
        }
    }
    Ok(domains)
}

/// Waits until a domain exists, and its status is not one of these.
async fn settled(cx: &Context<'_>, scope: &Scope<'_>, name: &str, path: &str, passing: &[&str]) -> Result<Json> {
    let began = cx.spent();
    loop {
        match call(cx, scope, "GetDomain", None, &[("domain", name)]).await {
            Ok(domain) if !status(&domain, path).is_some_and(|status| passing.contains(&status)) => return Ok(domain),
            Ok(_) => {}
            Err(error) => ignore_not_found(error)?,
        }
        cx.pause_poll(began, &format!("waiting for the domain {name}")).await?;
    }
}

/// Changes a setting of a domain, and waits until the change is complete.
async fn change(cx: &Context<'_>, scope: &Scope<'_>, name: &str, setting: &Setting, desired: bool) -> Result<Json> {
    let operation = if desired { setting.enable } else { setting.disable };
    call(cx, scope, operation, Some(json!({})), &[("domain", name)]).await?;
    let domain = settled(cx, scope, name, setting.status, &["enabling", "disabling"]).await?;
    if is_enabled(&domain, setting.status) == desired {
        return Ok(domain);
    }
    let fact = format!("the property `{}` of the domain {name} did not change", setting.property);
    Err(Error::new(ErrorKind::Precondition, fact)
        .hint("run the command again, or check the domain in the Scaleway console"))
}

fn status<'a>(domain: &'a Json, path: &str) -> Option<&'a str> {
    domain.pointer(path).and_then(Json::as_str)
}

fn is_enabled(domain: &Json, path: &str) -> bool {
    matches!(status(domain, path), Some("enabled" | "enabling"))
}

/// The domains of the program.
fn desired(scope: &Scope<'_>) -> BTreeSet<String> {
    let names = scope.desired_field("domains").and_then(Json::as_array);
    names.into_iter().flatten().filter_map(Json::as_str).map(str::to_lowercase).collect()
}

/// The domains of the state.
fn in_state(state: &Object) -> BTreeSet<String> {
    let names = state.given("domainNames").and_then(value::Value::as_array);
    names.into_iter().flatten().filter_map(value::Value::as_str).map(str::to_lowercase).collect()
}

/// The domains of a purchase.
fn named(task: &Json) -> BTreeSet<String> {
    task.as_object().map(named_by).unwrap_or_default()
}

fn named_by(task: &wire::Wire) -> BTreeSet<String> {
    let names = wire::text(task, "domain").unwrap_or_default();
    names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Names in the order of the program, because a purchase has its own.
fn in_order_of<'a>(desired: Option<&Json>, mut names: Vec<&'a str>) -> Vec<&'a str> {
    let desired: Vec<String> = desired
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .map(str::to_lowercase)
        .collect();
    names.sort_by_key(|name| desired.iter().position(|other| other == name).unwrap_or(desired.len()));
    names
}

fn listed(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[path = "domain_registration_tests.rs"]
mod tests;
