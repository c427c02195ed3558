//! Namespaces and containers in the older version of the API, `container.v1beta1`. They are the objects of the newer
//! version under other names of fields, with limits in MB and lists of secrets.
//!
//! No recording has these operations. In the older version a created container waits for a request to deploy it; here it
//! is deployed at once, and the request deploys it again.

use serde_json::{Map, Value, json};

use super::kinds::{CONTAINER, NAMESPACE};
use super::{container, namespace, older_parts};
use crate::call::{Call, Handled, ReadCall, object};
use crate::product::Product;
use crate::response::ApiError;
use crate::store::Kind;

/// Bytes of one MB.
const MEGABYTE: u64 = 1_000_000;

/// Fields with other names, each with the newer name.
const RENAMED: [(&str, &str); 3] =
    [("cpu_limit", "mvcpu_limit"), ("registry_image", "image"), ("health_check", "liveness_probe")];

/// Fields in MB, each with the newer field in bytes.
const IN_MEGABYTES: [(&str, &str); 2] =
    [("memory_limit", "memory_limit_bytes"), ("local_storage_limit", "local_storage_limit_bytes")];

/// Fields of the newer version alone.
const NEWER: [&str; 6] = [
    "srn",
    "public_endpoint",
    "private_endpoint",
    "default_public_endpoint_enabled",
    "https_connections_only",
    "startup_probe",
];

pub(crate) static PRODUCT: Product = Product {
    document: "container.v1beta1",
    kinds: &[],
    reads: &[
        ("GetNamespace", |call| call.get(&NAMESPACE).map(show_namespace)),
        ("ListNamespaces", |call| list(call, &NAMESPACE, show_namespace)),
        ("GetContainer", |call| call.get(&CONTAINER).map(show_container)),
        ("ListContainers", |call| list(call, &CONTAINER, show_container)),
        ("GetCron", older_parts::get_cron),
        ("ListCrons", older_parts::list_crons),
        ("GetDomain", older_parts::get_domain),
        ("ListDomains", older_parts::list_domains),
        ("GetTrigger", older_parts::get_trigger),
        ("ListTriggers", older_parts::list_triggers),
    ],
    writes: &[
        ("CreateNamespace", |call| of_namespace(call, namespace::create)),
        ("UpdateNamespace", |call| of_namespace(call, namespace::update)),
        ("DeleteNamespace", |call| of_namespace(call, namespace::delete)),
        ("CreateContainer", create),
        ("UpdateContainer", |call| of_container(call, container::update)),
        ("DeployContainer", |call| of_container(call, container::redeploy)),
        ("DeleteContainer", |call| of_container(call, container::delete)),
        ("CreateCron", older_parts::create_cron),
        ("UpdateCron", older_parts::update_cron),
        ("DeleteCron", older_parts::delete_cron),
        ("CreateDomain", older_parts::create_domain),
        ("DeleteDomain", older_parts::delete_domain),
        ("CreateTrigger", older_parts::create_trigger),
        ("UpdateTrigger", older_parts::update_trigger),
        ("DeleteTrigger", older_parts::delete_trigger),
    ],
};

fn create(call: &mut Call<'_>) -> Handled {
    if call.text("registry_image").is_empty() {
        let namespace = call.find(&NAMESPACE, &call.need("namespace_id")?)?.text("name").to_owned();
        let image = format!("rg.{}.scw.cloud/{namespace}/{}:latest", call.locality(), call.need("name")?);
        call.body.insert("registry_image".to_owned(), json!(image));
    }
    of_container(call, container::create)
}

fn of_namespace(call: &mut Call<'_>, handler: fn(&mut Call<'_>) -> Handled) -> Handled {
    take_secrets(call)?;
    call.body.remove("activate_vpc_integration");
    Ok(show_namespace(handler(call)?))
}

/// Translates the request, handles it as one of the newer version, and translates the response.
fn of_container(call: &mut Call<'_>, handler: fn(&mut Call<'_>) -> Handled) -> Handled {
    take_secrets(call)?;
    let body = &mut call.body;
    body.remove("redeploy");
    for (older, newer) in RENAMED {
        rename(body, older, newer, Some);
    }
    for (older, newer) in IN_MEGABYTES {
        rename(body, older, newer, |size| Some(json!(size.as_u64()?.saturating_mul(MEGABYTE))));
    }
    rename(body, "max_concurrency", "scaling_option", |most| Some(json!({ "concurrent_requests_threshold": most })));
    if let Some(option) = body.remove("http_option") {
        // The two names of the newer version: that of a create, and that of an update.
        for name in ["https_connections_only", "https_connection_only"] {
            body.insert(name.to_owned(), json!(option == "redirected"));
        }
    }
    Ok(show_container(handler(call)?))
}

fn rename(body: &mut Map<String, Value>, older: &str, newer: &str, to: impl Fn(Value) -> Option<Value>) {
    if let Some(value) = body.remove(older).and_then(to) {
        body.insert(newer.to_owned(), value);
    }
}

/// Secret variables are a list; a variable without a value is removed.
fn take_secrets(call: &mut Call<'_>) -> Result<(), ApiError> {
    let field = "secret_environment_variables";
    let Some(Value::Array(given)) = call.body.get(field) else { return Ok(()) };
    let named = given.iter().map(|secret| Some((secret["key"].as_str()?.to_owned(), secret["value"].clone())));
    let named: Option<Map<_, _>> = named.collect();
    let named = named.ok_or_else(|| ApiError::required("secret_environment_variables.key"))?;
    call.body.insert(field.to_owned(), Value::Object(named));
    Ok(())
}

fn list(call: &mut ReadCall<'_>, kind: &Kind, show: fn(Value) -> Value) -> Handled {
    let mut listed = call.list(kind)?;
    if let Some(elements) = listed[kind.list].as_array_mut() {
        for element in elements {
            *element = show(element.take());
        }
    }
    Ok(listed)
}

fn show_namespace(shown: Value) -> Value {
    let mut shown = shown_in_common(shown);
    shown.remove("srn");
    shown.insert("registry_namespace_id".to_owned(), json!(""));
    shown.insert("registry_endpoint".to_owned(), json!(""));
    shown.insert("vpc_integration_activated".to_owned(), json!(true));
    Value::Object(shown)
}

fn show_container(shown: Value) -> Value {
    let mut shown = shown_in_common(shown);
    for (older, newer) in RENAMED {
        rename(&mut shown, newer, older, Some);
    }
    for (older, newer) in IN_MEGABYTES {
        rename(&mut shown, newer, older, |size| Some(json!(size.as_u64()? / MEGABYTE)));
    }
    if let Some(check) = shown.get_mut("health_check").and_then(Value::as_object_mut) {
        check.remove("timeout");
    }
    let endpoint = shown.get("public_endpoint").and_then(Value::as_str).unwrap_or_default();
    let domain = endpoint.trim_start_matches("https://").to_owned();
    let is_redirected = shown.get("https_connections_only") == Some(&json!(true));
    let most = shown["scaling_option"]["concurrent_requests_threshold"].as_u64().unwrap_or_default();
    let ready_at = if shown["status"] == "ready" { shown["updated_at"].clone() } else { Value::Null };
    shown.insert("domain_name".to_owned(), json!(domain));
    shown.insert("http_option".to_owned(), json!(if is_redirected { "redirected" } else { "enabled" }));
    shown.insert("max_concurrency".to_owned(), json!(most));
    shown.insert("ready_at".to_owned(), ready_at);
    for name in NEWER {
        shown.remove(name);
    }
    Value::Object(shown)
}

/// The older version has no status `updating`, and lists the hashes of secrets.
fn shown_in_common(shown: Value) -> Map<String, Value> {
    let mut shown = object(shown);
    if shown.get("status").is_some_and(|status| status == "updating") {
        shown.insert("status".to_owned(), json!("pending"));
    }
    let field = "secret_environment_variables";
    if let Some(Value::Object(hashes)) = shown.remove(field) {
        let listed: Value = hashes.iter().map(|(key, hash)| json!({ "key": key, "hashed_value": hash })).collect();
        shown.insert(field.to_owned(), listed);
    }
    shown
}
