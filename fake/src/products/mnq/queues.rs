//! Queues: their attributes, and their messages as far as tests of programs need them.
//!
//! A message is delivered in the order of its arrival. Requests for messages do not wait.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

use super::caller::{MANAGE, PUBLISH, Protocol, RECEIVE};
use super::kinds::QUEUE;
use super::message_error::MessageError;
use super::wire::{Answer, Handler, Message, ReadMessage, Signed};
use crate::call::{WorldRef, object};
use crate::store::Object;

/// The numbers among the attributes, with minimum, maximum and default.
const NUMBERS: [(&str, i64, i64, &str); 5] = [
    ("DelaySeconds", 0, 900, "0"),
    ("MaximumMessageSize", 1024, 262_144, "262144"),
    ("MessageRetentionPeriod", 60, 1_209_600, "345600"),
    ("ReceiveMessageWaitTimeSeconds", 0, 20, "0"),
    ("VisibilityTimeout", 0, 43_200, "30"),
];
const FIFO: &str = "FifoQueue";
const DEDUPLICATION: &str = "ContentBasedDeduplication";
const POLICY: &str = "RedrivePolicy";
const SUFFIX: &str = ".fifo";

/// The handler of an operation, after the permissions that allow it: the credentials must have one of them.
pub(super) fn operation(action: &str) -> Option<(&'static [&'static str], Handler)> {
    Some(match action {
        "CreateQueue" => (&[MANAGE], Handler::Write(create)),
        "SetQueueAttributes" => (&[MANAGE], Handler::Write(set)),
        "DeleteQueue" => (&[MANAGE], Handler::Write(delete)),
        "PurgeQueue" => (&[MANAGE], Handler::Write(purge)),
        "GetQueueUrl" => (&[MANAGE, PUBLISH, RECEIVE], Handler::Read(url)),
        "GetQueueAttributes" => (&[MANAGE, PUBLISH, RECEIVE], Handler::Read(get)),
        "ListQueues" => (&[MANAGE], Handler::Read(list)),
        "SendMessage" => (&[PUBLISH], Handler::Write(send)),
        "ReceiveMessage" => (&[RECEIVE], Handler::Write(receive_message)),
        "DeleteMessage" => (&[RECEIVE], Handler::Write(delete_message)),
        _ => return None,
    })
}

fn create(message: &mut Message<'_>) -> Answer {
    let name = message.need("QueueName")?;
    let given = message.attributes();
    let is_fifo = given.iter().any(|(name, value)| name == FIFO && value == "true");
    if name.ends_with(SUFFIX) != is_fifo || !is_name(name.strip_suffix(SUFFIX).unwrap_or(&name)) || name.len() > 80 {
        return Err(MessageError::new("InvalidParameterValue", "The name of the queue is not valid."));
    }
    check(message, &given, is_fifo, true)?;
    let mut attributes: Map<String, Value> =
        NUMBERS.iter().map(|(name, _, _, default)| ((*name).to_owned(), json!(default))).collect();
    if is_fifo {
        attributes.insert(DEDUPLICATION.to_owned(), json!("false"));
    }
    attributes
        .extend(given.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.clone(), json!(value))));
    let answer = object(json!({ "QueueUrl": url_of(message, &name) }));
    if let Ok(existing) = queue(message, &name) {
        let same = given.iter().all(|(name, value)| existing.fields["attributes"][name] == json!(value));
        let text = "A queue with this name and other attributes already exists.";
        let differs = MessageError { old_code: "QueueAlreadyExists", ..MessageError::new("QueueNameExists", text) };
        return if same { Ok(answer) } else { Err(differs) };
    }
    let fields = json!({ "name": name, "project_id": message.caller.project, "attributes": attributes });
    let made = Object::new(&QUEUE, &message.caller.region, &id(message, &name), object(fields));
    message.world.store.insert(made);
    Ok(answer)
}

/// Whether a name, without the suffix of FIFO, has the characters of names of queues and topics.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Rejects attributes that the queue cannot have.
fn check(
    message: &Signed<impl WorldRef>,
    given: &[(String, String)],
    is_fifo: bool,
    is_new: bool,
) -> Result<(), MessageError> {
    let invalid =
        |name: &str| MessageError::new("InvalidAttributeValue", format!("Invalid value for the parameter {name}."));
    let unknown = |name: &str| MessageError::new("InvalidAttributeName", format!("Unknown Attribute {name}."));
    for (name, value) in given {
        if let Some((_, least, most, _)) = NUMBERS.iter().find(|(number, ..)| number == name) {
            if !value.parse::<i64>().is_ok_and(|number| (*least..=*most).contains(&number)) {
                return Err(invalid(name));
            }
            continue;
        }
        match name.as_str() {
            FIFO if is_new && value == "true" => {}
            DEDUPLICATION if is_fifo && matches!(value.as_str(), "true" | "false") => {}
            POLICY if value.is_empty() => {}
            POLICY => {
                let policy: Value = serde_json::from_str(value).map_err(|_| invalid(name))?;
                let count = policy["maxReceiveCount"].as_i64();
                let target = policy["deadLetterTargetArn"].as_str().unwrap_or_default();
                let start = message.caller.arn(Protocol::Sqs, "");
                let exists = target.strip_prefix(&start).is_some_and(|name| queue(message, name).is_ok());
                if !exists
                    || !count.is_some_and(|count| (1..=1000).contains(&count))
                    || target.ends_with(SUFFIX) != is_fifo
                {
                    return Err(invalid(name));
                }
            }
            FIFO => return Err(invalid(name)),
            _ => return Err(unknown(name)),
        }
    }
    Ok(())
}

fn set(message: &mut Message<'_>) -> Answer {
    let name = named(message)?;
    let given = message.attributes();
    check(message, &given, name.ends_with(SUFFIX), false)?;
    let queue = changed(message, &name)?;
    for (name, value) in given {
        let attributes = queue.fields.get_mut("attributes").and_then(Value::as_object_mut);
        let Some(attributes) = attributes else { continue };
        if value.is_empty() {
            attributes.remove(&name);
        } else {
            attributes.insert(name, json!(value));
        }
    }
    Ok(Map::new())
}

fn url(message: &ReadMessage<'_>) -> Answer {
    let name = message.need("QueueName")?;
    queue(message, &name)?;
    Ok(object(json!({ "QueueUrl": url_of(message, &name) })))
}

/// As recorded, an attribute without a value is omitted.
fn get(message: &ReadMessage<'_>) -> Answer {
    let name = named(message)?;
    let queue = queue(message, &name)?;
    let mut all = queue.fields["attributes"].as_object().cloned().unwrap_or_default();
    all.insert("QueueArn".to_owned(), json!(message.caller.arn(Protocol::Sqs, &name)));
    let messages = queue.hidden.get("messages").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let is_hidden = |one: &&Value| visible_at(one) > message.now;
    let hidden = messages.iter().filter(is_hidden).count();
    all.insert("ApproximateNumberOfMessages".to_owned(), json!((messages.len() - hidden).to_string()));
    all.insert("ApproximateNumberOfMessagesNotVisible".to_owned(), json!(hidden.to_string()));
    let names = message.fields.get("AttributeNames").and_then(Value::as_array).cloned().unwrap_or_default();
    all.retain(|name, _| names.iter().any(|requested| requested == "All" || requested == name));
    Ok(if all.is_empty() { Map::new() } else { object(json!({ "Attributes": all })) })
}

fn list(message: &ReadMessage<'_>) -> Answer {
    let start = message.text("QueueNamePrefix");
    let is_own = |queue: &&Object| {
        let Object { locality, .. } = queue;
        *locality == message.caller.region && queue.text("project_id") == message.caller.project
    };
    let own = message.world.store.of(&QUEUE).filter(is_own).map(|queue| queue.text("name"));
    let urls: Vec<String> = own.filter(|name| name.starts_with(start)).map(|name| url_of(message, name)).collect();
    Ok(object(json!({ "QueueUrls": urls })))
}

fn delete(message: &mut Message<'_>) -> Answer {
    let name = named(message)?;
    queue(message, &name)?;
    let id = id(message, &name);
    let removed = message.world.store.remove(&QUEUE, &message.caller.region, &id);
    removed.map(|_| Map::new()).map_err(|_| MessageError::no_queue(&name))
}

fn purge(message: &mut Message<'_>) -> Answer {
    let name = named(message)?;
    changed(message, &name)?.hidden.remove("messages");
    Ok(Map::new())
}

fn send(message: &mut Message<'_>) -> Answer {
    let (name, body) = (named(message)?, message.need("MessageBody")?);
    let (group, given) = (message.text("MessageGroupId").to_owned(), message.text("MessageDeduplicationId").to_owned());
    let attributes = queue(message, &name)?.fields["attributes"].clone();
    if attributes["MaximumMessageSize"]
        .as_str()
        .and_then(|size| size.parse().ok())
        .is_some_and(|size: usize| body.len() > size)
    {
        return Err(MessageError::new("InvalidParameterValue", "The message is larger than MaximumMessageSize."));
    }
    if name.ends_with(SUFFIX) && (group.is_empty() || (given.is_empty() && attributes[DEDUPLICATION] != "true")) {
        return Err(MessageError::missing("MessageGroupId, and MessageDeduplicationId or ContentBasedDeduplication"));
    }
    let (id, sum, sent) = (message.world.uuid(), hex::encode(Md5::digest(&body)), message.now.to_string());
    let stored = json!({ "MessageId": id, "Body": body, "MD5OfBody": sum, "visible_at": sent, "received": 0 });
    messages(changed(message, &name)?).push(stored);
    Ok(object(json!({ "MessageId": id, "MD5OfMessageBody": sum })))
}

fn receive_message(message: &mut Message<'_>) -> Answer {
    let name = named(message)?;
    let queue_attributes = queue(message, &name)?.fields["attributes"].clone();
    let most = message.fields.get("MaxNumberOfMessages").and_then(Value::as_u64).unwrap_or(1);
    let usual = queue_attributes["VisibilityTimeout"].as_str().and_then(|text| text.parse().ok()).unwrap_or(30);
    let seconds = message.fields.get("VisibilityTimeout").and_then(Value::as_i64).unwrap_or(usual);
    let hidden_until = message.now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
    let policy = queue_attributes[POLICY].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let limit = policy.as_ref().and_then(|policy| policy["maxReceiveCount"].as_i64());
    let (now, mut shown, mut moved) = (message.now, Vec::new(), Vec::new());
    messages(changed(message, &name)?).retain_mut(|one| {
        if u64::try_from(shown.len()).unwrap_or(u64::MAX) >= most || visible_at(one) > now {
            return true;
        }
        let count = one["received"].as_i64().unwrap_or_default() + 1;
        one["received"] = json!(count);
        if limit.is_some_and(|limit| count > limit) {
            moved.push(one.clone());
            return false;
        }
        one["visible_at"] = json!(hidden_until.to_string());
        let receipt = STANDARD.encode(format!("{} {count}", one["MessageId"]));
        one["receipt"] = json!(receipt);
        shown.push(json!({
            "MessageId": one["MessageId"], "ReceiptHandle": receipt, "MD5OfBody": one["MD5OfBody"], "Body": one["Body"],
        }));
        true
    });
    let target = policy.as_ref().and_then(|policy| policy["deadLetterTargetArn"].as_str()?.rsplit(':').next());
    if let Some(dead) = target.and_then(|target| changed(message, target).ok()) {
        messages(dead).append(&mut moved);
    }
    Ok(if shown.is_empty() { Map::new() } else { object(json!({ "Messages": shown })) })
}

fn delete_message(message: &mut Message<'_>) -> Answer {
    let (name, receipt) = (named(message)?, message.need("ReceiptHandle")?);
    messages(changed(message, &name)?).retain(|one| one["receipt"] != json!(receipt));
    Ok(Map::new())
}

/// The messages of a queue.
fn messages(queue: &mut Object) -> &mut Vec<Value> {
    let messages = queue.hidden.entry("messages").or_insert_with(|| json!([]));
    if !messages.is_array() {
        *messages = json!([]);
    }
    match messages {
        Value::Array(messages) => messages,
        _ => unreachable!("it is an array"),
    }
}

fn visible_at(one: &Value) -> Timestamp {
    one["visible_at"].as_str().and_then(|time| time.parse().ok()).unwrap_or(Timestamp::MIN)
}

/// The name in the URL of the request, which must be in the caller's project.
fn named(message: &Signed<impl WorldRef>) -> Result<String, MessageError> {
    let url = message.need("QueueUrl")?;
    let mut parts = url.rsplit('/');
    let (name, owner) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if owner != message.caller.owner() {
        return Err(MessageError::denied());
    }
    Ok(name.to_owned())
}

fn id(message: &Signed<impl WorldRef>, name: &str) -> String {
    format!("{}/{name}", message.caller.project)
}

fn url_of(message: &Signed<impl WorldRef>, name: &str) -> String {
    format!("{}/{}/{name}", message.endpoint, message.caller.owner())
}

fn queue<'m>(message: &'m Signed<impl WorldRef>, name: &str) -> Result<&'m Object, MessageError> {
    let found = message.world.store.get(&QUEUE, &message.caller.region, &id(message, name));
    found.map_err(|_| MessageError::no_queue(name))
}

fn changed<'m>(message: &'m mut Message<'_>, name: &str) -> Result<&'m mut Object, MessageError> {
    let (region, id) = (message.caller.region.clone(), id(message, name));
    message.world.store.get_mut(&QUEUE, &region, &id).map_err(|_| MessageError::no_queue(name))
}
