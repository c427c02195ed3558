//! Lists the resources of a project as a file for `pulumi import --file`.
//!
//! It only reads from Scaleway. The catalog defines which types are listed, and how, and which are omitted because other types
//! cover them or because they can be very many.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use catalog::{Catalog, Locality, Resource};
use client::{Call, Client, Clock, Kind, Method, Settings, SystemClock};
use engine::{Engine, Listed};
use futures_util::future::join_all;
use rules::ErrorKind;
use serde_json::{Map, Value as Json, json};
use value::{Object, Value};

use crate::config::{self, Configuration, Environment, PACKAGE};
use crate::embedded::Embedded;
use crate::to_proto;

/// The arguments of `list-project`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListOptions {
    /// The project. Default: the configured one.
    pub project: Option<String>,
    /// The regions. Default: the configured one.
    pub regions: Vec<String>,
    /// Whether to list the resources of the organization too.
    pub organization: bool,
}

/// The result of `list-project`.
#[derive(Debug)]
pub struct Listing {
    /// The file for `pulumi import --file`.
    pub file: String,
    /// The number of resources in the file.
    pub count: usize,
    /// The failures.
    pub failed: Vec<String>,
    /// Names of several objects. Pulumi writes no references into a program with two of them.
    pub shared_names: Vec<String>,
}

/// The zones of a region that are listed; a zone that does not exist has no resources.
const ZONES: [u8; 3] = [1, 2, 3];

/// The timeout of the first call, which checks the connection, with its retries.
const FIRST_ANSWER: Duration = Duration::from_secs(8);
const FIRST_RETRIES: u32 = 3;

/// One resource type in one region or zone.
struct Part<'a> {
    /// The full token (`evalap-scaleway:registry/namespace:Namespace`).
    token: String,
    resource: &'a Resource,
    query: Object,
}

/// Lists a project with the credentials and defaults of this process.
pub fn list(options: &ListOptions) -> io::Result<Listing> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(list_with(options, &Environment::of_process()))
}

async fn list_with(options: &ListOptions, environment: &Environment) -> io::Result<Listing> {
    let embedded = Embedded::new();
    let catalog = embedded.catalog().map_err(io::Error::other)?;
    let Configuration { client, mut defaults, missing, .. } =
        config::resolve(&Object::new(), environment).map_err(io::Error::other)?;
    if let Some(missing) = missing {
        return Err(io::Error::other(to_proto::unauthenticated(missing).message().to_owned()));
    }
    defaults.project_id = options.project.clone().or(defaults.project_id);
    let Some(project) = defaults.project_id.clone() else {
        return Err(io::Error::other("no project is set: use --project, or set SCW_DEFAULT_PROJECT_ID"));
    };
    let regions = match &defaults.region {
        Some(region) if options.regions.is_empty() => vec![region.clone()],
        _ => options.regions.clone(),
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let client = client.clock(clock);
    answers(&client).await?;
    let engine = Engine::new(Arc::clone(catalog), Client::new(client), defaults);
    let parts = parts(catalog, &project, &regions, options.organization);
    let lists = parts.iter().map(|part| engine.list(&part.token, &part.query));
    let mut found = Vec::new();
    let mut failed = Vec::new();
    let mut is_any_listed = false;
    for (part, listed) in parts.iter().zip(join_all(lists).await) {
        match listed {
            Ok(listed) => {
                is_any_listed = true;
                found.extend(listed.into_iter().map(|listed| (part, listed)));
            }
            // The zone does not exist, or does not have this product.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => failed.push(error.to_string()),
        }
    }
    failed.sort();
    failed.dedup();
    if !is_any_listed && !failed.is_empty() {
        return Err(io::Error::other(format!("no resource could be listed: {}", failed.join("\n"))));
    }
    let shared_names = shared_names(&found.iter().map(|(_, listed)| listed).collect::<Vec<_>>());
    let resources = resources(found);
    let count = resources.len();
    let file = serde_json::to_string_pretty(&json!({ "resources": resources }))?;
    Ok(Listing { file, count, failed, shared_names })
}

/// Fails within seconds if the API does not respond, or rejects the API key.
async fn answers(settings: &Settings) -> io::Result<()> {
    let settings = settings.clone().timeouts(FIRST_ANSWER, FIRST_ANSWER).max_retries(FIRST_RETRIES);
    let call = Call::new(Method::GET, "/account/v3/projects", &[]).map_err(io::Error::other)?;
    let answered = Client::new(settings).send(call.query("page_size", "1")).await;
    let Err(error) = answered else { return Ok(()) };
    match error.kind() {
        // The API responds; missing permissions are reported for each resource type.
        Some(kind) if !matches!(kind, Kind::Broken | Kind::Unauthenticated) => Ok(()),
        _ => {
            let cause = std::error::Error::source(&error).map(|cause| format!(" ({cause})")).unwrap_or_default();
            let hint = error.help().map(|help| format!("\nHint: {help}")).unwrap_or_default();
            Err(io::Error::other(format!("no resources were listed: {error}{cause}{hint}")))
        }
    }
}

/// All resource types that are listed, in all regions and zones.
fn parts<'a>(catalog: &'a Catalog, project: &str, regions: &[String], organization: bool) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    for (token, resource) in &catalog.resources {
        let Some(listing) = resource.listing.as_ref().filter(|listing| !listing.excluded_from_project) else {
            continue;
        };
        if listing.inputs.iter().any(|input| input == "organizationId") && !organization {
            continue;
        }
        let places: Vec<Option<(&str, String)>> = match resource.locality {
            Locality::Global => vec![None],
            Locality::Region => regions.iter().map(|region| Some(("region", region.clone()))).collect(),
            Locality::Zone => {
                let zones = |region: &String| ZONES.map(|zone| Some(("zone", format!("{region}-{zone}"))));
                regions.iter().flat_map(zones).collect()
            }
        };
        for place in places {
            let mut query: Object = [("projectId".to_owned(), Value::from(project))].into_iter().collect();
            query.extend(place.map(|(name, place)| (name.to_owned(), Value::from(place))));
            let token = format!("{PACKAGE}:{token}");
            parts.push(Part { token, resource, query });
        }
    }
    parts
}

/// The names that several objects have, sorted.
fn shared_names(found: &[&Listed]) -> Vec<String> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for listed in found {
        *count.entry(&listed.name).or_default() += 1;
    }
    count.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name.to_owned()).collect()
}

/// The entries of the file, with unique names.
fn resources(found: Vec<(&Part<'_>, Listed)>) -> Vec<Json> {
    let mut names = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut resources = Vec::new();
    // If two types have the same object, the type of the later module is used: `iam/sshKey` became `account/sshKey`.
    for (part, listed) in found.into_iter().rev() {
        let list = part.resource.listing.as_ref().and_then(|listing| Some(listing.list.as_ref()?.path.clone()));
        if !seen.insert((list.unwrap_or_else(|| part.token.clone()), listed.id.clone())) {
            continue;
        }
        let mut entry = Map::new();
        entry.insert("type".to_owned(), Json::from(part.token.clone()));
        entry.insert("name".to_owned(), Json::from(unused(&mut names, &listed.name, &part.resource.label)));
        entry.insert("id".to_owned(), Json::from(listed.id));
        resources.push(Json::Object(entry));
    }
    resources.reverse();
    resources
}

/// The name, with the label of the type if the name is in use, and with a number if that is in use too.
fn unused(names: &mut BTreeSet<String>, name: &str, label: &str) -> String {
    let mut plain: String = name
        .chars()
        .map(|letter| if letter.is_alphanumeric() || "._-".contains(letter) { letter } else { '-' })
        .collect();
    if plain.is_empty() {
        plain = label.replace(' ', "-");
    }
    let with_label = format!("{plain}-{}", label.replace(' ', "-").to_lowercase());
    let numbered = (2..).map(|number| format!("{with_label}-{number}"));
    let mut candidates = [plain, with_label.clone()].into_iter().chain(numbered);
    candidates.find(|candidate| names.insert(candidate.clone())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn types_that_create_nothing_are_not_listed() {
        let embedded = Embedded::new();
        let catalog = embedded.catalog().unwrap();
        let listed = parts(catalog, "p", &["fr-par".to_owned()], true);
        assert!(listed.len() > 40);
        let empty: Vec<&str> =
            listed.iter().filter(|part| part.resource.create.is_empty()).map(|part| part.token.as_str()).collect();
        // The handler of records creates them.
        assert_eq!(empty, ["evalap-scaleway:domain/record:Record"]);
        assert!(catalog.resources.values().any(|one| one.create.is_empty() && one.listing.is_some()));
    }

    #[test]
    fn names_of_two_objects_are_reported() {
        let entry = |name: &str| Listed { name: name.to_owned(), id: "fr-par/1".to_owned() };
        assert_eq!(shared_names(&[&entry("a"), &entry("b"), &entry("a"), &entry("c"), &entry("c")]), ["a", "c"]);
    }

    #[test]
    fn names_are_unique() {
        let mut names = BTreeSet::new();
        let mut give = |name| unused(&mut names, name, "Cockpit token");
        let given = ["main", "main", "main", "a b:c", ""].map(&mut give);
        assert_eq!(given, ["main", "main-cockpit-token", "main-cockpit-token-2", "a-b-c", "Cockpit-token"]);
    }
}
