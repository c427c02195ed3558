//! The kinds of Instances.

use crate::facts::Named;
use crate::store::{Kind, Missing};

pub(super) static IP: Named = Named::new("instance/ip");
pub(super) static SECURITY_GROUP: Named = Named::new("instance/security_group");
pub(super) static PLACEMENT_GROUP: Named = Named::new("instance/placement_group");
pub(super) static VOLUME: Named = Named::new("instance/volume");
pub(super) static SNAPSHOT: Named = Named::new("instance/snapshot");
pub(super) static IMAGE: Named = Named::new("instance/image");
/// The other volumes of servers belong to Block Storage.
pub(super) static BLOCK_VOLUME: Named = Named::new("block/volume");
pub(super) static BLOCK_SNAPSHOT: Named = Named::new("block/snapshot");

pub(super) static PRIVATE_NIC: Kind = Kind {
    srn: Some("instance"),
    ..Kind::new("instance/private_nic", "PrivateNIC", "private_nics", Missing::Labelled("instance_private_nic"))
};
/// A type of servers; its ID is its name. Only seeds have objects of this kind.
pub(super) static SERVER_TYPE: Kind =
    Kind { id: "", ..Kind::new("instance/server_type", "ServerType", "servers", Missing::Labelled("server_type")) };
/// How many servers of a type are available.
pub(super) static AVAILABILITY: Kind = Kind {
    id: "",
    ..Kind::new(
        "instance/availability",
        "GetServerTypesAvailabilityResponseAvailability",
        "servers",
        Missing::Labelled("server_type"),
    )
};
