//! ARNs of topics and subscriptions.
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::super::{decoded, encoded};
use super::*;

const ARN: &str = "arn:scw:sns:fr-par:project-p1:main";

#[test]
fn topic_is_sent_as_an_arn() {
    assert_eq!(encoded(&Subscription, &json!({ "topic_id": "fr-par/p1/main" })), json!({ "TopicArn": ARN }));
    assert_eq!(encoded(&Subscription, &json!({ "TopicArn": ARN, "topic_id": "x" })), json!({ "TopicArn": ARN }));
    assert_eq!(encoded(&Subscription, &json!({ "topic_id": "main" })), json!({}));
}

#[test]
fn parts_of_the_id_are_read_from_the_arn() {
    let read = decoded(&Subscription, &json!({ "SubscriptionArn": format!("{ARN}:u1") }));
    assert_eq!((&read["topic_name"], &read["id"]), (&json!("main"), &json!("u1")));
    let pending = json!({ "SubscriptionArn": "pending confirmation" });
    assert_eq!(decoded(&Subscription, &pending), pending);
}

#[test]
fn redrive_policy_is_rejected() {
    let check = |inputs: &Object| {
        let mut failures = Vec::new();
        Subscription.check(&Object::new(), inputs, &mut failures);
        failures.len()
    };
    assert_eq!(check(&Object::new().with("redrivePolicy", true)), 1);
    assert_eq!(check(&Object::new().with("redrivePolicy", false)), 0);
}
