//! What an application makes of its inputs, at a monitor that only notes.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::recorder::Recorder;
use crate::{Request, construct, problems};

fn request(inputs: &Object) -> Request<'_> {
    Request { token: Application.token(), name: "evalap", inputs, given: inputs, parts: &[] }
}

fn services(of: &[Object]) -> Value {
    Value::from(of.iter().cloned().map(Value::from).collect::<Vec<_>>())
}

fn whole() -> Object {
    let services = services(&[
        object! { "name": "api", "image": "i", "healthPath": "/health" },
        object! { "name": "web-site", "image": "j", "usesDatabase": false, "isPublic": true },
    ]);
    object! {
        "environment": "production", "owner": "data", "services": services, "withDatabase": true,
        "withRegistry": true, "withMonitoring": true, "access": object! { "objectStorage": "read" },
        "secrets": object! { "model-key": "hidden" }, "withStorage": true,
        "storage": object! { "expireAfterDays": 30.0, "webOrigins": vec![Value::from("https://evalap.example")] },
    }
}

fn recorder() -> Recorder {
    Recorder::real()
        .telling("evalap-network", object! { "privateNetworkId": "fr-par/network" })
        .telling("evalap-database", object! { "connectionString": "postgresql://u:p@h/d" })
        .telling(
            "evalap-storage",
            object! { "bucketName": "evalap-files", "apiEndpoint": "https://s3", "region": "fr-par" },
        )
        .telling("evalap-identity", object! { "accessKey": "SCW", "secretKey": "hidden too" })
        .telling("evalap-service-api", object! { "endpoint": "https://api" })
        .telling("evalap-service-web-site", object! { "endpoint": "https://web" })
}

#[tokio::test]
async fn everything_is_wired() {
    let recorder = recorder();
    let inputs = whole();
    let made = construct(&recorder, request(&inputs)).await.unwrap();
    let database = recorder.child("evalap-database");
    assert!(database.is_component);
    assert_eq!(database.inputs.text("privateNetworkId"), Some("fr-par/network"));
    assert_eq!(database.inputs.text("owner"), Some("data"));
    let api = recorder.child("evalap-service-api").inputs;
    assert_eq!(api.text("name"), Some("evalap-api"));
    let secret = api["secretVariables"].as_object().unwrap();
    assert_eq!(secret.text("DATABASE_URL"), Some("postgresql://u:p@h/d"));
    assert_eq!(secret.text("MODEL_KEY"), Some("hidden"));
    assert!(api["secretVariables"].is_secret());
    let web = recorder.child("evalap-service-web-site").inputs;
    assert!(!web["secretVariables"].as_object().unwrap().contains_key("DATABASE_URL"));
    assert_eq!(web["environmentVariables"].as_object().unwrap().text("API_URL"), Some("https://api"));
    assert_eq!(made.outputs["endpoints"].as_object().unwrap().text("web-site"), Some("https://web"));
    let told = web["environmentVariables"].as_object().unwrap();
    for (name, value) in [("S3_BUCKET", "evalap-files"), ("S3_ENDPOINT", "https://s3"), ("S3_REGION", "fr-par")] {
        assert_eq!(told.text(name), Some(value));
    }
    let storage = recorder.child("evalap-storage").inputs;
    assert!(storage.contains_key("corsRules") && storage.contains_key("lifecycleRules"));
    let access = recorder.child("evalap-identity").inputs["access"].as_object().unwrap().clone();
    assert_eq!(access.text("objectStorage"), Some("read"), "what the program says wins");
    assert!(made.outputs["databaseUrl"].is_secret());
    let state = State { outputs: &made.outputs, is_preview: false };
    let arguments = object! { "service": "api", "path": "/docs" };
    assert_eq!(Application.call("url", &state, &arguments).unwrap().text("url"), Some("https://api/docs"));
    let wrong = Application.call("url", &state, &object! { "service": "x" }).unwrap_err();
    assert!(wrong[0].reason.contains("`api`, `web-site`"));
}

#[tokio::test]
async fn every_part_can_be_left_out_or_be_another_one() {
    let recorder = Recorder::real();
    let inputs = object! { "environment": "dev", "privateNetworkId": "fr-par/theirs", "databaseUrl": "postgresql://" };
    let made = construct(&recorder, request(&inputs)).await.unwrap();
    assert_eq!(recorder.order(), ["component", "outputs"]);
    assert_eq!(made.outputs.text("privateNetworkId"), Some("fr-par/theirs"));
    assert!(made.outputs["databaseUrl"].is_secret());
}

#[tokio::test]
async fn a_bucket_that_exists_is_told_by_its_id_and_may_be_used() {
    let recorder = Recorder::real();
    let inputs = object! {
        "environment": "dev", "privateNetworkId": "fr-par/theirs", "storageBucketId": "nl-ams/their-files",
        "services": services(&[object! { "name": "api", "image": "i" }]),
    };
    let made = construct(&recorder, request(&inputs)).await.unwrap();
    let api = recorder.child("evalap-service-api").inputs;
    let told = api["environmentVariables"].as_object().unwrap();
    assert_eq!(told.text("S3_BUCKET"), Some("their-files"));
    assert_eq!(told.text("S3_ENDPOINT"), Some("https://s3.nl-ams.scw.cloud"));
    assert_eq!(told.text("S3_REGION"), Some("nl-ams"));
    let access = recorder.child("evalap-identity").inputs["access"].as_object().unwrap().clone();
    assert_eq!(access.text("objectStorage"), Some("write"));
    assert_eq!(made.outputs.text("storageBucketName"), Some("their-files"));
}

#[tokio::test]
async fn a_preview_registers_all_parts_although_nothing_is_known() {
    let recorder = Recorder::preview();
    let inputs = whole();
    let made = construct(&recorder, request(&inputs)).await.unwrap();
    assert_eq!(recorder.order().len(), 11, "{:?}", recorder.order());
    assert!(made.outputs["databaseUrl"].is_unknown() && made.outputs["databaseUrl"].is_secret());
}

#[test]
fn what_does_not_fit_together_is_told_at_once() {
    let inputs = object! {
        "environment": "dev", "services": services(&[object! { "name": "Api" }, object! { "name": "a" }, object! { "name": "a" }]),
        "databaseUrl": Value::UNKNOWN, "database": Object::new(), "alertEmails": Value::UNKNOWN,
        "storage": Object::new(), "storageBucketId": "files",
    };
    let told: Vec<String> = problems(request(&inputs)).iter().map(|problem| problem.path.to_string()).collect();
    assert_eq!(told, ["services[0].name", "services[2].name", "database", "storage", "storageBucketId", "alertEmails"]);
}

#[tokio::test]
async fn an_empty_list_of_alert_emails_means_no_alerts() {
    for monitored in [true, false] {
        let recorder = recorder();
        let inputs = whole().with("alertEmails", Vec::<Value>::new()).with("withMonitoring", monitored);
        assert_eq!(problems(request(&inputs)).len(), 0);
        construct(&recorder, request(&inputs)).await.unwrap();
        if monitored {
            let monitoring = recorder.child("evalap-monitoring").inputs;
            assert_eq!(monitoring.flag("alerts"), Some(false));
            assert!(monitoring.given("contactPoints").is_none());
        }
    }
}

#[tokio::test]
async fn an_empty_list_of_web_origins_makes_no_rule() {
    let recorder = recorder();
    let storage = object! { "webOrigins": Vec::<Value>::new() };
    construct(&recorder, request(&whole().with("storage", storage))).await.unwrap();
    assert!(recorder.child("evalap-storage").inputs.given("corsRules").is_none());
}
