//! The alert manager of Cockpit: contact points and enabled alerts are lists, but the API has calls for single elements, and
//! enabling or disabling an alert takes time.
//!
//! A descriptor is not sufficient because a step cannot be repeated for each added or removed element. Assumes that contact
//! points are identified by their address, and that `alerts` in the read steps lists every preconfigured alert.

use std::collections::BTreeSet;
use std::error::Error as _;

use client::BoxFuture;
use serde_json::{Value as Json, json};
use value::{Object, Value};

use super::{Handler, Transition, call};
use crate::context::Context;
use crate::fetch;
use crate::poll_interval::PollInterval;
use rules::error::Error;
use rules::scope::Scope;
use rules::special::observability_alert_manager::{CONTACTS, MANAGED, RULES, is_managed, rules};

/// See the module.
pub(super) struct AlertManager;

impl Handler for AlertManager {
    fn after_change<'a>(
        &'a self,
        cx: &'a Context<'_>,
        scope: &'a mut Scope<'_>,
        transition: Transition<'a>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            let mut called = false;
            if transition.changed.contains(RULES) {
                let possible = &on_before(transition) | &rules(&transition.possible(RULES));
                called |= switch_rules(cx, scope, &on_before(transition), &possible, &rules(transition.news)).await?;
            }
            if transition.changed.contains(CONTACTS) {
                let before = addresses(transition.old_inputs);
                let possible = &before | &addresses(&transition.possible(CONTACTS));
                called |= invite(cx, scope, &before, &possible, &addresses(transition.news)).await?;
            }
            Ok(called)
        })
    }

    fn before_delete<'a>(
        &'a self,
        cx: &'a Context<'_>,
        scope: &'a Scope<'_>,
        olds: &'a Object,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let on = rules(olds);
            // If all alerts were enabled together, a step of the descriptor disables all of them.
            if !on.is_empty() && !is_managed(olds) {
                call(cx, scope, "DisableAlertRules", Some(json!({ "rule_ids": on })), &[]).await?;
            }
            for address in addresses(olds) {
                contact(cx, scope, "DeleteContactPoint", &address).await?;
            }
            Ok(())
        })
    }
}

/// The rules that were enabled: those that the program named, or all if it enabled all, unless the steps of this update have
/// disabled all.
fn on_before(transition: Transition<'_>) -> BTreeSet<String> {
    match (is_managed(transition.old_inputs), transition.changed.contains(MANAGED)) {
        (false, _) => rules(transition.old_inputs),
        (true, false) => rules(transition.olds),
        (true, true) => BTreeSet::new(),
    }
}

/// Disables undesired alerts that may be enabled, and enables desired alerts that are not certainly enabled.
async fn switch_rules(
    cx: &Context<'_>,
    scope: &mut Scope<'_>,
    old: &BTreeSet<String>,
    possible: &BTreeSet<String>,
    new: &BTreeSet<String>,
) -> Result<bool, Error> {
    let (off, on): (Vec<_>, Vec<_>) = (possible.difference(new).collect(), new.difference(old).collect());
    let called = !off.is_empty() || !on.is_empty();
    for (operation, ids, status) in [("DisableAlertRules", off, "disabled"), ("EnableAlertRules", on, "enabled")] {
        if !ids.is_empty() {
            call(cx, scope, operation, Some(json!({ "rule_ids": ids })), &[]).await?;
            switched(cx, scope, &ids, status).await?;
        }
    }
    Ok(called)
}

/// Waits until the alerts have the status; alerts that are not listed are not waited for.
async fn switched(cx: &Context<'_>, scope: &mut Scope<'_>, ids: &[&String], status: &str) -> Result<(), Error> {
    let listing = cx.resource.read.iter().find(|step| step.into.as_deref() == Some("alerts"));
    let Some(listing) = listing else { return Ok(()) };
    let pace = PollInterval::of(cx.resource.wait.as_ref());
    let began = cx.spent();
    loop {
        let alerts = cx.perform(listing, scope, &[], false).await?.unwrap_or_default();
        let left = alerts.as_array().into_iter().flatten().filter(|alert| {
            let id = alert.pointer("/preconfigured_data/preconfigured_rule_id").and_then(Json::as_str);
            id.is_some_and(|id| ids.iter().any(|wanted| *wanted == id)) && alert["rule_status"].as_str() != Some(status)
        });
        let left = left.count();
        fetch::merge(cx.resource, scope, Some("alerts"), alerts);
        if left == 0 {
            return Ok(());
        }
        cx.progress.status(&format!("waiting for {left} alerts to be {status}"));
        cx.pause(pace.pause(cx.spent().saturating_sub(began)), "waiting for the alerts to change").await?;
    }
}

/// Deletes undesired contact points that may exist, and creates desired ones that do not certainly exist.
async fn invite(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    old: &BTreeSet<String>,
    possible: &BTreeSet<String>,
    new: &BTreeSet<String>,
) -> Result<bool, Error> {
    let mut called = false;
    for (operation, addresses) in
        [("DeleteContactPoint", possible.difference(new)), ("CreateContactPoint", new.difference(old))]
    {
        for address in addresses {
            contact(cx, scope, operation, address).await?;
            called = true;
        }
    }
    Ok(called)
}

/// Contact points remain after the alert manager is disabled and after an interrupted run: one that already exists, or is
/// already deleted, is not an error.
async fn contact(cx: &Context<'_>, scope: &Scope<'_>, operation: &str, address: &str) -> Result<(), Error> {
    match call(cx, scope, operation, Some(json!({ "email": { "to": address } })), &[]).await {
        Err(error) if !is_done_already(&error) => Err(error),
        _ => Ok(()),
    }
}

fn is_done_already(error: &Error) -> bool {
    match error.source().and_then(|source| source.downcast_ref()) {
        Some(client::Error::Api(answer)) => {
            answer.kind() == client::Kind::NotFound || answer.error_type() == Some("already_exists")
        }
        _ => false,
    }
}

fn addresses(inputs: &Object) -> BTreeSet<String> {
    let points = inputs.get(CONTACTS).and_then(Value::as_array).unwrap_or_default();
    points.iter().filter_map(|point| point.as_object()?.text("email")).map(str::to_owned).collect()
}
