//! The log of the client. The only test of its process, because a subscriber that is set while other tests run misses
//! lines.
#![allow(clippy::unwrap_used, missing_docs)]

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::testing::{ManualClock, ScriptedTransport, Step};
use client::{Call, Client, Credentials, Method, Settings, Url};
use serde_json::{Value, json};

/// Collects the output of a subscriber.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn each_attempt_writes_one_log_line_without_secrets() {
    let lines = Lines::default();
    let sink = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || sink.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let network = ScriptedTransport::new([
        Step::response(429, &Value::Null),
        Step::response(200, &json!({"secret_key": "canary-answer"})),
    ]);
    let settings = Settings::new(Url::parse("https://api.example.com").unwrap())
        .credentials(Credentials::new("SCWEXAMPLE", "canary-key"))
        .clock(Arc::new(ManualClock::skipping(Duration::from_secs(31))))
        .transport(Arc::new(network));
    let client = Client::new(settings);
    let call = Call::new(Method::POST, "/things", &[])
        .unwrap()
        .query("token", "canary-query")
        .body(json!({"password": "canary-body"}));

    let answer = client.send(call).await.unwrap();

    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let attempts: Vec<&str> = text.lines().filter(|line| line.contains("client")).collect();
    assert_eq!(attempts.len(), 2, "{text}");
    for (line, expected) in attempts.iter().zip(["status=429", "status=200"]) {
        for part in ["method=POST", "path=/things", "milliseconds=", "attempt=", expected] {
            assert!(line.contains(part), "no {part} in {line}");
        }
    }
    let shown = format!("{text}{answer:?}{client:?}");
    assert!(!shown.contains("canary"), "{shown}");
}
