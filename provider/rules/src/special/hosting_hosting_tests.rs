//! Options and tags of web hosting plans.

use serde_json::json;
use value::{Object, Value};

use super::super::encoded;
use super::{Hosting, Special};

#[test]
fn each_option_has_a_quantity() {
    let wire = encoded(&Hosting, &json!({ "offer_options": ["a", "b"] }));
    assert_eq!(wire, json!({ "offer_options": [{ "id": "a", "quantity": 1 }, { "id": "b", "quantity": 1 }] }));
    assert_eq!(encoded(&Hosting, &json!({ "tags": [] })), json!({ "tags": [] }));
}

#[test]
fn tag_of_scaleway_is_ignored_unless_the_program_has_it() {
    let tags = |tags: &[&str]| -> Object {
        let tags: Vec<Value> = tags.iter().map(|tag| Value::from(*tag)).collect();
        [("tags".to_owned(), Value::from(tags))].into_iter().collect()
    };
    let after = |inputs: &Object| {
        let mut state = tags(&["one", "internal"]);
        Hosting.adjust_state(inputs, &serde_json::Map::new(), &mut state);
        state
    };
    assert_eq!(after(&tags(&["one"])), tags(&["one"]));
    assert_eq!(after(&Object::new()), tags(&["one"]));
    assert_eq!(after(&tags(&["internal", "one"])), tags(&["one", "internal"]));
}
