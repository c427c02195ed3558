//! DNS records: names and data in the form that is sent, a priority that is also part of the data of MX and SRV records, and
//! the outputs that come from the zone.
//!
//! A descriptor is not sufficient because the syntax of `data` depends on the record type, and because a geo IP record also
//! contains its default data. Assumes that the zone of the record was read into `zone`.

use serde_json::{Value as Json, json};
use value::{Object, Path, Value};

use super::hooks::Special;
use crate::dns;
use crate::operation::{Diff, DiffRequest, Failure};
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Record;

/// The dynamic record configurations, each with the list that must not be empty.
const LISTS: [(&str, &str); 3] =
    [("geo_ip_config", "matches"), ("weighted_config", "weighted_ips"), ("view_config", "views")];

impl Special for Record {
    /// Converts name and data to the form that is sent; a priority in the data becomes the record's priority.
    fn encode(&self, wire: &mut Wire) {
        let text = |field: &str| wire::text(wire, field).unwrap_or_default();
        let (zone, kind) = (text("dns_zone").to_owned(), text("type").to_owned());
        if let Some(name) = wire::text(wire, "name").map(|name| dns::relative_name(name, &zone)) {
            wire::set(wire, "name", json!(name));
        }
        let data = wire::text(wire, "data").map(|data| dns::sent_data(&kind, data, &zone));
        // Check rejects a `priority` that differs from the data, so a different one is from before an update.
        if let Some(priority) = wire::text(wire, "data").and_then(|data| dns::priority_in_data(&kind, data)) {
            wire::set(wire, "priority", json!(priority));
        }
        if let Some(data) = &data {
            wire::set(wire, "data", json!(data));
        }
        for (config, list) in LISTS {
            if wire::find(wire, &format!("{config}.{list}")).is_some_and(wire::is_empty) {
                wire::set(wire, config, Json::Null);
            }
        }
        if let (Some(Json::Object(_)), Some(usual)) = (wire.get("geo_ip_config"), wire::get(wire, "data").cloned()) {
            wire::set(wire, "geo_ip_config.default", usual);
        }
    }

    /// Adds the project and `root_zone` from the zone, and the full name from name and zone.
    fn decode(&self, wire: &mut Wire) {
        let text = |field: &str| wire::text(wire, field).unwrap_or_default();
        let (zone, name) = (text("dns_zone"), text("name"));
        let full = if name.is_empty() { zone.to_owned() } else { format!("{name}.{zone}") };
        let shown = wire::text(wire, "data").map(|data| dns::shown_data(text("type"), data).to_owned());
        if !zone.is_empty() {
            wire::set(wire, "fqdn", json!(full));
        }
        if let Some(shown) = shown {
            wire::set(wire, "data", json!(shown));
        }
        if let Some(is_root) = wire::text(wire, "zone.subdomain").map(str::is_empty) {
            wire::set(wire, "root_zone", json!(is_root));
        }
    }

    fn check(&self, _: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        let Some(kind) = inputs.text("type") else { return };
        for (path, data) in data(inputs) {
            failures.extend(dns::fault(kind, data).map(|reason| Failure { path, reason }));
        }
        let in_data = inputs.text("data").and_then(|data| dns::priority_in_data(kind, data)).map(f64::from);
        if let (Some(in_data), Some(given)) = (in_data, inputs.given("priority").and_then(Value::as_f64))
            && (in_data - given).abs() > f64::EPSILON
        {
            let reason = format!(
                "is {given}, but `data` contains the priority {in_data}: remove one of them, or make them equal"
            );
            failures.push(Failure { path: Path::root("priority"), reason });
        }
    }

    /// Shows a changed priority in `data` if the program sets it there. For SRV records the API fills in 0, which is not a
    /// change.
    fn adjust_state(&self, inputs: &Object, _: &Wire, state: &mut Object) {
        let Some(kind) = inputs.text("type") else { return };
        let given = inputs.text("data").and_then(|data| dns::priority_in_data(kind, data));
        let Some(live) = state.given("priority").and_then(Value::as_f64) else { return };
        let Some(data) = state.text("data") else { return };
        let Some(live) = (0..=u16::MAX).find(|number| (f64::from(*number) - live).abs() < f64::EPSILON) else { return };
        let is_filled_in = kind == "SRV" && live == 0;
        if given.is_some() && dns::priority_in_data(kind, data) != Some(live) && !is_filled_in {
            let shown = dns::with_priority(kind, data, live);
            state.insert("data".to_owned(), Value::from(shown));
        }
    }

    /// A priority in `data` replaces an unset `priority`.
    fn adjust_diff(&self, request: &DiffRequest<'_>, diff: &mut Diff) {
        let data = request.news.text("data").zip(request.news.text("type"));
        if data.is_some_and(|(data, kind)| dns::priority_in_data(kind, data).is_some()) {
            diff.warnings.retain(|warning| warning.path.top() != Some("priority"));
        }
    }

    /// The zone itself has an empty name; without a name Check would fill in an automatic one.
    fn imported(&self, inputs: &mut Object) {
        inputs.entry("name".to_owned()).or_insert_with(|| Value::from(""));
    }
}

/// All record data in the inputs, with their paths.
fn data(inputs: &Object) -> Vec<(Path, &str)> {
    let usual = inputs.text("data").map(|data| (Path::root("data"), data));
    let matches = inputs.given("geoIp").and_then(Value::as_object).and_then(|places| places.given("matches"));
    let lists = [(Path::root("geoIp").name("matches"), matches), (Path::root("views"), inputs.given("views"))];
    let inside = lists.into_iter().flat_map(|(path, list)| {
        let items = list.and_then(Value::as_array).unwrap_or_default().iter().enumerate();
        items.filter_map(move |(index, item)| Some((path.index(index).name("data"), item.as_object()?.text("data")?)))
    });
    usual.into_iter().chain(inside).collect()
}

#[cfg(test)]
#[path = "domain_record_tests.rs"]
mod tests;
