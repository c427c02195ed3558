//! The gRPC service without a process, for tests of the workspace that need a clock of their own. Reads no environment and no
//! file of the user; assets are read from the disk, and the journal is kept below `home`, as below Pulumi's home directory.

use std::io;
use std::path::Path;
use std::sync::Arc;

use catalog::Catalog;
use client::{CancellationToken, Clock, Transport};
use pulumi_rpc::pulumirpc::resource_provider_server::ResourceProvider;

use crate::config::Surroundings;
use crate::engine_log::EngineLog;
use crate::offer::Offer;
use crate::server::Server;

/// A provider that is not configured yet. Must be called inside a runtime.
pub fn provider(
    catalog: Arc<Catalog>,
    clock: Arc<dyn Clock>,
    transport: Arc<dyn Transport>,
    home: &Path,
) -> Arc<dyn ResourceProvider> {
    let home = home.to_string_lossy().into_owned();
    let variable = move |name: &str| (name == "PULUMI_HOME").then(|| home.clone());
    let surroundings = Surroundings::new(variable, |_| Err(io::ErrorKind::NotFound.into()));
    let log = EngineLog::start(Arc::clone(&clock));
    let server = Server::new(Offer::of_catalog(catalog), surroundings, log, CancellationToken::new(), clock);
    Arc::new(server.over(transport))
}
