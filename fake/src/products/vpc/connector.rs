//! Connectors between VPCs: peered once each side has one to the other.

use serde_json::{Map, Value, json};

use super::VPC;
use crate::call::{Call, Handled};
use crate::store::{Kind, Missing, Object, Store};

pub(super) static CONNECTOR: Kind = Kind {
    view: Some(show_status),
    ..Kind::new("vpc/vpc_connector", "VPCConnector", "vpc_connectors", Missing::Labelled("vpc_connector"))
};

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let (name, vpc, target) = (call.need("name")?, call.need("vpc_id")?, call.need("target_vpc_id")?);
    let own = call.find(&VPC, &vpc)?.clone();
    let now = call.timestamp();
    let fields = json!({
        "name": name,
        "organization_id": own.fields["organization_id"],
        "project_id": own.fields["project_id"],
        "region": call.locality(),
        "tags": call.tags(),
        "vpc_id": vpc,
        "target_vpc_id": target,
        "status": "orphan",
        "created_at": now,
        "updated_at": now,
    });
    call.create(&CONNECTOR, fields)
}

fn show_status(store: &Store, connector: &Object, shown: &mut Map<String, Value>) {
    let answers = |other: &Object| {
        other.text("vpc_id") == connector.text("target_vpc_id") && other.text("target_vpc_id") == connector.text("vpc_id")
    };
    if store.of(&CONNECTOR).any(answers) {
        shown.insert("status".to_owned(), json!("peered"));
    }
}
