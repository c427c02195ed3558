//! The products that Cockpit knows: their names once more, as a list of their own.
//!
//! It knows no product.

use serde_json::Value as Json;

use crate::wire::{self, Wire};

/// Nothing of a request needs another shape.
pub(super) fn encode(_wire: &mut Wire) {}

/// Adds `names`, in the order of `products`.
pub(super) fn decode(wire: &mut Wire) {
    let names = wire::pluck(wire, "products[].name").unwrap_or_else(|| Json::Array(Vec::new()));
    wire.insert("names".to_owned(), names);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::reshape::reshaped;

    #[test]
    fn names_come_in_the_order_of_the_products() {
        let told = reshaped(super::decode, &json!({ "products": [{ "name": "rdb" }, 7, { "name": "lb" }] }));
        assert_eq!(told["names"], json!(["rdb", "lb"]));
        assert_eq!(reshaped(super::decode, &json!({})), json!({ "names": [] }));
    }
}
