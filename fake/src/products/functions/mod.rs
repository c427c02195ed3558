//! Serverless Functions: namespaces, functions and their code, crons, domains, tokens and triggers.
//!
//! Nothing is built or run: a function that is deployed becomes `ready`, or `error` when its code says that it will; see
//! [`code::BROKEN`]. As recorded, most refusals have no `type`.

mod code;
mod cron;
mod domain;
mod function;
mod namespace;
mod runtimes;
mod token;
mod trigger;

use serde_json::json;

use super::Product;
use crate::call::{Call, Handled};
use crate::store::Kind;

pub(crate) use code::{UPLOADS, upload};
pub(crate) use token::create as create_token;

use cron::CRON;
use domain::DOMAIN;
use function::FUNCTION;
use namespace::NAMESPACE;
use token::TOKEN;
use trigger::TRIGGER;

/// The statuses in which changes are refused.
pub(crate) const PASSING: &[&str] = &["creating", "pending", "deleting"];

/// What belongs to a function and goes with it.
static PARTS: [&Kind; 4] = [&CRON, &DOMAIN, &TOKEN, &TRIGGER];

pub(crate) static PRODUCT: Product = Product {
    document: "function.v1beta1",
    kinds: &[&NAMESPACE, &FUNCTION, &CRON, &DOMAIN, &TOKEN, &TRIGGER],
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
        ("CreateCron", cron::create),
        ("GetCron", |call| call.get(&CRON)),
        ("ListCrons", |call| call.list(&CRON)),
        ("UpdateCron", cron::update),
        ("DeleteCron", |call| call.delete_in_time(&CRON)),
        ("CreateDomain", domain::create),
        ("GetDomain", |call| call.get(&DOMAIN)),
        ("ListDomains", |call| call.list(&DOMAIN)),
        ("DeleteDomain", |call| call.delete_in_time(&DOMAIN)),
        ("CreateToken", token::create_of_function),
        ("GetToken", |call| call.get(&TOKEN)),
        ("ListTokens", |call| call.list(&TOKEN)),
        ("DeleteToken", |call| call.delete_in_time(&TOKEN)),
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
