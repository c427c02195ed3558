//! Network ACLs: the fields of a rule are validated at preview, and only rules of clients belong to the program.
//!
//! A descriptor is not sufficient because the bounds of a port range and the family of an address depend on other
//! properties, and because the API marks in the description of each rule whether a client created it.

use std::net::IpAddr;

use serde_json::{Value as Json, json};
use value::{Object, Path, Value};

use super::hooks::Special;
use crate::convert;
use crate::operation::Failure;
use crate::wire::Wire;

/// See the module.
pub(super) struct Acl;

impl Special for Acl {
    /// Keeps only the rules of clients, without the marker.
    fn decode(&self, wire: &mut Wire) {
        let Some(Json::Array(rules)) = wire.get_mut("rules") else { return };
        rules.retain_mut(|rule| {
            let text = rule["description"].as_str().unwrap_or_default();
            let marked = text.strip_prefix("(Rule scope: ").and_then(|text| text.split_once(')'));
            let Some((scope, description)) = marked else { return true };
            let (is_own, description) = (scope == "client", json!(description.trim_start()));
            rule["description"] = description;
            is_own
        });
    }

    fn check(&self, _: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        // An unknown value is neither.
        let is_ipv6 = inputs.given("isIpv6").map_or(Some(false), Value::as_bool);
        let rules = inputs.given("rules").and_then(Value::as_array).unwrap_or_default();
        for (index, rule) in rules.iter().enumerate() {
            if let Some(rule) = rule.as_object() {
                check_rule(rule, is_ipv6, &Path::root("rules").index(index), failures);
            }
        }
    }
}

fn check_rule(rule: &Object, is_ipv6: Option<bool>, path: &Path, failures: &mut Vec<Failure>) {
    let mut fail = |name: &str, reason: String| failures.push(Failure { path: path.name(name), reason });
    for name in ["source", "destination"] {
        if let (Some(is_ipv6), Some(found)) = (is_ipv6, rule.text(name).and_then(is_ipv6_block))
            && found != is_ipv6
        {
            let (family, switch) = if is_ipv6 { ("IPv6", "`true`") } else { ("IPv4", "not `true`") };
            fail(name, format!("must be an {family} CIDR block, because `isIpv6` is {switch}"));
        }
    }
    for (low, high) in [("srcPortLow", "srcPortHigh"), ("dstPortLow", "dstPortHigh")] {
        let port = |name: &str| rule.given(name).map_or(Some(0.0), Value::as_f64);
        if let (Some(first), Some(last)) = (port(low), port(high))
            && last < first
        {
            fail(high, format!("must be at least `{low}` ({first}), not {last}"));
        }
    }
}

fn is_ipv6_block(text: &str) -> Option<bool> {
    let block = convert::block(text)?;
    let (address, _) = block.split_once('/')?;
    Some(address.parse::<IpAddr>().ok()?.is_ipv6())
}

#[cfg(test)]
#[path = "network_acl_tests.rs"]
mod tests;
