//! Migrates an exported stack from `pulumiverse_scaleway`: converts types, URNs, references and the provider.
//!
//! It reads only the JSON of `pulumi stack export`, sends no requests, and does not change encrypted values.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Catalog, CatalogError};
use engine::Urn;
use serde_json::{Map, Value as Json};
use thiserror::Error;

use crate::config::PACKAGE;
use crate::embedded::Embedded;

/// The package of `pulumiverse_scaleway`.
const PULUMIVERSE: &str = "scaleway";

/// Outputs that only the Terraform bridge reads.
const NOTES: [&str; 2] = ["__meta", "__pulumi_raw_state_delta"];

/// The list of inputs with defaults; this package has it too, but only at the top level.
const DEFAULTS: &str = "__defaults";

/// The settings of a provider that hold the API key.
const KEYS: [&str; 2] = ["accessKey", "secretKey"];

/// The key that distinguishes special values, such as secrets, from plain objects.
const SIGNATURE: &str = pulumi_rpc::SIGNATURE_KEY;

/// A migrated stack.
#[derive(Debug)]
pub struct Migrated {
    /// The stack for `pulumi stack import`.
    pub export: String,
    /// The number of migrated resources.
    pub taken: usize,
    /// The URNs of resources that stay in `pulumiverse_scaleway`, because this package does not have their type.
    pub left: Vec<String>,
    /// The number of pending operations, which do not change.
    pub pending: usize,
}

/// A stack cannot be migrated.
#[derive(Debug, Error)]
pub enum MigrateError {
    /// The input is not JSON.
    #[error("the input is not JSON: use the output of `pulumi stack export`")]
    NoJson(#[source] serde_json::Error),
    /// The JSON is not an exported stack.
    #[error("the input is not an exported stack: it has no `deployment`; use the output of `pulumi stack export`")]
    NoStack,
    /// A part of the stack has another form.
    #[error("`deployment.{0}` is not a list of objects: use the output of `pulumi stack export`")]
    NoList(&'static str),
    /// Two resources would have the same URN.
    #[error(
        "two resources would both be {0}: delete one of them from the stack with `pulumi state delete`, and export it again"
    )]
    Twice(String),
    /// The binary is damaged.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// Migrates an exported stack.
pub fn migrate(export: &str) -> Result<Migrated, MigrateError> {
    let embedded = Embedded::new();
    let mut export: Json = serde_json::from_str(export).map_err(MigrateError::NoJson)?;
    let deployment = export.get_mut("deployment").ok_or(MigrateError::NoStack)?;
    let mut stack = Stack { catalog: embedded.catalog()?, names: BTreeMap::new(), taken: 0, left: Vec::new() };
    let pending = match deployment {
        Json::Object(deployment) => stack.migrate(deployment)?,
        // A stack that was never deployed.
        Json::Null => 0,
        _ => return Err(MigrateError::NoStack),
    };
    let export = serde_json::to_string_pretty(&export).map_err(MigrateError::NoJson)?;
    Ok(Migrated { export, taken: stack.taken, left: stack.left, pending })
}

/// The data of the stack during the migration.
struct Stack<'a> {
    catalog: &'a Catalog,
    /// Old URNs and old references to providers, with the new ones.
    names: BTreeMap<String, String>,
    taken: usize,
    left: Vec<String>,
}

impl Stack<'_> {
    fn migrate(&mut self, deployment: &mut Map<String, Json>) -> Result<usize, MigrateError> {
        let resources = take_list(deployment, "resources")?;
        let mut pending = take_list(deployment, "pending_operations")?;
        let of_operations = pending.iter().filter_map(|operation| operation.get("resource"));
        let all: Vec<&Json> = resources.iter().chain(of_operations).collect();
        self.name(&all);
        let resources = self.with_providers(resources);
        let resources: Vec<Json> = resources.into_iter().map(|resource| self.resource(resource)).collect();
        for operation in &mut pending {
            if let Some(resource) = operation.get_mut("resource") {
                *resource = self.resource(resource.take());
            }
        }
        let resources = read_once(resources);
        only_once(&resources)?;
        let count = pending.len();
        put_list(deployment, "resources", resources);
        put_list(deployment, "pending_operations", pending);
        Ok(count)
    }

    /// The token of this package for a token of `pulumiverse_scaleway`, of the same generation of names.
    fn token(&self, token: &str) -> Option<String> {
        let bare = token.strip_prefix(PULUMIVERSE)?.strip_prefix(':')?;
        self.catalog.resource(token).map(|_| format!("{PACKAGE}:{bare}"))
    }

    /// Computes the new names.
    fn name(&mut self, resources: &[&Json]) {
        for resource in resources {
            let Some(urn) = text(resource, "urn") else { continue };
            let new = Urn::parse(urn).map(|urn| urn.with_types(|token| self.token(token)).to_string());
            if let Some(new) = new.filter(|new| new != urn) {
                self.names.insert(urn.to_owned(), new);
            }
        }
        let mut ids = BTreeMap::new();
        for resource in resources.iter().filter(|resource| is_peers_provider(resource)) {
            let (Some(urn), Some(id)) = (text(resource, "urn"), text(resource, "id")) else { continue };
            let Some(new) = Urn::parse(urn).map(provider_urn) else { continue };
            // An existing provider of this package keeps its ID.
            let there = resources.iter().find(|other| text(other, "urn") == Some(new.as_str()));
            // If `pulumiverse_scaleway` has several versions, the new provider gets the ID of the first.
            let first = *ids.entry(new.clone()).or_insert(id);
            let new_id = there.and_then(|there| text(there, "id")).unwrap_or(first);
            self.names.insert(format!("{urn}::{id}"), format!("{new}::{new_id}"));
        }
    }

    /// The resources with a provider of this package in addition to, or instead of, each provider of `pulumiverse_scaleway`.
    fn with_providers(&mut self, resources: Vec<Json>) -> Vec<Json> {
        let stays = |resource: &&Json| {
            text(resource, "type").is_some_and(|token| package(token) == PULUMIVERSE && self.token(token).is_none())
        };
        let needed: BTreeSet<String> = resources
            .iter()
            .filter(stays)
            .filter_map(|resource| text(resource, "provider"))
            .map(str::to_owned)
            .collect();
        let mut there: BTreeSet<String> =
            resources.iter().filter_map(|resource| text(resource, "urn")).map(str::to_owned).collect();
        let mut all = Vec::with_capacity(resources.len());
        for resource in resources {
            let urn = text(&resource, "urn").unwrap_or_default().to_owned();
            if !is_peers_provider(&resource) {
                all.push(resource);
                continue;
            }
            let reference = format!("{urn}::{}", text(&resource, "id").unwrap_or_default());
            let ours = Urn::parse(&urn).map(provider_urn).filter(|new| there.insert(new.clone()));
            let ours = ours.map(|new| provider(resource.clone(), &new));
            if needed.contains(&reference) {
                all.push(resource);
            } else if let Some(new) = self.names.get(&reference).and_then(|new| new.rsplit_once("::")) {
                // Other references to the old provider, such as those of children, become references to the new one.
                let new = new.0.to_owned();
                self.names.insert(urn, new);
            }
            all.extend(ours);
        }
        all
    }

    /// One resource with its new names; migrated resources lose the outputs of the Terraform bridge.
    fn resource(&mut self, mut resource: Json) -> Json {
        let token = text(&resource, "type").unwrap_or_default().to_owned();
        let Some(fields) = resource.as_object_mut() else { return resource };
        match self.token(&token) {
            Some(ours) => {
                self.taken += 1;
                fields.insert("type".to_owned(), Json::from(ours));
                remove_notes(fields);
            }
            None if package(&token) == PULUMIVERSE => {
                // Its provider stays in `pulumiverse_scaleway`.
                let provider = fields.remove("provider");
                self.left.extend(fields.get("urn").and_then(Json::as_str).map(str::to_owned));
                fields.values_mut().for_each(|value| self.rename(value));
                fields.extend(provider.map(|provider| ("provider".to_owned(), provider)));
                return resource;
            }
            None => {}
        }
        self.aliases(fields);
        fields.values_mut().for_each(|value| self.rename(value));
        resource
    }

    /// The aliases of a resource without its current URN.
    fn aliases(&self, fields: &mut Map<String, Json>) {
        let urn = fields.get("urn").and_then(Json::as_str).unwrap_or_default();
        let own = self.names.get(urn).map_or(urn, String::as_str).to_owned();
        let Some(Json::Array(aliases)) = fields.get_mut("aliases") else { return };
        for alias in aliases.iter_mut() {
            let new =
                alias.as_str().and_then(Urn::parse).map(|urn| urn.with_types(|token| self.token(token)).to_string());
            if let Some(new) = new {
                *alias = Json::from(new);
            }
        }
        aliases.retain(|alias| alias.as_str() != Some(own.as_str()));
    }

    /// Replaces each string that is an old name, except in encrypted values.
    fn rename(&self, value: &mut Json) {
        match value {
            Json::String(text) => {
                if let Some(new) = self.names.get(text.as_str()) {
                    new.clone_into(text);
                }
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.rename(item)),
            Json::Object(fields) if is_secret(fields) => {}
            Json::Object(fields) => fields.values_mut().for_each(|value| self.rename(value)),
            _ => {}
        }
    }
}

/// Removes the outputs of the Terraform bridge from a resource.
fn remove_notes(fields: &mut Map<String, Json>) {
    if let Some(Json::Object(outputs)) = fields.get_mut("outputs") {
        outputs.retain(|name, _| !NOTES.contains(&name.as_str()) && name != DEFAULTS);
        outputs.values_mut().for_each(remove_defaults);
    }
    if let Some(Json::Object(inputs)) = fields.get_mut("inputs") {
        let nothing = |value: &Json| value.as_array().is_none_or(Vec::is_empty);
        inputs.retain(|name, value| name != DEFAULTS || !nothing(value));
        inputs.iter_mut().filter(|(name, _)| *name != DEFAULTS).for_each(|(_, value)| remove_defaults(value));
    }
}

/// Removes the notes of the Terraform bridge from all objects within an input.
fn remove_defaults(value: &mut Json) {
    match value {
        Json::Object(fields) if is_secret(fields) => {}
        Json::Object(fields) => {
            fields.remove(DEFAULTS);
            fields.values_mut().for_each(remove_defaults);
        }
        Json::Array(items) => items.iter_mut().for_each(remove_defaults),
        _ => {}
    }
}

/// A provider of this package from a provider of `pulumiverse_scaleway`: the settings have the same names.
fn provider(mut old: Json, urn: &str) -> Json {
    let Some(fields) = old.as_object_mut() else { return old };
    fields.insert("urn".to_owned(), Json::from(urn));
    fields.insert("type".to_owned(), Json::from(format!("pulumi:providers:{PACKAGE}")));
    for part in ["inputs", "outputs"] {
        let Some(Json::Object(settings)) = fields.get_mut(part) else { continue };
        settings.remove("pluginDownloadURL");
        // The SDK of `pulumiverse_scaleway` writes the API key of the environment into the state. The program sets its key again.
        for key in KEYS {
            settings.remove(key);
        }
        if let Some(version) = settings.get_mut("version") {
            *version = Json::from(env!("CARGO_PKG_VERSION"));
        }
        if let Some(Json::Object(internal)) = settings.get_mut("__internal") {
            internal.remove("pluginDownloadURL");
        }
    }
    old
}

/// The URN of the new provider for an old one. The engine names default providers after their version.
fn provider_urn(urn: Urn<'_>) -> String {
    let ours = format!("pulumi:providers:{PACKAGE}");
    let version = env!("CARGO_PKG_VERSION").replace(['.', '-', '+'], "_");
    let theirs = format!("pulumi:providers:{PULUMIVERSE}");
    let urn = urn.with_types(|token| (token == theirs).then(|| ours.clone()));
    urn.with_name(|name| name.starts_with("default_").then(|| format!("default_{version}"))).to_string()
}

/// Removes the second state of a resource that is only read: a failed `up` before the migration has read it under the new type.
fn read_once(mut resources: Vec<Json>) -> Vec<Json> {
    let mut seen = BTreeSet::new();
    resources.retain(|resource| {
        let is_read = resource.get("external") == Some(&Json::Bool(true));
        !is_read || text(resource, "urn").is_none_or(|urn| seen.insert(urn.to_owned()))
    });
    resources
}

/// Rejects two resources with the same URN; a resource pending deletion can have the URN of its successor.
fn only_once(resources: &[Json]) -> Result<(), MigrateError> {
    let mut seen = BTreeSet::new();
    for resource in resources.iter().filter(|resource| resource.get("delete") != Some(&Json::Bool(true))) {
        let Some(urn) = text(resource, "urn") else { continue };
        if !seen.insert(urn) {
            return Err(MigrateError::Twice(urn.to_owned()));
        }
    }
    Ok(())
}

fn is_peers_provider(resource: &Json) -> bool {
    text(resource, "type").and_then(|token| token.strip_prefix("pulumi:providers:")) == Some(PULUMIVERSE)
}

fn is_secret(fields: &Map<String, Json>) -> bool {
    fields.get(SIGNATURE).and_then(Json::as_str) == Some(pulumi_rpc::signature::SECRET)
}

fn package(token: &str) -> &str {
    token.split(':').next().unwrap_or_default()
}

fn text<'a>(resource: &'a Json, field: &str) -> Option<&'a str> {
    resource.get(field)?.as_str()
}

/// The list with this name, empty if it does not exist. Each element is an object.
fn take_list(deployment: &mut Map<String, Json>, name: &'static str) -> Result<Vec<Json>, MigrateError> {
    match deployment.get_mut(name) {
        None | Some(Json::Null) => Ok(Vec::new()),
        Some(Json::Array(list)) if list.iter().all(Json::is_object) => Ok(std::mem::take(list)),
        Some(_) => Err(MigrateError::NoList(name)),
    }
}

/// Sets the list, or omits an empty list that did not exist.
fn put_list(deployment: &mut Map<String, Json>, name: &str, list: Vec<Json>) {
    if !list.is_empty() || deployment.contains_key(name) {
        deployment.insert(name.to_owned(), Json::from(list));
    }
}

#[cfg(test)]
#[path = "migrate_state_tests.rs"]
mod tests;
