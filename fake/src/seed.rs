//! The objects that exist when the fake starts, read from JSON.
//!
//! ```json
//! {
//!   "organization_id": "5ca1e3a7-fa4e-4000-8000-000000000001",
//!   "default_project_id": "5ca1e3a7-fa4e-4000-8000-000000000001",
//!   "keys": ["11111111-1111-4111-8111-111111111111"],
//!   "external_domains": ["shop.example"],
//!   "objects": [
//!     { "kind": "account/project", "id": "5ca1e3a7-fa4e-4000-8000-000000000002", "fields": { "name": "staging" } },
//!     { "kind": "registry/namespace", "locality": "fr-par", "id": "5ca1e3a7-fa4e-4000-8000-000000000003",
//!       "fields": { "name": "main", "region": "fr-par", "status": "ready" } }
//!   ]
//! }
//! ```
//!
//! All fields are optional. Without `keys` any secret key is accepted. Reverse names below `external_domains` resolve.
//! `fields` are the fields of responses and are validated against the API document; `locality` is the region or zone,
//! empty for global kinds. The default project and the owner of the organization always exist.
//!
//! [`Seed::of`] exports all objects of a running fake. Its objects have further fields: `hidden` (secrets, parents that
//! only the path contains), `provided`, `complete`, `pending` (changes at a time) and `content` (of Object Storage, in base64).

use std::collections::BTreeMap;

use axum::body::Bytes;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use scaleway_api::{Document, Rules};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::Error;
use crate::call::{OWNER, PROJECT, World, object};
use crate::clock;
use crate::facts;
use crate::products::{self, account, iam};
use crate::state::Server;
use crate::store::{Change, Kind, Object, Store};

/// As recorded, an organization and its default project have the same ID. This one is invented.
pub const DEFAULT_ORGANIZATION: &str = "5ca1e3a7-fa4e-4000-8000-000000000001";

/// The objects that exist at the start; the module documents its JSON.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// The organization of all objects.
    #[serde(default = "default_organization")]
    pub organization_id: String,
    /// The default project of requests.
    #[serde(default = "default_organization")]
    pub default_project_id: String,
    /// The accepted secret keys, besides those created through IAM; any if omitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<String>>,
    /// Domains whose DNS is not at Scaleway: names below them resolve to every address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external_domains: Vec<String>,
    /// The objects.
    #[serde(default)]
    pub objects: Vec<SeedObject>,
}

/// An object of the seed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SeedObject {
    /// Product and noun, such as `registry/namespace`.
    pub kind: String,
    /// The region or zone; empty for global kinds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub locality: String,
    /// Its ID.
    pub id: String,
    /// The fields of responses.
    #[serde(default)]
    pub fields: Map<String, Value>,
    /// Fields that responses do not contain.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub hidden: Map<String, Value>,
    /// Whether Scaleway created the object by itself.
    #[serde(default, skip_serializing_if = "is_false")]
    pub provided: bool,
    /// Whether `fields` are all fields of an object that no API document describes, as in an export.
    #[serde(default, skip_serializing_if = "is_false")]
    pub complete: bool,
    /// Changes that happen later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<SeedChange>,
    /// The content of an object or part of Object Storage, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// A change of an object at a time.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SeedChange {
    /// The time in RFC 3339.
    pub at: String,
    /// The fields that change; without them the object is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<Map<String, Value>>,
}

impl Default for Seed {
    fn default() -> Self {
        Self {
            organization_id: default_organization(),
            default_project_id: default_organization(),
            keys: None,
            external_domains: Vec::new(),
            objects: Vec::new(),
        }
    }
}

impl Seed {
    /// Reads a seed from JSON.
    pub fn parse(json: &str) -> Result<Self, Error> {
        serde_json::from_str(json).map_err(|source| Error::Seed { message: source.to_string() })
    }

    /// All objects of the fake, with secrets.
    pub(crate) fn of(world: &World) -> Self {
        let exported = |found: &Object| SeedObject {
            kind: found.kind.to_owned(),
            locality: found.locality.clone(),
            id: found.id.clone(),
            fields: found.fields.clone(),
            hidden: found.hidden.clone(),
            provided: found.provided,
            complete: products::kind(found.kind).is_some_and(|(_, document)| document.is_none()),
            pending: found.pending.iter().map(SeedChange::of).collect(),
            content: world.contents.get(&found.id).map(|content| BASE64_STANDARD.encode(content)),
        };
        // The token of remote clients is a setting of the process.
        let is_own = |key: &&String| world.remote_token.as_ref() != Some(*key);
        let keys = world.keys.as_ref().map(|keys| keys.iter().filter(is_own).cloned().collect::<Vec<_>>());
        Self {
            organization_id: world.organization.clone(),
            default_project_id: world.project.clone(),
            keys: keys.filter(|keys| !keys.is_empty() || world.remote_token.is_none()),
            external_domains: world.external_domains.clone(),
            objects: world.store.all().map(exported).collect(),
        }
    }

    /// The content of objects and parts of Object Storage, by their IDs in the store.
    pub(crate) fn to_contents(&self) -> Result<BTreeMap<String, Bytes>, Error> {
        let decoded = |seed: &SeedObject| {
            let content = BASE64_STANDARD.decode(seed.content.as_deref()?);
            let content = content.map_err(|error| seed.wrong(&format!("content: {error}")));
            Some(content.map(|content| (seed.id.clone(), Bytes::from(content))))
        };
        self.objects.iter().filter_map(decoded).collect()
    }

    /// The store with all objects of the seed.
    pub(crate) fn to_store(&self, now: Timestamp) -> Result<Store, Error> {
        let mut store = Store::default();
        let started = now;
        let now = clock::micros(now);
        let project = account::project("default", &self.organization_id, &now);
        store.insert(Object::new(&PROJECT, "", &self.default_project_id, object(project)));
        store.insert(Object::new(&iam::USER, "", OWNER, object(owner(&self.organization_id, &now))));
        for seed in &self.objects {
            store.insert(self.object(seed, started)?);
        }
        Ok(store)
    }

    fn object(&self, seed: &SeedObject, now: Timestamp) -> Result<Object, Error> {
        let (kind, document) = products::kind(&seed.kind).ok_or_else(|| seed.wrong("there is no such kind"))?;
        let mut object = match document {
            Some(document) => validated(seed, kind, document)?,
            None if seed.complete => Object::new(kind, &seed.locality, &seed.id, seed.fields.clone()),
            None => {
                let project = &self.default_project_id;
                let fields =
                    products::object::seeded_fields(kind, &seed.locality, &seed.id, project, now, &seed.fields);
                Object::new(kind, &seed.locality, &seed.id, fields.map_err(|message| seed.wrong(&message))?)
            }
        };
        object.hidden.extend(seed.hidden.clone());
        object.provided = seed.provided;
        let pending = seed.pending.iter().map(SeedChange::to_pending).collect::<Result<_, _>>();
        object.pending = pending.map_err(|error| seed.wrong(&format!("pending: {error}")))?;
        Ok(object)
    }
}

impl SeedObject {
    fn wrong(&self, message: &str) -> Error {
        Error::Seed { message: format!("{} {}: {message}", self.kind, self.id) }
    }
}

impl SeedChange {
    fn of((at, change): &(Timestamp, Change)) -> Self {
        let fields = match change {
            Change::Become(fields) => Some(fields.clone()),
            Change::Vanish => None,
        };
        Self { at: at.to_string(), fields }
    }

    fn to_pending(&self) -> Result<(Timestamp, Change), jiff::Error> {
        Ok((self.at.parse()?, self.fields.clone().map_or(Change::Vanish, Change::Become)))
    }
}

impl Server {
    /// Replaces all objects by those of the seed. The accepted secret keys stay.
    pub(crate) fn restore(&self, seed: &Seed) -> Result<(), Error> {
        let (store, contents) = (seed.to_store(self.clock.now())?, seed.to_contents()?);
        let mut world = self.write();
        world.store = store;
        world.contents = contents;
        world.organization.clone_from(&seed.organization_id);
        world.project.clone_from(&seed.default_project_id);
        world.external_domains.clone_from(&seed.external_domains);
        Ok(())
    }
}

fn validated(seed: &SeedObject, kind: &Kind, document: &Document) -> Result<Object, Error> {
    let object = Object::new(kind, &seed.locality, &seed.id, seed.fields.clone());
    // A test ensures that all kinds have their schemas.
    let violations = document
        .schema(kind.schema)
        .map(|schema| document.validate(schema, &Value::Object(object.fields.clone()), Rules::STRICT));
    let mut violations = violations.unwrap_or_default();
    // Responses have fields that no document declares.
    violations.retain(|violation| {
        let name = violation.path.rsplit('.').next().unwrap_or(&violation.path);
        !facts::is_lenient(&document.name, name)
    });
    match violations.first() {
        Some(violation) => Err(seed.wrong(&format!("{}: {}", violation.path, violation.message))),
        None => Ok(object),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde needs")]
fn is_false(value: &bool) -> bool {
    !value
}

fn default_organization() -> String {
    DEFAULT_ORGANIZATION.to_owned()
}

fn owner(organization: &str, now: &str) -> Value {
    json!({
        "email": "owner@example.org",
        "username": "owner@example.org",
        "first_name": "",
        "last_name": "",
        "phone_number": "",
        "locale": "en_US",
        "organization_id": organization,
        "deletable": false,
        "last_login_at": null,
        "type": "owner",
        "two_factor_enabled": true,
        "status": "activated",
        "mfa": true,
        "account_root_user_id": OWNER,
        "tags": [],
        "locked": false,
        "created_at": now,
        "updated_at": now,
    })
}
