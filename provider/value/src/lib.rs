//! What Pulumi values are: null, booleans, numbers, strings, lists, objects, assets and references, each of which may be
//! unknown, secret, or depend on resources.
//!
//! Secrecy, unknownness and dependencies are attributes of a value, not wrappers around it, so that code which does not
//! care about them cannot lose them. This crate knows neither the wire form of Pulumi nor that of Scaleway, and does no I/O.

mod compute;
mod data;
mod json;
mod object;
mod path;

pub use data::{Asset, Data, Dependencies, Reference, Value};
pub use json::UnknownValue;
pub use object::Object;
pub use path::{ParsePathError, Path, Segment};
