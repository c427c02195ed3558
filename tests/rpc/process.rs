//! The process of the plugin: its output, how an engine attaches, and invalid requests.

use std::io::Read;

use prost_types::Struct;
use pulumi_rpc::pulumirpc as rpc;
use scaleway_fake::Fake;
use serde_json::json;
use tonic::Code;

use crate::listener::Listener;
use crate::plugin::{Plugin, command, urn};
use tests::property_bag::{deep, to_struct};

const NAMESPACE: &str = "registry/namespace:Namespace";

#[tokio::test(flavor = "multi_thread")]
async fn the_first_line_is_the_port_and_nothing_else() {
    let plugin = Plugin::start(None).await;
    let port: u16 = plugin.greeting.strip_suffix('\n').unwrap().parse().unwrap();
    assert!(port > 0);
}

#[test]
fn the_version_is_printed_and_nothing_is_served() {
    let output = command().arg("--version").output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), env!("CARGO_PKG_VERSION"));
}

#[test]
fn an_argument_that_is_not_an_address_ends_the_process_with_an_error() {
    let mut process = command().arg("destroy").spawn().unwrap();
    assert!(!process.wait().unwrap().success());
    let mut reason = String::new();
    process.stderr.take().unwrap().read_to_string(&mut reason).unwrap();
    assert!(reason.contains("destroy"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_can_attach_and_receives_messages() {
    let mut listener = Listener::start().await;
    let fake = Fake::builder().start().await.unwrap();
    // Without the address of an engine, as when the user starts the plugin.
    let mut plugin = Plugin::start(None).await;
    let attach = rpc::PluginAttach { address: listener.address.clone() };
    plugin.client.attach(attach).await.unwrap();
    let arguments = json!({ "accessKey": "SCWXXXXXXXXXXXXXXXXX", "apiUrl": fake.url(), "shiny": "new" });
    let configure = rpc::ConfigureRequest { args: Some(to_struct(&arguments)), ..Default::default() };
    plugin.client.configure(configure).await.unwrap();
    listener.wait_for("shiny").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_it_serves_is_the_committed_one() {
    let mut plugin = Plugin::start(None).await;
    let schema = plugin.client.get_schema(rpc::GetSchemaRequest::default()).await.unwrap().into_inner().schema;
    let served: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let committed = tests::places::json(&tests::places::project().join("schema/schema.json"));
    assert_eq!(served["resources"], committed["resources"]);
    assert_eq!(served["functions"], committed["functions"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_requests_are_rejected_and_the_process_continues() {
    let fake = Fake::builder().start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;

    let without_urn = rpc::CheckRequest { news: Some(Struct::default()), ..Default::default() };
    assert_eq!(plugin.client.check(without_urn).await.unwrap_err().code(), Code::InvalidArgument);

    let unknown = rpc::CreateRequest { urn: urn("nothing/here:Here"), ..Default::default() };
    let error = plugin.client.create(unknown).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    assert!(error.message().contains("nothing/here:Here"), "{error}");

    for levels in [40, 99, 300] {
        let nested = rpc::CheckRequest { urn: urn(NAMESPACE), news: Some(deep(levels)), ..Default::default() };
        match plugin.client.check(nested).await {
            Ok(checked) => assert!(!checked.into_inner().failures.is_empty(), "{levels} levels are rejected"),
            Err(error) => assert_ne!(error.code(), Code::Unavailable, "{error}"),
        }
    }

    let strange_id = rpc::ReadRequest { id: "../../etc".to_owned(), urn: urn(NAMESPACE), ..Default::default() };
    assert_eq!(plugin.client.read(strange_id).await.unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(fake.requests().len(), 0, "no request is sent");

    assert!(plugin.is_alive());
    plugin.client.get_plugin_info(()).await.unwrap();
}
