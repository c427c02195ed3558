//! Tests of the objects in memory, and of their pending changes.

use serde_json::json;

use super::*;
use crate::call::object;

static THING: Kind = Kind::new("test/thing", "Thing", "things", Missing::Message("gone"));
const START: Timestamp = Timestamp::UNIX_EPOCH;

fn status_after(store: &mut Store, seconds: u64) -> String {
    store.advance(START + Duration::from_secs(seconds));
    store.get(&THING, "", "1").map_or("gone".to_owned(), |thing| thing.text("status").to_owned())
}

fn store_of(thing: Object) -> Store {
    let mut store = Store::default();
    store.insert(thing);
    store
}

#[test]
fn steps_share_the_time_and_later_changes_wait_for_earlier_ones() {
    let mut thing = Object::new(&THING, "", "1", object(json!({ "status": "creating" })));
    let steps = ["error", "ready"].map(|status| object(json!({ "status": status })));
    thing.settle(START, Duration::from_secs(10), steps.to_vec());
    thing.settle(START, Duration::from_secs(10), vec![object(json!({ "status": "upgraded" }))]);
    let mut store = store_of(thing);
    let seen = [4, 5, 10, 19, 20].map(|seconds| status_after(&mut store, seconds));
    assert_eq!(seen, ["creating", "error", "ready", "ready", "upgraded"]);
}

#[test]
fn parts_of_a_key_without_a_field_are_hidden() {
    static PART: Kind =
        Kind { id: "", key: &["thing_id", "name"], ..Kind::new("a/b", "B", "bs", Missing::Message("")) };
    let part = Object::new(&PART, "", "1/a/b", object(json!({ "name": "a/b" })));
    assert_eq!(Value::Object(part.fields), json!({ "name": "a/b" }));
    assert_eq!(Value::Object(part.hidden), json!({ "thing_id": "1" }));
}

#[test]
fn removal_replaces_pending_changes() {
    let mut thing = Object::new(&THING, "", "1", object(json!({ "status": "creating" })));
    thing.settle(START, Duration::from_secs(1), vec![object(json!({ "status": "ready" }))]);
    thing.vanish(START, Duration::from_secs(5));
    let mut store = store_of(thing);
    assert_eq!([4, 5].map(|seconds| status_after(&mut store, seconds)), ["creating", "gone"]);
}
