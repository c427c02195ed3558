//! The alert manager of Cockpit: contact points and enabled alerts are lists, but the API has calls for single elements, and
//! enabling or disabling an alert takes time.
//!
//! A descriptor is not sufficient because a step cannot be repeated for each added or removed element. Assumes that contact
//! points are identified by their address, and that `alerts` in the read steps lists every preconfigured alert.

use std::error::Error as _;

use value::Value;

use super::{BTreeSet, Context, Handler, Json, Object, Result, Scope, Transition, async_trait, call, fetch, json};
use crate::poll_interval::PollInterval;
use rules::special::observability_alert_manager::{CONTACTS, MANAGED, RULES, is_managed, rules};

/// See the module.
pub(super) struct AlertManager;

#[async_trait]
impl Handler for AlertManager {
    async fn after_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        let mut called = false;
        // The step that disables all alerts has disabled those of the program too.
        let are_all_disabled = transition.changed.contains(MANAGED) && !is_managed(transition.news);
        if transition.changed.contains(RULES) || are_all_disabled {
            let before = enabled_before(transition);
            let (off, on) = differences(&before, &rules(&transition.possible(RULES)), &rules(transition.news));
            for (operation, ids, status) in
                [("DisableAlertRules", off, "disabled"), ("EnableAlertRules", on, "enabled")]
            {
                if !ids.is_empty() {
                    call(cx, scope, operation, Some(json!({ "rule_ids": ids })), &[]).await?;
                    switched(cx, scope, &ids, status).await?;
                    called = true;
                }
            }
        }
        if transition.changed.contains(CONTACTS) {
            let before = addresses(transition.old_inputs);
            let (off, on) =
                differences(&before, &addresses(&transition.possible(CONTACTS)), &addresses(transition.news));
            for (operation, addresses) in [("DeleteContactPoint", off), ("CreateContactPoint", on)] {
                for address in addresses {
                    contact(cx, scope, operation, &address).await?;
                    called = true;
                }
            }
        }
        Ok(called)
    }

    async fn before_delete(&self, cx: &Context<'_>, scope: &Scope<'_>, olds: &Object) -> Result<()> {
        let on = rules(olds);
        // If all alerts were enabled together, a step of the descriptor disables all of them.
        if !on.is_empty() && !is_managed(olds) {
            call(cx, scope, "DisableAlertRules", Some(json!({ "rule_ids": on })), &[]).await?;
        }
        for address in addresses(olds) {
            contact(cx, scope, "DeleteContactPoint", &address).await?;
        }
        Ok(())
    }
}

/// The rules that were enabled: those that the program named, or all if it enabled all; none if the steps of this update have
/// switched all.
fn enabled_before(transition: Transition<'_>) -> BTreeSet<String> {
    match (transition.changed.contains(MANAGED), is_managed(transition.old_inputs)) {
        (true, _) => BTreeSet::new(),
        (false, true) => rules(transition.olds),
        (false, false) => rules(transition.old_inputs),
    }
}

/// The undesired elements that may exist, and the desired ones that do not certainly exist.
fn differences(
    before: &BTreeSet<String>,
    possible: &BTreeSet<String>,
    new: &BTreeSet<String>,
) -> (BTreeSet<String>, BTreeSet<String>) {
    (&(before | possible) - new, new - before)
}

/// Waits until the alerts have the status; alerts that are not listed are not waited for.
async fn switched(cx: &Context<'_>, scope: &mut Scope<'_>, ids: &BTreeSet<String>, status: &str) -> Result<()> {
    let listing = cx.resource.read.iter().find(|step| step.into.as_deref() == Some("alerts"));
    let Some(listing) = listing else { return Ok(()) };
    let (pace, began) = (PollInterval::of(cx.resource.wait.as_ref()), cx.spent());
    loop {
        let alerts = cx.perform(listing, scope, &[], false).await?.unwrap_or_default();
        let is_left = |alert: &&Json| {
            let id = alert.pointer("/preconfigured_data/preconfigured_rule_id").and_then(Json::as_str);
            id.is_some_and(|id| ids.contains(id)) && alert["rule_status"].as_str() != Some(status)
        };
        let left = alerts.as_array().into_iter().flatten().filter(is_left).count();
        fetch::merge(cx.resource, scope, Some("alerts"), alerts);
        if left == 0 {
            return Ok(());
        }
        cx.progress.status(&format!("waiting for {left} alerts to be {status}"));
        cx.pause(pace.pause(cx.spent().saturating_sub(began)), "waiting for the alerts to change").await?;
    }
}

/// Contact points remain after the alert manager is disabled and after an interrupted run: one that already exists, or is
/// already deleted, is not an error.
async fn contact(cx: &Context<'_>, scope: &Scope<'_>, operation: &str, address: &str) -> Result<()> {
    let Err(error) = call(cx, scope, operation, Some(json!({ "email": { "to": address } })), &[]).await else {
        return Ok(());
    };
    match error.source().and_then(|source| source.downcast_ref()) {
        Some(client::Error::Api(answer)) if answer.kind() == client::Kind::NotFound => Ok(()),
        Some(client::Error::Api(answer)) if answer.error_type() == Some("already_exists") => Ok(()),
        _ => Err(error),
    }
}

fn addresses(inputs: &Object) -> BTreeSet<String> {
    let points = inputs.get(CONTACTS).and_then(Value::as_array).unwrap_or_default();
    points.iter().filter_map(|point| point.as_object()?.text("email")).map(str::to_owned).collect()
}
