//! The real plugin, a process of its own, over gRPC, against the fake: what Pulumi's engine would see.
//!
//! Nothing here knows how the plugin does what it does. Programs that go through the real CLI are in `programs/`.
#![allow(clippy::unwrap_used, missing_docs)]

mod bag;
mod killed;
mod life;
mod listener;
mod lists;
mod moves;
mod once;
mod plugin;
mod process;
mod refusals;
mod trouble;
mod waits;
