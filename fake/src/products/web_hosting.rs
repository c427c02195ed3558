//! Web Hosting. Code is needed for the offers, for the platform of a hosting, and for its DNS records. The fake hosts no websites.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::call::{Call, Handled, ReadCall, object};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::response::ApiError;

static HOSTING: Named = Named::new("webhosting/hosting");

pub(crate) static PRODUCT: Product = Product {
    document: "webhosting.v1",
    kinds: &[],
    reads: &[("ListOffers", list_offers), ("ListHostings", list), ("GetDomainDNSRecords", dns_records)],
    writes: &[("CreateHosting", create), ("UpdateHosting", update), ("DeleteHosting", delete)],
};

/// The recorded `offers`, and the recorded `dns` records with marks for the domain and the addresses.
static RECORDED: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/webhosting.json")).unwrap_or_default());

/// As recorded: the addresses of the platform.
const IPV4: &str = "51.159.87.113";
const IPV6: &str = "2001:bc8:1210:8dac:dc00:ff:fe8d:ffc3";

/// The fields of a hosting in a list.
const SUMMARY: [&str; 11] = [
    "created_at",
    "dns_status",
    "domain",
    "domain_info",
    "domain_status",
    "id",
    "project_id",
    "protected",
    "region",
    "status",
    "updated_at",
];

fn list_offers(call: &mut ReadCall<'_>) -> Handled {
    let region = call.locality();
    let offers: Vec<Value> = offers().map(|offer| in_region(offer, &region)).collect();
    Ok(json!({ "total_count": offers.len(), "offers": offers }))
}

fn offers() -> impl Iterator<Item = &'static Value> {
    RECORDED["offers"].as_array().into_iter().flatten()
}

fn in_region(offer: &Value, region: &str) -> Value {
    let mut offer = offer.clone();
    offer["region"] = json!(region);
    offer
}

/// As recorded: the offer of a hosting is not available and has no control panels. An option that was bought is in use once more.
fn bought(call: &Call<'_>, id: &str, options: &Value) -> Handled {
    let offer = offers().find(|offer| offer["id"] == id).ok_or_else(|| ApiError::not_found("offer", id))?;
    let mut offer = in_region(offer, &call.locality());
    offer["available"] = json!(false);
    offer["control_panels"] = json!([]);
    let requested = options.as_array().cloned().unwrap_or_default();
    for option in &requested {
        let own = offer["options"].as_array_mut().and_then(|own| own.iter_mut().find(|own| own["id"] == option["id"]));
        let own = own.ok_or_else(|| ApiError::constraint("offer_options", "the offer does not have this option"))?;
        let quantity = option["quantity"].as_i64().unwrap_or_default();
        own["current_value"] = json!(own["current_value"].as_i64().unwrap_or_default() + quantity);
    }
    Ok(offer)
}

fn create(call: &mut Call<'_>) -> Handled {
    let (offer, email, domain) = (call.need("offer_id")?, call.need("email")?, call.need("domain")?);
    let options = call.body.remove("offer_options").unwrap_or_default();
    let tags = call.body.remove("tags").unwrap_or_default();
    for field in
        ["offer_id", "email", "language", "auto_config_domain_dns", "domain_configuration", "skip_welcome_email"]
    {
        call.body.remove(field);
    }
    let offer = bought(call, &offer, &options)?;
    let username = format!("cpe{:07}", call.world.rng.u32(1..10_000));
    let custom = |status: &str| {
        let custom =
            json!({ "auto_config_domain_dns": null, "dns_status": status, "domain": domain, "domain_status": status });
        json!({ "custom_domain": custom, "subdomain": "nostalgic-albattani.scw.site" })
    };
    let unknown = "unknown_status";
    let known = json!({
        "offer": offer,
        "dns_status": unknown,
        "domain_status": unknown,
        "domain_info": custom(unknown),
        "ipv4": "",
        "tags": [],
        "user": { "contact_email": email, "username": username },
    });
    let panel = known["offer"]["control_panel_name"].clone();
    let mut answer = plain::create(call, HOSTING.plain(), known)?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    let host = format!("pf-013.whm.{}.scw.cloud", call.locality());
    // As recorded: a hosting that is being delivered has no password yet.
    let user = json!({ "contact_email": email, "username": username });
    answer["user"] = user.clone();
    let ready = json!({
        "status": "ready",
        "ipv4": IPV4,
        "tags": with_internal(&tags),
        "platform": {
            "control_panel": { "name": panel, "urls": { "dashboard": format!("https://{host}:2083"), "webmail": format!("https://{host}:2096") } },
            "group_name": "default",
            "hostname": host,
            "ipv4": IPV4,
            "ipv6": IPV6,
            "number": 13,
        },
        "user": { "contact_email": email, "username": username, "one_time_password": "made-up", "one_time_password_b64": "bWFkZS11cA==" },
    });
    // As recorded: the DNS records of the domain do not point to the hosting, which the API finds out some seconds later.
    let invalid = "invalid";
    let checked = json!({ "dns_status": invalid, "domain_status": invalid, "domain_info": custom(invalid) });
    let (now, over) = (call.now, call.world.settle);
    let hosting = call.change(&HOSTING, &id)?;
    hosting.fields.insert("user".to_owned(), user);
    hosting.replace_pending(now, over, vec![object(ready), object(checked)]);
    Ok(answer)
}

/// As recorded, the API adds a tag.
fn with_internal(tags: &Value) -> Value {
    let mut tags = tags.as_array().cloned().unwrap_or_default();
    if !tags.contains(&json!("internal")) {
        tags.push(json!("internal"));
    }
    Value::Array(tags)
}

/// As recorded, a list has summaries.
fn list(call: &mut ReadCall<'_>) -> Handled {
    let mut page = call.list(&HOSTING)?;
    let hostings = page[HOSTING.list].as_array_mut().into_iter().flatten().map(|hosting| {
        let mut summary = json!({ "offer_name": hosting["offer"]["name"] });
        for field in SUMMARY {
            summary[field] = hosting[field].take();
        }
        summary
    });
    let hostings: Vec<Value> = hostings.collect();
    Ok(json!({ "hostings": hostings, "total_count": page["total_count"] }))
}

fn update(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("hosting_id");
    call.settled(&HOSTING, &id)?;
    let [offer, options, email, tags] = ["offer_id", "offer_options", "email", "tags"]
        .map(|field| call.body.remove(field).filter(|given| !given.is_null()));
    let mut changed = json!({});
    if offer.is_some() || options.is_some() {
        let old = call.find(&HOSTING, &id)?.fields["offer"]["id"].clone();
        let offer = offer.unwrap_or(old);
        changed["offer"] = bought(call, offer.as_str().unwrap_or_default(), &options.unwrap_or_default())?;
    }
    if let Some(email) = email {
        changed["user"] = call.find(&HOSTING, &id)?.fields["user"].clone();
        changed["user"]["contact_email"] = email;
    }
    if let Some(tags) = tags {
        changed["tags"] = with_internal(&tags);
    }
    plain::update(call, HOSTING.plain())?;
    call.change(&HOSTING, &id)?.fields.extend(object(changed));
    call.transition(&HOSTING, &id, "updating", json!({ "status": "ready" }))?;
    call.shown(&HOSTING, &id)
}

/// As recorded, a hosting that is being deleted has no platform, and the response has no options.
fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("hosting_id");
    plain::delete(call, HOSTING.plain())?;
    call.change(&HOSTING, &id)?.fields.insert("platform".to_owned(), Value::Null);
    let mut answer = call.shown(&HOSTING, &id)?;
    answer["offer"]["options"] = json!([]);
    Ok(answer)
}

fn dns_records(call: &mut ReadCall<'_>) -> Handled {
    let domain = call.parameter("domain");
    let region = call.locality();
    let hosted =
        call.world.store.of(&HOSTING).any(|hosting| hosting.text("domain") == domain && hosting.locality == region);
    if !hosted {
        return Err(ApiError::not_found("domain", &domain));
    }
    let recorded = RECORDED["dns"].to_string();
    let own = recorded.replace("{domain}", &domain).replace("{ipv4}", IPV4).replace("{ipv6}", IPV6);
    Ok(serde_json::from_str(&own).unwrap_or_default())
}
