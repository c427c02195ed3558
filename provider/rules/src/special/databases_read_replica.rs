//! Read replicas: an imported program requests an address by IPAM instead of repeating the one that IPAM chose.

use super::Special;
use super::databases_instance::shows_one_way_to_an_address;

/// See the module.
pub(super) struct ReadReplica;

impl Special for ReadReplica {
    fn imported(&self, inputs: &mut value::Object) {
        shows_one_way_to_an_address(inputs, "serviceIp");
    }
}
