//! A provider that does nothing: Check, Create, Read and Update return what they received, Diff compares it, and Delete
//! succeeds. `scripts/bench` installs it in place of the plugin: what a command takes with it is the share of Pulumi's engine,
//! the program and the protocol, and the limit of what a provider can reach.
#![allow(clippy::print_stdout, missing_docs)]

use std::net::Ipv4Addr;

use pulumi_rpc::MAX_MESSAGE_BYTES;
use pulumi_rpc::pulumirpc as rpc;
use pulumi_rpc::pulumirpc::diff_response::DiffChanges;
use pulumi_rpc::pulumirpc::resource_provider_server::{ResourceProvider, ResourceProviderServer};
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

type RpcResult<T> = Result<Response<T>, Status>;

struct DoNothing;

#[tonic::async_trait]
impl ResourceProvider for DoNothing {
    async fn handshake(&self, _: Request<rpc::ProviderHandshakeRequest>) -> RpcResult<rpc::ProviderHandshakeResponse> {
        Ok(Response::new(rpc::ProviderHandshakeResponse {
            accept_secrets: true,
            accept_resources: true,
            accept_outputs: true,
            ..rpc::ProviderHandshakeResponse::default()
        }))
    }

    async fn attach(&self, _: Request<rpc::PluginAttach>) -> RpcResult<()> {
        Ok(Response::new(()))
    }

    async fn get_plugin_info(&self, _: Request<()>) -> RpcResult<rpc::PluginInfo> {
        Ok(Response::new(rpc::PluginInfo { version: env!("CARGO_PKG_VERSION").to_owned() }))
    }

    async fn check_config(&self, request: Request<rpc::CheckRequest>) -> RpcResult<rpc::CheckResponse> {
        self.check(request).await
    }

    async fn diff_config(&self, request: Request<rpc::DiffRequest>) -> RpcResult<rpc::DiffResponse> {
        self.diff(request).await
    }

    async fn configure(&self, _: Request<rpc::ConfigureRequest>) -> RpcResult<rpc::ConfigureResponse> {
        Ok(Response::new(rpc::ConfigureResponse {
            accept_secrets: true,
            supports_preview: true,
            accept_resources: true,
            accept_outputs: true,
            ..rpc::ConfigureResponse::default()
        }))
    }

    async fn check(&self, request: Request<rpc::CheckRequest>) -> RpcResult<rpc::CheckResponse> {
        Ok(Response::new(rpc::CheckResponse { inputs: request.into_inner().news, failures: Vec::new() }))
    }

    async fn diff(&self, request: Request<rpc::DiffRequest>) -> RpcResult<rpc::DiffResponse> {
        let request = request.into_inner();
        let is_same = request.old_inputs == request.news;
        let changes = if is_same { DiffChanges::DiffNone } else { DiffChanges::DiffSome };
        Ok(Response::new(rpc::DiffResponse { changes: changes.into(), ..rpc::DiffResponse::default() }))
    }

    async fn create(&self, request: Request<rpc::CreateRequest>) -> RpcResult<rpc::CreateResponse> {
        let request = request.into_inner();
        let id = if request.preview { String::new() } else { format!("fr-par/{}", request.name) };
        Ok(Response::new(rpc::CreateResponse { id, properties: request.properties, ..rpc::CreateResponse::default() }))
    }

    async fn read(&self, request: Request<rpc::ReadRequest>) -> RpcResult<rpc::ReadResponse> {
        let rpc::ReadRequest { id, properties, inputs, .. } = request.into_inner();
        Ok(Response::new(rpc::ReadResponse { id, properties, inputs, ..rpc::ReadResponse::default() }))
    }

    async fn update(&self, request: Request<rpc::UpdateRequest>) -> RpcResult<rpc::UpdateResponse> {
        let properties = request.into_inner().news;
        Ok(Response::new(rpc::UpdateResponse { properties, ..rpc::UpdateResponse::default() }))
    }

    async fn delete(&self, _: Request<rpc::DeleteRequest>) -> RpcResult<()> {
        Ok(Response::new(()))
    }

    async fn cancel(&self, _: Request<()>) -> RpcResult<()> {
        Ok(Response::new(()))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The same threads as the plugin.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?.port());
        let service = ResourceProviderServer::new(DoNothing)
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES);
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        tonic::transport::Server::builder().add_service(service).serve_with_incoming(incoming).await?;
        Ok(())
    })
}
