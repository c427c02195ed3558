//! The products of Cockpit: adds a list of their names.

use serde_json::Value as Json;

use crate::wire::{self, Wire};

/// Requests are unchanged.
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
    fn names_have_the_order_of_the_products() {
        let decoded = reshaped(super::decode, &json!({ "products": [{ "name": "rdb" }, 7, { "name": "lb" }] }));
        assert_eq!(decoded["names"], json!(["rdb", "lb"]));
        assert_eq!(reshaped(super::decode, &json!({})), json!({ "names": [] }));
    }
}
