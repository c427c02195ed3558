//! What exists: objects in memory, and what will become of them as time passes.
//!
//! It does not know HTTP, API documents or products. It never asks for the time; it is told.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::answer::Refusal;
use crate::srn;

/// A kind of object, declared once by its product.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Product and noun, such as `registry/namespace`; seed files and the handle name kinds so.
    pub(crate) name: &'static str,
    /// The schema of the API document that answers have, such as `Namespace`.
    pub(crate) schema: &'static str,
    /// The field that shows the id; empty where none does.
    pub(crate) id: &'static str,
    /// Of which names the id is made where it is not one of its own, such as `instance_id` and `name`: parameters of
    /// the path or fields, joined by slashes. Those that are no fields are hidden in the object.
    pub(crate) key: &'static [&'static str],
    /// The field of a list answer that holds the objects, such as `namespaces`.
    pub(crate) list: &'static str,
    /// How its absence is worded.
    pub(crate) missing: Missing,
    /// The values of `status` in which changes are refused; see [`crate::call::Call::settled`].
    pub(crate) transient: &'static [&'static str],
    /// Fills fields that are counted or looked up when the object is shown.
    pub(crate) view: Option<View>,
}

/// Fills fields of an object that is about to be shown.
pub(crate) type View = fn(&Store, &Object, &mut Map<String, Value>);

/// How a product words that something does not exist.
#[derive(Debug)]
pub(crate) enum Missing {
    /// With `type`, and `resource` as given here.
    Labelled(&'static str),
    /// With nothing but this message.
    Message(&'static str),
    /// With `type`, but of something unknown and without its id.
    Unnamed,
}

/// Something that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Product and noun, such as `registry/namespace`.
    pub kind: &'static str,
    /// The region or zone, empty where there is none.
    pub locality: String,
    /// Unique within kind and locality.
    pub id: String,
    /// What the API shows.
    pub fields: Map<String, Value>,
    /// What the API never shows: parents that only the path names, secrets. Lists can filter by it.
    pub(crate) hidden: Map<String, Value>,
    /// Whether Scaleway made it by itself; such an object goes with its project instead of holding it.
    pub(crate) provided: bool,
    /// What will become of it, earliest first.
    pending: Vec<(Timestamp, Change)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Change {
    Become(Map<String, Value>),
    Vanish,
}

/// All objects in the order in which they were made.
#[derive(Debug, Default)]
pub(crate) struct Store {
    objects: Vec<Object>,
}

impl Kind {
    /// The usual: an object with an `id` and no passing states.
    pub(crate) const fn new(name: &'static str, schema: &'static str, list: &'static str, missing: Missing) -> Self {
        Self { name, schema, id: "id", key: &[], list, missing, transient: &[], view: None }
    }

    /// The part of the name after the product, such as `namespace`.
    pub(crate) fn noun(&self) -> &'static str {
        self.name.split_once('/').map_or(self.name, |(_, noun)| noun)
    }

    /// The refusal when there is no object with this id.
    pub(crate) fn refusal(&self, id: &str) -> Refusal {
        match self.missing {
            Missing::Labelled(resource) => Refusal::not_found(resource, id),
            Missing::Message(message) => Refusal::message(404, message),
            Missing::Unnamed => Refusal::not_found("unknown", ""),
        }
    }
}

impl Object {
    /// A new object; `fields` hold everything that the API shows but the id, which is added.
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
        }
    }

    /// A field as text; empty when absent or of another type.
    pub fn text(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// A hidden field as text; empty when absent or of another type.
    pub(crate) fn hidden_text(&self, field: &str) -> &str {
        self.hidden.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// Sets these fields, step by step, after everything else that is to become of it; the steps share the
    /// time `over` evenly.
    pub(crate) fn settle(&mut self, now: Timestamp, over: Duration, steps: Vec<Map<String, Value>>) {
        let count = u32::try_from(steps.len()).unwrap_or(u32::MAX).max(1);
        let mut time = self.pending.last().map_or(now, |(last, _)| now.max(*last));
        for step in steps {
            time = later(time, over / count);
            self.pending.push((time, Change::Become(step)));
        }
    }

    /// Takes the object away after this time; whatever else was to become of it does not happen.
    pub(crate) fn vanish(&mut self, now: Timestamp, over: Duration) {
        self.pending = vec![(later(now, over), Change::Vanish)];
    }

    fn is(&self, kind: &Kind, locality: &str, id: &str) -> bool {
        self.kind == kind.name && self.locality == locality && self.id == id
    }
}

impl Store {
    /// Adds an object. An older one with the same kind, locality and id gives way.
    pub(crate) fn insert(&mut self, object: Object) {
        self.objects.retain(|old| (old.kind, &old.locality, &old.id) != (object.kind, &object.locality, &object.id));
        self.objects.push(object);
    }

    pub(crate) fn get(&self, kind: &Kind, locality: &str, id: &str) -> Result<&Object, Refusal> {
        self.objects.iter().find(|object| object.is(kind, locality, id)).ok_or_else(|| kind.refusal(id))
    }

    pub(crate) fn get_mut(&mut self, kind: &Kind, locality: &str, id: &str) -> Result<&mut Object, Refusal> {
        self.objects.iter_mut().find(|object| object.is(kind, locality, id)).ok_or_else(|| kind.refusal(id))
    }

    /// Every object, of whatever kind.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter()
    }

    /// Every object of this kind, in all localities.
    pub(crate) fn of(&self, kind: &Kind) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(|object| object.kind == kind.name)
    }

    /// A field of the object, or of what it is a part of: an object that does not tell its project is in the one of
    /// its parent, which one of its `…_id` fields names.
    pub(crate) fn inherited<'a>(&'a self, object: &'a Object, name: &str) -> Option<&'a Value> {
        let own = |object: &'a Object| object.fields.get(name).or_else(|| object.hidden.get(name));
        own(object).or_else(|| {
            let ids = object.fields.iter().filter(|(field, _)| field.ends_with("_id")).map(|(_, id)| id);
            let others = |id: &Value| self.objects.iter().find(|other| id == &other.id && other.id != object.id);
            let mut parents = ids.filter_map(others);
            parents.find_map(|parent| self.inherited(parent, name))
        })
    }

    /// Takes an object away at once.
    pub(crate) fn remove(&mut self, kind: &Kind, locality: &str, id: &str) -> Result<Object, Refusal> {
        let place = self.objects.iter().position(|object| object.is(kind, locality, id));
        place.map(|place| self.objects.remove(place)).ok_or_else(|| kind.refusal(id))
    }

    /// Takes away every object for which this holds, at once.
    pub(crate) fn remove_where(&mut self, goes: impl Fn(&Object) -> bool) {
        self.objects.retain(|object| !goes(object));
    }

    /// The fields as the API shows them now.
    pub(crate) fn show(&self, kind: &Kind, object: &Object) -> Map<String, Value> {
        let mut fields = object.fields.clone();
        if let Some(view) = kind.view {
            view(self, object, &mut fields);
        }
        srn::add(kind, object, &mut fields);
        fields
    }

    /// Lets everything happen that is due at `now`.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        self.objects.retain_mut(|object| {
            while object.pending.first().is_some_and(|(time, _)| *time <= now) {
                match object.pending.remove(0).1 {
                    Change::Become(fields) => object.fields.extend(fields),
                    Change::Vanish => return false,
                }
            }
            true
        });
    }
}

fn later(time: Timestamp, by: Duration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::call::object;

    static THING: Kind = Kind::new("test/thing", "Thing", "things", Missing::Message("gone"));
    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn status_after(store: &mut Store, seconds: u64) -> String {
        store.advance(START + Duration::from_secs(seconds));
        store.get(&THING, "", "1").map_or("gone".to_owned(), |thing| thing.text("status").to_owned())
    }

    fn store_of(thing: Object) -> Store {
        let mut store = Store::default();
        store.insert(thing);
        store
    }

    #[test]
    fn steps_share_the_time_and_later_changes_wait_for_earlier_ones() {
        let mut thing = Object::new(&THING, "", "1", object(json!({ "status": "creating" })));
        let steps = ["error", "ready"].map(|status| object(json!({ "status": status })));
        thing.settle(START, Duration::from_secs(10), steps.to_vec());
        thing.settle(START, Duration::from_secs(10), vec![object(json!({ "status": "upgraded" }))]);
        let mut store = store_of(thing);
        let seen = [4, 5, 10, 19, 20].map(|seconds| status_after(&mut store, seconds));
        assert_eq!(seen, ["creating", "error", "ready", "ready", "upgraded"]);
    }

    #[test]
    fn parts_of_a_key_that_are_no_fields_are_hidden() {
        static PART: Kind =
            Kind { id: "", key: &["thing_id", "name"], ..Kind::new("a/b", "B", "bs", Missing::Message("")) };
        let part = Object::new(&PART, "", "1/a/b", object(json!({ "name": "a/b" })));
        assert_eq!(Value::Object(part.fields), json!({ "name": "a/b" }));
        assert_eq!(Value::Object(part.hidden), json!({ "thing_id": "1" }));
    }

    #[test]
    fn what_vanishes_does_nothing_else_first() {
        let mut thing = Object::new(&THING, "", "1", object(json!({ "status": "creating" })));
        thing.settle(START, Duration::from_secs(1), vec![object(json!({ "status": "ready" }))]);
        thing.vanish(START, Duration::from_secs(5));
        let mut store = store_of(thing);
        assert_eq!([4, 5].map(|seconds| status_after(&mut store, seconds)), ["creating", "gone"]);
    }
}
