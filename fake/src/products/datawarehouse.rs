//! Data Warehouse for ClickHouse. Code is needed for endpoints, for stops and starts, and for databases and users, which have no IDs.
//! The fake stores no tables.

use serde_json::{Value, json};

use crate::call::{Call, Handled, ReadCall};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::products::endpoints;
use crate::products::vpc::PRIVATE_NETWORK;
use crate::response::ApiError;
use crate::store::{Kind, Missing};

static DEPLOYMENT: Named = Named::new("datawarehouse/deployment");

static DATABASE: Kind = Kind {
    id: "",
    key: &["deployment_id", "name"],
    srn: Some("datawarehouse"),
    ..Kind::new("datawarehouse/database", "Database", "databases", Missing::Labelled("database"))
};

static USER: Kind = Kind {
    id: "",
    key: &["deployment_id", "name"],
    srn: Some("datawarehouse"),
    ..Kind::new("datawarehouse/user", "User", "users", Missing::Labelled("user"))
};

pub(crate) static PRODUCT: Product = Product {
    document: "datawarehouse.v1beta1",
    kinds: &[&DATABASE, &USER],
    reads: &[("ListDatabases", |call| list(call, &DATABASE)), ("ListUsers", |call| list(call, &USER))],
    writes: &[
        ("CreateDeployment", create),
        ("UpdateDeployment", update),
        ("StartDeployment", |call| power(call, ["stopped", "starting", "ready"])),
        ("StopDeployment", |call| power(call, ["ready", "stopping", "stopped"])),
        ("CreateEndpoint", |call| endpoints::add(call, &DEPLOYMENT, ["deployment_id", "endpoint"], endpoint)),
        ("DeleteEndpoint", |call| endpoints::delete(call, &DEPLOYMENT)),
        ("CreateDatabase", |call| insert(call, &DATABASE, json!({ "size": 0 }))),
        ("DeleteDatabase", |call| delete(call, &DATABASE)),
        ("CreateUser", create_user),
        ("UpdateUser", update_user),
        ("DeleteUser", |call| delete(call, &USER)),
    ],
};

/// As recorded: the first user.
const ADMINISTRATOR: &str = "scwadmin";

/// As recorded: the protocols of every endpoint, and their ports.
const SERVICES: [(&str, u16); 3] = [("https", 8443), ("mysql", 9004), ("tcp", 9440)];

fn create(call: &mut Call<'_>) -> Handled {
    let specs = call.value("endpoints", json!([]));
    call.body.remove("endpoints");
    limits(&call.value("cpu_min", 0), &call.value("cpu_max", 0))?;
    let answer = plain::create(call, DEPLOYMENT.plain(), json!({}))?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    let region = call.locality();
    let user = json!({ "deployment_id": id, "region": region, "name": ADMINISTRATOR, "is_admin": true });
    let mut user = call.draft(&USER, user);
    user.hidden.insert("password".to_owned(), call.value("password", ""));
    call.insert(&USER, user);
    endpoints::insert(call, &DEPLOYMENT, &id, &specs, endpoint)
}

/// A stopped deployment cannot be scaled.
fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let current = call.find(&DEPLOYMENT, &id)?.fields.clone();
    let requested = |field: &str| call.body.get(field).or_else(|| current.get(field)).cloned().unwrap_or_default();
    limits(&requested("cpu_min"), &requested("cpu_max"))?;
    if ["cpu_min", "cpu_max", "replica_count"].iter().any(|field| call.body.contains_key(*field)) {
        started(call, &id)?;
    }
    plain::update(call, DEPLOYMENT.plain())
}

/// As recorded: the response contains no endpoints, later ones do. A deployment that has the status already keeps it.
fn power(call: &mut Call<'_>, [from, passing, to]: [&str; 3]) -> Handled {
    let id = call.parameter("deployment_id");
    call.settled(&DEPLOYMENT, &id)?;
    if call.find(&DEPLOYMENT, &id)?.text("status") == from {
        let updated = call.timestamp();
        call.transition(&DEPLOYMENT, &id, passing, json!({ "status": to, "updated_at": updated }))?;
    }
    let mut answer = call.shown(&DEPLOYMENT, &id)?;
    answer["endpoints"] = json!([]);
    Ok(answer)
}

fn create_user(call: &mut Call<'_>) -> Handled {
    let password = call.need("password")?;
    let is_admin = call.value("is_admin", false);
    let answer = insert(call, &USER, json!({ "is_admin": is_admin }))?;
    let id = format!("{}/{}", call.parameter("deployment_id"), call.text("name"));
    call.change(&USER, &id)?.hidden.insert("password".to_owned(), json!(password));
    Ok(answer)
}

fn update_user(call: &mut Call<'_>) -> Handled {
    started(call, &call.parameter("deployment_id"))?;
    let id = call.id_of(&USER);
    if let Some(password) = call.body.get("password").cloned() {
        call.change(&USER, &id)?.hidden.insert("password".to_owned(), password);
    }
    call.patch(&USER, &["is_admin"])
}

/// Creates a database or a user of the deployment in the path.
fn insert(call: &mut Call<'_>, kind: &'static Kind, mut fields: Value) -> Handled {
    let deployment = call.parameter("deployment_id");
    started(call, &deployment)?;
    let name = call.need("name")?;
    if call.find(kind, &format!("{deployment}/{name}")).is_ok() {
        let help = format!("the deployment has a {} with this name", kind.noun());
        return Err(ApiError::already_exists(kind.noun(), &name, &help));
    }
    fields["name"] = json!(name);
    fields["deployment_id"] = json!(deployment);
    fields["region"] = json!(call.locality());
    call.create(kind, fields)
}

fn list(call: &mut ReadCall<'_>, kind: &Kind) -> Handled {
    call.find(&DEPLOYMENT, &call.parameter("deployment_id"))?;
    call.list(kind)
}

fn delete(call: &mut Call<'_>, kind: &Kind) -> Handled {
    call.settled(&DEPLOYMENT, &call.parameter("deployment_id"))?;
    call.delete(kind)
}

/// Rejects a change that the servers of a stopped deployment would make.
fn started(call: &Call<'_>, id: &str) -> Result<(), ApiError> {
    call.settled(&DEPLOYMENT, id)?;
    if call.find(&DEPLOYMENT, id)?.text("status") == "stopped" {
        return Err(ApiError::precondition("resource_not_usable", "the deployment is stopped"));
    }
    Ok(())
}

fn limits(min: &Value, max: &Value) -> Result<(), ApiError> {
    if min.as_u64() > max.as_u64() {
        return Err(ApiError::constraint("cpu_min", "it must not be greater than cpu_max"));
    }
    Ok(())
}

fn endpoint(call: &mut Call<'_>, deployment: &str, spec: &Value) -> Handled {
    let (id, region) = (call.world.uuid(), call.locality());
    let services = SERVICES.iter().map(|(protocol, port)| json!({ "protocol": protocol, "port": port }));
    let mut endpoint = json!({
        "id": id,
        "region": region,
        "srn": format!("srn://datawarehouse.scw.eu/regions/{region}/endpoints/{id}"),
        "services": services.collect::<Value>(),
    });
    if let Some(network) = spec["private_network"]["private_network_id"].as_str() {
        call.find(&PRIVATE_NETWORK, network)?;
        endpoint["dns_record"] = json!(format!("{deployment}.{network}.internal"));
        endpoint["private_network"] = json!({ "private_network_id": network, "nodes": [] });
    } else {
        endpoint["dns_record"] = json!(format!("{deployment}.dtwh.{region}.scw.cloud"));
        endpoint["public"] = json!({});
    }
    Ok(endpoint)
}
