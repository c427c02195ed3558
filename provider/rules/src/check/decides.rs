//! Inputs of components that decide which resources are created: the parts of them that must be known in a preview.

use catalog::{Decides, Kind, Property};
use value::{Path, Value};

use crate::operation::Failure;

/// The failures of an input that is unknown where it decides which resources are created.
pub(super) fn unknown(property: &Property, value: &Value, path: &Path) -> Vec<Failure> {
    let fail = |path: &Path, kind: &Kind| vec![Failure { path: path.clone(), reason: reason(kind).to_owned() }];
    match property.decides {
        Decides::Nothing => Vec::new(),
        _ if value.is_unknown() => fail(path, &property.kind),
        decides => {
            let Kind::List(element) = &property.kind else { return Vec::new() };
            if decides != Decides::Value && !decides_within(element) {
                return Vec::new();
            }
            let items = value.as_array().unwrap_or_default().iter().enumerate().filter(|(_, item)| item.is_unknown());
            items.flat_map(|(index, _)| fail(&path.index(index), element)).collect()
        }
    }
}

/// Whether an object has a property that decides which resources are created: then it must be known as an object.
fn decides_within(kind: &Kind) -> bool {
    matches!(kind, Kind::Object(properties) if properties.values().any(|property| !property.decides.is_nothing()))
}

fn reason(kind: &Kind) -> &'static str {
    match kind {
        Kind::Map(_) => {
            "must have keys that are known in a preview, because they decide which resources are created: pass a map whose \
             values are outputs, not an output of a map"
        }
        Kind::Object(_) => {
            "must have properties that are known in a preview, because they decide which resources are created: pass an \
             object whose properties are outputs, not an output of an object"
        }
        Kind::List(_) => {
            "must have a length that is known in a preview, because it decides which resources are created: pass a list \
             whose elements are outputs, not an output of a list"
        }
        _ => "must be known in a preview, because it decides which resources are created or how they are named",
    }
}
