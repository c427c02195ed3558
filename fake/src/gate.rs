//! Who knocks at the one port: clients of databases are led to [`postgres`], all others to HTTP.
//!
//! It does not know what either of them says.

use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::postgres;
use crate::state::Server;

/// Connections that have shown what they are and wait for HTTP to take them.
const WAITING: usize = 64;

/// Accepts connections until nobody takes them any more, or it is aborted.
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

/// Waits for the first byte, and leads the connection to where it belongs.
async fn lead(stream: TcpStream, server: Arc<Server>, pass: mpsc::Sender<TcpStream>) {
    let mut first = [0; 1];
    match stream.peek(&mut first).await {
        Ok(1) if first[0] == postgres::BEGINS => postgres::serve(server, stream).await,
        // Who said nothing is gone, and who comes when HTTP has ended is turned away.
        Ok(1) => drop(pass.send(stream).await),
        _ => {}
    }
}
