//! PostgreSQL logins: accepts a login if [`rdb::login`] accepts it.
//!
//! The port is that of the API: the first byte of a PostgreSQL client is zero, which no HTTP request begins with. The
//! address represents all databases of all instances; the user, the password and the database of the login select the
//! instance. There is no TLS, and the password is sent as plain text. The databases contain no tables.
//!
//! In the list of requests and in faults, a login has the method `LOGIN` and the path `//{database}/{user}`.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::faults::FaultKind;
use crate::journal::Entry;
use crate::products::rdb::{self, Login};
use crate::state::Server;

/// The first byte of a PostgreSQL client: the highest byte of a length, which is small.
pub(crate) const BEGINS: u8 = 0;

/// The maximum length of a message.
const MOST: usize = 10_000;

/// Requests for encryption (TLS and GSSAPI), which a client sends before the login.
const ENCRYPTION: [u32; 2] = [80_877_103, 80_877_104];
const PROTOCOL_3: u32 = 196_608;

/// An error of a login.
struct Rejected {
    code: &'static str,
    message: String,
}

/// Serves one connection until the client closes it, or sends a message that does not belong to the protocol.
pub(crate) async fn serve(server: Arc<Server>, mut stream: TcpStream) {
    // The client sees that the connection is closed.
    let _ = converse(&server, &mut stream).await;
}

async fn converse(server: &Server, stream: &mut TcpStream) -> io::Result<()> {
    let Some((user, database)) = greeting(stream).await? else { return Ok(()) };
    send(stream, b'R', &3_u32.to_be_bytes()).await?;
    let (kind, password) = message(stream).await?;
    if kind != b'p' {
        return Ok(());
    }
    let path = format!("//{database}/{user}");
    let fault = server.faults().strike("LOGIN", &path, None);
    let rejected = match &fault {
        Some(FaultKind::Delay { seconds }) => {
            server.clock.sleep(std::time::Duration::try_from_secs_f64(*seconds).unwrap_or_default()).await;
            check_login(server, &user, text(&password), &database)
        }
        Some(FaultKind::Status { .. } | FaultKind::Text { .. }) => {
            Some(Rejected { code: "57P03", message: "the database system is starting up".to_owned() })
        }
        _ => check_login(server, &user, text(&password), &database),
    };
    let is_cut = matches!(fault, Some(FaultKind::DropBefore | FaultKind::DropAfter | FaultKind::Truncate));
    let status = if is_cut { None } else { Some(if rejected.is_some() { 401 } else { 200 }) };
    note(server, path, status)?;
    if is_cut {
        return Ok(());
    }
    if let Some(Rejected { code, message }) = rejected {
        return send(stream, b'E', &error("FATAL", code, &message)).await;
    }
    send(stream, b'R', &0_u32.to_be_bytes()).await?;
    send(stream, b'S', b"server_version\x0016.0\0").await?;
    send(stream, b'S', b"client_encoding\0UTF8\0").await?;
    inside(stream).await
}

/// The user and the database of the login; `None` after an unsupported request.
async fn greeting(stream: &mut TcpStream) -> io::Result<Option<(String, String)>> {
    loop {
        let message = body(stream).await?;
        let (code, rest) = message.split_at_checked(4).unwrap_or_default();
        match code.try_into().map(u32::from_be_bytes) {
            Ok(code) if ENCRYPTION.contains(&code) => stream.write_all(b"N").await?,
            Ok(PROTOCOL_3) => {
                let mut words = rest.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned());
                let mut parameters = HashMap::new();
                while let (Some(name), Some(value)) = (words.next(), words.next()) {
                    parameters.insert(name, value);
                }
                let Some(user) = parameters.remove("user") else { return Ok(None) };
                let database = parameters.remove("database").unwrap_or_else(|| user.clone());
                return Ok(Some((user, database)));
            }
            _ => return Ok(None),
        }
    }
}

/// Rejects each statement.
async fn inside(stream: &mut TcpStream) -> io::Result<()> {
    loop {
        send(stream, b'Z', b"I").await?;
        match message(stream).await?.0 {
            b'Q' => send(stream, b'E', &error("ERROR", "0A000", "the fake runs no queries")).await?,
            _ => return Ok(()),
        }
    }
}

fn check_login(server: &Server, user: &str, password: &str, database: &str) -> Option<Rejected> {
    let answer = rdb::login(&server.read().store, &Login::new(user, password, database));
    if answer["accepted"] == json!(true) {
        return None;
    }
    let reason = answer["reason"].as_str().unwrap_or_default();
    // The messages are those of PostgreSQL and contain no password.
    Some(match reason {
        rdb::NO_DATABASE => Rejected { code: "3D000", message: format!("database \"{database}\" does not exist") },
        rdb::NO_RIGHT => Rejected { code: "42501", message: format!("permission denied for database \"{database}\"") },
        rdb::WRONG_PASSWORD => {
            Rejected { code: "28P01", message: format!("password authentication failed for user \"{user}\"") }
        }
        other => Rejected { code: "57P03", message: other.to_owned() },
    })
}

fn note(server: &Server, path: String, status: Option<u16>) -> io::Result<()> {
    let elapsed = server.clock.now().duration_since(server.started).as_secs_f64();
    server.journal().note(Entry {
        t: (elapsed * 1000.0).round() / 1000.0,
        method: "LOGIN".to_owned(),
        path,
        status,
        operation: None,
        query: Vec::new(),
        body: Value::Null,
    })
}

fn error(severity: &str, code: &str, message: &str) -> Vec<u8> {
    format!("S{severity}\0V{severity}\0C{code}\0M{message}\0\0").into_bytes()
}

/// The string without its terminating zero.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes.strip_suffix(&[0]).unwrap_or(bytes)).unwrap_or_default()
}

async fn message(stream: &mut TcpStream) -> io::Result<(u8, Vec<u8>)> {
    Ok((stream.read_u8().await?, body(stream).await?))
}

/// A length, which includes itself, and the bytes that follow.
async fn body(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let length = usize::try_from(stream.read_u32().await?).ok().and_then(|length| length.checked_sub(4));
    let length = length.filter(|length| *length <= MOST).ok_or(io::ErrorKind::InvalidData)?;
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

async fn send(stream: &mut TcpStream, kind: u8, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len() + 4).map_err(|_| io::ErrorKind::InvalidData)?;
    let message = [&[kind][..], &length.to_be_bytes(), body].concat();
    stream.write_all(&message).await
}
