//! Public addresses of Instances, as IPAM shows them. The Instance API creates and deletes them.

use std::net::Ipv6Addr;

use serde_json::{Map, Value, json};

use crate::call::{Call, Handled, WorldRef};
use crate::facts::Named;
use crate::paging;
use crate::products::ip_kind::IP;
use crate::store::Object;

static ADDRESS: Named = Named::new("instance/ip");

/// The type of the resource that uses such an address.
const SERVER: &str = "instance_server";

/// As recorded: what the end of an IPv6 address is derived from.
pub(crate) const INTERFACE: &str = "dc00:1ff:fe27";

/// The address that a server has of a prefix of IPv6 addresses.
pub(crate) fn address_in(prefix: &str) -> Option<String> {
    prefix.strip_suffix("::/64").map(|prefix| format!("{prefix}:{INTERFACE}:16c9"))
}

/// The address with the ID of the call.
pub(super) fn get(call: &Call<'_, impl WorldRef>) -> Option<Value> {
    found(call).map(|address| call.show(&IP, &as_ip(call, address)))
}

/// As recorded: the response does not have the new reverse names.
pub(super) fn update(call: &mut Call<'_>) -> Option<Value> {
    let zone = found(call)?.locality.clone();
    if let Some(reverses) = call.body.get("reverses").cloned() {
        let address = call.world.store.get_mut(&ADDRESS, &zone, &call.id()).ok()?;
        address.hidden.insert("reverses".to_owned(), reverses);
    }
    let mut answer = get(call)?;
    answer["reverses"] = json!([]);
    Some(answer)
}

/// The list, if the call selects it by the type of the resource. Lists of other addresses with these are not recorded.
pub(super) fn list(call: &Call<'_, impl WorldRef>) -> Option<Handled> {
    if call.query.get("resource_type") != Some(&json!(SERVER)) {
        return None;
    }
    let addresses = of_region(call).map(|address| as_ip(call, address));
    let selected = addresses.filter(|ip| paging::selects(&call.query, &IP, ip));
    let shown: Vec<Map<String, Value>> = selected.map(|ip| call.world.store.show(&IP, &ip)).collect();
    let total = shown.len();
    Some(Ok(json!({ "ips": paging::page(shown, &call.query, &IP, call.order), "total_count": total })))
}

/// The address with the ID of the call, as the Instance API has it.
fn found<'a>(call: &'a Call<'_, impl WorldRef>) -> Option<&'a Object> {
    of_region(call).find(|address| address.id == call.id())
}

fn of_region<'a>(call: &'a Call<'_, impl WorldRef>) -> impl Iterator<Item = &'a Object> {
    let zones = format!("{}-", call.locality());
    call.world.store.of(&ADDRESS).filter(move |address| address.locality.starts_with(&zones))
}

fn as_ip(call: &Call<'_, impl WorldRef>, address: &Object) -> Object {
    let (prefix, server) = (address.text("prefix"), &address.fields["server"]["id"]);
    let is_ipv6 = !prefix.is_empty();
    let own = if is_ipv6 { prefix.to_owned() } else { format!("{}/32", address.text("address")) };
    let resource = json!({ "type": SERVER, "id": server, "name": null, "mac_address": null });
    let fields = json!({
        "address": own,
        "project_id": address.fields["project"],
        "is_ipv6": is_ipv6,
        "source": { "zonal": address.locality },
        "resource": if server.is_null() { &Value::Null } else { &resource },
        "tags": address.fields["tags"],
        "reverses": if is_ipv6 { names(prefix, !server.is_null()) } else { json!([]) },
        "region": call.locality(),
        "zone": address.locality,
        "created_at": address.hidden.get("created_at"),
        "updated_at": address.hidden.get("created_at"),
    });
    let mut ip = Object::new(&IP, &call.locality(), &address.id, crate::call::object(fields));
    let filters = json!({ "resource_type": SERVER, "resource_id": server, "attached": !server.is_null() });
    ip.hidden.extend(crate::call::object(filters));
    ip.hidden.extend(address.hidden.get("reverses").map(|reverses| ("reverses".to_owned(), reverses.clone())));
    ip
}

/// As recorded: the name of a prefix, and the name of the address that its server has.
fn names(prefix: &str, has_server: bool) -> Value {
    let spelled = |address: &str, is_reversed: bool| {
        let mut segments = address.parse::<Ipv6Addr>().unwrap_or(Ipv6Addr::UNSPECIFIED).segments().to_vec();
        if is_reversed {
            segments.reverse();
        }
        segments.iter().map(|segment| format!("{segment:x}")).collect::<Vec<_>>().join("-")
    };
    let first = spelled(prefix.trim_end_matches("/64"), false);
    let mut names = vec![json!({ "hostname": format!("{first}.rev.scw.cloud."), "address": null })];
    if let Some(address) = address_in(prefix).filter(|_| has_server) {
        let host = format!("{}.instances.scw.cloud.", spelled(&address, true));
        names.push(json!({ "hostname": host, "address": address }));
    }
    Value::Array(names)
}
