//! Serverless Containers: namespaces, containers, their domains and triggers, and the tokens of the older API.
//!
//! No image is run: a container becomes `ready`, or `error` when its image says that it will; see
//! [`container::BROKEN`]. What one answers once it is `ready` is in [`serving`].

mod container;
mod domain;
mod namespace;
pub(crate) mod serving;
mod trigger;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::answer::Refusal;
use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::product::Product;
use crate::store::Kind;

pub(crate) use container::{CONTAINER, duration};
pub(crate) use domain::{DOMAIN, UNSEEN};
/// Tokens are served from `container.v1beta1`; the newer version has none.
pub(crate) static TOKEN: Named = Named("containers/token");

/// The host in Scaleway resource names.
const SRN: &str = "containers";

/// The statuses in which changes are refused.
const PASSING: &[&str] = &["creating", "updating", "deleting", "locking", "upgrading"];

/// What belongs to a container and goes with it.
static PARTS: [&Kind; 2] = [&domain::DOMAIN, &trigger::TRIGGER];

pub(crate) static PRODUCT: Product = Product {
    document: "container.v1",
    kinds: &[&namespace::NAMESPACE, &CONTAINER, &domain::DOMAIN, &trigger::TRIGGER],
    routes: &[
        ("CreateNamespace", namespace::create),
        ("GetNamespace", |call| call.get(&namespace::NAMESPACE)),
        ("ListNamespaces", |call| call.list(&namespace::NAMESPACE)),
        ("UpdateNamespace", namespace::update),
        ("DeleteNamespace", namespace::delete),
        ("CreateContainer", container::create),
        ("GetContainer", |call| call.get(&CONTAINER)),
        ("ListContainers", container::list),
        ("UpdateContainer", container::update),
        ("RedeployContainer", container::redeploy),
        ("DeleteContainer", container::delete),
        ("CreateDomain", domain::create),
        ("GetDomain", |call| call.get(&domain::DOMAIN)),
        ("ListDomains", |call| call.list(&domain::DOMAIN)),
        ("UpdateDomain", domain::update),
        ("DeleteDomain", domain::delete),
        ("CreateTrigger", trigger::create),
        ("GetTrigger", |call| call.get(&trigger::TRIGGER)),
        ("ListTriggers", |call| call.list(&trigger::TRIGGER)),
        ("UpdateTrigger", trigger::update),
        ("DeleteTrigger", trigger::delete),
    ],
};

/// Passes through `status`. As recorded, `error_message` is absent meanwhile, and the time at which it is over is a whole
/// second.
fn settle(call: &mut Call<'_>, kind: &'static Kind, id: &str, status: &str) -> Handled {
    let done = call.now.saturating_add(jiff::SignedDuration::try_from(call.world.settle).unwrap_or_default());
    let done = format!("{:.0}", done.unwrap_or(Timestamp::MAX));
    call.change(kind, id)?.fields.remove("error_message");
    call.pass(kind, id, status, json!({ "status": "ready", "error_message": "", "updated_at": done }))?;
    Ok(call.show(kind, call.find(kind, id)?))
}

/// As recorded: no `error_message` is left while it goes.
fn delete(call: &mut Call<'_>, kind: &'static Kind) -> Result<Value, Refusal> {
    let id = call.id();
    call.change(kind, &id)?.fields.remove("error_message");
    call.delete_in_time(kind)
}
