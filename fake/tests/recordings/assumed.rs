//! The objects that existed before a recording began.
//!
//! `assumed.yaml` lists their kinds. They are added to the seed as they were first recorded, so a response with such an object
//! tests the fake only if a request has changed it; there are few of them. This module does not send requests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use recordings::{Exchange, Recording};
use scaleway_api::Method;
use scaleway_fake::{DEFAULT_ORGANIZATION, Seed};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::ids::{ids_in, is_id, strings};

/// `assumed.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assumed {
    existed: Vec<Existed>,
    /// Operations with a list that is compared by the elements that both responses contain.
    common: BTreeSet<String>,
    /// Fields that responses lack although the API documents declare them as always present, after the operation.
    pub(crate) lacking: BTreeSet<String>,
}

/// Answers that contain objects of a kind that existed before.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Existed {
    document: String,
    operation: String,
    /// The field of the list; absent for a single object.
    list: Option<String>,
    kind: String,
}

static ASSUMED: LazyLock<Assumed> = LazyLock::new(Assumed::read);

impl Assumed {
    pub(crate) fn read() -> Self {
        serde_saphyr::from_str(include_str!("assumed.yaml")).unwrap()
    }
}

/// Removes the elements that only one of two responses contains.
pub(crate) fn retain_common(operation: &str, one: &mut Value, other: &mut Value) {
    if !ASSUMED.common.contains(operation) {
        return;
    }
    let (Some(one), Some(other)) = (one.as_object_mut(), other.as_object_mut()) else { return };
    for (name, one) in one {
        let (Some(one), Some(other)) = (one.as_array_mut(), other.get_mut(name).and_then(Value::as_array_mut)) else {
            continue;
        };
        let is_in = |list: &[Value], id: &Value| list.iter().any(|element| element["id"] == *id);
        one.retain(|element| is_in(other, &element["id"]));
        other.retain(|element| is_in(one, &element["id"]));
    }
}

/// The placeholder for the organization in recorded queries.
pub(crate) const NAMELESS_ORGANIZATION: &str = "11111111-1111-1111-1111-111111111111";

/// The seed for the replay of a recording.
pub(crate) fn seed(recording: &Recording) -> Seed {
    let organization = organization(recording);
    let mut objects: BTreeMap<(String, String), Value> = BTreeMap::new();
    // An object that the response to a change contains first did not exist before.
    let mut created: BTreeSet<String> = BTreeSet::new();
    for exchange in &recording.exchanges {
        if exchange.method != "GET" {
            created.extend(ids_in(&exchange.response));
            // Bought domains, which are identified by their names.
            let names = exchange.response["domains"].as_array().into_iter().flatten();
            created.extend(names.filter_map(Value::as_str).map(str::to_owned));
        }
        for (kind, locality, id, fields) in shown(exchange) {
            if created.contains(&id) || (kind == "account/project" && id == organization) {
                continue;
            }
            let object = json!({ "kind": kind, "locality": locality, "id": id, "fields": fields });
            objects.entry((kind.to_owned(), id)).or_insert(object);
        }
    }
    for id in projects(recording).into_iter().filter(|id| !created.contains(id) && *id != organization) {
        let fields = json!({ "name": id, "description": "", "organization_id": organization });
        let project = json!({ "kind": "account/project", "id": id, "fields": fields });
        objects.entry(("account/project".to_owned(), id)).or_insert(project);
    }
    let objects: Vec<_> = objects.into_values().collect();
    let seed = json!({ "organization_id": organization, "default_project_id": organization, "objects": objects });
    Seed::parse(&seed.to_string()).unwrap()
}

/// The objects in a response whose kinds may have existed before.
fn shown(exchange: &Exchange) -> Vec<(&'static str, String, String, &Value)> {
    let method = Method::from_name(&exchange.method);
    let matched = method.and_then(|method| scaleway_api::find(method, &exchange.path));
    let Some((document, matched)) = matched.filter(|_| exchange.status == 200) else {
        return Vec::new();
    };
    let region = matched.parameters.get("region").or_else(|| matched.parameters.get("zone"));
    let region = region.cloned().unwrap_or_default();
    let entry = ASSUMED.existed.iter();
    let mut entry = entry.filter(|entry| entry.document == document.name && entry.operation == matched.operation.id);
    match entry.next() {
        Some(Existed { list: None, kind, .. }) => vec![(kind, region, id_of(&exchange.response), &exchange.response)],
        Some(Existed { list: Some(list), kind, .. }) => {
            let elements = match &exchange.response[list] {
                Value::Array(elements) => elements.iter().map(|element| (id_of(element), element)).collect(),
                // A map has the objects by their names.
                Value::Object(elements) => elements.iter().map(|(name, element)| (name.clone(), element)).collect(),
                _ => Vec::new(),
            };
            elements.into_iter().map(|(id, element)| (kind.as_str(), region.clone(), id, element)).collect()
        }
        None => Vec::new(),
    }
}

/// The ID of an object; that of a domain is its name.
fn id_of(fields: &Value) -> String {
    fields["id"].as_str().or(fields["domain"].as_str()).unwrap_or_default().to_owned()
}

/// The organization of the objects in the recording.
pub(crate) fn organization(recording: &Recording) -> String {
    let values = recording.exchanges.iter().flat_map(|exchange| [&exchange.request, &exchange.response]);
    let named = values.into_iter().find_map(|value| strings(value, "organization_id").into_iter().next());
    let named = named.or_else(|| {
        // Instances have it in `organization`; images of Scaleway have another one.
        let mut answers = recording.exchanges.iter().filter(|exchange| exchange.method == "POST");
        answers.find_map(|exchange| strings(&exchange.response, "organization").into_iter().next())
    });
    named.unwrap_or_else(|| DEFAULT_ORGANIZATION.to_owned())
}

/// The projects that requests name.
fn projects(recording: &Recording) -> BTreeSet<String> {
    let named = |exchange: &Exchange| {
        [strings(&exchange.request, "project_id"), strings(&exchange.request, "project")].concat()
    };
    let bodies = recording.exchanges.iter().flat_map(named);
    let queries = recording.exchanges.iter().flat_map(|exchange| exchange.target.split(['?', '&']));
    let owner =
        |pair: &str| pair.strip_prefix("project_id=").or_else(|| pair.strip_prefix("project=")).map(str::to_owned);
    let in_queries = queries.filter_map(owner);
    bodies.chain(in_queries).filter(|id| is_id(id)).collect()
}
