//! Serverless Functions: namespaces, functions and their code, crons, domains, tokens and triggers.
//!
//! Nothing is built or run: a function that is deployed becomes `ready`, or `error` when its code says that it will; see
//! [`code::BROKEN`]. As recorded, most refusals have no `type`.

mod code;
mod function;
mod namespace;
mod runtimes;
mod trigger;

use serde_json::json;

use crate::answer::Refusal;
use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::products::containers::UNSEEN;
use crate::store::Kind;

pub(crate) use code::{UPLOADS, upload};

static CRON: Named = Named("functions/cron");
static DOMAIN: Named = Named("functions/domain");
static TOKEN: Named = Named("functions/token");
use function::FUNCTION;
use namespace::NAMESPACE;
use trigger::TRIGGER;

/// The host in Scaleway resource names.
const SRN: &str = "functions";

/// The statuses in which changes are refused.
pub(crate) const PASSING: &[&str] = &["creating", "pending", "deleting"];

/// The kinds of objects that are deleted with their function.
fn parts() -> [&'static Kind; 4] {
    [&CRON, &DOMAIN, &TOKEN, &TRIGGER]
}

pub(crate) static PRODUCT: Product = Product {
    document: "function.v1beta1",
    kinds: &[&NAMESPACE, &FUNCTION, &TRIGGER],
    routes: &[
        ("CreateNamespace", namespace::create),
        ("GetNamespace", |call| call.get(&NAMESPACE)),
        ("ListNamespaces", |call| call.list(&NAMESPACE)),
        ("UpdateNamespace", namespace::update),
        ("DeleteNamespace", namespace::delete),
        ("CreateFunction", function::create),
        ("GetFunction", |call| call.get(&FUNCTION)),
        ("ListFunctions", function::list),
        ("UpdateFunction", function::update),
        ("DeleteFunction", function::delete),
        ("DeployFunction", function::deploy),
        ("GetFunctionUploadURL", code::upload_address),
        ("ListFunctionRuntimes", runtimes::list),
        ("CreateDomain", create_domain),
        ("CreateTrigger", trigger::create),
        ("GetTrigger", |call| call.get(&TRIGGER)),
        ("ListTriggers", trigger::list),
        ("UpdateTrigger", trigger::update),
        ("DeleteTrigger", |call| call.delete_in_time(&TRIGGER)),
    ],
};

/// Passes through `status` on the way to `ready`.
fn settle(call: &mut Call<'_>, kind: &'static Kind, id: &str, status: &str) -> Handled {
    call.pass(kind, id, status, json!({ "status": "ready" }))?;
    Ok(call.show(kind, call.find(kind, id)?))
}

/// The DNS is not queried; see [`UNSEEN`].
fn create_domain(call: &mut Call<'_>) -> Handled {
    let hostname = call.text("hostname");
    if hostname.contains(UNSEEN) {
        let message = format!("could not validate domain: {hostname} does not lead to the function");
        return Err(Refusal::message(400, &message));
    }
    plain::create(call, DOMAIN.plain(), json!({}))
}
