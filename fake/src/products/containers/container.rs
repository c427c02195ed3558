//! Containers: each create or update deploys the container.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::kinds::{CONTAINER, NAMESPACE, PARTS};
use super::namespace::secret_variables;
use super::serving;
use crate::call::{Call, Handled};
use crate::products::vpc;
use crate::response::ApiError;

/// A container whose image name contains this ends in the status `error`.
pub(super) const BROKEN: &str = "does-not-start";

/// As recorded: the maximum length of the namespace's name in the endpoint.
const NAMESPACE_LETTERS: usize = 20;

/// The fields that an update sets to the values of the request.
const PLAIN: &[&str] = &[
    "description",
    "environment_variables",
    "min_scale",
    "max_scale",
    "memory_limit_bytes",
    "mvcpu_limit",
    "privacy",
    "image",
    "protocol",
    "port",
    "sandbox",
    "local_storage_limit_bytes",
    "scaling_option",
    "tags",
    "command",
    "args",
];

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let namespace = call.need("namespace_id")?;
    call.settled(&NAMESPACE, &namespace)?;
    let name = call.need("name")?;
    let taken = |other: &crate::Object| other.text("namespace_id") == namespace && other.text("name") == name;
    if call.world.store.of(&CONTAINER).any(taken) {
        return Err(ApiError::already_exists("container", &name, "the name is taken in this namespace"));
    }
    let namespace_name = call.find(&NAMESPACE, &namespace)?.text("name").to_owned();
    let endpoint = endpoint(&namespace_name, &namespace, &name, &call.locality());
    let secrets = secret_variables(call, &json!({}))?;
    let now = call.timestamp();
    let mut fields = json!({
        "name": name,
        "namespace_id": namespace,
        "description": call.text("description"),
        "created_at": now,
        "updated_at": now,
        // The defaults are recorded, except for the port, which is documented.
        "min_scale": call.value("min_scale", 0),
        "max_scale": call.value("max_scale", 5),
        "memory_limit_bytes": call.value("memory_limit_bytes", 2_048_000_000),
        "mvcpu_limit": call.value("mvcpu_limit", 1000),
        "timeout": duration(call.value("timeout", "300s")),
        "privacy": call.value("privacy", "public"),
        "image": call.need("image")?,
        "protocol": call.value("protocol", "http1"),
        "port": call.value("port", 8080),
        "https_connections_only": call.value("https_connections_only", false),
        "sandbox": call.value("sandbox", "v2"),
        "local_storage_limit_bytes": call.value("local_storage_limit_bytes", 1_000_000_000),
        "scaling_option": call.value("scaling_option", json!({ "concurrent_requests_threshold": 50 })),
        "tags": call.tags(),
        "command": call.value("command", json!([])),
        "args": call.value("args", json!([])),
        "environment_variables": call.value("environment_variables", json!({})),
        "public_endpoint": endpoint,
        "default_public_endpoint_enabled": call.value("enable_default_public_endpoint", true),
        "private_endpoint": null,
        "liveness_probe": probe(&default_liveness_probe(), call.body.get("liveness_probe")),
        "startup_probe": call.body.get("startup_probe").map(|given| probe(&json!({}), Some(given))),
        "secret_environment_variables": secrets,
        "region": call.locality(),
    });
    let network = call.text("private_network_id");
    if !network.is_empty() {
        fields["private_network_id"] = json!(call.find(&vpc::PRIVATE_NETWORK, &network)?.id);
    }
    let created = call.create(&CONTAINER, fields)?;
    deploy(call, created["id"].as_str().unwrap_or_default(), "creating")
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&CONTAINER, &id)?;
    let old = json!(call.find(&CONTAINER, &id)?.fields);
    let mut changes = Map::new();
    if let Some(only) = call.body.get("https_connection_only") {
        changes.insert("https_connections_only".to_owned(), only.clone());
    }
    if let Some(enabled) = call.body.get("enable_default_public_endpoint") {
        changes.insert("default_public_endpoint_enabled".to_owned(), enabled.clone());
    }
    if let Some(timeout) = call.body.get("timeout") {
        changes.insert("timeout".to_owned(), duration(timeout.clone()));
    }
    for name in ["liveness_probe", "startup_probe"] {
        if let Some(given) = call.body.get(name) {
            changes.insert(name.to_owned(), probe(&old[name], Some(given)));
        }
    }
    if call.body.contains_key("secret_environment_variables") {
        let secrets = secret_variables(call, &old["secret_environment_variables"])?;
        changes.insert("secret_environment_variables".to_owned(), secrets);
    }
    // An empty ID detaches the container from its private network.
    let network = call.body.get("private_network_id").and_then(Value::as_str).map(str::to_owned);
    if let Some(network) = network.as_deref().filter(|network| !network.is_empty()) {
        changes.insert("private_network_id".to_owned(), json!(call.find(&vpc::PRIVATE_NETWORK, network)?.id));
    }
    call.patch(&CONTAINER, PLAIN)?;
    let container = call.change(&CONTAINER, &id)?;
    container.fields.extend(changes);
    if network.as_deref() == Some("") {
        container.fields.remove("private_network_id");
    }
    deploy(call, &id, "updating")
}

pub(super) fn redeploy(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&CONTAINER, &id)?;
    deploy(call, &id, "updating")
}

pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.change(&CONTAINER, &id)?.fields.remove("error_message");
    call.delete_parts(&PARTS, "container_id", &id)?;
    call.delete_in_time(&CONTAINER)
}

/// Sets a transient status. As recorded, `error_message` is absent meanwhile, and the time of the deployment has no
/// fraction of a second.
fn deploy(call: &mut Call<'_>, id: &str, status: &str) -> Handled {
    let done = call.now.saturating_add(jiff::SignedDuration::try_from(call.world.settle).unwrap_or_default());
    let done = format!("{:.0}", done.unwrap_or(Timestamp::MAX));
    let container = call.change(&CONTAINER, id)?;
    serving::deploys(container);
    container.fields.remove("error_message");
    let (end, message) = if container.text("image").contains(BROKEN) {
        let port = &container.fields["port"];
        ("error", format!("Container is unable to start OR does not respond to TCP requests on port {port}"))
    } else {
        ("ready", String::new())
    };
    call.transition(&CONTAINER, id, status, json!({ "status": end, "error_message": message, "updated_at": done }))?;
    let container = call.find(&CONTAINER, id)?;
    Ok(call.show(&CONTAINER, container))
}

/// As recorded: the shortened name of the namespace without dashes, eight characters of its ID, and the name of the
/// container.
fn endpoint(namespace: &str, namespace_id: &str, name: &str, region: &str) -> String {
    let namespace: String = namespace.chars().filter(|letter| *letter != '-').take(NAMESPACE_LETTERS).collect();
    let id: String = namespace_id.chars().take(8).collect();
    format!("https://{namespace}{id}-{name}.functions.fnc.{region}.scw.cloud")
}

/// The recorded default.
fn default_liveness_probe() -> Value {
    json!({ "failure_threshold": 30, "interval": "10s", "timeout": "1s", "tcp": {} })
}

/// A probe with the changes of the request. It uses either HTTP or TCP.
fn probe(old: &Value, given: Option<&Value>) -> Value {
    let mut probe = old.as_object().cloned().unwrap_or_default();
    let Some(given) = given.and_then(Value::as_object) else {
        return old.clone();
    };
    for (one, other) in [("tcp", "http"), ("http", "tcp")] {
        if given.contains_key(one) {
            probe.remove(other);
        }
    }
    for (name, value) in given {
        let value =
            if matches!(name.as_str(), "interval" | "timeout") { duration(value.clone()) } else { value.clone() };
        probe.insert(name.clone(), value);
    }
    Value::Object(probe)
}

/// As recorded: `10.000000000s` is returned as `10s`.
pub(crate) fn duration(given: Value) -> Value {
    let Some((whole, fraction)) = given.as_str().and_then(|text| text.strip_suffix('s')?.split_once('.')) else {
        return given;
    };
    let fraction = fraction.trim_end_matches('0');
    json!(if fraction.is_empty() { format!("{whole}s") } else { format!("{whole}.{fraction}s") })
}
