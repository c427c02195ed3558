//! Measures how many requests per second the fake answers on one core: a client on the same thread creates 1000
//! objects, reads each and lists them in pages of 100. Exits with 1 below [`LEAST`].
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::process::ExitCode;
use std::time::Instant;

use scaleway_fake::Fake;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Requests per second, including the client.
const LEAST: f64 = 5000.0;
const OBJECTS: u32 = 1000;
const PATH: &str = "/vpc/v2/regions/fr-par/vpcs";

/// A client with one connection. It parses only the length and the ID of a response.
struct Client(TcpStream);

impl Client {
    async fn send(&mut self, method: &str, path: &str, body: &str) -> Vec<u8> {
        let head = format!("{method} {path} HTTP/1.1\r\nhost: fake\r\nx-auth-token: any\r\n");
        let request = format!("{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        self.0.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        loop {
            assert!(self.0.read_buf(&mut answer).await.unwrap() > 0, "the fake closed the connection");
            let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
            assert!(head.starts_with("http/1.1 200"), "{head}");
            let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
            if answer.len() >= end + 4 + length.unwrap().parse::<usize>().unwrap() {
                return answer.split_off(end + 4);
            }
        }
    }
}

async fn measure() -> f64 {
    let fake = Fake::builder().rng_seed(1).start().await.unwrap();
    let address = fake.url().strip_prefix("http://").unwrap().to_owned();
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut client = Client(stream);
    let started = Instant::now();
    let mut ids = Vec::new();
    for number in 0..OBJECTS {
        let created = client.send("POST", PATH, &format!("{{\"name\": \"vpc-{number}\"}}")).await;
        let created: serde_json::Value = serde_json::from_slice(&created).unwrap();
        ids.push(created["id"].as_str().unwrap().to_owned());
    }
    for id in &ids {
        client.send("GET", &format!("{PATH}/{id}"), "").await;
    }
    let pages = OBJECTS / 100;
    for page in 1..=pages {
        client.send("GET", &format!("{PATH}?page_size=100&page={page}"), "").await;
    }
    let rate = f64::from(2 * OBJECTS + pages) / started.elapsed().as_secs_f64();
    fake.stop().await;
    rate
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let rate = runtime.block_on(measure());
    println!("{rate:.0} requests per second on one core (at least {LEAST:.0})");
    if rate < LEAST { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
