//! The objects that exist when the fake starts, read from JSON.
//!
//! ```json
//! {
//!   "organization_id": "5ca1e3a7-fa4e-4000-8000-000000000001",
//!   "default_project_id": "5ca1e3a7-fa4e-4000-8000-000000000001",
//!   "keys": ["11111111-1111-4111-8111-111111111111"],
//!   "objects": [
//!     { "kind": "account/project", "id": "5ca1e3a7-fa4e-4000-8000-000000000002", "fields": { "name": "staging" } },
//!     { "kind": "registry/namespace", "locality": "fr-par", "id": "5ca1e3a7-fa4e-4000-8000-000000000003",
//!       "fields": { "name": "main", "region": "fr-par", "status": "ready" } }
//!   ]
//! }
//! ```
//!
//! All fields are optional. Without `keys` any secret key is accepted. `fields` are the fields of responses and are
//! validated against the API document; `locality` is the region or zone, empty for global kinds. The default project
//! and the owner of the organization always exist.

use jiff::Timestamp;
use scaleway_api::{Document, Rules};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::Error;
use crate::call::{OWNER, PROJECT, object};
use crate::clock;
use crate::facts;
use crate::products::{self, account, iam};
use crate::store::{Kind, Object, Store};

/// As recorded, an organization and its default project have the same ID. This one is invented.
pub const DEFAULT_ORGANIZATION: &str = "5ca1e3a7-fa4e-4000-8000-000000000001";

/// The objects that exist at the start; the module documents its JSON.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// The organization of all objects.
    #[serde(default = "default_organization")]
    pub organization_id: String,
    /// The default project of requests.
    #[serde(default = "default_organization")]
    pub default_project_id: String,
    /// The accepted secret keys, besides those created through IAM; any if omitted.
    #[serde(default)]
    pub keys: Option<Vec<String>>,
    /// The objects.
    #[serde(default)]
    pub objects: Vec<SeedObject>,
}

/// An object of the seed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedObject {
    /// Product and noun, such as `registry/namespace`.
    pub kind: String,
    /// The region or zone; empty for global kinds.
    #[serde(default)]
    pub locality: String,
    /// Its ID.
    pub id: String,
    /// The fields of responses.
    #[serde(default)]
    pub fields: Map<String, Value>,
}

impl Default for Seed {
    fn default() -> Self {
        Self {
            organization_id: default_organization(),
            default_project_id: default_organization(),
            keys: None,
            objects: Vec::new(),
        }
    }
}

impl Seed {
    /// Reads a seed from JSON.
    pub fn parse(json: &str) -> Result<Self, Error> {
        serde_json::from_str(json).map_err(|source| Error::Seed { message: source.to_string() })
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
        let wrong = |message: String| Error::Seed { message: format!("{} {}: {message}", seed.kind, seed.id) };
        let (kind, document) = products::kind(&seed.kind).ok_or_else(|| wrong("there is no such kind".to_owned()))?;
        if let Some(document) = document {
            return validated(seed, kind, document);
        }
        let project = &self.default_project_id;
        let fields = products::object::seeded_fields(kind, &seed.locality, &seed.id, project, now, &seed.fields);
        Ok(Object::new(kind, &seed.locality, &seed.id, fields.map_err(wrong)?))
    }
}

fn validated(seed: &SeedObject, kind: &Kind, document: &Document) -> Result<Object, Error> {
    let wrong = |message: String| Error::Seed { message: format!("{} {}: {message}", seed.kind, seed.id) };
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
        Some(violation) => Err(wrong(format!("{}: {}", violation.path, violation.message))),
        None => Ok(object),
    }
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
