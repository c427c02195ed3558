//! Regions and zones, and the IDs that contain them. Contains no list of regions, because Scaleway adds regions.

use std::collections::BTreeMap;

use catalog::{Convert, Input, Kind, Locality, Property, ProviderDefault, Resource};
use value::Object;

/// The provider's defaults for resources that do not set them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// The region; Scaleway's own default is `fr-par`.
    pub region: Option<String>,
    /// The zone; Scaleway's own default is `fr-par-1`.
    pub zone: Option<String>,
    /// The project.
    pub project_id: Option<String>,
    /// The organization.
    pub organization_id: Option<String>,
    /// The environment that automatic names end with, such as `production`; without it, names end with random digits.
    pub environment: Option<String>,
    /// The default tags, by their names.
    pub tags: BTreeMap<String, String>,
}

impl Defaults {
    /// The default value of a property that is inherited from the provider.
    pub fn of(&self, what: ProviderDefault) -> Option<&str> {
        match what {
            ProviderDefault::Region => self.region.as_deref(),
            ProviderDefault::Zone => self.zone.as_deref(),
            ProviderDefault::Project => self.project_id.as_deref(),
            ProviderDefault::Organization => self.organization_id.as_deref(),
        }
    }

    /// The default region or zone of a resource type.
    pub fn locality(&self, kind: Locality) -> Option<&str> {
        match kind {
            Locality::Region => self.region.as_deref(),
            Locality::Zone => self.zone.as_deref(),
            Locality::Global => None,
        }
    }
}

/// Splits the region or zone from an id: `fr-par/<rest>` is (`fr-par`, `<rest>`).
pub fn split(id: &str) -> (Option<&str>, &str) {
    match id.split_once('/') {
        Some((locality, rest)) if is_region(locality) || is_zone(locality) => (Some(locality), rest),
        _ => (None, id),
    }
}

/// Whether a string has the form of a region: two words, such as `fr-par`.
pub fn is_region(text: &str) -> bool {
    text.split('-').count() == 2 && text.split('-').all(is_word)
}

/// Whether a string has the form of a zone: a region and a number, such as `fr-par-1`.
pub fn is_zone(text: &str) -> bool {
    text.rsplit_once('-').is_some_and(|(region, number)| is_region(region) && number.parse::<u8>().is_ok())
}

/// The region of a zone; a region is returned unchanged.
pub fn region_of(locality: &str) -> &str {
    match locality.rsplit_once('-') {
        Some((region, _)) if is_zone(locality) => region,
        _ => locality,
    }
}

/// Whether a string has the form of the given kind of locality.
pub fn is_locality(kind: Locality, text: &str) -> bool {
    match kind {
        Locality::Region => is_region(text),
        Locality::Zone => is_zone(text),
        Locality::Global => false,
    }
}

/// The property with the region or zone of a resource.
pub fn property(kind: Locality) -> Option<&'static str> {
    match kind {
        Locality::Region => Some("region"),
        Locality::Zone => Some("zone"),
        Locality::Global => None,
    }
}

/// The region or zone of a new resource: its own input, otherwise that of the resources it refers to, otherwise the
/// provider's.
pub fn of_inputs(resource: &Resource, inputs: &Object, defaults: &Defaults) -> Option<String> {
    let own = property(resource.locality)?;
    if let Some(given) = inputs.text(own) {
        return Some(given.to_owned());
    }
    localized(resource, inputs)
        .find_map(|(_, locality)| is_locality(resource.locality, locality).then(|| locality.to_owned()))
        .or_else(|| defaults.locality(resource.locality).map(str::to_owned))
}

/// The inputs whose IDs contain a region or zone, with that region or zone; the parent comes first.
pub fn localized<'a>(resource: &'a Resource, inputs: &'a Object) -> impl Iterator<Item = (&'a str, &'a str)> {
    let parent = resource.within.as_ref().map(|within| within.property.as_str());
    let others = resource.properties.keys().map(String::as_str).filter(move |name| Some(*name) != parent);
    parent.into_iter().chain(others).filter_map(|name| {
        let property = resource.properties.get(name)?;
        let is_id = matches!(property.convert, Some(Convert::LocalizedId | Convert::BareId));
        let carries = is_id && property.kind == Kind::String;
        if !carries || property.input == Input::No {
            return None;
        }
        let locality = split(inputs.text(name)?).0?;
        Some((name, locality))
    })
}

/// The region or zone of a nested object: that of an ID in it.
pub fn of_object<'a>(
    properties: &BTreeMap<String, Property>,
    object: &'a Object,
    what: ProviderDefault,
) -> Option<&'a str> {
    let is_id = |name: &&String| {
        let convert = properties.get(*name).and_then(|property| property.convert);
        matches!(convert, Some(Convert::LocalizedId | Convert::BareId | Convert::Zoned))
    };
    let mut localities = properties.keys().filter(is_id).filter_map(|name| split(object.text(name)?).0);
    localities.find(|locality| match what {
        ProviderDefault::Region => is_region(locality),
        ProviderDefault::Zone => is_zone(locality),
        ProviderDefault::Project | ProviderDefault::Organization => false,
    })
}

fn is_word(text: &str) -> bool {
    (2..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_or_zone_is_distinguished_from_the_first_part_of_another_id() {
        assert_eq!(split("fr-par/abc"), (Some("fr-par"), "abc"));
        assert_eq!(split("nl-ams-2/abc"), (Some("nl-ams-2"), "abc"));
        assert_eq!(split("it-mil/abc/db"), (Some("it-mil"), "abc/db"));
        assert_eq!(split("11111111-1111-1111-1111-111111111111/db"), (None, "11111111-1111-1111-1111-111111111111/db"));
        assert_eq!(split("abc"), (None, "abc"));
    }

    #[test]
    fn regions_and_zones_are_distinguished() {
        assert!(is_region("pl-waw") && !is_zone("pl-waw"));
        assert!(is_zone("pl-waw-3") && !is_region("pl-waw-3"));
        assert!(!is_region("") && !is_zone("-1"));
        assert_eq!([region_of("pl-waw-3"), region_of("pl-waw"), region_of("")], ["pl-waw", "pl-waw", ""]);
    }
}
