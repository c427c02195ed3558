//! Imported objects: inputs that the API does not return cannot be compared with the program. Pure.
//!
//! An unreadable input that is updated in place is sent like any other. One whose change would replace the object causes a
//! warning instead of a replacement. Makes no calls.

use catalog::{Input, Property, Resource};
use value::{Object, Path, Value};

use crate::operation::{DiffRequest, Warning};

/// The output that marks an object as read by its ID alone; the next read or update removes it.
const NOTE: &str = "__imported";

/// Sets the mark in outputs, if the resource has unreadable inputs.
pub fn note(resource: &Resource, state: &mut Object) {
    if resource.properties.values().any(is_fixed_and_unread) {
        state.insert(NOTE.to_owned(), Value::from(true));
    }
}

/// Removes the mark from outputs that are not stored.
pub fn remove_note(outputs: &mut Object) {
    outputs.remove(NOTE);
}

/// Whether a state has the mark of an import.
pub fn is_marked(olds: &Object) -> bool {
    olds.flag(NOTE) == Some(true)
}

/// Whether an input of an imported object is not compared, because its value is unknown.
///
/// A state of an older version has no mark. There the object is imported if a group that requires exactly one input has
/// none.
pub fn is_uncompared(resource: &Resource, name: &str, request: &DiffRequest<'_>) -> bool {
    let Some(property) = resource.properties.get(name).filter(|property| is_fixed_and_unread(property)) else {
        return false;
    };
    if !property.write_only && request.old_inputs.given(name).is_some() {
        return false;
    }
    if is_marked(request.olds) {
        return true;
    }
    let is_needed = resource.exactly_one.iter().any(|group| group.iter().any(|member| member == name));
    is_needed
        && resource.exactly_one.iter().flatten().all(|member| request.old_inputs.given(member).is_none())
        && resource
            .properties
            .iter()
            .all(|(other, property)| !is_fixed_and_unread(property) || request.old_inputs.given(other).is_none())
}

/// A warning that names the inputs that the program sets and that were not compared.
pub fn warning(resource: &Resource, request: &DiffRequest<'_>) -> Option<Warning> {
    let given = |name: &&String| request.news.given(name).is_some() && is_uncompared(resource, name, request);
    let names: Vec<String> = resource.properties.keys().filter(given).map(|name| format!("`{name}`")).collect();
    let first = names.first()?.trim_matches('`').to_owned();
    let text = format!(
        "{} of the imported {} cannot be compared with the program, because the API does not return it: the object keeps its \
         current value. Check that the values are equal, or replace the resource (`pulumi up --replace <urn>`) to set it",
        names.join(", "),
        resource.label,
    );
    Some(Warning { path: Path::root(first), text })
}

/// Whether a property can only be set on creation and is unreadable.
fn is_fixed_and_unread(property: &Property) -> bool {
    property.input != Input::No && property.replace && property.read.is_none()
}
