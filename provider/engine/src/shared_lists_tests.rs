//! Which reads a shared list answers, with an API in memory: objects with a version, and a list of all of them.
#![allow(clippy::unwrap_used)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::task::{Context as TaskContext, Poll, Waker};

use client::Clock;
use client::testing::ManualClock;
use proptest::prelude::*;
use serde_json::json;

use super::*;

const LEAST: usize = 4;
const PAGE: usize = 2;

/// Objects by ID with their version, and the number of lists that were sent.
#[derive(Default)]
struct Api {
    objects: RefCell<BTreeMap<String, u64>>,
    lists: Cell<usize>,
    fails: Cell<bool>,
}

impl Api {
    fn with(count: usize) -> Self {
        let api = Self::default();
        api.objects.borrow_mut().extend((0..count).map(|number| (number.to_string(), 0)));
        api
    }

    fn list(&self, most_pages: usize) -> Option<Pages> {
        self.lists.set(self.lists.get() + 1);
        if self.fails.get() {
            return None;
        }
        let objects = self.objects.borrow();
        let pages = objects.len().div_ceil(PAGE);
        if pages > most_pages {
            return Some(Pages::More(pages));
        }
        let elements = objects.iter().map(|(id, version)| json!({ "id": id, "version": version }));
        Some(Pages::All(elements.collect()))
    }
}

struct Request<'a> {
    api: &'a Api,
    clock: &'a ManualClock,
    id: &'a str,
}

impl ListRequest for Request<'_> {
    async fn send(&self, most_pages: usize) -> Option<Pages> {
        self.api.list(most_pages)
    }

    fn identity(&self) -> Option<&str> {
        Some("id")
    }

    fn select(&self, snapshot: &Snapshot) -> Option<Json> {
        snapshot.element(self.id)
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }
}

/// The version of an object in the shared list; `None` if the object should be read directly.
async fn read(lists: &SharedLists, api: &Api, clock: &ManualClock, id: &str) -> Option<u64> {
    let element = lists.element("objects".to_owned(), LEAST, &Request { api, clock, id }).await;
    element.map(|element| element["version"].as_u64().unwrap())
}

fn now<T>(future: impl Future<Output = T>) -> T {
    let Poll::Ready(value) = std::pin::pin!(future).poll(&mut TaskContext::from_waker(Waker::noop())) else {
        panic!("the list is not sent at once");
    };
    value
}

#[test]
fn first_reads_are_direct_and_later_reads_share_one_list() {
    let (lists, api, clock) = (SharedLists::default(), Api::with(6), ManualClock::new());
    let answers: Vec<Option<u64>> = (0..6).map(|id| now(read(&lists, &api, &clock, &id.to_string()))).collect();
    assert_eq!(answers, [None, None, None, Some(0), Some(0), Some(0)]);
    assert_eq!(api.lists.get(), 1);
}

#[test]
fn object_that_the_list_does_not_contain_is_read_directly() {
    let (lists, api, clock) = (SharedLists::default(), Api::with(4), ManualClock::new());
    let answers: Vec<Option<u64>> = (0..5).map(|id| now(read(&lists, &api, &clock, &id.to_string()))).collect();
    assert_eq!(answers[3..], [Some(0), None]);
}

#[test]
fn list_with_more_pages_than_reads_is_sent_when_there_are_as_many_reads() {
    let (lists, api, clock) = (SharedLists::default(), Api::with(20), ManualClock::new());
    let answers: Vec<bool> = (0..20).map(|id| now(read(&lists, &api, &clock, &id.to_string())).is_some()).collect();
    let pages = 20 / PAGE;
    assert_eq!(answers.iter().position(|listed| *listed), Some(pages - 1));
    assert_eq!(api.lists.get(), 2, "the first one ended after one page");
}

#[test]
fn list_that_fails_is_not_sent_again() {
    let (lists, api, clock) = (SharedLists::default(), Api::with(8), ManualClock::new());
    api.fails.set(true);
    let answers: Vec<Option<u64>> = (0..8).map(|id| now(read(&lists, &api, &clock, &id.to_string()))).collect();
    assert!(answers.iter().all(Option::is_none));
    assert_eq!(api.lists.get(), 1);
}

#[test]
fn polls_share_lists_of_the_last_moments_while_enough_waits_need_them() {
    let (lists, api, clock) = (SharedLists::default(), Api::with(5), ManualClock::new());
    lists.note_write();
    let mut waits: Vec<Waiting> = (0..5).map(|_| lists.wait("objects".to_owned(), LEAST)).collect();
    let poll =
        |waiting: &Waiting, id: &str, oldest| now(waiting.element(oldest, &Request { api: &api, clock: &clock, id }));
    let first = clock.now();
    assert!(waits.iter().enumerate().all(|(id, waiting)| poll(waiting, &id.to_string(), first).is_some()));
    assert_eq!(api.lists.get(), 1);

    clock.advance(Duration::from_secs(1));
    assert!(poll(&waits[0], "0", clock.now()).is_some());
    assert_eq!(api.lists.get(), 2, "the first list is too old");
    assert!(poll(&waits[1], "unknown", clock.now()).is_none());

    waits.truncate(LEAST - 1);
    assert!(poll(&waits[0], "0", first).is_none(), "too few waits");
    waits.push(lists.wait("objects".to_owned(), LEAST));
    assert!(poll(&waits[0], "0", first).is_some());
    waits[0].mark_useless();
    assert!(poll(&waits[0], "0", first).is_none());
}

/// What happens in a process and outside of it.
#[derive(Clone, Debug)]
enum Event {
    Read(usize),
    /// A change by another process.
    Change(usize),
    Delete(usize),
    /// A change by this process.
    Write(usize),
    Pass(u64),
}

fn event() -> impl Strategy<Value = Event> {
    let id = || 0..8_usize;
    prop_oneof![
        8 => id().prop_map(Event::Read),
        2 => id().prop_map(Event::Change),
        1 => id().prop_map(Event::Delete),
        1 => id().prop_map(Event::Write),
        2 => (1..8_u64).prop_map(Event::Pass),
    ]
}

proptest! {
    /// A list answers with a version that the object had within the last ten seconds, and never after a write of this process.
    #[test]
    fn answers_are_never_older_than_the_limit(events in prop::collection::vec(event(), 1..80)) {
        let (lists, api, clock) = (SharedLists::default(), Api::with(8), ManualClock::new());
        let start = clock.now();
        // Each version of each object, with the second until which it was the current one.
        let mut ended: BTreeMap<(String, u64), u64> = BTreeMap::new();
        let mut written = false;
        for event in events {
            let second = clock.now().duration_since(start).as_secs();
            match event {
                Event::Pass(seconds) => clock.advance(Duration::from_secs(seconds)),
                Event::Change(id) | Event::Write(id) => {
                    if matches!(event, Event::Write(_)) {
                        lists.note_write();
                        written = true;
                    }
                    if let Some(version) = api.objects.borrow_mut().get_mut(&id.to_string()) {
                        ended.insert((id.to_string(), *version), second);
                        *version += 1;
                    }
                }
                Event::Delete(id) => {
                    if let Some(version) = api.objects.borrow_mut().remove(&id.to_string()) {
                        ended.insert((id.to_string(), version), second);
                    }
                }
                Event::Read(id) => {
                    let Some(version) = now(read(&lists, &api, &clock, &id.to_string())) else { continue };
                    prop_assert!(!written, "an answer from a list after a write");
                    let until = ended.get(&(id.to_string(), version)).copied();
                    prop_assert!(until.is_none_or(|until| second - until <= MAX_AGE.as_secs()), "{id} {version}");
                }
            }
        }
    }
}
