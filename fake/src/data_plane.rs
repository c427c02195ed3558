//! The gateway in front of containers: finds the container of a request by the host name.
//!
//! | client | request |
//! |---|---|
//! | with a header | `curl --header "Host: api.example.org" $SCW_API_URL/health` |
//! | with a proxy | `curl --proxy $SCW_API_URL http://api.example.org/health` |
//! | the plugin's health checks | the setting `probeEndpoint` |
//!
//! There is no TLS: `https` requests are sent as plain HTTP. A host name belongs to a container if it is the
//! container's own endpoint, or the host name of one of its `ready` domains, unless a DNS zone of the fake has another
//! record. The domain decides which container answers: Scaleway's gateway uses host names, not DNS records.
//!
//! This module does not depend on deployments; see [`serving`].

use axum::body::Bytes;
use axum::http::{HeaderValue, Response, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::call::World;
use crate::products::containers::{CONTAINER, DOMAIN, TOKEN, serving};
use crate::products::domain_names::{self, Names};
use crate::products::{iam, object};
use crate::request::Received;
use crate::store::Object;

/// How often a request is forwarded from container to container.
const MOST_HOPS: usize = 4;

/// The suffix of host names that Scaleway assigns to containers.
const OWN_NAMES: &str = ".scw.cloud";

/// The response of the gateway.
#[derive(Debug, PartialEq)]
struct GatewayResponse {
    status: u16,
    body: Value,
}

/// The host name of the request, unless it is one of the fake itself: from an absolute URL, or from the header.
pub(crate) fn host(world: &World, received: &Received) -> Option<String> {
    let whole = received.uri.host().map(str::to_owned);
    let header = || received.header("host").map(|host| without_port(host).to_owned());
    let is_whole = whole.is_some();
    let host = whole.or_else(header)?.trim_end_matches('.').to_ascii_lowercase();
    let name = host.trim_matches(['[', ']']);
    let is_of_messages = ["sqs.mnq.", "sns.mnq."].iter().any(|start| name.starts_with(start));
    if is_of_messages || name == "localhost" || name.parse::<std::net::IpAddr>().is_ok() || object::is_its_host(&host) {
        return None;
    }
    // A request of the API may have a host name too.
    (is_whole || received.token().is_none() || is_known(world, &host)).then_some(host)
}

fn is_known(world: &World, host: &str) -> bool {
    host.ends_with(OWN_NAMES)
        || world.store.of(&DOMAIN).any(|domain| domain.text("hostname").eq_ignore_ascii_case(host))
        || domain_names::follow(&world.store, host) != Names::Elsewhere
}

/// The path of the request in the list of requests and in faults: `//api.example.org/health`.
pub(crate) fn path(host: &str, received: &Received) -> String {
    format!("//{host}{}", received.path)
}

/// The response of the container with this host name.
pub(crate) fn answer(world: &World, host: &str, received: &Received, now: Timestamp) -> Response<Bytes> {
    let GatewayResponse { status, body } = route(world, host, received, now, 0);
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn route(world: &World, host: &str, received: &Received, now: Timestamp, hops: usize) -> GatewayResponse {
    let container = match container(world, host) {
        Ok(container) => container,
        Err(error) => return error,
    };
    if container.text("privacy") == "private" && !opens(world, container, received, now) {
        return GatewayResponse::error(
            403,
            &format!("the container {} is private, and no token of it came along", name(container)),
        );
    }
    let Some(revision) = serving::serving(container) else {
        return GatewayResponse::error(503, &format!("no revision of the container {} is ready", name(container)));
    };
    if let Some(next) = revision.passes_on_to() {
        if hops >= MOST_HOPS {
            return GatewayResponse::error(508, "the request is forwarded in a cycle");
        }
        return route(world, &next, received, now, hops + 1);
    }
    let body = json!({
        "container": name(container),
        "id": container.id,
        "image": revision.image,
        "revision": revision.number,
        "host": host,
        "method": received.method,
        "path": received.path,
    });
    GatewayResponse { status: revision.status(), body }
}

/// The container with a host name.
fn container<'w>(world: &'w World, host: &str) -> Result<&'w Object, GatewayResponse> {
    let own = world.store.of(&CONTAINER).find(|container| serving::endpoint(container) == host);
    if let Some(container) = own {
        return Ok(container);
    }
    if domain_names::follow(&world.store, host) == Names::Nowhere {
        return Err(GatewayResponse::error(502, &format!("{host} does not resolve: its zone has no record of it")));
    }
    let domain = world.store.of(&DOMAIN).find(|domain| domain.text("hostname").eq_ignore_ascii_case(host));
    let domain = domain.filter(|domain| domain.text("status") == "ready");
    let container = domain.and_then(|domain| {
        let id = domain.text("container_id");
        world.store.anywhere(&CONTAINER, id)
    });
    container.ok_or_else(|| GatewayResponse::error(404, &format!("no container is served under {host}")))
}

/// Whether the request has a secret that a private container accepts: a token of the container or its namespace, or a
/// secret key of IAM.
fn opens(world: &World, container: &Object, received: &Received, now: Timestamp) -> bool {
    let Some(given) = received.token() else { return false };
    let owners = [container.id.as_str(), container.text("namespace_id")];
    let of_container = |token: &Object| {
        let is_owner = ["container_id", "namespace_id"].iter().any(|field| owners.contains(&token.text(field)));
        is_owner && token.text("token") == given && token.text("status") == "ready"
    };
    world.store.of(&TOKEN).any(of_container)
        || iam::secret_key_state(&world.store, given, now) == Some(true)
        || world.keys.as_ref().is_some_and(|keys| keys.iter().any(|key| key == given))
}

fn name(container: &Object) -> &str {
    container.text("name")
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

impl GatewayResponse {
    fn error(status: u16, message: &str) -> Self {
        Self { status, body: json!({ "message": message }) }
    }
}
