//! Discontinued resource types. The plugin makes no calls for them: an operation fails with a hint about the replacement,
//! and an object in the state counts as deleted.

use catalog::Resource;

use crate::error::{Error, ErrorKind};

/// Fails if the resource type is discontinued.
pub fn reject_discontinued(resource: &Resource) -> Result<(), Error> {
    let Some(instead) = &resource.discontinued else { return Ok(()) };
    let fact = format!("the {} is discontinued: Scaleway has removed its API", resource.label);
    Err(Error::new(ErrorKind::Invalid, fact).hint(instead.trim()))
}
