//! The configuration of the provider for tests with a fake, and a home directory for its journal.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use prost_types::Struct;
use pulumi_rpc::pulumirpc as rpc;
use serde_json::{Value as Json, json};

/// The URN of the provider.
pub const PROVIDER_URN: &str = "urn:pulumi:test::project::pulumi:providers:evalap-scaleway::default";

/// The provider's arguments for a fake at this URL, with its default project.
pub fn arguments(url: &str, secret_key: &str, project: &str) -> Json {
    json!({
        "accessKey": "SCWXXXXXXXXXXXXXXXXX",
        "secretKey": secret_key,
        "projectId": project,
        "organizationId": project,
        "apiUrl": url,
        "probeEndpoint": url,
        "region": "fr-par",
    })
}

/// The request of an engine with all current features.
pub fn request(arguments: Option<Struct>) -> rpc::ConfigureRequest {
    rpc::ConfigureRequest {
        args: arguments,
        accept_secrets: true,
        accept_resources: true,
        sends_old_inputs: true,
        sends_old_inputs_to_delete: true,
        urn: Some(PROVIDER_URN.to_owned()),
        ..Default::default()
    }
}

/// A home directory of Pulumi that no other plugin uses; it is removed in the end.
#[derive(Debug)]
pub struct Home(PathBuf);

impl Home {
    /// A directory below another one. It does not exist before the first write.
    pub fn new(parent: &Path) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let home = parent.join(format!("home-{}-{count}", std::process::id()));
        // Files of an earlier run with the same process ID.
        let _ = fs::remove_dir_all(&home);
        Self(home)
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // Without a write the directory does not exist.
        let _ = fs::remove_dir_all(&self.0);
    }
}
