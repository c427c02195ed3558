//! The policy of the dead-letter queue.

use super::super::{decoded, encoded};
use super::*;

const ID: &str = "fr-par/11111111-1111-1111-1111-111111111111/dead";
const ARN: &str = "arn:scw:sqs:fr-par:project-11111111-1111-1111-1111-111111111111:dead";

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
