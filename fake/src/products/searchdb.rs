//! Deployments of OpenSearch. Code is needed for their endpoints. The fake stores no documents.

use serde_json::{Value, json};

use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::products::endpoints;
use crate::products::vpc::PRIVATE_NETWORK;

static DEPLOYMENT: Named = Named::new("searchdb/deployment");

pub(crate) static PRODUCT: Product = Product {
    document: "searchdb.v1alpha1",
    kinds: &[],
    reads: &[],
    writes: &[
        ("CreateDeployment", create),
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
    endpoints::insert(call, &DEPLOYMENT, &id, &specs, endpoint)
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
