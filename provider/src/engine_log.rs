//! Messages for users: lines for the log of Pulumi's engine, in order.
//!
//! An unreachable engine is not an error.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use client::{Clock, Observer};
use pulumi_rpc::pulumirpc::engine_client::EngineClient;
use pulumi_rpc::pulumirpc::{LogRequest, LogSeverity};
use rules::{Mask, Progress};
use tokio::sync::{mpsc, oneshot};
use tonic::transport::{Channel, Endpoint};

/// The maximum time that an operation waits until its log lines are sent. The engine responds in about a millisecond.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// The maximum time that an unresponsive engine delays later lines.
const LINE: Duration = Duration::from_secs(2);

/// The connection to the engine's log. Clones share it.
///
/// Every line goes through `line`, which masks the secrets of its operation and the API key.
#[derive(Clone)]
pub(crate) struct EngineLog {
    sender: mpsc::UnboundedSender<Entry>,
    clock: Arc<dyn Clock>,
    reported: Arc<Mutex<HashSet<String>>>,
    /// The API key.
    keys: Arc<RwLock<Mask>>,
}

#[derive(Debug)]
enum Entry {
    /// Sets the engine.
    Engine(String),
    Line(LogRequest),
    /// All earlier lines were sent.
    Reached(oneshot::Sender<()>),
}

impl EngineLog {
    /// Starts the task that sends, which ends with the last clone. Must be called inside a runtime.
    pub(crate) fn start(clock: Arc<dyn Clock>) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(send(receiver));
        Self { sender, clock, reported: Arc::default(), keys: Arc::default() }
    }

    /// Sets the address of the engine (`127.0.0.1:4000`); earlier lines are lost.
    pub(crate) fn connect(&self, address: &str) {
        if !address.is_empty() {
            self.push(Entry::Engine(address.to_owned()));
        }
    }

    /// Sets the API key, which is masked in all lines.
    pub(crate) fn hide(&self, keys: Mask) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// A message for `--debug`, of the resource with this URN, or of no resource if it is empty.
    pub(crate) fn debug(&self, urn: &str, message: &str, mask: &Mask) {
        self.line(LogSeverity::Debug, urn, message, mask, false);
    }

    /// A warning, which is shown after the run too.
    pub(crate) fn warning(&self, urn: &str, message: &str, mask: &Mask) {
        self.line(LogSeverity::Warning, urn, message, mask, false);
    }

    /// A message that is shown after the run too; reported once.
    pub(crate) fn note(&self, urn: &str, message: &str, mask: &Mask) {
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.insert(format!("{urn} {message}")) {
            self.line(LogSeverity::Info, urn, message, mask, false);
        }
    }

    /// A warning that is reported once: the engine repeats the check of a resource that is replaced.
    pub(crate) fn warning_once(&self, urn: &str, message: &str, mask: &Mask) {
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.insert(format!("{urn} {message}")) {
            self.warning(urn, message, mask);
        }
    }

    /// The progress reporter of an operation on a resource.
    pub(crate) fn progress(&self, urn: &str, mask: Mask) -> ResourceProgress {
        ResourceProgress { log: self.clone(), urn: urn.to_owned(), mask, status: Mutex::default() }
    }

    /// Waits until all lines so far are sent, at most one second.
    pub(crate) async fn flush(&self) {
        let (reached, arrival) = oneshot::channel();
        self.push(Entry::Reached(reached));
        tokio::select! {
            _ = arrival => {}
            () = self.clock.sleep(LAST_WORDS) => {}
        }
    }

    fn line(&self, severity: LogSeverity, urn: &str, message: &str, mask: &Mask, ephemeral: bool) {
        let message = self.keys.read().unwrap_or_else(PoisonError::into_inner).apply(&mask.apply(message));
        self.push(Entry::Line(LogRequest {
            severity: severity.into(),
            message,
            urn: urn.to_owned(),
            stream_id: 0,
            ephemeral,
        }));
    }

    fn push(&self, entry: Entry) {
        // The task ends only with the runtime, when no message can be sent.
        let _ = self.sender.send(entry);
    }
}

/// Messages about all resources have no URN: the engine shows them once.
impl Observer for EngineLog {
    fn outage(&self, message: &str) {
        self.warning("", message, &Mask::default());
    }
}

impl fmt::Debug for EngineLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineLog").finish_non_exhaustive()
    }
}

/// Reports the progress of one operation to the engine.
pub(crate) struct ResourceProgress {
    log: EngineLog,
    urn: String,
    mask: Mask,
    status: Mutex<String>,
}

impl ResourceProgress {
    /// Removes the status, which Pulumi's engine otherwise shows beside the result and beside later operations on the
    /// same resource, and sends the remaining lines before the response of the operation.
    pub(crate) async fn finish(self) {
        self.status("");
        self.log.flush().await;
    }
}

impl Progress for ResourceProgress {
    fn status(&self, message: &str) {
        let mut last = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != message {
            message.clone_into(&mut last);
            self.log.line(LogSeverity::Info, &self.urn, message, &self.mask, true);
        }
    }

    fn warning(&self, message: &str) {
        self.log.warning(&self.urn, message, &self.mask);
    }
}

async fn send(mut entries: mpsc::UnboundedReceiver<Entry>) {
    let mut engine: Option<EngineClient<Channel>> = None;
    while let Some(entry) = entries.recv().await {
        match entry {
            Entry::Engine(address) => engine = dial(&address),
            Entry::Line(line) => {
                if let Some(engine) = &mut engine
                    && let Err(status) = engine.log(line).await
                {
                    tracing::debug!(code = ?status.code(), "the engine rejected a log message");
                }
            }
            Entry::Reached(reached) => {
                // The waiting operation may have timed out.
                let _ = reached.send(());
            }
        }
    }
}

/// Connects with the first line, and again with each one after a broken connection.
fn dial(address: &str) -> Option<EngineClient<Channel>> {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).inspect_err(|_| {
        tracing::debug!(address, "the engine's address is invalid");
    });
    let channel = endpoint.ok()?.connect_timeout(LINE).timeout(LINE).connect_lazy();
    let engine = EngineClient::new(channel);
    Some(engine.max_decoding_message_size(pulumi_rpc::MAX_MESSAGE_BYTES))
}

#[cfg(test)]
#[path = "engine_log_tests.rs"]
mod tests;
