//! Topics and their subscriptions. The fake delivers no messages.

use serde_json::{Map, Value, json};

use super::caller::{MANAGE, PUBLISH, Protocol, RECEIVE};
use super::kinds::{SUBSCRIPTION, TOPIC};
use super::message_error::MessageError;
use super::queues::is_name;
use super::wire::{Answer, Handler, Message, ReadMessage, Signed};
use crate::call::{WorldRef, object};
use crate::store::{Kind, Object};

const FIFO: &str = "FifoTopic";
const DEDUPLICATION: &str = "ContentBasedDeduplication";
const SUFFIX: &str = ".fifo";

/// The handler of an operation, after the permissions that allow it: the credentials must have one of them.
pub(super) fn operation(action: &str) -> Option<(&'static [&'static str], Handler)> {
    Some(match action {
        "CreateTopic" => (&[MANAGE], Handler::Write(create)),
        "SetTopicAttributes" => (&[MANAGE], Handler::Write(set)),
        "DeleteTopic" => (&[MANAGE], Handler::Write(delete)),
        "GetTopicAttributes" => (&[MANAGE, PUBLISH, RECEIVE], Handler::Read(get)),
        "ListTopics" => (&[MANAGE, PUBLISH, RECEIVE], Handler::Read(list)),
        "Subscribe" => (&[MANAGE, RECEIVE], Handler::Write(subscribe)),
        "GetSubscriptionAttributes" => (&[MANAGE, PUBLISH, RECEIVE], Handler::Read(get_subscription)),
        "SetSubscriptionAttributes" => (&[MANAGE], Handler::Write(set_subscription)),
        "ListSubscriptions" | "ListSubscriptionsByTopic" => (&[MANAGE, RECEIVE], Handler::Read(list_subscriptions)),
        "Unsubscribe" => (&[MANAGE, RECEIVE], Handler::Write(unsubscribe)),
        _ => return None,
    })
}

fn create(message: &mut Message<'_>) -> Answer {
    let (name, given) = (message.need("Name")?, message.attributes());
    let is_fifo = given.iter().any(|(name, value)| name == FIFO && value == "true");
    if name.ends_with(SUFFIX) != is_fifo || !is_name(name.strip_suffix(SUFFIX).unwrap_or(&name)) || name.len() > 256 {
        return Err(MessageError::invalid("Topic Name", "it is not valid"));
    }
    for (name, value) in &given {
        check(name, value, is_fifo, true)?;
    }
    let arn = message.caller.arn(Protocol::Sns, &name);
    let answer = object(json!({ "TopicArn": arn }));
    let mut attributes: Map<String, Value> = given.into_iter().map(|(name, value)| (name, json!(value))).collect();
    if is_fifo {
        attributes.entry(DEDUPLICATION).or_insert_with(|| json!("false"));
    }
    if let Ok(existing) = found(message, &TOPIC, &arn, "Topic") {
        let same = existing.fields["attributes"] == json!(attributes);
        let differs = || MessageError::invalid("Attributes", "Topic already exists with different attributes");
        return if same { Ok(answer) } else { Err(differs()) };
    }
    let fields = json!({ "name": name, "project_id": message.caller.project, "attributes": attributes });
    let made = Object::new(&TOPIC, &message.caller.region, &arn, object(fields));
    message.world.store.insert(made);
    Ok(answer)
}

fn check(name: &str, value: &str, is_fifo: bool, is_new: bool) -> Result<(), MessageError> {
    match name {
        FIFO if is_new && value == "true" => Ok(()),
        DEDUPLICATION if is_fifo && matches!(value, "true" | "false") => Ok(()),
        _ => Err(MessageError::invalid(name, "the topic cannot have this value")),
    }
}

fn set(message: &mut Message<'_>) -> Answer {
    let (arn, name, value) =
        (message.need("TopicArn")?, message.need("AttributeName")?, message.text("AttributeValue").to_owned());
    check(&name, &value, arn.ends_with(SUFFIX), false)?;
    let topic = changed(message, &TOPIC, &arn, "Topic")?;
    topic.fields["attributes"][name] = json!(value);
    Ok(Map::new())
}

fn get(message: &ReadMessage<'_>) -> Answer {
    let arn = message.need("TopicArn")?;
    let topic = found(message, &TOPIC, &arn, "Topic")?;
    let mut attributes = topic.fields["attributes"].as_object().cloned().unwrap_or_default();
    let own = || message.world.store.of(&SUBSCRIPTION).filter(|subscription| subscription.text("TopicArn") == arn);
    let pending = own().filter(|subscription| subscription.text("PendingConfirmation") == "true").count();
    attributes.insert("SubscriptionsConfirmed".to_owned(), json!((own().count() - pending).to_string()));
    attributes.insert("SubscriptionsDeleted".to_owned(), json!("0"));
    attributes.insert("SubscriptionsPending".to_owned(), json!(pending.to_string()));
    attributes.insert("Owner".to_owned(), json!(message.caller.owner()));
    attributes.insert("TopicArn".to_owned(), json!(arn));
    Ok(object(json!({ "Attributes": attributes })))
}

fn list(message: &ReadMessage<'_>) -> Answer {
    let topics: Vec<Value> = own(message, &TOPIC).map(|topic| json!({ "TopicArn": topic.id })).collect();
    Ok(object(json!({ "Topics": topics })))
}

/// As for AWS, the deletion of a missing topic succeeds. Subscriptions are deleted with their topic.
fn delete(message: &mut Message<'_>) -> Answer {
    let arn = message.need("TopicArn")?;
    is_own(message, &arn)?;
    let region = message.caller.region.clone();
    let is_part = |object: &Object| {
        let is_topic = object.kind == TOPIC.name && object.id == arn;
        let is_subscription = object.kind == SUBSCRIPTION.name && object.text("TopicArn") == arn;
        object.locality == region && (is_topic || is_subscription)
    };
    message.world.store.remove_where(is_part);
    Ok(Map::new())
}

/// Subscriptions to addresses on the web wait for a confirmation by the receiver, which does not exist here.
fn subscribe(message: &mut Message<'_>) -> Answer {
    let (topic, protocol) = (message.need("TopicArn")?, message.need("Protocol")?);
    found(message, &TOPIC, &topic, "Topic")?;
    let endpoint = message.text("Endpoint").to_owned();
    let fits = match protocol.as_str() {
        "http" => endpoint.starts_with("http://"),
        "https" => endpoint.starts_with("https://"),
        "lambda" => !endpoint.is_empty(),
        _ => return Err(MessageError::invalid("Protocol", "it is not http, https or lambda")),
    };
    if !fits {
        return Err(MessageError::invalid("Endpoint", "it is not an address of the protocol"));
    }
    let existing = message.world.store.of(&SUBSCRIPTION).find(|other| {
        other.text("TopicArn") == topic && other.text("Protocol") == protocol && other.text("Endpoint") == endpoint
    });
    if let Some(existing) = existing {
        return Ok(object(json!({ "SubscriptionArn": existing.id })));
    }
    let arn = format!("{topic}:{}", message.world.uuid());
    let mut fields: Map<String, Value> =
        message.attributes().into_iter().map(|(name, value)| (name, json!(value))).collect();
    fields.extend(object(json!({
        "Endpoint": endpoint, "Owner": message.caller.owner(), "Protocol": protocol, "SubscriptionArn": arn, "TopicArn": topic,
        "PendingConfirmation": if protocol == "lambda" { "false" } else { "true" },
    })));
    fields.insert("project_id".to_owned(), json!(message.caller.project));
    let made = Object::new(&SUBSCRIPTION, &message.caller.region, &arn, fields);
    message.world.store.insert(made);
    let shown = message.text("ReturnSubscriptionArn") == "true" || protocol == "lambda";
    Ok(object(json!({ "SubscriptionArn": if shown { arn } else { "pending confirmation".to_owned() } })))
}

fn get_subscription(message: &ReadMessage<'_>) -> Answer {
    let arn = message.need("SubscriptionArn")?;
    let mut fields = found(message, &SUBSCRIPTION, &arn, "Subscription")?.fields.clone();
    fields.remove("project_id");
    Ok(object(json!({ "Attributes": fields })))
}

fn set_subscription(message: &mut Message<'_>) -> Answer {
    let (arn, name, value) =
        (message.need("SubscriptionArn")?, message.need("AttributeName")?, message.text("AttributeValue").to_owned());
    if name != "RedrivePolicy" {
        return Err(MessageError::invalid("AttributeName", "it cannot be changed"));
    }
    changed(message, &SUBSCRIPTION, &arn, "Subscription")?.fields.insert(name, json!(value));
    Ok(Map::new())
}

fn list_subscriptions(message: &ReadMessage<'_>) -> Answer {
    let topic = message.text("TopicArn");
    let selected = own(message, &SUBSCRIPTION).filter(|one| topic.is_empty() || one.text("TopicArn") == topic);
    let shown = selected.map(|one| {
        let field = |name: &str| one.text(name).to_owned();
        json!({
            "SubscriptionArn": one.id, "Owner": field("Owner"), "Protocol": field("Protocol"), "Endpoint": field("Endpoint"),
            "TopicArn": field("TopicArn"),
        })
    });
    Ok(object(json!({ "Subscriptions": shown.collect::<Vec<_>>() })))
}

fn unsubscribe(message: &mut Message<'_>) -> Answer {
    let arn = message.need("SubscriptionArn")?;
    found(message, &SUBSCRIPTION, &arn, "Subscription")?;
    let removed = message.world.store.remove(&SUBSCRIPTION, &message.caller.region, &arn);
    removed.map(|_| Map::new()).map_err(|_| MessageError::not_found("Subscription"))
}

/// The objects of the caller's project.
fn own<'m>(message: &'m Signed<impl WorldRef>, kind: &Kind) -> impl Iterator<Item = &'m Object> {
    let is_own = |object: &&Object| {
        let is_here = object.locality == message.caller.region;
        is_here && object.text("project_id") == message.caller.project
    };
    message.world.store.of(kind).filter(is_own)
}

/// An ARN of another project is denied.
fn is_own(message: &Signed<impl WorldRef>, arn: &str) -> Result<(), MessageError> {
    let start = message.caller.arn(Protocol::Sns, "");
    if arn.starts_with(&start) { Ok(()) } else { Err(MessageError::denied()) }
}

fn found<'m>(
    message: &'m Signed<impl WorldRef>,
    kind: &Kind,
    arn: &str,
    noun: &str,
) -> Result<&'m Object, MessageError> {
    is_own(message, arn)?;
    message.world.store.get(kind, &message.caller.region, arn).map_err(|_| MessageError::not_found(noun))
}

fn changed<'m>(
    message: &'m mut Message<'_>,
    kind: &Kind,
    arn: &str,
    noun: &str,
) -> Result<&'m mut Object, MessageError> {
    is_own(message, arn)?;
    let region = message.caller.region.clone();
    message.world.store.get_mut(kind, &region, arn).map_err(|_| MessageError::not_found(noun))
}
