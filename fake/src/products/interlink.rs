//! InterLink. Code is needed for the configuration of new links, for their VPC and routing policies, and for partners, points of presence
//! and dedicated connections, which no call creates: the fake has those of the recordings, and one dedicated connection. Objects of a
//! seed take precedence over these.

use serde_json::{Value, json};

use crate::call::{Call, Handled, ReadCall, WorldRef};
use crate::facts::Named;
use crate::paging;
use crate::plain;
use crate::product::Product;
use crate::response::ApiError;
use crate::store::{Kind, Missing};

static LINK: Named = Named::new("interlink/link");
static POLICY: Named = Named::new("interlink/routing_policy");
static VPC: Named = Named::new("vpc/vpc");

static PARTNER: Kind = Kind {
    srn: Some("interlink"),
    ..Kind::new("interlink/partner", "Partner", "partners", Missing::Labelled("partner"))
};
static POP: Kind =
    Kind { srn: Some("interlink"), ..Kind::new("interlink/pop", "Pop", "pops", Missing::Labelled("pop")) };
static CONNECTION: Kind = Kind {
    srn: Some("interlink"),
    ..Kind::new(
        "interlink/dedicated_connection",
        "DedicatedConnection",
        "connections",
        Missing::Labelled("dedicated_connection"),
    )
};

pub(crate) static PRODUCT: Product = Product {
    document: "interlink.v1beta1",
    kinds: &[&PARTNER, &POP, &CONNECTION],
    reads: &[
        ("ListPartners", |call| list(call, &PARTNER)),
        ("GetPartner", |call| get(call, &PARTNER)),
        ("ListPops", list_pops),
        ("GetPop", |call| get(call, &POP)),
        ("ListDedicatedConnections", |call| list(call, &CONNECTION)),
        ("GetDedicatedConnection", |call| get(call, &CONNECTION)),
    ],
    writes: &[
        ("CreateLink", create),
        ("DeleteLink", delete),
        ("AttachVpc", attach_vpc),
        ("DetachVpc", detach_vpc),
        ("AttachRoutingPolicy", |call| set_policy(call, false)),
        ("SetRoutingPolicy", |call| set_policy(call, true)),
        ("DetachRoutingPolicy", detach_policy),
    ],
};

/// As recorded: the AS number of Scaleway, and that of a partner's network.
const ASN: u32 = 12876;
const ASN_OF_PARTNER: u32 = 39801;

/// As recorded of one link.
const VLAN: u32 = 2063;

/// As recorded: a link of a partner stays `requested`, until the partner accepts it.
fn create(call: &mut Call<'_>) -> Handled {
    find(call, &POP, &call.text("pop_id"))?;
    let asn = call.value("peer_asn", ASN_OF_PARTNER);
    let mut known = json!({
        "vlan": call.value("vlan", VLAN),
        "peer_bgp_config": { "asn": asn, "ipv4": "169.254.0.95/31", "ipv6": "2001:db8:3812::1/127" },
        "scw_bgp_config": { "asn": ASN, "ipv4": "169.254.0.94/31", "ipv6": "2001:db8:3812::/127" },
    });
    let (partner, connection) = (call.text("partner_id"), call.text("connection_id"));
    if !partner.is_empty() {
        find(call, &PARTNER, &partner)?;
        let key = call.world.uuid();
        known["status"] = json!("requested");
        known["partner"] =
            json!({ "disapproved_reason": "", "l3_connectivity": false, "pairing_key": key, "partner_id": partner });
    }
    if !connection.is_empty() {
        find(call, &CONNECTION, &connection)?;
        known["self"] = json!({ "connection_id": connection });
    }
    for (field, is_ipv6) in [("routing_policy_v4_id", false), ("routing_policy_v6_id", true)] {
        let policy = call.text(field);
        if !policy.is_empty() && field_of(call, &policy)? != field {
            return Err(ApiError::constraint(field, &format!("the policy must have is_ipv6 {is_ipv6}")));
        }
    }
    plain::create(call, LINK.plain(), known)
}

/// As recorded: the response has the status `deleted`, and the link is not found at once.
fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&LINK, &id)?;
    let mut answer = call.shown(&LINK, &id)?;
    call.delete(&LINK)?;
    answer["status"] = json!("deleted");
    Ok(answer)
}

fn attach_vpc(call: &mut Call<'_>) -> Handled {
    let (id, vpc) = (call.parameter("link_id"), call.need("vpc_id")?);
    call.settled(&LINK, &id)?;
    call.find(&VPC, &vpc)?;
    if call.find(&LINK, &id)?.fields.get("vpc_id").is_some_and(|other| *other != vpc) {
        return Err(ApiError::precondition("resource_already_exists", "the link has a VPC already"));
    }
    call.change(&LINK, &id)?.fields.insert("vpc_id".to_owned(), json!(vpc));
    call.shown(&LINK, &id)
}

fn detach_vpc(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("link_id");
    call.settled(&LINK, &id)?;
    call.change(&LINK, &id)?.fields.remove("vpc_id");
    call.shown(&LINK, &id)
}

/// Sets the policy for the IP version of its routes. Only `SetRoutingPolicy` replaces another one.
fn set_policy(call: &mut Call<'_>, replaces: bool) -> Handled {
    let (id, policy) = (call.parameter("link_id"), call.need("routing_policy_id")?);
    call.settled(&LINK, &id)?;
    let field = field_of(call, &policy)?;
    let current = call.find(&LINK, &id)?.fields.get(field);
    if !replaces && current.is_some_and(|other| *other != policy) {
        return Err(ApiError::precondition("resource_already_exists", "the link has a routing policy already"));
    }
    call.change(&LINK, &id)?.fields.insert(field.to_owned(), json!(policy));
    call.shown(&LINK, &id)
}

fn detach_policy(call: &mut Call<'_>) -> Handled {
    let (id, policy) = (call.parameter("link_id"), call.need("routing_policy_id")?);
    call.settled(&LINK, &id)?;
    let field = field_of(call, &policy)?;
    let fields = &mut call.change(&LINK, &id)?.fields;
    if fields.get(field).is_some_and(|current| *current == policy) {
        fields.remove(field);
    }
    call.shown(&LINK, &id)
}

/// The field of a link for a policy.
fn field_of(call: &Call<'_>, policy: &str) -> Result<&'static str, ApiError> {
    let policy = call.find(&POLICY, policy)?;
    Ok(if policy.fields["is_ipv6"] == true { "routing_policy_v6_id" } else { "routing_policy_v4_id" })
}

fn list_pops(call: &mut ReadCall<'_>) -> Handled {
    // The partner and the connections of a point of presence are not part of it.
    for filter in ["partner_id", "dedicated_available", "l3_connectivity_partners"] {
        call.query.remove(filter);
    }
    let bandwidth = call.query.remove("link_bandwidth_mbps");
    let mut pops = selected(call, &POP);
    pops.retain(|pop| {
        let bandwidths = pop["available_link_bandwidths_mbps"].as_array();
        bandwidth.as_ref().is_none_or(|requested| bandwidths.is_some_and(|list| list.contains(requested)))
    });
    page(call, &POP, pops)
}

fn list(call: &mut ReadCall<'_>, kind: &'static Kind) -> Handled {
    call.query.remove("pop_ids");
    let objects = selected(call, kind);
    page(call, kind, objects)
}

fn get(call: &mut ReadCall<'_>, kind: &'static Kind) -> Handled {
    find(call, kind, &call.id())
}

fn find(call: &Call<'_, impl WorldRef>, kind: &'static Kind, id: &str) -> Handled {
    let found = all(call, kind).into_iter().find(|object| object["id"] == id);
    found.ok_or_else(|| ApiError::not_found(kind.noun(), id))
}

/// The objects that the query selects: the name is a part of that of the object.
fn selected(call: &Call<'_, impl WorldRef>, kind: &'static Kind) -> Vec<Value> {
    let pages = ["page", "page_size", "order_by"];
    let filters: Vec<_> = call.query.iter().filter(|(name, _)| !pages.contains(&name.as_str())).collect();
    let fits = |object: &Value| {
        filters.iter().all(|(name, requested)| match (name.as_str(), &object[name.as_str()], requested) {
            ("name", Value::String(name), Value::String(part)) => name.contains(part.as_str()),
            (_, Value::Array(list), Value::Array(requested)) => requested.iter().all(|one| list.contains(one)),
            (_, value, requested) => value == *requested,
        })
    };
    all(call, kind).into_iter().filter(fits).collect()
}

fn page(call: &Call<'_, impl WorldRef>, kind: &Kind, mut objects: Vec<Value>) -> Handled {
    objects.sort_by(|one, other| one["name"].as_str().cmp(&other["name"].as_str()));
    let total = objects.len();
    Ok(json!({ kind.list: paging::slice(objects, &call.query), "total_count": total }))
}

/// The objects of the seed, or those that the fake has without one.
fn all(call: &Call<'_, impl WorldRef>, kind: &'static Kind) -> Vec<Value> {
    let locality = call.locality();
    let seeded = call.world.store.of(kind).filter(|object| object.locality == locality);
    let seeded: Vec<Value> = seeded.map(|object| call.show(kind, object)).collect();
    match kind.schema {
        _ if !seeded.is_empty() => seeded,
        "Partner" => partners(&locality),
        "Pop" => vec![pop(&locality)],
        _ => vec![connection(call)],
    }
}

/// As recorded.
fn partners(region: &str) -> Vec<Value> {
    let partner = |id: &str, name: &str, site: &str| {
        json!({
            "id": id,
            "name": name,
            "contact_email": format!("interlink@{site}"),
            "logo_url": format!("https://{site}/logo.svg"),
            "portal_url": format!("https://{site}/portal"),
            "l3_connectivity": false,
            "region": region,
            "srn": srn(region, "partners", id),
            "created_at": "2024-09-25T06:44:33.475845Z",
            "updated_at": "2024-11-28T08:45:33.852946Z",
        })
    };
    vec![
        partner("89d00734-eddb-4192-8b16-bc16f0b0f5a5", "FranceIX", "franceix.example"),
        partner("930ebb71-7fb2-4ea7-a8d1-7f4cc3177c05", "FreePro", "freepro.example"),
    ]
}

const POP_ID: &str = "fd046cc9-d9bf-4a87-9c32-d299fe4bf4d7";

/// As recorded.
fn pop(region: &str) -> Value {
    json!({
        "id": POP_ID,
        "srn": srn(region, "pops", POP_ID),
        "name": "- Telehouse TH2",
        "display_name": "Paris - TeleHouse TH2",
        "hosting_provider_name": "TeleHouse",
        "address": "137 Boulevard Voltaire",
        "city": "Paris",
        "logo_url": "https://telehouse.example/logo.svg",
        "available_link_bandwidths_mbps": [50, 100, 200, 500, 1000, 2000, 5000, 10000, 25000],
        "region": region,
    })
}

const CONNECTION_ID: &str = "0c0ffee0-0000-4000-8000-000000000001";

/// Invented, because no call creates a dedicated connection.
fn connection(call: &Call<'_, impl WorldRef>) -> Value {
    json!({
        "id": CONNECTION_ID,
        "srn": srn(&call.locality(), "dedicated-connections", CONNECTION_ID),
        "name": "office",
        "status": "active",
        "pop_id": POP_ID,
        "bandwidth_mbps": 10000,
        "available_link_bandwidths": [50, 100, 200, 500, 1000],
        "demarcation_info": "cabinet 1, port 1",
        "vlan_range": { "start": 1000, "end": 1999 },
        "tags": [],
        "project_id": call.world.project,
        "organization_id": call.world.organization,
        "region": call.locality(),
        "created_at": "2025-01-01T00:00:00.000000Z",
        "updated_at": "2025-01-01T00:00:00.000000Z",
    })
}

fn srn(region: &str, objects: &str, id: &str) -> String {
    format!("srn://interlink.scw.eu/regions/{region}/{objects}/{id}")
}
