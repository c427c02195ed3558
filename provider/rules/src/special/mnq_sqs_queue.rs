//! Queues: the policy of the dead-letter queue is a JSON string, in which the queue is an ARN.
//!
//! A descriptor is not sufficient because the fields are inside of a string, because the ARN is composed of the parts of an ID,
//! and because an attribute of FIFO queues is rejected for other queues.

use serde_json::{Value as Json, json};
use value::{Object, Path, Value};

use super::Special;
use crate::operation::Failure;
use crate::wire::{self, Wire};

/// The field with the policy of the dead-letter queue.
const POLICY: &str = "RedrivePolicy";
/// The field with the ARN of the dead-letter queue in the policy.
const TARGET: &str = "deadLetterTargetArn";
/// The field with the number of receipts in the policy.
const COUNT: &str = "maxReceiveCount";

/// The suffix of the names of FIFO queues and topics.
pub(super) const FIFO: &str = ".fifo";
/// The longest name, with the suffix.
const LONGEST_NAME: usize = 80;

/// See the module.
pub(super) struct Queue;

impl Special for Queue {
    fn encode(&self, wire: &mut Wire) {
        if let Some(policy) = wire.get_mut(POLICY) {
            let sent = match &mut *policy {
                Json::Object(fields) => {
                    let target = fields.get(TARGET).and_then(Json::as_str).map(arn_of);
                    Json::from(json!({ TARGET: target, COUNT: fields.get(COUNT) }).to_string())
                }
                other => other.take(),
            };
            *policy = sent;
        }
        let is_fifo = wire.get("FifoQueue").and_then(Json::as_bool) == Some(true);
        if !is_fifo && wire.get("ContentBasedDeduplication").and_then(Json::as_bool) != Some(true) {
            wire.remove("ContentBasedDeduplication");
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

    fn check(&self, _olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        check_name(inputs, "fifoQueue", "queue", LONGEST_NAME, failures);
    }
}

/// The rules of names and of attributes of FIFO queues and topics.
pub(super) fn check_name(inputs: &Object, fifo: &str, noun: &str, longest: usize, failures: &mut Vec<Failure>) {
    let mut fail = |name: &str, reason: String| failures.push(Failure { path: Path::root(name), reason });
    if inputs.get(fifo).is_some_and(Value::is_unknown) {
        return;
    }
    let is_fifo = inputs.flag(fifo) == Some(true);
    if !is_fifo && inputs.flag("contentBasedDeduplication") == Some(true) {
        fail("contentBasedDeduplication", format!("requires `{fifo}`: set `{fifo}` to true, or remove this input"));
    }
    let Some(name) = inputs.text("name") else { return };
    let base = if is_fifo { name.strip_suffix(FIFO) } else { Some(name) };
    let Some(base) = base else {
        return fail("name", format!("must end with `{FIFO}` if `{fifo}` is true"));
    };
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if base.is_empty() || !base.bytes().all(is_valid) {
        let end = if is_fifo { format!(", and `{FIFO}` at the end") } else { String::new() };
        fail("name", format!("must have only letters, digits, hyphens and underscores{end}"));
    } else if name.len() > longest {
        fail("name", format!("must have at most {longest} characters: the name of the {noun} has {}", name.len()));
    }
}

/// The project in the URL of a queue, or in the ARN of a topic.
pub fn project_of(address: &str) -> Option<&str> {
    address.rsplit(['/', ':']).nth(1)?.strip_prefix("project-")
}

/// The ARN of a queue with this ID; an ARN stays as it is.
fn arn_of(id: &str) -> String {
    let parts: Vec<&str> = id.split('/').collect();
    match parts.as_slice() {
        [region, project, name] => format!("arn:scw:sqs:{region}:project-{project}:{name}"),
        _ => id.to_owned(),
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
