//! Queues: the policy of the dead-letter queue is a JSON string, in which the queue is an ARN.
//!
//! A descriptor is not sufficient because the fields are inside of a string.

use super::hooks::Special;
use crate::convert;
use crate::wire::{self, Wire};
use serde_json::{Value as Json, json};

/// The field with the policy of the dead-letter queue.
const POLICY: &str = "RedrivePolicy";
/// The field with the ARN of the dead-letter queue in the policy.
const TARGET: &str = "deadLetterTargetArn";
/// The field with the number of receipts in the policy.
const COUNT: &str = "maxReceiveCount";

/// See the module.
pub(super) struct Queue;

impl Special for Queue {
    fn encode(&self, wire: &mut Wire) {
        if let Some(policy) = wire.get_mut(POLICY) {
            let sent = match &mut *policy {
                Json::Object(fields) => {
                    let target = fields
                        .get(TARGET)
                        .and_then(Json::as_str)
                        .map(|id| convert::arn("sqs", id).unwrap_or_else(|| id.to_owned()));
                    Json::from(json!({ TARGET: target, COUNT: fields.get(COUNT) }).to_string())
                }
                other => other.take(),
            };
            *policy = sent;
        }
    }

    fn decode(&self, wire: &mut Wire) {
        let text = wire::text(wire, POLICY).filter(|text| !text.is_empty());
        let policy = text.and_then(|text| serde_json::from_str::<Json>(text).ok());
        let Some(Json::Object(mut fields)) = policy else {
            wire.remove(POLICY);
            return;
        };
        if let Some(id) = fields.get(TARGET).and_then(Json::as_str).and_then(id_of) {
            fields.insert(TARGET.to_owned(), Json::from(id));
        }
        // Some implementations of SQS return the number as a string.
        if let Some(count) = fields.get(COUNT).and_then(|count| count.as_str()?.parse::<i64>().ok()) {
            fields.insert(COUNT.to_owned(), Json::from(count));
        }
        wire.insert(POLICY.to_owned(), Json::Object(fields));
    }
}

/// The ID of the queue with this ARN.
fn id_of(arn: &str) -> Option<String> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, _, region, project, name] => Some(format!("{region}/{}/{name}", project.strip_prefix("project-")?)),
        _ => None,
    }
}

#[cfg(test)]
#[path = "mnq_sqs_queue_tests.rs"]
mod tests;
