//! Kinds that Scaleway has withdrawn. Nobody is called for them: programs that name them hear what to use instead, and
//! those that states still hold are gone.

use catalog::Resource;

use crate::error::{Error, ErrorKind};

/// Refuses to make, change or look for what there is no more.
pub fn refuse_withdrawn(resource: &Resource) -> Result<(), Error> {
    let Some(instead) = &resource.withdrawn else { return Ok(()) };
    let fact = format!("there is no {} any more, as Scaleway has withdrawn its API", resource.label);
    Err(Error::new(ErrorKind::Invalid, fact).hint(instead.trim()))
}
