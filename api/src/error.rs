//! Why a document was refused. It does not know which document is worth having.

/// A document that is not JSON, or says something this crate does not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is not JSON at all.
    #[error("{document}: not JSON")]
    Json {
        /// The name given to [`crate::Document::parse`].
        document: String,
        /// What the JSON reader said.
        #[source]
        source: serde_json::Error,
    },
    /// A key, value or shape that this crate does not read; guessing its meaning would be worse than stopping.
    #[error("{document}: {path}: {message}")]
    Refused {
        /// The name given to [`crate::Document::parse`].
        document: String,
        /// Where in the document, as keys joined by slashes.
        path: String,
        /// What was found and what would have been read.
        message: String,
    },
}
