//! Crons, domains and triggers of containers in the older version of the API, `container.v1beta1`. A cron is a trigger of the
//! newer version. No recording has these operations.

use serde_json::{Map, Value, json};

use super::kinds::{CONTAINER, DOMAIN, TRIGGER};
use super::parts::settle;
use super::{domain, trigger};
use crate::call::{Call, Handled, ReadCall, WorldRef, object};
use crate::response::ApiError;
use crate::store::Object;

/// The configurations of the source of a trigger, each with the type in the response.
const SOURCES: [(&str, &str); 3] =
    [("scw_sqs_config", "scw_sqs"), ("scw_nats_config", "scw_nats"), ("sqs_config", "sqs")];

/// The hidden field of a trigger with the configuration of the older version, which has other fields.
const CONFIG: &str = "older_config";

pub(super) fn create_domain(call: &mut Call<'_>) -> Handled {
    domain::create(call).map(|shown| show_domain(&shown))
}

pub(super) fn get_domain(call: &mut ReadCall<'_>) -> Handled {
    call.get(&DOMAIN).map(|shown| show_domain(&shown))
}

pub(super) fn list_domains(call: &mut ReadCall<'_>) -> Handled {
    let mut listed = call.list(&DOMAIN)?;
    show_each(&mut listed["domains"], show_domain);
    Ok(listed)
}

pub(super) fn delete_domain(call: &mut Call<'_>) -> Handled {
    domain::delete(call).map(|shown| show_domain(&shown))
}

/// The name of a cron is optional; the arguments are the body of its requests.
pub(super) fn create_cron(call: &mut Call<'_>) -> Handled {
    if call.text("name").is_empty() {
        let name = format!("cron-{}", &call.world.uuid()[..8]);
        call.body.insert("name".to_owned(), json!(name));
    }
    let arguments = call.value("args", json!({})).to_string();
    let config = json!({ "schedule": call.need("schedule")?, "timezone": "UTC", "body": arguments });
    call.body.insert("cron_config".to_owned(), config);
    trigger::create(call).map(|shown| show_cron(&shown))
}

pub(super) fn get_cron(call: &mut ReadCall<'_>) -> Handled {
    check(call, true)?;
    call.get(&TRIGGER).map(|shown| show_cron(&shown))
}

pub(super) fn list_crons(call: &mut ReadCall<'_>) -> Handled {
    let mut listed = call.list_where(&TRIGGER, is_cron)?;
    let mut crons = listed["triggers"].take();
    show_each(&mut crons, show_cron);
    Ok(json!({ "crons": crons, "total_count": listed["total_count"] }))
}

pub(super) fn update_cron(call: &mut Call<'_>) -> Handled {
    check(call, true)?;
    let mut config = Map::new();
    config.extend(call.body.remove("schedule").map(|schedule| ("schedule".to_owned(), schedule)));
    config.extend(call.body.remove("args").map(|arguments| ("body".to_owned(), json!(arguments.to_string()))));
    call.body.insert("cron_config".to_owned(), Value::Object(config));
    let container = call.text("container_id");
    if !container.is_empty() {
        call.find(&CONTAINER, &container)?;
    }
    let updated = trigger::update(call)?;
    if container.is_empty() {
        return Ok(show_cron(&updated));
    }
    call.change(&TRIGGER, &call.id())?.fields.insert("container_id".to_owned(), json!(container));
    call.get(&TRIGGER).map(|shown| show_cron(&shown))
}

pub(super) fn delete_cron(call: &mut Call<'_>) -> Handled {
    check(call, true)?;
    trigger::delete(call).map(|shown| show_cron(&shown))
}

pub(super) fn create_trigger(call: &mut Call<'_>) -> Handled {
    let given: Vec<_> = SOURCES.into_iter().filter(|(field, _)| call.body.contains_key(*field)).collect();
    let [(field, _)] = given[..] else {
        let help = "exactly one of scw_sqs_config, scw_nats_config and sqs_config";
        return Err(ApiError::constraint("scw_sqs_config", help));
    };
    let mut config = object(call.body.remove(field).unwrap_or_default());
    let (newer, value) = newer_config(field, &config, &call.locality());
    call.body.insert(newer.to_owned(), value);
    let created = trigger::create(call)?;
    config.remove("secret_key");
    if field != "sqs_config" {
        // As recorded of functions: a credential for reading messages is created.
        config.insert("mnq_credential_id".to_owned(), json!(call.world.uuid()));
    }
    let id = created["id"].as_str().unwrap_or_default();
    call.change(&TRIGGER, id)?.hidden.insert(CONFIG.to_owned(), json!({ field: config }));
    shown_trigger(call, id)
}

pub(super) fn get_trigger(call: &mut ReadCall<'_>) -> Handled {
    check(call, false)?;
    shown_trigger(call, &call.id())
}

/// The namespace of a trigger is that of its container.
pub(super) fn list_triggers(call: &mut ReadCall<'_>) -> Handled {
    let namespace = call.query.remove("namespace_id");
    let is_selected = |trigger: &Object| {
        let is_of = || call.world.store.inherited(trigger, "namespace_id") == namespace.as_ref();
        !is_cron(trigger) && (namespace.is_none() || is_of())
    };
    let mut listed = call.list_where(&TRIGGER, is_selected)?;
    for trigger in listed["triggers"].as_array_mut().into_iter().flatten() {
        *trigger = shown_trigger(call, trigger["id"].as_str().unwrap_or_default())?;
    }
    Ok(listed)
}

pub(super) fn update_trigger(call: &mut Call<'_>) -> Handled {
    check(call, false)?;
    let id = call.id();
    call.settled(&TRIGGER, &id)?;
    if let (Some(Value::Object(change)), Some(config)) =
        (call.body.remove("sqs_config"), call.change(&TRIGGER, &id)?.hidden.get_mut(CONFIG))
    {
        let access_key = change.get("access_key").cloned();
        let config = config
            .get_mut("sqs_config")
            .ok_or_else(|| ApiError::constraint("sqs_config", "the type of the source cannot be changed"))?;
        config["access_key"] = access_key.unwrap_or_else(|| config["access_key"].clone());
    }
    call.patch(&TRIGGER, &["name", "description"])?;
    settle(call, &TRIGGER, &id, "updating")?;
    shown_trigger(call, &id)
}

pub(super) fn delete_trigger(call: &mut Call<'_>) -> Handled {
    check(call, false)?;
    trigger::delete(call)?;
    shown_trigger(call, &call.id())
}

fn is_cron(trigger: &Object) -> bool {
    trigger.text("source_type") == "cron"
}

/// In the older version crons and triggers are different kinds of objects.
fn check(call: &Call<'_, impl WorldRef>, is_of_cron: bool) -> Result<(), ApiError> {
    let found = call.find(&TRIGGER, &call.id()).is_ok_and(|trigger| is_cron(trigger) == is_of_cron);
    let resource = if is_of_cron { "cron" } else { "trigger" };
    if found { Ok(()) } else { Err(ApiError::not_found(resource, &call.id())) }
}

/// The configuration of the newer version, with the name of its field.
fn newer_config(field: &str, config: &Map<String, Value>, region: &str) -> (&'static str, Value) {
    let text = |name: &str| config.get(name).and_then(Value::as_str).unwrap_or_default();
    let of_queue = Some(text("mnq_region")).filter(|region| !region.is_empty()).unwrap_or(region);
    match field {
        "scw_nats_config" => ("nats_config", json!({ "subject": text("subject") })),
        "scw_sqs_config" => {
            let endpoint = format!("https://sqs.mnq.{of_queue}.scaleway.com");
            let queue = format!("{endpoint}/project-{}/{}", text("mnq_project_id"), text("queue"));
            ("sqs_config", json!({ "region": of_queue, "endpoint": endpoint, "queue_url": queue }))
        }
        _ => {
            let [access_key, endpoint, queue] = ["access_key", "endpoint", "queue_url"].map(text);
            let config = json!({ "access_key_id": access_key, "endpoint": endpoint, "queue_url": queue });
            ("sqs_config", config)
        }
    }
}

fn show_each(elements: &mut Value, show: fn(&Value) -> Value) {
    for element in elements.as_array_mut().into_iter().flatten() {
        *element = show(element);
    }
}

/// The older version has no status `updating`.
fn status_of(shown: &Value) -> Value {
    if shown["status"] == "updating" { json!("pending") } else { shown["status"].clone() }
}

fn show_domain(shown: &Value) -> Value {
    json!({
        "id": shown["id"],
        "container_id": shown["container_id"],
        "hostname": shown["hostname"],
        "url": format!("https://{}", shown["hostname"].as_str().unwrap_or_default()),
        "status": status_of(shown),
        "error_message": shown["error_message"],
    })
}

fn show_cron(shown: &Value) -> Value {
    let body = shown["cron_config"]["body"].as_str().unwrap_or_default();
    json!({
        "id": shown["id"],
        "container_id": shown["container_id"],
        "name": shown["name"],
        "schedule": shown["cron_config"]["schedule"],
        // The body of a cron of the newer version can be any text.
        "args": serde_json::from_str(body).ok().filter(Value::is_object).unwrap_or_else(|| json!({})),
        "status": status_of(shown),
    })
}

/// A trigger of the newer version has a queue with its address and NATS servers, which the older version does not show.
fn shown_trigger(call: &Call<'_, impl WorldRef>, id: &str) -> Handled {
    let trigger = call.find(&TRIGGER, id)?;
    let configs = trigger.hidden.get(CONFIG).cloned();
    let newer = &trigger.fields["sqs_config"];
    let of_newer = json!({ "sqs_config": {
        "access_key": newer["access_key_id"], "endpoint": newer["endpoint"], "queue_url": newer["queue_url"],
    }});
    let configs = configs.or_else(|| newer.is_object().then_some(of_newer)).unwrap_or_default();
    let shown = call.show(&TRIGGER, trigger);
    let input = SOURCES.into_iter().find(|(field, _)| configs[*field].is_object()).map_or("nats", |(_, input)| input);
    let mut answer = json!({
        "id": id,
        "container_id": shown["container_id"],
        "name": shown["name"],
        "description": shown["description"],
        "input_type": input,
        "status": status_of(&shown),
        "error_message": shown["error_message"],
    });
    for (field, _) in SOURCES {
        answer[field] = configs[field].clone();
    }
    if let Some(config) = answer["sqs_config"].as_object_mut() {
        config.insert("secret_key".to_owned(), json!(""));
    }
    Ok(answer)
}
