//! The services of Pulumi's engine that a plugin uses: messages are recorded, and a test waits for one instead of sleeping.

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
    /// Shown temporarily, and not stored.
    pub(crate) passing: bool,
}

/// The recorded messages.
pub(crate) struct Listener {
    pub(crate) address: String,
    messages: mpsc::UnboundedReceiver<Message>,
}

impl Listener {
    /// Starts the server.
    pub(crate) async fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap().to_string();
        let (sender, messages) = mpsc::unbounded_channel();
        let service = EngineServer::new(Ear(Mutex::new(sender)));
        let server = tonic::transport::Server::builder().add_service(service);
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(socket)));
        Self { address, messages }
    }

    /// Waits for a message that contains this text.
    pub(crate) async fn wait_for(&mut self, part: &str) -> Message {
        loop {
            let message = self.messages.recv().await.expect("the server runs as long as the test");
            if message.text.contains(part) {
                return message;
            }
        }
    }

    /// The received messages that no call of `wait_for` has returned.
    pub(crate) fn received(&mut self) -> Vec<Message> {
        std::iter::from_fn(|| self.messages.try_recv().ok()).collect()
    }
}

struct Ear(Mutex<mpsc::UnboundedSender<Message>>);

#[tonic::async_trait]
impl Engine for Ear {
    async fn log(&self, request: Request<rpc::LogRequest>) -> Result<Response<()>, Status> {
        let request = request.into_inner();
        let message = Message { text: request.message, urn: request.urn, passing: request.ephemeral };
        // A test that has ended does not receive messages.
        let _ = self.0.lock().unwrap().send(message);
        Ok(Response::new(()))
    }
}
