//! Network ACLs: the fields of a rule are validated at preview.
//!
//! A descriptor is not sufficient because the bounds of a port range and the family of an address depend on other
//! properties. The API rejects a rule without action, source or destination, although its document has them as optional.

use std::net::IpAddr;

use value::{Object, Path, Value};

use super::Special;
use crate::convert;
use crate::operation::Failure;

/// See the module.
pub(super) struct Acl;

impl Special for Acl {
    fn check(&self, _: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        let family = inputs.given("isIpv6");
        let is_ipv6 = match family {
            Some(value) if value.is_unknown() => None,
            _ => Some(family.and_then(Value::as_bool).unwrap_or_default()),
        };
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
    let is_missing = |name: &str| rule.given(name).is_none_or(|value| value.as_str() == Some(""));
    if is_missing("action") {
        fail("action", "is required: set it to `accept` or `drop`".to_owned());
    }
    let (every, family) = if is_ipv6 == Some(true) { ("::/0", "IPv6") } else { ("0.0.0.0/0", "IPv4") };
    for name in ["source", "destination"] {
        if is_missing(name) {
            fail(name, format!("is required: set it to `{every}` for all addresses"));
        }
        if let (Some(is_ipv6), Some(found)) = (is_ipv6, rule.text(name).and_then(is_ipv6_block))
            && found != is_ipv6
        {
            let switch = if is_ipv6 { "`isIpv6` is `true`" } else { "`isIpv6` is not `true`" };
            fail(name, format!("must be an {family} CIDR block, because {switch}"));
        }
    }
    for (low, high) in [("srcPortLow", "srcPortHigh"), ("dstPortLow", "dstPortHigh")] {
        let port = |name: &str| match rule.given(name) {
            Some(value) if value.is_unknown() => None,
            value => Some(value.and_then(Value::as_f64).unwrap_or_default()),
        };
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
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn unknown_values_satisfy_every_rule() {
        let unknown: Object = ["action", "source", "destination", "srcPortHigh", "dstPortLow"]
            .into_iter()
            .map(|name| (name.to_owned(), Value::UNKNOWN))
            .collect();
        let mut failures = Vec::new();
        check_rule(&unknown, None, &Path::root("rules").index(0), &mut failures);
        assert!(failures.is_empty(), "{failures:?}");
    }

    #[test]
    fn each_part_of_a_rule_is_checked_with_its_path() {
        let rule = |json: serde_json::Value| Value::from(json).as_object().cloned().unwrap_or_default();
        let good = json!({ "action": "drop", "source": "10.0.0.0/8", "destination": "10.0.0.1", "dstPortLow": 1, "dstPortHigh": 1 });
        for (change, is_ipv6, wrong) in [
            (json!({}), false, vec![]),
            (json!({ "action": null }), false, vec!["r.action"]),
            (json!({ "source": null, "destination": "" }), false, vec!["r.source", "r.destination"]),
            (json!({ "dstPortLow": 500, "dstPortHigh": 400 }), false, vec!["r.dstPortHigh"]),
            (json!({ "srcPortLow": 500 }), false, vec!["r.srcPortHigh"]),
            (json!({}), true, vec!["r.source", "r.destination"]),
            (json!({ "source": "::/0", "destination": "fd00::1" }), true, vec![]),
            (json!({ "source": "::/0" }), false, vec!["r.source"]),
        ] {
            let mut given = good.clone();
            for (name, value) in change.as_object().into_iter().flatten() {
                given[name] = value.clone();
            }
            let mut failures = Vec::new();
            check_rule(&rule(given), Some(is_ipv6), &Path::root("r"), &mut failures);
            let paths: Vec<String> = failures.iter().map(|failure| failure.path.to_string()).collect();
            assert_eq!(paths, wrong, "{change}");
        }
    }
}
