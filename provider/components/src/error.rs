//! Why a component could not be built. What is wrong with its inputs is no error but a list of problems.

use thiserror::Error;

/// Why a component could not be built.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// A part failed; the engine has told why where it belongs.
    #[error("its part \"{name}\" could not be made; the reason stands with that resource")]
    Part {
        /// The logical name of the part.
        name: String,
    },
    /// The engine refused a registration.
    #[error("the engine refused \"{name}\": {message}")]
    Refused {
        /// The logical name of what was registered.
        name: String,
        /// What the engine says.
        message: String,
    },
    /// The deployment ends, whatever the component does.
    #[error("the deployment was ended")]
    Ended,
    /// There is no component of this token.
    #[error("there is no component {0}")]
    Unknown(String),
}
