//! Which projects and organizations the API key can see, cached per process. The calls are in `visibility`.

use std::collections::BTreeMap;

/// The visibility of projects and organizations, cached per process.
#[derive(Debug, Default)]
pub(crate) struct Access {
    /// By ID, whether the key can see it. Locked during the call, so that parallel reads share one.
    pub(crate) visible: tokio::sync::Mutex<BTreeMap<(&'static str, String), bool>>,
}
