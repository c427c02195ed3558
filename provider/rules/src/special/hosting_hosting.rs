//! Web hosting plans: the options to buy.
//!
//! A descriptor is not sufficient because the API expects a quantity for each option.

use serde_json::{Value as Json, json};

use super::Special;
use crate::wire::Wire;

/// See the module.
pub(super) struct Hosting;

impl Special for Hosting {
    fn encode(&self, wire: &mut Wire) {
        let Some(options) = wire.get("offer_options").and_then(Json::as_array) else { return };
        let options = options.iter().map(|id| json!({ "id": id, "quantity": 1 })).collect();
        wire.insert("offer_options".to_owned(), Json::Array(options));
    }
}

#[cfg(test)]
#[path = "hosting_hosting_tests.rs"]
mod tests;
