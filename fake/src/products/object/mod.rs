//! Object Storage: buckets with their configurations and objects, as S3 on the port of the fake.
//!
//! The requests of S3 are those with an AWS signature for it, those for a host below `s3.<region>.scw.cloud`, and those
//! without an API key for an existing bucket. The crate `s3s` implements signatures, routes and XML; this module
//! implements Scaleway's behaviour, and the differences between its responses and those of that crate.
//!
//! This module does not depend on faults, the log or the API documents: Object Storage has none. It has no transient
//! statuses: in the recordings each request is complete with its response, so `--settle` has no effect here.

// Operations take ownership of their input, as `s3s` passes it.
#![allow(clippy::needless_pass_by_value)]

mod access;
mod acl;
mod bucket;
mod configuration;
mod contents;
mod digest;
mod listing;
mod lock;
mod multipart;
mod policy;
mod rules;
mod service;
mod signer;
mod storage;
mod wire;

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::{Request, Response};
use jiff::Timestamp;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::S3ServiceBuilder;
use serde_json::{Map, Value};

use crate::call::World;
use crate::request::Received;
use crate::state::Server;
use crate::store::Kind;
use access::Access;
use service::Service;
pub(crate) use signer::is_signed;
use signer::{Host, Secret, Signer};
use storage::{BUCKET, OBJECT, PART, UPLOAD};

/// The kinds in the seed and in `/_fake/objects`.
pub(crate) static KINDS: &[&Kind] = &[&BUCKET, &OBJECT, &UPLOAD, &PART];

/// A response and its operation.
pub(crate) struct Served {
    pub(crate) response: Response<Bytes>,
    pub(crate) operation: Option<String>,
}

/// Whether a host name is one of Object Storage.
pub(crate) fn is_its_host(host: &str) -> bool {
    signer::place(host).is_some()
}

/// Whether the request belongs to Object Storage.
pub(crate) fn is_addressed(world: &World, received: &Received) -> bool {
    let signed = received.header("authorization").is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256"))
        && signer::credential(received)
            .is_none_or(|scope| scope.split('/').nth(3).is_none_or(|service| service == "s3"));
    let presigned = received.query.iter().any(|(name, _)| name == "X-Amz-Signature");
    let by_host = received.header("host").is_some_and(|host| signer::place(host).is_some());
    let anonymous = || {
        let first = received.path.trim_start_matches('/').split('/').next().unwrap_or_default();
        received.token().is_none() && world.store.anywhere(&BUCKET, first).is_some()
    };
    signed || presigned || by_host || anonymous()
}

/// Bucket and key for the log, with path-style and virtual-hosted-style URLs.
pub(crate) fn path(received: &Received) -> String {
    match received.header("host").and_then(signer::place).and_then(|place| place.bucket) {
        Some(bucket) => format!("/{bucket}{}", received.path),
        None => received.path.clone(),
    }
}

/// Answers the request.
pub(crate) async fn answer(server: &Arc<Server>, received: &Received) -> Served {
    let operation = Arc::new(Mutex::new(None));
    let signer = Signer::of(&server.read(), received, server.clock.now());
    let (path, request_id) = (path(received), request_id(server));
    let mut response = None;
    if let Err(error) = signer.check().and_then(|()| digest::check_body(received)) {
        response = error.to_http_response().ok();
    }
    for secret in signer.secrets() {
        let ended = response.as_ref().is_some_and(|response| !wire::is_wrong_signature(response));
        if ended {
            break;
        }
        let request = match secret {
            Some(_) => received.to_request(),
            None => signer::unsigned(received).to_request(),
        };
        response = send(server, &signer, &operation, secret, request).await;
    }
    let response = match response {
        Some(response) => wire::translate(response, &path, &request_id, &received.method).await,
        None => wire::error(500, "InternalError", "defect of the fake: it has no answer", &path, &request_id),
    };
    let operation = operation.lock().ok().and_then(|mut operation| operation.take());
    Served { response, operation }
}

/// The response to a request that a fault affects.
pub(crate) fn error_response(server: &Server, received: &Received, status: u16) -> Response<Bytes> {
    let code = match status {
        400 => "InvalidRequest",
        403 => "AccessDenied",
        404 => "NoSuchKey",
        409 => "OperationAborted",
        429 | 503 => "SlowDown",
        _ => "InternalError",
    };
    wire::error(status, code, "an injected fault", &path(received), &request_id(server))
}

async fn send(
    server: &Arc<Server>,
    signer: &Signer,
    operation: &Arc<Mutex<Option<String>>>,
    secret: Option<&str>,
    request: Request<s3s::Body>,
) -> Option<s3s::HttpResponse> {
    let caller = signer.caller.clone();
    let mut builder = S3ServiceBuilder::new(Service { server: Arc::clone(server), caller: caller.clone() });
    builder.set_auth(Secret(secret.map(str::to_owned)));
    builder.set_host(Host);
    if server.clock.is_manual() {
        // The library compares the time of a signature with the time of the machine.
        let mut config = S3Config::default();
        config.presigned_url_max_skew_time_secs = u32::MAX;
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    }
    builder.set_access(Access { server: Arc::clone(server), caller, operation: Arc::clone(operation) });
    builder.build().call(request).await.ok()
}

/// As recorded: `txg`, random characters, and the time.
fn request_id(server: &Server) -> String {
    let rng = server.rng.uuid().replace('-', "");
    format!("txg{}-{:010x}", &rng[..20], server.clock.now().as_second())
}

/// The complete fields of a bucket of the seed, or an error message.
pub(crate) fn seeded_fields(
    kind: &Kind,
    region: &str,
    id: &str,
    project: &str,
    now: Timestamp,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, String> {
    if kind.name != BUCKET.name {
        return Err("only buckets can be there from the start".to_owned());
    }
    let mut fields = bucket::fields(id, region, project, &format!("{now:.0}"));
    if let Some(unknown) = given.keys().find(|name| !fields.contains_key(*name)) {
        return Err(format!("{unknown}: there is no such field"));
    }
    fields.extend(given.clone());
    Ok(fields)
}
