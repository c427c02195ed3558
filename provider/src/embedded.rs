//! The schema for SDKs, the mapping for conversions and the catalog for the engine, which are compiled into the binary. The
//! first two are compressed (`build.rs`), because they are large and rarely read. The catalog is parsed when it is first used.

use std::borrow::Cow;
use std::io::{self, Read};
use std::sync::{Arc, OnceLock};

use catalog::{Catalog, CatalogError};
use flate2::read::GzDecoder;
use tonic::Status;

/// The compressed schema.
const SCHEMA: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/schema.json.gz"));

/// The compressed mapping of the Terraform provider.
const TERRAFORM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/terraform.json.gz"));

/// The schema and the catalog of one version.
pub(crate) struct Embedded {
    packed_schema: Cow<'static, [u8]>,
    catalog_text: Cow<'static, str>,
    catalog: OnceLock<Arc<Catalog>>,
}

impl Embedded {
    /// The schema and catalog of this version.
    pub(crate) fn new() -> Self {
        Self::of(SCHEMA, include_str!("../../schema/catalog.json"))
    }

    /// The embedded schema with a parsed catalog.
    #[cfg(feature = "testing")]
    pub(crate) fn of_catalog(catalog: Arc<Catalog>) -> Self {
        Self { packed_schema: SCHEMA.into(), catalog_text: Cow::Borrowed(""), catalog: OnceLock::from(catalog) }
    }

    fn of(packed_schema: impl Into<Cow<'static, [u8]>>, catalog: impl Into<Cow<'static, str>>) -> Self {
        Self { packed_schema: packed_schema.into(), catalog_text: catalog.into(), catalog: OnceLock::new() }
    }

    /// The Pulumi package schema, as JSON. Fails only if the binary is damaged.
    pub(crate) fn schema(&self) -> io::Result<String> {
        unpacked(&self.packed_schema)
    }

    /// The resources and functions; parsed on first use.
    pub(crate) fn catalog(&self) -> Result<&Arc<Catalog>, CatalogError> {
        if let Some(catalog) = self.catalog.get() {
            return Ok(catalog);
        }
        let catalog = Arc::new(Catalog::parse(self.catalog_text.clone())?);
        Ok(self.catalog.get_or_init(|| catalog))
    }
}

/// The mapping of the Terraform provider to this package, as JSON. Fails only if the binary is damaged.
pub(crate) fn terraform_mapping() -> io::Result<String> {
    unpacked(TERRAFORM)
}

/// The error for a binary in which a file cannot be unpacked.
pub(crate) fn damaged(file: &str, error: &io::Error) -> Status {
    Status::data_loss(format!("the plugin's {file} cannot be unpacked ({error}); install the plugin again"))
}

fn unpacked(packed: &[u8]) -> io::Result<String> {
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use flate2::Compression;
    use flate2::bufread::GzEncoder;

    use super::*;

    impl Embedded {
        /// Another schema and catalog, both as JSON.
        pub(crate) fn of_json(schema: &str, catalog: impl Into<Cow<'static, str>>) -> Self {
            let mut packed = Vec::new();
            GzEncoder::new(schema.as_bytes(), Compression::fast()).read_to_end(&mut packed).unwrap();
            Self::of(packed, catalog)
        }
    }

    #[test]
    fn what_is_embedded_can_be_read() {
        let embedded = Embedded::new();
        let schema: serde_json::Value = serde_json::from_str(&embedded.schema().unwrap()).unwrap();
        assert_eq!(schema["name"], crate::config::PACKAGE);
        let catalog = embedded.catalog().unwrap();
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
        let embedded = Embedded::new();
        let offered: Vec<&str> = embedded.catalog().unwrap().components.keys().map(String::as_str).collect();
        let mut built: Vec<&str> = components::tokens().collect();
        built.sort_unstable();
        assert_eq!(built, offered);
    }
}
