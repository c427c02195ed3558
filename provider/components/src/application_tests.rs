//! The parts that an application registers for its inputs.

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
        .with_outputs("evalap-network", object! { "privateNetworkId": "fr-par/network" })
        .with_outputs("evalap-database", object! { "connectionString": "postgresql://u:p@h/d" })
        .with_outputs(
            "evalap-storage",
            object! { "bucketName": "evalap-files", "apiEndpoint": "https://s3", "region": "fr-par" },
        )
        .with_outputs("evalap-identity", object! { "accessKey": "SCW", "secretKey": "hidden too" })
        .with_outputs("evalap-service-api", object! { "endpoint": "https://api" })
        .with_outputs("evalap-service-web-site", object! { "endpoint": "https://web" })
}

#[tokio::test]
async fn outputs_of_parts_are_inputs_of_other_parts() {
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
    let reported = web["environmentVariables"].as_object().unwrap();
    for (name, value) in [("S3_BUCKET", "evalap-files"), ("S3_ENDPOINT", "https://s3"), ("S3_REGION", "fr-par")] {
        assert_eq!(reported.text(name), Some(value));
    }
    let storage = recorder.child("evalap-storage").inputs;
    assert!(storage.contains_key("corsRules") && storage.contains_key("lifecycleRules"));
    let access = recorder.child("evalap-identity").inputs["access"].as_object().unwrap().clone();
    assert_eq!(access.text("objectStorage"), Some("read"), "the input of the program takes precedence");
    assert!(made.outputs["databaseUrl"].is_secret());
    let state = State { outputs: &made.outputs, is_preview: false };
    let arguments = object! { "service": "api", "path": "/docs" };
    assert_eq!(Application.call("url", &state, &arguments).unwrap().text("url"), Some("https://api/docs"));
    let wrong = Application.call("url", &state, &object! { "service": "x" }).unwrap_err();
    assert!(wrong[0].reason.contains("`api`, `web-site`"));
}

#[tokio::test]
async fn every_part_can_be_omitted_or_replaced_by_an_existing_resource() {
    let recorder = Recorder::real();
    let inputs = object! { "environment": "dev", "privateNetworkId": "fr-par/theirs", "databaseUrl": "postgresql://" };
    let made = construct(&recorder, request(&inputs)).await.unwrap();
    assert_eq!(recorder.order(), ["component", "outputs"]);
    assert_eq!(made.outputs.text("privateNetworkId"), Some("fr-par/theirs"));
    assert!(made.outputs["databaseUrl"].is_secret());
}

#[tokio::test]
async fn an_existing_bucket_is_set_by_its_id_and_accessible() {
    let recorder = Recorder::real();
    let inputs = object! {
        "environment": "dev", "privateNetworkId": "fr-par/theirs", "storageBucketId": "nl-ams/their-files",
        "services": services(&[object! { "name": "api", "image": "i" }]),
    };
    let made = construct(&recorder, request(&inputs)).await.unwrap();
    let api = recorder.child("evalap-service-api").inputs;
    let reported = api["environmentVariables"].as_object().unwrap();
    assert_eq!(reported.text("S3_BUCKET"), Some("their-files"));
    assert_eq!(reported.text("S3_ENDPOINT"), Some("https://s3.nl-ams.scw.cloud"));
    assert_eq!(reported.text("S3_REGION"), Some("nl-ams"));
    let access = recorder.child("evalap-identity").inputs["access"].as_object().unwrap().clone();
    assert_eq!(access.text("objectStorage"), Some("write"));
    assert_eq!(made.outputs.text("storageBucketName"), Some("their-files"));
}

#[tokio::test]
async fn a_preview_with_unknown_outputs_registers_all_parts() {
    let recorder = Recorder::preview();
    let inputs = whole();
    let made = construct(&recorder, request(&inputs)).await.unwrap();
    assert_eq!(recorder.order().len(), 11, "{:?}", recorder.order());
    assert!(made.outputs["databaseUrl"].is_unknown() && made.outputs["databaseUrl"].is_secret());
}

#[test]
fn all_conflicts_of_inputs_are_reported_at_once() {
    let inputs = object! {
        "environment": "dev", "services": services(&[object! { "name": "Api" }, object! { "name": "a" }, object! { "name": "a" }]),
        "databaseUrl": Value::UNKNOWN, "database": Object::new(), "alertEmails": Value::UNKNOWN,
        "storage": Object::new(), "storageBucketId": "files",
    };
    let reported: Vec<String> = problems(request(&inputs)).iter().map(|problem| problem.path.to_string()).collect();
    assert_eq!(
        reported,
        ["services[0].name", "services[2].name", "database", "storage", "storageBucketId", "alertEmails"]
    );
}

#[tokio::test]
async fn an_empty_list_of_alert_emails_disables_alerts() {
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
async fn an_empty_list_of_web_origins_adds_no_cors_rule() {
    let recorder = recorder();
    let storage = object! { "webOrigins": Vec::<Value>::new() };
    construct(&recorder, request(&whole().with("storage", storage))).await.unwrap();
    assert!(recorder.child("evalap-storage").inputs.given("corsRules").is_none());
}
