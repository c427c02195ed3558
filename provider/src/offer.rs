//! What the plugin offers: the schema for people and SDKs, the catalog for the engine, both compiled into the binary.
//!
//! Knows nothing of how they are made, and reads the catalog only when something needs it.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use catalog::{Catalog, CatalogError};

/// The schema and the catalog of one version.
pub(crate) struct Offer {
    schema: Cow<'static, str>,
    catalog_text: Cow<'static, str>,
    catalog: OnceLock<Arc<Catalog>>,
}

impl Offer {
    /// What this version offers.
    pub(crate) fn embedded() -> Self {
        Self::new(include_str!("../../schema/schema.json"), include_str!("../../schema/catalog.json"))
    }

    /// Another schema and catalog, both as JSON.
    pub(crate) fn new(schema: impl Into<Cow<'static, str>>, catalog: impl Into<Cow<'static, str>>) -> Self {
        Self { schema: schema.into(), catalog_text: catalog.into(), catalog: OnceLock::new() }
    }

    /// The Pulumi package schema, as JSON.
    pub(crate) fn schema(&self) -> &str {
        &self.schema
    }

    /// The resources and functions; read the first time anyone asks.
    pub(crate) fn catalog(&self) -> Result<&Arc<Catalog>, CatalogError> {
        if let Some(catalog) = self.catalog.get() {
            return Ok(catalog);
        }
        let catalog = Arc::new(Catalog::parse(&self.catalog_text)?);
        Ok(self.catalog.get_or_init(|| catalog))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_embedded_can_be_read() {
        let offer = Offer::embedded();
        let schema: serde_json::Value = serde_json::from_str(offer.schema()).unwrap();
        assert_eq!(schema["name"], crate::config::PACKAGE);
        let catalog = offer.catalog().unwrap();
        for token in schema["resources"].as_object().unwrap().keys() {
            let known = catalog.resource(token).is_some() || catalog.component(token).is_some();
            assert!(known, "{token} is in the schema but not in the catalog");
        }
        for token in schema["functions"].as_object().unwrap().keys() {
            let known = catalog.function(token).is_some() || catalog.method(token).is_some();
            assert!(known, "{token} is in the schema but not in the catalog");
        }
    }

    #[test]
    fn every_component_that_is_offered_can_be_built_and_no_other() {
        let offer = Offer::embedded();
        let offered: Vec<&str> = offer.catalog().unwrap().components.keys().map(String::as_str).collect();
        let mut built: Vec<&str> = components::tokens().collect();
        built.sort_unstable();
        assert_eq!(built, offered);
    }
}
