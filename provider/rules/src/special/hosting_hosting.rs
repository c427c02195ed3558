//! Web hosting plans: the options to buy, and the tag that Scaleway adds.
//!
//! A descriptor is not sufficient because the API expects a quantity for each option, and because the tag of Scaleway is a difference
//! only if the program has it.

use serde_json::{Value as Json, json};
use value::{Data, Object, Value};

use super::Special;
use crate::wire::Wire;

/// See the module.
pub(super) struct Hosting;

/// As recorded: the tag that the API adds to each hosting.
const INTERNAL: &str = "internal";

impl Special for Hosting {
    fn encode(&self, wire: &mut Wire) {
        let Some(options) = wire.get("offer_options").and_then(Json::as_array) else { return };
        let options = options.iter().map(|id| json!({ "id": id, "quantity": 1 })).collect();
        wire.insert("offer_options".to_owned(), Json::Array(options));
    }

    fn adjust_state(&self, inputs: &Object, _answers: &Wire, state: &mut Object) {
        let wanted = inputs.given("tags").and_then(Value::as_array);
        if wanted.is_some_and(|tags| tags.iter().any(|tag| tag.as_str() == Some(INTERNAL))) {
            return;
        }
        if let Some(Data::Array(tags)) = state.get_mut("tags").map(Value::data_mut) {
            tags.retain(|tag| tag.as_str() != Some(INTERNAL));
        }
    }
}

#[cfg(test)]
#[path = "hosting_hosting_tests.rs"]
mod tests;
