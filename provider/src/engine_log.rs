//! What users see of the plugin's work: lines sent to the log of Pulumi's engine, in the order they are said.
//!
//! An engine that cannot be reached is no error; nobody is there to be told. Knows nothing of what is logged.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use client::{Clock, Observer};
use pulumi_rpc::pulumirpc::engine_client::EngineClient;
use pulumi_rpc::pulumirpc::{LogRequest, LogSeverity};
use rules::Progress;
use tokio::sync::{mpsc, oneshot};
use tonic::transport::{Channel, Endpoint};

/// How long an operation waits, at most, for its last words to arrive. The engine answers in about a millisecond.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How long an engine that is stuck holds up later lines.
const LINE: Duration = Duration::from_secs(2);

/// The way to the engine's log. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct EngineLog {
    sender: mpsc::UnboundedSender<Entry>,
    clock: Arc<dyn Clock>,
    said: Arc<Mutex<HashSet<String>>>,
}

#[derive(Debug)]
enum Entry {
    /// From now on, this is the engine.
    Engine(String),
    Line(LogRequest),
    /// Everything said before has been sent.
    Reached(oneshot::Sender<()>),
}

impl EngineLog {
    /// Starts the task that sends, which ends with the last clone. Must be called inside a runtime.
    pub(crate) fn start(clock: Arc<dyn Clock>) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(send(receiver));
        Self { sender, clock, said: Arc::default() }
    }

    /// Names the engine (`127.0.0.1:4000`); what was said before is lost.
    pub(crate) fn connect(&self, address: &str) {
        if !address.is_empty() {
            self.push(Entry::Engine(address.to_owned()));
        }
    }

    /// Something for `--debug`; about the resource of this URN, or about nothing in particular if it is empty.
    pub(crate) fn debug(&self, urn: &str, message: &str) {
        self.line(LogSeverity::Debug, urn, message, false);
    }

    /// Something the user should know, kept after the run.
    pub(crate) fn warning(&self, urn: &str, message: &str) {
        self.line(LogSeverity::Warning, urn, message, false);
    }

    /// Something the user may want to know, kept after the run; not said twice.
    pub(crate) fn note(&self, urn: &str, message: &str) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.insert(format!("{urn} {message}")) {
            self.line(LogSeverity::Info, urn, message, false);
        }
    }

    /// A warning that is not said twice: the engine asks for the same check again when a resource is replaced.
    pub(crate) fn warning_once(&self, urn: &str, message: &str) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.insert(format!("{urn} {message}")) {
            self.warning(urn, message);
        }
    }

    /// What an operation on a resource tells how it gets on.
    pub(crate) fn progress(&self, urn: &str) -> ResourceProgress {
        ResourceProgress { log: self.clone(), urn: urn.to_owned(), status: Mutex::default() }
    }

    /// Waits until everything said so far has been sent, or for a second.
    pub(crate) async fn flush(&self) {
        let (reached, arrival) = oneshot::channel();
        self.push(Entry::Reached(reached));
        tokio::select! {
            _ = arrival => {}
            () = self.clock.sleep(LAST_WORDS) => {}
        }
    }

    fn line(&self, severity: LogSeverity, urn: &str, message: &str, ephemeral: bool) {
        self.push(Entry::Line(LogRequest {
            severity: severity.into(),
            message: message.to_owned(),
            urn: urn.to_owned(),
            stream_id: 0,
            ephemeral,
        }));
    }

    fn push(&self, entry: Entry) {
        // The task ends only with the runtime; nobody is left to be told then.
        let _ = self.sender.send(entry);
    }
}

/// What concerns all resources is about none of them: the engine shows it once.
impl Observer for EngineLog {
    fn outage(&self, message: &str) {
        self.warning("", message);
    }
}

/// Tells the engine how one operation gets on.
pub(crate) struct ResourceProgress {
    log: EngineLog,
    urn: String,
    status: Mutex<String>,
}

impl ResourceProgress {
    /// Lets the last words arrive before the operation's own answer.
    pub(crate) async fn finish(self) {
        self.log.flush().await;
    }
}

impl Progress for ResourceProgress {
    fn status(&self, message: &str) {
        let mut last = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != message {
            message.clone_into(&mut last);
            self.log.line(LogSeverity::Info, &self.urn, message, true);
        }
    }

    fn warning(&self, message: &str) {
        self.log.warning(&self.urn, message);
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
                // Whoever waited may have given up.
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
