//! The objects in memory, and their pending changes.
//!
//! This module depends on neither HTTP, API documents nor products, and takes the time as an argument.

mod shown;
mod values;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::response::ApiError;
use values::Values;

/// A kind of object.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Product and noun, such as `registry/namespace`; seeds and tests use this name.
    pub(crate) name: &'static str,
    /// The schema of responses in the API document, such as `Namespace`.
    pub(crate) schema: &'static str,
    /// The field with the ID; empty if there is none.
    pub(crate) id: &'static str,
    /// The names whose values form the ID, if the ID is not one field, such as `instance_id` and `name`: parameters of
    /// the path or fields, joined by slashes. Values without a field are hidden fields.
    pub(crate) key: &'static [&'static str],
    /// The field of a list response with the objects, such as `namespaces`.
    pub(crate) list: &'static str,
    /// The response if an object does not exist.
    pub(crate) missing: Missing,
    /// The values of `status` in which changes are rejected; see [`crate::call::Call::settled`].
    pub(crate) transient: &'static [&'static str],
    /// Fields by whose values objects are looked up, shown or hidden; see [`Store::with_value`].
    pub(crate) indexed: &'static [&'static str],
    /// Fields that count other objects.
    pub(crate) counts: &'static [Count],
    /// Fields that hold other objects.
    pub(crate) embeds: &'static [Embed],
    /// Fields that hold the IDs of other objects.
    pub(crate) lists: &'static [Count],
    /// Fields that show another object, which a field of this one names.
    pub(crate) joins: &'static [Join],
    /// Fields that have a value while another object exists.
    pub(crate) conditions: &'static [Condition],
    /// Sets fields that are computed when the object is shown.
    pub(crate) view: Option<View>,
    /// The host in its Scaleway resource name; `None` where the API document declares no `srn`.
    pub(crate) srn: Option<&'static str>,
}

/// A field that counts, or lists the IDs of, the objects of a kind whose field names the object.
#[derive(Debug)]
pub(crate) struct Count {
    pub(crate) field: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) by: &'static str,
}

/// A field that holds the objects of a kind whose field names the object.
#[derive(Debug)]
pub(crate) struct Embed {
    pub(crate) field: &'static str,
    pub(crate) kind: fn(&str) -> Option<&'static Kind>,
    pub(crate) name: &'static str,
    pub(crate) by: &'static str,
}

/// A field that shows the object that another field, shown or hidden, names; the first one of a list.
#[derive(Debug)]
pub(crate) struct Join {
    pub(crate) field: &'static str,
    pub(crate) kind: fn(&str) -> Option<&'static Kind>,
    pub(crate) name: &'static str,
    pub(crate) by: &'static str,
    /// Paths of lists in the shown object that are empty there.
    pub(crate) empty: &'static [&'static str],
    /// The fields of the other object that are shown; all of them if empty.
    pub(crate) fields: &'static [&'static str],
}

/// A field that has the value while an object of the kind exists whose fields equal those of the shown object.
#[derive(Debug)]
pub(crate) struct Condition {
    pub(crate) field: &'static str,
    pub(crate) value: Value,
    pub(crate) kind: &'static str,
    /// Fields of the other object, shown or hidden, each with the field of the shown one.
    pub(crate) equal: Vec<(String, String)>,
}

/// Sets fields of an object that is shown.
pub(crate) type View = fn(&Store, &Object, &mut Map<String, Value>);

/// The form of the response with status 404.
#[derive(Debug)]
pub(crate) enum Missing {
    /// With `type`, and this `resource`.
    Labelled(&'static str),
    /// With this message only, in which `{id}` is the ID.
    Message(&'static str),
    /// With `type`, of an unknown resource and without an ID.
    Unnamed,
    /// As a denied permission (403).
    Denied,
    /// As a denied permission to read this resource.
    DeniedRead(&'static str),
}

/// An object.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Product and noun, such as `registry/namespace`.
    pub kind: &'static str,
    /// The region or zone, empty if there is none.
    pub locality: String,
    /// Unique within kind and locality.
    pub id: String,
    /// The fields of responses.
    pub fields: Map<String, Value>,
    /// Fields that responses do not contain: parents that only the path contains, secrets. Lists can filter by them.
    pub(crate) hidden: Map<String, Value>,
    /// Whether Scaleway created the object by itself; such an object is deleted with its project and does not prevent
    /// the delete.
    pub(crate) provided: bool,
    /// Pending changes, earliest first.
    pub(crate) pending: Vec<(Timestamp, Change)>,
    /// [`Kind::indexed`].
    indexed: &'static [&'static str],
}

/// What happens to an object at a time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    Become(Map<String, Value>),
    Vanish,
}

/// All objects in the order of creation, with an index for each look-up.
#[derive(Debug, Default)]
pub(crate) struct Store {
    next: u64,
    objects: BTreeMap<u64, Object>,
    /// Kind, locality and ID.
    keys: HashMap<(&'static str, String, String), u64>,
    kinds: HashMap<&'static str, BTreeSet<u64>>,
    /// IDs are unique within a kind and region or zone only.
    ids: HashMap<String, BTreeSet<u64>>,
    /// Objects by the values of the indexed fields of their kind, without those in `touched`.
    values: Values,
    /// Objects with pending changes, by the time of the earliest one.
    due: BTreeSet<(Timestamp, u64)>,
    /// Objects that may have new values or pending changes since the last [`Store::advance`].
    touched: BTreeSet<u64>,
}

impl Kind {
    /// A kind with the ID field `id` and without transient statuses.
    pub(crate) const fn new(name: &'static str, schema: &'static str, list: &'static str, missing: Missing) -> Self {
        Self {
            name,
            schema,
            id: "id",
            key: &[],
            list,
            missing,
            transient: &[],
            indexed: &[],
            counts: &[],
            embeds: &[],
            lists: &[],
            joins: &[],
            conditions: &[],
            view: None,
            srn: None,
        }
    }

    /// The part of the name after the product, such as `namespace`.
    pub(crate) fn noun(&self) -> &'static str {
        self.name.split_once('/').map_or(self.name, |(_, noun)| noun)
    }

    /// The error response if no object has this ID.
    pub(crate) fn not_found(&self, id: &str) -> ApiError {
        match self.missing {
            Missing::Labelled(resource) => ApiError::not_found(resource, id),
            Missing::Message(message) => ApiError::message(404, &message.replace("{id}", id)),
            Missing::Unnamed => ApiError::not_found("unknown", ""),
            Missing::Denied => ApiError::undetailed_denial(),
            Missing::DeniedRead(resource) => ApiError::denied(resource, "read"),
        }
    }
}

impl Object {
    /// A new object; `fields` are all fields of responses except for the ID, which is added.
    pub(crate) fn new(kind: &Kind, locality: &str, id: &str, fields: Map<String, Value>) -> Self {
        let mut fields = fields;
        if !kind.id.is_empty() {
            fields.insert(kind.id.to_owned(), Value::from(id));
        }
        let parts = kind.key.iter().zip(id.splitn(kind.key.len().max(1), '/'));
        let hidden = parts.filter(|(name, _)| !fields.contains_key(**name));
        let hidden = hidden.map(|(name, part)| ((*name).to_owned(), Value::from(part))).collect();
        Self {
            kind: kind.name,
            locality: locality.to_owned(),
            id: id.to_owned(),
            fields,
            hidden,
            provided: false,
            pending: Vec::new(),
            indexed: kind.indexed,
        }
    }

    /// A field as a string; empty if it is absent or has another type.
    pub fn text(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// A hidden field as a string; empty if it is absent or has another type.
    pub(crate) fn hidden_text(&self, field: &str) -> &str {
        self.hidden.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// The value of an indexed field.
    fn indexed_text(&self, field: &str) -> &str {
        Some(self.text(field)).filter(|text| !text.is_empty()).unwrap_or_else(|| self.hidden_text(field))
    }

    /// Adds pending changes after all others; the steps share the time `over` evenly.
    pub(crate) fn settle(&mut self, now: Timestamp, over: Duration, steps: Vec<Map<String, Value>>) {
        let count = u32::try_from(steps.len()).unwrap_or(u32::MAX).max(1);
        let mut time = self.pending.last().map_or(now, |(last, _)| now.max(*last));
        for step in steps {
            time = later(time, over / count);
            self.pending.push((time, Change::Become(step)));
        }
    }

    /// Adds pending changes like [`Object::settle`], instead of all others.
    pub(crate) fn replace_pending(&mut self, now: Timestamp, over: Duration, steps: Vec<Map<String, Value>>) {
        self.pending.clear();
        self.settle(now, over, steps);
    }

    /// Removes the object after this time, instead of all pending changes.
    pub(crate) fn vanish(&mut self, now: Timestamp, over: Duration) {
        self.pending = vec![(later(now, over), Change::Vanish)];
    }
}

impl Store {
    /// Adds an object, or replaces the one with the same kind, locality and ID.
    pub(crate) fn insert(&mut self, object: Object) {
        let key = (object.kind, object.locality.clone(), object.id.clone());
        if let Some(old) = self.keys.get(&key).copied() {
            self.take(old);
        }
        let number = self.next;
        self.next += 1;
        self.kinds.entry(object.kind).or_default().insert(number);
        self.ids.entry(object.id.clone()).or_default().insert(number);
        self.keys.insert(key, number);
        self.touched.insert(number);
        self.objects.insert(number, object);
    }

    pub(crate) fn get(&self, kind: &Kind, locality: &str, id: &str) -> Result<&Object, ApiError> {
        let found = self.number(kind, locality, id).and_then(|number| self.objects.get(&number));
        found.ok_or_else(|| kind.not_found(id))
    }

    pub(crate) fn get_mut(&mut self, kind: &Kind, locality: &str, id: &str) -> Result<&mut Object, ApiError> {
        let number = self.number(kind, locality, id).ok_or_else(|| kind.not_found(id))?;
        if self.touched.insert(number) {
            self.remove_values(number);
        }
        self.objects.get_mut(&number).ok_or_else(|| kind.not_found(id))
    }

    /// The objects that were created or changed since the last [`Store::advance`].
    pub(crate) fn changed(&self) -> impl Iterator<Item = &Object> {
        self.touched.iter().filter_map(|number| self.objects.get(number))
    }

    /// Every object of any kind.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }

    /// Every object of this kind, in all regions and zones.
    pub(crate) fn of(&self, kind: &Kind) -> impl Iterator<Item = &Object> {
        self.of_name(kind.name)
    }

    /// Every object of the kind with this name, in all regions and zones.
    pub(crate) fn of_name(&self, kind: &str) -> impl Iterator<Item = &Object> {
        self.kinds.get(kind).into_iter().flatten().filter_map(|number| self.objects.get(number))
    }

    /// Every object with this ID, of any kind.
    pub(crate) fn with_id(&self, id: &str) -> impl Iterator<Item = &Object> {
        self.ids.get(id).into_iter().flatten().filter_map(|number| self.objects.get(number))
    }

    /// The object of this kind with this ID, in any region or zone.
    pub(crate) fn anywhere(&self, kind: &Kind, id: &str) -> Option<&Object> {
        self.with_id(id).find(|object| object.kind == kind.name)
    }

    /// Every object of this kind whose indexed field has this value, in the order of creation.
    pub(crate) fn with_value(&self, kind: &Kind, field: &'static str, value: &str) -> impl Iterator<Item = &Object> {
        debug_assert!(kind.indexed.contains(&field), "{} has no index of {field}", kind.name);
        let indexed = self.values.get(kind.name, field, value);
        let mut numbers: Vec<u64> = indexed.chain(&self.touched).copied().collect();
        numbers.sort_unstable();
        let objects = numbers.into_iter().filter_map(|number| self.objects.get(&number));
        objects.filter(move |object| object.kind == kind.name && object.indexed_text(field) == value)
    }

    /// Removes an object at once.
    pub(crate) fn remove(&mut self, kind: &Kind, locality: &str, id: &str) -> Result<Object, ApiError> {
        let number = self.number(kind, locality, id).ok_or_else(|| kind.not_found(id))?;
        self.take(number).ok_or_else(|| kind.not_found(id))
    }

    /// Removes every object for which the function returns true, at once.
    pub(crate) fn remove_where(&mut self, goes: impl Fn(&Object) -> bool) {
        let deleted: Vec<u64> =
            self.objects.iter().filter(|(_, object)| goes(object)).map(|(number, _)| *number).collect();
        for number in deleted {
            self.take(number);
        }
    }

    /// Whether [`Store::advance`] would change anything.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        !self.touched.is_empty() || self.due.first().is_some_and(|(time, _)| *time <= now)
    }

    /// Applies all pending changes that are due at `now`.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        for number in std::mem::take(&mut self.touched) {
            self.schedule(number);
            self.add_values(number);
        }
        while let Some((time, number)) = self.due.first().copied().filter(|(time, _)| *time <= now) {
            self.due.remove(&(time, number));
            self.remove_values(number);
            let Some(object) = self.objects.get_mut(&number) else { continue };
            // An entry of an earlier schedule has no change at its time.
            if object.pending.first().is_some_and(|(first, _)| *first <= now) {
                match object.pending.remove(0).1 {
                    Change::Become(fields) => object.fields.extend(fields),
                    Change::Vanish => drop(self.take(number)),
                }
            }
            self.schedule(number);
            self.add_values(number);
        }
    }

    fn schedule(&mut self, number: u64) {
        let first = self.objects.get(&number).and_then(|object| object.pending.first());
        if let Some((time, _)) = first {
            self.due.insert((*time, number));
        }
    }

    fn number(&self, kind: &Kind, locality: &str, id: &str) -> Option<u64> {
        self.keys.get(&(kind.name, locality.to_owned(), id.to_owned())).copied()
    }

    /// Adds an object to the index of values.
    fn add_values(&mut self, number: u64) {
        let Some(object) = self.objects.get(&number) else { return };
        for field in object.indexed {
            self.values.add(object.kind, field, object.indexed_text(field), number);
        }
    }

    /// Removes an object from the index of values, before its fields change.
    fn remove_values(&mut self, number: u64) {
        let Some(object) = self.objects.get(&number) else { return };
        for field in object.indexed {
            self.values.remove(object.kind, field, object.indexed_text(field), number);
        }
    }

    fn take(&mut self, number: u64) -> Option<Object> {
        if !self.touched.remove(&number) {
            self.remove_values(number);
        }
        let object = self.objects.remove(&number)?;
        self.keys.remove(&(object.kind, object.locality.clone(), object.id.clone()));
        if let Some(numbers) = self.kinds.get_mut(object.kind) {
            numbers.remove(&number);
        }
        if let Some(numbers) = self.ids.get_mut(&object.id) {
            numbers.remove(&number);
            if numbers.is_empty() {
                self.ids.remove(&object.id);
            }
        }
        Some(object)
    }
}

fn later(time: Timestamp, by: Duration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
