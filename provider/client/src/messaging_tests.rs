//! Requests equal recorded ones, and recorded responses are parsed.
#![allow(clippy::unwrap_used)]

use http::Method;
use serde::Deserialize;

use super::*;
use crate::settings::Credentials;

const TOPIC: &str = "arn:scw:sns:fr-par:project-1:main.fifo";

fn messaging(service: &str, action: &str, attributes: &Value) -> Messaging {
    let format = json!({ "service": service, "action": action, "attributes": attributes });
    let credentials = Some(Credentials::new("key", "canary"));
    let format = MessageFormat::deserialize(format).unwrap();
    Messaging { region: "fr-par".to_owned(), endpoint: None, credentials, format }
}

fn settings(api: &str) -> Settings {
    Settings::new(Url::parse(api).unwrap())
}

fn written(method: Method, query: &[(&str, &str)], body: Value, messaging: &Messaging) -> Request<Bytes> {
    let mut call = Call::new(method, "/", &[]).unwrap().body(body);
    for (name, value) in query {
        call = call.query(*name, *value);
    }
    write(&settings("https://api.scaleway.com"), &call, messaging).unwrap()
}

fn parsed(method: Method, messaging: &Messaging, body: &str) -> Result<Value, String> {
    read(&Call::new(method, "/", &[]).unwrap(), messaging, body.as_bytes())
}

#[test]
fn attributes_of_a_queue_are_strings_in_a_map() {
    let create = messaging("sqs", "CreateQueue", &json!({ "VisibilityTimeout": "integer", "FifoQueue": "boolean" }));
    let body = json!({ "QueueName": "main.fifo", "VisibilityTimeout": 30, "FifoQueue": true, "Other": null });
    let request = written(Method::POST, &[], body, &create);
    assert_eq!(
        (request.method(), request.uri().to_string().as_str()),
        (&Method::POST, "https://sqs.mnq.fr-par.scaleway.com/")
    );
    assert_eq!(request.headers()["x-amz-target"], "AmazonSQS.CreateQueue");
    assert_eq!(request.headers()["content-type"], "application/x-amz-json-1.0");
    assert_eq!(request.headers()["x-amzn-query-mode"], "true");
    let expected =
        json!({ "QueueName": "main.fifo", "Attributes": { "VisibilityTimeout": "30", "FifoQueue": "true" } });
    assert_eq!(serde_json::from_slice::<Value>(request.body()).unwrap(), expected);
}

#[test]
fn attributes_that_are_read_have_the_types_of_the_document() {
    let get =
        messaging("sqs", "GetQueueAttributes", &json!({ "VisibilityTimeout": "integer", "FifoQueue": "boolean" }));
    let request = written(Method::GET, &[("QueueUrl", "https://q")], Value::Null, &get);
    let expected = json!({ "QueueUrl": "https://q", "AttributeNames": ["FifoQueue", "VisibilityTimeout"] });
    assert_eq!(serde_json::from_slice::<Value>(request.body()).unwrap(), expected);
    let body = r#"{"Attributes":{"FifoQueue":"true","VisibilityTimeout":"30","QueueArn":"arn"}}"#;
    let expected = json!({ "FifoQueue": true, "VisibilityTimeout": 30, "QueueArn": "arn" });
    assert_eq!(parsed(Method::GET, &get, body), Ok(expected));
    assert_eq!(parsed(Method::GET, &get, ""), Err("it is empty".to_owned()));
    assert_eq!(parsed(Method::GET, &get, "{\"Attrib"), Err("it is truncated".to_owned()));
    assert_eq!(parsed(Method::PATCH, &get, ""), Ok(Value::Null));
}

#[test]
fn topic_is_created_and_changed_as_recorded() {
    let kinds = json!({ "ContentBasedDeduplication": "boolean", "FifoTopic": "boolean" });
    let create = messaging("sns", "CreateTopic", &kinds);
    let body = json!({ "Name": "main.fifo", "ContentBasedDeduplication": true, "FifoTopic": true });
    let request = written(Method::POST, &[], body, &create);
    assert_eq!(request.uri().to_string(), "https://sns.mnq.fr-par.scaleway.com/");
    assert_eq!(
        String::from_utf8_lossy(request.body()),
        "Action=CreateTopic&Attributes.entry.1.key=ContentBasedDeduplication&Attributes.entry.1.value=true\
         &Attributes.entry.2.key=FifoTopic&Attributes.entry.2.value=true&Name=main.fifo&Version=2010-03-31"
    );
    let set = messaging("sns", "SetTopicAttributes", &kinds);
    let request = written(Method::PATCH, &[], json!({ "TopicArn": TOPIC, "ContentBasedDeduplication": false }), &set);
    assert_eq!(
        String::from_utf8_lossy(request.body()),
        "Action=SetTopicAttributes&AttributeName=ContentBasedDeduplication&AttributeValue=false\
         &TopicArn=arn%3Ascw%3Asns%3Afr-par%3Aproject-1%3Amain.fifo&Version=2010-03-31"
    );
}

#[test]
fn attributes_of_a_topic_are_read_from_xml() {
    let get = messaging("sns", "GetTopicAttributes", &json!({ "FifoTopic": "boolean" }));
    let body = format!(
        "<GetTopicAttributesResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><GetTopicAttributesResult>\
         <Attributes>\n  <entry><key>FifoTopic</key><value>true</value></entry>\
         <entry><key>TopicArn</key><value>{TOPIC}</value></entry></Attributes></GetTopicAttributesResult>\
         <ResponseMetadata><RequestId>tx1</RequestId></ResponseMetadata></GetTopicAttributesResponse>"
    );
    assert_eq!(parsed(Method::GET, &get, &body), Ok(json!({ "FifoTopic": true, "TopicArn": TOPIC })));
    let other = messaging("sns", "CreateTopic", &json!({}));
    assert!(parsed(Method::GET, &other, &body).unwrap_err().contains("instead of `CreateTopicResponse`"));
    assert_eq!(parsed(Method::GET, &get, "<GetTopicAttributesResponse>"), Err("it is truncated".to_owned()));
}

#[test]
fn error_codes_are_read_from_the_header_and_the_body() {
    let mut headers = HeaderMap::new();
    let body = br#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"Queue \"q\" does not exist."}"#;
    let (code, message) = error(MessageService::Sqs, &headers, body);
    assert_eq!((code.as_deref(), message.as_deref()), (Some("QueueDoesNotExist"), Some("Queue \"q\" does not exist.")));
    headers.insert(OLD_CODE, "AWS.SimpleQueueService.NonExistentQueue;Sender".parse().unwrap());
    assert_eq!(
        error(MessageService::Sqs, &headers, body).0.as_deref(),
        Some("AWS.SimpleQueueService.NonExistentQueue")
    );
    let xml = b"<ErrorResponse><Error><Type>Sender</Type><Code>AccessDeniedException</Code><Message>No.</Message></Error></ErrorResponse>";
    let (code, message) = error(MessageService::Sns, &headers, xml);
    assert_eq!((code.as_deref(), message.as_deref()), (Some("AccessDeniedException"), Some("No.")));
    assert_eq!(error(MessageService::Sns, &headers, b"<html>"), (None, None));
}

#[test]
fn endpoints_of_scaleway_are_on_this_machine_if_the_api_is() {
    let of = |api: &str, given: Option<&str>| {
        let endpoint = given.map(str::to_owned);
        let messaging = Messaging { endpoint, ..messaging("sqs", "CreateQueue", &json!({})) };
        super::endpoint(&settings(api), &messaging).map(|url| url.to_string())
    };
    let (real, local) = ("https://api.scaleway.com", "http://127.0.0.1:8080");
    let template = Some("https://sqs.mnq.{region}.scaleway.com");
    assert_eq!(of(real, None).as_deref(), Ok("https://sqs.mnq.fr-par.scaleway.com/"));
    assert_eq!(of(real, template), of(real, None));
    for given in [None, template, Some("https://sqs.mnq.nl-ams.scaleway.com")] {
        assert_eq!(of(local, given).as_deref(), Ok("http://127.0.0.1:8080/"), "{given:?}");
    }
    for api in [real, local] {
        assert_eq!(of(api, Some("http://{region}.localhost:9324")).as_deref(), Ok("http://fr-par.localhost:9324/"));
        assert_eq!(of(api, Some("https://evilscaleway.com")).as_deref(), Ok("https://evilscaleway.com/"));
        assert!(of(api, Some("sqs.example.org")).is_err());
    }
}

#[test]
fn debug_shows_no_key() {
    let shown = format!("{:?}", messaging("sqs", "CreateQueue", &json!({})));
    assert!(shown.contains("CreateQueue") && !shown.contains("canary"), "{shown}");
}
