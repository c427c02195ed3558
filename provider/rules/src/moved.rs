//! Resources that live on under another uuid: which one they have now, and which ones they had.
//!
//! An update cannot change an id, so the state notes the move until the next look gives the new id. What is a part of
//! such a resource names it by an id of before until then: all that is known of moves in this process is kept in one
//! table, and whoever holds inputs or an id reads them by it. Talks to nobody and knows no resource.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use catalog::Resource;
use serde_json::{Value as Json, json};
use value::{Object, Value};

use crate::id;
use crate::place::{self, Defaults};

/// Where a state notes that its resource has moved.
const NOTE: &str = "__moved";

/// Whether the resource of this state has moved. It is to be read before each run: its parts may not know it yet.
pub fn has_moved(state: &Object) -> bool {
    state.given(NOTE).is_some()
}

/// Whether something of before the move is still to be done.
pub fn is_unfinished(state: &Object) -> bool {
    Moves::noted(state).is_some_and(|(_, moves)| !moves.leftover.is_empty())
}

/// Where one resource came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// The uuids it had, the first one first.
    pub earlier: Vec<String>,
    /// Those of them that still stand for something.
    pub leftover: Vec<String>,
}

impl Moves {
    /// What a state notes: the uuid of now and those of before.
    pub fn noted(state: &Object) -> Option<(String, Self)> {
        let note = state.given(NOTE)?.as_object()?;
        let list = |name: &str| {
            let texts = note.given(name).and_then(Value::as_array).unwrap_or_default();
            texts.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Some((note.text("to")?.to_owned(), Self { earlier: list("from"), leftover: list("leftover") }))
    }

    /// Notes them in a state, if there are any.
    pub fn note(&self, uuid: &str, state: &mut Object) {
        if !self.earlier.is_empty() {
            let note: Json = json!({ "to": uuid, "from": self.earlier, "leftover": self.leftover });
            state.insert(NOTE.to_owned(), Value::from(note));
        }
    }
}

/// The moves this process knows of.
#[derive(Debug, Default)]
pub struct Moved {
    now: Mutex<BTreeMap<String, String>>,
}

impl Moved {
    /// Remembers that what had these uuids has another one now.
    pub fn learn(&self, moves: &Moves, uuid: &str) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        now.extend(moves.earlier.iter().filter(|earlier| *earlier != uuid).map(|old| (old.clone(), uuid.to_owned())));
    }

    /// The uuid that what had this one has now, if it is another.
    fn now(&self, uuid: &str) -> Option<String> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).get(uuid).cloned()
    }

    /// Inputs or outputs in which what the resource is a part of is named as it is now.
    pub fn followed(&self, resource: &Resource, object: &Object) -> Object {
        let mut followed = object.clone();
        let Some(within) = &resource.within else { return followed };
        let Some(given) = object.given(&within.property) else { return followed };
        let Some((locality, now)) = given.as_str().map(place::split).map(|(place, uuid)| (place, self.now(uuid)))
        else {
            return followed;
        };
        if let Some(now) = now {
            let text = locality.map_or(now.clone(), |locality| format!("{locality}/{now}"));
            let value = Value::from(text).secret_if(given.is_secret()).depending_on(given.dependencies().cloned());
            followed.insert(within.property.clone(), value);
        }
        followed
    }

    /// An id in which what the resource is a part of is named as it is now. Inputs are newer than an id, which no update
    /// can change.
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

/// Outputs in which what the resource is a part of is named as its inputs do: answers may go on to name it as before,
/// and nothing becomes a part of something else.
pub fn stays_within(resource: &Resource, inputs: &Object, state: &mut Object) {
    let Some(within) = &resource.within else { return };
    let (Some(given), Some(told)) = (inputs.text(&within.property), state.text(&within.property)) else { return };
    let ((_, uuid), (locality, other)) = (place::split(given), place::split(told));
    // Zones are called in small letters, whatever the program writes.
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
        moved.learn(&Moves { earlier: vec!["a".into(), "b".into()], leftover: Vec::new() }, "c");
        moved
    }

    #[test]
    fn a_move_is_read_from_the_state_it_was_noted_in() {
        let moves = Moves { earlier: vec!["a".into(), "b".into()], leftover: vec!["b".into()] };
        let mut state = Object::new();
        Moves::default().note("c", &mut state);
        assert!(!has_moved(&state) && Moves::noted(&state).is_none());
        moves.note("c", &mut state);
        assert!(has_moved(&state) && is_unfinished(&state));
        assert_eq!(Moves::noted(&state), Some(("c".to_owned(), moves)));
    }

    #[test]
    fn each_uuid_of_before_reads_as_the_one_of_now() {
        for (before, now) in [("fr-par/a", "fr-par/c"), ("b", "c"), ("fr-par/c", "fr-par/c"), ("x", "x")] {
            assert_eq!(moved().followed(&database(), &of(before)).text("instanceId"), Some(now));
        }
    }

    #[test]
    fn an_id_names_the_whole_as_the_inputs_do_and_those_as_it_is_now() {
        let id = |id: &str, inputs: &Object| moved().followed_id(&database(), id, inputs, &Defaults::default());
        assert_eq!(id("fr-par/a/app", &Object::new()), "fr-par/c/app");
        assert_eq!(id("fr-par/x/app", &of("fr-par/y")), "fr-par/y/app");
        assert_eq!(id("fr-par/x/app", &of("fr-par/b")), "fr-par/c/app");
        assert_eq!(id("strange", &of("fr-par/b")), "strange");
    }

    #[test]
    fn an_answer_that_names_the_whole_as_before_is_read_as_the_inputs_name_it() {
        let mut state = of("fr-par/a");
        stays_within(&database(), &of("c"), &mut state);
        assert_eq!(state.text("instanceId"), Some("fr-par/c"));
        let mut imported = of("fr-par/a");
        stays_within(&database(), &Object::new(), &mut imported);
        assert_eq!(imported.text("instanceId"), Some("fr-par/a"));
    }
}
