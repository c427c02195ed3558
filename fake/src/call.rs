//! One call as a product's handler sees it: what was asked, and everything that can be done about it.
//!
//! It does not know HTTP: what arrives here has been authenticated, matched and validated.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Bytes;
use jiff::Timestamp;
use scaleway_api::Operation;
use serde_json::{Map, Value, json};

use crate::answer::Refusal;
use crate::clock;
use crate::facts::Named;
use crate::paging;
use crate::rights::Sight;
use crate::store::{Kind, Object, Store};

/// The body of the good answer (`null` where the API document says 204), or a refusal.
pub(crate) type Handled = Result<Value, Refusal>;

/// Filters of lists that objects answer for their parts.
const OWNERS: [&str; 2] = ["organization_id", "project_id"];

/// The made-up id of the organization's owner.
pub const OWNER: &str = "5ca1e3a7-fa4e-4000-8000-0000000000aa";

/// The kind of projects, which own all other objects.
pub(crate) static PROJECT: Named = Named("account/project");

/// Everything that calls share.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) store: Store,
    /// The address of the fake itself, for answers that name it.
    pub(crate) url: String,
    /// How long a passing status lasts; zero: it is over at the first look.
    pub(crate) settle: Duration,
    /// The organization that everything belongs to.
    pub(crate) organization: String,
    /// The project of calls that name none.
    pub(crate) project: String,
    /// Secret keys that are accepted besides those made through IAM; `None` accepts any.
    pub(crate) keys: Option<Vec<String>>,
    /// Whether keys made through IAM may do only what the policies of their bearers say.
    pub(crate) enforce_permissions: bool,
    /// What is in the objects and parts of Object Storage, by the id that they have in the store.
    pub(crate) contents: BTreeMap<String, Bytes>,
    /// The source of ids and secrets.
    pub(crate) chance: fastrand::Rng,
    /// The kind of a name, such as `vpc/vpc`.
    pub(crate) kinds: fn(&str) -> Option<&'static Kind>,
}

/// One call.
pub(crate) struct Call<'a> {
    pub(crate) operation: &'a Operation,
    /// The parameters of the path.
    pub(crate) parameters: BTreeMap<String, String>,
    /// The parameters of the query, typed as declared.
    pub(crate) query: Map<String, Value>,
    /// The body without what stands for "not given": `null` and `unknown_*` values of enums.
    pub(crate) body: Map<String, Value>,
    /// How a list is sorted when the query does not say, from the API document.
    pub(crate) order: Option<&'a str>,
    pub(crate) now: Timestamp,
    /// What the caller may see in lists.
    pub(crate) sight: Sight,
    pub(crate) world: &'a mut World,
}

impl World {
    /// A new random id.
    pub(crate) fn uuid(&mut self) -> String {
        let bytes = self.chance.u128(..).to_be_bytes();
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// Every object with what the API never returns, in the order of creation.
    pub(crate) fn snapshot(&self) -> Vec<Value> {
        let shown = |object: &Object| {
            let Object { kind, locality, id, fields, hidden, .. } = object;
            json!({ "kind": kind, "locality": locality, "id": id, "fields": fields, "hidden": hidden })
        };
        self.store.all().map(shown).collect()
    }
}

/// What was asked.
impl Call<'_> {
    /// A parameter of the path; empty when the path has none of this name.
    pub(crate) fn parameter(&self, name: &str) -> String {
        self.parameters.get(name).cloned().unwrap_or_default()
    }

    /// The region or zone of the path; empty where there is none.
    pub(crate) fn locality(&self) -> String {
        let locality = self.parameters.get("region").or_else(|| self.parameters.get("zone"));
        locality.cloned().unwrap_or_default()
    }

    /// The last parameter of the path, which names the object that the call is about.
    pub(crate) fn id(&self) -> String {
        self.operation.path.parameters().last().map(|name| self.parameter(name)).unwrap_or_default()
    }

    /// The id of the object that the call is about: [`Call::id`], or the kind's `key` taken from the path.
    pub(crate) fn id_of(&self, kind: &Kind) -> String {
        if kind.key.is_empty() {
            return self.id();
        }
        kind.key.iter().map(|name| self.parameter(name)).collect::<Vec<_>>().join("/")
    }

    /// A text of the body; empty when not given.
    pub(crate) fn text(&self, field: &str) -> String {
        self.body.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// A text of the body that must be given.
    pub(crate) fn need(&self, field: &str) -> Result<String, Refusal> {
        let text = self.text(field);
        if text.is_empty() { Err(Refusal::required(field)) } else { Ok(text) }
    }

    /// A field of the body, or what it is when not given.
    pub(crate) fn value(&self, field: &str, otherwise: impl Into<Value>) -> Value {
        self.body.get(field).cloned().unwrap_or_else(|| otherwise.into())
    }

    /// The list of tags, empty when not given.
    pub(crate) fn tags(&self) -> Value {
        self.value("tags", json!([]))
    }

    /// The project that the new object belongs to: `project_id` of the body, or the default one. It must exist.
    pub(crate) fn project(&self) -> Result<String, Refusal> {
        let given = self.text("project_id");
        if given.is_empty() {
            return Ok(self.world.project.clone());
        }
        self.world.store.get(&PROJECT, "", &given).map_err(|_| Refusal::denied("project", "write"))?;
        Ok(given)
    }

    /// The time of the call as answers show it, with six digits.
    pub(crate) fn timestamp(&self) -> String {
        clock::micros(self.now)
    }
}

/// What some products do to every answer.
impl Call<'_> {
    /// As recorded of registry and functions: an answer to a change writes the times that it set with nine digits, a later
    /// GET with six.
    pub(crate) fn precise(&self, mut answer: Value, fields: &[&str]) -> Value {
        for field in fields {
            answer[*field] = json!(clock::nanos(self.now));
        }
        answer
    }
}

/// The plain verbs: a product without surprises needs no others. They work on the object that [`Call::id_of`] names.
impl Call<'_> {
    /// Makes an object. `fields` are all that the API shows; an id is made unless `fields` have one.
    pub(crate) fn create(&mut self, kind: &Kind, fields: Value) -> Handled {
        let object = self.draft(kind, fields);
        Ok(self.insert(kind, object))
    }

    /// Shows an object.
    pub(crate) fn get(&self, kind: &Kind) -> Handled {
        self.find(kind, &self.id_of(kind)).map(|object| self.show(kind, object))
    }

    /// Shows a page of the objects in the call's locality; see [`paging::selects`] for how the query filters.
    /// Further parameters of the path (parents) filter like those of the query.
    pub(crate) fn list(&self, kind: &Kind) -> Handled {
        self.list_where(kind, |_| true)
    }

    /// [`Call::list`] of those objects for which `selected` holds too.
    pub(crate) fn list_where(&self, kind: &Kind, selected: impl Fn(&Object) -> bool) -> Handled {
        let mut query = self.query.clone();
        let parents = self.parameters.iter().filter(|(name, _)| !matches!(name.as_str(), "region" | "zone"));
        query.extend(parents.map(|(name, value)| (name.clone(), Value::from(value.clone()))));
        let owners: Vec<(String, Value)> = OWNERS.iter().filter_map(|name| query.remove_entry(*name)).collect();
        let owned = |object: &Object| {
            owners.iter().all(|(name, wanted)| self.world.store.inherited(object, name) == Some(wanted))
        };
        Ok(self.page(kind, |object| selected(object) && owned(object) && paging::selects(&query, kind, object)))
    }

    /// Sets those of the named fields that are given, and `updated_at`.
    pub(crate) fn patch(&mut self, kind: &Kind, fields: &[&str]) -> Handled {
        let id = self.id_of(kind);
        let given: Vec<_> =
            fields.iter().filter_map(|name| Some(((*name).to_owned(), self.body.get(*name)?.clone()))).collect();
        let updated_at = self.timestamp();
        let object = self.change(kind, &id)?;
        object.fields.extend(given);
        if let Some(time) = object.fields.get_mut("updated_at") {
            *time = Value::from(updated_at);
        }
        self.get(kind)
    }

    /// Takes an object away at once; the answer is empty.
    pub(crate) fn delete(&mut self, kind: &Kind) -> Handled {
        self.world.store.remove(kind, &self.locality(), &self.id_of(kind))?;
        Ok(Value::Null)
    }

    /// Marks an object as `deleting` and takes it away once it has settled; the answer shows it.
    pub(crate) fn delete_in_time(&mut self, kind: &Kind) -> Handled {
        let (id, now, over, updated_at) = (self.id_of(kind), self.now, self.world.settle, self.timestamp());
        let object = self.change(kind, &id)?;
        object.fields.insert("status".to_owned(), Value::from("deleting"));
        if let Some(time) = object.fields.get_mut("updated_at") {
            *time = Value::from(updated_at);
        }
        object.vanish(now, over);
        self.get(kind)
    }
}

/// What the plain verbs are made of, for products with surprises.
impl Call<'_> {
    /// Everything of these kinds that has this id in a field goes as by [`Call::delete_in_time`]; gives the ids.
    pub(crate) fn take_along(
        &mut self,
        kinds: &[&'static Kind],
        field: &str,
        id: &str,
    ) -> Result<Vec<String>, Refusal> {
        let (now, over) = (self.now, self.world.settle);
        let mut gone = Vec::new();
        for kind in kinds {
            let own = self.world.store.of(kind).filter(|object| object.text(field) == id);
            let own: Vec<_> = own.map(|object| object.id.clone()).collect();
            for id in own {
                let object = self.change(kind, &id)?;
                object.fields.insert("status".to_owned(), Value::from("deleting"));
                object.vanish(now, over);
                gone.push(id);
            }
        }
        Ok(gone)
    }

    /// An object that does not exist yet; its id is the one in `fields`, made of the kind's `key`, or new. Hide secrets
    /// in it, then [`Call::insert`] it.
    pub(crate) fn draft(&mut self, kind: &Kind, fields: Value) -> Object {
        let fields = object(fields);
        let part = |name: &&str| match fields.get(*name) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => self.parameter(name),
        };
        let id = match (kind.key, fields.get(kind.id).and_then(Value::as_str)) {
            (key @ [_, ..], _) => key.iter().map(part).collect::<Vec<_>>().join("/"),
            ([], Some(id)) => id.to_owned(),
            ([], None) => self.world.uuid(),
        };
        Object::new(kind, &self.locality(), &id, fields)
    }

    /// Lets an object exist, and shows it.
    pub(crate) fn insert(&mut self, kind: &Kind, object: Object) -> Value {
        let shown = self.show(kind, &object);
        self.world.store.insert(object);
        shown
    }

    /// The object of this id in the call's locality.
    pub(crate) fn find(&self, kind: &Kind, id: &str) -> Result<&Object, Refusal> {
        self.world.store.get(kind, &self.locality(), id)
    }

    /// The object of this id in the call's locality, to change it.
    pub(crate) fn change(&mut self, kind: &Kind, id: &str) -> Result<&mut Object, Refusal> {
        let locality = self.locality();
        self.world.store.get_mut(kind, &locality, id)
    }

    /// Refuses with 409 while the object's `status` is one of the kind's passing ones.
    pub(crate) fn settled(&self, kind: &Kind, id: &str) -> Result<(), Refusal> {
        let object = self.find(kind, id)?;
        let status = object.text("status");
        if kind.transient.contains(&status) {
            return Err(Refusal::transient(kind.noun(), id, status));
        }
        Ok(())
    }

    /// Sets `status` to a passing one and, once the object has settled, the fields `then`.
    pub(crate) fn pass(&mut self, kind: &Kind, id: &str, status: &str, then: Value) -> Result<(), Refusal> {
        let (now, over) = (self.now, self.world.settle);
        let changed = self.change(kind, id)?;
        changed.fields.insert("status".to_owned(), Value::from(status));
        changed.settle(now, over, vec![object(then)]);
        Ok(())
    }

    /// An object as the API shows it.
    pub(crate) fn show(&self, kind: &Kind, object: &Object) -> Value {
        Value::Object(self.world.store.show(kind, object))
    }

    /// A page of those objects in the call's locality that `selected` selects.
    pub(crate) fn page(&self, kind: &Kind, selected: impl Fn(&Object) -> bool) -> Value {
        let locality = self.locality();
        let seen = |object: &&Object| match &self.sight {
            Sight::All => true,
            Sight::Projects(projects) => {
                let project = self.world.store.inherited(object, "project_id").and_then(Value::as_str);
                project.is_none_or(|project| projects.iter().any(|other| other == project))
            }
        };
        let objects = self.world.store.of(kind).filter(|object| object.locality == locality && selected(object));
        let objects = objects.filter(seen);
        let shown: Vec<_> = objects.map(|object| self.world.store.show(kind, object)).collect();
        let total = shown.len();
        json!({ kind.list: paging::page(shown, &self.query, kind, self.order), "total_count": total })
    }
}

/// The fields of what a handler wrote with `json!({...})`.
pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
