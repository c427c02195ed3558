//! Serverless Containers: namespaces and containers. Triggers and domains are not served.
//!
//! Nothing is run: a container becomes `ready`, or `error` when its image says that it will; see
//! [`container::BROKEN`].

mod container;
mod namespace;

use super::Product;

pub(crate) use container::CONTAINER;

/// The statuses in which changes are refused.
const PASSING: &[&str] = &["creating", "updating", "deleting", "locking", "upgrading"];

pub(crate) static PRODUCT: Product = Product {
    document: "container.v1",
    kinds: &[&namespace::NAMESPACE, &CONTAINER],
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
    ],
};
