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
fn object_is_found_by_its_current_value_in_the_order_of_creation() {
    static PART: Kind = Kind { indexed: &["owner"], ..Kind::new("test/part", "Part", "parts", Missing::Message("")) };
    fn found(store: &Store, owner: &str) -> Vec<String> {
        store.with_value(&PART, "owner", owner).map(|part| part.id.clone()).collect()
    }
    let mut store = Store::default();
    for id in ["1", "2", "3"] {
        store.insert(Object::new(&PART, "", id, object(json!({ "owner": "one" }))));
    }
    store.insert(Object::new(&THING, "", "4", object(json!({ "owner": "one" }))));
    let mut of_new = Object::new(&PART, "", "5", object(json!({ "owner": null })));
    of_new.hidden.insert("owner".to_owned(), json!("one"));
    store.insert(of_new);
    assert_eq!(found(&store, "one"), ["1", "2", "3", "5"]);
    store.advance(START);
    assert_eq!(found(&store, "one"), ["1", "2", "3", "5"]);
    store.get_mut(&PART, "", "2").unwrap().fields.insert("owner".to_owned(), json!("two"));
    assert_eq!(
        (found(&store, "one"), found(&store, "two")),
        (vec!["1".into(), "3".into(), "5".into()], vec!["2".into()])
    );
    let changed = store.get_mut(&PART, "", "1").unwrap();
    changed.settle(START, Duration::from_secs(1), vec![object(json!({ "owner": "two" }))]);
    store.advance(START + Duration::from_secs(1));
    assert_eq!(
        (found(&store, "one"), found(&store, "two")),
        (vec!["3".into(), "5".into()], vec!["1".into(), "2".into()])
    );
    store.remove(&PART, "", "1").unwrap();
    store.get_mut(&PART, "", "2").unwrap();
    store.remove(&PART, "", "2").unwrap();
    store.advance(START + Duration::from_secs(2));
    assert_eq!((found(&store, "one"), found(&store, "two")), (vec!["3".into(), "5".into()], Vec::<String>::new()));
    assert_eq!(store.values.count("test/part", "owner"), 1, "the index has no values without objects");
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
