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
    routes: &[
        ("CreateNamespace", namespace::create),
        ("GetNamespace", |call| call.get(&NAMESPACE)),
        ("ListNamespaces", |call| call.list(&NAMESPACE)),
        ("UpdateNamespace", namespace::update),
        ("DeleteNamespace", namespace::delete),
        ("CreateContainer", container::create),
        ("GetContainer", |call| call.get(&CONTAINER)),
        ("ListContainers", |call| call.list(&CONTAINER)),
        ("UpdateContainer", container::update),
        ("RedeployContainer", container::redeploy),
        ("DeleteContainer", container::delete),
        ("CreateDomain", domain::create),
        ("GetDomain", |call| call.get(&DOMAIN)),
        ("ListDomains", |call| call.list(&DOMAIN)),
        ("UpdateDomain", domain::update),
        ("DeleteDomain", domain::delete),
        ("CreateTrigger", trigger::create),
        ("GetTrigger", |call| call.get(&TRIGGER)),
        ("ListTriggers", |call| call.list(&TRIGGER)),
        ("UpdateTrigger", trigger::update),
        ("DeleteTrigger", trigger::delete),
    ],
};
