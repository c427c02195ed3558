//! A transport that holds one request while the plugin or the engine is killed.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use client::{BoxFuture, Failure, Login, Transport};
use http::{Request, Response};
use serde::Deserialize;
use tokio::sync::oneshot;

/// The process that is killed, and the request at which it is killed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kill {
    pub(crate) victim: Victim,
    method: String,
    /// The end of the path.
    path: String,
    /// Whether the API processes the request before.
    after: bool,
}

/// A process that is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Victim {
    Plugin,
    /// The engine, and the plugin that it started.
    Engine,
}

/// The transport.
pub(crate) struct Killing {
    inner: Arc<dyn Transport>,
    kill: Mutex<Option<(Kill, oneshot::Sender<()>)>>,
}

impl Killing {
    pub(crate) fn new(inner: Arc<dyn Transport>) -> Self {
        Self { inner, kill: Mutex::default() }
    }

    /// The receiver is notified when the request arrives, once.
    pub(crate) fn at(&self, kill: Kill) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        *self.lock() = Some((kill, sender));
        receiver
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Kill, oneshot::Sender<()>)>> {
        self.kill.lock().unwrap()
    }
}

impl Transport for Killing {
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Failure>> {
        let is_held = |(kill, _): &mut (Kill, _)| {
            request.method().as_str() == kill.method && request.uri().path().ends_with(&kill.path)
        };
        let Some((kill, sender)) = self.lock().take_if(is_held) else { return self.inner.exchange(request) };
        Box::pin(async move {
            if kill.after {
                let _ = self.inner.exchange(request).await;
            }
            sender.send(()).unwrap();
            std::future::pending().await
        })
    }

    fn log_in<'a>(&'a self, login: &'a Login) -> BoxFuture<'a, Result<(), String>> {
        self.inner.log_in(login)
    }
}

impl fmt::Debug for Killing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Killing").finish_non_exhaustive()
    }
}
