//! The points of an operation at which a handler can act.

use async_trait::async_trait;
use serde_json::Value as Json;
use value::Object;

use crate::context::Context;
use crate::transition::Transition;
use rules::error::Error;
use rules::scope::Scope;

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// The points at which a handler can act; the default of each does nothing.
#[async_trait]
pub(crate) trait Handler: Sync {
    /// Runs before a create is recorded, for an API whose create request succeeds if the object exists: fails if it exists.
    async fn before_create(&self, _cx: &Context<'_>, _scope: &Scope<'_>) -> Result<()> {
        Ok(())
    }

    /// Runs instead of the first create step, if it returns the created object.
    async fn send_create(&self, _cx: &Context<'_>, _scope: &Scope<'_>, _inputs: &Object) -> Result<Option<Json>> {
        Ok(None)
    }

    /// Looks up the object of a create whose response is ambiguous, instead of by its name and creation time.
    async fn created(&self, _cx: &Context<'_>, _scope: &Scope<'_>) -> Option<Result<Option<Json>>> {
        None
    }

    /// Runs before the steps of an update; returns whether it has read the current object.
    async fn before_change(&self, _: &Context<'_>, _: &mut Scope<'_>, _: Transition<'_>) -> Result<bool> {
        Ok(false)
    }

    /// Runs after the steps of a create or update; returns whether it made a call.
    async fn after_change(&self, _: &Context<'_>, _: &mut Scope<'_>, _: Transition<'_>) -> Result<bool> {
        Ok(false)
    }

    /// The same, for a handler that makes no calls after a create.
    async fn after_update(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        self.after_change(cx, scope, transition).await
    }

    /// Looks up the object under another ID, if there is none, or only a replaced one; returns whether the scope has
    /// changed to another object.
    async fn relocate(&self, _: &Context<'_>, _: &mut Scope<'_>, _state: &Object, _exists: bool) -> Result<bool> {
        Ok(false)
    }

    /// Runs after the read steps; adds the responses of further calls to those of the steps.
    async fn complete(&self, _cx: &Context<'_>, _scope: &mut Scope<'_>) -> Result<()> {
        Ok(())
    }

    /// Runs instead of the steps of a delete, if it returns whether there was an object to delete.
    async fn delete(&self, _cx: &Context<'_>, _scope: &mut Scope<'_>, _olds: &Object) -> Result<Option<bool>> {
        Ok(None)
    }

    /// Runs after a delete, when the object no longer exists.
    async fn after_delete(&self, _cx: &Context<'_>, _scope: &Scope<'_>, _olds: &Object) -> Result<()> {
        Ok(())
    }

    /// Runs before the steps of a delete.
    async fn before_delete(&self, _cx: &Context<'_>, _scope: &Scope<'_>, _olds: &Object) -> Result<()> {
        Ok(())
    }
}
