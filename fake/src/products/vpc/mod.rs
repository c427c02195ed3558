//! Networks: VPCs, private networks and their subnets, routes, connectors, ingress rules, and access control lists.

mod acl;
mod ingress_rule;
mod private_network;
mod route;
mod subnet;
mod vpcs;

use crate::product::Product;

pub(crate) use private_network::PRIVATE_NETWORK;

pub(crate) static PRODUCT: Product = Product {
    document: "vpc.v2",
    kinds: &[],
    reads: &[("GetACL", acl::get), ("ListRoutesWithNexthop", route::list_with_next_hop)],
    writes: &[
        // It creates the default VPC of a project if it is selected.
        ("ListVPCs", vpcs::list),
        ("SetACL", acl::set),
        ("CreatePrivateNetwork", private_network::create),
        ("CreateRoute", route::create),
        ("UpdateRoute", route::update),
        ("CreateIngressRule", ingress_rule::create),
        ("UpdateIngressRule", ingress_rule::update),
    ],
};
