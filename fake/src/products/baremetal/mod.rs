//! Elastic Metal. Code is needed for the offers, for the installation of servers, and for their options and private networks.

mod kinds;
pub(crate) mod networks;
mod offers;
mod server;

pub(crate) use kinds::SERVER;

use crate::product::Product;

pub(crate) static PRODUCT: Product = Product {
    document: "baremetal.v1",
    kinds: &[],
    reads: &[
        ("ListOffers", offers::list_offers),
        ("GetOffer", offers::get_offer),
        ("ListOptions", offers::list_options),
        ("GetOption", offers::get_option),
        ("ListOS", offers::list_os),
        ("GetOS", offers::get_os),
        ("GetDefaultPartitioningSchema", offers::default_schema),
        ("ValidatePartitioningSchema", offers::validate_schema),
    ],
    writes: &[
        ("CreateServer", server::create),
        ("DeleteServer", server::delete),
        ("InstallServer", server::install),
        ("AddOptionServer", server::add_option),
        ("DeleteOptionServer", server::delete_option),
        ("MigrateServerToMonthlyOffer", server::migrate),
        ("StartServer", |call| server::power(call, "starting", "ready")),
        ("StopServer", |call| server::power(call, "stopping", "stopped")),
        ("RebootServer", |call| server::power(call, "starting", "ready")),
    ],
};
