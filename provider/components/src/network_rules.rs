//! Which packets may go from one subnet to another: rules in the words of people (names of subnets, `8000-8080`), and the
//! list of a VPC that they become.

use value::{Object, Path, Value, object};

use crate::error::Error;
use crate::private_network::{Subnet, net};
use crate::problem::Problem;
use crate::scope::{Part, Scope};

/// The protocols that have ports.
const WITH_PORTS: [&str; 2] = ["TCP", "UDP"];

/// The block of every address.
const EVERYWHERE: &str = "0.0.0.0/0";

/// What is wrong with the rules. `subnets` are those there are.
pub(crate) fn problems(inputs: &Object, subnets: &[Subnet]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, rule) in inputs.objects("aclRules") {
        let path = Path::root("aclRules").index(index);
        for end in ["source", "destination"] {
            let Some(given) = rule.text(end) else { continue };
            if net(&Value::from(given)).is_none() && !subnets.iter().any(|subnet| subnet.name == given) {
                let names = subnets.iter().map(|subnet| format!("\"{}\"", subnet.name)).collect::<Vec<_>>().join(", ");
                let reason = format!(
                    "\"{given}\" is neither a block of IPv4 addresses, such as \"10.0.0.0/24\", nor a subnet: those are {names}"
                );
                problems.push(Problem::new(path.clone().name(end), reason));
            }
        }
        let Some(ports) = rule.text("ports") else { continue };
        let path = path.name("ports");
        if range(ports).is_none() {
            let reason =
                format!("\"{ports}\" must be a port from 1 to 65535 or a range of them, such as \"8000-8080\"");
            problems.push(Problem::new(path.clone(), reason));
        }
        let protocol = rule.text("protocol").unwrap_or("ANY");
        if !rule.get("protocol").is_some_and(Value::is_unknown) && !WITH_PORTS.contains(&protocol) {
            let reason =
                format!("goes with the protocols TCP and UDP, and this rule is about {protocol}: say `protocol`");
            problems.push(Problem::new(path, reason));
        }
    }
    problems
}

/// Makes the list, if anything is said of it.
pub(crate) async fn make(scope: &Scope<'_>, inputs: &Object, vpc: &Part, subnets: &[Subnet]) -> Result<(), Error> {
    let policy = inputs.given("aclDefaultPolicy");
    if policy.is_none() && inputs.listed("aclRules").is_none() {
        return Ok(());
    }
    let rules = inputs.get("aclRules").and_then(Value::as_array).unwrap_or_default().iter();
    // What is not an object is unknown.
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
    fn a_rule_is_written_with_the_blocks_of_the_subnets_that_it_names() {
        let rule = object! { "protocol": "TCP", "source": "apps", "destination": "data", "ports": "5432-5433" };
        let written = written(&rule, &subnets());
        assert_eq!((written.text("source"), written.text("destination")), (Some("10.10.0.0/22"), Some("10.10.4.0/22")));
        assert_eq!((written["dstPortLow"].as_f64(), written["dstPortHigh"].as_f64()), (Some(5432.0), Some(5433.0)));
        assert_eq!(written.text("action"), Some("accept"));
    }

    #[test]
    fn what_is_no_subnet_no_block_and_no_port_is_told() {
        let rules = [
            object! { "source": "web", "protocol": "UDP", "ports": "80-70" },
            object! { "destination": "10.0.0.0/24", "ports": "443" },
            object! { "destination": Value::UNKNOWN, "protocol": Value::UNKNOWN, "ports": "1" },
        ];
        let inputs = object! { "aclRules": rules.map(Value::from).to_vec() };
        let told: Vec<String> = problems(&inputs, &subnets())
            .iter()
            .map(|problem| format!("{}: {}", problem.path, problem.reason))
            .collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(
            told[0].starts_with("aclRules[0].source: \"web\" is neither") && told[0].ends_with("\"apps\", \"data\"")
        );
        assert!(told[1].starts_with("aclRules[0].ports: \"80-70\" must be"));
        assert!(told[2].starts_with("aclRules[1].ports: goes with the protocols TCP and UDP"), "{told:?}");
    }

    #[tokio::test]
    async fn with_rules_nothing_else_passes_and_without_a_word_there_is_no_list() {
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
