//! Topics: an attribute of FIFO topics is rejected for other topics.
//!
//! A descriptor is not sufficient because the attribute depends on another one, and so does the form of a name.

use serde_json::Value as Json;
use value::Object;

use super::Special;
use super::mnq_sqs_queue::check_name;
use crate::operation::Failure;
use crate::wire::Wire;

/// The longest name, with the suffix.
const LONGEST_NAME: usize = 256;

/// See the module.
pub(super) struct Topic;

impl Special for Topic {
    fn encode(&self, wire: &mut Wire) {
        let is_fifo = wire.get("FifoTopic").and_then(Json::as_bool) == Some(true);
        if !is_fifo && wire.get("ContentBasedDeduplication").and_then(Json::as_bool) != Some(true) {
            wire.remove("ContentBasedDeduplication");
        }
    }

    fn check(&self, _olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        check_name(inputs, "fifoTopic", "topic", LONGEST_NAME, failures);
    }
}

#[cfg(test)]
#[path = "mnq_sns_topic_tests.rs"]
mod tests;
