//! Offers, addresses and installations of Elastic Metal servers.

use jiff::Timestamp;
use serde_json::json;
use value::{Object, Path, Value};

use super::Server;
use crate::operation::{Change, ChangeKind, Diff, DiffRequest};
use crate::special::{Special, decoded};

fn object(fields: &[(&str, &str)]) -> Object {
    fields.iter().map(|(name, text)| ((*name).to_owned(), Value::from(*text))).collect()
}

/// The diff of a change of one input of a server with an hourly offer.
fn diff(name: &str, old: &str, news: &Object) -> Diff {
    let olds = object(&[
        ("offerId", "fr-par-2/hourly"),
        ("offerName", "EM-I215E-NVME"),
        ("monthlyOfferId", "fr-par-2/monthly"),
        ("os", "a"),
    ]);
    let old_inputs = object(&[(name, old)]);
    let request =
        DiffRequest { olds: &olds, old_inputs: &old_inputs, news, ignore_changes: &[], now: Timestamp::UNIX_EPOCH };
    let mut diff = Diff::default();
    let replace = name == "offer";
    diff.changes.insert(Path::root(name), Change { kind: ChangeKind::Update, replace });
    Server.adjust_diff(&request, &mut diff);
    diff
}

#[test]
fn the_monthly_offer_is_an_update_and_another_offer_a_replacement() {
    let to = |offer: &str| diff("offer", "EM-I215E-NVME", &object(&[("offer", offer)]));
    let monthly = to("monthly");
    assert!(!monthly.replaces() && monthly.changes.len() == 1);
    assert!(monthly.warnings[0].text.contains("one month"));
    assert!(to("fr-par-2/hourly").changes.is_empty());
    assert!(to("em-i215e-nvme").changes.is_empty());
    assert!(to("EM-B420E-NVME").replaces());
}

#[test]
fn an_installation_is_announced() {
    let os = diff("os", "a", &object(&[("os", "b")]));
    assert!(os.warnings[0].text.contains("deleted"));
    let mut news = object(&[("hostname", "new")]);
    assert!(diff("hostname", "old", &news).warnings[0].text.contains("next installation"));
    news.insert("reinstallOnConfigChanges".to_owned(), Value::from(true));
    assert!(diff("hostname", "old", &news).warnings[0].text.contains("deleted"));
}

#[test]
fn addresses_are_grouped_by_version() {
    let ips = json!([{ "address": "2001:db8::1", "version": "IPv6" }, { "address": "192.0.2.1", "version": "IPv4" }]);
    let wire = decoded(&Server, &json!({ "ips": ips }));
    assert_eq!(wire["ipv4"], json!([{ "address": "192.0.2.1", "version": "IPv4" }]));
    assert_eq!(wire["ipv6"][0]["address"], "2001:db8::1");
    assert_eq!(decoded(&Server, &json!({ "private_networks": [] }))["private_ips"], json!([]));
    let wire = decoded(&Server, &json!({ "private_networks": [{ "status": "detaching" }, { "status": "attached" }] }));
    assert_eq!(wire["private_networks"], json!([{ "status": "attached" }]));
}

#[test]
fn the_spelling_of_the_program_stays() {
    let inputs = object(&[("offer", "hourly"), ("user", "admin")]);
    let mut state = object(&[("offer", "EM-I215E-NVME"), ("user", "ubuntu"), ("serviceUser", "")]);
    Server.adjust_state(&inputs, &serde_json::Map::new(), &mut state);
    assert_eq!(
        (state.text("offer"), state.text("user"), state.text("serviceUser")),
        (Some("hourly"), Some("admin"), Some(""))
    );
}
