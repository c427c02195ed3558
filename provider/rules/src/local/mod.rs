//! Resources that nobody is called for: what they are is made here, and the stack's state is all that keeps it.
//!
//! Pure but for chance, for the time and for what `probe` has seen, which are arguments. Knows neither the API nor the client.

mod password;
mod rotation;

use catalog::{Input, Resource};
use jiff::Timestamp;
use value::Object;

use crate::error::{Error, ErrorKind};
use crate::inputs::hidden;
use crate::operation::{Created, Diff, DiffRequest, ReadBack};
use crate::rng::Rng;

/// The id of everything that is made here: there is nothing it could be found by.
const ID: &str = "kept-in-the-state";

/// How one kind of resource is made.
trait Local: Sync {
    /// Makes the outputs that are no inputs, once and for all.
    fn make(&self, _chance: &dyn Rng, _inputs: &Object, _now: Timestamp) -> Result<Object, Error> {
        Ok(Object::new())
    }

    /// Adds to a diff what changes by itself, and what the user may want to know of that.
    fn adjust_diff(&self, _request: &DiffRequest<'_>, _diff: &mut Diff) {}

    /// The outputs that a change makes anew; those that are not among them stay.
    fn remake(&self, _request: &DiffRequest<'_>) -> Result<Object, Error> {
        Ok(Object::new())
    }

    /// The outputs that are certain before it is made; `olds` is empty before the first time.
    fn outlook(&self, _request: &DiffRequest<'_>) -> Object {
        Object::new()
    }
}

/// A check outside of Scaleway's API, which the engine performs: its outputs are what the check has seen.
struct Check;

impl Local for Check {}

fn local(resource: &Resource) -> Result<&'static dyn Local, Error> {
    match resource.local.as_deref() {
        Some("health_check" | "login_check") => Ok(&Check),
        Some("rotation") => Ok(&rotation::Rotation),
        Some("password") => Ok(&password::Password),
        other => {
            Err(Error::new(ErrorKind::Internal, format!("the {} has no implementation ({other:?})", resource.label)))
        }
    }
}

/// Adds to a diff what changes by itself.
pub fn adjust_diff(resource: &Resource, request: &DiffRequest<'_>, diff: &mut Diff) {
    if let Ok(local) = local(resource) {
        local.adjust_diff(request, diff);
    }
}

/// What is certain of the outputs before the resource is made or changed.
pub fn outlook(resource: &Resource, request: &DiffRequest<'_>) -> Object {
    local(resource).map(|local| local.outlook(request)).unwrap_or_default()
}

/// Makes the resource; `seen` is what was looked at.
pub fn create(
    resource: &Resource,
    rng: &dyn Rng,
    inputs: &Object,
    seen: Object,
    now: Timestamp,
) -> Result<Created, Error> {
    let mut made = local(resource)?.make(rng, inputs, now)?;
    made.extend(seen);
    Ok(Created { id: ID.to_owned(), state: state(resource, inputs, &made) })
}

/// What the state keeps. Without a state there is nothing: an id tells nothing here, and one that told a secret would be
/// kept in the clear by Pulumi.
pub fn read(id: &str, inputs: &Object, known: &Object) -> Option<ReadBack> {
    let read = || ReadBack { id: id.to_owned(), state: known.clone(), inputs: inputs.clone() };
    (!known.is_empty()).then(read)
}

/// The resource with other inputs; what was made stays, but for what is made and what was seen anew.
pub fn update(resource: &Resource, request: &DiffRequest<'_>, seen: Object) -> Result<Object, Error> {
    let mut made = request.olds.clone();
    made.extend(local(resource)?.remake(request)?);
    made.extend(seen);
    Ok(state(resource, request.news, &made))
}

/// The outputs: inputs as they were given, and what was made.
fn state(resource: &Resource, inputs: &Object, made: &Object) -> Object {
    let state = resource.properties.iter().filter_map(|(name, property)| {
        let from = if property.input == Input::No { made } else { inputs };
        Some((name.clone(), hidden(property, from.given(name)?.clone())))
    });
    state.collect()
}
