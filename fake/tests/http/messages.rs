//! Queues and topics: signatures, permissions, errors, and messages.

use axum::http::Request;
use scaleway_fake::{Fault, FaultKind, Running};
use serde_json::{Value, json};

use crate::sign::{Signer, signed_for};
use crate::storage::Storage;

/// A fake with an active service, and credentials for it.
struct Service {
    fake: Running,
    http: reqwest::Client,
    name: &'static str,
    access_key: String,
    secret_key: String,
}

impl Service {
    async fn new(name: &'static str, permissions: Value) -> Self {
        let Storage { fake, http } = Storage::new().await;
        let (access_key, secret_key) = (String::new(), String::new());
        let mut service = Self { fake, http, name, access_key, secret_key };
        service.post(&format!("activate-{name}"), json!({})).await;
        let made =
            service.post(&format!("{name}-credentials"), json!({ "name": "a", "permissions": permissions })).await;
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        (service.access_key, service.secret_key) = (text("access_key"), text("secret_key"));
        service
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/mnq/v1beta1/regions/fr-par/{path}", self.fake.url());
        let answer = self.http.post(url).header("x-auth-token", "any").json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// Status, error code and body of the response.
    async fn call(&self, action: &str, body: &str) -> (u16, String, String) {
        let request = Request::post(format!("{}/", self.fake.url()));
        let request = match self.name {
            "sqs" => request.header("x-amz-target", format!("AmazonSQS.{action}")),
            _ => request.header("content-type", "application/x-www-form-urlencoded"),
        };
        let body =
            if self.name == "sqs" { body.to_owned() } else { format!("Action={action}&Version=2010-03-31&{body}") };
        let key = Signer { access_key: &self.access_key, secret_key: &self.secret_key, region: "fr-par" };
        let request = signed_for(self.name, request.body(body.into_bytes()).unwrap(), &key);
        let response = self.http.execute(request.try_into().unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let old = response.headers().get("x-amzn-query-error").map(|code| code.to_str().unwrap().to_owned());
        let text = response.text().await.unwrap();
        let new = text.split_once("<Code>").map(|(_, rest)| rest.split('<').next().unwrap().to_owned());
        let code = old.map(|code| code.split(';').next().unwrap().to_owned()).or(new);
        (status, code.unwrap_or_default(), text)
    }

    async fn json(&self, action: &str, body: Value) -> Value {
        let (status, _, text) = self.call(action, &body.to_string()).await;
        assert_eq!(status, 200, "{action}: {text}");
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }

    async fn code(&self, action: &str, body: &str) -> (u16, String) {
        let (status, code, _) = self.call(action, body).await;
        (status, code)
    }
}

fn all() -> Value {
    json!({ "can_manage": true, "can_publish": true, "can_receive": true })
}

fn outcome(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn queue_is_created_once_with_other_attributes_rejected() {
    let sqs = Service::new("sqs", all()).await;
    let create = json!({ "QueueName": "main", "Attributes": { "VisibilityTimeout": "5" } });
    let url = sqs.json("CreateQueue", create.clone()).await["QueueUrl"].clone();
    assert!(url.as_str().unwrap().ends_with("/main") && url.as_str().unwrap().starts_with(&sqs.fake.url()), "{url}");
    assert_eq!(sqs.json("CreateQueue", create).await["QueueUrl"], url);
    let other = json!({ "QueueName": "main", "Attributes": { "VisibilityTimeout": "6" } }).to_string();
    assert_eq!(sqs.code("CreateQueue", &other).await, outcome(400, "QueueAlreadyExists"));
    assert_eq!(sqs.json("ListQueues", json!({})).await, json!({ "QueueUrls": [url] }));
    let set = json!({ "QueueUrl": url, "Attributes": { "VisibilityTimeout": "0" } });
    assert_eq!(sqs.json("SetQueueAttributes", set).await, Value::Null);
    let get = json!({ "QueueUrl": url, "AttributeNames": ["VisibilityTimeout", "RedrivePolicy"] });
    assert_eq!(sqs.json("GetQueueAttributes", get).await, json!({ "Attributes": { "VisibilityTimeout": "0" } }));
    for (attribute, value, code) in [
        ("VisibilityTimeout", "43201", "InvalidAttributeValue"),
        ("FifoQueue", "true", "InvalidAttributeValue"),
        ("ContentBasedDeduplication", "true", "InvalidAttributeName"),
        ("Unheard", "1", "InvalidAttributeName"),
        (
            "RedrivePolicy",
            "{\"deadLetterTargetArn\":\"arn:scw:sqs:fr-par:p:no\",\"maxReceiveCount\":1}",
            "InvalidAttributeValue",
        ),
    ] {
        let body = json!({ "QueueUrl": url, "Attributes": { attribute: value } }).to_string();
        assert_eq!(sqs.code("SetQueueAttributes", &body).await, outcome(400, code), "{attribute}");
    }
    let delete = json!({ "QueueUrl": url });
    assert_eq!(sqs.json("DeleteQueue", delete.clone()).await, Value::Null);
    let missing = outcome(404, "AWS.SimpleQueueService.NonExistentQueue");
    assert_eq!(sqs.code("DeleteQueue", &delete.to_string()).await, missing);
    assert_eq!(sqs.code("CreateQueue", "{\"QueueName\":\"a.fifo\"}").await, outcome(400, "InvalidParameterValue"));
}

#[tokio::test]
async fn messages_are_received_again_until_the_dead_letter_queue_gets_them() {
    let sqs = Service::new("sqs", all()).await;
    let dead = sqs.json("CreateQueue", json!({ "QueueName": "dead" })).await["QueueUrl"].clone();
    let arn = sqs.json("GetQueueAttributes", json!({ "QueueUrl": dead, "AttributeNames": ["QueueArn"] })).await;
    let policy = json!({ "deadLetterTargetArn": arn["Attributes"]["QueueArn"], "maxReceiveCount": 1 }).to_string();
    let attributes = json!({ "VisibilityTimeout": "0", "RedrivePolicy": policy });
    let url =
        sqs.json("CreateQueue", json!({ "QueueName": "main", "Attributes": attributes })).await["QueueUrl"].clone();
    let sent = sqs.json("SendMessage", json!({ "QueueUrl": url, "MessageBody": "hello" })).await;
    assert_eq!(sent["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");
    let count = json!({ "QueueUrl": url, "AttributeNames": ["ApproximateNumberOfMessages"] });
    assert_eq!(sqs.json("GetQueueAttributes", count).await["Attributes"]["ApproximateNumberOfMessages"], "1");
    let received = sqs.json("ReceiveMessage", json!({ "QueueUrl": url })).await;
    assert_eq!(received["Messages"][0]["Body"], "hello");
    assert_eq!(sqs.json("ReceiveMessage", json!({ "QueueUrl": url })).await, Value::Null, "it is moved");
    let moved = sqs.json("ReceiveMessage", json!({ "QueueUrl": dead })).await;
    assert_eq!(sqs.json("ReceiveMessage", json!({ "QueueUrl": dead })).await, Value::Null, "it is hidden for 30 s");
    let receipt = &moved["Messages"][0]["ReceiptHandle"];
    sqs.json("DeleteMessage", json!({ "QueueUrl": dead, "ReceiptHandle": receipt })).await;
    let count = json!({ "QueueUrl": dead, "AttributeNames": ["ApproximateNumberOfMessagesNotVisible"] });
    assert_eq!(sqs.json("GetQueueAttributes", count).await["Attributes"]["ApproximateNumberOfMessagesNotVisible"], "0");
}

#[tokio::test]
async fn topic_has_subscriptions_until_it_is_deleted() {
    let sns = Service::new("sns", all()).await;
    let (status, _, made) = sns.call("CreateTopic", "Name=main").await;
    assert_eq!(status, 200, "{made}");
    let arn = made.split_once("<TopicArn>").unwrap().1.split('<').next().unwrap().to_owned();
    let subscribe =
        format!("TopicArn={arn}&Protocol=https&Endpoint=https%3A%2F%2Fexample.org&ReturnSubscriptionArn=true");
    let (_, _, one) = sns.call("Subscribe", &subscribe).await;
    let (_, _, again) = sns.call("Subscribe", &subscribe).await;
    let arn_of = |text: &str| text.split_once("<SubscriptionArn>").unwrap().1.split('<').next().unwrap().to_owned();
    assert_eq!(arn_of(&one), arn_of(&again), "a repeated call creates nothing");
    assert_eq!(arn_of(&one).split(':').count(), 7);
    assert!(
        sns.call("GetTopicAttributes", &format!("TopicArn={arn}")).await.2.contains("<key>SubscriptionsPending</key>")
    );
    assert!(
        sns.call("ListSubscriptionsByTopic", &format!("TopicArn={arn}")).await.2.contains("<Protocol>https</Protocol>")
    );
    let fifo = format!("TopicArn={arn}&AttributeName=ContentBasedDeduplication&AttributeValue=true");
    assert_eq!(sns.code("SetTopicAttributes", &fifo).await, outcome(400, "InvalidParameter"));
    let email = format!("TopicArn={arn}&Protocol=email&Endpoint=a");
    assert_eq!(sns.code("Subscribe", &email).await, outcome(400, "InvalidParameter"));
    assert_eq!(sns.code("DeleteTopic", &format!("TopicArn={arn}")).await.0, 200);
    let gone = format!("SubscriptionArn={}", arn_of(&one));
    assert_eq!(sns.code("GetSubscriptionAttributes", &gone).await, outcome(404, "NotFound"));
    assert_eq!(sns.code("GetTopicAttributes", &format!("TopicArn={arn}")).await, outcome(404, "NotFound"));
}

#[tokio::test]
async fn only_valid_credentials_of_an_active_service_have_access() {
    let receiver = Service::new("sqs", json!({ "can_publish": true, "can_receive": true })).await;
    let mut sqs = Service::new("sqs", json!({ "can_manage": true })).await;
    let create = "{\"QueueName\":\"main\"}";
    let denied = outcome(400, "AccessDeniedException");
    assert_eq!(receiver.code("CreateQueue", create).await, denied, "without the permission");
    assert_eq!(receiver.code("ListQueues", "{}").await, denied, "without the permission");
    assert_eq!(sqs.code("ListQueues", "{}").await.0, 200);
    let key = std::mem::replace(&mut sqs.secret_key, "11111111-1111-4111-8111-111111111111".to_owned());
    assert_eq!(sqs.code("ListQueues", "{}").await, denied, "with another secret key");
    sqs.secret_key = key;
    let access = std::mem::replace(&mut sqs.access_key, "SCWXXXXXXXXXXXXXXXXX".to_owned());
    assert_eq!(sqs.code("ListQueues", "{}").await, denied, "with an API key");
    sqs.access_key = access;
    sqs.post("deactivate-sqs", json!({})).await;
    assert_eq!(sqs.code("ListQueues", "{}").await, denied, "after the deactivation");
}

#[tokio::test]
async fn log_and_faults_have_the_operation_of_a_message() {
    let sqs = Service::new("sqs", all()).await;
    sqs.fake.fault(
        Fault::at("/sqs/GetQueueUrl", FaultKind::Status { code: 403, body: None, retry_after: None }).method("GET"),
    );
    let get = "{\"QueueName\":\"main\"}";
    assert_eq!(sqs.code("GetQueueUrl", get).await, outcome(403, "AccessDeniedException"));
    assert_eq!(sqs.code("GetQueueUrl", get).await.0, 404);
    let last = sqs.fake.requests().pop().unwrap();
    assert_eq!((last.method.as_str(), last.path.as_str()), ("GET", "/sqs/GetQueueUrl"));
    assert_eq!(last.operation.as_deref(), Some("GetQueueUrl"));
}
