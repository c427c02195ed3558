//! The compiler from API documents and descriptors to the schema for users and the catalog for the plugin.
//!
//! It reads and writes files and sends no requests. The plugin does not need it at run time.

pub mod check;
pub mod descriptor;
pub mod draft;
mod duration;
pub mod findings;
pub mod generate;
pub mod generated;
pub mod language;
pub mod load;
mod names;
mod operations;
pub mod permissions;
pub mod provider_file;
pub mod pulumi_schema;
pub mod reference;
pub mod resolve;
mod shape;
pub mod terraform;
mod written;
