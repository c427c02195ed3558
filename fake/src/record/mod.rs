//! A proxy in front of Scaleway's API that writes what passes to a file, without secrets and without what identifies an account.
//!
//! It uses no part of the fake except for its error responses. `forward` forwards, `recording` writes, and `sanitizer` decides
//! what is replaced: everything that is not known as a value of the API.

mod addresses;
mod fields;
mod forward;
mod pseudonyms;
mod recording;
mod sanitizer;
mod secrets;
mod sentences;
mod vocabulary;

use std::fs::File;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::Error;
use crate::running::{check_access, local_url};
use forward::{Forwarder, Remote};
pub use recording::API_URL;
use recording::Recording;

/// The settings of a recorder.
#[derive(Debug)]
pub struct Recorder {
    listen: SocketAddr,
    url: Option<String>,
    upstream: String,
    remote: Option<(String, String)>,
}

/// A recorder that runs until it is stopped or dropped.
pub struct RunningRecorder {
    url: String,
    forwarder: Arc<Forwarder>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Default for Recorder {
    /// Any free port of 127.0.0.1, in front of Scaleway's API.
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 0)), url: None, upstream: API_URL.to_owned(), remote: None }
    }
}

impl Recorder {
    /// The address; port 0 selects a free port. Another address than one of the loopback interface needs
    /// [`Recorder::allow_remote`].
    #[must_use]
    pub fn listen(self, address: SocketAddr) -> Self {
        Self { listen: address, ..self }
    }

    /// The URL for clients, if it differs from the address.
    #[must_use]
    pub fn url(self, url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..self }
    }

    /// The URL of the API: https, or http on this machine.
    #[must_use]
    pub fn upstream(self, url: impl Into<String>) -> Self {
        Self { upstream: url.into(), ..self }
    }

    /// Accepts requests of other machines. They send the token, a UUID, in place of the secret key, because connections to this
    /// recorder are not encrypted.
    #[must_use]
    pub fn allow_remote(self, token: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self { remote: Some((token.into(), secret_key.into())), ..self }
    }

    /// Starts the recorder, which listens when this function returns. Each exchange is a line of `output`.
    pub async fn start(self, output: File) -> Result<RunningRecorder, Error> {
        check_access(self.listen, self.remote.as_ref().map(|(token, _)| token.as_str()))?;
        let remote = self.remote.map(|(token, secret_key)| remote(token, &secret_key)).transpose()?;
        let upstream = forward::upstream(&self.upstream)?;
        let failed = |source| Error::Listen { address: self.listen, source };
        let listener = TcpListener::bind(self.listen).await.map_err(failed)?;
        let url = self.url.unwrap_or(local_url(listener.local_addr().map_err(failed)?));
        let forwarder = Arc::new(Forwarder::new(upstream, remote, Recording::new(output))?);
        let service = Router::new().fallback(forward::exchange).with_state(Arc::clone(&forwarder));
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            // The server ends on request, or when the handle is dropped.
            let stopped = async { stopped.await.unwrap_or_default() };
            // The end of a body is sent after it is recorded. It does not wait for the acknowledgement of the part before it.
            let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
            let outcome = axum::serve(listener, service).with_graceful_shutdown(stopped).await;
            // Accepting connections does not fail: the listener retries.
            drop(outcome);
        });
        Ok(RunningRecorder { url, forwarder, stop, task })
    }
}

impl RunningRecorder {
    /// The URL for clients, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Stops the recorder after the requests that it is forwarding. Returns the number of recorded requests, or why the
    /// recording is incomplete.
    pub async fn stop(self) -> Result<u64, String> {
        // The task may have ended already.
        let _ = self.stop.send(());
        let _ = self.task.await;
        let recording = self.forwarder.recording();
        recording.failure().map_or_else(|| Ok(recording.written()), Err)
    }
}

fn remote(token: String, secret_key: &str) -> Result<Remote, Error> {
    let mut secret_key =
        HeaderValue::try_from(secret_key).ok().filter(|key| !key.is_empty()).ok_or(Error::SecretKey)?;
    secret_key.set_sensitive(true);
    Ok(Remote { token, secret_key })
}
