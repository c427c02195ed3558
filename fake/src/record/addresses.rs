//! Pseudonyms of IP addresses and networks.
//!
//! Public addresses become addresses of the ranges for documentation, by their number. Private addresses stay in their private
//! block, and two of them have as many leading bits in common as before, so that an address is in the same networks. Their last
//! eight bits are kept.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The ranges for documentation (RFC 5737), without their first and last addresses, and then that for benchmarks (RFC 2544).
const DOCUMENTATION: [(Ipv4Addr, u32); 4] = [
    (Ipv4Addr::new(203, 0, 113, 1), 254),
    (Ipv4Addr::new(198, 51, 100, 1), 254),
    (Ipv4Addr::new(192, 0, 2, 1), 254),
    (Ipv4Addr::new(198, 19, 0, 1), 65_534),
];
/// The private blocks of IPv4, with the length of their prefixes.
const PRIVATE: [(Ipv4Addr, u8); 5] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
];
/// 2001:db8::/32, the range for documentation (RFC 3849).
const DOCUMENTATION_V6: u128 = 0x2001_0db8 << 96;
/// Unique local and link-local addresses, with the length of their prefixes.
const PRIVATE_V6: [(Ipv6Addr, u8); 3] = [
    (Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 0), 8),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 8),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
];
/// The bits at the end of a private address that are kept.
const KEPT: u8 = 8;

/// The addresses and networks so far.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    /// The numbers of public addresses and networks.
    numbers: HashMap<IpNet, u32>,
    /// By the bits before it and their number: the bit that becomes 0 in private addresses.
    first_bits: HashMap<(IpAddr, u8), bool>,
}

impl Addresses {
    /// The pseudonym of an address, optionally with a prefix length, or of a network; `None` if the string is neither.
    pub(super) fn replace(&mut self, text: &str) -> Option<String> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Some(self.address(address).to_string());
        }
        let network: IpNet = text.parse().ok()?;
        if is_general(network) {
            return Some(text.to_owned());
        }
        let is_address = network.addr() != network.network() || network.prefix_len() == network.max_prefix_len();
        let replaced = match (is_address, block(network.addr())) {
            (true, _) => self.address(network.addr()),
            (false, Some(length)) => self.private(network.addr(), length),
            (false, None) => return Some(self.network(network).to_string()),
        };
        let replaced = IpNet::new(replaced, network.prefix_len()).ok()?;
        Some(if is_address { replaced } else { replaced.trunc() }.to_string())
    }

    fn address(&mut self, address: IpAddr) -> IpAddr {
        if address.is_unspecified() || address.is_loopback() {
            return address;
        }
        if let Some(length) = block(address) {
            return self.private(address, length);
        }
        let number = self.number(IpNet::from(address));
        match address {
            IpAddr::V4(_) => IpAddr::V4(documentation(number)),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from(DOCUMENTATION_V6 | (u128::from(number) + 1))),
        }
    }

    /// A public network.
    fn network(&mut self, network: IpNet) -> IpNet {
        let number = self.number(network);
        match network {
            IpNet::V4(network) => {
                // 198.18.0.0/16 has the networks from /16; a larger network is the one that contains it.
                let size = 1_u32.checked_shl(u32::from(32 - network.prefix_len())).unwrap_or_default();
                let offset = number.wrapping_mul(size) & 0xffff;
                let address = Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) | offset);
                IpNet::V4(Ipv4Net::new_assert(address, network.prefix_len()).trunc())
            }
            IpNet::V6(network) => {
                let address = Ipv6Addr::from(DOCUMENTATION_V6 | (u128::from(number) & 0xffff) << 80);
                IpNet::V6(Ipv6Net::new_assert(address, network.prefix_len()).trunc())
            }
        }
    }

    fn number(&mut self, network: IpNet) -> u32 {
        if let Some(number) = self.numbers.get(&network) {
            return *number;
        }
        let of_kind = |known: &&IpNet| {
            known.addr().is_ipv4() == network.addr().is_ipv4()
                && (known.prefix_len() == known.max_prefix_len()) == (network.prefix_len() == network.max_prefix_len())
        };
        let next = u32::try_from(self.numbers.keys().filter(of_kind).count()).unwrap_or(u32::MAX);
        self.numbers.insert(network, next);
        next
    }

    /// Of each pair of addresses that differ first in one bit, the first one that occurred has 0 there.
    fn private(&mut self, address: IpAddr, length: u8) -> IpAddr {
        let (bits, width) = match address {
            IpAddr::V4(address) => (u128::from(u32::from(address)) << 96, 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        let mut replaced = bits;
        for position in length..width - KEPT {
            let mask = 1_u128 << (127 - position);
            let before = bits & !((mask << 1).wrapping_sub(1));
            let bit = bits & mask != 0;
            let key = (of_width(before, width), position);
            let first = *self.first_bits.entry(key).or_insert(bit);
            replaced = if bit == first { replaced & !mask } else { replaced | mask };
        }
        of_width(replaced, width)
    }
}

/// The address with these bits at the start.
fn of_width(bits: u128, width: u8) -> IpAddr {
    if width == 32 {
        return IpAddr::V4(Ipv4Addr::from(u32::try_from(bits >> 96).unwrap_or_default()));
    }
    IpAddr::V6(Ipv6Addr::from(bits))
}

/// The length of the prefix of the private block with the address.
fn block(address: IpAddr) -> Option<u8> {
    let contains = |block: IpAddr, length: u8| IpNet::new(block, length).is_ok_and(|block| block.contains(&address));
    let v4 = PRIVATE.iter().map(|(block, length)| (IpAddr::V4(*block), *length));
    let v6 = PRIVATE_V6.iter().map(|(block, length)| (IpAddr::V6(*block), *length));
    v4.chain(v6).find(|(block, length)| contains(*block, *length)).map(|(_, length)| length)
}

/// Whether a network is one that identifies nothing: all addresses, or a whole private block.
fn is_general(network: IpNet) -> bool {
    network.prefix_len() == 0
        || network.addr().is_loopback()
        || PRIVATE.iter().any(|(block, length)| IpNet::new(IpAddr::V4(*block), *length) == Ok(network))
}

/// A public address by its number. A recording with more than 66,000 addresses repeats the last ones.
fn documentation(number: u32) -> Ipv4Addr {
    let [ranges @ .., (last, size)] = DOCUMENTATION;
    let mut number = number;
    for (first, size) in ranges {
        if number < size {
            return Ipv4Addr::from(u32::from(first) + number);
        }
        number -= size;
    }
    Ipv4Addr::from(u32::from(last) + number % size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_become_addresses_for_documentation() {
        let mut addresses = Addresses::default();
        let mut replace = |text: &str| addresses.replace(text).unwrap();
        assert_eq!(replace("51.15.1.2"), "203.0.113.1");
        assert_eq!(replace("51.15.1.3/32"), "203.0.113.2/32");
        assert_eq!(replace("51.15.1.2"), "203.0.113.1");
        assert_eq!(replace("51.15.0.0/16"), "198.18.0.0/16");
        assert_eq!(replace("51.15.4.0/24"), "198.18.1.0/24");
        assert_eq!(replace("2001:bc8:1200::1"), "2001:db8::1");
        assert_eq!(replace("2001:bc8:1200::/64"), "2001:db8::/64");
        assert_eq!(replace("2001:bc8:1201::/64"), "2001:db8:1::/64");
        assert_eq!(replace("51.0.0.0/8"), "198.0.0.0/8");
    }

    #[test]
    fn private_addresses_stay_in_their_networks() {
        let mut addresses = Addresses::default();
        let originals = [
            "172.17.44.0/22",
            "172.17.44.5",
            "172.17.45.5/22",
            "172.17.48.9",
            "10.9.8.7",
            "fd12:3456::5",
            "fd12:3456::/64",
        ];
        let replaced: Vec<String> = originals.iter().map(|text| addresses.replace(text).unwrap()).collect();
        let network: IpNet = replaced[0].parse().unwrap();
        assert_eq!(network.to_string(), "172.16.0.0/22");
        let is_inside = |text: &String| network.contains(&text.split('/').next().unwrap().parse::<IpAddr>().unwrap());
        assert!(is_inside(&replaced[1]) && is_inside(&replaced[2]) && !is_inside(&replaced[3]), "{replaced:?}");
        assert_eq!((replaced[1].as_str(), replaced[4].as_str()), ("172.16.0.5", "10.0.0.7"));
        assert_eq!((replaced[5].as_str(), replaced[6].as_str()), ("fd00::5", "fd00::/64"));
    }

    #[test]
    fn addresses_without_meaning_are_kept() {
        let mut addresses = Addresses::default();
        for text in ["0.0.0.0/0", "::/0", "0.0.0.0", "127.0.0.1", "::1", "10.0.0.0/8", "192.168.0.0/16"] {
            assert_eq!(addresses.replace(text).as_deref(), Some(text));
        }
        assert_eq!(addresses.replace("1.2.3"), None);
    }

    #[test]
    fn many_addresses_have_different_pseudonyms() {
        let mut addresses = Addresses::default();
        let all: std::collections::BTreeSet<_> =
            (0..2_000_u32).map(|number| addresses.replace(&Ipv4Addr::from(0x0800_0000 + number).to_string())).collect();
        assert_eq!(all.len(), 2_000);
    }
}
