//! Read replicas: an imported program requests an address by IPAM instead of repeating the one that IPAM chose.

use super::Special;
use super::databases_instance::keep_enable_ipam_only;

/// See the module.
pub(super) struct ReadReplica;

impl Special for ReadReplica {
    fn imported(&self, inputs: &mut value::Object) {
        keep_enable_ipam_only(inputs, "serviceIp");
    }
}
