//! The gRPC server of the plugin: connects Pulumi's provider protocol with the engine.
//!
//! `server` handles calls, `from_proto` and `to_proto` convert messages, `config` reads the environment and configuration,
//! `files` reads uploads, `journal_file` stores the journal, `engine_log` sends messages to users, `compose` constructs components
//! through `monitor`, `migrate_state` and `list_project` are commands, `lifecycle` starts and stops the process. This crate has
//! no code for single resources, components or API calls.

pub mod arguments;
mod compose;
mod config;
mod embedded;
mod engine_log;
mod files;
mod from_proto;
#[cfg(feature = "testing")]
pub mod in_process;
mod journal_file;
pub mod lifecycle;
pub mod list_project;
mod logging;
pub mod migrate_state;
mod monitor;
mod panics;
mod rng;
mod server;
mod to_proto;
#[cfg(feature = "opentelemetry")]
mod traces;
