//! The end of the process and of running operations.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicU32, Ordering};

use client::testing::ManualClock;
use pulumi_rpc::pulumirpc as rpc;
use pulumi_rpc::pulumirpc::resource_provider_client::ResourceProviderClient;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::Channel;

use super::*;

/// A plugin in this process, and the signal that ends it.
struct Plugin {
    client: ResourceProviderClient<Channel>,
    end: oneshot::Sender<()>,
    ended: JoinHandle<io::Result<()>>,
    clock: ManualClock,
}

/// Starts a plugin with a clock that does not advance.
async fn start(api_url: &str) -> Plugin {
    let clock = ManualClock::new();
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let api_url = api_url.to_owned();
    let variables = move |name: &str| match name {
        "SCW_API_URL" => Some(api_url.clone()),
        "SCW_SECRET_KEY" => Some("s".to_owned()),
        _ => None,
    };
    let environment = Environment::new(variables, |_| Err(io::ErrorKind::NotFound.into()));
    let cancel = CancellationToken::new();
    let log = EngineLog::start(Arc::clone(&shared));
    let server = Server::new(Embedded::new(), environment, log, cancel.clone(), Arc::clone(&shared));
    let listener = listen().unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (end, end_received) = oneshot::channel::<()>();
    let serving = tokio::spawn(async move {
        let end = async {
            let _ = end_received.await;
        };
        serve(listener, server, end, &cancel, shared.as_ref()).await
    });
    let client = ResourceProviderClient::connect(address).await.unwrap();
    Plugin { client, end, ended: serving, clock }
}

#[tokio::test]
async fn connections_before_the_start_of_the_server_are_served() {
    let mut plugin = start("http://127.0.0.1:1").await;
    let info = plugin.client.get_plugin_info(()).await.unwrap().into_inner();
    assert_eq!(info.version, env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn a_schema_larger_than_tonics_default_limit_is_sent() {
    let plugin = start("http://127.0.0.1:1").await;
    let mut client = plugin.client.max_decoding_message_size(MAX_MESSAGE_BYTES);
    let huge = prost_types::Value { kind: Some(prost_types::value::Kind::StringValue("x".repeat(5 << 20))) };
    let news = prost_types::Struct { fields: [("theirs".to_owned(), huge)].into_iter().collect() };
    let request = rpc::CheckRequest { news: Some(news.clone()), ..rpc::CheckRequest::default() };
    assert_eq!(client.check_config(request).await.unwrap().into_inner().inputs, Some(news));
}

#[tokio::test]
async fn an_idle_process_ends_immediately() {
    let mut plugin = start("http://127.0.0.1:1").await;
    plugin.client.get_plugin_info(()).await.unwrap();
    plugin.end.send(()).unwrap();
    // The clock did not advance, so there was no wait.
    plugin.ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_running_operation_is_cancelled_and_returns_before_the_end() {
    // An API that accepts connections and never responds.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut plugin = start(&format!("http://{}", silent.local_addr().unwrap())).await;
    plugin.client.configure(rpc::ConfigureRequest::default()).await.unwrap();
    let text = |text: &str| prost_types::Value { kind: Some(prost_types::value::Kind::StringValue(text.to_owned())) };
    let request = rpc::ReadRequest {
        id: "fr-par/11111111-1111-1111-1111-111111111111".to_owned(),
        r#type: "evalap-scaleway:registry/namespace:Namespace".to_owned(),
        inputs: Some(prost_types::Struct { fields: [("name".to_owned(), text("a"))].into_iter().collect() }),
        ..rpc::ReadRequest::default()
    };
    let mut client = plugin.client.clone();
    let reading = tokio::spawn(async move { client.read(request).await });
    silent.accept().await.unwrap();
    plugin.end.send(()).unwrap();
    let pass_time = async {
        loop {
            plugin.clock.advance(Duration::from_millis(100));
            tokio::task::yield_now().await;
        }
    };
    let ended = tokio::select! {
        reading = reading => reading.unwrap().unwrap_err(),
        () = pass_time => unreachable!("time does not end"),
    };
    assert_eq!(ended.code(), tonic::Code::Cancelled, "{}", ended.message());
    plugin.ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_process_whose_engine_was_killed_ends() {
    let clock = ManualClock::skipping(ENGINE_CHECK);
    let checks = AtomicU32::new(0);
    exited(async || checks.fetch_add(1, Ordering::Relaxed) < 2, &clock).await;
    assert_eq!(clock.slept(), [ENGINE_CHECK; 2]);
}

#[tokio::test]
async fn an_engine_that_closed_its_port_has_exited() {
    let engine = listen().unwrap();
    let address = engine.local_addr().unwrap().to_string();
    assert!(listens(&address).await);
    drop(engine);
    assert!(!listens(&address).await);
}

#[tokio::test]
async fn a_process_without_an_engine_argument_outlives_its_parent() {
    let clock = ManualClock::skipping(ENGINE_CHECK);
    tokio::select! {
        biased;
        () = abandoned(None, &clock) => panic!("it ended"),
        () = tokio::task::yield_now() => {}
    }
    assert_eq!(clock.slept(), [Duration::ZERO; 0]);
}
