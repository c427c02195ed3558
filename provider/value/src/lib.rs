//! Pulumi values: null, booleans, numbers, strings, lists, objects, assets and references. Each may be unknown, secret, or
//! depend on resources.
//!
//! Unknown, secret and dependencies are attributes of a value and not wrappers around it, so code that does not use them
//! cannot lose them. The wire formats of Pulumi and Scaleway belong to other crates. No I/O.

mod compute;
mod data;
mod json;
mod object;
mod path;

pub use data::{Asset, Data, Dependencies, Reference, Value};
pub use json::UnknownValue;
pub use object::Object;
pub use path::{ParsePathError, Path, Segment};
