//! IoT Hub. Code is needed for certificates and secrets, which are beside the object in the response to a create, for the status of a
//! disabled hub, and for routes, whose list contains no configuration. The fake forwards no messages.

use serde_json::{Value, json};

use crate::call::{Call, Handled, ReadCall, WorldRef};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::response::ApiError;
use crate::store::{Kind, Missing};

static HUB: Named = Named::new("iot/hub");
static DEVICE: Named = Named::new("iot/device");
static NETWORK: Named = Named::new("iot/network");

static ROUTE: Kind = Kind::new("iot/route", "Route", "routes", Missing::Labelled("route"));

pub(crate) static PRODUCT: Product = Product {
    document: "iot.v1",
    kinds: &[&ROUTE],
    reads: &[
        ("GetDeviceCertificate", |call| certificate(call)),
        ("GetRoute", |call| call.get(&ROUTE)),
        ("ListRoutes", list_routes),
    ],
    writes: &[
        ("EnableHub", |call| power(call, true)),
        ("DisableHub", |call| power(call, false)),
        ("SetHubCA", set_authority),
        ("CreateDevice", create_device),
        ("SetDeviceCertificate", set_certificate),
        ("CreateNetwork", create_network),
        ("CreateRoute", create_route),
        ("UpdateRoute", update_route),
        ("DeleteRoute", delete_route),
    ],
};

/// The configurations of a route, each with the type that it gives the route.
const CONFIGURATIONS: [(&str, &str); 3] = [("s3_config", "s3"), ("db_config", "database"), ("rest_config", "rest")];

/// A hub that has the status already keeps it.
fn power(call: &mut Call<'_>, enabled: bool) -> Handled {
    let id = call.parameter("hub_id");
    call.settled(&HUB, &id)?;
    let (passing, status) = if enabled { ("enabling", "ready") } else { ("disabling", "disabled") };
    if call.find(&HUB, &id)?.fields["enabled"] != enabled {
        call.change(&HUB, &id)?.fields.insert("enabled".to_owned(), json!(enabled));
        call.transition(&HUB, &id, passing, json!({ "status": status }))?;
    }
    call.shown(&HUB, &id)
}

fn set_authority(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("hub_id");
    call.settled(&HUB, &id)?;
    let authority = call.need("ca_cert_pem")?;
    let challenge = call.need("challenge_cert_pem")?;
    let hub = call.change(&HUB, &id)?;
    hub.fields.insert("has_custom_ca".to_owned(), json!(true));
    hub.hidden.insert("ca_cert_pem".to_owned(), json!(authority));
    hub.hidden.insert("challenge_cert_pem".to_owned(), json!(challenge));
    call.shown(&HUB, &id)
}

/// As recorded: the certificate and its private key are beside the device.
fn create_device(call: &mut Call<'_>) -> Handled {
    let answer = plain::create(call, DEVICE.plain(), json!({}))?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    let [crt, key] = ["CERTIFICATE", "RSA PRIVATE KEY"].map(|what| pem(what, &call.world.uuid()));
    call.change(&DEVICE, &id)?.hidden.insert("certificate".to_owned(), json!(crt));
    Ok(json!({ "device": answer, "certificate": { "crt": crt, "key": key } }))
}

/// A file in the form of a certificate, which is not a valid one.
fn pem(what: &str, content: &str) -> String {
    format!("-----BEGIN {what}-----\n{content}\n-----END {what}-----\n")
}

fn certificate(call: &Call<'_, impl WorldRef>) -> Handled {
    let device = call.find(&DEVICE, &call.parameter("device_id"))?;
    let certificate = device.hidden_text("certificate").to_owned();
    Ok(json!({ "certificate_pem": certificate, "device": call.show(&DEVICE, device) }))
}

fn set_certificate(call: &mut Call<'_>) -> Handled {
    let certificate = call.need("certificate_pem")?;
    let device = call.change(&DEVICE, &call.parameter("device_id"))?;
    device.hidden.insert("certificate".to_owned(), json!(certificate));
    device.fields.insert("has_custom_certificate".to_owned(), json!(true));
    self::certificate(call)
}

/// As recorded: the secret is beside the network.
fn create_network(call: &mut Call<'_>) -> Handled {
    let answer = plain::create(call, NETWORK.plain(), json!({}))?;
    Ok(json!({ "network": answer, "secret": call.world.uuid() }))
}

/// As recorded: a route shows its configuration without the password.
fn create_route(call: &mut Call<'_>) -> Handled {
    let hub = call.need("hub_id")?;
    call.settled(&HUB, &hub)?;
    let given = CONFIGURATIONS.iter().filter(|(field, _)| call.body.contains_key(*field));
    let [(field, kind)] = given.collect::<Vec<_>>()[..] else {
        return Err(ApiError::constraint("s3_config", "exactly one configuration is expected"));
    };
    let now = call.timestamp();
    let fields = json!({
        "hub_id": hub,
        "name": call.need("name")?,
        "topic": call.need("topic")?,
        "type": kind,
        "region": call.locality(),
        "created_at": now,
        "updated_at": now,
        *field: {},
    });
    let mut route = call.draft(&ROUTE, fields);
    route.fields.insert("id".to_owned(), json!(route.id));
    let id = route.id.clone();
    call.insert(&ROUTE, route);
    configure(call, &id)?;
    call.shown(&ROUTE, &id)
}

fn update_route(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let route = call.find(&ROUTE, &id)?;
    call.settled(&HUB, route.text("hub_id"))?;
    if CONFIGURATIONS.iter().any(|(field, _)| call.body.contains_key(*field) && !route.fields.contains_key(*field)) {
        return Err(ApiError::constraint("s3_config", "the type of a route cannot be changed"));
    }
    configure(call, &id)?;
    call.patch(&ROUTE, &["name", "topic"])
}

/// Sets the fields of the configuration that the request has.
fn configure(call: &mut Call<'_>, id: &str) -> Result<(), ApiError> {
    let body = call.body.clone();
    let route = call.change(&ROUTE, id)?;
    for (field, _) in CONFIGURATIONS {
        let (Some(Value::Object(given)), Some(Value::Object(current))) = (body.get(field), route.fields.get_mut(field))
        else {
            continue;
        };
        let mut given = given.clone();
        if let Some(password) = given.remove("password") {
            route.hidden.insert("password".to_owned(), password);
        }
        current.extend(given);
    }
    Ok(())
}

fn list_routes(call: &mut ReadCall<'_>) -> Handled {
    let mut answer = call.list(&ROUTE)?;
    for route in answer["routes"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        for (field, _) in CONFIGURATIONS {
            route.remove(field);
        }
    }
    Ok(answer)
}

fn delete_route(call: &mut Call<'_>) -> Handled {
    let route = call.find(&ROUTE, &call.id())?;
    call.settled(&HUB, route.text("hub_id"))?;
    call.delete(&ROUTE)
}
