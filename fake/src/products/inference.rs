//! Managed Inference. Code is needed for the endpoints of deployments. The fake runs no models.

use serde_json::{Value, json};

use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::products::vpc::PRIVATE_NETWORK;
use crate::response::ApiError;

static DEPLOYMENT: Named = Named("inference/deployment");

pub(crate) static PRODUCT: Product = Product {
    document: "inference.v1",
    kinds: &[],
    routes: &[("CreateDeployment", create), ("CreateEndpoint", create_endpoint), ("DeleteEndpoint", delete_endpoint)],
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
    let name = call.find(&Named("inference/model"), &model)?.text("name").to_owned();
    let mut endpoints = Vec::new();
    for spec in specs.as_array().into_iter().flatten() {
        endpoints.push(endpoint(call, &id, spec)?);
    }
    let fields = &mut call.change(&DEPLOYMENT, &id)?.fields;
    fields.insert("endpoints".to_owned(), json!(endpoints));
    fields.insert("model_name".to_owned(), json!(name));
    call.find(&DEPLOYMENT, &id).map(|deployment| call.show(&DEPLOYMENT, deployment))
}

fn create_endpoint(call: &mut Call<'_>) -> Handled {
    let id = call.need("deployment_id")?;
    call.settled(&DEPLOYMENT, &id)?;
    let spec = call.value("endpoint", json!({}));
    let endpoint = endpoint(call, &id, &spec)?;
    if let Some(Value::Array(endpoints)) = call.change(&DEPLOYMENT, &id)?.fields.get_mut("endpoints") {
        endpoints.push(endpoint.clone());
    }
    Ok(endpoint)
}

fn delete_endpoint(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let has = |value: &Value| value.as_array().is_some_and(|all| all.iter().any(|endpoint| endpoint["id"] == id));
    let found = call.world.store.of(&DEPLOYMENT).find(|deployment| has(&deployment.fields["endpoints"]));
    let Some(deployment) = found.map(|deployment| deployment.id.clone()) else {
        return Err(ApiError::not_found("endpoint", &id));
    };
    call.settled(&DEPLOYMENT, &deployment)?;
    if let Some(Value::Array(endpoints)) = call.change(&DEPLOYMENT, &deployment)?.fields.get_mut("endpoints") {
        endpoints.retain(|endpoint| endpoint["id"] != id);
    }
    Ok(Value::Null)
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
