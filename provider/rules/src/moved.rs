//! Moved resources: an upgrade gave them another UUID; the state contains the current one and the previous ones.
//!
//! An update cannot change an ID, so the state notes the move until the next read returns the new ID. Until then, child
//! resources refer to the parent by a previous id: one table per process contains all moves, and inputs and IDs are
//! translated with it. Makes no calls.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use catalog::Resource;
use serde_json::{Value as Json, json};
use value::{Object, Value};

use crate::id;
use crate::place::{self, Defaults};

/// The output that notes a move.
const NOTE: &str = "__moved";

/// Whether the resource of this state has moved. It needs a refresh before each run, because its children may have the
/// previous ID.
pub fn has_moved(state: &Object) -> bool {
    state.given(NOTE).is_some()
}

/// Whether a previous object still has to be deleted.
pub fn is_unfinished(state: &Object) -> bool {
    Moves::noted(state).is_some_and(|(_, moves)| !moves.remaining.is_empty())
}

/// The previous UUIDs of one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// All previous UUIDs, the oldest first.
    pub earlier: Vec<String>,
    /// The previous UUIDs whose objects still exist.
    pub remaining: Vec<String>,
}

impl Moves {
    /// The note in a state: the current UUID and the previous ones.
    pub fn noted(state: &Object) -> Option<(String, Self)> {
        let note = state.given(NOTE)?.as_object()?;
        let list = |name: &str| {
            let strings = note.given(name).and_then(Value::as_array).unwrap_or_default();
            strings.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Some((note.text("to")?.to_owned(), Self { earlier: list("from"), remaining: list("leftover") }))
    }

    /// Writes the note into a state, if there are previous UUIDs.
    pub fn note(&self, uuid: &str, state: &mut Object) {
        if !self.earlier.is_empty() {
            let note: Json = json!({ "to": uuid, "from": self.earlier, "leftover": self.remaining });
            state.insert(NOTE.to_owned(), Value::from(note));
        }
    }
}

/// The moves that this process has seen.
#[derive(Debug, Default)]
pub struct Moved {
    now: Mutex<BTreeMap<String, String>>,
}

impl Moved {
    /// Adds the previous UUIDs of a resource with its current one.
    pub fn learn(&self, moves: &Moves, uuid: &str) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        now.extend(moves.earlier.iter().filter(|earlier| *earlier != uuid).map(|old| (old.clone(), uuid.to_owned())));
    }

    /// The current UUID for a previous one, if it differs.
    fn now(&self, uuid: &str) -> Option<String> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).get(uuid).cloned()
    }

    /// Inputs or outputs with the current ID of the parent.
    pub fn followed<'o>(&self, resource: &Resource, object: &'o Object) -> Cow<'o, Object> {
        let parent = resource.within.as_ref().and_then(|within| Some((within, object.given(&within.property)?)));
        let id = parent.and_then(|(within, given)| Some((within, given, place::split(given.as_str()?))));
        let Some((within, given, (locality, uuid))) = id else { return Cow::Borrowed(object) };
        let Some(now) = self.now(uuid) else { return Cow::Borrowed(object) };
        let text = locality.map_or(now.clone(), |locality| format!("{locality}/{now}"));
        let value = Value::from(text).secret_if(given.is_secret()).depending_on(given.dependencies().cloned());
        let mut followed = object.clone();
        followed.insert(within.property.clone(), value);
        Cow::Owned(followed)
    }

    /// An ID with the current ID of the parent. Inputs take precedence, because an update cannot change an ID.
    pub fn followed_id(&self, resource: &Resource, id: &str, inputs: &Object, defaults: &Defaults) -> String {
        let known = || {
            let within = resource.within.as_ref()?;
            let mut parts = id::parse(resource, id, defaults).ok()?;
            let part = parts.properties.get_mut(&within.property)?;
            if let Some(given) = inputs.text(&within.property) {
                place::split(given).1.clone_into(part);
            }
            if let Some(now) = self.now(part) {
                *part = now;
            }
            id::compose(resource, &parts)
        };
        known().unwrap_or_else(|| id.to_owned())
    }
}

/// Outputs with the parent's ID from the inputs: responses may still contain a previous ID, and a resource never changes
/// its parent.
pub fn stays_within(resource: &Resource, inputs: &Object, state: &mut Object) {
    let Some(within) = &resource.within else { return };
    let (Some(given), Some(returned)) = (inputs.text(&within.property), state.text(&within.property)) else { return };
    let ((_, uuid), (locality, other)) = (place::split(given), place::split(returned));
    // The API returns zones in lower case.
    if !uuid.eq_ignore_ascii_case(other) {
        let text = locality.map_or(uuid.to_owned(), |locality| format!("{locality}/{uuid}"));
        let is_secret = inputs.get(&within.property).is_some_and(Value::contains_secret);
        state.insert(within.property.clone(), Value::from(text).secret_if(is_secret));
    }
}

#[cfg(test)]
mod tests {
    use catalog::{IdPart, Locality, Within};

    use super::*;

    fn database() -> Resource {
        Resource {
            locality: Locality::Region,
            id: vec![IdPart::Locality, IdPart::Property("instanceId".into()), IdPart::Property("name".into())],
            within: Some(Within { property: "instanceId".into(), token: "databases/instance:Instance".into() }),
            ..Resource::default()
        }
    }

    fn of(instance: &str) -> Object {
        Object::new().with("instanceId", instance).with("name", "app")
    }

    fn moved() -> Moved {
        let moved = Moved::default();
        moved.learn(&Moves { earlier: vec!["a".into(), "b".into()], remaining: Vec::new() }, "c");
        moved
    }

    #[test]
    fn a_move_is_read_from_the_note_in_the_state() {
        let moves = Moves { earlier: vec!["a".into(), "b".into()], remaining: vec!["b".into()] };
        let mut state = Object::new();
        Moves::default().note("c", &mut state);
        assert!(!has_moved(&state) && Moves::noted(&state).is_none());
        moves.note("c", &mut state);
        assert!(has_moved(&state) && is_unfinished(&state));
        assert_eq!(Moves::noted(&state), Some(("c".to_owned(), moves)));
    }

    #[test]
    fn each_previous_uuid_is_translated_to_the_current_one() {
        for (before, now) in [("fr-par/a", "fr-par/c"), ("b", "c"), ("fr-par/c", "fr-par/c"), ("x", "x")] {
            assert_eq!(moved().followed(&database(), &of(before)).text("instanceId"), Some(now));
        }
    }

    #[test]
    fn an_id_contains_the_parent_of_the_inputs_with_its_current_id() {
        let id = |id: &str, inputs: &Object| moved().followed_id(&database(), id, inputs, &Defaults::default());
        assert_eq!(id("fr-par/a/app", &Object::new()), "fr-par/c/app");
        assert_eq!(id("fr-par/x/app", &of("fr-par/y")), "fr-par/y/app");
        assert_eq!(id("fr-par/x/app", &of("fr-par/b")), "fr-par/c/app");
        assert_eq!(id("strange", &of("fr-par/b")), "strange");
    }

    #[test]
    fn a_response_with_a_previous_parent_id_gets_the_id_of_the_inputs() {
        let mut state = of("fr-par/a");
        stays_within(&database(), &of("c"), &mut state);
        assert_eq!(state.text("instanceId"), Some("fr-par/c"));
        let mut imported = of("fr-par/a");
        stays_within(&database(), &Object::new(), &mut imported);
        assert_eq!(imported.text("instanceId"), Some("fr-par/a"));
    }
}
