//! Tests of the generated code over a connection: methods without an implementation are `Unimplemented`, and messages may
//! be as large as those of the engine.

#![allow(clippy::unwrap_used)]

use pulumi_rpc::MAX_MESSAGE_BYTES;
use pulumi_rpc::pulumirpc::resource_provider_client::ResourceProviderClient;
use pulumi_rpc::pulumirpc::resource_provider_server::{ResourceProvider, ResourceProviderServer};
use pulumi_rpc::pulumirpc::{GetSchemaRequest, GetSchemaResponse, ListRequest, PluginInfo, ProviderHandshakeRequest};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request, Response, Status};

/// A provider with a version and a schema of 5 MB.
struct Minimal;

const SCHEMA_BYTES: usize = 5_000_000;

#[tonic::async_trait]
impl ResourceProvider for Minimal {
    async fn get_plugin_info(&self, _: Request<()>) -> Result<Response<PluginInfo>, Status> {
        Ok(Response::new(PluginInfo { version: "1.2.3".into() }))
    }

    async fn get_schema(&self, _: Request<GetSchemaRequest>) -> Result<Response<GetSchemaResponse>, Status> {
        Ok(Response::new(GetSchemaResponse { schema: " ".repeat(SCHEMA_BYTES) }))
    }
}

#[tokio::test]
async fn an_implemented_method_returns_its_response() {
    let info = client().await.get_plugin_info(()).await.unwrap();
    assert_eq!(info.into_inner().version, "1.2.3");
}

#[tokio::test]
async fn a_method_without_an_implementation_is_unimplemented() {
    let mut client = client().await;
    assert_eq!(client.handshake(ProviderHandshakeRequest::default()).await.unwrap_err().code(), Code::Unimplemented);
    assert_eq!(client.list(ListRequest::default()).await.unwrap_err().code(), Code::Unimplemented);
}

#[tokio::test]
async fn a_large_schema_requires_the_message_size_of_the_engine() {
    let error = client().await.get_schema(GetSchemaRequest::default()).await.unwrap_err();
    assert_eq!(error.code(), Code::OutOfRange);

    let mut client = client().await.max_decoding_message_size(MAX_MESSAGE_BYTES);
    let answer = client.get_schema(GetSchemaRequest::default()).await.unwrap();
    assert_eq!(answer.into_inner().schema.len(), SCHEMA_BYTES);
}

/// A client of a new server, which runs until the test ends.
async fn client() -> ResourceProviderClient<Channel> {
    let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = incoming.local_addr().unwrap();
    tokio::spawn(Server::builder().add_service(ResourceProviderServer::new(Minimal)).serve_with_incoming(incoming));
    ResourceProviderClient::connect(format!("http://{address}")).await.unwrap()
}
