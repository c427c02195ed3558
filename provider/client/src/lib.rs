//! The HTTP client for Scaleway's APIs: `send` signs a call, applies the breaker and the rate limit, sends it, classifies
//! the response, and retries.
//!
//! Pulumi, resources and the catalog belong to other crates. The engine waits for the status of a resource.

mod api_error;
mod breaker;
mod call;
mod client;
mod clock;
mod counters;
mod error;
mod format;
mod limiter;
mod message_format;
mod messaging;
mod not_found;
mod pages;
mod probe;
mod response;
mod retry;
mod server_clock;
mod settings;
mod shape;
mod sign;
mod signature;
mod storage;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod transport;
mod upload;
mod xml;

pub use api_error::{ApiError, Detail, Kind};
pub use call::{Call, Repeatable};
pub use client::Client;
pub use clock::{BoxFuture, Clock, SystemClock};
pub use counters::Counters;
pub use error::{Error, Lost, Unavailable, Unbuilt, Undecoded};
pub use format::Format;
pub use http::Method;
pub use login::{Encryption, Login};
pub use message_format::{AttributeKind, MessageFormat, MessageService, Messaging};
pub use pages::Pages;
pub use probe::{Probe, ProbeOutcome};
pub use response::Response;
pub use secrecy::SecretString;
pub use settings::{Credentials, Observer, Settings};
pub use shape::{Form, ResponseHeader, Shape, Storage};
pub use tokio_util::sync::CancellationToken;
pub use transport::{Failure, Transport};
pub use upload::Upload;
pub use url::Url;
pub use xml::{Element, ElementKind};
