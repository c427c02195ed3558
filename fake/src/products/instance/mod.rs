//! Instances: addresses, security groups, volumes, snapshots and images. Code is needed for addresses, the rules of security
//! groups, and fields that are the ID of an object in requests and the object in responses.

mod address;
mod image;
mod kinds;
mod security_group;
mod volume;

use crate::product::Product;

pub(crate) static PRODUCT: Product = Product {
    document: "instance.v1",
    kinds: &[],
    routes: &[
        ("CreateIP", address::create),
        ("UpdateIP", address::update),
        ("DeleteIP", address::delete),
        ("CreateSecurityGroup", security_group::create),
        ("UpdateSecurityGroup", security_group::update),
        ("ListSecurityGroupRules", security_group::list_rules),
        ("SetSecurityGroupRules", security_group::set_rules),
        ("CreateVolume", volume::create),
        ("UpdateVolume", volume::update),
        ("DeleteVolume", volume::delete),
        ("CreateSnapshot", volume::snapshot),
        ("CreateImage", image::create),
        ("UpdateImage", image::update),
    ],
};
