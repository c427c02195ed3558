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
    reads: &[
        ("ListGatewayTypes", |call| Ok(gateway::types(&call.locality()))),
        ("GetGateway", |call| call.get(&GATEWAY)),
        ("ListGateways", gateway::list),
        ("GetGatewayNetwork", |call| call.get(&GATEWAY_NETWORK)),
        ("ListGatewayNetworks", |call| call.list(&GATEWAY_NETWORK)),
        ("GetIP", |call| call.get(&IP)),
        ("ListIPs", address::list),
    ],
    writes: &[
        ("CreateGateway", gateway::create),
        ("UpdateGateway", gateway::update),
        ("UpgradeGateway", gateway::upgrade),
        ("RefreshSSHKeys", gateway::refresh_ssh_keys),
        ("SetBastionAllowedIPs", gateway::set_allowed),
        ("DeleteGateway", gateway::delete),
        ("CreateGatewayNetwork", network::create),
        ("UpdateGatewayNetwork", network::update),
        ("DeleteGatewayNetwork", network::delete),
        ("CreateIP", address::create),
        ("UpdateIP", address::update),
        ("DeleteIP", address::delete),
    ],
};
