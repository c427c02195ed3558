//! Subscriptions: the topic is an ARN in requests, and the ID of the resource has parts of the ARN of the subscription.
//!
//! A descriptor is not sufficient because an ARN is composed of, and divided into, the parts of IDs.

use serde_json::Value as Json;
use value::{Object, Path};

use super::Special;
use crate::operation::Failure;
use crate::wire::{self, Wire};

/// The field with the ARN of the topic.
const TOPIC: &str = "TopicArn";
/// The field with the ID of the topic, which no request contains.
const TOPIC_ID: &str = "topic_id";

/// See the module.
pub(super) struct Subscription;

impl Special for Subscription {
    fn encode(&self, wire: &mut Wire) {
        let id = wire.remove(TOPIC_ID);
        if let (None, Some(arn)) = (wire::text(wire, TOPIC), id.as_ref().and_then(Json::as_str).and_then(arn_of)) {
            wire.insert(TOPIC.to_owned(), Json::from(arn));
        }
    }

    fn decode(&self, wire: &mut Wire) {
        add_parts(wire);
    }

    fn check(&self, _olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        if inputs.flag("redrivePolicy") == Some(true) {
            let reason = "cannot be true: Scaleway has no dead-letter queues of subscriptions; remove this input";
            failures.push(Failure { path: Path::root("redrivePolicy"), reason: reason.to_owned() });
        }
    }
}

/// Adds the UUID and the name of the topic, from the ARN of the subscription.
pub fn add_parts(wire: &mut Wire) {
    let arn = wire::text(wire, "SubscriptionArn").unwrap_or_default().to_owned();
    let parts: Vec<&str> = arn.split(':').collect();
    if let ["arn", _, _, _, _, topic, uuid] = parts.as_slice() {
        wire.insert("topic_name".to_owned(), Json::from(*topic));
        wire.insert("id".to_owned(), Json::from(*uuid));
    }
}

/// The ARN of the topic with this ID.
fn arn_of(id: &str) -> Option<String> {
    let parts: Vec<&str> = id.split('/').collect();
    match parts.as_slice() {
        [region, project, name] => Some(format!("arn:scw:sns:{region}:project-{project}:{name}")),
        _ => None,
    }
}

#[cfg(test)]
#[path = "mnq_sns_topic_subscription_tests.rs"]
mod tests;
