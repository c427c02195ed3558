//! Subnets of the private network component, and CIDR blocks.

use ipnet::Ipv4Net;
use value::Value;

/// A subnet: its name, and its CIDR block, which can be unknown in a preview.
pub(crate) struct Subnet {
    pub(crate) name: String,
    pub(crate) cidr: Value,
}

/// The CIDR block of a value; `None` if it is unknown, or invalid, which Check reports.
pub(crate) fn net(value: &Value) -> Option<Ipv4Net> {
    value.as_str().and_then(|text| text.parse().ok())
}
