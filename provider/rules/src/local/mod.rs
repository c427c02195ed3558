//! Local resources, such as passwords and rotations, which exist only in the Pulumi state, and local functions: no API is called.
//!
//! Pure: random bytes, the time and the result of `probe` are arguments.

mod hooks;
mod password;
mod rotation;
mod zones;

use catalog::{Input, Resource};
use jiff::Timestamp;
use value::Object;

use hooks::Local;

use crate::error::{Error, ErrorKind};
use crate::inputs::hidden;
use crate::operation::{Created, Diff, DiffRequest, ReadBack};
use crate::place::Defaults;
use crate::rng::Rng;

/// The ID of all local resources: they cannot be looked up.
const ID: &str = "kept-in-the-state";

/// A health or login check, which the engine performs: its outputs are the result.
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

/// Adds changes that are due by time.
pub fn adjust_diff(resource: &Resource, request: &DiffRequest<'_>, diff: &mut Diff) {
    if let Ok(local) = local(resource) {
        local.adjust_diff(request, diff);
    }
}

/// The outputs that are known before the create or update.
pub fn outlook(resource: &Resource, request: &DiffRequest<'_>) -> Object {
    local(resource).map(|local| local.outlook(request)).unwrap_or_default()
}

/// Creates the resource; `seen` is the result of the check.
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

/// Reads the resource from its state. Without a state it cannot be imported: the ID contains no data, because Pulumi stores
/// IDs in plain text.
pub fn read(id: &str, inputs: &Object, known: &Object) -> Option<ReadBack> {
    let read = || ReadBack { id: id.to_owned(), state: known.clone(), inputs: inputs.clone() };
    (!known.is_empty()).then(read)
}

/// Updates the resource: generated outputs keep their values, except those that `remake` and the check return.
pub fn update(resource: &Resource, request: &DiffRequest<'_>, seen: Object) -> Result<Object, Error> {
    let mut made = request.olds.clone();
    made.extend(local(resource)?.remake(request)?);
    made.extend(seen);
    Ok(state(resource, request.news, &made))
}

/// The result of a function; `settings` are those of the provider, with their sources.
pub fn answer(
    function: &Resource,
    arguments: &Object,
    defaults: &Defaults,
    settings: &Object,
) -> Result<Object, Error> {
    match function.local.as_deref() {
        Some("config") => Ok(settings.clone()),
        Some("zones") => Ok(zones::answer(function, arguments, defaults)),
        other => {
            Err(Error::new(ErrorKind::Internal, format!("the {} has no implementation ({other:?})", function.label)))
        }
    }
}

/// The outputs: the inputs and the generated values.
fn state(resource: &Resource, inputs: &Object, made: &Object) -> Object {
    let state = resource.properties.iter().filter_map(|(name, property)| {
        let from = if property.input == Input::No { made } else { inputs };
        Some((name.clone(), hidden(property, from.given(name)?.clone())))
    });
    state.collect()
}
