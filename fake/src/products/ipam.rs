//! IP addresses in private networks: of endpoints, and booked ones.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Map, Value, json};

use crate::call::{Call, Handled, WorldRef};
use crate::facts::Named;
use crate::product::Product;
use crate::products::instance_addresses;
use crate::response::ApiError;
use crate::store::Object;

pub(crate) use crate::products::ip_kind::IP;

static PRIVATE_NETWORK: Named = Named::new("vpc/private_network");
static SUBNET: Named = Named::new("vpc/subnet");

/// The address of a resource, and the resource as IPAM shows it.
pub(crate) type Held = (Value, Map<String, Value>);

pub(crate) static PRODUCT: Product = Product {
    document: "ipam.v1",
    kinds: &[&IP],
    reads: &[
        ("GetIP", |call| instance_addresses::get(call).map_or_else(|| call.get(&IP), Ok)),
        ("ListIPs", |call| instance_addresses::list(call).unwrap_or_else(|| call.list(&IP))),
    ],
    writes: &[
        ("BookIP", book),
        ("UpdateIP", update),
        ("AttachIP", attach_resource),
        ("DetachIP", detach_resource),
        ("MoveIP", move_address),
        ("ReleaseIP", release),
    ],
};

/// The resource that has an address.
pub(crate) struct Holder<'a> {
    /// The type in the API, such as `rdb_instance`.
    pub(crate) kind: &'a str,
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) tags: &'a [&'a str],
}

/// Assigns an address of the network to a resource and returns it with the prefix length of its subnet, such as
/// `172.16.0.2/22`. The default is the first free address.
pub(crate) fn assign(
    call: &mut Call<'_>,
    network: &str,
    requested: Option<&str>,
    holder: &Holder<'_>,
) -> Result<String, ApiError> {
    let [.., a, b, c] = call.world.rng.u32(..).to_be_bytes();
    let mac = format!("02:00:00:{a:02X}:{b:02X}:{c:02X}");
    let resource = json!({ "type": holder.kind, "id": holder.id, "name": holder.name, "mac_address": mac });
    let mut ip = draft(call, network, requested, false)?;
    attach(&mut ip, resource);
    ip.fields.insert("tags".to_owned(), json!(holder.tags));
    let address = ip.text("address").to_owned();
    call.insert(&IP, ip);
    Ok(address)
}

/// Assigns an IPv4 and, if the network has them, an IPv6 address to a resource, and returns their IDs.
pub(crate) fn assign_both(call: &mut Call<'_>, network: &str, holder: &Holder<'_>) -> Result<Vec<String>, ApiError> {
    let address = assign(call, network, None, holder)?;
    let first = id_of(call, holder.id, &address);
    let resource = call.find(&IP, &first)?.fields["resource"].clone();
    let mut ids = vec![first];
    if let Ok(mut second) = draft(call, network, None, true) {
        attach(&mut second, resource);
        ids.push(second.id.clone());
        call.insert(&IP, second);
    }
    Ok(ids)
}

/// Whether a subnet of the network contains the address, which may have a prefix length.
pub(crate) fn has_block_for(call: &Call<'_>, network: &str, address: &str) -> bool {
    let address = address.split_once('/').map_or(address, |(address, _)| address);
    let Ok(address) = address.parse::<IpAddr>() else { return true };
    let subnets = call.world.store.of(&SUBNET).filter(|subnet| subnet.text("private_network_id") == network);
    let blocks: Vec<IpNet> = subnets.filter_map(|subnet| subnet.text("subnet").parse().ok()).collect();
    blocks.is_empty() || blocks.iter().any(|block| block.contains(&address))
}

/// Detaches the address, which has a prefix length, from its resource.
pub(crate) fn unassign_address(call: &mut Call<'_>, holder: &str, address: &str) {
    let id = id_of(call, holder, address);
    unassign(call, &id);
}

/// Detaches all addresses of a resource.
pub(crate) fn unassign_all(call: &mut Call<'_>, holder: &str) {
    let held = call.world.store.of(&IP).filter(|ip| ip.hidden_text("resource_id") == holder);
    let held: Vec<String> = held.map(|ip| ip.id.clone()).collect();
    for id in held {
        unassign(call, &id);
    }
}

/// Whether the address was booked: such an address remains without a resource.
pub(crate) fn is_booked(call: &Call<'_>, id: &str) -> bool {
    call.find(&IP, id).is_ok_and(|ip| ip.hidden.get("booked") == Some(&json!(true)))
}

/// The ID of a free, booked address of the network, and the address with its prefix length.
pub(crate) fn booked(call: &Call<'_>, network: &str, address: &str) -> Option<(String, String)> {
    let mut free = call.world.store.of(&IP).filter(|ip| {
        ip.hidden_text("private_network_id") == network
            && ip.hidden.get("booked") == Some(&json!(true))
            && ip.fields["resource"].is_null()
    });
    let found = free.find(|ip| ip.text("address").split('/').next() == Some(address))?;
    Some((found.id.clone(), found.text("address").to_owned()))
}

/// The ID of the address, with its prefix length, that a resource has.
pub(crate) fn id_of(call: &Call<'_>, holder: &str, address: &str) -> String {
    let mut held = call.world.store.of(&IP).filter(|ip| ip.hidden_text("resource_id") == holder);
    held.find(|ip| ip.text("address") == address).map(|ip| ip.id.clone()).unwrap_or_default()
}

/// The MAC address of the resource that has an address.
pub(crate) fn mac_address(call: &Call<'_>, id: &str) -> Value {
    call.find(&IP, id).map_or(Value::Null, |ip| ip.fields["resource"]["mac_address"].clone())
}

/// The first address of a resource, and the resource as IPAM shows it.
pub(crate) fn held_by(call: &Call<'_, impl WorldRef>, holder: &str) -> Option<Held> {
    let held = call.world.store.of(&IP).find(|ip| ip.hidden_text("resource_id") == holder)?;
    let address = held.text("address").split('/').next().map_or(Value::Null, Value::from);
    Some((address, held.fields["resource"].as_object().cloned().unwrap_or_default()))
}

/// Assigns a booked address to a resource.
pub(crate) fn assign_booked(call: &mut Call<'_>, id: &str, holder: &Holder<'_>) -> Result<(), ApiError> {
    let [.., a, b, c] = call.world.rng.u32(..).to_be_bytes();
    let mac = format!("02:00:00:{a:02X}:{b:02X}:{c:02X}");
    let ip = call.change(&IP, id)?;
    if !ip.fields["resource"].is_null() {
        return Err(ApiError::precondition("resource_still_in_use", "the address is attached to a resource"));
    }
    attach(ip, json!({ "type": holder.kind, "id": holder.id, "name": holder.name, "mac_address": mac }));
    Ok(())
}

/// Detaches an address from its resource: a booked address remains, another one is deleted.
pub(crate) fn unassign(call: &mut Call<'_>, id: &str) {
    let Ok(ip) = call.change(&IP, id) else { return };
    if ip.hidden.get("booked") == Some(&json!(true)) {
        detach(ip);
        return;
    }
    call.world.store.remove_where(|object| object.kind == IP.name && object.id == id);
}

fn detach(ip: &mut Object) {
    for hidden in ["resource_type", "resource_id", "resource_name", "mac_address"] {
        ip.hidden.remove(hidden);
    }
    ip.hidden.insert("attached".to_owned(), json!(false));
    ip.fields.insert("resource".to_owned(), Value::Null);
}

fn book(call: &mut Call<'_>) -> Handled {
    let source = call.value("source", json!({}));
    let network = match (&source["private_network_id"], &source["subnet_id"]) {
        (Value::String(network), _) => network.clone(),
        (_, Value::String(subnet)) => call.find(&SUBNET, subnet)?.text("private_network_id").to_owned(),
        _ => return Err(ApiError::required("source")),
    };
    let requested = call.text("address");
    let is_ipv6 = call.value("is_ipv6", false) == json!(true);
    let mut ip = draft(call, &network, Some(requested.as_str()).filter(|requested| !requested.is_empty()), is_ipv6)?;
    ip.fields.insert("tags".to_owned(), call.tags());
    ip.hidden.insert("booked".to_owned(), json!(true));
    if let Some(resource) = call.body.get("resource").filter(|resource| !resource.is_null()) {
        attach_custom(&mut ip, resource);
    }
    Ok(call.insert(&IP, ip))
}

/// As recorded: the response does not have the new reverse names.
fn update(call: &mut Call<'_>) -> Handled {
    if let Some(answer) = instance_addresses::update(call) {
        return Ok(answer);
    }
    let mut answer = call.patch(&IP, &["tags"])?;
    if let Some(reverses) = call.body.get("reverses").cloned() {
        let id = call.id();
        call.change(&IP, &id)?.hidden.insert("reverses".to_owned(), reverses);
        answer["reverses"] = json!([]);
    }
    Ok(answer)
}

/// As recorded: from one custom resource to another, or to none.
fn move_address(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let (from, to) = (call.value("from_resource", Value::Null), call.value("to_resource", Value::Null));
    let now = call.timestamp();
    let held = call.find(&IP, &id)?.fields["resource"].clone();
    let mac = |resource: &Value| resource["mac_address"].as_str().unwrap_or_default().to_uppercase();
    if mac(&held) != mac(&from) || (!held.is_null() && held["type"] != json!("custom")) {
        return Err(ApiError::precondition("resource_still_in_use", "the address is attached to another resource"));
    }
    let ip = call.change(&IP, &id)?;
    ip.fields.insert("updated_at".to_owned(), json!(now));
    if to.is_null() {
        detach(ip);
    } else {
        attach_custom(ip, &to);
    }
    call.get(&IP)
}

/// Attaches a free address to a custom resource.
fn attach_resource(call: &mut Call<'_>) -> Handled {
    let (id, resource, now) = (call.id(), call.value("resource", Value::Null), call.timestamp());
    if !call.find(&IP, &id)?.fields["resource"].is_null() {
        return Err(ApiError::precondition("resource_still_in_use", "the address is attached to a resource"));
    }
    if resource["mac_address"].as_str().is_none_or(str::is_empty) {
        return Err(ApiError::required("resource.mac_address"));
    }
    let ip = call.change(&IP, &id)?;
    attach_custom(ip, &resource);
    ip.fields.insert("updated_at".to_owned(), json!(now));
    call.get(&IP)
}

/// Detaches an address from the custom resource in the request.
fn detach_resource(call: &mut Call<'_>) -> Handled {
    let (id, resource, now) = (call.id(), call.value("resource", Value::Null), call.timestamp());
    let held = &call.find(&IP, &id)?.fields["resource"];
    let mac = |resource: &Value| resource["mac_address"].as_str().unwrap_or_default().to_uppercase();
    if held["type"] != json!("custom") || mac(held) != mac(&resource) {
        return Err(ApiError::precondition("resource_still_in_use", "the address is attached to another resource"));
    }
    let ip = call.change(&IP, &id)?;
    detach(ip);
    ip.fields.insert("updated_at".to_owned(), json!(now));
    call.get(&IP)
}

/// As recorded: a custom resource has the ID of its address.
fn attach_custom(ip: &mut Object, resource: &Value) {
    let mac = resource["mac_address"].as_str().unwrap_or_default().to_uppercase();
    let resource = json!({ "type": "custom", "id": ip.id, "name": resource["name"], "mac_address": mac });
    attach(ip, resource);
}

/// An address with a resource of Scaleway is not released.
fn release(call: &mut Call<'_>) -> Handled {
    let resource = &call.find(&IP, &call.id())?.fields["resource"];
    if !resource.is_null() && resource["type"] != json!("custom") {
        return Err(ApiError::precondition("resource_still_in_use", "the address is attached to a resource"));
    }
    call.delete(&IP)
}

/// Sets the resource of an address, also in the hidden fields that lists can filter by.
fn attach(ip: &mut Object, resource: Value) {
    for (hidden, field) in
        [("resource_type", "type"), ("resource_id", "id"), ("resource_name", "name"), ("mac_address", "mac_address")]
    {
        ip.hidden.insert(hidden.to_owned(), resource[field].clone());
    }
    ip.hidden.insert("attached".to_owned(), json!(true));
    ip.fields.insert("resource".to_owned(), resource);
}

fn draft(call: &mut Call<'_>, network: &str, requested: Option<&str>, is_ipv6: bool) -> Result<Object, ApiError> {
    let network = call.find(&PRIVATE_NETWORK, network)?.clone();
    let subnets = call.world.store.of(&SUBNET).filter(|subnet| subnet.text("private_network_id") == network.id);
    let blocks = subnets.filter_map(|subnet| Some((subnet.id.clone(), subnet.text("subnet").parse::<IpNet>().ok()?)));
    let blocks: Vec<_> = blocks.collect();
    let requested: Option<IpAddr> = match requested {
        Some(text) => Some(text.parse().map_err(|_| ApiError::constraint("address", "it is not an IP address"))?),
        None => None,
    };
    let fits = |block: &IpNet| match requested {
        Some(address) => block.contains(&address),
        None => block.addr().is_ipv6() == is_ipv6,
    };
    let (subnet, block) = blocks
        .into_iter()
        .find(|(_, block)| fits(block))
        .ok_or_else(|| ApiError::constraint("address", "no subnet of the private network has it"))?;
    let of_network = |ip: &&Object| ip.hidden_text("private_network_id") == network.id;
    let taken: Vec<IpNet> =
        call.world.store.of(&IP).filter(of_network).filter_map(|ip| ip.text("address").parse().ok()).collect();
    let free = |address: &IpAddr| !taken.iter().any(|taken| taken.addr() == *address);
    // As recorded: the first address of a subnet is not assigned.
    let address = match requested {
        Some(address) => Some(address).filter(free),
        None => block.hosts().skip(1).find(free),
    };
    let address = address.ok_or_else(|| ApiError::already_exists("ip", "", "the address is taken"))?;
    let now = call.timestamp();
    let fields = json!({
        "address": format!("{address}/{}", block.prefix_len()),
        "project_id": network.text("project_id"),
        "is_ipv6": block.addr().is_ipv6(),
        "source": { "subnet_id": subnet },
        "resource": null,
        "tags": [],
        "reverses": [],
        "region": call.locality(),
        "zone": null,
        "created_at": now,
        "updated_at": now,
    });
    let mut ip = call.draft(&IP, fields);
    let hidden = json!({
        "private_network_id": network.id,
        "subnet_id": subnet,
        "vpc_id": network.text("vpc_id"),
        "source_vpc_id": network.text("vpc_id"),
        "organization_id": network.text("organization_id"),
        "regional": true,
        "attached": false,
    });
    ip.hidden.extend(crate::call::object(hidden));
    Ok(ip)
}
