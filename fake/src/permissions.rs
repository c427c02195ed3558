//! Whether the permissions of the API key allow the call. An API key that was not created through IAM has all
//! permissions.
//!
//! This module is used only when the fake enforces permissions.

use serde_json::{Map, Value};

use crate::call::{Call, WorldRef};
use crate::products::iam;
use crate::response::ApiError;
use crate::rights::{Needed, Place, Visibility};
use crate::store::Store;

/// The objects that a call with this secret key may read, or an error.
pub(crate) fn check(call: &Call<'_, impl WorldRef>, token: &str, needed: &Needed) -> Result<Visibility, ApiError> {
    let store = &call.world.store;
    let Some(key) = iam::key_with_secret(store, token) else { return Ok(Visibility::All) };
    // An API key can always read itself.
    let is_own = call.parameters.get("access_key") == Some(&key.id);
    let own = needed.resource == "api_key" && needed.action == "read" && is_own;
    let Some(grants) = iam::grants(store, &key.id).filter(|_| !own) else { return Ok(Visibility::All) };
    grants.check(needed, &place(call, &key.id, needed))
}

/// The project of the call: the project of the object in the path, `project_id` of the body, the project of an object
/// in the body, or `project_id` of the query. A new object without any of these belongs to the default project of the
/// API key.
fn place(call: &Call<'_, impl WorldRef>, access_key: &str, needed: &Needed) -> Place {
    let store = &call.world.store;
    let named: Vec<&str> = call
        .parameters
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "region" | "zone"))
        .map(|(_, value)| value.as_str())
        .collect();
    let text = |fields: &Map<String, Value>, name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let of_body = || {
        let mut ids = call.body.iter().filter(|(name, _)| name.ends_with("_id")).filter_map(|(_, id)| id.as_str());
        ids.find_map(|id| project_of(store, id))
    };
    let found = named.iter().find_map(|id| project_of(store, id));
    let owner = |fields: &Map<String, Value>| text(fields, "project_id").or_else(|| text(fields, "project"));
    let found = found.or_else(|| owner(&call.body)).or_else(of_body);
    match found.or_else(|| owner(&call.query)) {
        Some(project) => Place::Project(project),
        None if named.is_empty() && needed.action == "write" => {
            let own = iam::default_project(store, access_key);
            Place::Project(own.unwrap_or_else(|| call.world.project.clone()))
        }
        None => Place::Anywhere,
    }
}

fn project_of(store: &Store, id: &str) -> Option<String> {
    let object = store.with_id(id).next()?;
    store.inherited(object, "project_id")?.as_str().map(str::to_owned)
}
