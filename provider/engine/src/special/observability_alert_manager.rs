//! The alert manager of Cockpit: enabled alerts are a list, but the API has calls that enable and disable single ones.
//!
//! A descriptor is not sufficient because an alert that the program does not name is kept as it is, so the alerts to disable
//! are those that it named before. Assumes that `alerts` in the read steps lists every preconfigured alert.

use std::collections::BTreeSet;

use catalog::Settles;

use super::prelude::*;
use rules::special::observability_alert_manager::{MANAGED, RULES, is_managed, rules};

/// See the module.
pub(super) struct AlertManager;

#[async_trait]
impl Handler for AlertManager {
    async fn after_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        // The step that disables all alerts has disabled those of the program too.
        let are_all_disabled = transition.changed.contains(MANAGED) && !is_managed(transition.news);
        if !transition.changed.contains(RULES) && !are_all_disabled {
            return Ok(false);
        }
        let (before, new) = (enabled_before(transition), rules(transition.news));
        // Alerts that a failed update may have enabled are disabled too.
        let off = &(&before | &rules(&transition.possible(RULES))) - &new;
        let on = &new - &before;
        for (operation, ids) in [("DisableAlertRules", &off), ("EnableAlertRules", &on)] {
            if !ids.is_empty() {
                call(cx, scope, operation, Some(json!({ "rule_ids": ids })), &[]).await?;
                switched(cx, scope).await?;
            }
        }
        Ok(!off.is_empty() || !on.is_empty())
    }

    async fn before_delete(&self, cx: &Context<'_>, scope: &Scope<'_>, olds: &Object) -> Result<()> {
        let on = rules(olds);
        // If all alerts were enabled together, a step of the descriptor disables all of them.
        if !on.is_empty() && !is_managed(olds) {
            call(cx, scope, "DisableAlertRules", Some(json!({ "rule_ids": on })), &[]).await?;
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

/// Waits until no alert is being enabled or disabled. A refresh does not wait, because other users may switch alerts.
async fn switched(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let step = cx.resource.read.iter().find(|step| step.into.as_deref() == Some("alerts"));
    let passing = ["enabling", "disabling"].map(str::to_owned).into();
    let settles = Settles { field: "rule_status".to_owned(), passing, failed: Vec::new() };
    let Some(step) = step else { return Ok(()) };
    let alerts = fetch::settled_list(cx, step, &settles, scope, false).await?;
    fetch::merge(cx.resource, scope, Some("alerts"), alerts);
    Ok(())
}
