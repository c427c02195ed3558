//! The products that the fake serves, and how a request finds its handler.
//!
//! To add a product:
//! 1. Put its document into `api/` (see `api/regenerate.sh`).
//! 2. Add a file here with one `static` [`Kind`] for each kind of object: its name, the schema that the document
//!    gives it, the field of its list answer, and how its 404 is worded.
//! 3. Add `pub(crate) static PRODUCT: Product` with the document's name, the kinds, and one route for each operation:
//!    `("GetNamespace", |call| call.get(&NAMESPACE))`. `create`, `get`, `list`, `patch`, `delete` and `delete_in_time`
//!    of [`Call`](crate::call::Call) are often all that is needed. An operation without a route answers 501.
//! 4. Write the fields of a create answer with `json!`, as recorded: what is `null`, what is absent, what is empty.
//!    Every answer is checked against the document, so a misspelt field is an error 500 that names it.
//! 5. Passing statuses: `call.pass(&KIND, &id, "creating", json!({ "status": "ready" }))`; refuse changes meanwhile with
//!    `call.settled(&KIND, &id)?`. Counted fields: the kind's `view`. Secrets: the object's `hidden`. Objects that
//!    are named by a parent and a name of their own: the kind's `key`, such as `&["instance_id", "name"]`, with `id: ""`.
//! 6. Name the product in [`PRODUCTS`], and give it a file in `fake/tests/http/`.

pub(crate) mod account;
pub(crate) mod cockpit;
pub(crate) mod containers;
pub(crate) mod domain;
pub(crate) mod domain_names;
pub(crate) mod functions;
pub(crate) mod iam;
pub(crate) mod ipam;
pub(crate) mod keys;
pub(crate) mod object;
pub(crate) mod rdb;
pub(crate) mod registry;
pub(crate) mod secret;
pub(crate) mod vpc;
pub(crate) mod vpcgw;

use std::collections::BTreeMap;

use scaleway_api::{Document, Matched, Method, Operation};
use serde_json::Value;

use crate::call::{Call, Handled};
use crate::store::Kind;

/// Every product that is served.
pub(crate) static PRODUCTS: &[&Product] = &[
    &account::PRODUCT,
    &cockpit::PRODUCT,
    &containers::PRODUCT,
    &containers::TOKENS,
    &functions::PRODUCT,
    &domain::PRODUCT,
    &iam::PRODUCT,
    &ipam::PRODUCT,
    &keys::PRODUCT,
    &rdb::PRODUCT,
    &registry::PRODUCT,
    &secret::PRODUCT,
    &vpc::PRODUCT,
    &vpcgw::PRODUCT,
];

/// Fields of bodies that Scaleway takes under a second name: document, operation, second name, documented name.
static SPELLINGS: &[(&str, &str, &str, &str)] =
    &[("container.v1", "UpdateContainer", "https_connections_only", "https_connection_only")];

/// Does what an operation does.
pub(crate) type Handler = fn(&mut Call<'_>) -> Handled;

/// A product: what it has, and what it does.
pub(crate) struct Product {
    /// The name of its API document, such as `registry.v1`.
    pub(crate) document: &'static str,
    /// Its kinds of objects.
    pub(crate) kinds: &'static [&'static Kind],
    /// Operation ids, as [`Document::operation`] takes them, and who handles them.
    pub(crate) routes: &'static [(&'static str, Handler)],
}

/// Where a request leads.
pub(crate) struct Route {
    pub(crate) document: &'static Document,
    pub(crate) operation: &'static Operation,
    pub(crate) parameters: BTreeMap<String, String>,
    /// `None` when Scaleway has the operation and the fake has not.
    pub(crate) handler: Option<Handler>,
}

/// The route of a request; `None` when no API document knows the address.
pub(crate) fn find(method: Method, path: &str) -> Option<Route> {
    scaleway_api::documents().iter().find_map(|document| {
        let Matched { operation, parameters } = document.find(method, path)?;
        Some(Route { document, operation, parameters, handler: handler(document, operation) })
    })
}

/// Writes the fields of a body that came under a second name under the documented one.
pub(crate) fn respell(document: &Document, operation: &Operation, body: &mut Value) {
    let of_operation = |spelling: &&(&str, &str, &str, &str)| spelling.0 == document.name && spelling.1 == operation.id;
    for (_, _, second, documented) in SPELLINGS.iter().filter(of_operation) {
        if let Some(value) = body.as_object_mut().and_then(|body| body.remove(*second)) {
            body[*documented] = value;
        }
    }
}

/// The kind of this name, and the document that describes it; Object Storage has none.
pub(crate) fn kind(name: &str) -> Option<(&'static Kind, Option<&'static Document>)> {
    let described = PRODUCTS.iter().find_map(|product| {
        let kind = product.kinds.iter().find(|kind| kind.name == name)?;
        Some((*kind, scaleway_api::document(product.document)))
    });
    described.or_else(|| object::KINDS.iter().find(|kind| kind.name == name).map(|kind| (*kind, None)))
}

fn handler(document: &Document, operation: &Operation) -> Option<Handler> {
    let product = PRODUCTS.iter().find(|product| product.document == document.name)?;
    let route = product.routes.iter().find(|(id, _)| document.operation(id) == Some(operation))?;
    Some(route.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_whose_document_has_a_resource_name_shows_one_and_no_other() {
        for (product, kind) in PRODUCTS.iter().flat_map(|product| product.kinds.iter().map(move |kind| (product, kind)))
        {
            let document = scaleway_api::document(product.document).expect(product.document);
            let schema = document.schema(kind.schema).expect(kind.schema);
            let is_documented =
                matches!(&schema.kind, scaleway_api::Kind::Object { properties, .. } if properties.contains_key("srn"));
            let object = crate::store::Object::new(kind, "fr-par", "1/2", serde_json::Map::new());
            let shown = crate::store::Store::default().show(kind, &object);
            assert_eq!(shown.contains_key("srn"), is_documented, "{}", kind.name);
        }
    }

    #[test]
    fn every_route_and_every_kind_stands_in_its_document() {
        for product in PRODUCTS {
            let document = scaleway_api::document(product.document).expect(product.document);
            for (id, _) in product.routes {
                assert!(document.operation(id).is_some(), "{} {id}", product.document);
            }
            for kind in product.kinds {
                assert!(document.schema(kind.schema).is_some(), "{} {}", product.document, kind.schema);
            }
        }
    }
}
