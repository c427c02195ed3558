//! The programs of each resource: from `tests/rpc/lifecycle.yaml`, with additions of `programs.yaml`.

use std::collections::BTreeMap;

use crate::places;
use catalog::{Catalog, Input, Resource};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

/// The entry of one resource in the tables.
#[derive(Clone, Debug, Deserialize)]
pub struct Program {
    /// Its token without the package.
    pub resource: String,
    /// Its name in the table, which is also the logical name.
    pub name: String,
    /// The smallest program.
    #[serde(default)]
    pub least: Json,
    /// The program that is deployed first.
    pub inputs: Json,
    /// The changes of an update in place.
    #[serde(default)]
    pub change: Json,
    /// The changes of the third program; generated if absent.
    #[serde(default)]
    more: Json,
}

/// The images and snapshots of its runs exist after `destroy`.
const BACKUP: &str = "instance/serverBackup:ServerBackup";

/// Whether it is an action after which other objects than its own remain, or are missing: the target of a promotion. The objects
/// are then not those of the program.
pub fn changes_others(resource: &Resource) -> bool {
    resource.token == BACKUP || resource.action.as_ref().is_some_and(|action| action.ends_target)
}

/// An entry of `programs.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Addition {
    /// The resource of a program that is not in `lifecycle.yaml`, as a parent of others.
    #[serde(default)]
    resource: Option<String>,
    #[serde(default)]
    least: Map<String, Json>,
    #[serde(default)]
    inputs: Map<String, Json>,
    #[serde(default)]
    change: Map<String, Json>,
    #[serde(default)]
    more: Json,
}

/// All programs, parents before their parts.
pub struct Table(pub Vec<Program>);

impl Table {
    /// Reads the tables.
    pub fn read() -> Self {
        let file = |path: &str| places::text(&places::project().join(path));
        let mut programs: Vec<Program> = serde_saphyr::from_str(&file("tests/rpc/lifecycle.yaml")).unwrap();
        let additions: BTreeMap<String, Addition> =
            serde_saphyr::from_str(&file("tests/schedules/programs.yaml")).unwrap();
        for (name, addition) in additions {
            if let Some(resource) = addition.resource {
                programs.insert(0, Program { name, inputs: Json::Object(addition.inputs), ..Program::of(&resource) });
                continue;
            }
            let program = programs.iter_mut().find(|program| program.name == name);
            let program = program.unwrap_or_else(|| panic!("lifecycle.yaml has no {name}"));
            program.least = merged(&program.least, &Json::Object(addition.least));
            program.inputs = merged(&program.inputs, &Json::Object(addition.inputs));
            program.change = merged(&program.change, &Json::Object(addition.change));
            program.more = addition.more;
        }
        Self(programs)
    }

    /// The dependencies of this resource, in order.
    pub fn parents(&self, program: &Program) -> Vec<&Program> {
        let mut needed = Vec::new();
        references(&json!([program.least, program.inputs, program.change, program.more]), &mut needed);
        let mut found: Vec<&Program> = Vec::new();
        for name in needed {
            let parent = self.0.iter().find(|parent| parent.name == name);
            let parent = parent.unwrap_or_else(|| panic!("{name} has no program"));
            for ancestor in self.parents(parent).into_iter().chain([parent]) {
                if !found.iter().any(|other| other.name == ancestor.name) {
                    found.push(ancestor);
                }
            }
        }
        found
    }
}

impl Program {
    /// A program without dependencies and inputs.
    pub fn of(resource: &str) -> Self {
        let (resource, name) = (resource.to_owned(), "main".to_owned());
        Self { resource, name, least: json!({}), inputs: json!({}), change: json!({}), more: Json::Null }
    }

    /// Whether an update of this program, or a third program, changes the property.
    pub fn changes(&self, property: &str) -> bool {
        [&self.change, &self.more].iter().any(|change| change.get(property).is_some())
    }

    /// The program of the update.
    pub fn changed(&self) -> Option<Json> {
        let is_empty = self.change.as_object().is_none_or(Map::is_empty);
        (!is_empty).then(|| merged(&self.inputs, &self.change))
    }

    /// The first program without its optional inputs, but with its name and locality.
    pub fn reduced(&self, catalog: &Catalog) -> Json {
        let properties = &catalog.resources[&self.resource].properties;
        let inputs = self.inputs.as_object().unwrap();
        let least: Vec<&String> = self.least.as_object().into_iter().flatten().map(|(name, _)| name).collect();
        if !least.iter().all(|name| inputs.contains_key(*name)) {
            return self.least.clone();
        }
        let stays = |name: &String| {
            least.contains(&name)
                || matches!(properties[name].input, Input::Auto | Input::Provider(_) | Input::Required)
        };
        Json::Object(inputs.iter().filter(|(name, _)| stays(name)).map(|(n, v)| (n.clone(), v.clone())).collect())
    }

    /// A program with one change in addition to `changed`.
    pub fn more(&self, catalog: &Catalog) -> Option<Json> {
        let changed = self.changed()?;
        if !self.more.is_null() {
            return Some(merged(&changed, &self.more));
        }
        let properties = &catalog.resources[&self.resource].properties;
        let can_change =
            |name: &str| properties.get(name).is_some_and(|property| property.input != Input::No && !property.replace);
        let third = |name: &str| match &changed[name] {
            Json::Array(_) => Some(json!(["three"])),
            Json::Object(_) => Some(json!({ "a": "three" })),
            Json::String(_) => Some(json!("third")),
            _ => None,
        };
        for name in ["description", "tags"] {
            if let Some(value) = third(name).filter(|_| can_change(name)) {
                return Some(merged(&changed, &json!({ name: value })));
            }
        }
        // Half of the change is reverted.
        let change = self.change.as_object().unwrap();
        let (name, _) = change.iter().next().filter(|_| change.len() > 1)?;
        Some(merged(&changed, &json!({ name: self.inputs.get(name).cloned().unwrap_or_default() })))
    }
}

/// A program with some inputs replaced; null removes one.
fn merged(program: &Json, change: &Json) -> Json {
    let mut merged = program.as_object().cloned().unwrap_or_default();
    for (name, value) in change.as_object().into_iter().flatten() {
        if value.is_null() {
            merged.remove(name);
        } else {
            merged.insert(name.clone(), value.clone());
        }
    }
    Json::Object(merged)
}

fn references(json: &Json, found: &mut Vec<String>) {
    match json {
        Json::String(text) if text.starts_with('$') => {
            let name = text[1..].split('.').next().unwrap_or_default().to_owned();
            if !found.contains(&name) {
                found.push(name);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| references(item, found)),
        Json::Object(map) => map.values().for_each(|value| references(value, found)),
        _ => {}
    }
}
