//! The gRPC service without a process, for tests with their own clock. It reads no environment variables and no configuration
//! files; assets are read from the disk, and the journal is stored in `home`, as in Pulumi's home directory.

use std::io;
use std::path::Path;
use std::sync::Arc;

use catalog::Catalog;
use client::{CancellationToken, Clock, Transport};
use pulumi_rpc::pulumirpc::resource_provider_server::ResourceProvider;

use crate::config::Environment;
use crate::embedded::Embedded;
use crate::engine_log::EngineLog;
use crate::server::Server;

/// A provider before Configure. Must be called inside a runtime. `seed` is that of the pauses between attempts.
pub fn provider(
    catalog: Arc<Catalog>,
    clock: Arc<dyn Clock>,
    transport: Arc<dyn Transport>,
    home: &Path,
    seed: u64,
) -> Arc<dyn ResourceProvider> {
    let home = home.to_string_lossy().into_owned();
    let variable = move |name: &str| (name == "PULUMI_HOME").then(|| home.clone());
    let environment = Environment::new(variable, |_| Err(io::ErrorKind::NotFound.into()));
    let log = EngineLog::start(Arc::clone(&clock));
    let server = Server::new(Embedded::of_catalog(catalog), environment, log, CancellationToken::new(), clock);
    Arc::new(server.over(transport, seed))
}
