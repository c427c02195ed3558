//! The catalog: the compiled descriptors of all resources, functions and components, as plain data by token.
//!
//! The descriptor language and the API documents belong to the compiler (`schema`).

mod call;
mod checks;
mod component;
mod property;
mod resource;
mod special;

pub use call::{Body, Each, EachOf, Find, Identity, Operation, Query, Settles, Source, Step, When, WireFormat};
pub use checks::{Checks, Format, Known, KnownGroup};
pub use component::{Component, Method};
pub use property::{Convert, Decides, Equal, Input, Kind, Merge, Property, ProviderDefault, usual_field};
pub use resource::{
    Action, DeletedIf, Function, IdPart, Listing, Locality, Lookup, LookupBy, LookupParent, Newest, Permission, RUN,
    Resource, Timeouts, Wait, Within,
};
pub use special::{Handler, Special};

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// All resources, functions and components, by token without the package (`registry/namespace:Namespace`).
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
    /// Old flat tokens of resources and functions, and their modular tokens.
    #[serde(default)]
    pub aliases: BTreeMap<String, String>,
}

/// A catalog that cannot be parsed: another version of the compiler wrote it.
#[derive(Debug, Error)]
#[error("the embedded catalog cannot be parsed")]
pub struct CatalogError(#[from] serde_json::Error);

impl Catalog {
    /// Parses a compiled catalog.
    pub fn parse(text: &str) -> Result<Self, CatalogError> {
        let mut catalog: Self = serde_json::from_str(text)?;
        let parents = catalog.resources.values().filter_map(|resource| Some(resource.within.as_ref()?.token.clone()));
        for parent in parents.collect::<BTreeSet<_>>() {
            if let Some(parent) = catalog.resources.get_mut(&parent) {
                parent.has_parts = true;
            }
        }
        Ok(catalog)
    }

    /// The resource of a full Pulumi token (`evalap-scaleway:registry/namespace:Namespace`), with any package.
    pub fn resource(&self, token: &str) -> Option<&Resource> {
        self.resources.get(self.modular(token))
    }

    /// The component of a full Pulumi token, with any package.
    pub fn component(&self, token: &str) -> Option<&Component> {
        self.components.get(without_package(token))
    }

    /// The component and the method for a full method token (`evalap-scaleway:evalap/database:Database/url`).
    pub fn method<'a>(&self, token: &'a str) -> Option<(&Component, &Method, &'a str)> {
        let (component, name) = token.rsplit_once('/')?;
        let component = self.component(component)?;
        Some((component, component.methods.get(name)?, name))
    }

    /// The function of a full Pulumi token, with any package.
    pub fn function(&self, token: &str) -> Option<&Function> {
        self.functions.get(self.modular(token))
    }

    /// The token of a resource or function in the catalog: without package, and modular.
    pub fn modular<'a>(&'a self, token: &'a str) -> &'a str {
        let token = without_package(token);
        self.aliases.get(token).map_or(token, String::as_str)
    }

    /// The full token of a token in the form that Pulumi shows, which omits the part after the slash:
    /// `evalap-scaleway:network/vpc:Vpc` for `evalap-scaleway:network:Vpc`.
    pub fn full_token(&self, shown: &str) -> Option<String> {
        let (package, rest) = shown.split_once(':')?;
        let (module, name) = rest.split_once(':').filter(|(module, _)| !module.contains('/'))?;
        let tokens = self.resources.keys().chain(self.functions.keys()).chain(self.components.keys());
        let is_full = |token: &&String| {
            token
                .split_once('/')
                .is_some_and(|(own, file)| own == module && file.split_once(':').is_some_and(|(_, own)| own == name))
        };
        tokens.chain(self.aliases.keys()).find(is_full).map(|token| format!("{package}:{token}"))
    }
}

fn without_package(token: &str) -> &str {
    token.split_once(':').map_or(token, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_found_by_its_token_with_any_package() {
        assert_eq!(without_package("evalap-scaleway:registry/namespace:Namespace"), "registry/namespace:Namespace");
        assert_eq!(without_package("nonsense"), "nonsense");
    }

    #[test]
    fn a_flat_token_finds_the_resource_of_its_modular_token() {
        let text =
            r#"{"resources": {"a/b:B": {"label": "thing"}}, "functions": {}, "aliases": {"index/aB:AB": "a/b:B"}}"#;
        let catalog = Catalog::parse(text).unwrap_or_default();
        for token in ["evalap-scaleway:a/b:B", "evalap-scaleway:index/aB:AB", "scaleway:index/aB:AB"] {
            assert_eq!(catalog.resource(token).map(|resource| resource.label.as_str()), Some("thing"), "{token}");
        }
        assert!(catalog.resource("evalap-scaleway:index/b:B").is_none());
    }

    #[test]
    fn shown_token_has_a_full_token() {
        let text =
            r#"{"resources": {"a/b:B": {}}, "functions": {}, "components": {}, "aliases": {"index/aB:AB": "a/b:B"}}"#;
        let catalog = Catalog::parse(text).unwrap_or_default();
        assert_eq!(catalog.full_token("evalap-scaleway:a:B").as_deref(), Some("evalap-scaleway:a/b:B"));
        assert_eq!(catalog.full_token("evalap-scaleway:index:AB").as_deref(), Some("evalap-scaleway:index/aB:AB"));
        for other in ["evalap-scaleway:a:C", "evalap-scaleway:a/b:B", "evalap-scaleway:b:B", "a:B"] {
            assert_eq!(catalog.full_token(other), None, "{other}");
        }
    }

    #[test]
    fn a_parent_has_parts() {
        let text =
            r#"{"resources": {"a:A": {}, "b:B": {"within": {"property": "a", "token": "a:A"}}}, "functions": {}}"#;
        let catalog = Catalog::parse(text).unwrap_or_default();
        let has_parts = |token: &str| catalog.resources.get(token).map(|resource| resource.has_parts);
        assert_eq!((has_parts("a:A"), has_parts("b:B")), (Some(true), Some(false)));
    }

    #[test]
    fn a_catalog_with_an_unknown_field_is_rejected() {
        assert!(Catalog::parse(r#"{"resources": {}, "functions": {}, "aliases": {}, "surprise": 1}"#).is_err());
    }
}
