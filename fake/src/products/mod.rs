//! The products that the fake serves, and the routes of requests.
//!
//! A plain kind needs no code: see `fake/kinds/README.md`. To add code for an operation that is not plain:
//! 1. Add a file here with `pub(crate) static PRODUCT: Product`: the document's name, the kinds that have no facts, and
//!    each operation that has code: `("ListKeys", list)` in `reads`, or `("CreateKey", create)` in `writes`. An operation
//!    without code or facts returns 501. The functions of reads take a [`ReadCall`], which cannot change objects, and run
//!    at the same time as others. A GET in `writes` has a comment with the reason.
//! 2. Refer to a plain kind by `Named::new("key_manager/key")`; [`plain::create`], [`plain::update`] and [`plain::delete`] apply
//!    its facts, and the code does the rest.
//! 3. A kind without facts is a `static` [`Kind`]: its name, the schema that the document gives it, the field of its list
//!    response, and the form of its 404. Write the fields of a create response with `json!`, as recorded. Every response is
//!    checked against the document, so a misspelt field is an error 500 that names it.
//! 4. Transient statuses: `call.transition(&KIND, &id, "creating", json!({ "status": "ready" }))`; reject changes meanwhile with
//!    `call.settled(&KIND, &id)?`. Looked-up fields: the kind's `view`. Secrets: the object's `hidden`. Objects with a
//!    parent and a name as their id: the kind's `key`, such as `&["instance_id", "name"]`, with `id: ""`.
//! 5. A product with several modules has its kinds in `kinds.rs` and its routes in `mod.rs`. Modules use each other in one
//!    direction only, and never items of `mod.rs`; `tests/architecture/cycles.rs` checks this.
//! 6. Name the product in [`PRODUCTS`], and give it a file in `fake/tests/http/`.

pub(crate) mod account;
mod apple_silicon;
pub(crate) mod audit_trail;
pub(crate) mod autoscaling;
pub(crate) mod baremetal;
pub(crate) mod billing;
pub(crate) mod block;
pub(crate) mod cockpit;
pub(crate) mod containers;
pub(crate) mod datalab;
pub(crate) mod datawarehouse;
pub(crate) mod domain;
pub(crate) mod domain_names;
pub(crate) mod domain_registrar;
pub(crate) mod edge_services;
mod endpoints;
pub(crate) mod environmental_footprint;
pub(crate) mod flexible_ip;
pub(crate) mod functions;
pub(crate) mod iam;
pub(crate) mod inference;
pub(crate) mod instance;
pub(crate) mod instance_addresses;
pub(crate) mod interlink;
pub(crate) mod iot;
mod ip_kind;
pub(crate) mod ipam;
pub(crate) mod jobs;
pub(crate) mod k8s;
pub(crate) mod kafka;
pub(crate) mod keys;
pub(crate) mod lb;
pub(crate) mod marketplace;
pub(crate) mod mnq;
pub(crate) mod mongodb;
pub(crate) mod object;
mod password;
pub(crate) mod product_catalog;
pub(crate) mod rdb;
pub(crate) mod redis;
pub(crate) mod s2s_vpn;
pub(crate) mod searchdb;
pub(crate) mod secret;
mod server_networks;
pub(crate) mod sqldb;
pub(crate) mod tem;
mod users;
pub(crate) mod vpc;
pub(crate) mod vpcgw;
mod web_hosting;

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use crate::call::{Call, Handled, ReadCall};
use crate::facts::{self, Plain};
use crate::plain::{self, ReadVerb, Verb, WriteVerb};
use crate::product::{Product, ReadHandler, WriteHandler};
use crate::store::Kind;
use scaleway_api::{Document, Matched, Method, Operation, Protocol};

/// Every product that is served.
pub(crate) static PRODUCTS: &[&Product] = &[
    &account::PRODUCT,
    &apple_silicon::PRODUCT,
    &audit_trail::PRODUCT,
    &billing::PRODUCT,
    &billing::USAGE,
    &baremetal::PRODUCT,
    &baremetal::networks::PRODUCT,
    &autoscaling::PRODUCT,
    &block::PRODUCT,
    &cockpit::PRODUCT,
    &containers::PRODUCT,
    &containers::older::PRODUCT,
    &flexible_ip::PRODUCT,
    &functions::PRODUCT,
    &datalab::PRODUCT,
    &datawarehouse::PRODUCT,
    &domain::PRODUCT,
    &domain_registrar::PRODUCT,
    &edge_services::PRODUCT,
    &environmental_footprint::PRODUCT,
    &iam::PRODUCT,
    &inference::PRODUCT,
    &instance::PRODUCT,
    &interlink::PRODUCT,
    &iot::PRODUCT,
    &ipam::PRODUCT,
    &jobs::PRODUCT,
    &k8s::PRODUCT,
    &kafka::PRODUCT,
    &keys::PRODUCT,
    &lb::PRODUCT,
    &marketplace::PRODUCT,
    &mongodb::PRODUCT,
    &product_catalog::PRODUCT,
    &rdb::PRODUCT,
    &redis::PRODUCT,
    &s2s_vpn::PRODUCT,
    &mnq::PRODUCT,
    &searchdb::PRODUCT,
    &secret::PRODUCT,
    &sqldb::PRODUCT,
    &tem::PRODUCT,
    &vpc::PRODUCT,
    &vpcgw::PRODUCT,
    &web_hosting::PRODUCT,
];

/// The route of a request.
pub(crate) struct Route {
    pub(crate) document: &'static Document,
    pub(crate) operation: &'static Operation,
    pub(crate) parameters: BTreeMap<String, String>,
    /// `None` if the fake does not serve the operation.
    pub(crate) service: Option<Service>,
}

/// The implementation of an operation.
#[derive(Clone, Copy)]
pub(crate) enum Service {
    /// It does not change objects.
    Read(Implemented<ReadHandler, ReadVerb>),
    /// It changes objects.
    Write(Implemented<WriteHandler, WriteVerb>),
}

/// What answers the calls of an operation.
#[derive(Clone, Copy)]
pub(crate) enum Implemented<Handler, Verb> {
    /// The code of its product.
    Code(Handler),
    /// The API document and the facts about the kind.
    Plain(&'static Plain, Verb),
}

impl Implemented<ReadHandler, ReadVerb> {
    /// Answers the call.
    pub(crate) fn answer(self, call: &mut ReadCall<'_>) -> Handled {
        match self {
            Self::Code(handler) => handler(call),
            Self::Plain(plain, verb) => plain::read(call, plain, verb),
        }
    }
}

impl Implemented<WriteHandler, WriteVerb> {
    /// Answers the call.
    pub(crate) fn answer(self, call: &mut Call<'_>) -> Handled {
        match self {
            Self::Code(handler) => handler(call),
            Self::Plain(plain, verb) => plain::write(call, plain, verb),
        }
    }
}

/// An operation of Scaleway's APIs, and what implements it in the fake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferedOperation {
    /// The API document, such as `rdb.v1`.
    pub document: &'static str,
    /// Its ID, such as `CreateInstance`.
    pub id: &'static str,
    /// What implements it; `None` if the fake responds with 501.
    pub implementation: Option<Implementation>,
}

/// What implements an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Implementation {
    /// Code for this operation.
    Code,
    /// The API document, and the facts about its kind in `fake/kinds/`.
    Facts,
}

/// All operations of the API documents except those of Object Storage, queues and topics.
pub fn operations() -> impl Iterator<Item = OfferedOperation> {
    let documents = scaleway_api::documents().filter(|document| document.protocol == Protocol::Json);
    let operations =
        documents.flat_map(|document| document.operations.iter().map(move |operation| (document, operation)));
    operations.map(|(document, operation)| OfferedOperation {
        document: &document.name,
        id: &operation.id,
        implementation: service(document, operation).map(|service| match service {
            Service::Read(Implemented::Code(_)) | Service::Write(Implemented::Code(_)) => Implementation::Code,
            Service::Read(Implemented::Plain(..)) | Service::Write(Implemented::Plain(..)) => Implementation::Facts,
        }),
    })
}

/// The route of a request; `None` when no API document has the path.
pub(crate) fn find(method: Method, path: &str) -> Option<Route> {
    let (document, Matched { operation, parameters }) = scaleway_api::find(method, path)?;
    Some(Route { document, operation, parameters, service: service(document, operation) })
}

/// The kinds that have no facts, with the names of their documents; Object Storage, queues and topics have none.
static OF_CODE: LazyLock<HashMap<&'static str, (&'static Kind, Option<&'static str>)>> = LazyLock::new(|| {
    let undescribed = object::KINDS.iter().chain(mnq::MESSAGING).map(|kind| (*kind, None));
    let described =
        PRODUCTS.iter().flat_map(|product| product.kinds.iter().map(|kind| (*kind, Some(product.document))));
    undescribed.chain(described).map(|(kind, document)| (kind.name, (kind, document))).collect()
});

/// The kind of this name, and the document that describes it; Object Storage, queues and topics have none.
pub(crate) fn kind(name: &str) -> Option<(&'static Kind, Option<&'static Document>)> {
    if let Some((kind, document)) = OF_CODE.get(name) {
        return Some((kind, document.and_then(scaleway_api::document)));
    }
    facts::plain(name).map(|plain| (&plain.kind, Some(plain.document)))
}

/// Code takes precedence over the facts.
fn service(document: &Document, operation: &Operation) -> Option<Service> {
    let products = || PRODUCTS.iter().filter(|product| product.document == document.name);
    // An ID that several tags have starts with the tag.
    let is_named = |id: &str| {
        id.ends_with(&operation.id) && document.operation(id).is_some_and(|found| std::ptr::eq(found, operation))
    };
    if let Some((_, handler)) = products().flat_map(|product| product.reads).find(|(id, _)| is_named(id)) {
        return Some(Service::Read(Implemented::Code(*handler)));
    }
    if let Some((_, handler)) = products().flat_map(|product| product.writes).find(|(id, _)| is_named(id)) {
        return Some(Service::Write(Implemented::Code(*handler)));
    }
    Some(match plain::find(&document.name, operation)? {
        (plain, Verb::Read(verb)) => Service::Read(Implemented::Plain(plain, verb)),
        (plain, Verb::Write(verb)) => Service::Write(Implemented::Plain(plain, verb)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_has_a_resource_name_if_its_document_declares_one() {
        let of_code = PRODUCTS.iter().flat_map(|product| product.kinds.iter().map(|kind| (product.document, *kind)));
        let of_facts = facts::all().flat_map(|facts| &facts.plain);
        for (name, kind) in of_code.chain(of_facts.map(|plain| (plain.document.name.as_str(), &plain.kind))) {
            let document = scaleway_api::document(name).expect(name);
            let schema = document.schema(kind.schema).expect(kind.schema);
            let is_documented =
                matches!(&schema.kind, scaleway_api::Kind::Object { properties, .. } if properties.contains_key("srn"));
            let object = crate::store::Object::new(kind, "fr-par", "1/2", serde_json::Map::new());
            let shown = crate::store::Store::default().show(kind, &object);
            assert_eq!(shown.contains_key("srn"), is_documented, "{}", kind.name);
        }
    }

    #[test]
    fn every_kind_that_the_facts_name_exists() {
        for plain in facts::all().flat_map(|facts| &facts.plain) {
            let facts = &plain.facts;
            let others = facts.parents.values().map(|parent| &parent.kind);
            let others = others.chain(
                facts.counts.values().chain(facts.embeds.values()).chain(facts.lists.values()).map(|by| &by.kind),
            );
            let others = others.chain(facts.joins.values().map(|join| &join.kind));
            for other in others.chain(facts.kept_by.iter().chain(&facts.removed_with).map(|by| &by.kind)) {
                assert!(kind(other).is_some(), "{}: there is no kind {other}", plain.kind.name);
            }
        }
    }

    /// Operations with GET that change objects, each with the reason beside its route.
    const CHANGING: [&str; 2] = ["GetFunctionUploadURL", "ListVPCs"];

    #[test]
    fn operations_with_get_do_not_change_objects() {
        let documents = scaleway_api::documents().filter(|document| document.protocol == Protocol::Json);
        for document in documents {
            let changes = |operation: &&Operation| matches!(service(document, operation), Some(Service::Write(_)));
            for operation in document.operations.iter().filter(|operation| operation.method == Method::Get) {
                let is_known = CHANGING.contains(&operation.id.as_str());
                assert_eq!(changes(&operation), is_known, "{} {}", document.name, operation.id);
            }
        }
    }

    #[test]
    fn every_route_and_kind_is_in_its_document() {
        for product in PRODUCTS {
            let document = scaleway_api::document(product.document).expect(product.document);
            let reads = product.reads.iter().map(|(id, _)| id);
            for id in reads.chain(product.writes.iter().map(|(id, _)| id)) {
                assert!(document.operation(id).is_some(), "{} {id}", product.document);
            }
            for kind in product.kinds {
                assert!(document.schema(kind.schema).is_some(), "{} {}", product.document, kind.schema);
            }
        }
    }
}
