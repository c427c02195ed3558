//! Regions and zones: a name that the API documents do not list for a resource is a warning instead of a failure, because
//! Scaleway adds regions. A misspelled region is a failure. Pure; the list comes from the catalog.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Catalog, Format, Input, Kind, Property, ProviderDefault, Resource};
use value::{Data, Object, Path, Value};

use super::rules;
use crate::operation::{Failure, Warning};
use crate::place::{self, Defaults};

/// Regions or zones of a program that are not listed, at any depth: a failure for a misspelled one, otherwise a warning.
pub(super) fn check(resource: &Resource, inputs: &Object, failures: &mut Vec<Failure>, warnings: &mut Vec<Warning>) {
    if resource.localities.is_empty() {
        return;
    }
    let mut found = Vec::new();
    inside(resource, &resource.properties, inputs, &Path::default(), &mut found);
    for Unlisted { path, text, is_misspelled } in found {
        if is_misspelled {
            failures.push(Failure { path, reason: text });
        } else {
            warnings.push(Warning { path, text });
        }
    }
}

/// A region or zone that is not listed.
struct Unlisted {
    path: Path,
    text: String,
    is_misspelled: bool,
}

/// Whether one letter of a listed region is wrong, missing or swapped with the next one. Codes of regions differ in more
/// letters, and a number of a zone is not a letter.
fn is_misspelled(text: &str, near: &str) -> bool {
    strsim::osa_distance(place::region_of(text), place::region_of(near)) == 1
}

/// Warnings for the provider's region and zone, if they are not listed for any resource.
pub fn unknown_places(catalog: &Catalog, defaults: &Defaults) -> Vec<String> {
    let listed: BTreeSet<&str> = catalog.localities.iter().map(String::as_str).collect();
    let regions: BTreeSet<&str> = listed.iter().map(|known| place::region_of(known)).collect();
    let warning = |noun: &str, text: &str, known: &BTreeSet<&str>| {
        let near = rules::nearest(text, known.iter().copied());
        let near = near.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
        format!("\"{text}\" is not a known {noun}{near}")
    };
    let region = defaults.region.as_deref().filter(|text| place::is_region(text) && !regions.contains(text));
    let zone = defaults.zone.as_deref().filter(|text| place::is_zone(text) && !listed.contains(text));
    // An unknown region already has a warning.
    let zone = zone.filter(|text| region != Some(place::region_of(text)));
    let region = region.map(|text| warning("region", text, &regions));
    let zones = listed.iter().copied().filter(|known| place::is_zone(known)).collect();
    region.into_iter().chain(zone.map(|text| warning("zone", text, &zones))).collect()
}

fn inside(
    resource: &Resource,
    properties: &BTreeMap<String, Property>,
    inputs: &Object,
    path: &Path,
    found: &mut Vec<Unlisted>,
) {
    for (name, property) in properties {
        let (Some(value), here) = (inputs.given(name), path.name(name.as_str())) else { continue };
        match (&property.kind, value.data()) {
            (Kind::Object(inner), Data::Object(object)) => inside(resource, inner, object, &here, found),
            (Kind::List(element), Data::Array(items)) => {
                let Kind::Object(inner) = element.as_ref() else { continue };
                for (index, item) in items.iter().enumerate() {
                    if let Some(object) = item.as_object() {
                        inside(resource, inner, object, &here.index(index), found);
                    }
                }
            }
            _ => found.extend(unlisted(resource, property, value, here)),
        }
    }
}

fn unlisted(resource: &Resource, property: &Property, value: &Value, path: Path) -> Option<Unlisted> {
    let (noun, is_zone) = match (&property.input, property.checks.format) {
        (Input::Provider(ProviderDefault::Region), _) | (_, Some(Format::Region)) => ("region", false),
        (Input::Provider(ProviderDefault::Zone), _) | (_, Some(Format::Zone)) => ("zone", true),
        _ => return None,
    };
    let text = value.as_str().filter(|text| !text.is_empty() && !value.contains_secret())?;
    let are_zones = resource.localities.iter().any(|known| place::is_zone(known));
    let known: Vec<&str> = match (is_zone, are_zones) {
        (false, true) => resource.localities.iter().map(|known| place::region_of(known)).collect(),
        // For a regional product the documents list regions only, so a zone in a listed region is accepted.
        (true, false)
            if place::is_zone(text) && resource.localities.iter().any(|known| known == place::region_of(text)) =>
        {
            return None;
        }
        _ => resource.localities.iter().map(String::as_str).collect(),
    };
    if known.contains(&text) {
        return None;
    }
    let near = rules::nearest(text, known.iter().copied());
    let is_misspelled = near.is_some_and(|near| is_misspelled(text, near));
    let near = near
        .map_or_else(|| "it is sent, and the API may reject it".to_owned(), |near| format!("did you mean \"{near}\"?"));
    let mut listed = known;
    listed.dedup();
    let text = format!("\"{text}\" is not a known {noun} of the {} ({}); {near}", resource.label, listed.join(", "));
    Some(Unlisted { path, text, is_misspelled })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The warning, or the failure with `rejected: ` before it.
    fn warned(localities: &[&str], what: ProviderDefault, name: &str, text: &str) -> Option<String> {
        let property = Property { input: Input::Provider(what), ..Property::default() };
        let resource = Resource {
            label: "thing".to_owned(),
            localities: localities.iter().map(|one| (*one).to_owned()).collect(),
            properties: [(name.to_owned(), property)].into_iter().collect(),
            ..Resource::default()
        };
        let inputs = Value::from(json!({ name: text })).as_object().cloned().unwrap_or_default();
        let (mut failures, mut warnings) = (Vec::new(), Vec::new());
        check(&resource, &inputs, &mut failures, &mut warnings);
        let rejected = failures.pop().map(|failure| format!("rejected: `{}`: {}", failure.path, failure.reason));
        rejected.or_else(|| warnings.pop().map(|warning| warning.to_string()))
    }

    #[test]
    fn an_unknown_region_or_zone_of_the_provider_is_one_warning() {
        let localities = ["fr-par", "nl-ams", "fr-par-1", "pl-waw-2"].map(str::to_owned).into();
        let catalog = Catalog { localities, ..Catalog::default() };
        let warnings = |region: &str, zone: &str| {
            let defaults =
                Defaults { region: Some(region.to_owned()), zone: Some(zone.to_owned()), ..Defaults::default() };
            unknown_places(&catalog, &defaults)
        };
        assert!(warnings("pl-waw", "fr-par-1").is_empty());
        assert_eq!(warnings("fr-pra", "fr-pra-1"), ["\"fr-pra\" is not a known region; did you mean \"fr-par\"?"]);
        assert_eq!(warnings("fr-par", "fr-par-7"), ["\"fr-par-7\" is not a known zone; did you mean \"fr-par-1\"?"]);
    }

    #[test]
    fn a_misspelled_region_is_rejected_and_another_unknown_one_is_a_warning() {
        let regions = ["fr-par", "nl-ams"];
        let region = |text| warned(&regions, ProviderDefault::Region, "region", text);
        assert_eq!(region("nl-ams"), None);
        let wrong = "rejected: `region`: \"fr-pra\" is not a known region of the thing (fr-par, nl-ams); did you mean \"fr-par\"?";
        assert_eq!(region("fr-pra").as_deref(), Some(wrong));
        for misspelled in ["fr-pa", "fr-parr", "nl-asm"] {
            assert!(region(misspelled).is_some_and(|text| text.starts_with("rejected: ")), "{misspelled}");
        }
        assert!(region("us-east").is_some_and(|text| text.ends_with("it is sent, and the API may reject it")));
        let zone = |text| warned(&["fr-par-1", "fr-par-2"], ProviderDefault::Zone, "zone", text);
        assert_eq!(zone("fr-par-2"), None);
        // Scaleway adds zones.
        assert!(zone("fr-par-9").is_some_and(|text| text.starts_with("`zone`: \"fr-par-9\"")));
        assert!(zone("fr-pra-1").is_some_and(|text| text.starts_with("rejected: ")));
        assert_eq!(warned(&regions, ProviderDefault::Zone, "zone", "fr-par-1"), None);
        assert_eq!(warned(&[], ProviderDefault::Region, "region", "moon"), None);
    }
}
