//! What the plugin knows about its resources: the compiled descriptors, as plain data found by token.
//!
//! It knows neither the descriptor language nor the API documents it was compiled from, and performs nothing.

mod call;
mod component;
mod property;
mod resource;

pub use call::{Body, Find, Operation, Query, Source, Step, When};
pub use component::{Component, Method};
pub use property::{
    Checks, Convert, Equal, Format, Input, Kind, Known, KnownGroup, Merge, Property, ProviderDefault, usual_field,
};
pub use resource::{
    Function, Gone, IdPart, Locality, Lookup, LookupBy, LookupParent, Resource, Special, Timeouts, Wait, Within,
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
        self.resources.get(without_package(token))
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
        self.functions.get(without_package(token))
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
    fn a_catalog_with_an_unknown_word_is_refused() {
        assert!(Catalog::parse(r#"{"resources": {}, "functions": {}, "surprise": 1}"#).is_err());
    }
}
