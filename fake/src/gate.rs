//! Accepts connections on the one port: PostgreSQL clients are passed to [`postgres`], all others to HTTP.
//!
//! This module does not depend on the protocols.

use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::postgres;
use crate::state::Server;

/// Connections whose protocol is known and that HTTP has not accepted yet.
const WAITING: usize = 64;

/// Accepts connections until the receiver is closed, or the task is aborted.
pub(crate) fn open(listener: TcpListener, server: Arc<Server>) -> (mpsc::Receiver<TcpStream>, JoinHandle<()>) {
    let (pass, passed) = mpsc::channel(WAITING);
    let task = tokio::spawn(async move {
        let mut listener = listener;
        while !pass.is_closed() {
            let (stream, _) = axum::serve::Listener::accept(&mut listener).await;
            tokio::spawn(lead(stream, Arc::clone(&server), pass.clone()));
        }
    });
    (passed, task)
}

/// Waits for the first byte, and passes the connection to its protocol.
async fn lead(stream: TcpStream, server: Arc<Server>, pass: mpsc::Sender<TcpStream>) {
    let mut first = [0; 1];
    match stream.peek(&mut first).await {
        Ok(1) if first[0] == postgres::BEGINS => postgres::serve(server, stream).await,
        // A client that sends nothing has closed the connection. After the end of HTTP, new connections are closed.
        Ok(1) => drop(pass.send(stream).await),
        _ => {}
    }
}
