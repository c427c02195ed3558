//! Validation of domains of Transactional Email: checks of the DNS records, until they are valid or the time of the program is over.
//!
//! A descriptor is not sufficient because the status only changes after a check, so that the call is repeated instead of a read, and
//! because an input limits the time.

use std::time::Duration;

use value::Value;

use super::prelude::*;

/// See the module.
pub(super) struct DomainValidation;

#[async_trait]
impl Handler for DomainValidation {
    async fn after_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        let limit = transition.news.given("timeout").and_then(Value::as_f64).unwrap_or_default();
        let limit = Duration::try_from_secs_f64(limit).unwrap_or(Duration::MAX);
        let began = cx.spent();
        // A create has checked the records once.
        let mut status = wire::text(&scope.answers, "status").map(str::to_owned);
        let mut has_called = false;
        while status.as_deref().is_none_or(is_passing) {
            let shown = status.unwrap_or_default();
            if has_called || !shown.is_empty() {
                if cx.spent().saturating_sub(began) >= limit {
                    return Err(over(&shown, limit));
                }
                cx.pause_poll(began, &format!("waiting for the DNS records of the domain ({shown})")).await?;
            }
            let answer = call(cx, scope, "CheckDomain", Some(json!({})), &[]).await?;
            has_called = true;
            fetch::merge(cx.resource, scope, None, answer);
            status = Some(wire::text(&scope.answers, "status").unwrap_or_default().to_owned());
        }
        Ok(has_called)
    }
}

/// Whether a domain with this status may become valid with the next check.
fn is_passing(status: &str) -> bool {
    matches!(status, "" | "unknown" | "pending" | "unchecked" | "autoconfiguring")
}

fn over(status: &str, limit: Duration) -> Error {
    let fact = format!("the DNS records of the domain are not valid after {} s (`{status}`)", limit.as_secs());
    Error::new(ErrorKind::Precondition, fact)
        .hint("create the records in the outputs of the domain, or increase `timeout`, and run the command again")
}

#[cfg(test)]
#[path = "tem_domain_validation_tests.rs"]
mod tests;
