//! Public IP addresses: an IPv4 address, or a prefix of IPv6 addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};

use super::kinds::IP;
use super::server_view::SERVER;
use crate::call::{Call, Handled};
use crate::plain;
use crate::products::domain_names;
use crate::response::ApiError;

/// As recorded: the range of addresses.
const POOL: Ipv4Addr = Ipv4Addr::new(163, 172, 0, 0);
/// As recorded: the range of prefixes.
const PREFIXES: Ipv6Addr = Ipv6Addr::new(0x2001, 0xbc8, 0x711, 0, 0, 0, 0, 0);

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let number = call.world.rng.u32(1 << 8..1 << 16);
    let known = if call.text("type") == "routed_ipv6" {
        let prefix = Ipv6Addr::from(u128::from(PREFIXES) | (u128::from(number) << 64));
        json!({ "address": null, "prefix": format!("{prefix}/64") })
    } else {
        json!({ "address": Ipv4Addr::from(u32::from(POOL) | number).to_string(), "prefix": null })
    };
    let answer = plain::create(call, IP.plain(), known)?;
    let (id, now) = (answer["id"].as_str().unwrap_or_default().to_owned(), call.timestamp());
    // IPAM shows the time.
    call.change(&IP, &id)?.hidden.insert("created_at".to_owned(), json!(now));
    Ok(answer)
}

/// As recorded: `null` removes the reverse name, and another one must resolve to the address.
pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let address = call.find(&IP, &id)?.text("address").to_owned();
    let name = call.text("reverse");
    if !name.is_empty() && !domain_names::resolves_to(&call.world.store, &call.world.external_domains, &name, &address)
    {
        let help = format!(
            "Your reverse must resolve. Ensure the command 'dig +short {name}' matches your IP address '{address}'. If it \
             does, please contact our support."
        );
        return Err(ApiError::constraint("reverse", &help));
    }
    if let Some(server) = call.body.remove("server") {
        attach(call, &id, server.as_str().unwrap_or_default())?;
    } else if call.nulls.iter().any(|field| field == "server") {
        let free = crate::call::object(json!({ "server": null, "state": "detached" }));
        call.change(&IP, &id)?.fields.extend(free);
    }
    plain::update(call, IP.plain())?;
    let is_removed = call.nulls.iter().any(|field| field == "reverse");
    if is_removed {
        call.change(&IP, &id)?.fields.insert("reverse".to_owned(), Value::Null);
    }
    call.get(&IP)
}

/// Attaches an address to a server. As recorded, it is attached at once.
pub(super) fn attach(call: &mut Call<'_>, id: &str, server: &str) -> Result<(), ApiError> {
    let name = call.find(&SERVER, server)?.text("name").to_owned();
    let address = call.change(&IP, id)?;
    let owner = &address.fields["server"]["id"];
    if !owner.is_null() && *owner != server {
        return Err(ApiError::constraint("server", "another server uses the address"));
    }
    address
        .fields
        .extend(crate::call::object(json!({ "server": { "id": server, "name": name }, "state": "attached" })));
    Ok(())
}

/// As recorded, the delete of an address that a server uses detaches it.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    call.delete(&IP)
}
