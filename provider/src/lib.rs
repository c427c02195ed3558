//! The face of the plugin: Pulumi's provider protocol on one side, the engine on the other.
//!
//! `server` answers calls, `from_proto` and `to_proto` translate, `config` reads what surrounds the process, `files` what is
//! uploaded, `journal_file` keeps creates that began, `engine_log` talks to users, `compose` builds components through `monitor`,
//! `migrate_state` and `list_project` are commands for people, `lifecycle` begins and ends the
//! process. Nothing here knows a resource, a component or a call to Scaleway.

pub mod arguments;
mod compose;
mod config;
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
mod offer;
mod panics;
mod rng;
mod server;
mod to_proto;
mod urn;
