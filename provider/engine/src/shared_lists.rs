//! Lists that answer many reads: which read sends a list, and how long others use it. What a list contains is not known
//! here (`listed_object`).
//!
//! After the first write of this process no list is used, because a list may lag behind a change.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use client::Pages;
use rules::wire;
use serde_json::Value as Json;

/// How long a list answers reads. Changes by others during that time are as invisible as changes after a direct read, which
/// happens at any time of a refresh.
const MAX_AGE: Duration = Duration::from_secs(10);

/// The lists of this process.
#[derive(Debug, Default)]
pub(crate) struct SharedLists {
    /// By path and query.
    lists: Mutex<HashMap<String, Arc<SharedList>>>,
    written: AtomicBool,
}

#[derive(Debug)]
struct SharedList {
    /// How many reads this list could have answered so far.
    reads: AtomicUsize,
    /// The number of reads from which on the list is fewer calls than they are.
    worthwhile: AtomicUsize,
    /// The read that holds the lock sends the list; the others wait for it.
    snapshot: tokio::sync::Mutex<Option<Snapshot>>,
}

/// The elements of a list at one time.
#[derive(Debug)]
pub(crate) struct Snapshot {
    began: Instant,
    elements: Json,
    /// The positions of the elements by identity, for lists of objects that have one.
    positions: HashMap<String, usize>,
}

impl SharedLists {
    /// Notes that this process changes an object at Scaleway.
    pub(crate) fn note_write(&self) {
        self.written.store(true, Relaxed);
    }

    /// An element of a list; `None` if the object should be read directly. `send` sends the list if the last one is too old.
    ///
    /// `send` gets the number of pages that are worth reading. `least` is the first read that may send the list.
    pub(crate) async fn element<F, E>(
        &self,
        key: String,
        least: usize,
        now: impl Fn() -> Instant,
        send: impl FnOnce(usize) -> F,
        field: Option<&str>,
        select: impl FnOnce(&Snapshot) -> Option<Json>,
    ) -> Option<Json>
    where
        F: Future<Output = Result<Pages, E>>,
    {
        let list = self.list(key, least);
        let is_direct = || self.written.load(Relaxed) || list.reads.load(Relaxed) < list.worthwhile.load(Relaxed);
        list.reads.fetch_add(1, Relaxed);
        if is_direct() {
            return None;
        }
        let mut snapshot = list.snapshot.lock().await;
        if is_direct() {
            return None;
        }
        if snapshot.as_ref().is_none_or(|last| now().saturating_duration_since(last.began) >= MAX_AGE) {
            *snapshot = None;
            let began = now();
            match send(list.reads.load(Relaxed)).await {
                Ok(Pages::All(elements)) => *snapshot = Some(Snapshot::new(began, elements, field)),
                Ok(Pages::More(pages)) => list.worthwhile.store(pages, Relaxed),
                // The direct reads report the error.
                Err(_) => list.worthwhile.store(usize::MAX, Relaxed),
            }
        }
        snapshot.as_ref().filter(|_| !self.written.load(Relaxed)).and_then(select)
    }

    fn list(&self, key: String, least: usize) -> Arc<SharedList> {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            let (reads, worthwhile) = (AtomicUsize::new(0), AtomicUsize::new(least));
            Arc::new(SharedList { reads, worthwhile, snapshot: tokio::sync::Mutex::new(None) })
        };
        Arc::clone(lists.entry(key).or_insert_with(new))
    }
}

impl Snapshot {
    fn new(began: Instant, elements: Vec<Json>, field: Option<&str>) -> Self {
        let identity = |element: &Json| wire::plain_text(element.get(field?)?);
        let positions = elements.iter().enumerate();
        let positions = positions.filter_map(|(at, element)| Some((identity(element)?, at))).collect();
        Self { began, elements: Json::Array(elements), positions }
    }

    /// The element with this identity.
    pub(crate) fn element(&self, identity: &str) -> Option<Json> {
        self.elements.get(*self.positions.get(identity)?).cloned()
    }

    /// All elements.
    pub(crate) fn elements(&self) -> &Json {
        &self.elements
    }
}

#[cfg(test)]
#[path = "shared_lists_tests.rs"]
mod tests;
