//! Ingress rules: next hops of incoming packets.

use serde_json::json;

use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::plain;

static INGRESS_RULE: Named = Named::new("vpc/ingress_rule");

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let is_ipv6 = call.text("source").contains(':');
    plain::create(call, INGRESS_RULE.plain(), json!({ "is_ipv6": is_ipv6 }))
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let source = call.text("source");
    if !source.is_empty() {
        call.body.insert("is_ipv6".to_owned(), json!(source.contains(':')));
    }
    plain::update(call, INGRESS_RULE.plain())
}
