//! Public IP addresses of gateways; each belongs to at most one gateway.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::kinds::IP;
use crate::call::{Call, Handled, ReadCall};
use crate::paging;
use crate::products::domain_names;
use crate::response::ApiError;

/// As recorded: the range of addresses.
const POOL: Ipv4Addr = Ipv4Addr::new(51, 15, 0, 0);

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let (project, tags) = (call.project()?, call.tags());
    let id = book(call, &project, &tags);
    call.shown(&IP, &id)
}

/// Creates an address and returns its ID.
pub(super) fn book(call: &mut Call<'_>, project: &str, tags: &Value) -> String {
    let address = Ipv4Addr::from(u32::from(POOL) | call.world.rng.u32(1 << 8..1 << 16));
    let now = call.timestamp();
    let fields = json!({
        "address": address.to_string(),
        "organization_id": call.world.organization,
        "project_id": project,
        "reverse": usual_name(address),
        "tags": tags,
        "zone": call.locality(),
        "created_at": now,
        "updated_at": now,
    });
    let object = call.draft(&IP, fields);
    let id = object.id.clone();
    call.insert(&IP, object);
    id
}

/// A filter selects addresses without a gateway.
pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    let mut query = call.query.clone();
    let is_free = query.remove("is_free").and_then(|free| free.as_bool());
    Ok(call.page(&IP, |address| {
        is_free.is_none_or(|free| free == address.text("gateway_id").is_empty())
            && paging::selects(&query, &IP, address)
    }))
}

/// An empty reverse name is replaced by the default name. As recorded of Instances, another one must resolve to the address.
pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let address = call.find(&IP, &call.id())?.text("address").to_owned();
    match call.body.get("reverse").and_then(Value::as_str) {
        None => {}
        Some("") => {
            let name = usual_name(address.parse().unwrap_or(POOL));
            call.body.insert("reverse".to_owned(), json!(name));
        }
        Some(name) => {
            let usual = usual_name(address.parse().unwrap_or(POOL));
            if name != usual
                && !domain_names::resolves_to(&call.world.store, &call.world.external_domains, name, &address)
            {
                let help = format!(
                    "Your reverse must resolve. Ensure the command 'dig +short {name}' matches your IP address '{address}'"
                );
                return Err(ApiError::constraint("reverse", &help));
            }
        }
    }
    call.patch(&IP, &["tags", "reverse"])
}

pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    if !call.find(&IP, &call.id())?.text("gateway_id").is_empty() {
        return Err(ApiError::precondition("resource_still_in_use", "a gateway has the address"));
    }
    call.delete(&IP)
}

/// As recorded, `gateway_id` is present only while the address has a gateway.
pub(super) fn attach(call: &mut Call<'_>, id: &str, gateway: &str) -> Result<(), ApiError> {
    call.change(&IP, id)?.fields.insert("gateway_id".to_owned(), json!(gateway));
    Ok(())
}

pub(super) fn detach(call: &mut Call<'_>, id: &str) {
    if let Ok(address) = call.change(&IP, id) {
        address.fields.remove("gateway_id");
    }
}

/// As recorded: the bytes of the address in reverse order.
fn usual_name(address: Ipv4Addr) -> String {
    let [a, b, c, d] = address.octets();
    format!("{d}-{c}-{b}-{a}.instances.scw.cloud")
}
