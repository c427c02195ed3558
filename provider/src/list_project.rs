//! Lists what exists in a project as the file that `pulumi import --file` takes, so that all of it comes under Pulumi.
//!
//! Asks Scaleway and changes nothing. Knows no kind of resource: which are listed, and how, and which are left out because
//! others cover them or they may be very many, says the catalog.

use std::collections::BTreeSet;
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
use crate::offer::Offer;
use crate::to_proto;

/// What to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// The project; without it the configured one.
    pub project: Option<String>,
    /// The regions; without any the configured one.
    pub regions: Vec<String>,
    /// Whether to list what belongs to the whole organization too.
    pub organization: bool,
}

/// What was found.
#[derive(Debug)]
pub struct Listing {
    /// The file for `pulumi import --file`.
    pub file: String,
    /// How many resources it names.
    pub count: usize,
    /// What could not be listed, and why.
    pub failed: Vec<String>,
}

/// Zones of a region that are asked; one that does not exist has nothing.
const ZONES: [u8; 3] = [1, 2, 3];

/// The time of the first call, which shows whether the API answers, and its retries.
const FIRST_ANSWER: Duration = Duration::from_secs(8);
const FIRST_RETRIES: u32 = 3;

/// One kind of resource in one place.
struct Part<'a> {
    /// The full token (`evalap-scaleway:registry/namespace:Namespace`).
    token: String,
    resource: &'a Resource,
    query: Object,
}

/// Lists a project with the credentials and defaults of this process.
pub fn list(question: &Question) -> io::Result<Listing> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(list_with(question, &Environment::of_process()))
}

async fn list_with(question: &Question, environment: &Environment) -> io::Result<Listing> {
    let offer = Offer::embedded();
    let catalog = offer.catalog().map_err(io::Error::other)?;
    let Configuration { client, mut defaults, missing, .. } =
        config::resolve(&Object::new(), environment).map_err(io::Error::other)?;
    if let Some(missing) = missing {
        return Err(io::Error::other(to_proto::unauthenticated(missing).message().to_owned()));
    }
    defaults.project_id = question.project.clone().or(defaults.project_id);
    let Some(project) = defaults.project_id.clone() else {
        return Err(io::Error::other("no project is set: use --project, or set SCW_DEFAULT_PROJECT_ID"));
    };
    let regions = match &defaults.region {
        Some(region) if question.regions.is_empty() => vec![region.clone()],
        _ => question.regions.clone(),
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let client = client.clock(clock);
    answers(&client).await?;
    let engine = Engine::new(Arc::clone(catalog), Client::new(client), defaults);
    let parts = parts(catalog, &project, &regions, question.organization);
    let asked = parts.iter().map(|part| engine.list(&part.token, &part.query));
    let mut found = Vec::new();
    let mut failed = Vec::new();
    for (part, listed) in parts.iter().zip(join_all(asked).await) {
        match listed {
            Ok(listed) => found.extend(listed.into_iter().map(|listed| (part, listed))),
            // A zone that does not exist, or one without this product.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => failed.push(error.to_string()),
        }
    }
    failed.sort();
    failed.dedup();
    if found.is_empty() && !failed.is_empty() {
        return Err(io::Error::other(format!("no resource could be listed: {}", failed.join("\n"))));
    }
    let resources = resources(found);
    let count = resources.len();
    let file = serde_json::to_string_pretty(&json!({ "resources": resources }))?;
    Ok(Listing { file, count, failed })
}

/// Fails within seconds if the API does not answer, or does not accept the API key.
async fn answers(settings: &Settings) -> io::Result<()> {
    let settings = settings.clone().timeouts(FIRST_ANSWER, FIRST_ANSWER).max_retries(FIRST_RETRIES);
    let call = Call::new(Method::GET, "/account/v3/projects", &[]).map_err(io::Error::other)?;
    let answered = Client::new(settings).send(call.query("page_size", "1")).await;
    let Err(error) = answered else { return Ok(()) };
    match error.kind() {
        // The API is there, and what the key may not do is reported for each kind of resource.
        Some(kind) if !matches!(kind, Kind::Broken | Kind::Unauthenticated) => Ok(()),
        _ => {
            let cause = std::error::Error::source(&error).map(|cause| format!(" ({cause})")).unwrap_or_default();
            let hint = error.help().map(|help| format!("\nHint: {help}")).unwrap_or_default();
            Err(io::Error::other(format!("no resources were listed: {error}{cause}{hint}")))
        }
    }
}

/// Every kind that is listed and not left out, in every place.
fn parts<'a>(catalog: &'a Catalog, project: &str, regions: &[String], organization: bool) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    for (token, resource) in &catalog.resources {
        let Some(listing) = resource.listing.as_ref().filter(|listing| !listing.apart) else { continue };
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

/// The entries of the file, each under a name of its own.
fn resources(found: Vec<(&Part<'_>, Listed)>) -> Vec<Json> {
    let mut names = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut resources = Vec::new();
    // Of two kinds for one thing the one of the later module is meant: `account/sshKey` is what `iam/sshKey` was.
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

/// The name, with what the thing is if another has that name, with a number if that does not suffice.
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
    use super::*;

    #[test]
    fn no_two_resources_get_one_name() {
        let mut names = BTreeSet::new();
        let mut give = |name| unused(&mut names, name, "Cockpit token");
        let given = ["main", "main", "main", "a b:c", ""].map(&mut give);
        assert_eq!(given, ["main", "main-cockpit-token", "main-cockpit-token-2", "a-b-c", "Cockpit-token"]);
    }
}
