//! Subscriptions: the topic is an ARN in requests, and may be an ID in the program.
//!
//! A descriptor is not sufficient because the ARN is composed of the parts of the ID.

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

    fn check(&self, _olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        if inputs.flag("redrivePolicy") == Some(true) {
            let reason = "cannot be true: Scaleway has no dead-letter queues of subscriptions; remove this input";
            failures.push(Failure { path: Path::root("redrivePolicy"), reason: reason.to_owned() });
        }
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
