//! Subnets: each private network has at least one IPv4 and one IPv6 block.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde_json::{Value, json};

use super::vpcs::VPC;
use crate::call::Call;
use crate::facts::Named;
use crate::response::ApiError;

pub(crate) static SUBNET: Named = Named::new("vpc/subnet");

/// As recorded: the pool of default blocks, and their size.
const IPV4_POOL: (Ipv4Addr, u8) = (Ipv4Addr::new(172, 16, 0, 0), 12);
const IPV4_PREFIX: u8 = 22;
const IPV6_PREFIX: u8 = 64;

/// Creates the subnets of a new network: those of the request, and a default for each missing IP version.
pub(super) fn create(
    call: &mut Call<'_>,
    vpc: &str,
    network: &str,
    project: &str,
    requested: &Value,
) -> Result<(), ApiError> {
    let taken = taken(call, vpc);
    let mut blocks = Vec::new();
    for text in requested.as_array().into_iter().flatten().filter_map(Value::as_str) {
        let block: IpNet = text.parse().map_err(|_| ApiError::constraint("subnets", "a subnet is not a CIDR"))?;
        let overlaps = |other: &IpNet| block.contains(other) || other.contains(&block);
        if taken.iter().chain(&blocks).any(overlaps) {
            return Err(ApiError::constraint("subnets", "a subnet overlaps with another one of the VPC"));
        }
        blocks.push(block.trunc());
    }
    if !blocks.iter().any(|block| matches!(block, IpNet::V4(_))) {
        let used: Vec<_> = taken.iter().chain(&blocks).copied().collect();
        blocks.insert(0, free_ipv4(&used).ok_or_else(|| ApiError::constraint("subnets", "the VPC is full"))?);
    }
    if !blocks.iter().any(|block| matches!(block, IpNet::V6(_))) {
        blocks.push(new_ipv6(call, &taken));
    }
    let now = call.timestamp();
    for block in blocks {
        let fields = json!({
            "subnet": block.to_string(),
            "private_network_id": network,
            "vpc_id": vpc,
            "project_id": project,
            "region": call.locality(),
            "created_at": now,
            "updated_at": now,
        });
        call.create(&SUBNET, fields).map(drop)?;
    }
    Ok(())
}

fn taken(call: &Call<'_>, vpc: &str) -> Vec<IpNet> {
    debug_assert!(call.find(&VPC, vpc).is_ok());
    let of_vpc = call.world.store.of(&SUBNET).filter(|subnet| subnet.text("vpc_id") == vpc);
    of_vpc.filter_map(|subnet| subnet.text("subnet").parse().ok()).collect()
}

/// The first block of the pool that does not overlap with the others.
fn free_ipv4(taken: &[IpNet]) -> Option<IpNet> {
    let pool = Ipv4Net::new(IPV4_POOL.0, IPV4_POOL.1).ok()?;
    let free = |block: &IpNet| !taken.iter().any(|other| block.contains(other) || other.contains(block));
    pool.subnets(IPV4_PREFIX).ok()?.map(IpNet::V4).find(free)
}

/// As recorded: a block of unique local addresses; all blocks of a VPC have the same first 48 bits.
fn new_ipv6(call: &mut Call<'_>, taken: &[IpNet]) -> IpNet {
    let of_vpc = taken.iter().find_map(|block| match block {
        IpNet::V6(block) => Some(u128::from(block.network()) >> 80),
        IpNet::V4(_) => None,
    });
    let global = of_vpc.unwrap_or_else(|| (0xfd << 40) | call.world.rng.u128(..1 << 40));
    let address = (global << 80) | (call.world.rng.u128(..1 << 16) << 64);
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::from(address), IPV6_PREFIX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_block_does_not_overlap_with_others() {
        let taken: Vec<IpNet> = vec!["172.16.0.0/23".parse().unwrap(), "172.16.4.0/20".parse().unwrap()];
        assert_eq!(free_ipv4(&taken).unwrap().to_string(), "172.16.16.0/22");
        assert_eq!(free_ipv4(&["172.16.0.0/12".parse().unwrap()]), None);
    }
}
