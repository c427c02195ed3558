//! The outermost parent of a resource, such as the load balancer of an ACL of a frontend: operations hold its lock, and wait
//! until it is ready.

use std::pin::pin;
use std::time::Duration;

use catalog::{Resource, Source, Within};
use value::Object;

use crate::context::Context;
use crate::parent_locks::ParentLock;
use crate::{fetch, wait};
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;
use rules::wire;

/// How often an operation that waits for a lock checks its timeout; a cancellation takes effect at once.
const LOCK_CHECK: Duration = Duration::from_secs(1);

/// Waits for the lock of the parent, at most until the timeout.
pub(crate) async fn lock(cx: &Context<'_>, scope: &Scope<'_>) -> Result<Option<ParentLock>, Error> {
    // A resource with children uses the same lock as they do.
    let whole = || scope.parts.uuid.clone().filter(|_| cx.resource.has_parts);
    let key = Box::pin(outermost(cx, scope)).await?.map(|(_, uuid)| uuid).or_else(whole);
    let Some(key) = key else { return Ok(None) };
    let mut lock = pin!(cx.parent_locks.take(&key));
    loop {
        tokio::select! {
            biased;
            lock = &mut lock => return Ok(Some(lock)),
            paused = cx.pause(LOCK_CHECK, "waiting for another operation on the same parent") => paused?,
        }
    }
}

/// Waits until the parent of the resource has a stable status after the change.
pub(crate) async fn settled(cx: &Context<'_>, scope: &Scope<'_>) -> Result<(), Error> {
    let Some((parent, uuid)) = outermost(cx, scope).await? else { return Ok(()) };
    let mut whole = Scope::of_id(parent, &localized(scope, &uuid), &Object::new(), cx.defaults)?;
    // A change of the part may change the parent, so its responses may lag too. A delete does not expect it to exist.
    whole.fresh = scope.fresh;
    wait::settled(&cx.on(parent), &mut whole, true).await
}

/// The outermost parent of a resource, and its UUID. A parent that does not exist is the last one.
async fn outermost<'a>(cx: &Context<'a>, scope: &Scope<'_>) -> Result<Option<(&'a Resource, String)>, Error> {
    let Some((mut resource, mut uuid)) = parent_in(cx, cx.resource.within.as_ref(), scope) else { return Ok(None) };
    while let Some(within) = &resource.within {
        let known = cx.parent_locks.parent_of(&uuid);
        let next = match known.and_then(|parent| Some((cx.catalog.resources.get(&within.token)?, parent))) {
            None => read_parent(cx, resource, within, &localized(scope, &uuid)).await?,
            known => known,
        };
        let Some((parent, parent_uuid)) = next else { break };
        cx.parent_locks.note_parent(&uuid, &parent_uuid);
        (resource, uuid) = (parent, parent_uuid);
    }
    Ok(Some((resource, uuid)))
}

/// The parent of an object, which is read; none if the object does not exist.
async fn read_parent<'a>(
    cx: &Context<'a>,
    resource: &'a Resource,
    within: &Within,
    id: &str,
) -> Result<Option<(&'a Resource, String)>, Error> {
    let mut scope = Scope::of_id(resource, id, &Object::new(), cx.defaults)?;
    match fetch::read(&cx.on(resource), &mut scope, false).await {
        Ok(()) => Ok(parent_in(cx, Some(within), &scope)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn parent_in<'a>(cx: &Context<'a>, within: Option<&Within>, scope: &Scope<'_>) -> Option<(&'a Resource, String)> {
    let within = within?;
    let id = scope.source(&Source::Property(within.property.clone()));
    Some((cx.catalog.resources.get(&within.token)?, id.as_ref().and_then(wire::plain_text)?))
}

fn localized(scope: &Scope<'_>, uuid: &str) -> String {
    scope.locality().map_or_else(|| uuid.to_owned(), |locality| format!("{locality}/{uuid}"))
}
