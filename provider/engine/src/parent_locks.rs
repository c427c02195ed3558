//! ParentLocks: changes to the children of one resource are serialized within this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// A lock for each parent.
#[derive(Debug, Default)]
pub(crate) struct ParentLocks {
    queues: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    /// The parents of parents that were read: they never change.
    parents: Mutex<HashMap<String, String>>,
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

    /// The parent of a parent, if it was read before.
    pub(crate) fn parent_of(&self, uuid: &str) -> Option<String> {
        self.parents.lock().unwrap_or_else(PoisonError::into_inner).get(uuid).cloned()
    }

    /// Stores the parent of a parent.
    pub(crate) fn note_parent(&self, uuid: &str, parent: &str) {
        self.parents.lock().unwrap_or_else(PoisonError::into_inner).insert(uuid.to_owned(), parent.to_owned());
    }
}
