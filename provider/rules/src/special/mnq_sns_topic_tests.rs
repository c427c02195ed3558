//! Deduplication and names of topics.
#![allow(clippy::unwrap_used)]

use serde_json::json;
use value::Value;

use super::super::encoded;
use super::*;

#[test]
fn deduplication_is_sent_only_for_fifo_topics() {
    let sent = |fifo: bool, on: bool| encoded(&Topic, &json!({ "FifoTopic": fifo, "ContentBasedDeduplication": on }));
    assert_eq!(sent(true, false)["ContentBasedDeduplication"], false);
    assert_eq!(sent(false, false), json!({ "FifoTopic": false }));
}

#[test]
fn name_of_a_fifo_topic_ends_with_its_suffix() {
    let failures = |name: &str| {
        let inputs = Object::new().with("name", name).with("fifoTopic", Value::from(true));
        let mut failures = Vec::new();
        Topic.check(&Object::new(), &inputs, &mut failures);
        failures.into_iter().map(|failure| failure.reason).collect::<Vec<_>>()
    };
    assert_eq!(failures("main.fifo"), [""; 0]);
    assert!(failures("main")[0].contains("must end with `.fifo`"));
    assert!(failures(&format!("{}.fifo", "x".repeat(252)))[0].contains("at most 256"));
}
