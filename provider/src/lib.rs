//! The gRPC server of the plugin: connects Pulumi's provider protocol with the crate `engine`, which performs the operations.
//!
//! `server` handles calls, `from_proto` and `to_proto` convert messages, `arguments` and `config` read the command line, the
//! environment and the configuration, `embedded` contains the schema and the catalog, `files` reads the files that a program
//! uploads, `journal_file` stores the journal, `rng` is the random number generator, `engine_log` sends messages to users,
//! `logging` and `traces` are for developers, `panics` converts panics to errors, `compose` constructs components through
//! `monitor`, `migrate_state` and `list_project` are commands, `lifecycle` starts and stops the process, `in_process` runs it in
//! tests. This crate has no code for single resources, components or API calls.

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
