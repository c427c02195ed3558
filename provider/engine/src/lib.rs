//! The operations of Pulumi's resource lifecycle, for any resource of the catalog: Create, Read, Update, Delete, Invoke and
//! lists. Requests go through the API client; what they contain is decided in `rules`.
//!
//! Independent of gRPC and environment variables. Files to upload are read through a reader that the plugin passes (`content`).

mod action;
mod blocking;
mod client_error;
mod complete;
pub mod content;
mod context;
mod create;
mod created_with;
mod delete;
mod each;
mod elements;
mod engine;
mod existing;
mod fetch;
mod hour;
mod identity;
mod invoke;
mod journal;
mod list;
mod listed_object;
mod nested;
mod outcome;
mod parent;
mod parent_locks;
mod poll_interval;
mod probe;
mod read;
mod recent;
mod recover;
mod referenced_secrets;
mod request;
mod secret_values;
mod shared_lists;
mod special;
mod steps;
mod transition;
mod update;
mod urn;
mod visibility;
mod wait;
mod write_only;
mod zip;

pub use blocking::computed;
pub use engine::Engine;
pub use hour::hour;
pub use invoke::InvokeError;
pub use journal::{Attempt, Interruption, Journal, Line, Names, Unfinished, after_interruption, unfinished};
pub use list::Listed;
pub use urn::Urn;
pub use write_only::WriteOnlyValues;
