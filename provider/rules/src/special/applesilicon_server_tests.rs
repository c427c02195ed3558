//! Private networks and installations of Apple silicon servers.

use jiff::Timestamp;
use serde_json::json;
use value::{Object, Path, Value};

use super::Server;
use crate::operation::{Change, ChangeKind, Diff, DiffRequest};
use crate::special::{Special, decoded};

#[test]
fn private_networks_need_the_vpc() {
    let failures = |vpc: Option<Value>, networks: Vec<Value>| {
        let mut inputs = Object::new();
        inputs.insert("privateNetworks".to_owned(), Value::from(networks));
        inputs.extend(vpc.map(|vpc| ("enableVpc".to_owned(), vpc)));
        let mut failures = Vec::new();
        Server.check(&Object::new(), &inputs, &mut failures);
        failures.len()
    };
    let one = || vec![Value::from("a")];
    assert_eq!(failures(None, one()), 1);
    assert_eq!(failures(Some(Value::from(false)), one()), 1);
    assert_eq!(failures(Some(Value::from(true)), one()), 0);
    assert_eq!(failures(Some(Value::UNKNOWN), one()), 0);
    assert_eq!(failures(None, Vec::new()), 0);
}

#[test]
fn another_operating_system_is_announced() {
    let warnings = |replace: bool| {
        let news: Object = [("osId".to_owned(), Value::from("b"))].into_iter().collect();
        let olds: Object = [("osId".to_owned(), Value::from("a"))].into_iter().collect();
        let request = DiffRequest {
            olds: &olds,
            old_inputs: &olds,
            news: &news,
            ignore_changes: &[],
            now: Timestamp::UNIX_EPOCH,
        };
        let mut diff = Diff::default();
        diff.changes.insert(Path::root("osId"), Change { kind: ChangeKind::Update, replace });
        Server.adjust_diff(&request, &mut diff);
        diff.warnings.len()
    };
    assert_eq!([warnings(false), warnings(true)], [1, 0]);
}

#[test]
fn vpc_is_enabled_while_it_is_updated() {
    let is_enabled = |status: &str| decoded(&Server, &json!({ "vpc_status": status }))["enable_vpc"].clone();
    assert_eq!(
        ["vpc_enabled", "vpc_updating", "vpc_disabled"].map(is_enabled),
        [true, true, false].map(|is| json!(is))
    );
}

#[test]
fn server_without_private_networks_has_no_addresses() {
    assert_eq!(decoded(&Server, &json!({ "private_networks": [] }))["private_ips"], json!([]));
    assert!(decoded(&Server, &json!({ "private_networks": [{}] })).get("private_ips").is_none());
}
