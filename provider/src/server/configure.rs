//! Configure: creates the client and the engine from the settings of a provider resource.

use std::sync::{Arc, PoisonError};

use client::{Client, Credentials};
use engine::Engine;
use rules::{Defaults, Mask};
use tonic::Status;
use value::Object;

use super::Server;
use crate::config::{self, Configuration, MissingKey};
use crate::files::LocalFiles;
use crate::journal_file::JournalFiles;
use crate::rng::LocalRng;
use crate::to_proto;

/// The result of Configure.
pub(super) struct Configured {
    pub(super) engine: Engine,
    pub(super) defaults: Defaults,
    pub(super) missing: Option<MissingKey>,
    /// The endpoint of Object Storage, if it is not Scaleway's.
    pub(super) storage: Option<String>,
    /// The URL of the API.
    pub(super) api: String,
    /// The provider resource of this process (`urn::id`), for the parts of components; empty if unknown.
    pub(super) reference: String,
}

impl Server {
    pub(super) fn configure_with(&self, arguments: &Object, urn: &str, id: &str) -> Result<(), Status> {
        let configuration =
            config::resolve(arguments, &self.environment).map_err(|error| to_proto::wrong_configuration(&error))?;
        let settings = configuration.described();
        let Configuration { client, defaults, missing, origins, warnings } = configuration;
        let mask = Mask::of([arguments]);
        for (setting, origin) in &origins {
            tracing::debug!(setting, origin, "configured");
            self.log.debug(urn, &format!("`{setting}` comes from {origin}"), &mask);
        }
        self.log.hide(Mask::of_strings(client.credentials.iter().map(Credentials::secret)));
        let places = rules::unknown_places(self.catalog()?, &defaults);
        for warning in warnings.iter().chain(&config::unknown(arguments)).chain(&places) {
            self.log.warning(urn, warning, &mask);
        }
        let storage = client.only_storage_endpoint().map(|url| url.as_str().trim_end_matches('/').to_owned());
        let api = client.api_url.as_str().trim_end_matches('/').to_owned();
        let mut client = client.clock(Arc::clone(&self.clock)).cancel(self.cancel.clone());
        if let Some((transport, seed)) = &self.transport {
            client = client.transport(Arc::clone(transport)).seed(*seed);
        }
        let client = Client::new(client.observer(Arc::new(self.log.clone())));
        let mut engine = Engine::new(Arc::clone(self.catalog()?), client, defaults.clone())
            .with_files(Arc::new(LocalFiles))
            .with_rng(Arc::new(LocalRng))
            .with_settings(settings)
            .with_write_only(Arc::clone(&self.write_only));
        if origins.get("secretKey").is_some_and(|origin| origin == config::ARGUMENTS) {
            engine = engine.with_key_of_arguments();
        }
        if let Some(directory) = self.environment.own_directory() {
            let project = defaults.project_id.as_deref().unwrap_or_default();
            engine = engine.journaling(Arc::new(JournalFiles::new(directory, &format!("{api}\n{project}"))));
        }
        let reference = if urn.is_empty() || id.is_empty() { String::new() } else { format!("{urn}::{id}") };
        let configured = Arc::new(Configured { engine, defaults, missing, storage, api, reference });
        *self.configured.write().unwrap_or_else(PoisonError::into_inner) = Some(configured);
        Ok(())
    }
}
