//! Networks: VPCs, private networks and their subnets, routes, connectors, rules for what comes in, and access control lists.

mod acl;
mod connector;
mod ingress_rule;
mod private_network;
mod route;
mod subnet;

use serde_json::{Map, Value, json};

use super::Product;
use crate::answer::Refusal;
use crate::call::{Call, Handled};
use crate::paging;
use crate::store::{Kind, Missing, Object, Store};

use connector::CONNECTOR;
use ingress_rule::INGRESS_RULE;
pub(crate) use private_network::PRIVATE_NETWORK;
pub(crate) use route::Held;
use route::ROUTE;
pub(crate) use subnet::SUBNET;

static VPC: Kind = Kind { view: Some(count_networks), ..Kind::new("vpc/vpc", "VPC", "vpcs", Missing::Labelled("vpc")) };

pub(crate) static PRODUCT: Product = Product {
    document: "vpc.v2",
    kinds: &[&VPC, &PRIVATE_NETWORK, &SUBNET, &ROUTE, &CONNECTOR, &INGRESS_RULE],
    routes: &[
        ("CreateVPC", create),
        ("GetVPC", |call| call.get(&VPC)),
        ("ListVPCs", list),
        ("UpdateVPC", |call| call.patch(&VPC, &["name", "tags"])),
        ("DeleteVPC", delete),
        ("GetACL", acl::get),
        ("SetACL", acl::set),
        ("EnableRouting", |call| enable(call, "routing_enabled")),
        ("EnableCustomRoutesPropagation", |call| enable(call, "custom_routes_propagation_enabled")),
        ("CreatePrivateNetwork", private_network::create),
        ("GetPrivateNetwork", |call| call.get(&PRIVATE_NETWORK)),
        ("ListPrivateNetworks", |call| named(call, &PRIVATE_NETWORK)),
        ("UpdatePrivateNetwork", private_network::update),
        ("DeletePrivateNetwork", private_network::delete),
        ("EnableDHCP", private_network::enable_dhcp),
        ("ListSubnets", |call| call.list(&SUBNET)),
        ("CreateRoute", route::create),
        ("GetRoute", |call| call.get(&ROUTE)),
        ("ListRoutesWithNexthop", route::list_with_next_hop),
        ("UpdateRoute", route::update),
        ("DeleteRoute", |call| call.delete(&ROUTE)),
        ("CreateVPCConnector", connector::create),
        ("GetVPCConnector", |call| call.get(&CONNECTOR)),
        ("ListVPCConnectors", |call| named(call, &CONNECTOR)),
        ("UpdateVPCConnector", |call| call.patch(&CONNECTOR, &["name", "tags"])),
        ("DeleteVPCConnector", |call| call.delete(&CONNECTOR)),
        ("CreateIngressRule", ingress_rule::create),
        ("GetIngressRule", |call| call.get(&INGRESS_RULE)),
        ("ListIngressRules", |call| call.list(&INGRESS_RULE)),
        ("UpdateIngressRule", ingress_rule::update),
        ("DeleteIngressRule", |call| call.delete(&INGRESS_RULE)),
    ],
};

/// As recorded: routing is on whatever is asked for.
fn create(call: &mut Call<'_>) -> Handled {
    let fields = fields(call, &call.need("name")?, &call.project()?);
    call.create(&VPC, fields)
}

/// Whoever asks for the default VPC of a project gets one, as Scaleway makes it when it is needed first.
fn list(call: &mut Call<'_>) -> Handled {
    if call.query.get("is_default") == Some(&json!(true)) {
        let project = call.query.get("project_id").and_then(Value::as_str).unwrap_or(&call.world.project).to_owned();
        default_vpc(call, &project);
    }
    named(call, &VPC)
}

fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.find(&VPC, &id)?;
    if networks(&call.world.store, &id) > 0 {
        return Err(Refusal::precondition("resource_still_in_use", "the VPC still has private networks"));
    }
    // What belongs to nothing but the VPC goes with it.
    call.world
        .store
        .remove_where(|part| [ROUTE.name, INGRESS_RULE.name].contains(&part.kind) && part.text("vpc_id") == id);
    call.delete(&VPC)
}

fn enable(call: &mut Call<'_>, field: &str) -> Handled {
    call.body.insert(field.to_owned(), json!(true));
    call.patch(&VPC, &[field])
}

/// The id of the project's default VPC in the call's region, which is made if there is none.
fn default_vpc(call: &mut Call<'_>, project: &str) -> String {
    let region = call.locality();
    let found = call.world.store.of(&VPC).find(|vpc| {
        vpc.locality == region && vpc.text("project_id") == project && vpc.fields["is_default"] == json!(true)
    });
    if let Some(vpc) = found {
        return vpc.id.clone();
    }
    let mut fields = fields(call, "default", project);
    fields["is_default"] = json!(true);
    fields["tags"] = json!(["default"]);
    let mut vpc = call.draft(&VPC, fields);
    vpc.provided = true;
    let id = vpc.id.clone();
    call.insert(&VPC, vpc);
    id
}

fn fields(call: &Call<'_>, name: &str, project: &str) -> Value {
    let now = call.timestamp();
    json!({
        "name": name,
        "organization_id": call.world.organization,
        "project_id": project,
        "region": call.locality(),
        "tags": call.tags(),
        "is_default": false,
        "private_network_count": 0,
        "routing_enabled": true,
        "custom_routes_propagation_enabled": true,
        "transitivity_enabled": call.value("enable_transitivity", false),
        "s3_integration_enabled": false,
        "created_at": now,
        "updated_at": now,
    })
}

/// As recorded: in these lists a name finds every name that contains it.
fn named(call: &Call<'_>, kind: &Kind) -> Handled {
    let mut query = call.query.clone();
    let name = query.remove("name");
    let name = name.as_ref().and_then(Value::as_str).unwrap_or_default();
    Ok(call.page(kind, |object| object.text("name").contains(name) && paging::selects(&query, kind, object)))
}

fn networks(store: &Store, vpc: &str) -> usize {
    store.of(&PRIVATE_NETWORK).filter(|network| network.text("vpc_id") == vpc).count()
}

fn count_networks(store: &Store, vpc: &Object, shown: &mut Map<String, Value>) {
    shown.insert("private_network_count".to_owned(), json!(networks(store, &vpc.id)));
}
