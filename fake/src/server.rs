//! The steps of one request.
//!
//! This module does not implement operations. One port serves the API, Object Storage (the requests for which
//! [`object::is_addressed`] returns true), queues and topics ([`messages::addressed`]), containers (by host name, see [`data_plane`]), and databases, which do not
//! use HTTP ([`crate::postgres`]).

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderValue, Request, Response, header};
use jiff::Timestamp;
use scaleway_api::{Document, Kind, Method, Operation, Reason, Rules, Violation};
use serde_json::{Map, Value, json};
use tokio_stream::StreamExt;

use crate::admin;
use crate::call::{Call, World, WorldRef};
use crate::connection::Line;
use crate::data_plane;
use crate::facts;
use crate::faults::FaultKind;
use crate::hashing::{Hashes, Secrets};
use crate::journal::Entry;
use crate::permissions;
use crate::products::{self, Route, Service, functions, iam, mnq::messages, object};
use crate::remote;
use crate::request::{self, Received};
use crate::response::{ApiError, ApiResponse};
use crate::rights::{self, Visibility};
use crate::state::Server;

/// Answers one request to the port.
pub(crate) async fn exchange(
    State(server): State<Arc<Server>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request<Body>,
) -> Response<Body> {
    answer(&server, &line, request).await
}

/// Answers one request.
pub(crate) async fn answer(server: &Arc<Server>, line: &Line, request: Request<Body>) -> Response<Body> {
    let Some(received) = Received::read(request).await else {
        return ApiError::message(400, "the request cannot be read").0.into_response("").map(Body::from);
    };
    let host = data_plane::host(&server.read(), &received);
    if let Some(answer) = remote::answer(&server.read(), &received, host.as_deref()) {
        return answer.into_response("").map(Body::from);
    }
    if let Some(answer) = admin::answer(server, &received).filter(|_| host.is_none()) {
        return answer.into_response("").map(Body::from);
    }
    // The URL for the code of functions looks like one of Object Storage.
    let is_code = received.path.starts_with(functions::UPLOADS);
    let message = messages::addressed(&received).filter(|_| host.is_none());
    let stored = host.is_none() && message.is_none() && !is_code && object::is_addressed(&server.read(), &received);
    let method = message.as_ref().map_or_else(|| received.method.clone(), |message| message.method().to_owned());
    let path = match &host {
        Some(host) => data_plane::path(host, &received),
        None if message.is_some() => message.as_ref().map(messages::Addressed::path).unwrap_or_default(),
        None if stored => object::path(&received),
        None => received.path.clone(),
    };
    let route = if host.is_none() && !stored && message.is_none() { route(&received) } else { None };
    let operation = route.as_ref().map(|route| route.operation.id.clone());
    let operation = operation.or_else(|| message.as_ref().map(|message| message.action.clone()));
    let fault = server.faults().strike(&method, &path, received.uri.query());
    if let Some(FaultKind::Delay { seconds }) = &fault {
        server.clock.sleep(std::time::Duration::try_from_secs_f64(*seconds).unwrap_or_default()).await;
    }
    let (answer, operation) = match &fault {
        Some(FaultKind::DropBefore) => (None, None),
        Some(FaultKind::Text { code, content_type, body }) => (Some(raw(*code, content_type, body)), operation),
        Some(FaultKind::Status { code, body: None, .. }) if stored => {
            (Some(object::error_response(server, &received, *code)), None)
        }
        Some(FaultKind::Status { code, body: None, .. }) if message.is_some() => {
            let message = message.as_ref().map(|message| messages::error_response(server, message, *code));
            (message, operation)
        }
        Some(FaultKind::Status { code, body, .. }) => {
            let answer = ApiResponse::json(*code, body.clone());
            (Some(answer.into_response(&server.rng.uuid())), operation)
        }
        _ if stored => {
            let outcome = object::answer(server, &received).await;
            (Some(outcome.response), outcome.operation)
        }
        _ if message.is_some() => {
            (message.as_ref().map(|message| messages::answer(server, message, &received)), operation)
        }
        _ if host.is_some() => {
            let (host, now) = (host.unwrap_or_default(), server.clock.now());
            (Some(data_plane::answer(&server.read(), &host, &received, now)), None)
        }
        _ if is_code => {
            let answer = functions::upload(&mut server.write(), &received).unwrap_or_else(|ApiError(answer)| answer);
            (Some(answer.into_response(&server.rng.uuid())), operation)
        }
        _ => (Some(decide(server, &received, route)), operation),
    };
    let answer = answer.filter(|_| fault != Some(FaultKind::DropAfter));
    let answer = match &fault {
        Some(FaultKind::StatusAfter { code, body }) => {
            Some(ApiResponse::json(*code, body.clone()).into_response(&server.rng.uuid()))
        }
        _ => answer,
    };
    let status = answer.as_ref().map(|answer| answer.status().as_u16());
    let answer = match server.journal().note(entry(server, &received, (method, path), status, operation)) {
        Ok(()) => answer,
        Err(error) => {
            let error_response = ApiError::defect(&format!("the log cannot be written: {error}"));
            Some(error_response.0.into_response(""))
        }
    };
    if let Some(FaultKind::DelayAfter { seconds }) = &fault {
        server.clock.sleep(std::time::Duration::try_from_secs_f64(*seconds).unwrap_or_default()).await;
    }
    let Some(response) = answer else {
        line.cut();
        return Response::default();
    };
    let mut response = match fault {
        Some(FaultKind::Truncate) => truncated(response),
        Some(FaultKind::Status { retry_after: Some(seconds), .. }) => retry_after(response, seconds).map(Body::from),
        _ => response.map(Body::from),
    };
    // Times in responses are those of the fake's clock, which a client reads from this header. Clients of Object Storage
    // sign with the time in responses, and signatures are compared with the real time.
    if stored || message.is_some() {
        return response;
    }
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&server.clock.now());
    if let Some(date) = date.ok().and_then(|date| HeaderValue::try_from(date).ok()) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// The arguments of a call that do not depend on the objects.
struct Prepared {
    route: Route,
    service: Service,
    query: Map<String, Value>,
    body: Map<String, Value>,
    nulls: Vec<String>,
    secrets: Option<Secrets>,
}

/// The response of the API.
fn decide(server: &Server, received: &Received, route: Option<Route>) -> Response<Bytes> {
    let answer = handle(server, received, route);
    answer.unwrap_or_else(|ApiError(answer)| answer).into_response(&server.rng.uuid())
}

/// Matches and validates the request, computes hashes, authenticates, checks permissions, calls the handler, and validates
/// the response. The objects are locked from the authentication to the end of the handler: for reading, if the operation
/// does not change them.
fn handle(server: &Server, received: &Received, route: Option<Route>) -> Result<ApiResponse, ApiError> {
    let prepared = match prepare(received, route) {
        Ok(prepared) => prepared,
        Err(error) => {
            authenticate(&server.read(), received.token(), server.clock.now())?;
            return Err(error);
        }
    };
    let hashes = match &prepared.secrets {
        Some(secrets) => {
            // Hashes are expensive: only for a valid API key.
            authenticate(&server.read(), received.token(), server.clock.now())?;
            server.hasher.hashes(secrets)?
        }
        None => Hashes::default(),
    };
    let Route { document, operation, .. } = prepared.route;
    let name = format!("{} {}", document.name, operation.id);
    let given = if operation.method == Method::Get { Map::new() } else { prepared.body.clone() };
    let answer = match prepared.service {
        Service::Read(service) => {
            let world = server.read();
            let mut call = call(&*world, received, prepared, hashes, server.clock.now())?;
            let answer = service.answer(&mut call)?;
            server.unstored().note(&name, &given, std::iter::empty());
            answer
        }
        Service::Write(service) => {
            let mut world = server.write();
            let mut call = call(&mut *world, received, prepared, hashes, server.clock.now())?;
            let answer = service.answer(&mut call)?;
            server.unstored().note(&name, &given, world.store.changed());
            answer
        }
    };
    validated(document, operation, answer)
}

/// Matches and validates the request.
fn prepare(received: &Received, route: Option<Route>) -> Result<Prepared, ApiError> {
    let route = route.ok_or_else(|| ApiError::message(404, "there is nothing at this address"))?;
    let Route { document, operation, .. } = route;
    let not_served = || ApiError::not_served(&format!("{} {}", document.name, operation.id));
    let service = route.service.ok_or_else(not_served)?;
    request::check_locality(&route.parameters)?;
    let query = received.query(document, operation)?;
    let body = received.given(document, operation)?;
    let secrets = Secrets::of(&document.name, &body);
    Ok(Prepared { route, service, query, body, nulls: received.nulls(), secrets })
}

/// The call, if the API key is valid and has the permissions.
fn call<'a, W: WorldRef>(
    world: W,
    received: &Received,
    prepared: Prepared,
    hashes: Hashes,
    now: Timestamp,
) -> Result<Call<'a, W>, ApiError> {
    authenticate(&world, received.token(), now)?;
    let Prepared { route: Route { document, operation, parameters, .. }, query, body, nulls, .. } = prepared;
    let order = operation.query_parameters.iter().find(|parameter| parameter.name == "order_by");
    let order = order.and_then(|parameter| match &document.resolve(&parameter.schema).kind {
        Kind::Enum { default, .. } => Some(default.as_str()),
        _ => None,
    });
    let visibility = Visibility::All;
    let mut call = Call { operation, parameters, query, body, nulls, hashes, order, now, visibility, world };
    if call.world.enforce_permissions
        && let Some(needed) = rights::needed(&document.name, &operation.id, operation.method)
    {
        call.visibility = permissions::check(&call, received.token().unwrap_or_default(), &needed)?;
    }
    Ok(call)
}

/// The response with the value that a handler returned, if it fits the API document.
fn validated(document: &Document, operation: &Operation, mut answer: Value) -> Result<ApiResponse, ApiError> {
    let status = facts::status_of(&document.name, &operation.id).unwrap_or(operation.status);
    let Some(schema) = &operation.answer else {
        return Ok(ApiResponse::json(status, None));
    };
    if let Some(wrapper) = operation.wrapper.as_ref().filter(|wrapper| answer.get(*wrapper).is_none()) {
        answer = json!({ wrapper: answer });
    }
    let mut total = None;
    if let (true, Some(fields)) = (operation.counts_in_header, answer.as_object_mut()) {
        total = fields.remove("total_count").and_then(|total| usize::try_from(total.as_u64()?).ok());
    }
    let violations = document.validate(schema, &answer, Rules::STRICT);
    let is_known = |violation: &&Violation| {
        let name = violation.path.rsplit('.').next().unwrap_or(&violation.path);
        let is_open = || {
            violation.reason == Reason::Unknown
                || at(&answer, &violation.path).is_some_and(|value| value.is_null() || value.is_string())
        };
        facts::is_lenient(&document.name, name) && is_open()
    };
    if let Some(violation) = violations.iter().find(|violation| !is_known(violation)) {
        let what = format!("{} answers {}: {}", operation.id, violation.path, violation.message);
        return Err(ApiError::defect(&what));
    }
    Ok(ApiResponse { status, body: Some(answer), total, is_text: operation.is_text })
}

/// The value at the path of a violation, such as `rules[0].ip_range`.
fn at<'a>(answer: &'a Value, path: &str) -> Option<&'a Value> {
    path.split(['.', '[']).try_fold(answer, |value, step| match step.strip_suffix(']') {
        Some(index) => value.get(index.parse::<usize>().ok()?),
        None => value.get(step),
    })
}

/// An API key created through IAM is valid until it expires; of other API keys, all are valid, or only those given at
/// the start.
fn authenticate(world: &World, token: Option<&str>, now: Timestamp) -> Result<(), ApiError> {
    let token = token.filter(|token| !token.is_empty()).ok_or_else(|| ApiError::unauthenticated("invalid_argument"))?;
    match (iam::secret_key_state(&world.store, token, now), &world.keys) {
        (Some(true), _) | (None, None) => Ok(()),
        (Some(false), _) => Err(ApiError::unauthenticated("expired")),
        (None, Some(keys)) if keys.iter().any(|key| key == token) => Ok(()),
        (None, Some(_)) => Err(ApiError::unauthenticated("not_found")),
    }
}

fn route(received: &Received) -> Option<Route> {
    products::find(Method::from_name(&received.method)?, &received.path)
}

fn entry(
    server: &Server,
    received: &Received,
    (method, path): (String, String),
    status: Option<u16>,
    operation: Option<String>,
) -> Entry {
    let elapsed = server.clock.now().duration_since(server.started).as_secs_f64();
    Entry {
        t: (elapsed * 1000.0).round() / 1000.0,
        method,
        path,
        status,
        operation,
        query: received.query.clone(),
        body: received.json().unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&received.body))),
    }
}

/// The first half of the body, and then a closed connection.
fn truncated(response: Response<Bytes>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let half = body.slice(..body.len() / 2);
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
    // Yields between the two, so that the half is sent before the connection is closed.
    let stream = tokio_stream::iter([Ok(half), Err(broken)]).then(async |part: std::io::Result<Bytes>| {
        tokio::task::yield_now().await;
        part
    });
    Response::from_parts(parts, Body::from_stream(stream))
}

/// A response without Scaleway's headers.
fn raw(code: u16, content_type: &str, body: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
    *response.status_mut() = axum::http::StatusCode::from_u16(code).unwrap_or_default();
    if let Ok(content_type) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    response
}

fn retry_after(mut response: Response<Bytes>, seconds: u32) -> Response<Bytes> {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}
