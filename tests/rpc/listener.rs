//! Pulumi's engine as far as a plugin talks to it: it takes messages, and a test waits for one instead of sleeping.

use std::sync::Mutex;

use pulumi_rpc::pulumirpc as rpc;
use pulumi_rpc::pulumirpc::engine_server::{Engine, EngineServer};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};

/// A message to the user.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) text: String,
    pub(crate) urn: String,
    /// Shown while it lasts, and kept nowhere.
    pub(crate) passing: bool,
}

/// Somebody who listens to the plugin.
pub(crate) struct Listener {
    pub(crate) address: String,
    messages: mpsc::UnboundedReceiver<Message>,
}

impl Listener {
    /// Starts to listen.
    pub(crate) async fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap().to_string();
        let (sender, messages) = mpsc::unbounded_channel();
        let service = EngineServer::new(Ear(Mutex::new(sender)));
        let server = tonic::transport::Server::builder().add_service(service);
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(socket)));
        Self { address, messages }
    }

    /// Waits for a message with this text in it.
    pub(crate) async fn hear(&mut self, part: &str) -> Message {
        loop {
            let message = self.messages.recv().await.expect("the plugin talks as long as the test listens");
            if message.text.contains(part) {
                return message;
            }
        }
    }

    /// The messages that have arrived and were not waited for.
    pub(crate) fn heard(&mut self) -> Vec<Message> {
        std::iter::from_fn(|| self.messages.try_recv().ok()).collect()
    }
}

struct Ear(Mutex<mpsc::UnboundedSender<Message>>);

#[tonic::async_trait]
impl Engine for Ear {
    async fn log(&self, request: Request<rpc::LogRequest>) -> Result<Response<()>, Status> {
        let request = request.into_inner();
        let message = Message { text: request.message, urn: request.urn, passing: request.ephemeral };
        // A test that has heard enough does not listen any more.
        let _ = self.0.lock().unwrap().send(message);
        Ok(Response::new(()))
    }
}
