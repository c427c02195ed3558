//! The policy of the dead-letter queue, and the rules of names.
#![allow(clippy::unwrap_used)]

use super::super::{decoded, encoded};
use super::*;

const ID: &str = "fr-par/11111111-1111-1111-1111-111111111111/dead";
const ARN: &str = "arn:scw:sqs:fr-par:project-11111111-1111-1111-1111-111111111111:dead";

fn failures(inputs: &[(&str, Value)]) -> Vec<String> {
    let inputs = inputs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let mut failures = Vec::new();
    Queue.check(&Object::new(), &inputs, &mut failures);
    failures.into_iter().map(|failure| failure.reason).collect()
}

#[test]
fn dead_letter_queue_is_sent_as_an_arn_in_a_string() {
    let expected = json!({ TARGET: ARN, COUNT: 5 }).to_string();
    for id in [ID, ARN] {
        let sent = encoded(&Queue, &json!({ POLICY: { TARGET: id, COUNT: 5 } }));
        assert_eq!(sent[POLICY], json!(expected), "{id}");
    }
    assert_eq!(encoded(&Queue, &json!({ POLICY: "" }))[POLICY], "", "removes the policy");
    assert_eq!(encoded(&Queue, &json!({})), json!({}));
}

#[test]
fn dead_letter_queue_is_read_as_an_id() {
    for count in [json!(5), json!("5")] {
        let text = json!({ TARGET: ARN, COUNT: count }).to_string();
        assert_eq!(decoded(&Queue, &json!({ POLICY: text })), json!({ POLICY: { TARGET: ID, COUNT: 5 } }));
    }
    let foreign = json!({ TARGET: "arn:aws:sqs:other", COUNT: 5 });
    assert_eq!(decoded(&Queue, &json!({ POLICY: foreign.to_string() })), json!({ POLICY: foreign }));
    for absent in ["", "{", "[]"] {
        assert_eq!(decoded(&Queue, &json!({ POLICY: absent })), json!({}), "{absent}");
    }
}

#[test]
fn deduplication_is_sent_only_for_fifo_queues() {
    let sent = |fifo: bool, on: bool| {
        let wire = json!({ "FifoQueue": fifo, "ContentBasedDeduplication": on });
        encoded(&Queue, &wire).get("ContentBasedDeduplication").cloned()
    };
    assert_eq!(sent(true, false), Some(json!(false)));
    assert_eq!(sent(true, true), Some(json!(true)));
    assert_eq!(sent(false, false), None);
}

#[test]
fn names_follow_the_rules_of_sqs() {
    let (fifo, plain) = (("fifoQueue", Value::from(true)), ("fifoQueue", Value::from(false)));
    let name = |text: &str| ("name", Value::from(text));
    assert!(failures(&[name("a-b_1"), plain.clone()]).is_empty());
    assert!(failures(&[name("main.fifo"), fifo.clone()]).is_empty());
    assert!(failures(&[name("main"), ("fifoQueue", Value::UNKNOWN)]).is_empty());
    let of = |inputs: &[(&str, Value)]| failures(inputs).pop().unwrap_or_default();
    assert!(of(&[name("main"), fifo.clone()]).contains("must end with `.fifo`"));
    assert!(of(&[name("main.fifo"), plain.clone()]).contains("letters, digits"));
    assert!(of(&[name(&"x".repeat(81)), plain.clone()]).contains("at most 80"));
    assert!(of(&[name(".fifo"), fifo]).contains("letters, digits"));
    assert!(of(&[plain, ("contentBasedDeduplication", Value::from(true))]).contains("requires `fifoQueue`"));
}

#[test]
fn project_is_read_from_the_url_or_the_arn() {
    assert_eq!(project_of("arn:scw:sns:fr-par:project-p1:main.fifo"), Some("p1"));
    assert_eq!(project_of("https://sqs.mnq.fr-par.scaleway.com/project-p1/main"), Some("p1"));
    assert_eq!(project_of("https://sqs.example.org/queue/main"), None);
    assert_eq!(project_of(""), None);
}
