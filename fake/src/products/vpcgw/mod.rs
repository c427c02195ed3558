//! Public gateways, the private networks attached to them, their addresses and their port rules.

mod address;
mod gateway;
mod network;
mod pat_rule;

use super::Product;
use crate::call::Call;

pub(crate) use network::GATEWAY_NETWORK;

use address::IP;
use gateway::GATEWAY;
use pat_rule::PAT_RULE;

pub(crate) static PRODUCT: Product = Product {
    document: "vpcgw.v2",
    kinds: &[&GATEWAY, &GATEWAY_NETWORK, &IP, &PAT_RULE],
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
        ("CreatePatRule", pat_rule::create),
        ("GetPatRule", |call| call.get(&PAT_RULE)),
        ("ListPatRules", |call| call.list(&PAT_RULE)),
        ("UpdatePatRule", pat_rule::update),
        ("DeletePatRule", pat_rule::delete),
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
