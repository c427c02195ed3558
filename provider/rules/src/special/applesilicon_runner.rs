//! Runners on Apple silicon servers: the configuration of each CI provider.
//!
//! A descriptor is not sufficient because the URL and the token are fields of another object for each CI provider.

use serde_json::{Value as Json, json};

use super::Special;
use crate::wire::Wire;

/// See the module.
pub(super) struct Runner;

impl Special for Runner {
    /// The URL and the token move into the object of the CI provider.
    fn encode(&self, wire: &mut Wire) {
        let Some(Json::Object(configuration)) = wire.get_mut("runner_configuration") else { return };
        let own = ["url", "token"].map(|field| (field.to_owned(), configuration.remove(field)));
        let own: serde_json::Map<String, Json> =
            own.into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
        if let Some(field) = configuration.get("provider").and_then(Json::as_str).and_then(field) {
            configuration.insert(field.to_owned(), Json::Object(own));
        }
    }

    fn decode(&self, wire: &mut Wire) {
        let Some(configuration) = wire.get_mut("configuration").filter(|configuration| configuration.is_object())
        else {
            return;
        };
        let field = configuration["provider"].as_str().and_then(field).unwrap_or_default();
        let own = configuration[field].clone();
        configuration["url"] = own["url"].clone();
        configuration["labels"] = own.get("labels").filter(|labels| labels.is_array()).cloned().unwrap_or(json!([]));
    }
}

/// The field with the object of a CI provider.
fn field(provider: &str) -> Option<&'static str> {
    match provider {
        "github" => Some("github_configuration"),
        "gitlab" => Some("gitlab_configuration"),
        _ => None,
    }
}

#[cfg(test)]
#[path = "applesilicon_runner_tests.rs"]
mod tests;
