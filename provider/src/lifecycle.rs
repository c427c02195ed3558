//! The lifecycle of the process: it listens, serves, and ends on a signal or when the engine that started it exited.
//!
//! Cancel does not end the process: the engine cancels first and ends the process later.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use client::{CancellationToken, Clock, SystemClock};
use pulumi_rpc::MAX_MESSAGE_BYTES;
use pulumi_rpc::pulumirpc::resource_provider_server::ResourceProviderServer;
use tonic::transport::server::TcpIncoming;

use crate::arguments::Arguments;
use crate::config::Environment;
use crate::embedded::Embedded;
use crate::engine_log::EngineLog;
use crate::server::Server;
use crate::{logging, panics};

/// The time that running operations get to end after they are cancelled; the engine kills the process after 5 s.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(4);
/// The interval of the check that the engine is still running.
const ENGINE_CHECK: Duration = Duration::from_secs(2);
/// The number of worker threads. Handlers wait for the network, not for the CPU.
const WORKERS: usize = 2;

/// Listens on a free port, for this machine only.
pub fn listen() -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves until the process should end.
pub fn run(listener: TcpListener, arguments: &Arguments) -> io::Result<()> {
    let environment = Environment::of_process();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
    let inside = runtime.enter();
    let logging = logging::start(arguments, &environment);
    drop(inside);
    panics::report_places_only();
    let outcome = runtime.block_on(async {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let cancel = CancellationToken::new();
        let log = EngineLog::start(Arc::clone(&clock));
        if let Some(engine) = &arguments.engine {
            log.connect(engine);
        }
        let end = end(arguments.engine.as_deref(), clock.as_ref());
        let server = Server::new(Embedded::new(), environment, log, cancel.clone(), Arc::clone(&clock));
        serve(listener, server, end, &cancel, clock.as_ref()).await
    });
    logging.end();
    // A running DNS look-up must not delay the end.
    runtime.shutdown_background();
    outcome
}

/// Serves until `end`; then cancels the running operations and gives them a few seconds to return their state.
async fn serve(
    listener: TcpListener,
    server: Server,
    end: impl Future<Output = ()>,
    cancel: &CancellationToken,
    clock: &dyn Clock,
) -> io::Result<()> {
    let incoming = TcpIncoming::from(tokio::net::TcpListener::from_std(listener)?).with_nodelay(Some(true));
    let service = ResourceProviderServer::new(server)
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES);
    let closing = CancellationToken::new();
    let serving = tonic::transport::Server::builder()
        // A component's call lasts until resources served by this same process exist: any limit could be a deadlock.
        .max_concurrent_streams(u32::MAX)
        .trace_fn(|request| logging::span(request.headers()))
        .add_service(service)
        .serve_with_incoming_shutdown(incoming, closing.clone().cancelled_owned());
    tokio::pin!(serving);
    tokio::select! {
        outcome = &mut serving => return outcome.map_err(io::Error::other),
        () = end => {}
    }
    cancel.cancel();
    closing.cancel();
    tokio::select! {
        outcome = serving => outcome.map_err(io::Error::other),
        () = clock.sleep(SHUTDOWN_TIMEOUT) => {
            tracing::warn!("ended with running operations");
            Ok(())
        }
    }
}

/// Completes when the process should end.
async fn end(engine: Option<&str>, clock: &dyn Clock) {
    tokio::select! {
        () = interrupted() => tracing::info!("ending: signal received"),
        () = abandoned(engine, clock) => tracing::info!("ending: the engine exited"),
    }
}

#[cfg(unix)]
async fn interrupted() {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    async fn next(signal: io::Result<Signal>) {
        match signal {
            Ok(mut signal) => {
                signal.recv().await;
            }
            // Without a handler the signal ends the process by itself.
            Err(_) => std::future::pending().await,
        }
    }
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    tokio::select! {
        () = next(interrupt) => {}
        () = next(terminate) => {}
    }
}

/// The engine starts its plugins in process groups that ignore Ctrl+C, and ends them with Ctrl+Break.
#[cfg(windows)]
async fn interrupted() {
    use tokio::signal::windows::{ctrl_break, ctrl_c};

    let (Ok(mut interrupt), Ok(mut terminate)) = (ctrl_c(), ctrl_break()) else {
        // Without a handler the event ends the process by itself.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// Completes when the engine that started the process exited: a killed engine sends no signal. Never completes without
/// the address of an engine: one that attached is not the parent process and can attach again.
async fn abandoned(engine: Option<&str>, clock: &dyn Clock) {
    match engine {
        Some(engine) => exited(check_of(engine), clock).await,
        None => std::future::pending().await,
    }
}

/// Completes when a check of the engine fails.
async fn exited(is_running: impl AsyncFn() -> bool, clock: &dyn Clock) {
    while is_running().await {
        clock.sleep(ENGINE_CHECK).await;
    }
}

/// A check of the engine: a process whose parent exited gets another one.
#[cfg(unix)]
fn check_of(_engine: &str) -> impl AsyncFn() -> bool {
    let parent = std::os::unix::process::parent_id();
    async move || std::os::unix::process::parent_id() == parent
}

/// A check of the engine: Windows keeps the ID of a parent that exited.
#[cfg(windows)]
fn check_of(engine: &str) -> impl AsyncFn() -> bool {
    let engine = engine.to_owned();
    async move || listens(&engine).await
}

/// Whether a process listens on an address. Other errors than a refused connection can be temporary.
#[cfg(any(windows, test))]
async fn listens(address: &str) -> bool {
    match tokio::net::TcpStream::connect(address).await {
        Ok(_) => true,
        Err(error) => error.kind() != io::ErrorKind::ConnectionRefused,
    }
}

#[cfg(test)]
#[path = "lifecycle_tests.rs"]
mod tests;
