//! Private networks of Elastic Metal servers.

use super::kinds::{ATTACHED, PRIVATE_NETWORK_OPTION, SERVER};
use crate::call::Call;
use crate::product::Product;
use crate::products::server_networks::Attachments;
use crate::response::ApiError;

pub(crate) static PRODUCT: Product = Product {
    document: "baremetal.v3",
    kinds: &[],
    reads: &[("ListServerPrivateNetworks", |call| ATTACHMENTS.list(call))],
    writes: &[
        ("AddServerPrivateNetwork", |call| ATTACHMENTS.add(call)),
        ("SetServerPrivateNetworks", |call| ATTACHMENTS.set(call)),
        ("DeleteServerPrivateNetwork", |call| ATTACHMENTS.delete(call)),
    ],
};

pub(super) static ATTACHMENTS: Attachments = Attachments {
    server: &SERVER,
    attached: &ATTACHED,
    holder: "baremetal_private_nic",
    check: has_option,
    missing: || ApiError::message(404, "Not Found"),
};

/// A server needs the option to be attached.
fn has_option(call: &Call<'_>, server: &str) -> Result<(), ApiError> {
    let options = call.find(&SERVER, server)?.fields["options"].as_array().cloned().unwrap_or_default();
    if options.iter().any(|option| option["id"] == PRIVATE_NETWORK_OPTION) {
        return Ok(());
    }
    Err(ApiError::precondition("private_network_option", "the server needs the option Private Network"))
}
