//! ARNs of topics, and the policy that subscriptions cannot have.
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::super::encoded;
use super::*;

const ARN: &str = "arn:scw:sns:fr-par:project-p1:main";

#[test]
fn topic_is_sent_as_an_arn() {
    assert_eq!(encoded(&Subscription, &json!({ "topic_id": "fr-par/p1/main" })), json!({ "TopicArn": ARN }));
    assert_eq!(encoded(&Subscription, &json!({ "TopicArn": ARN, "topic_id": "x" })), json!({ "TopicArn": ARN }));
    assert_eq!(encoded(&Subscription, &json!({ "topic_id": "main" })), json!({}));
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
