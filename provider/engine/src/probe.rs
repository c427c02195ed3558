//! Looking at something that is none of Scaleway's API until it is as expected. What is expected is decided in `local`.

use std::time::Duration;

use value::Object;

use crate::context::Context;
use crate::error::{Error, ErrorKind};
use crate::local::{self, Expectation, Unwell};

/// Looks until what the resource expects is seen, and gives what the state keeps of it; nothing where nothing is expected.
pub(crate) async fn expected(cx: &Context<'_>, inputs: &Object) -> Result<Object, Error> {
    let Some(expectation) = local::expects(cx.resource, inputs)? else { return Ok(Object::new()) };
    let Expectation { probe, interval, timeout, attempt, .. } = &expectation;
    let limit = (*timeout).min(cx.limit);
    let mut looks = 0;
    loop {
        looks += 1;
        // A look begins only while there is time for one, however short.
        let left = limit.saturating_sub(cx.spent()).max(Duration::from_secs(1));
        let seen = cx.client.probe(probe, (*attempt).min(left)).await.map_err(Error::of_client)?;
        let wrong = match expectation.met(&seen) {
            Ok(kept) => return Ok(kept),
            Err(wrong) => wrong,
        };
        let spent = cx.spent();
        if spent + *interval >= limit {
            return Err(unwell(looks, spent, &wrong));
        }
        cx.progress.status(&format!(
            "not healthy yet: {} ({} s of {} s)",
            wrong.what,
            spent.as_secs(),
            limit.as_secs()
        ));
        cx.client.pause(*interval).await.map_err(Error::of_client)?;
    }
}

fn unwell(looks: u32, spent: Duration, wrong: &Unwell) -> Error {
    let fact = match looks {
        1 => format!("not healthy: {wrong}"),
        _ => format!("not healthy after {} s: the last of {looks} looks saw {wrong}", spent.as_secs()),
    };
    Error::new(ErrorKind::Precondition, fact)
        .hint("look at the logs of what answers there, and run again; `timeoutSeconds` allows more time")
}
