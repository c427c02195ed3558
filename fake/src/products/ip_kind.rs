//! The kind of the addresses in IPAM, which also shows the addresses of Instances.

use serde_json::{Map, Value, json};

use crate::products::domain_names;
use crate::store::{Kind, Missing, Object, Store};

pub(crate) static IP: Kind =
    Kind { srn: Some("ipam"), view: Some(show_reverses), ..Kind::new("ipam/ip", "IP", "ips", Missing::Labelled("ip")) };

/// As recorded: a reverse name is shown, with a dot at its end, when it resolves to the address. Names outside of the zones of the
/// fake are shown at once.
fn show_reverses(store: &Store, ip: &Object, fields: &mut Map<String, Value>) {
    let resolves = |reverse: &&Value| {
        let (name, address) = (reverse["hostname"].as_str(), reverse["address"].as_str());
        let resolved = domain_names::addresses(store, name.unwrap_or_default());
        resolved.is_none_or(|resolved| address.is_some_and(|address| resolved.iter().any(|other| other == address)))
    };
    let given = ip.hidden.get("reverses").and_then(Value::as_array).into_iter().flatten();
    let shown = given.filter(resolves).map(|reverse| {
        let name = reverse["hostname"].as_str().unwrap_or_default().trim_end_matches('.');
        json!({ "hostname": format!("{name}."), "address": reverse["address"] })
    });
    let own = fields.get("reverses").and_then(Value::as_array).cloned().unwrap_or_default();
    fields.insert("reverses".to_owned(), own.into_iter().chain(shown).collect());
}
