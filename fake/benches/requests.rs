//! Measures how many requests per second the fake answers on one core: a client on the same thread creates 1000
//! objects, reads each and lists them in pages of 100. Exits with 1 if one of the rates is below [`LEAST`]. On all cores, it
//! measures clients that list objects at the same time, and the time of a read while hashes are computed.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use scaleway_fake::{Fake, OWNER, Running};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Requests per second, including the client.
const LEAST: f64 = 5000.0;
const OBJECTS: u32 = 1000;
const PAGES: u32 = OBJECTS / 100;

/// Clients that list objects at the same time, and the number of lists of each.
const CLIENTS: u32 = 4;
const LISTS: u32 = 1000;
/// The secret variables of a container.
const SECRETS: u32 = 10;

/// The fake accepts any API key.
const TOKEN: &str = "x-auth-token: any";

/// A client with one connection. It parses only the length of a response.
struct Client(TcpStream);

impl Client {
    async fn of(fake: &Running) -> Self {
        let url = fake.url();
        let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    async fn send(&mut self, headers: &str, method: &str, path: &str, body: &str) -> Vec<u8> {
        let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
        let request = format!("{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        self.0.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        loop {
            assert!(self.0.read_buf(&mut answer).await.unwrap() > 0, "the fake closed the connection");
            let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
            assert!(head.starts_with("http/1.1 200"), "{}", String::from_utf8_lossy(&answer));
            let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
            if answer.len() >= end + 4 + length.unwrap().parse::<usize>().unwrap() {
                return answer.split_off(end + 4);
            }
        }
    }

    async fn json(&mut self, headers: &str, method: &str, path: &str, body: &str) -> Value {
        serde_json::from_slice(&self.send(headers, method, path, body).await).unwrap()
    }
}

async fn start() -> (Running, Client) {
    let fake = Fake::builder().rng_seed(1).start().await.unwrap();
    let client = Client::of(&fake).await;
    (fake, client)
}

/// The rate of a run that creates, reads and lists all objects.
fn rate(started: Instant) -> f64 {
    f64::from(2 * OBJECTS + PAGES) / started.elapsed().as_secs_f64()
}

/// Reads each object with its headers, and lists all.
async fn read_and_list<'a>(client: &mut Client, path: &str, objects: impl Iterator<Item = (&'a str, &'a String)>) {
    for (headers, id) in objects {
        client.send(headers, "GET", &format!("{path}/{id}"), "").await;
    }
    for page in 1..=PAGES {
        client.send(TOKEN, "GET", &format!("{path}?page_size=100&page={page}"), "").await;
    }
}

async fn vpcs() -> f64 {
    const PATH: &str = "/vpc/v2/regions/fr-par/vpcs";
    let (fake, mut client) = start().await;
    let started = Instant::now();
    let mut ids = Vec::new();
    for number in 0..OBJECTS {
        let created = client.json(TOKEN, "POST", PATH, &format!("{{\"name\": \"vpc-{number}\"}}")).await;
        ids.push(created["id"].as_str().unwrap().to_owned());
    }
    read_and_list(&mut client, PATH, ids.iter().map(|id| (TOKEN, id))).await;
    let rate = rate(started);
    fake.stop().await;
    rate
}

/// Each API key reads itself.
async fn api_keys() -> f64 {
    const PATH: &str = "/iam/v1alpha1/api-keys";
    let (fake, mut client) = start().await;
    let started = Instant::now();
    let mut keys = Vec::new();
    for _ in 0..OBJECTS {
        let created = client.json(TOKEN, "POST", PATH, &format!("{{\"user_id\": \"{OWNER}\"}}")).await;
        let [access, secret] = ["access_key", "secret_key"].map(|field| created[field].as_str().unwrap().to_owned());
        keys.push((access, format!("x-auth-token: {secret}")));
    }
    read_and_list(&mut client, PATH, keys.iter().map(|(access, token)| (token.as_str(), access))).await;
    let rate = rate(started);
    fake.stop().await;
    rate
}

/// Headers for Object Storage: the fake accepts any signature.
fn signature(fake: &Running) -> String {
    let now = fake.clock().now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let scope = format!("SCWXXXXXXXXXXXXXXXXX/{}/fr-par/s3/aws4_request", &now[..8]);
    let signed = "SignedHeaders=host;x-amz-content-sha256;x-amz-date";
    let zeros = "0".repeat(64);
    format!(
        "authorization: AWS4-HMAC-SHA256 Credential={scope}, {signed}, Signature={zeros}\r\n\
         x-amz-content-sha256: UNSIGNED-PAYLOAD\r\nx-amz-date: {now}"
    )
}

/// Objects of one bucket of Object Storage.
async fn stored_objects() -> f64 {
    let (fake, mut client) = start().await;
    let signature = signature(&fake);
    client.send(&signature, "PUT", "/bench", "").await;
    let started = Instant::now();
    for number in 0..OBJECTS {
        client.send(&signature, "PUT", &format!("/bench/{number:04}"), "content").await;
    }
    for number in 0..OBJECTS {
        client.send(&signature, "GET", &format!("/bench/{number:04}"), "").await;
    }
    for page in 0..PAGES {
        let path = format!("/bench?list-type=2&max-keys=100&start-after={:04}", page * 100);
        client.send(&signature, "GET", &path, "").await;
    }
    let rate = rate(started);
    fake.stop().await;
    rate
}

/// Pages of 100 private networks per second.
async fn lists_at_once() -> f64 {
    const PATH: &str = "/vpc/v2/regions/fr-par/private-networks";
    let (fake, mut client) = start().await;
    for number in 0..100 {
        client.send(TOKEN, "POST", PATH, &format!("{{\"name\": \"network-{number}\"}}")).await;
    }
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(Client::of(&fake).await);
    }
    let started = Instant::now();
    let lists = clients.into_iter().map(|mut client| {
        tokio::spawn(async move {
            for _ in 0..LISTS {
                client.send(TOKEN, "GET", &format!("{PATH}?page_size=100"), "").await;
            }
        })
    });
    for client in lists.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    let rate = f64::from(CLIENTS * LISTS) / started.elapsed().as_secs_f64();
    fake.stop().await;
    rate
}

/// The duration of the creation of a container with secret variables, and the longest one of the reads meanwhile.
async fn reads_during_hashes() -> (Duration, Duration) {
    const NAMESPACES: &str = "/containers/v1/regions/fr-par/namespaces";
    let (fake, mut client) = start().await;
    let namespace = client.json(TOKEN, "POST", NAMESPACES, "{\"name\": \"bench\"}").await;
    let secrets: serde_json::Map<_, _> =
        (0..SECRETS).map(|number| (format!("KEY_{number}"), Value::from(format!("value-{number}")))).collect();
    let body = serde_json::json!({
        "name": "web", "namespace_id": namespace["id"], "image": "web:1", "secret_environment_variables": secrets,
    });
    let mut creator = Client::of(&fake).await;
    let creation = tokio::spawn(async move {
        let started = Instant::now();
        creator.send(TOKEN, "POST", "/containers/v1/regions/fr-par/containers", &body.to_string()).await;
        started.elapsed()
    });
    let mut longest = Duration::ZERO;
    while !creation.is_finished() {
        let started = Instant::now();
        client.send(TOKEN, "GET", NAMESPACES, "").await;
        longest = longest.max(started.elapsed());
    }
    fake.stop().await;
    (creation.await.unwrap(), longest)
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let rates = runtime.block_on(async {
        [("VPCs", vpcs().await), ("API keys", api_keys().await), ("stored objects", stored_objects().await)]
    });
    for (objects, rate) in rates {
        println!("{rate:.0} requests per second on one core for {objects} (at least {LEAST:.0})");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (rate, (creation, read)) = runtime.block_on(async { (lists_at_once().await, reads_during_hashes().await) });
    println!("{rate:.0} lists of 100 objects per second on all cores for {CLIENTS} clients");
    let [creation, read] = [creation, read].map(|duration| duration.as_secs_f64() * 1000.0);
    println!(
        "{read:.1} ms for the slowest read while a container with {SECRETS} secrets is created in {creation:.0} ms"
    );
    if rates.iter().any(|(_, rate)| *rate < LEAST) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
