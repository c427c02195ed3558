//! The public catalog of products, without an API key. Objects of a seed take precedence over the four types of Instances in
//! `product_catalog.json`, which are as recorded: one at the end of its life, and one without an estimation of its impact.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::call::{Handled, ReadCall};
use crate::paging;
use crate::product::Product;
use crate::store::{Kind, Missing};

static CATALOG_PRODUCT: Kind = Kind {
    id: "sku",
    ..Kind::new("product_catalog/product", "PublicCatalogProduct", "products", Missing::Labelled("product"))
};

pub(crate) static PRODUCT: Product = Product {
    document: "product_catalog.v2alpha1",
    kinds: &[&CATALOG_PRODUCT],
    reads: &[("ListPublicCatalogProducts", list)],
    writes: &[],
};

static RECORDED: LazyLock<Vec<Value>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("product_catalog.json")).unwrap_or_else(|error| unreachable!("{error}"))
});

fn list(call: &mut ReadCall<'_>) -> Handled {
    let mut products: Vec<Value> = call.world.store.of(&CATALOG_PRODUCT).map(|product| json!(product.fields)).collect();
    let is_new = |recorded: &&Value| products.iter().all(|product| product["sku"] != recorded["sku"]);
    let others: Vec<Value> = RECORDED.iter().filter(is_new).cloned().collect();
    products.extend(others);
    products.retain(|product| {
        let locality = &product["locality"];
        selects(call, "product_types", |name| product["properties"].get(name).is_some())
            && selects(call, "api_ids", |id| has_api_id(product, id))
            && selects(call, "status", |status| product["status"] == status)
            && selects(call, "region", |region| locality["region"] == region)
            && selects(call, "zone", |zone| locality["zone"] == zone)
    });
    let total = products.len();
    Ok(json!({ "products": paging::slice(products, &call.query), "total_count": total }))
}

/// Whether the query does not have this parameter, or one of its values fits.
fn selects(call: &ReadCall<'_>, parameter: &str, fits: impl Fn(&str) -> bool) -> bool {
    match call.query.get(parameter) {
        None => true,
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).any(fits),
        Some(value) => value.as_str().is_some_and(fits),
    }
}

/// Whether a product has this name in its own API.
fn has_api_id(product: &Value, id: &str) -> bool {
    let properties = product["properties"].as_object();
    properties.is_some_and(|properties| properties.values().any(|properties| properties["offer_id"] == id))
}
