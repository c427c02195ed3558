//! Health and login checks: polls a server or database until the result is as expected.

mod expectation;
mod health_check;
mod login_check;

use std::time::Duration;

use catalog::Resource;
use value::Object;

use crate::client_error::of_client;
use crate::context::Context;
use expectation::{Expectation, Target, Unhealthy};
use rules::error::{Error, ErrorKind};

/// The expectation of a check resource; `None` if the resource is not a check.
fn expectation(resource: &Resource, inputs: &Object) -> Result<Option<Expectation>, Error> {
    match resource.local.as_deref() {
        Some("health_check") => health_check::expectation(inputs).map(Some),
        Some("login_check") => login_check::expectation(inputs).map(Some),
        _ => Ok(None),
    }
}

/// Polls until the expectation is satisfied, and returns the outputs; empty if the resource is not a check.
pub(crate) async fn expected(cx: &Context<'_>, inputs: &Object) -> Result<Object, Error> {
    let Some(expectation) = expectation(cx.resource, &cx.secrets.resolved(inputs))? else { return Ok(Object::new()) };
    let Expectation { target, interval, timeout, attempt } = &expectation;
    let limit = (*timeout).min(cx.limit);
    let mut attempts = 0;
    loop {
        attempts += 1;
        // An attempt has at least one second.
        let left = limit.saturating_sub(cx.spent()).max(Duration::from_secs(1));
        let seen = match target {
            Target::Address { probe, .. } => cx.client.probe(probe, (*attempt).min(left)).await,
            Target::Database(login) => cx.client.log_in(login, (*attempt).min(left)).await,
        };
        let seen = seen.map_err(of_client)?;
        let wrong = match expectation.met(&seen) {
            Ok(kept) => return Ok(kept),
            Err(wrong) => wrong,
        };
        let spent = cx.spent();
        if spent + *interval >= limit {
            return Err(unhealthy(target, attempts, spent, &wrong));
        }
        cx.progress.status(&format!(
            "{} yet: {} ({} s of {} s)",
            target.missing(),
            wrong.what,
            spent.as_secs(),
            limit.as_secs()
        ));
        cx.client.pause(*interval).await.map_err(of_client)?;
    }
}

fn unhealthy(target: &Target, attempts: u32, spent: Duration, wrong: &Unhealthy) -> Error {
    let missing = target.missing();
    let fact = match attempts {
        1 => format!("{missing}: {wrong}"),
        _ => format!("{missing} after {} s: the last of {attempts} attempts returned {wrong}", spent.as_secs()),
    };
    Error::new(ErrorKind::Precondition, fact).hint(target.advice())
}
