//! Serverless Containers: namespaces, containers, their domains and triggers, and the tokens of the older API.
//!
//! Images are not run: a container becomes `ready`, or `error` if its image name contains [`container::BROKEN`].
//! [`serving`] implements the responses of a `ready` container.

mod container;
mod domain;
mod kinds;
mod namespace;
pub(crate) mod older;
mod older_parts;
mod parts;
pub(crate) mod serving;
mod trigger;

use crate::product::Product;

pub(crate) use container::duration;
pub(crate) use domain::UNSEEN;
pub(crate) use kinds::{CONTAINER, DOMAIN, TOKEN};
use kinds::{NAMESPACE, TRIGGER};
pub(crate) static PRODUCT: Product = Product {
    document: "container.v1",
    kinds: &[&NAMESPACE, &CONTAINER, &DOMAIN, &TRIGGER],
    reads: &[
        ("GetNamespace", |call| call.get(&NAMESPACE)),
        ("ListNamespaces", |call| call.list(&NAMESPACE)),
        ("GetContainer", |call| call.get(&CONTAINER)),
        ("ListContainers", |call| call.list(&CONTAINER)),
        ("GetDomain", |call| call.get(&DOMAIN)),
        ("ListDomains", |call| call.list(&DOMAIN)),
        ("GetTrigger", |call| call.get(&TRIGGER)),
        ("ListTriggers", |call| call.list(&TRIGGER)),
    ],
    writes: &[
        ("CreateNamespace", namespace::create),
        ("UpdateNamespace", namespace::update),
        ("DeleteNamespace", namespace::delete),
        ("CreateContainer", container::create),
        ("UpdateContainer", container::update),
        ("RedeployContainer", container::redeploy),
        ("DeleteContainer", container::delete),
        ("CreateDomain", domain::create),
        ("UpdateDomain", domain::update),
        ("DeleteDomain", domain::delete),
        ("CreateTrigger", trigger::create),
        ("UpdateTrigger", trigger::update),
        ("DeleteTrigger", trigger::delete),
    ],
};
