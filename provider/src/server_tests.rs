//! The provider protocol, in process.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use client::testing::ManualClock;
use prost_types::value::Kind;
use prost_types::{Struct, Value as Wire};
use pulumi_rpc::pulumirpc::diff_response::DiffChanges;
use pulumi_rpc::{SIGNATURE_KEY, signature, unknown};
use tonic::Code;

use super::*;

const TOKEN: &str = "evalap-scaleway:shelf/book:Book";

/// A resource with a name, a secret, a property that replaces, and an output.
const CATALOG: &str = r#"{
  "resources": {
    "shelf/book:Book": {
      "token": "shelf/book:Book", "label": "book", "locality": "region", "id": ["locality", "id"],
      "properties": {
        "name": { "input": "auto", "send": "name", "read": "name" },
        "password": { "input": "optional", "send": "password", "secret": true },
        "shelf": { "input": "required", "send": "shelf", "read": "shelf", "replace": true },
        "region": { "input": { "provider": "region" }, "read": "region", "replace": true },
        "address": { "read": "address" }
      },
      "create": [{ "call": {
        "id": "CreateBook", "method": "POST", "path": "/shelf/v1/regions/{region}/books",
        "parameters": { "region": "locality" }, "body": { "fields": ["name", "password", "shelf"] }, "returns_object": true
      } }],
      "read": [{ "call": {
        "id": "GetBook", "method": "GET", "path": "/shelf/v1/regions/{region}/books/{book_id}",
        "parameters": { "region": "locality", "book_id": "id" }
      } }],
      "timeouts": { "create": 60, "read": 60, "update": 60, "delete": 60 }
    }
  },
  "functions": {}
}"#;

/// A server with these environment variables and without files.
fn server(variables: &[(&str, &str)]) -> Server {
    let variables: BTreeMap<String, String> =
        variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let environment =
        Environment::new(move |name| variables.get(name).cloned(), |_| Err(std::io::ErrorKind::NotFound.into()));
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new());
    let log = EngineLog::start(Arc::clone(&clock));
    Server::new(Embedded::of_json(r#"{"name": "x"}"#, CATALOG), environment, log, CancellationToken::new(), clock)
}

fn text(text: &str) -> Wire {
    Wire { kind: Some(Kind::StringValue(text.to_owned())) }
}

fn secret(inner: &str) -> Wire {
    let fields = [(SIGNATURE_KEY, text(signature::SECRET)), ("value", text(inner))];
    Wire { kind: Some(Kind::StructValue(bag(fields))) }
}

fn bag<const N: usize>(fields: [(&str, Wire); N]) -> Struct {
    Struct { fields: fields.into_iter().map(|(name, wire)| (name.to_owned(), wire)).collect() }
}

fn check_request(news: Struct) -> Request<rpc::CheckRequest> {
    Request::new(rpc::CheckRequest {
        urn: format!("urn:pulumi:dev::project::{TOKEN}::main"),
        olds: Some(Struct::default()),
        news: Some(news),
        random_seed: vec![7; 32],
        ..rpc::CheckRequest::default()
    })
}

fn create_request(inputs: Struct, preview: bool) -> Request<rpc::CreateRequest> {
    Request::new(rpc::CreateRequest {
        r#type: TOKEN.to_owned(),
        name: "main".to_owned(),
        properties: Some(inputs),
        preview,
        ..rpc::CreateRequest::default()
    })
}

async fn configure(server: &Server) {
    server.configure(Request::new(rpc::ConfigureRequest::default())).await.unwrap();
}

#[tokio::test]
async fn the_handshake_returns_the_supported_features() {
    let response =
        server(&[]).handshake(Request::new(rpc::ProviderHandshakeRequest::default())).await.unwrap().into_inner();
    assert!(response.accept_secrets && response.accept_resources && response.accept_outputs);
    assert!(response.supports_autonaming_configuration);
    assert!(!response.accepts_byte_string && !response.accepts_outputs_in_check);
}

#[tokio::test]
async fn version_and_schema_need_no_configuration() {
    let server = server(&[]);
    let version = server.get_plugin_info(Request::new(())).await.unwrap().into_inner().version;
    assert!(!version.starts_with('v'));
    let requested = |version| Request::new(rpc::GetSchemaRequest { version, ..rpc::GetSchemaRequest::default() });
    assert_eq!(server.get_schema(requested(0)).await.unwrap().into_inner().schema, r#"{"name": "x"}"#);
    assert_eq!(server.get_schema(requested(7)).await.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn mapping_is_that_of_the_terraform_provider() {
    let server = server(&[]);
    for (key, provider, expected) in [
        ("terraform", "scaleway", true),
        ("terraform", "", true),
        ("terraform", "aws", false),
        ("other", "scaleway", false),
    ] {
        let requested = rpc::GetMappingRequest { key: key.into(), provider: provider.into() };
        let mapping = server.get_mapping(Request::new(requested)).await.unwrap().into_inner();
        assert_eq!(mapping.provider == "scaleway", expected, "{key} {provider}");
        assert_eq!(!mapping.data.is_empty(), expected, "{key} {provider}");
    }
    for (key, expected) in [("terraform", vec!["scaleway"]), ("other", vec![])] {
        let requested = rpc::GetMappingsRequest { key: key.into() };
        assert_eq!(server.get_mappings(Request::new(requested)).await.unwrap().into_inner().providers, expected);
    }
}

#[tokio::test]
async fn checked_settings_are_returned_unchanged_without_the_environment() {
    let server = server(&[("SCW_SECRET_KEY", "canary"), ("SCW_DEFAULT_REGION", "nl-ams")]);
    let news = bag([
        ("version", text("0.1.0")),
        ("region", text(unknown::STRING)),
        ("theirs", text("x")),
        ("apiUrl", text("nonsense")),
    ]);
    let checked = server.check_config(check_request(news.clone())).await.unwrap().into_inner();
    assert_eq!(checked.inputs, Some(news));
    let failures: Vec<_> = checked.failures.iter().map(|failure| failure.property.as_str()).collect();
    assert_eq!(failures, ["apiUrl"]);
}

#[tokio::test]
async fn no_change_of_settings_replaces_the_provider() {
    let server = server(&[]);
    let diff = |olds: Struct, news: Struct| {
        Request::new(rpc::DiffRequest { olds: Some(olds), news: Some(news), ..rpc::DiffRequest::default() })
    };
    let olds = bag([("region", text("fr-par")), ("secretKey", text("old")), ("version", text("0.1.0"))]);
    let news = bag([("region", text("nl-ams")), ("secretKey", text("new")), ("version", text("0.2.0"))]);
    let response = server.diff_config(diff(olds, news)).await.unwrap().into_inner();
    assert_eq!(response.changes(), DiffChanges::DiffSome);
    assert_eq!(response.diffs, ["region", "secretKey"]);
    assert!(response.replaces.is_empty() && !response.delete_before_replace);

    // The settings of another package, one of them in an unknown form.
    let foreign = bag([("theirs", Wire { kind: Some(Kind::StructValue(bag([(SIGNATURE_KEY, text("?"))]))) })]);
    let response = server.diff_config(diff(foreign, Struct::default())).await.unwrap().into_inner();
    assert_eq!(response.changes(), DiffChanges::DiffNone);
}

#[tokio::test]
async fn check_adds_the_name_and_keeps_secrets_and_unknown_values() {
    let server = server(&[]);
    let news = bag([("password", secret("hunter2")), ("shelf", text(unknown::STRING))]);
    let checked = server.check(check_request(news.clone())).await.unwrap().into_inner();
    assert!(checked.failures.is_empty(), "{:?}", checked.failures);
    let inputs = checked.inputs.unwrap().fields;
    assert!(
        matches!(&inputs["name"].kind, Some(Kind::StringValue(name)) if name.starts_with("main-") && name.len() == 12)
    );
    assert_eq!((&inputs["password"], &inputs["shelf"]), (&news.fields["password"], &news.fields["shelf"]));
}

#[tokio::test]
async fn check_reports_all_failures() {
    let news = bag([("colour", text("red"))]);
    let checked = server(&[]).check(check_request(news)).await.unwrap().into_inner();
    let mut named: Vec<_> = checked.failures.iter().map(|failure| failure.property.as_str()).collect();
    named.sort_unstable();
    // The engine prints the value at a path, so the path of an unknown name is changed.
    assert_eq!(named, ["colour (unknown)", "shelf"]);
}

#[tokio::test]
async fn diff_reports_a_replacement() {
    let diff = Request::new(rpc::DiffRequest {
        r#type: TOKEN.to_owned(),
        old_inputs: Some(bag([("name", text("a")), ("shelf", text("one"))])),
        olds: Some(bag([("name", text("a")), ("shelf", text("one")), ("address", text("x"))])),
        news: Some(bag([("name", text("a")), ("shelf", text("two"))])),
        ..rpc::DiffRequest::default()
    });
    let response = server(&[]).diff(diff).await.unwrap().into_inner();
    assert_eq!(response.changes(), DiffChanges::DiffSome);
    assert_eq!((response.diffs, response.replaces), (vec!["shelf".to_owned()], vec!["shelf".to_owned()]));
}

#[tokio::test]
async fn a_preview_needs_neither_configuration_nor_api_key() {
    let inputs = bag([("name", text("a")), ("password", secret("hunter2")), ("shelf", text("one"))]);
    let response = server(&[]).create(create_request(inputs, true)).await.unwrap().into_inner();
    assert_eq!(response.id, "");
    let outputs = response.properties.unwrap().fields;
    assert_eq!(outputs["address"], text(unknown::STRING));
    assert_eq!(outputs["name"], text("a"));
    assert_eq!(outputs["region"], text("fr-par"));
}

#[tokio::test]
async fn the_region_of_the_environment_is_inherited_but_never_an_input() {
    let server = server(&[("SCW_DEFAULT_REGION", "nl-ams")]);
    configure(&server).await;
    let news = bag([("shelf", text("one"))]);
    let checked = server.check(check_request(news)).await.unwrap().into_inner().inputs.unwrap();
    assert!(!checked.fields.contains_key("region"), "{checked:?}");
    let outputs = server.create(create_request(checked, true)).await.unwrap().into_inner().properties.unwrap();
    assert_eq!(outputs.fields["region"], text("nl-ams"));
}

#[tokio::test]
async fn without_an_api_key_the_first_operation_reports_the_missing_setting() {
    let server = server(&[]);
    let inputs = bag([("name", text("a")), ("shelf", text("one"))]);
    let early = server.create(create_request(inputs.clone(), false)).await.unwrap_err();
    assert_eq!(early.code(), Code::FailedPrecondition);

    configure(&server).await;
    let rejected = server.create(create_request(inputs, false)).await.unwrap_err();
    assert_eq!(rejected.code(), Code::Unauthenticated);
    assert!(rejected.message().contains("evalap-scaleway:secretKey --secret"), "{}", rejected.message());
    assert!(rejected.message().contains("SCW_SECRET_KEY"), "{}", rejected.message());
}

#[tokio::test]
async fn an_invalid_setting_fails_configure() {
    let server = server(&[("SCW_API_URL", "nonsense")]);
    let rejected = server.configure(Request::new(rpc::ConfigureRequest::default())).await.unwrap_err();
    assert_eq!(rejected.code(), Code::InvalidArgument);
    assert!(rejected.message().contains("SCW_API_URL"), "{}", rejected.message());
}

#[tokio::test]
async fn after_cancel_operations_end_immediately_and_other_calls_are_served() {
    let server = server(&[("SCW_SECRET_KEY", "s"), ("SCW_API_URL", "http://127.0.0.1:1")]);
    configure(&server).await;
    server.cancel(Request::new(())).await.unwrap();
    let inputs = bag([("name", text("a")), ("shelf", text("one"))]);
    let ended = server.create(create_request(inputs.clone(), false)).await.unwrap_err();
    assert_eq!(ended.code(), Code::Cancelled, "{}", ended.message());
    assert!(server.create(create_request(inputs, true)).await.is_ok());
}

#[tokio::test]
async fn unknown_tokens_are_rejected_by_name() {
    let server = server(&[]);
    let mut unknown = check_request(Struct::default());
    unknown.get_mut().r#type = "evalap-scaleway:shelf/pamphlet:Pamphlet".into();
    let rejected = server.check(unknown).await.unwrap_err();
    assert_eq!(rejected.code(), Code::InvalidArgument);
    assert!(rejected.message().contains("shelf/pamphlet:Pamphlet"), "{}", rejected.message());

    let mut shown = check_request(Struct::default());
    shown.get_mut().r#type = "evalap-scaleway:shelf:Book".into();
    let rejected = server.check(shown).await.unwrap_err();
    let hint = "Hint: use the full token `evalap-scaleway:shelf/book:Book`.";
    assert!(rejected.message().contains(hint), "{}", rejected.message());

    let unknown = rpc::InvokeRequest { tok: "evalap-scaleway:shelf/getX:getX".into(), ..Default::default() };
    let rejected = server.invoke(Request::new(unknown)).await.unwrap_err();
    assert_eq!(rejected.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn a_malformed_request_is_an_invalid_argument() {
    let server = server(&[]);
    let empty = server.check(Request::new(rpc::CheckRequest::default())).await.unwrap_err();
    assert_eq!(empty.code(), Code::InvalidArgument);
    let broken = bag([("shelf", Wire { kind: Some(Kind::StructValue(bag([(SIGNATURE_KEY, text("?"))]))) })]);
    let rejected = server.check(check_request(broken)).await.unwrap_err();
    assert_eq!(rejected.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn unsupported_calls_are_unimplemented() {
    let rejected = server(&[]).parameterize(Request::new(rpc::ParameterizeRequest::default())).await.unwrap_err();
    assert_eq!(rejected.code(), Code::Unimplemented);
}

#[tokio::test]
async fn a_panic_is_an_error_of_its_call() {
    let rejected = respond::<()>("Create", "urn", async { panic!("canary") }).await.unwrap_err();
    assert_eq!(rejected.code(), Code::Internal);
    assert!(rejected.message().contains("Create") && !rejected.message().contains("canary"), "{}", rejected.message());
}
