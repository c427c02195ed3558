//! ParentLocks: changes to the children of one resource are serialized within this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// A lock for each parent.
#[derive(Debug, Default)]
pub(crate) struct ParentLocks {
    queues: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// A held lock; released when dropped.
pub(crate) type ParentLock = OwnedMutexGuard<()>;

impl ParentLocks {
    /// Waits for the lock of this key.
    pub(crate) async fn take(&self, key: &str) -> ParentLock {
        let queue = {
            let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(queues.entry(key.to_owned()).or_default())
        };
        queue.lock_owned().await
    }
}
