//! How we talk to Scaleway: one `send` that signs, admits, paces, executes, classifies and repeats a call.
//!
//! Knows no Pulumi, no resource and no catalog. Waiting for a resource to settle is not done here either: that
//! needs the resource's own Get and its status words.

mod answer;
mod api_error;
mod breaker;
mod call;
mod client;
mod clock;
mod counters;
mod error;
mod limiter;
mod login;
mod not_found;
mod pages;
mod probe;
mod retry;
mod server_clock;
mod settings;
mod shape;
mod sign;
mod storage;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod transport;
mod upload;
mod xml;

pub use answer::Answer;
pub use api_error::{ApiError, Detail, Kind};
pub use call::{Call, Repeatable};
pub use client::Client;
pub use clock::{BoxFuture, Clock, SystemClock};
pub use counters::Counters;
pub use error::{Error, Lost, Refused, Unbuilt, Undecoded};
pub use http::Method;
pub use login::{Encryption, Login};
pub use probe::{Probe, Seen};
pub use secrecy::SecretString;
pub use settings::{Credentials, Observer, Settings};
pub use shape::{Form, Shape, Storage, Told};
pub use tokio_util::sync::CancellationToken;
pub use transport::{Failure, Transport};
pub use upload::Upload;
pub use url::Url;
pub use xml::{Element, ElementKind};
