//! Port rules of gateways.

use serde_json::json;

use super::gateway;
use crate::call::{Call, Handled};
use crate::store::{Kind, Missing};

pub(super) static PAT_RULE: Kind = Kind::new("vpcgw/pat_rule", "PatRule", "pat_rules", Missing::Labelled("pat_rule"));

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let (gateway, address) = (call.need("gateway_id")?, call.need("private_ip")?);
    gateway::settled(call, &gateway)?;
    let now = call.timestamp();
    let fields = json!({
        "gateway_id": gateway,
        "private_ip": address,
        "private_port": call.value("private_port", 0),
        "public_port": call.value("public_port", 0),
        "protocol": call.value("protocol", "both"),
        "zone": call.locality(),
        "created_at": now,
        "updated_at": now,
    });
    call.create(&PAT_RULE, fields)
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    settled(call)?;
    call.patch(&PAT_RULE, &["private_ip", "private_port", "public_port", "protocol"])
}

pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    settled(call)?;
    call.delete(&PAT_RULE)
}

fn settled(call: &Call<'_>) -> Result<(), crate::answer::Refusal> {
    let gateway = call.find(&PAT_RULE, &call.id())?.text("gateway_id").to_owned();
    gateway::settled(call, &gateway)
}
