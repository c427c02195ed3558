//! The catalog: the compiled descriptors of all resources, functions and components, as plain data by token.
//!
//! The descriptor language and the API documents belong to the compiler (`schema`).

mod call;
mod checks;
mod component;
mod entries;
mod property;
mod resource;
mod special;

pub use call::{
    Body, Each, EachOf, Find, Identity, MESSAGING_CREDENTIALS, Operation, Query, Settles, Source, Step, When,
    WireFormat,
};
pub use checks::{Checks, Format, Known, KnownGroup};
pub use component::{Component, Method};
pub use entries::Entries;
pub use property::{Convert, Decides, Equal, Input, Kind, Merge, Property, ProviderDefault, usual_field};
pub use resource::{
    Action, CreatedWith, DeletedIf, Function, IdPart, Listing, Locality, Lookup, LookupBy, LookupParent, Newest,
    Permission, RUN, Resource, Timeouts, Wait, Within, is_composed_part,
};
pub use special::{Handler, Special};

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

/// All resources, functions and components, by token without the package (`registry/namespace:Namespace`).
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// The resources.
    pub resources: Entries<Resource>,
    /// The functions.
    pub functions: Entries<Function>,
    /// The components.
    pub components: BTreeMap<String, Component>,
    /// Old flat tokens of resources and functions, and their modular tokens.
    pub aliases: BTreeMap<String, String>,
    /// The regions and zones of all resources.
    pub localities: BTreeSet<String>,
}

/// A catalog whose resources and functions are not parsed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unparsed<'a> {
    #[serde(borrow)]
    resources: BTreeMap<String, &'a RawValue>,
    #[serde(borrow)]
    functions: BTreeMap<String, &'a RawValue>,
    #[serde(default)]
    components: BTreeMap<String, Component>,
    #[serde(default)]
    aliases: BTreeMap<String, String>,
    #[serde(default)]
    localities: BTreeSet<String>,
}

/// A catalog that cannot be parsed: another version of the compiler wrote it.
#[derive(Debug, Error)]
#[error("the embedded catalog cannot be parsed")]
pub struct CatalogError(#[from] serde_json::Error);

impl Catalog {
    /// Parses a compiled catalog. Resources and functions are parsed when they are first used.
    pub fn parse(text: impl Into<Cow<'static, str>>) -> Result<Self, CatalogError> {
        Ok(match text.into() {
            Cow::Borrowed(text) => Self::of(serde_json::from_str(text)?, Cow::Borrowed),
            Cow::Owned(text) => Self::of(serde_json::from_str(&text)?, |part| Cow::Owned(part.to_owned())),
        })
    }

    fn of<'a>(unparsed: Unparsed<'a>, kept: impl Fn(&'a str) -> Cow<'static, str>) -> Self {
        let Unparsed { resources, functions, components, aliases, localities } = unparsed;
        let mut catalog = Self { components, aliases, localities, ..Self::default() };
        for (token, text) in resources {
            catalog.resources.insert_json(token, kept(text.get()));
        }
        for (token, text) in functions {
            catalog.functions.insert_json(token, kept(text.get()));
        }
        catalog
    }

    /// Parses all resources and functions: the error of the first one that cannot be parsed.
    pub fn check(&self) -> Result<(), CatalogError> {
        self.resources.check()?;
        Ok(self.functions.check()?)
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
    fn resource_is_parsed_when_it_is_used_and_a_check_parses_all() {
        let text = r#"{"resources": {"a/b:B": {"label": "thing"}, "a/c:C": {"lable": ""}}, "functions": {}}"#;
        for catalog in [Catalog::parse(text), Catalog::parse(text.to_owned())] {
            let catalog = catalog.unwrap_or_default();
            assert_eq!(catalog.resources.keys().count(), 2);
            assert_eq!(
                catalog.resource("evalap-scaleway:a/b:B").map(|resource| resource.label.as_str()),
                Some("thing")
            );
            assert!(catalog.resource("evalap-scaleway:a/c:C").is_none());
            assert!(catalog.check().is_err());
        }
    }

    #[test]
    fn a_catalog_with_an_unknown_field_is_rejected() {
        assert!(Catalog::parse(r#"{"resources": {}, "functions": {}, "aliases": {}, "surprise": 1}"#).is_err());
    }
}
