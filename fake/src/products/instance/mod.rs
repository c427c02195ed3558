//! Instances: servers, addresses, security groups, volumes, snapshots and images. Code is needed for servers with what is
//! attached to them, for addresses, the rules of security groups, and fields that are the ID of an object in requests and the
//! object in responses.

mod address;
mod attachment;
mod backup;
mod image;
mod kinds;
mod power;
mod private_nic;
mod security_group;
mod server;
mod server_image;
mod server_type;
mod server_view;
mod task;
mod user_data;
mod volume;

use crate::product::Product;

pub(crate) static PRODUCT: Product = Product {
    document: "instance.v1",
    kinds: &[&server_view::SERVER, &kinds::PRIVATE_NIC, &kinds::SERVER_TYPE, &kinds::AVAILABILITY],
    reads: &[
        ("ListServersTypes", server_type::list),
        ("GetServerTypesAvailability", server_type::availability),
        ("GetServer", |call| call.get(&server_view::SERVER)),
        ("ListServers", server::list),
        ("ListServerActions", power::actions),
        ("ListServerUserData", user_data::list),
        ("GetServerUserData", user_data::get),
        ("GetPrivateNIC", private_nic::get),
        ("ListPrivateNICs", private_nic::list),
        ("ListSecurityGroupRules", security_group::list_rules),
    ],
    writes: &[
        ("CreateServer", server::create),
        ("UpdateServer", server::update),
        ("DeleteServer", server::delete),
        ("ServerAction", power::act),
        ("AttachServerFileSystem", server::attach_filesystem),
        ("DetachServerFileSystem", server::detach_filesystem),
        ("SetServerUserData", user_data::set),
        ("DeleteServerUserData", user_data::delete),
        ("CreatePrivateNIC", private_nic::create),
        ("UpdatePrivateNIC", private_nic::update),
        ("DeletePrivateNIC", private_nic::delete),
        ("CreateIP", address::create),
        ("UpdateIP", address::update),
        ("DeleteIP", address::delete),
        ("CreateSecurityGroup", security_group::create),
        ("UpdateSecurityGroup", security_group::update),
        ("SetSecurityGroupRules", security_group::set_rules),
        ("CreateVolume", volume::create),
        ("UpdateVolume", volume::update),
        ("DeleteVolume", volume::delete),
        ("CreateSnapshot", volume::snapshot),
        ("ExportSnapshot", volume::export),
        ("CreateImage", image::create),
        ("UpdateImage", image::update),
    ],
};
