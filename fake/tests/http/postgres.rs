//! Logins with the PostgreSQL protocol at the fake's address.

use scaleway_fake::{Fault, FaultKind};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Client, client};

const PASSWORD: &str = "Made-up-canary-1";

/// A client, the path of an instance with a database `app`, and a user `bob` without privileges.
async fn with_database() -> (Client, String) {
    let client = client().await;
    let instances = "/rdb/v1/regions/fr-par/instances";
    let body = json!({ "name": "data", "engine": "PostgreSQL-15", "node_type": "DB-DEV-S", "user_name": "admin",
        "password": PASSWORD, "volume_type": "bssd", "volume_size": 5_000_000_000_u64 });
    let created = client.good(&format!("POST {instances}"), body).await;
    let one = format!("{instances}/{}", created["id"].as_str().unwrap());
    client.call(&format!("GET {one}")).await;
    client.good(&format!("POST {one}/databases"), json!({ "name": "app" })).await;
    let bob = json!({ "name": "bob", "password": PASSWORD, "is_admin": false });
    client.good(&format!("POST {one}/users"), bob).await;
    (client, one)
}

async fn allow(client: &Client, one: &str, permission: &str) {
    let body = json!({ "database_name": "app", "user_name": "bob", "permission": permission });
    client.good(&format!("PUT {one}/privileges"), body).await;
}

/// The last message of the fake in a login: its type and text.
async fn log_in(client: &Client, user: &str, password: &str, database: &str) -> (char, String) {
    let mut stream = TcpStream::connect(client.fake.url().strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'N', "there is no encryption");
    let who = format!("\0\u{3}\0\0user\0{user}\0database\0{database}\0\0");
    write(&mut stream, &[], who.as_bytes()).await;
    assert_eq!(read(&mut stream).await, Some(('R', "\0\0\0\u{3}".to_owned())));
    write(&mut stream, b"p", format!("{password}\0").as_bytes()).await;
    let mut last = (' ', "cut".to_owned());
    while let Some(message) = read(&mut stream).await {
        last = message;
        if matches!(last.0, 'Z' | 'E') {
            break;
        }
    }
    last
}

async fn write(stream: &mut TcpStream, kind: &[u8], body: &[u8]) {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    stream.write_all(&[kind, &length, body].concat()).await.unwrap();
}

async fn read(stream: &mut TcpStream) -> Option<(char, String)> {
    let kind = stream.read_u8().await.ok()?;
    let mut body = vec![0; stream.read_u32().await.ok()? as usize - 4];
    stream.read_exact(&mut body).await.ok()?;
    Some((char::from(kind), String::from_utf8(body).unwrap()))
}

#[tokio::test]
async fn login_needs_the_password_and_a_privilege_on_the_database() {
    let (client, one) = with_database().await;
    let ready = || ('Z', "I".to_owned());
    assert_eq!(log_in(&client, "admin", PASSWORD, "app").await, ready());
    for (user, password, database, expected) in [
        ("bob", PASSWORD, "app", "C42501\0Mpermission denied for database \"app\""),
        ("bob", "wrong", "app", "C28P01\0Mpassword authentication failed for user \"bob\""),
        ("eve", PASSWORD, "app", "C28P01\0Mpassword authentication failed for user \"eve\""),
        ("bob", PASSWORD, "none", "C3D000\0Mdatabase \"none\" does not exist"),
    ] {
        let (kind, text) = log_in(&client, user, password, database).await;
        assert!(kind == 'E' && text.contains(expected), "{text:?}");
    }
    allow(&client, &one, "readonly").await;
    assert_eq!(log_in(&client, "bob", PASSWORD, "app").await, ready());
    allow(&client, &one, "none").await;
    assert_eq!(log_in(&client, "bob", PASSWORD, "app").await.0, 'E');
}

#[tokio::test]
async fn logins_are_listed_and_faults_apply_to_them() {
    let (client, _) = with_database().await;
    client.fake.clear_requests();
    client
        .fake
        .fault(Fault::at("//app/*", FaultKind::Status { code: 503, body: None, retry_after: None }).method("LOGIN"));
    client.fake.fault(Fault::at("//app/*", FaultKind::DropBefore).method("LOGIN"));
    let (kind, text) = log_in(&client, "admin", PASSWORD, "app").await;
    assert!(kind == 'E' && text.contains("the database system is starting up"), "{text:?}");
    assert_eq!(log_in(&client, "admin", PASSWORD, "app").await.1, "cut");
    assert_eq!(log_in(&client, "admin", PASSWORD, "app").await.0, 'Z');
    let seen: Vec<_> =
        client.fake.requests().into_iter().map(|entry| (entry.method, entry.path, entry.status)).collect();
    let login = |status| ("LOGIN".to_owned(), "//app/admin".to_owned(), status);
    assert_eq!(seen, [login(Some(401)), login(None), login(Some(200))]);
}

#[tokio::test]
async fn silent_connection_does_not_block_others() {
    let client = client().await;
    let address = client.fake.url().strip_prefix("http://").unwrap().to_owned();
    let silent = TcpStream::connect(address).await.unwrap();
    assert_eq!(client.call("GET /_fake/faults").await.0, 200);
    drop(silent);
    client.fake.stop().await;
}
