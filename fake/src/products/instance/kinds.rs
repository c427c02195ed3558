//! The kinds of Instances.

use crate::facts::Named;

pub(super) static IP: Named = Named("instance/ip");
pub(super) static SECURITY_GROUP: Named = Named("instance/security_group");
pub(super) static VOLUME: Named = Named("instance/volume");
pub(super) static SNAPSHOT: Named = Named("instance/snapshot");
pub(super) static IMAGE: Named = Named("instance/image");
