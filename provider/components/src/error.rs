//! Errors of the construction of a component. Invalid inputs are not errors but a list of problems.

use thiserror::Error;

/// The construction of a component failed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// A part failed; the Pulumi engine reports the reason at that resource.
    #[error("its part \"{name}\" failed: see the error of that resource")]
    Part {
        /// The logical name of the part.
        name: String,
    },
    /// The Pulumi engine rejected a registration.
    #[error("the Pulumi engine rejected \"{name}\": {message}")]
    Rejected {
        /// The logical name of the registered resource.
        name: String,
        /// The message of the Pulumi engine.
        message: String,
    },
    /// The deployment ended.
    #[error("the deployment ended")]
    Ended,
    /// No component has this token.
    #[error("there is no component {0}")]
    Unknown(String),
}
