//! Lists that answer many reads or many polls: which of them sends a list, and how long others use it. What a list contains is
//! not known here (`listed_object`).
//!
//! After the first write of this process no list answers a read, because a list may lag behind a change. Polls use a list only
//! to find out that they have to wait longer.

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
    /// For reads, by path and query.
    lists: Mutex<HashMap<String, Arc<SharedList>>>,
    /// For polls, by path and query.
    polled: Mutex<HashMap<String, Arc<SharedList>>>,
    written: AtomicBool,
}

#[derive(Debug)]
struct SharedList {
    /// How many reads this list could have answered so far, or how many waits poll one of its objects.
    users: AtomicUsize,
    /// The number of users from which on the list is fewer calls than they are.
    worthwhile: AtomicUsize,
    /// The user that holds the lock sends the list; the others wait for it.
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

/// A list request, and how an object is found in its response.
pub(crate) trait ListRequest {
    /// Sends the list, but reads at most so many pages of it; `None` after an error, which a direct read reports.
    async fn send(&self, most_pages: usize) -> Option<Pages>;
    /// The field that identifies an element, if there is one.
    fn identity(&self) -> Option<&str>;
    /// The object.
    fn select(&self, snapshot: &Snapshot) -> Option<Json>;
    /// The time by the client's clock.
    fn now(&self) -> Instant;
}

/// One wait for an object of a list.
#[derive(Debug)]
pub(crate) struct Waiting(Arc<SharedList>);

impl SharedLists {
    /// Notes that this process changes an object at Scaleway.
    pub(crate) fn note_write(&self) {
        self.written.store(true, Relaxed);
    }

    /// An element of a list; `None` if the object should be read directly. The list is sent if the last one is too old. `least`
    /// is the first read that may send it.
    pub(crate) async fn element(&self, key: String, least: usize, request: &impl ListRequest) -> Option<Json> {
        let list = shared(&self.lists, key, least);
        let is_direct = || self.written.load(Relaxed) || !list.is_worthwhile();
        list.users.fetch_add(1, Relaxed);
        let is_recent = |began| request.now().saturating_duration_since(began) < MAX_AGE;
        list.element(is_direct, is_recent, request).await
    }

    /// Notes a wait that will poll an object of this list. `least` is the number of waits from which on they may share polls.
    pub(crate) fn wait(&self, key: String, least: usize) -> Waiting {
        let list = shared(&self.polled, key, least);
        list.users.fetch_add(1, Relaxed);
        Waiting(list)
    }
}

impl Waiting {
    /// An element of a list that was sent at `oldest` or later; `None` if the object should be read directly.
    pub(crate) async fn element(&self, oldest: Instant, request: &impl ListRequest) -> Option<Json> {
        self.0.element(|| !self.0.is_worthwhile(), |began| began >= oldest, request).await
    }

    /// Notes that the elements of this list do not show what is awaited: it is not sent again.
    pub(crate) fn mark_useless(&self) {
        self.0.worthwhile.store(usize::MAX, Relaxed);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.users.fetch_sub(1, Relaxed);
    }
}

impl SharedList {
    fn is_worthwhile(&self) -> bool {
        self.users.load(Relaxed) >= self.worthwhile.load(Relaxed)
    }

    async fn element(
        &self,
        is_direct: impl Fn() -> bool,
        is_recent: impl FnOnce(Instant) -> bool,
        request: &impl ListRequest,
    ) -> Option<Json> {
        if is_direct() {
            return None;
        }
        let mut snapshot = self.snapshot.lock().await;
        if is_direct() {
            return None;
        }
        if !snapshot.as_ref().is_some_and(|last| is_recent(last.began)) {
            *snapshot = None;
            let began = request.now();
            match request.send(self.users.load(Relaxed)).await {
                Some(Pages::All(elements)) => *snapshot = Some(Snapshot::new(began, elements, request.identity())),
                Some(Pages::More(pages)) => self.worthwhile.store(pages, Relaxed),
                None => self.worthwhile.store(usize::MAX, Relaxed),
            }
        }
        snapshot.as_ref().filter(|_| !is_direct()).and_then(|snapshot| request.select(snapshot))
    }
}

/// The list of this path and query.
fn shared(lists: &Mutex<HashMap<String, Arc<SharedList>>>, key: String, least: usize) -> Arc<SharedList> {
    let mut lists = lists.lock().unwrap_or_else(PoisonError::into_inner);
    let new = || {
        let (users, worthwhile) = (AtomicUsize::new(0), AtomicUsize::new(least));
        Arc::new(SharedList { users, worthwhile, snapshot: tokio::sync::Mutex::new(None) })
    };
    Arc::clone(lists.entry(key).or_insert_with(new))
}

impl Snapshot {
    fn new(began: Instant, elements: Vec<Json>, identity: Option<&str>) -> Self {
        let identity = |element: &Json| wire::plain_text(element.get(identity?)?);
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
