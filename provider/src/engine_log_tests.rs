//! Lines for the engine's log.
#![allow(clippy::unwrap_used)]

use client::SystemClock;
use client::testing::ManualClock;
use pulumi_rpc::pulumirpc::engine_server::{Engine, EngineServer};
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use super::*;

/// A fake engine that records its log lines.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<LogRequest>>>);

#[tonic::async_trait]
impl Engine for Listener {
    async fn log(&self, request: Request<LogRequest>) -> Result<Response<()>, Status> {
        self.0.lock().unwrap().push(request.into_inner());
        Ok(Response::new(()))
    }
}

async fn listen() -> (Listener, String) {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let listener = Listener::default();
    let service = EngineServer::new(listener.clone());
    let incoming = TcpIncoming::from(socket);
    tokio::spawn(tonic::transport::Server::builder().add_service(service).serve_with_incoming(incoming));
    (listener, address)
}

#[tokio::test]
async fn lines_arrive_in_order_and_a_status_only_when_it_changes() {
    let (listener, address) = listen().await;
    let log = EngineLog::start(Arc::new(SystemClock));
    log.connect(&address);
    let progress = log.progress("urn:x", Mask::default());
    progress.status("waiting (creating)");
    progress.status("waiting (creating)");
    progress.warning("the image is old");
    progress.status("waiting (pulling)");
    progress.finish().await;

    let lines = listener.0.lock().unwrap().clone();
    let response: Vec<_> =
        lines.iter().map(|line| (line.severity(), line.message.as_str(), line.ephemeral, line.urn.as_str())).collect();
    assert_eq!(
        response,
        [
            (LogSeverity::Info, "waiting (creating)", true, "urn:x"),
            (LogSeverity::Warning, "the image is old", false, "urn:x"),
            (LogSeverity::Info, "waiting (pulling)", true, "urn:x"),
            (LogSeverity::Info, "", true, "urn:x"),
        ]
    );
}

#[tokio::test]
async fn operation_without_a_status_removes_none() {
    let (listener, address) = listen().await;
    let log = EngineLog::start(Arc::new(SystemClock));
    log.connect(&address);
    let progress = log.progress("urn:x", Mask::default());
    progress.warning("the image is old");
    progress.finish().await;
    assert_eq!(listener.0.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_unreachable_engine_delays_no_operation() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap().to_string();
    drop(closed);
    // The clock does not advance, so only a refused connection can end the wait.
    let log = EngineLog::start(Arc::new(ManualClock::new()));
    log.warning("", "before any engine is named", &Mask::default());
    log.connect(&address);
    log.warning("", "lost", &Mask::default());
    log.connect("no address at all");
    log.warning("", "to nowhere", &Mask::default());
    log.flush().await;
}

#[tokio::test]
async fn an_unresponsive_engine_delays_an_operation_by_one_second() {
    let stuck = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let clock = ManualClock::skipping(LAST_WORDS);
    let log = EngineLog::start(Arc::new(clock.clone()));
    log.connect(&stuck.local_addr().unwrap().to_string());
    log.warning("", "to an unresponsive engine", &Mask::default());
    log.flush().await;
    assert_eq!(clock.slept(), [LAST_WORDS]);
}

#[tokio::test]
async fn a_repeated_warning_about_one_resource_is_sent_once() {
    let (listener, address) = listen().await;
    let log = EngineLog::start(Arc::new(SystemClock));
    log.connect(&address);
    for urn in ["urn:x", "urn:x", "urn:y"] {
        log.warning_once(urn, "no such permission set", &Mask::default());
    }
    log.flush().await;

    let lines = listener.0.lock().unwrap().clone();
    let response: Vec<_> = lines.iter().map(|line| (line.severity(), line.urn.as_str())).collect();
    assert_eq!(response, [(LogSeverity::Warning, "urn:x"), (LogSeverity::Warning, "urn:y")]);
}

#[tokio::test]
async fn every_kind_of_line_masks_the_secrets_of_its_operation_and_the_api_key() {
    let (listener, address) = listen().await;
    let log = EngineLog::start(Arc::new(SystemClock));
    log.connect(&address);
    log.hide(Mask::of_strings(["key-canary"]));
    let mask = Mask::of_strings(["canary-1"]);
    let text = "rejected: canary-1 with key-canary";
    log.debug("urn:x", text, &mask);
    log.note("urn:x", text, &mask);
    log.warning("urn:x", text, &mask);
    log.warning_once("urn:y", text, &mask);
    log.outage("api.scaleway.com does not respond: key-canary");
    let progress = log.progress("urn:x", mask);
    progress.status(text);
    progress.warning(text);
    progress.finish().await;
    let lines = listener.0.lock().unwrap().clone();
    // The last line removes the status.
    let (last, lines) = lines.split_last().unwrap();
    assert_eq!((last.message.as_str(), lines.len()), ("", 7));
    for line in lines {
        assert!(line.message.contains("[secret]") && !line.message.contains("canary"), "{}", line.message);
    }
}
