//! Networks: VPCs, private networks and their subnets, routes, connectors, rules for what comes in, and access control lists.

mod acl;
mod private_network;
mod route;
mod subnet;

use serde_json::{Value, json};

use crate::answer::Refusal;
use crate::call::{Call, Handled, object};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;

pub(crate) use private_network::PRIVATE_NETWORK;

static VPC: Named = Named("vpc/vpc");
static INGRESS_RULE: Named = Named("vpc/ingress_rule");

pub(crate) static PRODUCT: Product = Product {
    document: "vpc.v2",
    kinds: &[],
    routes: &[
        ("ListVPCs", list),
        ("GetACL", acl::get),
        ("SetACL", acl::set),
        ("CreatePrivateNetwork", private_network::create),
        ("CreateRoute", route::create),
        ("ListRoutesWithNexthop", route::list_with_next_hop),
        ("UpdateRoute", route::update),
        ("CreateIngressRule", create_ingress_rule),
        ("UpdateIngressRule", update_ingress_rule),
    ],
};

/// A list of the default VPC creates it, as Scaleway does when it is needed first.
fn list(call: &mut Call<'_>) -> Handled {
    if call.query.get("is_default") == Some(&json!(true)) {
        let project = call.query.get("project_id").and_then(Value::as_str).unwrap_or(&call.world.project).to_owned();
        // A project that does not exist has none.
        drop(default_vpc(call, &project));
    }
    plain::list(call, VPC.plain())
}

/// The id of the project's default VPC in the region of the call, which is created if it does not exist.
fn default_vpc(call: &mut Call<'_>, project: &str) -> Result<String, Refusal> {
    let region = call.locality();
    let found = call.world.store.of(&VPC).find(|vpc| {
        vpc.locality == region && vpc.text("project_id") == project && vpc.fields["is_default"] == json!(true)
    });
    if let Some(vpc) = found {
        return Ok(vpc.id.clone());
    }
    let request = json!({ "name": "default", "project_id": project, "tags": ["default"] });
    let body = std::mem::replace(&mut call.body, object(request));
    let created = plain::create(call, VPC.plain(), json!({ "is_default": true }));
    call.body = body;
    let id = created?["id"].as_str().unwrap_or_default().to_owned();
    call.change(&VPC, &id)?.provided = true;
    Ok(id)
}

fn create_ingress_rule(call: &mut Call<'_>) -> Handled {
    let is_ipv6 = call.text("source").contains(':');
    plain::create(call, INGRESS_RULE.plain(), json!({ "is_ipv6": is_ipv6 }))
}

fn update_ingress_rule(call: &mut Call<'_>) -> Handled {
    let source = call.text("source");
    if !source.is_empty() {
        call.body.insert("is_ipv6".to_owned(), json!(source.contains(':')));
    }
    plain::update(call, INGRESS_RULE.plain())
}
