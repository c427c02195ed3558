//! The zones of a region: those of the API document that the function names.

use catalog::Resource;
use value::{Object, Value};

use crate::place::{self, Defaults};

/// The zones of the region in the arguments, or of the provider's region; none for an unknown region.
pub(super) fn answer(function: &Resource, arguments: &Object, defaults: &Defaults) -> Object {
    let given = arguments.text("region").filter(|region| !region.is_empty());
    let region = given.or(defaults.region.as_deref()).unwrap_or_default();
    let zones = function.localities.iter().filter(|zone| place::region_of(zone) == region);
    let zones: Vec<Value> = zones.map(|zone| Value::from(zone.as_str())).collect();
    [("region".to_owned(), Value::from(region)), ("zones".to_owned(), Value::from(zones))].into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zones(region: Option<&str>) -> Object {
        let localities = ["fr-par-1", "fr-par-2", "nl-ams-1"].map(str::to_owned).to_vec();
        let function = Resource { localities, ..Resource::default() };
        let arguments = region.map(|region| ("region".to_owned(), Value::from(region))).into_iter().collect();
        answer(&function, &arguments, &Defaults { region: Some("nl-ams".to_owned()), ..Defaults::default() })
    }

    fn expected(region: &str, zones: &[&str]) -> Object {
        let zones: Vec<Value> = zones.iter().map(|zone| Value::from(*zone)).collect();
        [("region".to_owned(), Value::from(region)), ("zones".to_owned(), Value::from(zones))].into_iter().collect()
    }

    #[test]
    fn zones_are_those_of_the_region() {
        assert_eq!(zones(Some("fr-par")), expected("fr-par", &["fr-par-1", "fr-par-2"]));
        assert_eq!(zones(Some("it-mil")), expected("it-mil", &[]));
    }

    #[test]
    fn default_is_the_region_of_the_provider() {
        assert_eq!(zones(None), expected("nl-ams", &["nl-ams-1"]));
    }
}
