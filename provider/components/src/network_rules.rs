//! ACL rules between subnets: converts rules with names of subnets and port ranges (`8000-8080`) to the ACL of a VPC.

use value::{Object, Path, Value, object};

use crate::error::Error;
use crate::problem::Problem;
use crate::scope::{Part, Scope};
use crate::subnet::{Subnet, net};

/// The protocols that have ports.
const WITH_PORTS: [&str; 2] = ["TCP", "UDP"];

/// The CIDR block of all addresses.
const EVERYWHERE: &str = "0.0.0.0/0";

/// The problems of the rules. `subnets` are the existing subnets.
pub(crate) fn problems(inputs: &Object, subnets: &[Subnet]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, rule) in inputs.objects("aclRules") {
        let path = Path::root("aclRules").index(index);
        for end in ["source", "destination"] {
            let Some(given) = rule.text(end) else { continue };
            if net(&Value::from(given)).is_none() && !subnets.iter().any(|subnet| subnet.name == given) {
                let names = subnets.iter().map(|subnet| format!("\"{}\"", subnet.name)).collect::<Vec<_>>().join(", ");
                let reason = format!(
                    "\"{given}\" is neither an IPv4 CIDR block, such as \"10.0.0.0/24\", nor the name of a subnet; the subnets are {names}"
                );
                problems.push(Problem::new(path.clone().name(end), reason));
            }
        }
        let Some(ports) = rule.text("ports") else { continue };
        let path = path.name("ports");
        if range(ports).is_none() {
            let reason =
                format!("\"{ports}\" must be a port from 1 to 65535 or a range of ports, such as \"8000-8080\"");
            problems.push(Problem::new(path.clone(), reason));
        }
        let protocol = rule.text("protocol").unwrap_or("ANY");
        if !rule.get("protocol").is_some_and(Value::is_unknown) && !WITH_PORTS.contains(&protocol) {
            let reason = format!("requires the protocol TCP or UDP, but the rule has {protocol}: set `protocol`");
            problems.push(Problem::new(path, reason));
        }
    }
    problems
}

/// Registers the ACL, if a rule or the default policy is set.
pub(crate) async fn make(scope: &Scope<'_>, inputs: &Object, vpc: &Part, subnets: &[Subnet]) -> Result<(), Error> {
    let policy = inputs.given("aclDefaultPolicy");
    if policy.is_none() && inputs.listed("aclRules").is_none() {
        return Ok(());
    }
    let rules = inputs.get("aclRules").and_then(Value::as_array).unwrap_or_default().iter();
    // A rule that is not an object is unknown.
    let rules = rules.map(|rule| rule.as_object().map_or_else(|| rule.clone(), |rule| written(rule, subnets).into()));
    let rules: Vec<Value> = rules.collect();
    let acl = object! {
        "vpcId": vpc.id(),
        "defaultPolicy": policy.cloned().unwrap_or_else(|| Value::from("drop")),
        "rules": rules,
        "region": inputs.get("region"),
    };
    scope.create("network/acl:Acl", "acl", acl).await.map(drop)
}

fn written(rule: &Object, subnets: &[Subnet]) -> Object {
    let end = |name: &str| {
        let given = rule.given(name).cloned().unwrap_or_else(|| Value::from(EVERYWHERE));
        let subnet = subnets.iter().find(|subnet| given.as_str() == Some(subnet.name.as_str()));
        subnet.map_or_else(|| given.clone(), |subnet| subnet.cidr.clone().as_computed_from(&given))
    };
    let ports = Value::from(rule.get("ports"));
    let port = |of: fn((f64, f64)) -> f64| {
        Value::computed(&[&ports], |known| Value::from(known[0].as_str().and_then(range).map_or(0.0, of)))
    };
    object! {
        "description": rule.get("description"),
        "action": rule.given("action").cloned().unwrap_or_else(|| Value::from("accept")),
        "protocol": rule.given("protocol").cloned().unwrap_or_else(|| Value::from("ANY")),
        "source": end("source"),
        "srcPortLow": 0.0,
        "srcPortHigh": 0.0,
        "destination": end("destination"),
        "dstPortLow": port(|(first, _)| first),
        "dstPortHigh": port(|(_, last)| last),
    }
}

/// `443` or `8000-8080`.
fn range(text: &str) -> Option<(f64, f64)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (u16, u16) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first >= 1 && first <= last).then(|| (f64::from(first), f64::from(last)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::recorder::Recorder;
    use crate::{Request, construct};

    fn subnets() -> Vec<Subnet> {
        [("apps", "10.10.0.0/22"), ("data", "10.10.4.0/22")]
            .map(|(name, cidr)| Subnet { name: name.to_owned(), cidr: Value::from(cidr) })
            .into()
    }

    #[test]
    fn names_of_subnets_become_their_cidr_blocks() {
        let rule = object! { "protocol": "TCP", "source": "apps", "destination": "data", "ports": "5432-5433" };
        let written = written(&rule, &subnets());
        assert_eq!((written.text("source"), written.text("destination")), (Some("10.10.0.0/22"), Some("10.10.4.0/22")));
        assert_eq!((written["dstPortLow"].as_f64(), written["dstPortHigh"].as_f64()), (Some(5432.0), Some(5433.0)));
        assert_eq!(written.text("action"), Some("accept"));
    }

    #[test]
    fn invalid_subnets_blocks_and_ports_are_reported() {
        let rules = [
            object! { "source": "web", "protocol": "UDP", "ports": "80-70" },
            object! { "destination": "10.0.0.0/24", "ports": "443" },
            object! { "destination": Value::UNKNOWN, "protocol": Value::UNKNOWN, "ports": "1" },
        ];
        let inputs = object! { "aclRules": rules.map(Value::from).to_vec() };
        let reported: Vec<String> = problems(&inputs, &subnets())
            .iter()
            .map(|problem| format!("{}: {}", problem.path, problem.reason))
            .collect();
        assert_eq!(reported.len(), 3, "{reported:?}");
        assert!(
            reported[0].starts_with("aclRules[0].source: \"web\" is neither")
                && reported[0].ends_with("\"apps\", \"data\"")
        );
        assert!(reported[1].starts_with("aclRules[0].ports: \"80-70\" must be"));
        assert!(reported[2].starts_with("aclRules[1].ports: requires the protocol TCP or UDP"), "{reported:?}");
    }

    #[tokio::test]
    async fn rules_drop_other_traffic_and_without_rules_there_is_no_acl() {
        let token = "evalap/privateNetwork:PrivateNetwork";
        for (inputs, expected) in [
            (object! { "aclRules": vec![Value::from(object! { "source": "main" })] }, Some("drop")),
            (object! { "aclDefaultPolicy": "accept" }, Some("accept")),
            (Object::new(), None),
        ] {
            let recorder = Recorder::real();
            let inputs = inputs.with("environment", "dev");
            let request = Request { token, name: "it", inputs: &inputs, given: &inputs, parts: &[] };
            construct(&recorder, request).await.unwrap();
            let made = recorder.order().contains(&"it-acl".to_owned());
            let policy =
                made.then(|| recorder.child("it-acl").inputs.text("defaultPolicy").map(str::to_owned)).flatten();
            assert_eq!(policy.as_deref(), expected);
        }
    }
}
