//! Errors of the parser.

/// A document that is not JSON, or that contains something this crate does not support.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The document is not JSON.
    #[error("{document}: not JSON")]
    Json {
        /// The name given to [`crate::Document::parse`].
        document: String,
        /// The message of the JSON parser.
        #[source]
        source: serde_json::Error,
    },
    /// An unsupported key, value or structure. Ignoring it could change the meaning of the document.
    #[error("{document}: {path}: {message}")]
    Unsupported {
        /// The name given to [`crate::Document::parse`].
        document: String,
        /// The place in the document: keys joined by slashes.
        path: String,
        /// What was found and what was expected.
        message: String,
    },
}
