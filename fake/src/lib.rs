//! Scaleway in memory: a server on loopback that behaves as recorded and checks requests against the API documents.
//!
//! It reads `api/` only. It does not know what the plugin offers, and shares no code with the plugin's client:
//! otherwise a wrong path would be wrong on both sides and look right.
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

// Handlers and the verbs that can stand for one have one shape, also where nothing can be refused.
#![allow(clippy::unnecessary_wraps)]

mod admin;
mod answer;
mod call;
mod clock;
mod connection;
mod data_plane;
mod facts;
mod faults;
mod gate;
mod hashing;
mod journal;
mod paging;
mod permissions;
mod plain;
mod postgres;
mod product;
mod products;
mod request;
mod rights;
mod running;
mod seed;
mod server;
mod srn;
mod state;
mod store;

pub use call::OWNER;
pub use clock::Clock;
pub use faults::{Fault, FaultKind};
pub use journal::Entry;
pub use running::{Builder, Fake, Running};
pub use seed::{DEFAULT_ORGANIZATION, Seed, SeedObject};
pub use store::Object;

/// Why a fake did not start, or an object could not be altered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It serves this machine only.
    #[error("{address} is not a loopback address; the fake serves this machine only")]
    NotLoopback {
        /// The address asked for.
        address: std::net::SocketAddr,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: std::net::SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The seed does not describe what can exist.
    #[error("the seed is wrong: {message}")]
    Seed {
        /// What is wrong, and where.
        message: String,
    },
    /// There is no such object.
    #[error("there is no {kind} {id}")]
    NoObject {
        /// The kind asked for.
        kind: String,
        /// The id asked for.
        id: String,
    },
}
