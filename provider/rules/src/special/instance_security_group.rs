//! Security groups and their rules: the API has one list for both directions, ports as two numbers, and also returns rules
//! that Scaleway manages.
//!
//! A descriptor is not sufficient because a rule has several spellings (`port` or `portRange`, `ip` or `ipRange`), which depend
//! on each other.

use serde_json::{Value as Json, json};
use value::{Object, Path, Value};

use super::hooks::Special;
use crate::convert;
use crate::operation::Failure;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct SecurityGroup;

/// The directions, each with the property and the field of its list.
const DIRECTIONS: [(&str, &str, &str); 2] =
    [("inbound", "inboundRules", "inbound_rules"), ("outbound", "outboundRules", "outbound_rules")];
const RULES: &str = "rules";
const EVERY_ADDRESS: &str = "0.0.0.0/0";
const USUAL_PROTOCOL: &str = "TCP";

impl Special for SecurityGroup {
    /// One list with the rules of both directions, in their order.
    fn encode(&self, wire: &mut Wire) {
        let given = DIRECTIONS.map(|(direction, _, field)| (direction, wire.remove(field)));
        if given.iter().all(|(_, list)| list.is_none()) {
            return;
        }
        let lists = given.into_iter().filter_map(|(direction, list)| Some((direction, list?)));
        let rules = lists.flat_map(|(direction, list)| {
            let rules = list.as_array().cloned().unwrap_or_default();
            rules.into_iter().filter_map(move |rule| Some((direction, rule.as_object().cloned()?)))
        });
        let rules = rules.enumerate().map(|(index, (direction, rule))| sent(&rule, direction, index + 1));
        let rules: Vec<Json> = rules.collect();
        wire.insert(RULES.to_owned(), Json::Array(rules));
    }

    /// A list for each direction, without the rules that Scaleway manages.
    fn decode(&self, wire: &mut Wire) {
        let Some(Json::Array(rules)) = wire.get(RULES) else { return };
        let mut own: Vec<Wire> = rules.iter().filter_map(Json::as_object).cloned().collect();
        own.retain(|rule| rule.get("editable") != Some(&Json::Bool(false)));
        own.sort_by_key(|rule| rule.get("position").and_then(Json::as_u64));
        for (direction, _, field) in DIRECTIONS {
            let of_direction = own.iter().filter(|rule| wire::text(rule, "direction") == Some(direction));
            let list: Vec<Json> = of_direction.map(read).collect();
            wire.insert(field.to_owned(), Json::Array(list));
        }
    }

    fn check(&self, _: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        for (_, property, _) in DIRECTIONS {
            let rules = inputs.given(property).and_then(Value::as_array).unwrap_or_default();
            for (index, rule) in rules.iter().enumerate() {
                if let Some(rule) = rule.as_object() {
                    check_rule(rule, &Path::root(property).index(index), failures);
                }
            }
        }
    }
}

fn sent(rule: &Wire, direction: &str, position: usize) -> Json {
    let text = |name: &str| wire::text(rule, name).filter(|text| !text.is_empty());
    let range = text("ip_range").or_else(|| text("ip")).unwrap_or(EVERY_ADDRESS);
    let port = wire::get(rule, "port").and_then(Json::as_u64).filter(|port| *port != 0);
    let (from, to) = match text("port_range").and_then(ports) {
        Some((from, to)) if from == to => (Some(u64::from(from)), None),
        Some((from, to)) => (Some(u64::from(from)), Some(u64::from(to))),
        None => (port, None),
    };
    let mut sent = json!({
        "action": rule.get("action"),
        "protocol": text("protocol").unwrap_or(USUAL_PROTOCOL),
        "direction": direction,
        "ip_range": convert::block(range).unwrap_or_else(|| range.to_owned()),
        "position": position,
    });
    for (name, port) in [("dest_port_from", from), ("dest_port_to", to)] {
        if let Some(port) = port {
            sent[name] = json!(port);
        }
    }
    sent
}

/// A rule in the spelling of the documentation: `port` for one port and `portRange` for several.
fn read(rule: &Wire) -> Json {
    let range = wire::text(rule, "ip_range").map(|range| convert::block(range).unwrap_or_else(|| range.to_owned()));
    let port = |name: &str| wire::get(rule, name).and_then(Json::as_u64);
    let mut read = json!({ "action": rule.get("action"), "protocol": rule.get("protocol"), "ip_range": range });
    match (port("dest_port_from"), port("dest_port_to")) {
        (Some(from), Some(to)) if from != to => read["port_range"] = json!(format!("{from}-{to}")),
        (Some(port), _) => read["port"] = json!(port),
        (None, _) => {}
    }
    read
}

fn check_rule(rule: &Object, path: &Path, failures: &mut Vec<Failure>) {
    let is_set =
        |name: &str| rule.given(name).is_some_and(|value| value.as_str() != Some("") && value.as_f64() != Some(0.0));
    for (name, other) in [("portRange", "port"), ("ip", "ipRange")] {
        if is_set(name) && is_set(other) {
            let reason = format!("conflicts with `{other}`: set one of them");
            failures.push(Failure { path: path.name(name), reason });
        }
    }
    if let Some(range) = rule.text("portRange").filter(|range| !range.is_empty() && ports(range).is_none()) {
        let reason = format!("must be two ports, the lower one first, such as `1-1024`, not \"{range}\"");
        failures.push(Failure { path: path.name("portRange"), reason });
    }
}

/// The first and last port of a range; one port is a range too.
fn ports(range: &str) -> Option<(u16, u16)> {
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    (from != 0 && from <= to).then_some((from, to))
}

#[cfg(test)]
#[path = "instance_security_group_tests.rs"]
mod tests;
