//! Who may do what: the policies of whoever bears the key, the rules in them, and what an operation takes.
//!
//! Only asked when the fake shall enforce permissions. A key that was not made here is the owner's, who may do
//! everything. Conditions of rules are not looked at: a rule with one counts as if it held.

mod areas;

use serde_json::{Map, Value};

pub(crate) use areas::{Needed, is_of_organization, needed, needed_in_storage};

use crate::answer::Refusal;
use crate::call::Call;
use crate::products::iam;
use crate::store::Store;

/// What somebody may do: each rule's permission sets, and the projects they hold in (`None`: the whole organization).
#[derive(Clone, Debug, Default)]
pub(crate) struct Grants(pub(crate) Vec<(Vec<String>, Option<Vec<String>>)>);

/// Where an operation is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In this project.
    Project(String),
    /// In all projects that the caller may look at.
    Anywhere,
}

/// The objects that somebody may see in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// All of them.
    All,
    /// Those in these projects.
    Projects(Vec<String>),
}

impl Grants {
    /// What may be seen with one of these sets; nothing at all when no rule holds there.
    fn sight(&self, needed: &Needed, place: &Place) -> Option<Sight> {
        let fitting = self.0.iter().filter(|(sets, _)| sets.iter().any(|set| needed.sets.contains(&set.as_str())));
        let mut projects = Vec::new();
        for (_, scope) in fitting {
            match scope {
                None => return Some(Sight::All),
                Some(_) if needed.organization => {}
                Some(scope) => projects.extend(scope.iter().cloned()),
            }
        }
        let fits = match place {
            Place::Project(project) => projects.contains(project),
            Place::Anywhere => !projects.is_empty(),
        };
        fits.then_some(Sight::Projects(projects))
    }

    /// Refuses, as Scaleway words it, what no rule allows; else tells what may be seen.
    pub(crate) fn check(&self, needed: &Needed, place: &Place) -> Result<Sight, Refusal> {
        self.sight(needed, place).ok_or_else(|| Refusal::denied(needed.resource, needed.action))
    }
}

/// What a call of the API with this key may see, or its refusal.
pub(crate) fn check(call: &Call<'_>, token: &str, needed: &Needed) -> Result<Sight, Refusal> {
    let store = &call.world.store;
    let Some(key) = iam::key_with_secret(store, token) else { return Ok(Sight::All) };
    // Everybody may look at the key in hand.
    let is_own = call.parameters.get("access_key") == Some(&key.id);
    let own = needed.resource == "api_key" && needed.action == "read" && is_own;
    let Some(grants) = iam::grants(store, &key.id).filter(|_| !own) else { return Ok(Sight::All) };
    grants.check(needed, &place(call, &key.id, needed))
}

/// The project of what the call is about: of the object that its path names, else the one the body tells, else that of
/// what the body names, else the one the query asks for. What is made without a word goes where the key belongs.
fn place(call: &Call<'_>, access_key: &str, needed: &Needed) -> Place {
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
    let found = found.or_else(|| text(&call.body, "project_id")).or_else(of_body);
    match found.or_else(|| text(&call.query, "project_id")) {
        Some(project) => Place::Project(project),
        None if named.is_empty() && needed.action == "write" => {
            let own = iam::default_project(store, access_key);
            Place::Project(own.unwrap_or_else(|| call.world.project.clone()))
        }
        None => Place::Anywhere,
    }
}

fn project_of(store: &Store, id: &str) -> Option<String> {
    let object = store.all().find(|object| object.id == id)?;
    store.inherited(object, "project_id")?.as_str().map(str::to_owned)
}
