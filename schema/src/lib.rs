//! The compiler of our offer: API documents and descriptors in, schema for users and catalog for the plugin out.
//!
//! It reads files and writes two; it calls nobody, and the plugin never needs it at run time.

pub mod check;
pub mod descriptor;
pub mod draft;
mod duration;
pub mod findings;
pub mod generate;
pub mod language;
pub mod load;
mod names;
pub mod permissions;
pub mod provider_file;
pub mod pulumi_schema;
pub mod reference;
pub mod resolve;
mod shape;
mod written;
