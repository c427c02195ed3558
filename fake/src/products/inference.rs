//! Managed Inference. Code is needed for the endpoints of deployments. The fake runs no models.

use serde_json::{Value, json};

use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::products::endpoints;
use crate::products::vpc::PRIVATE_NETWORK;
use crate::response::ApiError;

static DEPLOYMENT: Named = Named::new("inference/deployment");

pub(crate) static PRODUCT: Product = Product {
    document: "inference.v1",
    kinds: &[],
    reads: &[],
    writes: &[
        ("CreateDeployment", create),
        ("UpdateDeployment", update),
        ("CreateEndpoint", |call| endpoints::add(call, &DEPLOYMENT, ["deployment_id", "endpoint"], endpoint)),
        ("DeleteEndpoint", |call| endpoints::delete(call, &DEPLOYMENT)),
    ],
};

fn create(call: &mut Call<'_>) -> Handled {
    let specs = call.value("endpoints", json!([]));
    if specs.as_array().is_none_or(Vec::is_empty) {
        return Err(ApiError::required("endpoints"));
    }
    call.body.insert("endpoints".to_owned(), json!([]));
    let answer = plain::create(call, DEPLOYMENT.plain(), json!({}))?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    let model = answer["model_id"].as_str().unwrap_or_default().to_owned();
    let name = call.find(&Named::new("inference/model"), &model)?.text("name").to_owned();
    call.change(&DEPLOYMENT, &id)?.fields.insert("model_name".to_owned(), json!(name));
    endpoints::insert(call, &DEPLOYMENT, &id, &specs, endpoint)
}

/// The number of nodes stays between the new limits.
fn update(call: &mut Call<'_>) -> Handled {
    let mut answer = plain::update(call, DEPLOYMENT.plain())?;
    let limit = |name: &str| answer[name].as_u64().unwrap_or(1);
    let size = limit("size").min(limit("max_size")).max(limit("min_size"));
    answer["size"] = json!(size);
    call.change(&DEPLOYMENT, &call.id())?.fields.insert("size".to_owned(), json!(size));
    Ok(answer)
}

fn endpoint(call: &mut Call<'_>, deployment: &str, spec: &Value) -> Handled {
    let (id, open) = (call.world.uuid(), spec["disable_auth"].as_bool().unwrap_or_default());
    let url = format!("https://{deployment}.ifr.{}.scaleway.com", call.locality());
    let Some(network) = spec["private_network"]["private_network_id"].as_str() else {
        return Ok(json!({ "id": id, "disable_auth": open, "public_network": {}, "url": url }));
    };
    call.find(&PRIVATE_NETWORK, network)?;
    let url = format!("https://{deployment}.{network}.internal");
    let network = json!({ "private_network_id": network });
    Ok(json!({ "id": id, "disable_auth": open, "private_network": network, "url": url }))
}
