//! Rules for packets that come into a VPC from outside.

use serde_json::{Value, json};

use super::{PRIVATE_NETWORK, VPC};
use crate::call::{Call, Handled};
use crate::store::{Kind, Missing};

/// As recorded, its absence is of something unknown.
pub(super) static INGRESS_RULE: Kind = Kind::new("vpc/ingress_rule", "IngressRule", "rules", Missing::Unnamed);

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let (vpc, source) = (call.need("vpc_id")?, call.need("source")?);
    let (address, network) = (call.need("nexthop_resource_ip")?, call.need("nexthop_private_network_id")?);
    let own = call.find(&VPC, &vpc)?.clone();
    call.find(&PRIVATE_NETWORK, &network)?;
    let now = call.timestamp();
    let fields = json!({
        "description": call.value("description", Value::Null),
        "organization_id": own.fields["organization_id"],
        "project_id": own.fields["project_id"],
        "region": call.locality(),
        "tags": call.tags(),
        "vpc_id": vpc,
        "source": source,
        "is_ipv6": source.contains(':'),
        "nexthop_resource_ip": address,
        "nexthop_private_network_id": network,
        "created_at": now,
        "updated_at": now,
    });
    call.create(&INGRESS_RULE, fields)
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let source = call.text("source");
    if !source.is_empty() {
        call.body.insert("is_ipv6".to_owned(), json!(source.contains(':')));
    }
    let fields =
        ["description", "tags", "source", "is_ipv6", "nexthop_resource_ip", "nexthop_private_network_id"];
    call.patch(&INGRESS_RULE, &fields)
}
