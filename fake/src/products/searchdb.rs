//! Deployments of OpenSearch. Code is needed for their endpoints, for their users, which have no IDs, and for upgrades, which change one
//! part of a deployment. The fake stores no documents.

use serde_json::{Value, json};

use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::products::vpc::PRIVATE_NETWORK;
use crate::products::{endpoints, users};
use crate::response::ApiError;
use crate::store::{Kind, Missing};

static DEPLOYMENT: Named = Named::new("searchdb/deployment");

/// The field of a user with the ID of its deployment.
const PARENT: &str = "deployment_id";

static USER: Kind = Kind {
    id: "",
    key: &[PARENT, "username"],
    ..Kind::new("searchdb/user", "User", "users", Missing::Labelled("user"))
};

pub(crate) static PRODUCT: Product = Product {
    document: "searchdb.v1alpha1",
    kinds: &[&USER],
    reads: &[("ListUsers", |call| users::list(call, &DEPLOYMENT, &USER, PARENT))],
    writes: &[
        ("CreateDeployment", create),
        ("UpgradeDeployment", upgrade),
        ("CreateUser", |call| users::create(call, &DEPLOYMENT, &USER, PARENT)),
        ("UpdateUser", |call| users::update(call, &DEPLOYMENT, &USER, PARENT)),
        ("DeleteUser", |call| users::delete(call, &DEPLOYMENT, &USER, PARENT)),
        ("CreateEndpoint", |call| endpoints::add(call, &DEPLOYMENT, ["deployment_id", "endpoint_spec"], endpoint)),
        ("DeleteEndpoint", |call| endpoints::delete(call, &DEPLOYMENT)),
    ],
};

/// As recorded: the ports of the dashboards and of the API.
const SERVICES: [(&str, u16); 2] = [("dashboard", 5601), ("api", 9200)];

fn create(call: &mut Call<'_>) -> Handled {
    let specs = call.value("endpoints", json!([]));
    call.body.remove("endpoints");
    let answer = plain::create(call, DEPLOYMENT.plain(), json!({}))?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    users::insert_first(call, &USER, PARENT, &id);
    endpoints::insert(call, &DEPLOYMENT, &id, &specs, endpoint)
}

/// Not recorded. As the API document declares, an upgrade changes the number of nodes or the size of the volumes.
fn upgrade(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("deployment_id");
    call.settled(&DEPLOYMENT, &id)?;
    let nodes = call.value("node_count", call.value("node_amount", Value::Null));
    let size = call.value("volume_size_bytes", Value::Null);
    let updated = call.timestamp();
    let mut then = json!({ "status": "ready", "updated_at": updated });
    match (nodes.as_u64(), size.as_u64()) {
        (Some(_), None) => {
            then["node_amount"] = nodes.clone();
            then["node_count"] = nodes;
        }
        (None, Some(size)) => {
            let volume = call.find(&DEPLOYMENT, &id)?.fields["volume"].clone();
            if volume["size_bytes"].as_u64().is_some_and(|old| size < old) {
                return Err(ApiError::constraint("volume_size_bytes", "the volume cannot become smaller"));
            }
            then["volume"] = json!({ "type": volume["type"], "size_bytes": size });
        }
        _ => {
            return Err(ApiError::constraint(
                "node_count",
                "exactly one of node_count and volume_size_bytes is expected",
            ));
        }
    }
    call.transition(&DEPLOYMENT, &id, "upgrading", then)?;
    call.shown(&DEPLOYMENT, &id)
}

fn endpoint(call: &mut Call<'_>, deployment: &str, spec: &Value) -> Handled {
    let id = call.world.uuid();
    let services = |host: &str| -> Value {
        SERVICES.iter().map(|(name, port)| json!({ "name": name, "port": port, "url": host })).collect()
    };
    let Some(network) = spec["private_network"]["private_network_id"].as_str() else {
        let host = format!("{deployment}.scbl.{}.scw.cloud", call.locality());
        return Ok(json!({ "id": id, "dns_record": "", "public": {}, "services": services(&host) }));
    };
    call.find(&PRIVATE_NETWORK, network)?;
    let host = format!("{deployment}.{network}.internal");
    Ok(json!({
        "id": id,
        "dns_record": host,
        "private_network": { "private_network_id": network },
        "services": services(&host),
    }))
}
