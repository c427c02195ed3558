//! Adds the permission sets of API operations (`resources/permissions.yaml`) to the resources that call them.

use catalog::Permission;
use serde_json::Value as Json;

use crate::descriptor::permissions::PermissionsFile;
use crate::findings::{Findings, Place};
use crate::resolve::Resolved;

/// Adds to each resource the permission set of each of its operations. Without the file, nothing is added.
pub(crate) fn settle(file: &PermissionsFile, resolved: &mut [Resolved<'_>], findings: &mut Findings) {
    if file.areas.is_empty() {
        return;
    }
    check(file, findings);
    for one in resolved {
        let mut written = vec![serde_json::to_value(&one.resource).unwrap_or_default()];
        written.extend(one.lookup.as_ref().map(|lookup| serde_json::to_value(&lookup.function).unwrap_or_default()));
        let mut operations = Vec::new();
        for json in &written {
            collect(json, &mut operations);
        }
        for (id, method, path) in operations {
            let Some(document) = document_of(id, method, path) else { continue };
            if file.public.contains(&document.name) {
                continue;
            }
            match needed(file, document, id, method) {
                Some(permission) => {
                    one.resource.permissions.insert(id.to_owned(), permission);
                }
                None => findings.mistake(one.place, format!("permissions.yaml has no permission set for {id}")),
            }
        }
    }
}

/// All operations of a resource.
fn collect<'a>(json: &'a Json, operations: &mut Vec<(&'a str, &'a str, &'a str)>) {
    match json {
        Json::Object(fields) => {
            let text = |name: &str| fields.get(name).and_then(Json::as_str);
            if let (Some(id), Some(method), Some(path)) = (text("id"), text("method"), text("path")) {
                operations.push((id, method, path));
            }
            fields.values().for_each(|inner| collect(inner, operations));
        }
        Json::Array(items) => items.iter().for_each(|inner| collect(inner, operations)),
        _ => {}
    }
}

fn document_of(id: &str, method: &str, path: &str) -> Option<&'static scaleway_api::Document> {
    scaleway_api::documents().iter().find(|document| {
        let same = |operation: &&scaleway_api::Operation| {
            operation.id == id && operation.method.name() == method && operation.path.to_string() == path
        };
        document.operations.iter().any(|operation| same(&operation))
    })
}

fn needed(file: &PermissionsFile, document: &scaleway_api::Document, id: &str, method: &str) -> Option<Permission> {
    let area = file.areas.get(&document.name)?;
    let exception =
        area.exceptions.iter().find(|exception| exception.operations.iter().any(|operation| operation == id));
    let (read, change, organization) = match exception {
        Some(exception) => (&exception.read, &exception.change, exception.organization),
        None => (&area.read, &area.change, area.organization),
    };
    let reads = matches!(method, "GET" | "HEAD");
    Some(Permission { set: if reads { read } else { change }.clone(), reads, organization })
}

fn check(file: &PermissionsFile, findings: &mut Findings) {
    let place = Place::file("resources/permissions.yaml");
    for (name, area) in &file.areas {
        let place = place.at(name);
        let Some(document) = scaleway_api::document(name) else {
            findings.mistake(&place, "there is no API document with this name");
            continue;
        };
        for operation in area.exceptions.iter().flat_map(|exception| &exception.operations) {
            if document.operation(operation).is_none() {
                findings.mistake(&place.at("exceptions"), format!("there is no operation \"{operation}\" in {name}"));
            }
        }
    }
}
