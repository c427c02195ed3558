//! Adds the permission sets of API operations (`resources/permissions.yaml`) to the resources that call them.

use catalog::Permission;

use crate::descriptor::permissions::PermissionsFile;
use crate::findings::{Findings, Place};
use crate::operations::{self, Sent};
use crate::resolve::Resolved;

/// Adds to each resource the permission set of each of its operations. Without the file, nothing is added.
pub(crate) fn settle(file: &PermissionsFile, resolved: &mut [Resolved<'_>], findings: &mut Findings) {
    if file.areas.is_empty() {
        return;
    }
    check(file, findings);
    for one in resolved {
        for Sent { document, operation, .. } in operations::of(one) {
            if file.public.iter().chain(&file.undocumented).any(|name| *name == document.name) {
                continue;
            }
            let id = &operation.id;
            match needed(file, document, id, operation.method.name()) {
                Some(permission) => {
                    one.resource.permissions.insert(id.clone(), permission);
                }
                None => findings.mistake(one.place, format!("permissions.yaml has no permission set for {id}")),
            }
        }
    }
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
