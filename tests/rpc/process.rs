//! The process itself: what it prints, how an engine attaches, and that it survives what it cannot understand.

use std::io::Read;

use prost_types::Struct;
use pulumi_rpc::pulumirpc as rpc;
use scaleway_fake::Fake;
use serde_json::json;
use tonic::Code;

use crate::bag::{bag, deep};
use crate::listener::Listener;
use crate::plugin::{Plugin, command, urn};

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
fn a_word_that_is_no_address_ends_the_process_with_a_reason() {
    let mut process = command().arg("destroy").spawn().unwrap();
    assert!(!process.wait().unwrap().success());
    let mut reason = String::new();
    process.stderr.take().unwrap().read_to_string(&mut reason).unwrap();
    assert!(reason.contains("destroy"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_can_attach_and_is_then_told_things() {
    let mut listener = Listener::start().await;
    let fake = Fake::builder().start().await.unwrap();
    // Without an engine's address: somebody started it by hand.
    let mut plugin = Plugin::start(None).await;
    let attach = rpc::PluginAttach { address: listener.address.clone() };
    plugin.client.attach(attach).await.unwrap();
    let arguments = json!({ "accessKey": "SCWXXXXXXXXXXXXXXXXX", "apiUrl": fake.url(), "shiny": "new" });
    let configure = rpc::ConfigureRequest { args: Some(bag(&arguments)), ..Default::default() };
    plugin.client.configure(configure).await.unwrap();
    listener.hear("shiny").await;
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
async fn what_cannot_be_understood_is_refused_and_the_process_lives_on() {
    let fake = Fake::builder().start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;

    let without_urn = rpc::CheckRequest { news: Some(Struct::default()), ..Default::default() };
    assert_eq!(plugin.client.check(without_urn).await.unwrap_err().code(), Code::InvalidArgument);

    let unknown = rpc::CreateRequest { urn: urn("nothing/here:Here"), ..Default::default() };
    let refusal = plugin.client.create(unknown).await.unwrap_err();
    assert_eq!(refusal.code(), Code::InvalidArgument);
    assert!(refusal.message().contains("nothing/here:Here"), "{refusal}");

    for levels in [40, 99, 300] {
        let nested = rpc::CheckRequest { urn: urn(NAMESPACE), news: Some(deep(levels)), ..Default::default() };
        match plugin.client.check(nested).await {
            Ok(checked) => assert!(!checked.into_inner().failures.is_empty(), "{levels} levels are no input"),
            Err(refusal) => assert_ne!(refusal.code(), Code::Unavailable, "{refusal}"),
        }
    }

    let strange_id = rpc::ReadRequest { id: "../../etc".to_owned(), urn: urn(NAMESPACE), ..Default::default() };
    assert_eq!(plugin.client.read(strange_id).await.unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(fake.requests().len(), 0, "nothing of this is worth a call");

    assert!(plugin.is_alive());
    plugin.client.get_plugin_info(()).await.unwrap();
}
