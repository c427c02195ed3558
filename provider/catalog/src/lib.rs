//! What the plugin knows about its resources: the compiled descriptors, as plain data found by token.
//!
//! It knows neither the descriptor language nor the API documents it was compiled from, and performs nothing.

mod call;
mod component;
mod property;
mod resource;

pub use call::{Body, Find, Identity, Operation, Query, Source, Step, When};
pub use component::{Component, Method};
pub use property::{
    Checks, Convert, Decides, Equal, Format, Input, Kind, Known, KnownGroup, Merge, Property, ProviderDefault,
    usual_field,
};
pub use resource::{
    Function, Gone, IdPart, Listing, Locality, Lookup, LookupBy, LookupParent, Permission, Resource, Special, Timeouts,
    Wait, Within,
};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Everything the plugin offers, by token without the package (`registry/namespace:Namespace`).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// The resources.
    pub resources: BTreeMap<String, Resource>,
    /// The functions.
    pub functions: BTreeMap<String, Function>,
    /// The components.
    #[serde(default)]
    pub components: BTreeMap<String, Component>,
    /// Older, flat tokens of resources and functions, and the modular tokens they stand for.
    #[serde(default)]
    pub aliases: BTreeMap<String, String>,
}

/// A catalog that cannot be read: it was not made by this version of the compiler.
#[derive(Debug, Error)]
#[error("the embedded catalog cannot be read")]
pub struct CatalogError(#[from] serde_json::Error);

impl Catalog {
    /// Reads a compiled catalog.
    pub fn parse(text: &str) -> Result<Self, CatalogError> {
        Ok(serde_json::from_str(text)?)
    }

    /// The resource of a full Pulumi token (`evalap-scaleway:registry/namespace:Namespace`), whatever its package.
    pub fn resource(&self, token: &str) -> Option<&Resource> {
        self.resources.get(self.modular(token))
    }

    /// The component of a full Pulumi token, whatever its package.
    pub fn component(&self, token: &str) -> Option<&Component> {
        self.components.get(without_package(token))
    }

    /// The component and the method of a method's full token (`evalap-scaleway:evalap/database:Database/url`).
    pub fn method<'a>(&self, token: &'a str) -> Option<(&Component, &Method, &'a str)> {
        let (component, name) = token.rsplit_once('/')?;
        let component = self.component(component)?;
        Some((component, component.methods.get(name)?, name))
    }

    /// The function of a full Pulumi token, whatever its package.
    pub fn function(&self, token: &str) -> Option<&Function> {
        self.functions.get(self.modular(token))
    }

    /// The token without its package, under which a resource or function stands in the catalog.
    pub fn modular<'a>(&'a self, token: &'a str) -> &'a str {
        let token = without_package(token);
        self.aliases.get(token).map_or(token, String::as_str)
    }
}

fn without_package(token: &str) -> &str {
    token.split_once(':').map_or(token, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_found_by_its_token_whatever_the_package() {
        assert_eq!(without_package("evalap-scaleway:registry/namespace:Namespace"), "registry/namespace:Namespace");
        assert_eq!(without_package("nonsense"), "nonsense");
    }

    #[test]
    fn a_flat_token_finds_what_its_modular_one_does() {
        let text =
            r#"{"resources": {"a/b:B": {"label": "thing"}}, "functions": {}, "aliases": {"index/aB:AB": "a/b:B"}}"#;
        let catalog = Catalog::parse(text).unwrap_or_default();
        for token in ["evalap-scaleway:a/b:B", "evalap-scaleway:index/aB:AB", "scaleway:index/aB:AB"] {
            assert_eq!(catalog.resource(token).map(|resource| resource.label.as_str()), Some("thing"), "{token}");
        }
        assert!(catalog.resource("evalap-scaleway:index/b:B").is_none());
    }

    #[test]
    fn a_catalog_with_an_unknown_word_is_refused() {
        assert!(Catalog::parse(r#"{"resources": {}, "functions": {}, "aliases": {}, "surprise": 1}"#).is_err());
    }
}
