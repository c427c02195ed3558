//! The engine against recorded traffic: what it makes of real answers, and how its requests compare with real ones.
//!
//! The fake is compared with the same traffic by its own tests.
#![allow(clippy::unwrap_used, missing_docs)]

mod answers;
mod dns;
mod loss;
mod meaning;
mod mutate;
mod recording;
mod requests;
mod scene;
mod sighting;
mod storage;
mod wrong;

/// Everything here is one thing after the other.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers needs nothing")
}
