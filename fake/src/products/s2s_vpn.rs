//! Site-to-Site VPN. Code is needed for the addresses of customer gateways, which requests have as CIDR blocks, and for connections:
//! a change of a connection occupies its VPN gateway.

use serde_json::{Value, json};

use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::response::ApiError;

static GATEWAY: Named = Named::new("s2s_vpn/vpn_gateway");
static CUSTOMER: Named = Named::new("s2s_vpn/customer_gateway");
static CONNECTION: Named = Named::new("s2s_vpn/connection");

pub(crate) static PRODUCT: Product = Product {
    document: "s2s_vpn.v1alpha1",
    kinds: &[],
    reads: &[],
    writes: &[
        ("CreateCustomerGateway", create_customer),
        ("UpdateCustomerGateway", update_customer),
        ("CreateConnection", create_connection),
        ("DeleteConnection", delete_connection),
        ("EnableRoutePropagation", |call| propagate(call, true)),
        ("DisableRoutePropagation", |call| propagate(call, false)),
    ],
};

fn create_customer(call: &mut Call<'_>) -> Handled {
    bare_addresses(call);
    plain::create(call, CUSTOMER.plain(), json!({}))
}

/// An empty address removes it.
fn update_customer(call: &mut Call<'_>) -> Handled {
    bare_addresses(call);
    let removed: Vec<&str> = [("ipv4_public", "public_ipv4"), ("ipv6_public", "public_ipv6")]
        .into_iter()
        .filter(|(given, _)| call.body.get(*given) == Some(&json!("")))
        .map(|(_, shown)| shown)
        .collect();
    plain::update(call, CUSTOMER.plain())?;
    let id = call.id();
    call.change(&CUSTOMER, &id)?.fields.retain(|field, _| !removed.contains(&field.as_str()));
    call.get(&CUSTOMER)
}

/// As recorded: requests have CIDR blocks of one address, and responses the address.
fn bare_addresses(call: &mut Call<'_>) {
    for field in ["ipv4_public", "ipv6_public"] {
        if let Some(Value::String(address)) = call.body.get_mut(field) {
            address.truncate(address.find('/').unwrap_or(address.len()));
        }
    }
}

/// As recorded: the response has the addresses of the session, which the API assigns if the request has none.
fn create_connection(call: &mut Call<'_>) -> Handled {
    let sessions =
        [("bgp_config_ipv4", "bgp_session_ipv4", "169.254.2"), ("bgp_config_ipv6", "bgp_session_ipv6", "169.254.3")];
    let mut known = json!({});
    for (given, shown, block) in sessions {
        let Some(config) = call.body.get(given).filter(|config| config.is_object()) else { continue };
        let address = |name: &str, last: u8| match &config[name] {
            Value::Null => json!(format!("{block}.{last}/30")),
            address => address.clone(),
        };
        known[shown] = json!({
            "routing_policy_id": config["routing_policy_id"],
            "private_ip": address("private_ip", 1),
            "peer_private_ip": address("peer_private_ip", 2),
        });
    }
    let answer = plain::create(call, CONNECTION.plain(), known)?;
    occupy(call, &answer["vpn_gateway_id"])?;
    Ok(json!({ "connection": answer, "pre_shared_key": "" }))
}

fn delete_connection(call: &mut Call<'_>) -> Handled {
    let gateway = call.find(&CONNECTION, &call.id())?.fields["vpn_gateway_id"].clone();
    let answer = plain::delete(call, CONNECTION.plain())?;
    occupy(call, &gateway)?;
    Ok(answer)
}

fn propagate(call: &mut Call<'_>, enabled: bool) -> Handled {
    let (id, now) = (call.parameter("connection_id"), call.timestamp());
    let connection = call.change(&CONNECTION, &id)?;
    connection.fields.insert("route_propagation_enabled".to_owned(), json!(enabled));
    connection.fields.insert("updated_at".to_owned(), json!(now));
    call.shown(&CONNECTION, &id)
}

/// As recorded: the VPN gateway is `configuring` for some seconds.
fn occupy(call: &mut Call<'_>, gateway: &Value) -> Result<(), ApiError> {
    let gateway = gateway.as_str().unwrap_or_default().to_owned();
    call.transition(&GATEWAY, &gateway, "configuring", json!({ "status": "active" }))
}
