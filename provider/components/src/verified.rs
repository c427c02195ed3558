//! A new credential that works, with its outputs.

use value::Object;

/// The timeout in seconds until a new credential works everywhere.
pub(crate) const CHECK_TIMEOUT_SECONDS: f64 = 180.0;

/// A credential that was verified by a login.
pub(crate) struct Verified {
    /// Its outputs of the component.
    pub outputs: Object,
    /// Its values in Secret Manager.
    pub stored: Object,
    /// The default name of the secret.
    pub usual_name: &'static str,
}
