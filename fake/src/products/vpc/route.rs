//! Routes: created ones, and in lists the local route of each private network.

use serde_json::{Value, json};

use super::subnet::SUBNET;
use crate::call::{Call, Handled, ReadCall, WorldRef};
use crate::facts::Named;
use crate::plain;
use crate::products::ipam;
use crate::response::ApiError;

static ROUTE: Named = Named::new("vpc/route");

const NEXT_HOPS: [&str; 3] = ["nexthop_resource_id", "nexthop_private_network_id", "nexthop_vpc_connector_id"];

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    if NEXT_HOPS.iter().all(|hop| call.text(hop).is_empty()) {
        return Err(ApiError::required("nexthop"));
    }
    rewrite(call);
    plain::create(call, ROUTE.plain(), json!({}))
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    rewrite(call);
    plain::update(call, ROUTE.plain())
}

/// An empty next hop removes it. As recorded, an empty description is replaced by a default.
fn rewrite(call: &mut Call<'_>) {
    for (name, value) in &mut call.body {
        if value == "" && NEXT_HOPS.contains(&name.as_str()) {
            *value = Value::Null;
        } else if value == "" && name == "description" {
            *value = json!("Custom route");
        }
    }
}

/// As recorded: the routes of private networks are first, and have no ID; tags do not filter.
pub(super) fn list_with_next_hop(call: &mut ReadCall<'_>) -> Handled {
    let region = call.locality();
    let of_networks = call.world.store.of(&SUBNET).filter(|subnet| subnet.locality == region).map(|subnet| {
        json!({
            "id": "",
            "description": "Local Private Network route",
            "destination": subnet.fields["subnet"],
            "vpc_id": subnet.fields["vpc_id"],
            "nexthop_private_network_id": subnet.fields["private_network_id"],
            "nexthop_resource_id": null,
            "nexthop_vpc_connector_id": null,
            "tags": ["MANAGED"],
            "type": "subnet",
            "is_read_only": true,
            "region": region,
            "created_at": subnet.fields["created_at"],
            "updated_at": subnet.fields["updated_at"],
        })
    });
    let created = call.world.store.of(&ROUTE).filter(|route| route.locality == region);
    let created = created.map(|route| call.show(&ROUTE, route));
    let fits = |route: &Value| {
        call.query.iter().all(|(name, requested)| match name.as_str() {
            "vpc_id" | "nexthop_resource_id" | "nexthop_private_network_id" | "nexthop_vpc_connector_id" => {
                route[name] == *requested
            }
            "is_ipv6" => route["destination"].as_str().is_some_and(|block| json!(block.contains(':')) == *requested),
            _ => true,
        })
    };
    let routes: Vec<Value> = of_networks.chain(created).filter(fits).map(|route| with_next_hop(call, &route)).collect();
    let total = routes.len();
    Ok(json!({ "routes": routes, "total_count": total }))
}

fn with_next_hop(call: &Call<'_, impl WorldRef>, route: &Value) -> Value {
    let holder = route["nexthop_resource_id"].as_str().and_then(|id| ipam::held_by(call, id));
    let (address, resource) = holder.unwrap_or_default();
    json!({
        "nexthop_ip": address,
        "nexthop_name": resource.get("name"),
        "nexthop_resource_type": resource.get("type").cloned().unwrap_or_else(|| json!("unknown_type")),
        "route": route,
    })
}
