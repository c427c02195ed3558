//! Pending changes: inputs that may not be in effect, because a step that carries them failed.
//!
//! Pulumi's engine stores all inputs of a partially failed create, and the old inputs after a failed update, so neither
//! shows what is in effect. The outputs do: a note lists the properties by name, and Diff and Update treat them as
//! changed, whatever the inputs are, until an update has succeeded. Pure.

use std::borrow::Cow;

use value::{Data, Object, Value};

use catalog::{Merge, Resource};

/// The output that holds the note. Keys with two underscores are hidden from users by SDKs and displays.
const NOTE: &str = "__pending";

/// The key of the value that a failed update may have set; absent if it is the stored input.
const ATTEMPTED: &str = "attempted";

/// The key of the value that a read has found instead of the stored input.
const FOUND: &str = "found";

/// The key of the value that an object had before a failed update changed it for a step, and that no input contains.
const BEFORE: &str = "before";

/// Entries by the name of the property.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pending(Object);

impl Pending {
    /// The note in these outputs.
    pub fn of(outputs: &Object) -> Self {
        Self(outputs.given(NOTE).and_then(Value::as_object).cloned().unwrap_or_default())
    }

    /// Writes the note into these outputs, or removes it if nothing is pending.
    pub fn note(self, outputs: &mut Object) {
        if self.0.is_empty() {
            outputs.remove(NOTE);
        } else {
            outputs.insert(NOTE.to_owned(), Value::from(self.0));
        }
    }

    /// The pending properties.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether a property is pending.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Adds a property whose value at Scaleway is uncertain. `attempted` is a value that a failed step may have set and
    /// that is not the stored input.
    pub fn add(&mut self, name: &str, attempted: Option<&Value>) {
        let all = union(self.other(name), attempted);
        let mut entry: Object = all.map(|all| (ATTEMPTED.to_owned(), all)).into_iter().collect();
        entry.extend(self.before(name).map(|before| (BEFORE.to_owned(), before.clone())));
        self.0.insert(name.to_owned(), Value::from(entry));
    }

    /// Adds a property that an update changed for a step, such as the power state of a server, with the value to restore.
    pub fn add_changed_for_step(&mut self, name: &str, before: Value) {
        self.add(name, None);
        if let Some(Data::Object(entry)) = self.0.get_mut(name).map(Value::data_mut) {
            entry.insert(BEFORE.to_owned(), before);
        }
    }

    /// Adds the properties of another note that an update changed for a step.
    pub fn add_all_changed_for_step(&mut self, other: &Self) {
        for name in other.names() {
            if let Some(before) = other.before(name) {
                self.add_changed_for_step(name, before.clone());
            }
        }
    }

    /// The value to restore of a property that a failed update changed for a step.
    pub fn before(&self, name: &str) -> Option<&Value> {
        self.0.get(name)?.as_object()?.given(BEFORE)
    }

    /// The value that a failed update may have set.
    pub fn attempted(&self, name: &str) -> Option<&Value> {
        self.0.get(name)?.as_object()?.given(ATTEMPTED)
    }

    /// The value of a failed update or of a read.
    fn other(&self, name: &str) -> Option<&Value> {
        let entry = self.0.get(name)?.as_object()?;
        entry.given(ATTEMPTED).or_else(|| entry.given(FOUND))
    }

    /// Adds a property whose value at Scaleway was read, and is not the stored input.
    pub fn add_found(&mut self, name: &str, found: Option<&Value>) {
        let entry = Object::from_iter([(FOUND.to_owned(), found.cloned().unwrap_or(Value::NULL))]);
        self.0.insert(name.to_owned(), Value::from(entry));
    }

    /// The inputs that were in effect at the last read: the stored ones, and the values that were found instead of them.
    pub fn found<'s>(&self, stored: &'s Object) -> Cow<'s, Object> {
        Self::with(stored, self.of_read())
    }

    fn of_read(&self) -> impl Iterator<Item = (String, Value)> {
        self.0.iter().filter_map(|(name, entry)| Some((name.clone(), entry.as_object()?.get(FOUND)?.clone())))
    }

    /// Removes the values of earlier reads, after a new one.
    pub fn remove_found(&mut self) {
        for entry in self.0.values_mut() {
            if let Data::Object(entry) = entry.data_mut() {
                entry.remove(FOUND);
            }
        }
    }

    /// The inputs as if all failed updates had set their values.
    pub fn as_attempted<'s>(&self, stored: &'s Object) -> Cow<'s, Object> {
        let attempted = |name: &str| Some((name.to_owned(), self.attempted(name)?.clone()));
        Self::with(stored, self.names().filter_map(attempted))
    }

    fn with(stored: &Object, others: impl Iterator<Item = (String, Value)>) -> Cow<'_, Object> {
        let mut inputs = Cow::Borrowed(stored);
        for (name, value) in others {
            inputs.to_mut().insert(name, value);
        }
        inputs
    }

    /// All elements of a list or map that may be in effect: those of the stored input and of each failed attempt.
    pub fn possible(&self, name: &str, stored: &Object) -> Option<Value> {
        union(stored.given(name), self.other(name))
    }

    /// The stored inputs that are certainly in effect: without pending properties under any alias.
    ///
    /// Of maps that are merged key by key, the keys stay, without values, so that a call can remove them.
    pub fn certain(&self, resource: &Resource, stored: &Object) -> Object {
        if self.0.is_empty() {
            return stored.clone();
        }
        let mut certain = stored.clone();
        certain.retain(|name, _| !self.names().any(|pending| resource.stem(pending) == resource.stem(name)));
        for name in self.names() {
            let merge = resource.properties.get(name).and_then(|property| property.merge);
            let possible = self.possible(name, stored);
            if let (Some(Merge::NullDrops), Some(map)) = (merge, possible.as_ref().and_then(Value::as_object)) {
                let keys = map.keys().map(|key| (key.clone(), Value::NULL));
                certain.insert(name.to_owned(), Value::from(keys.collect::<Object>()));
            }
        }
        certain
    }
}

/// The union of both values if they are collections; otherwise the second.
fn union(one: Option<&Value>, other: Option<&Value>) -> Option<Value> {
    let (Some(one), Some(other)) = (one, other) else { return other.or(one).cloned() };
    let secret = one.contains_secret() || other.contains_secret();
    let both = match (one.data(), other.data()) {
        (Data::Array(one), Data::Array(other)) => {
            let more = other.iter().filter(|item| !one.contains(item)).cloned();
            Value::from(one.iter().cloned().chain(more).collect::<Vec<_>>())
        }
        (Data::Object(one), Data::Object(other)) => {
            let both = one.iter().chain(other.iter()).map(|(key, value)| (key.clone(), value.clone()));
            Value::from(both.collect::<Object>())
        }
        _ => return Some(other.clone()),
    };
    Some(both.secret_if(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(items: &[&str]) -> Value {
        Value::from(items.iter().copied().map(Value::from).collect::<Vec<_>>())
    }

    #[test]
    fn a_note_is_stored_in_the_outputs_and_removed_with_its_last_entry() {
        let mut outputs = Object::new();
        let mut pending = Pending::default();
        pending.add("tags", Some(&strings(&["a"])));
        pending.clone().note(&mut outputs);
        assert_eq!(Pending::of(&outputs), pending);
        Pending::default().note(&mut outputs);
        assert!(outputs.is_empty());
    }

    #[test]
    fn value_to_restore_stays_after_another_failed_update() {
        let mut pending = Pending::default();
        assert_eq!(pending.before("state"), None);
        pending.add_changed_for_step("state", Value::from("standby"));
        pending.add("state", None);
        pending.remove_found();
        assert_eq!(pending.before("state").and_then(Value::as_str), Some("standby"));
    }

    #[test]
    fn all_attempts_on_a_list_may_be_in_effect() {
        let mut pending = Pending::default();
        pending.add("emails", Some(&strings(&["b"])));
        pending.add("emails", Some(&strings(&["c"])));
        let stored = Object::from_iter([("emails".to_owned(), strings(&["a", "b"]))]);
        assert_eq!(pending.possible("emails", &stored), Some(strings(&["a", "b", "c"])));
    }

    #[test]
    fn a_value_that_was_found_is_in_effect_until_the_next_read() {
        let stored = Object::from_iter([("size".to_owned(), Value::from(1)), ("type".to_owned(), Value::from("a"))]);
        let mut pending = Pending::default();
        pending.add("type", Some(&Value::from("b")));
        assert_eq!((&*pending.found(&stored), pending.as_attempted(&stored)["type"].as_str()), (&stored, Some("b")));
        pending.add_found("type", Some(&Value::from("c")));
        pending.add_found("size", None);
        let found = pending.found(&stored);
        assert_eq!((found.text("type"), found.given("size")), (Some("c"), None));
        pending.remove_found();
        assert_eq!(&*pending.found(&stored), &stored);
        assert!(pending.contains("type") && pending.contains("size"));
    }

    #[test]
    fn attempted_secret_values_stay_secret() {
        let mut pending = Pending::default();
        let attempted = Object::from_iter([("KEY".to_owned(), Value::from("canary").into_secret())]);
        pending.add("variables", Some(&Value::from(attempted)));
        let possible = pending.possible("variables", &Object::new());
        assert!(possible.is_some_and(|value| value.contains_secret()));
    }
}
