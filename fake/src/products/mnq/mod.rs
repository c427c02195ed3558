//! Messaging and Queuing. Code is needed for the activations of SQS and SNS, which are one object for each project and region, and
//! for keys and IDs in the formats of NATS and AWS. [`messages`] serves queues and topics. The fake has no NATS server.

mod caller;
mod kinds;
mod message_error;
pub(crate) mod messages;
mod queues;
mod signature;
mod topics;
mod wire;

use serde_json::{Value, json};

use crate::call::{Call, Handled, ReadCall, WorldRef};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::response::ApiError;
use crate::store::{Kind, Object};
use kinds::{QUEUE, SNS, SNS_CREDENTIALS, SQS, SQS_CREDENTIALS, SUBSCRIPTION, TOPIC};

static NATS_ACCOUNT: Named = Named::new("mnq/nats_account");
static NATS_CREDENTIALS: Named = Named::new("mnq/nats_credentials");

/// The kinds of queues and topics in `/_fake/objects`.
pub(crate) static MESSAGING: &[&Kind] = &[&QUEUE, &TOPIC, &SUBSCRIPTION];

pub(crate) static PRODUCT: Product = Product {
    document: "mnq.v1beta1",
    kinds: &[&SQS, &SNS],
    reads: &[
        ("GetNatsCredentials", |call| without_file(call.get(&NATS_CREDENTIALS)?)),
        ("GetSqsInfo", |call| info(call, &SQS_SERVICE)),
        ("GetSnsInfo", |call| info(call, &SNS_SERVICE)),
    ],
    writes: &[
        ("CreateNatsAccount", create_account),
        ("CreateNatsCredentials", create_nats_credentials),
        ("CreateSqsCredentials", |call| create_credentials(call, &SQS_CREDENTIALS)),
        ("UpdateSqsCredentials", |call| update_credentials(call, &SQS_CREDENTIALS)),
        ("CreateSnsCredentials", |call| create_credentials(call, &SNS_CREDENTIALS)),
        ("UpdateSnsCredentials", |call| update_credentials(call, &SNS_CREDENTIALS)),
        ("ActivateSqs", |call| activate(call, &SQS_SERVICE)),
        ("DeactivateSqs", |call| deactivate(call, &SQS_SERVICE)),
        ("ActivateSns", |call| activate(call, &SNS_SERVICE)),
        ("DeactivateSns", |call| deactivate(call, &SNS_SERVICE)),
    ],
};

/// A service that a project activates.
struct Service {
    kind: &'static Kind,
    /// Its name in hosts and fields.
    name: &'static str,
    /// Its name in messages.
    title: &'static str,
    /// What is deleted with it.
    parts: &'static [&'static Kind],
}

static SQS_SERVICE: Service = Service { kind: &SQS, name: "sqs", title: "SQS", parts: &[&QUEUE] };
static SNS_SERVICE: Service = Service { kind: &SNS, name: "sns", title: "SNS", parts: &[&TOPIC, &SUBSCRIPTION] };

/// The letters of base 32, in which NATS writes keys.
const BASE_32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn create_account(call: &mut Call<'_>) -> Handled {
    let id = key(call, "A", 56);
    let endpoint = format!("nats://nats.mnq.{}.scaleway.com:4222", call.locality());
    plain::create(call, NATS_ACCOUNT.plain(), json!({ "id": id, "endpoint": endpoint }))
}

/// The file is in this response only.
fn create_nats_credentials(call: &mut Call<'_>) -> Handled {
    let (seed, checksum) = (key(call, "SU", 58), call.world.uuid());
    let name = format!("{}.creds", call.text("name"));
    let content =
        format!("-----BEGIN NATS USER JWT-----\n{}\n------END NATS USER JWT------\n{seed}\n", key(call, "ey", 80));
    let known = json!({ "credentials": { "name": name, "content": content }, "checksum": checksum });
    plain::create(call, NATS_CREDENTIALS.plain(), known)
}

fn without_file(mut answer: Value) -> Handled {
    answer["credentials"] = Value::Null;
    Ok(answer)
}

fn create_credentials(call: &mut Call<'_>, kind: &Named) -> Handled {
    let (access, secret, checksum) = (key(call, "", 20), call.world.uuid(), key(call, "", 40).to_lowercase());
    let permissions = permissions(call, &json!({}));
    let known = json!({
        "access_key": access, "secret_key": secret, "secret_checksum": checksum, "permissions": permissions,
    });
    plain::create(call, kind.plain(), known)
}

/// As recorded: omitted permissions stay.
fn update_credentials(call: &mut Call<'_>, kind: &Named) -> Handled {
    let before = call.find(kind, &call.id())?.fields["permissions"].clone();
    let permissions = permissions(call, &before);
    call.body.insert("permissions".to_owned(), permissions);
    plain::update(call, kind.plain())
}

fn permissions(call: &Call<'_>, before: &Value) -> Value {
    let given = call.value("permissions", json!({}));
    let one = |name: &str| given[name].as_bool().or_else(|| before[name].as_bool()).unwrap_or_default();
    json!({ "can_manage": one("can_manage"), "can_publish": one("can_publish"), "can_receive": one("can_receive") })
}

fn activate(call: &mut Call<'_>, service: &Service) -> Handled {
    let project = call.project()?;
    if call.find(service.kind, &project).is_ok() {
        let help = format!("{} is already enabled on this project", service.title);
        return Err(ApiError::already_exists(&format!("Mnq{}Namespace", service.title), &project, &help));
    }
    let (status, time) = ("enabled", json!(call.timestamp()));
    let mut active = call.draft(service.kind, shown(call, service, &project, status, &time));
    active.id = project;
    let answer = call.insert(service.kind, active);
    Ok(call.precise(answer, &["created_at", "updated_at"]))
}

fn info(call: &mut ReadCall<'_>, service: &Service) -> Handled {
    let named = call.query.get("project_id").and_then(Value::as_str).map(str::to_owned);
    let project = named.unwrap_or_else(|| call.world.project.clone());
    Ok(match call.find(service.kind, &project) {
        Ok(active) => call.show(service.kind, active),
        Err(_) => shown(call, service, &project, "disabled", &Value::Null),
    })
}

/// As recorded: a deactivation in a project that was deleted is not denied.
fn deactivate(call: &mut Call<'_>, service: &Service) -> Handled {
    let named = call.text("project_id");
    let project = if named.is_empty() { call.world.project.clone() } else { named };
    let region = call.locality();
    call.world.store.remove(service.kind, &region, &project)?;
    let is_part = |object: &Object| {
        let is_own = object.locality == region && object.text("project_id") == project;
        is_own && service.parts.iter().any(|kind| kind.name == object.kind)
    };
    call.world.store.remove_where(is_part);
    Ok(shown(call, service, &project, "disabled", &Value::Null))
}

fn shown(call: &Call<'_, impl WorldRef>, service: &Service, project: &str, status: &str, time: &Value) -> Value {
    let (name, region) = (service.name, call.locality());
    json!({
        "project_id": project,
        "region": region,
        format!("{name}_endpoint_url"): format!("https://{name}.mnq.{region}.scaleway.com"),
        "status": status,
        "created_at": time,
        "updated_at": time,
    })
}

/// A random key of base 32 with this prefix and length.
fn key(call: &mut Call<'_>, prefix: &str, length: usize) -> String {
    let mut text = prefix.to_owned();
    while text.len() < length {
        text.push(char::from(*call.world.rng.choice(BASE_32).unwrap_or(&b'A')));
    }
    text
}
