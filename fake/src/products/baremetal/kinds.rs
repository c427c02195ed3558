//! The kinds of Elastic Metal, and the option that private networks need.

use crate::facts::Named;

pub(crate) static SERVER: Named = Named::new("baremetal/server");
pub(super) static ATTACHED: Named = Named::new("baremetal_v3/server_private_network");

/// As recorded: the option that a server needs to be attached to private networks.
pub(super) const PRIVATE_NETWORK_OPTION: &str = "cd4158d7-2d65-49be-8803-c4b8ab6f760c";
