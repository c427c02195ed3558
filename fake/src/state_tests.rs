//! Tests of requests at the same time.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::Request;
use serde_json::{Value, json};

use crate::{Fake, Handle};

/// Longer than a request takes on a busy machine; only a failing test waits for so long.
const LONG: Duration = Duration::from_mins(1);

const NAMESPACES: &str = "/containers/v1/regions/fr-par/namespaces";

fn fake() -> Arc<Handle> {
    Arc::new(Fake::builder().rng_seed(1).hash_memory(512).in_process().unwrap())
}

/// Sends a request in a thread of its own, and returns the receiver of the status.
fn send(fake: &Arc<Handle>, method: &str, path: &str, body: &Value) -> Receiver<u16> {
    let request = Request::builder().method(method).uri(path).header("x-auth-token", "any");
    let request = request.body(Bytes::from(body.to_string())).unwrap();
    let (sender, receiver) = channel();
    let fake = Arc::clone(fake);
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let response = runtime.block_on(fake.exchange(request)).unwrap();
        // The receiver does not exist after a failed assertion.
        let _ = sender.send(response.status().as_u16());
    });
    receiver
}

#[test]
fn read_is_answered_while_another_request_reads() {
    let fake = fake();
    let reading = fake.server.read();
    let status = send(&fake, "GET", NAMESPACES, &Value::Null).recv_timeout(LONG);
    drop(reading);
    assert_eq!(status, Ok(200));
}

#[test]
fn read_is_answered_while_another_request_computes_hashes() {
    let fake = fake();
    let unused = fake.server.rng.state();
    let computing = fake.server.hasher.lock();
    let body = json!({ "name": "main", "secret_environment_variables": { "TOKEN": "secret" } });
    let created = send(&fake, "POST", NAMESPACES, &body);
    // The request draws a salt before it waits for the lock of the hashes.
    while fake.server.rng.state() == unused {
        assert_eq!(created.try_recv(), Err(TryRecvError::Empty));
        thread::yield_now();
    }
    let status = send(&fake, "GET", NAMESPACES, &Value::Null).recv_timeout(LONG);
    drop(computing);
    assert_eq!(status, Ok(200));
    assert_eq!(created.recv_timeout(LONG), Ok(200));
}

#[test]
fn write_applies_the_changes_that_are_due() {
    let fake = fake();
    assert_eq!(send(&fake, "POST", NAMESPACES, &json!({ "name": "main" })).recv_timeout(LONG), Ok(200));
    let world = fake.server.world.read().unwrap();
    assert!(!world.store.is_due(fake.clock().now()));
    assert_eq!(world.store.of_name("containers/namespace").next().unwrap().text("status"), "ready");
}
