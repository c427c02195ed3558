//! Deployments of OpenSearch. Code is needed for their endpoints. The fake stores no documents.

use serde_json::{Value, json};

use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::products::vpc::PRIVATE_NETWORK;
use crate::response::ApiError;

static DEPLOYMENT: Named = Named("searchdb/deployment");

pub(crate) static PRODUCT: Product = Product {
    document: "searchdb.v1alpha1",
    kinds: &[],
    routes: &[("CreateDeployment", create), ("CreateEndpoint", create_endpoint), ("DeleteEndpoint", delete_endpoint)],
};

/// As recorded: the ports of the dashboards and of the API.
const SERVICES: [(&str, u16); 2] = [("dashboard", 5601), ("api", 9200)];

fn create(call: &mut Call<'_>) -> Handled {
    let specs = call.value("endpoints", json!([]));
    call.body.remove("endpoints");
    let answer = plain::create(call, DEPLOYMENT.plain(), json!({}))?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    let mut endpoints = Vec::new();
    for spec in specs.as_array().into_iter().flatten() {
        endpoints.push(endpoint(call, &id, spec)?);
    }
    call.change(&DEPLOYMENT, &id)?.fields.insert("endpoints".to_owned(), json!(endpoints));
    call.find(&DEPLOYMENT, &id).map(|deployment| call.show(&DEPLOYMENT, deployment))
}

fn create_endpoint(call: &mut Call<'_>) -> Handled {
    let id = call.need("deployment_id")?;
    call.settled(&DEPLOYMENT, &id)?;
    let spec = call.value("endpoint_spec", json!({}));
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
