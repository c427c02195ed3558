//! Two containers and a URL that routes to one of them: the idle colour gets the new release, is checked until it is
//! healthy, and only then the URL is switched.
//!
//! The active colour is an input, because a value stored by the component would be wrong after a failed update. The parts are
//! registered in this order: active colour, health check, router, idle colour. If one fails, those after it are unchanged.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use value::{Object, Path, Value, object};

use crate::component::Component;
use crate::error::Error;
use crate::problem::Problem;
use crate::scope::{Part, Scope, described};
use crate::serverless_container::wrong_resources;

pub(crate) struct BlueGreenDeployment;

const COLOURS: [&str; 2] = ["blue", "green"];

/// The properties of a colour.
const OF_COLOUR: [&str; 4] = ["image", "imageDigest", "environmentVariables", "secretVariables"];

/// The properties of `healthCheck`.
const OF_HEALTH_CHECK: [&str; 5] = ["path", "statuses", "contains", "intervalSeconds", "timeoutSeconds"];

/// The port that the router listens on.
const ROUTER_PORT: u32 = 8080;

/// The maximum of concurrent requests per instance that Scaleway allows: the router needs little CPU for each.
const ROUTER_REQUESTS: u32 = 80;

impl Component for BlueGreenDeployment {
    fn token(&self) -> &'static str {
        "evalap/blueGreenDeployment:BlueGreenDeployment"
    }

    fn label(&self) -> &'static str {
        "blue-green-deployment"
    }

    fn problems(&self, inputs: &Object) -> Vec<Problem> {
        let mut problems = wrong_resources(inputs);
        if let Some(active) = inputs.text("active").filter(|active| inputs.given(active).is_none()) {
            let reason = format!("\"{active}\" requires `{active}`: set it, or activate the other colour");
            problems.push(Problem::new(Path::root("active"), reason));
        }
        if let Some(zone) = inputs.given("dnsZone") {
            let hostname = inputs.text("hostname");
            let outside = |zone: &str| hostname.is_some_and(|host| within(host, zone).is_none());
            if inputs.given("hostname").is_none() {
                let reason = "requires `hostname`, the name of the record: set both, or neither";
                problems.push(Problem::new(Path::root("dnsZone"), reason));
            } else if zone.as_str().is_some_and(outside) {
                let reason = format!("\"{}\" is not in the zone of `dnsZone`", hostname.unwrap_or_default());
                problems.push(Problem::new(Path::root("hostname"), reason));
            }
        }
        problems
    }

    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>> {
        async move {
            let namespace = namespace(scope, inputs).await?.id();
            let is_active = |colour: &&&str| inputs.text("active") == Some(**colour);
            let active = COLOURS.iter().find(is_active).copied().unwrap_or("blue");
            let serving = colour(scope, inputs, &namespace, active, inputs.get("minScale")).await?;
            let endpoint = serving.output("endpoint");
            let healthy = health(scope, inputs, active, &endpoint).await?;
            // The router depends on the health check by its URN, so it is unchanged if the check fails.
            let to = endpoint.clone().depending_on([healthy.urn().to_owned()]);
            let router = router(scope, inputs, &namespace, to).await?;
            let url = match inputs.given("hostname") {
                Some(hostname) => named(scope, inputs, &router, hostname).await?,
                None => router.output("endpoint"),
            };
            // Last, because it serves requests until the router is switched.
            let mut idle = Value::NULL;
            for other in COLOURS.into_iter().filter(|other| *other != active && inputs.given(other).is_some()) {
                idle = colour(scope, inputs, &namespace, other, Some(&Value::from(0))).await?.output("endpoint");
            }
            Ok(object! { "url": url, "activeEndpoint": endpoint, "idleEndpoint": idle })
        }
        .boxed()
    }
}

async fn namespace(scope: &Scope<'_>, inputs: &Object) -> Result<Part, Error> {
    let naming = &scope.naming;
    let namespace = object! {
        "name": naming.name(),
        "description": format!("Blue and green of {}, {}", naming.base(), naming.environment()),
        "tags": naming.tags(),
        "region": inputs.get("region"),
        "projectId": inputs.get("projectId"),
    };
    scope.create("containers/namespace:Namespace", "namespace", namespace).await
}

/// One of the two containers.
async fn colour(
    scope: &Scope<'_>,
    inputs: &Object,
    namespace: &Value,
    colour: &str,
    least: Option<&Value>,
) -> Result<Part, Error> {
    let given = described(inputs, colour, &OF_COLOUR);
    let mut own = object! {
        "namespaceId": namespace.clone(),
        "image": given.get("image"),
        "imageDigest": given.get("imageDigest"),
        "minScale": least,
        "isPublic": true,
        "environmentVariables": variables(inputs, &given),
        "secretVariables": merged(inputs.given("secretVariables"), given.given("secretVariables")),
    };
    for shared in ["port", "cpu", "memory", "maxScale", "timeout", "privateNetworkId"] {
        own = own.with(shared, inputs.get(shared));
    }
    let base = format!("{}-{colour}", scope.naming.base());
    scope.inside("serverlessContainer:ServerlessContainer", (colour, ""), &base, inputs, own).await
}

/// The health check of the active colour; it runs again when the release changes.
async fn health(scope: &Scope<'_>, inputs: &Object, colour: &str, endpoint: &Value) -> Result<Part, Error> {
    let check = described(inputs, "healthCheck", &OF_HEALTH_CHECK);
    let path = check.given("path").cloned().unwrap_or_else(|| Value::from("/"));
    let given = described(inputs, colour, &OF_COLOUR);
    let environment = variables(inputs, &given);
    let environment = Value::computed(&[&environment], |known| {
        Value::from(known[0].to_json().map(|json| json.to_string()).unwrap_or_default())
    });
    let mut triggers = object! { "image": given.get("image"), "environment": environment };
    if let Some(digest) = given.given("imageDigest") {
        triggers.insert("imageDigest".to_owned(), digest.clone());
    }
    let mut health = object! { "url": Value::concat([endpoint.clone(), path]), "triggers": triggers };
    for shared in ["statuses", "contains", "intervalSeconds", "timeoutSeconds"] {
        health = health.with(shared, check.get(shared));
    }
    scope.create("evalap/healthCheck:HealthCheck", "health", health).await
}

/// The container that forwards requests. Its updates cause no interruption: the previous revision serves until the new one is ready.
async fn router(scope: &Scope<'_>, inputs: &Object, namespace: &Value, to: Value) -> Result<Part, Error> {
    let words = ["reverse-proxy", "--from", &format!(":{ROUTER_PORT}"), "--to"].map(Value::from);
    let args: Vec<Value> = words.into_iter().chain([to, Value::from("--change-host-header")]).collect();
    let desired = Value::from(inputs.get("minScale"));
    // One instance avoids cold starts; the router scales with the requests.
    let least =
        Value::computed(&[&desired], |known| Value::from(known[0].as_f64().map(|least| Value::from(least.min(1.0)))));
    let own = object! {
        "namespaceId": namespace.clone(),
        "image": inputs.get("routerImage"),
        "commands": vec![Value::from("caddy")],
        "args": args,
        "port": ROUTER_PORT,
        "cpu": 250,
        "requestsPerInstance": ROUTER_REQUESTS,
        "minScale": least,
        "maxScale": inputs.get("maxScale"),
        "timeout": inputs.get("timeout"),
        "isPublic": true,
    };
    scope.inside("serverlessContainer:ServerlessContainer", ("router", ""), scope.naming.base(), inputs, own).await
}

/// Registers the host name of the router and, with `dnsZone`, its record. Returns the URL.
async fn named(scope: &Scope<'_>, inputs: &Object, router: &Part, hostname: &Value) -> Result<Value, Error> {
    let mut host = hostname.clone();
    if let Some(zone) = inputs.given("dnsZone") {
        // The apex of a zone cannot have a CNAME record.
        let kind = Value::computed(&[hostname, zone], |known| {
            let names = known[0].as_str().zip(known[1].as_str());
            let is_apex = names.is_some_and(|(host, zone)| within(host, zone) == Some(""));
            Value::from(if is_apex { "ALIAS" } else { "CNAME" })
        });
        let endpoint = router.output("endpoint");
        let data = Value::computed(&[&endpoint], |known| {
            Value::from(known[0].as_str().map(|url| Value::from(format!("{}.", url.trim_start_matches("https://")))))
        });
        let name = Value::computed(&[hostname, zone], |known| {
            let names = known[0].as_str().zip(known[1].as_str());
            Value::from(names.and_then(|(host, zone)| within(host, zone)).map(Value::from))
        });
        let record = object! { "dnsZone": zone, "name": name, "type": kind, "data": data, "ttl": 300 };
        let record = scope.create("domain/record:Record", "record", record).await?;
        host = host.depending_on([record.urn().to_owned()]);
    }
    let domain = object! {
        "containerId": router.output("containerId"),
        "hostname": host,
        "region": inputs.get("region"),
    };
    let domain = scope.create("containers/domain:Domain", "domain", domain).await?;
    Ok(Value::concat([Value::from("https://"), domain.output("hostname")]))
}

/// The plain environment variables of a colour.
fn variables(inputs: &Object, colour: &Object) -> Value {
    merged(inputs.given("environmentVariables"), colour.given("environmentVariables"))
}

/// Both maps of variables; the second takes precedence. Unknown if either map is unknown.
fn merged(shared: Option<&Value>, own: Option<&Value>) -> Value {
    let both = [shared, own].map(Value::from);
    let all: Object = both.iter().filter_map(Value::as_object).flat_map(Object::clone).collect();
    let merged = match both.iter().any(Value::is_unknown) {
        true => Value::UNKNOWN,
        false if all.is_empty() => return Value::NULL,
        false => Value::from(all),
    };
    both.iter().fold(merged, Value::as_computed_from)
}

/// A host name within a zone; empty for the zone itself.
fn within<'h>(host: &'h str, zone: &str) -> Option<&'h str> {
    let start = host.len().checked_sub(zone.len())?;
    let end = host.get(start..).filter(|end| end.eq_ignore_ascii_case(zone));
    let head = end.and_then(|_| host.get(..start))?;
    if head.is_empty() { Some("") } else { head.strip_suffix('.') }
}

#[cfg(test)]
#[path = "blue_green_deployment_tests.rs"]
mod tests;
