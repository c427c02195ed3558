//! Public gateways, the private networks attached to them, their addresses and their port rules.

mod address;
mod gateway;
mod network;

use crate::call::Call;
use crate::product::Product;

pub(crate) use network::GATEWAY_NETWORK;

use address::IP;
use gateway::GATEWAY;

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

/// Does something in the region of the call's zone: networks and their addresses are regional.
fn in_region<T>(call: &mut Call<'_>, work: impl FnOnce(&mut Call<'_>) -> T) -> T {
    let parameters = call.parameters.clone();
    let zone = call.locality();
    let region = zone.rsplit_once('-').map_or(zone.clone(), |(region, _)| region.to_owned());
    call.parameters = [("region".to_owned(), region)].into_iter().collect();
    let done = work(call);
    call.parameters = parameters;
    done
}
