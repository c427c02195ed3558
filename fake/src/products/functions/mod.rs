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
    reads: &[
        ("GetNamespace", |call| call.get(&NAMESPACE)),
        ("ListNamespaces", |call| call.list(&NAMESPACE)),
        ("GetFunction", |call| call.get(&FUNCTION)),
        ("ListFunctions", |call| call.list(&FUNCTION)),
        ("ListFunctionRuntimes", runtimes::list),
        ("GetTrigger", |call| call.get(&TRIGGER)),
        ("ListTriggers", trigger::list),
    ],
    writes: &[
        ("CreateNamespace", namespace::create),
        ("UpdateNamespace", namespace::update),
        ("DeleteNamespace", namespace::delete),
        ("CreateFunction", function::create),
        ("UpdateFunction", function::update),
        ("DeleteFunction", function::delete),
        ("DeployFunction", function::deploy),
        // The upload needs the size and the signature of the URL.
        ("GetFunctionUploadURL", code::upload_address),
        ("CreateDomain", domain::create),
        ("CreateTrigger", trigger::create),
        ("UpdateTrigger", trigger::update),
        ("DeleteTrigger", |call| call.delete_in_time(&TRIGGER)),
    ],
};
