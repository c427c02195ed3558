//! ParentLocks: changes to parts of one thing are made one after the other within this process. Knows no resource.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// A queue for each thing that is being changed.
#[derive(Debug, Default)]
pub(crate) struct ParentLocks {
    queues: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// The right to change; given back when dropped.
pub(crate) type ParentLock = OwnedMutexGuard<()>;

impl ParentLocks {
    /// Waits for a turn on the thing of this key.
    pub(crate) async fn take(&self, key: &str) -> ParentLock {
        let queue = {
            let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(queues.entry(key.to_owned()).or_default())
        };
        queue.lock_owned().await
    }
}
