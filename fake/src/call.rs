//! One call of an operation, with its arguments and the functions that handlers use.
//!
//! This module does not depend on HTTP: the request has been authenticated, matched and validated.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::time::Duration;

use axum::body::Bytes;
use jiff::Timestamp;
use scaleway_api::Operation;
use serde_json::{Map, Value, json};

use crate::clock;
use crate::facts::Named;
use crate::hashing::Hashes;
use crate::owner::OWNERS;
use crate::paging;
use crate::random::Random;
use crate::response::ApiError;
use crate::rights::Visibility;
use crate::store::{Kind, Object, Store};

/// The body of a successful response (`null` where the API document has 204), or an error.
pub(crate) type Handled = Result<Value, ApiError>;

/// The ID of the owner of the organization; invented.
pub const OWNER: &str = "5ca1e3a7-fa4e-4000-8000-0000000000aa";

/// The kind of projects, which own all other objects.
pub(crate) static PROJECT: Named = Named::new("account/project");

/// The state that all calls share.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) store: Store,
    /// The URL of the fake, for responses that contain it.
    pub(crate) url: String,
    /// Duration of transient statuses; zero: the status ends before the next read.
    pub(crate) settle: Duration,
    /// The organization of all objects.
    pub(crate) organization: String,
    /// The default project of requests.
    pub(crate) project: String,
    /// Accepted secret keys, besides those created through IAM; `None` accepts all.
    pub(crate) keys: Option<Vec<String>>,
    /// The token of all requests, if other machines can send requests; one of the accepted secret keys.
    pub(crate) remote_token: Option<String>,
    /// Whether API keys created through IAM are limited to the policies of their bearers.
    pub(crate) enforce_permissions: bool,
    /// The content of objects and parts of Object Storage, by their IDs in the store.
    pub(crate) contents: BTreeMap<String, Bytes>,
    /// Domains whose DNS is not at Scaleway: names below them resolve to every address.
    pub(crate) external_domains: Vec<String>,
    /// The random number generator for IDs and secrets.
    pub(crate) rng: Random,
    /// Returns the kind with a name such as `vpc/vpc`.
    pub(crate) kinds: fn(&str) -> Option<&'static Kind>,
}

/// A reference to the state: `&World` in calls that only read, and `&mut World` in all others.
pub(crate) trait WorldRef: Deref<Target = World> {}

impl<W: Deref<Target = World>> WorldRef for W {}

/// One call that does not change objects.
pub(crate) type ReadCall<'a> = Call<'a, &'a World>;

/// One call. Functions for calls of both types take `Call<'_, impl WorldRef>`.
pub(crate) struct Call<'a, W = &'a mut World> {
    pub(crate) operation: &'a Operation,
    /// The parameters of the path.
    pub(crate) parameters: BTreeMap<String, String>,
    /// The parameters of the query, typed as declared.
    pub(crate) query: Map<String, Value>,
    /// The body without omitted fields: `null`, and `unknown_*` values of enums.
    pub(crate) body: Map<String, Value>,
    /// The fields of the body that are `null`, in APIs in which `null` removes a value.
    pub(crate) nulls: Vec<String>,
    /// The hashes of the secret variables in the body.
    pub(crate) hashes: Hashes,
    /// The default order of a list, from the API document.
    pub(crate) order: Option<&'a str>,
    pub(crate) now: Timestamp,
    /// The objects that lists show to the caller.
    pub(crate) visibility: Visibility,
    pub(crate) world: W,
}

impl World {
    /// A new random ID.
    pub(crate) fn uuid(&self) -> String {
        self.rng.uuid()
    }

    /// Every object with its hidden fields, in the order of creation.
    pub(crate) fn snapshot(&self) -> Vec<Value> {
        let shown = |object: &Object| {
            let Object { kind, locality, id, fields, hidden, .. } = object;
            json!({ "kind": kind, "locality": locality, "id": id, "fields": fields, "hidden": hidden })
        };
        self.store.all().map(shown).collect()
    }
}

/// The arguments of the call.
impl<W: WorldRef> Call<'_, W> {
    /// A parameter of the path; empty if the path has none with this name.
    pub(crate) fn parameter(&self, name: &str) -> String {
        self.parameters.get(name).cloned().unwrap_or_default()
    }

    /// The region or zone of the path; empty if there is none.
    pub(crate) fn locality(&self) -> String {
        let locality = self.parameters.get("region").or_else(|| self.parameters.get("zone"));
        locality.cloned().unwrap_or_default()
    }

    /// The region of the path, or that of its zone; empty if there is neither.
    pub(crate) fn region(&self) -> String {
        let zone = self.parameters.get("zone");
        let of_zone = |zone: &String| zone.rsplit_once('-').map_or(zone.clone(), |(region, _)| region.to_owned());
        self.parameters.get("region").cloned().or_else(|| zone.map(of_zone)).unwrap_or_default()
    }

    /// The last parameter of the path, the ID of the object.
    pub(crate) fn id(&self) -> String {
        self.operation.path.parameters().last().map(|name| self.parameter(name)).unwrap_or_default()
    }

    /// The ID of the object: [`Call::id`], or the parameters of the path that the kind's `key` names.
    pub(crate) fn id_of(&self, kind: &Kind) -> String {
        if kind.key.is_empty() {
            return self.id();
        }
        kind.key.iter().map(|name| self.parameter(name)).collect::<Vec<_>>().join("/")
    }

    /// A string of the body; empty if omitted.
    pub(crate) fn text(&self, field: &str) -> String {
        self.body.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// A required string of the body.
    pub(crate) fn need(&self, field: &str) -> Result<String, ApiError> {
        let text = self.text(field);
        if text.is_empty() { Err(ApiError::required(field)) } else { Ok(text) }
    }

    /// A field of the body, or the default.
    pub(crate) fn value(&self, field: &str, otherwise: impl Into<Value>) -> Value {
        self.body.get(field).cloned().unwrap_or_else(|| otherwise.into())
    }

    /// The list of tags, empty if omitted.
    pub(crate) fn tags(&self) -> Value {
        self.value("tags", json!([]))
    }

    /// The project of a new object: `project_id` or `project` of the body, or the default project. It must exist.
    pub(crate) fn project(&self) -> Result<String, ApiError> {
        let given = [self.text("project_id"), self.text("project")].concat();
        if given.is_empty() {
            return Ok(self.world.project.clone());
        }
        self.world.store.get(&PROJECT, "", &given).map_err(|_| ApiError::denied("project", "write"))?;
        Ok(given)
    }

    /// The time of the call in the format of responses, with six digits.
    pub(crate) fn timestamp(&self) -> String {
        clock::micros(self.now)
    }
}

/// Differences between responses that several products have.
impl<W: WorldRef> Call<'_, W> {
    /// As recorded of registry and functions: in a response to a change, the times that it set have nine digits; in a
    /// later GET they have six.
    pub(crate) fn precise(&self, mut answer: Value, fields: &[&str]) -> Value {
        for field in fields {
            answer[*field] = json!(clock::nanos(self.now));
        }
        answer
    }
}

/// The usual operations that read. They use the object that [`Call::id_of`] returns.
impl<W: WorldRef> Call<'_, W> {
    /// Returns the object that the path names.
    pub(crate) fn get(&self, kind: &Kind) -> Handled {
        self.shown(kind, &self.id_of(kind))
    }

    /// Returns the object with this ID.
    pub(crate) fn shown(&self, kind: &Kind, id: &str) -> Handled {
        self.find(kind, id).map(|object| self.show(kind, object))
    }

    /// Returns a page of the objects in the region or zone of the call; see [`paging::selects`] for the filters.
    /// Parents in the path are filters like those in the query.
    pub(crate) fn list(&self, kind: &Kind) -> Handled {
        self.list_where(kind, |_| true)
    }

    /// [`Call::list`] with an additional filter.
    pub(crate) fn list_where(&self, kind: &Kind, selected: impl Fn(&Object) -> bool) -> Handled {
        let mut query = self.query.clone();
        let parents = self.parameters.iter().filter(|(name, _)| !matches!(name.as_str(), "region" | "zone"));
        query.extend(parents.map(|(name, value)| (name.clone(), Value::from(value.clone()))));
        // Parts inherit the owners from their parent. Instances have them in `organization` and `project`.
        let given = |query: &mut Map<String, Value>, name: &str| {
            query.remove(name).or_else(|| query.remove(name.trim_end_matches("_id")))
        };
        let owners = OWNERS.iter().filter_map(|name| Some((*name, given(&mut query, name)?)));
        let owners: Vec<(&str, Value)> = owners.collect();
        let owned = |object: &Object| {
            owners.iter().all(|(name, requested)| self.world.store.inherited(object, name) == Some(requested))
        };
        Ok(self.page(kind, |object| selected(object) && owned(object) && paging::selects(&query, kind, object)))
    }

    /// Takes the bounds of a time from the query: whether a time is not before the first and before the second.
    pub(crate) fn take_period(&mut self, [after, before]: [&str; 2]) -> impl Fn(&str) -> bool + use<W> {
        let mut bound = |name: &str| self.query.remove(name).and_then(|time| time.as_str().map(str::to_owned));
        let (after, before) = (bound(after), bound(before));
        move |time| {
            after.as_deref().is_none_or(|after| time >= after) && before.as_deref().is_none_or(|before| time < before)
        }
    }
}

/// The usual operations that change objects. They use the object that [`Call::id_of`] returns.
impl Call<'_> {
    /// Creates an object. `fields` are all fields of the response; the ID is random unless `fields` contains one.
    pub(crate) fn create(&mut self, kind: &Kind, fields: Value) -> Handled {
        let object = self.draft(kind, fields);
        Ok(self.insert(kind, object))
    }

    /// Sets the named fields that the body contains, and `updated_at`.
    pub(crate) fn patch(&mut self, kind: &Kind, fields: &[&str]) -> Handled {
        let id = self.id_of(kind);
        let given: Vec<_> =
            fields.iter().filter_map(|name| Some(((*name).to_owned(), self.body.get(*name)?.clone()))).collect();
        let updated_at = self.timestamp();
        let object = self.change(kind, &id)?;
        object.fields.extend(given);
        touch(object, &updated_at);
        self.get(kind)
    }

    /// Removes an object at once; the response is empty.
    pub(crate) fn delete(&mut self, kind: &Kind) -> Handled {
        self.world.store.remove(kind, &self.locality(), &self.id_of(kind))?;
        Ok(Value::Null)
    }

    /// Sets the status `deleting` and removes the object after the duration of transient statuses; returns the object.
    pub(crate) fn delete_in_time(&mut self, kind: &Kind) -> Handled {
        let (id, now, over, updated_at) = (self.id_of(kind), self.now, self.world.settle, self.timestamp());
        let object = self.change(kind, &id)?;
        object.fields.insert("status".to_owned(), Value::from("deleting"));
        touch(object, &updated_at);
        object.vanish(now, over);
        self.get(kind)
    }
}

/// Steps of operations that read, for operations with code of their own.
impl<W: WorldRef> Call<'_, W> {
    /// The object with this ID in the region or zone of the call.
    pub(crate) fn find(&self, kind: &Kind, id: &str) -> Result<&Object, ApiError> {
        self.world.store.get(kind, &self.locality(), id)
    }

    /// Returns 409 while the object's `status` is transient.
    pub(crate) fn settled(&self, kind: &Kind, id: &str) -> Result<(), ApiError> {
        let object = self.find(kind, id)?;
        let status = object.text("status");
        if kind.transient.contains(&status) {
            return Err(ApiError::transient(kind.noun(), id, status));
        }
        Ok(())
    }

    /// An object as the API shows it.
    pub(crate) fn show(&self, kind: &Kind, object: &Object) -> Value {
        Value::Object(self.world.store.show(kind, object))
    }

    /// A page of the objects in the region or zone of the call for which `selected` returns true.
    pub(crate) fn page(&self, kind: &Kind, selected: impl Fn(&Object) -> bool) -> Value {
        let locality = self.locality();
        let is_visible = |object: &&Object| match &self.visibility {
            Visibility::All => true,
            Visibility::Projects(projects) => {
                let project = self.world.store.inherited(object, "project_id").and_then(Value::as_str);
                project.is_none_or(|project| projects.iter().any(|other| other == project))
            }
        };
        let objects = self.world.store.of(kind).filter(|object| object.locality == locality && selected(object));
        let objects = objects.filter(is_visible);
        let shown: Vec<_> = objects.map(|object| self.world.store.show(kind, object)).collect();
        let total = shown.len();
        json!({ kind.list: paging::page(shown, &self.query, kind, self.order), "total_count": total })
    }
}

/// Steps of operations that change objects, for operations with code of their own.
impl Call<'_> {
    /// Deletes the objects of these kinds whose field has this ID, as [`Call::delete_in_time`] does; returns their IDs.
    pub(crate) fn delete_parts(
        &mut self,
        kinds: &[&'static Kind],
        field: &str,
        id: &str,
    ) -> Result<Vec<String>, ApiError> {
        let (now, over) = (self.now, self.world.settle);
        let mut deleted = Vec::new();
        for kind in kinds {
            let own = self.world.store.of(kind).filter(|object| object.text(field) == id);
            let own: Vec<_> = own.map(|object| object.id.clone()).collect();
            for id in own {
                let object = self.change(kind, &id)?;
                object.fields.insert("status".to_owned(), Value::from("deleting"));
                object.vanish(now, over);
                deleted.push(id);
            }
        }
        Ok(deleted)
    }

    /// An object that is not in the store yet. Its ID is the one in `fields`, joined from the kind's `key`, or random.
    /// Add hidden fields, then call [`Call::insert`].
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

    /// Stores an object, and returns it as the API shows it.
    pub(crate) fn insert(&mut self, kind: &Kind, object: Object) -> Value {
        let shown = self.show(kind, &object);
        self.world.store.insert(object);
        shown
    }

    /// The object with this ID in the region or zone of the call, for changes.
    pub(crate) fn change(&mut self, kind: &Kind, id: &str) -> Result<&mut Object, ApiError> {
        let locality = self.locality();
        self.world.store.get_mut(kind, &locality, id)
    }

    /// Sets a transient `status`, and later the fields `then`.
    pub(crate) fn transition(&mut self, kind: &Kind, id: &str, status: &str, then: Value) -> Result<(), ApiError> {
        let (now, over) = (self.now, self.world.settle);
        let changed = self.change(kind, id)?;
        changed.fields.insert("status".to_owned(), Value::from(status));
        changed.settle(now, over, vec![object(then)]);
        Ok(())
    }
}

/// Sets the time of the last change, in the field and format of most APIs or of Instances.
pub(crate) fn touch(object: &mut Object, time: &str) {
    for (field, time) in [("updated_at", time.to_owned()), ("modification_date", clock::with_offset(time))] {
        if let Some(shown) = object.fields.get_mut(field) {
            *shown = Value::from(time);
        }
    }
}

/// The fields of a value written with `json!({...})`.
pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
