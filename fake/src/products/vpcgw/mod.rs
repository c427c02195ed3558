//! Public gateways, the private networks attached to them, their addresses and their port rules.

mod address;
mod gateway;
mod kinds;
pub(crate) mod network;

use crate::product::Product;

use kinds::{GATEWAY, GATEWAY_NETWORK, IP};

pub(crate) static PRODUCT: Product = Product {
    document: "vpcgw.v2",
    kinds: &[&GATEWAY, &GATEWAY_NETWORK, &IP],
    routes: &[
        ("ListGatewayTypes", |call| Ok(gateway::types(&call.locality()))),
        ("CreateGateway", gateway::create),
        ("GetGateway", |call| call.get(&GATEWAY)),
        ("ListGateways", gateway::list),
        ("UpdateGateway", gateway::update),
        ("UpgradeGateway", gateway::upgrade),
        ("RefreshSSHKeys", gateway::refresh_ssh_keys),
        ("SetBastionAllowedIPs", gateway::set_allowed),
        ("DeleteGateway", gateway::delete),
        ("CreateGatewayNetwork", network::create),
        ("GetGatewayNetwork", |call| call.get(&GATEWAY_NETWORK)),
        ("ListGatewayNetworks", |call| call.list(&GATEWAY_NETWORK)),
        ("UpdateGatewayNetwork", network::update),
        ("DeleteGatewayNetwork", network::delete),
        ("CreateIP", address::create),
        ("GetIP", |call| call.get(&IP)),
        ("ListIPs", address::list),
        ("UpdateIP", address::update),
        ("DeleteIP", address::delete),
    ],
};
