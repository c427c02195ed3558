//! MongoDB. Code is needed for endpoints, whose private networks have IPAM addresses, for users and their roles, and for the calls
//! that change one part of an instance. The fake stores no documents, so that an instance has only the databases of MongoDB.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::call::{self, Call, Handled, ReadCall};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::products::endpoints;
use crate::products::ipam::{self, Holder};
use crate::products::vpc::PRIVATE_NETWORK;
use crate::response::ApiError;
use crate::store::{Kind, Missing};

static INSTANCE: Named = Named::new("mongodb/instance");
static SNAPSHOT: Named = Named::new("mongodb/snapshot");

static USER: Kind = Kind {
    id: "",
    key: &["instance_id", "name"],
    ..Kind::new("mongodb/user", "User", "users", Missing::Labelled("user"))
};

pub(crate) static PRODUCT: Product = Product {
    document: "mongodb.v1",
    kinds: &[&USER],
    reads: &[("GetInstanceCertificate", certificate), ("ListDatabases", list_databases), ("ListUsers", list_users)],
    writes: &[
        ("CreateInstance", create),
        ("RestoreSnapshot", restore),
        ("UpgradeInstance", upgrade),
        ("DeleteInstance", delete),
        ("CreateEndpoint", create_endpoint),
        ("DeleteEndpoint", delete_endpoint),
        ("CreateSnapshot", create_snapshot),
        ("CreateUser", create_user),
        ("UpdateUser", update_user),
        ("SetUserRole", set_roles),
        ("DeleteUser", delete_user),
    ],
};

/// As recorded: the port of every endpoint.
const PORT: u16 = 27017;

/// The databases that every instance has.
const DATABASES: [&str; 3] = ["admin", "config", "local"];

/// As recorded: the name of the node type is in lower case, and the first user has roles in all databases.
fn create(call: &mut Call<'_>) -> Handled {
    let specs = call.value("endpoints", json!([]));
    let specs = specs.as_array().filter(|specs| !specs.is_empty()).cloned();
    let specs = specs.unwrap_or_else(|| vec![json!({ "public_network": {} })]);
    for network in specs.iter().filter_map(|spec| spec["private_network"]["private_network_id"].as_str()) {
        call.find(&PRIVATE_NETWORK, network)?;
    }
    call.body.remove("endpoints");
    if call.value("volume", Value::Null)["size_bytes"].as_u64().unwrap_or(0) == 0 {
        return Err(ApiError::required("volume.size_bytes"));
    }
    let answer = plain::create(call, INSTANCE.plain(), json!({ "node_type": call.text("node_type").to_lowercase() }))?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    endpoints::insert(call, &INSTANCE, &id, &json!(specs), endpoint)?;
    let roles = ["read_write", "db_admin", "sync"].map(|role| json!({ "role": role, "any_database": true }));
    let user = json!({ "instance_id": id, "name": call.text("user_name"), "roles": roles });
    let mut user = call.draft(&USER, user);
    user.fields.remove("instance_id");
    user.hidden.insert("instance_id".to_owned(), json!(id));
    call.insert(&USER, user);
    call.shown(&INSTANCE, &id)
}

/// A restored instance has the version and the volume of the snapshot's instance, and a public endpoint.
fn restore(call: &mut Call<'_>) -> Handled {
    let snapshot = call.parameter("snapshot_id");
    call.settled(&SNAPSHOT, &snapshot)?;
    let (size, version) = {
        let snapshot = call.find(&SNAPSHOT, &snapshot)?;
        (snapshot.fields["size_bytes"].clone(), snapshot.hidden_text("version").to_owned())
    };
    let known = json!({
        "node_type": call.text("node_type").to_lowercase(),
        "version": version,
        "volume": { "type": call.value("volume_type", "sbs_5k"), "size_bytes": size },
    });
    let answer = plain::create(call, INSTANCE.plain(), known)?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    endpoints::insert(call, &INSTANCE, &id, &json!([{ "public_network": {} }]), endpoint)
}

/// An upgrade changes the version, or the size of the volume, which cannot become smaller.
fn upgrade(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("instance_id");
    call.settled(&INSTANCE, &id)?;
    let (version, size) = (call.text("version"), call.value("volume_size_bytes", Value::Null));
    let mut then = json!({ "status": "ready" });
    match (version.as_str(), size.as_u64()) {
        ("", Some(size)) => {
            let volume = call.find(&INSTANCE, &id)?.fields["volume"].clone();
            if volume["size_bytes"].as_u64().is_some_and(|old| size < old) {
                return Err(ApiError::constraint("volume_size_bytes", "the volume cannot become smaller"));
            }
            then["volume"] = json!({ "type": volume["type"], "size_bytes": size });
        }
        (version, None) if !version.is_empty() => then["version"] = json!(version),
        _ => return Err(ApiError::constraint("version", "exactly one of version and volume_size_bytes is expected")),
    }
    call.transition(&INSTANCE, &id, "provisioning", then)?;
    call.shown(&INSTANCE, &id)
}

/// As recorded: only the response to the delete shows no schedule.
fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&INSTANCE, &id)?;
    for endpoint in current(call, &id)? {
        release(call, &id, &endpoint);
    }
    call.world.store.remove_where(|object| object.kind == USER.name && object.hidden_text("instance_id") == id);
    let mut answer = plain::delete(call, INSTANCE.plain())?;
    answer["snapshot_schedule"] = Value::Null;
    Ok(answer)
}

/// As recorded: a file in base64. It is not a valid certificate.
fn certificate(call: &mut ReadCall<'_>) -> Handled {
    let instance = call.find(&INSTANCE, &call.parameter("instance_id"))?;
    let body = STANDARD.encode(format!("certificate of {}", instance.id));
    let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    Ok(json!({
        "name": "ssl_certificate",
        "content_type": "application/x-pem-file",
        "content": STANDARD.encode(pem),
    }))
}

/// As recorded: the instance shows the endpoint at once, and is `configuring` for some time.
fn create_endpoint(call: &mut Call<'_>) -> Handled {
    let id = call.need("instance_id")?;
    call.settled(&INSTANCE, &id)?;
    let spec = call.value("endpoint", json!({ "public_network": {} }));
    let mut all = current(call, &id)?;
    let is_private = spec["private_network"].is_object();
    if all.iter().any(|other| other["private_network"].is_object() == is_private) {
        return Err(ApiError::precondition("endpoint_already_exists", "the instance has an endpoint of this kind"));
    }
    let endpoint = endpoint(call, &id, &spec)?;
    all.push(endpoint.clone());
    call.change(&INSTANCE, &id)?.fields.insert("endpoints".to_owned(), json!(all));
    call.transition(&INSTANCE, &id, "configuring", json!({ "status": "ready" }))?;
    Ok(endpoint)
}

/// As recorded: the instance shows the endpoint while it is `configuring`.
fn delete_endpoint(call: &mut Call<'_>) -> Handled {
    let endpoint = call.parameter("endpoint_id");
    let id = endpoints::owner(call, &INSTANCE, &endpoint)?;
    call.settled(&INSTANCE, &id)?;
    let (gone, left): (Vec<Value>, Vec<Value>) =
        current(call, &id)?.into_iter().partition(|other| other["id"] == json!(endpoint));
    for endpoint in &gone {
        release(call, &id, endpoint);
    }
    call.transition(&INSTANCE, &id, "configuring", json!({ "status": "ready", "endpoints": left }))?;
    Ok(Value::Null)
}

/// As recorded: the size is known when the snapshot is ready.
fn create_snapshot(call: &mut Call<'_>) -> Handled {
    let instance = call.need("instance_id")?;
    call.settled(&INSTANCE, &instance)?;
    let of = call.find(&INSTANCE, &instance)?.fields.clone();
    let known = json!({ "instance_name": of["name"], "volume_type": of["volume"]["type"] });
    let answer = plain::create(call, SNAPSHOT.plain(), known)?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    let then = json!({ "status": "ready", "size_bytes": of["volume"]["size_bytes"] });
    let (now, settle) = (call.now, call.world.settle);
    let snapshot = call.change(&SNAPSHOT, &id)?;
    snapshot.hidden.insert("version".to_owned(), of["version"].clone());
    snapshot.replace_pending(now, settle, vec![call::object(then)]);
    Ok(answer)
}

fn list_databases(call: &mut ReadCall<'_>) -> Handled {
    call.find(&INSTANCE, &call.parameter("instance_id"))?;
    let databases = DATABASES.map(|name| json!({ "name": name }));
    Ok(json!({ "databases": databases, "total_count": databases.len() }))
}

fn create_user(call: &mut Call<'_>) -> Handled {
    let instance = call.parameter("instance_id");
    call.settled(&INSTANCE, &instance)?;
    let name = call.need("name")?;
    call.need("password")?;
    if call.find(&USER, &format!("{instance}/{name}")).is_ok() {
        return Err(ApiError::already_exists("user", &name, "the instance has a user with this name"));
    }
    call.create(&USER, json!({ "name": name, "roles": [] }))
}

fn list_users(call: &mut ReadCall<'_>) -> Handled {
    call.find(&INSTANCE, &call.parameter("instance_id"))?;
    call.list(&USER)
}

fn update_user(call: &mut Call<'_>) -> Handled {
    call.settled(&INSTANCE, &call.parameter("instance_id"))?;
    call.get(&USER)
}

/// As recorded: a role shows either its database or that it is for all.
fn set_roles(call: &mut Call<'_>) -> Handled {
    let instance = call.parameter("instance_id");
    call.settled(&INSTANCE, &instance)?;
    let id = format!("{instance}/{}", call.need("user_name")?);
    let roles = call.value("roles", json!([]));
    for role in roles.as_array().into_iter().flatten() {
        if role["database_name"].is_string() == (role["any_database"] == json!(true)) {
            let help = "exactly one of database_name and any_database is expected";
            return Err(ApiError::constraint("roles", help));
        }
    }
    call.change(&USER, &id)?.fields.insert("roles".to_owned(), roles);
    call.shown(&USER, &id)
}

fn delete_user(call: &mut Call<'_>) -> Handled {
    call.settled(&INSTANCE, &call.parameter("instance_id"))?;
    call.delete(&USER)
}

/// A new endpoint, with an IPAM address for each node if it is in a private network.
fn endpoint(call: &mut Call<'_>, instance: &str, spec: &Value) -> Handled {
    let id = call.world.uuid();
    let Some(network) = spec["private_network"]["private_network_id"].as_str() else {
        let host = format!("{instance}.mgdb.{}.scw.cloud", call.locality());
        return Ok(json!({ "id": id, "dns_record": host, "port": PORT, "public_network": {} }));
    };
    let nodes = call.find(&INSTANCE, instance)?.fields["node_amount"].as_u64().unwrap_or(1);
    for node in 0..nodes {
        let name = format!("{instance}-{node}");
        let holder = Holder { kind: "mgdb_instance", id: instance, name: &name, tags: &[] };
        ipam::assign(call, network, None, &holder)?;
    }
    let host = format!("{instance}.{network}.internal");
    let network = json!({ "private_network_id": network });
    Ok(json!({ "id": id, "dns_record": host, "port": PORT, "private_network": network }))
}

/// Detaches the addresses of an endpoint in a private network, which are all addresses of the instance.
fn release(call: &mut Call<'_>, instance: &str, endpoint: &Value) {
    if endpoint["private_network"].is_object() {
        ipam::unassign_all(call, instance);
    }
}

fn current(call: &Call<'_>, id: &str) -> Result<Vec<Value>, ApiError> {
    let endpoints = call.find(&INSTANCE, id)?.fields.get("endpoints");
    Ok(endpoints.and_then(Value::as_array).cloned().unwrap_or_default())
}
