//! The plugin as a process, called over gRPC as by Pulumi's engine, with the fake.
//!
//! These tests use only the protocol. Tests with the Pulumi CLI are in `programs/`.
#![allow(clippy::unwrap_used, missing_docs)]

mod errors;
mod killed;
mod lifecycle;
mod listener;
mod lists;
mod logs;
mod moves;
mod once;
mod outages;
mod plugin;
mod polls;
mod process;
mod refresh;
#[cfg(feature = "opentelemetry")]
mod traces;
mod waits;
mod write_only;
