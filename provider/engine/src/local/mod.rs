//! Resources that nobody is called for: what they are is made here, and the stack's state is all that keeps it.
//!
//! Pure but for chance, which is an argument. Knows neither the API nor the client.

mod password;

use catalog::{Input, Resource};
use value::Object;

use crate::chance::Chance;
use crate::error::{Error, ErrorKind};
use crate::inputs::hidden;
use crate::operation::{Created, ReadBack};

/// The id of everything that is made here: there is nothing it could be found by.
const ID: &str = "kept-in-the-state";

/// How one kind of resource is made.
trait Local: Sync {
    /// Makes the outputs that are no inputs.
    fn make(&self, chance: &dyn Chance, inputs: &Object) -> Result<Object, Error>;

    /// The inputs and the other outputs of one that somebody has already, as an import names it.
    fn adopt(&self, named: &str) -> (Object, Object);
}

fn local(resource: &Resource) -> Result<&'static dyn Local, Error> {
    match resource.local.as_deref() {
        Some("password") => Ok(&password::Password),
        other => Err(Error::new(ErrorKind::Internal, format!("nothing makes the {} ({other:?})", resource.label))),
    }
}

/// Makes the resource.
pub(crate) fn create(resource: &Resource, chance: &dyn Chance, inputs: &Object) -> Result<Created, Error> {
    let made = local(resource)?.make(chance, inputs)?;
    Ok(Created { id: ID.to_owned(), state: state(resource, inputs, &made) })
}

/// What the state keeps; for an import, what the program has under another roof. Nothing if there is neither.
pub(crate) fn read(resource: &Resource, id: &str, inputs: &Object, known: &Object) -> Result<Option<ReadBack>, Error> {
    if !known.is_empty() {
        return Ok(Some(ReadBack { id: id.to_owned(), state: known.clone(), inputs: inputs.clone() }));
    }
    if id == ID {
        return Ok(None);
    }
    let (mut adopted, made) = local(resource)?.adopt(id);
    adopted.extend(inputs.clone());
    let state = state(resource, &adopted, &made);
    Ok(Some(ReadBack { id: ID.to_owned(), state, inputs: adopted }))
}

/// The resource with other inputs; what was made stays.
pub(crate) fn update(resource: &Resource, olds: &Object, news: &Object) -> Object {
    state(resource, news, olds)
}

/// The outputs: inputs as they were given, and what was made.
fn state(resource: &Resource, inputs: &Object, made: &Object) -> Object {
    let state = resource.properties.iter().filter_map(|(name, property)| {
        let from = if property.input == Input::No { made } else { inputs };
        Some((name.clone(), hidden(property, from.given(name)?.clone())))
    });
    state.collect()
}
