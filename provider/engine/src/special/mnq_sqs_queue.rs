//! Queues: the URL is looked up before a change, and the name of a deleted queue stays in use for a while.
//!
//! A descriptor is not sufficient because an update sends the URL, which only a response contains.

use super::prelude::*;

/// See the module.
pub(super) struct Queue;

#[async_trait]
impl Handler for Queue {
    async fn before_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, _: Transition<'_>) -> Result<bool> {
        fetch::read(cx, scope, false).await?;
        Ok(true)
    }

    /// A deletion takes up to 60 seconds.
    async fn after_delete(&self, cx: &Context<'_>, scope: &Scope<'_>, _olds: &Object) -> Result<()> {
        let began = cx.spent();
        loop {
            match fetch::read(cx, &mut scope.clone(), false).await {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(error),
                Ok(()) => cx.pause_poll(began, "waiting for the deletion of the queue").await?,
            }
        }
    }
}
