//! An in-memory implementation of Scaleway's APIs: a server on the loopback interface that responds as recorded and
//! validates requests against the API documents.
//!
//! It reads `api/` and `kinds/` only. It does not read `resources/`, and shares no code with the plugin's client:
//! otherwise a wrong path would be wrong on both sides, and no test would fail.
//!
//! ```no_run
//! # async fn example() -> Result<(), scaleway_fake::Error> {
//! let fake = scaleway_fake::Fake::builder().start().await?;
//! let url = fake.url(); // http://127.0.0.1:<port>, for `SCW_API_URL`
//! fake.fault(scaleway_fake::Fault::at("/rdb/*", scaleway_fake::FaultKind::DropAfter).method("POST"));
//! // ... use it ...
//! assert_eq!(fake.requests().last().and_then(|request| request.status), None);
//! fake.stop().await;
//! # Ok(()) }
//! ```

// All handlers have the same signature, also those that cannot fail.
#![allow(clippy::unnecessary_wraps)]

mod admin;
mod call;
mod clock;
mod connection;
mod data_plane;
mod facts;
mod faults;
mod gate;
mod hashing;
mod journal;
mod owner;
mod paging;
mod permissions;
mod plain;
mod postgres;
mod product;
mod products;
mod random;
mod record;
mod remote;
mod request;
mod response;
mod rights;
mod running;
mod seed;
mod server;
mod srn;
mod state;
mod store;
mod unstored;

pub use call::OWNER;
pub use clock::Clock;
pub use faults::{Fault, FaultKind};
pub use journal::Entry;
pub use products::{Implementation, OfferedOperation, operations};
pub use record::{API_URL, Recorder, RunningRecorder};
pub use running::{Builder, Fake, Handle, IN_PROCESS_URL, Running};
pub use seed::{DEFAULT_ORGANIZATION, Seed, SeedChange, SeedObject};
pub use store::Object;

/// Why a fake did not start, or an object could not be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Requests of other machines are not allowed.
    #[error(
        "{address} is not a loopback address. Hint: add --allow-remote and set SCALEWAY_FAKE_TOKEN to accept requests of other machines."
    )]
    NotLoopback {
        /// The requested address.
        address: std::net::SocketAddr,
    },
    /// Requests of other machines need a token, which the Scaleway clients send as their secret key.
    #[error(
        "the token of remote clients is not a UUID. Hint: set SCALEWAY_FAKE_TOKEN to a random UUID, for example the output of uuidgen, and use it as the secret key of the clients."
    )]
    Token,
    /// The address cannot be used.
    #[error("cannot listen on {address}")]
    Listen {
        /// The requested address.
        address: std::net::SocketAddr,
        /// The error of the operating system.
        #[source]
        source: std::io::Error,
    },
    /// The secret key of the requests of remote clients is missing.
    #[error(
        "SCW_SECRET_KEY is not set. Hint: set it to the secret key with which requests of remote clients are forwarded."
    )]
    SecretKey,
    /// The API cannot be used for a recording.
    #[error(
        "{url} is not the URL of an API. Hint: use https and a host without a path, such as https://api.scaleway.com; http is only possible on this machine."
    )]
    InvalidUpstream {
        /// The requested URL.
        url: String,
    },
    /// No client for the API can be built.
    #[error("cannot send requests to {url}")]
    Upstream {
        /// The URL of the API.
        url: String,
        /// The error of the HTTP client.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The seed is invalid.
    #[error("the seed is wrong: {message}")]
    Seed {
        /// The reason and the place.
        message: String,
    },
    /// The object does not exist.
    #[error("there is no {kind} {id}")]
    NoObject {
        /// The requested kind.
        kind: String,
        /// The requested ID.
        id: String,
    },
}
