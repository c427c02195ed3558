//! The alert manager of Cockpit: its contact points and its switched-on alerts are lists, but the API takes single
//! additions and removals, and an alert needs a while to be switched.
//!
//! Data was not enough because no step can say "once for each element that came or went". Assumes that contact points
//! are told apart by their address, and that `alerts` in the resource's own read steps lists every prepared alert.

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
            // What was switched on as a whole goes off as a whole, by a step of the descriptor.
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

/// The rules that were on: those the program named, or all there were if it had asked for all, unless the steps of this
/// very update have switched all off.
fn on_before(transition: Transition<'_>) -> BTreeSet<String> {
    match (is_managed(transition.old_inputs), transition.changed.contains(MANAGED)) {
        (false, _) => rules(transition.old_inputs),
        (true, false) => rules(transition.olds),
        (true, true) => BTreeSet::new(),
    }
}

/// Switches off what may be on and is not wanted, and on what is wanted and not certainly on.
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

/// Deletes the contact points that may exist and are not wanted, and makes those that are wanted and do not certainly exist.
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

/// Contact points outlive a switched-off alert manager and a run that was cut off: one that is there already, or is gone
/// already, is what was wanted.
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
