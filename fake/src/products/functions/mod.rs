//! Serverless Functions: namespaces, functions and their code, crons, domains, tokens and triggers.
//!
//! Functions are not built or run: a deployed function becomes `ready`, or `error` if its code contains
//! [`code::BROKEN`]. As recorded, most errors have no `type`.

mod code;
mod domain;
mod function;
mod kinds;
mod namespace;
mod runtimes;
mod trigger;

use crate::product::Product;
use kinds::{FUNCTION, NAMESPACE, TRIGGER};

pub(crate) use code::{UPLOADS, upload};

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
        ("ListFunctions", |call| call.list(&FUNCTION)),
        ("UpdateFunction", function::update),
        ("DeleteFunction", function::delete),
        ("DeployFunction", function::deploy),
        ("GetFunctionUploadURL", code::upload_address),
        ("ListFunctionRuntimes", runtimes::list),
        ("CreateDomain", domain::create),
        ("CreateTrigger", trigger::create),
        ("GetTrigger", |call| call.get(&TRIGGER)),
        ("ListTriggers", trigger::list),
        ("UpdateTrigger", trigger::update),
        ("DeleteTrigger", |call| call.delete_in_time(&TRIGGER)),
    ],
};
