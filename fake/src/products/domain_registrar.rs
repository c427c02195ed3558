//! Purchases of domains, and the settings of domains. As in the API, no request deletes a domain.

use serde_json::{Map, Value, json};

use crate::call::{Call, Handled, ReadCall, object};
use crate::product::Product;
use crate::products::domain::{DOMAIN, NAME_SERVERS, seconds, strings};
use crate::response::ApiError;
use crate::store::{Kind, Missing, Object};

static TASK: Kind = Kind::new("domain/task", "Task", "tasks", Missing::Labelled("task"));

pub(crate) static PRODUCT: Product = Product {
    document: "domain.v2beta1",
    kinds: &[&TASK],
    reads: &[("ListTasks", list_tasks)],
    writes: &[
        ("BuyDomains", buy),
        ("EnableDomainAutoRenew", |call| renew(call, "enabled")),
        ("DisableDomainAutoRenew", |call| renew(call, "disabled")),
        ("EnableDomainDNSSEC", |call| secure(call, true)),
        ("DisableDomainDNSSEC", |call| secure(call, false)),
    ],
};

/// As recorded: the purchase is a task that waits for the payment and then for the registry.
fn buy(call: &mut Call<'_>) -> Handled {
    let names = strings(call.body.get("domains"));
    if names.is_empty() {
        return Err(ApiError::required("domains"));
    }
    for name in &names {
        if call.find(&DOMAIN, name).is_ok() {
            return Err(ApiError::precondition("domain_not_available", &format!("the domain {name} is not available")));
        }
    }
    let contact = owner(call)?;
    let (id, project, now) = (call.world.uuid(), call.project()?, call.timestamp());
    let organization = call.world.organization.clone();
    let task = json!({
        "id": id,
        "contact_identifier": "",
        "domain": names.join(","),
        "message": null,
        "project_id": project,
        "organization_id": organization,
        "status": "new",
        "type": "create_domain",
        "started_at": seconds(call),
        "updated_at": seconds(call),
    });
    let task = call.draft(&TASK, task);
    call.insert(&TASK, task);
    let (time, over) = (call.now, call.world.settle);
    let statuses = ["pending", "waiting_payment", "pending", "success"];
    let steps = statuses.map(|status| object(json!({ "status": status })));
    call.change(&TASK, &id)?.settle(time, over, steps.into());
    let renewal = if call.value("auto_renew", false) == true { "enabled" } else { "disabled" };
    for name in &names {
        let domain = object(json!({
            "domain": name,
            "project_id": project,
            "organization_id": organization,
            "auto_renew_status": renewal,
            "dnssec": { "status": "disabled", "ds_records": [] },
            "epp_code": ["clientTransferProhibited"],
            "expired_at": now,
            "updated_at": seconds(call),
            "registrar": "SCALEWAY",
            "is_external": false,
            "status": "active",
            "dns_zones": [root_zone(name, &project, &seconds(call))],
            "linked_products": [],
            "pending_trade": false,
            "tld": tld(name),
            "owner_contact": contact,
            "technical_contact": contact,
            "administrative_contact": contact,
        }));
        call.insert(&DOMAIN, Object::new(&DOMAIN, "", name, domain));
    }
    Ok(
        json!({ "task_id": id, "domains": names, "project_id": project, "organization_id": organization, "created_at": now }),
    )
}

/// The zone that a purchase creates.
fn root_zone(domain: &str, project: &str, time: &str) -> Value {
    json!({
        "domain": domain,
        "subdomain": "",
        "project_id": project,
        "status": "active",
        "message": null,
        "ns": NAME_SERVERS.map(|name| format!("{name}.")),
        "ns_default": NAME_SERVERS,
        "ns_master": [],
        "linked_products": [],
        "updated_at": time,
    })
}

/// As recorded, for `com`.
fn tld(name: &str) -> Value {
    let offer = |action: &str, units: i32, nanos: i32| {
        let price = json!({ "currency_code": "EUR", "units": units, "nanos": nanos });
        json!({ "action": action, "operation_path": format!("/network/domain/domains/com/{action}"), "price": price })
    };
    json!({
        "name": name.rsplit('.').next(),
        "dnssec_support": true,
        "duration_in_years_min": 1,
        "duration_in_years_max": 9,
        "idn_support": false,
        "offers": { "renew": offer("renew", 12, 990_000_000), "trade": offer("trade", 0, 0) },
        "specifications": { "grace_period": "30" },
    })
}

/// The contact that a request names or contains; as recorded, with data of registries that it does not contain.
fn owner(call: &mut Call<'_>) -> Handled {
    if let Some(id) = call.body.get("owner_contact_id").and_then(Value::as_str) {
        let known = call.world.store.of(&DOMAIN).map(|domain| domain.fields["owner_contact"].clone());
        return known.into_iter().find(|contact| contact["id"] == id).ok_or_else(|| ApiError::not_found("contact", id));
    }
    let Some(Value::Object(given)) = call.body.get("owner_contact").cloned() else {
        return Err(ApiError::required("owner_contact"));
    };
    let mut contact: Map<String, Value> = object(json!({
        "id": call.world.uuid(),
        "email_alt": "",
        "fax_number": "",
        "address_line_2": "",
        "state": "",
        "company_name": "",
        "vat_identification_code": "",
        "company_identification_code": "",
        "lang": "en_US",
        "resale": false,
        "whois_opt_in": false,
        "questions": [],
        "status": "status_unknown",
        "email_status": "email_status_unknown",
        "extension_fr": { "mode": "mode_unknown" },
        "extension_eu": { "european_citizenship": given.get("country") },
        "extension_nl": null,
        "extension_it": null,
    }));
    contact.extend(given.into_iter().filter(|(_, value)| !value.is_null() && value != "unknown_language_code"));
    Ok(Value::Object(contact))
}

/// A task of several domains is found by each of them.
fn list_tasks(call: &mut ReadCall<'_>) -> Handled {
    let mut take = |name: &str| strings(call.query.remove(name).as_ref());
    let (domains, types, statuses) = (take("domain"), take("types"), take("statuses"));
    let has = |requested: &[String], value: &str| requested.is_empty() || requested.iter().any(|other| other == value);
    call.list_where(&TASK, |task| {
        has(&types, task.text("type"))
            && has(&statuses, task.text("status"))
            && (domains.is_empty() || task.text("domain").split(',').any(|name| has(&domains, name)))
    })
}

fn renew(call: &mut Call<'_>, status: &str) -> Handled {
    change(call, json!({ "auto_renew_status": status }))
}

/// As recorded, the response has the records with their key, and reads have them without it, once the registry has them.
fn secure(call: &mut Call<'_>, enabled: bool) -> Handled {
    let (now, over) = (call.now, call.world.settle);
    let record = |key: Value| {
        let digest = json!({ "type": "sha_384", "digest": "1a758f67", "public_key": key });
        json!({ "key_id": 30063, "algorithm": "ecdsap256sha256", "digest": digest })
    };
    let [first, last] = if enabled { ["enabling", "enabled"] } else { ["disabling", "disabled"] };
    let [answered, kept] = if enabled {
        [json!([record(json!({ "key": "mdsswUyr3DPW132mOi8V9xESWE8jTo0d" }))]), json!([record(Value::Null)])]
    } else {
        [json!([]), json!([])]
    };
    let mut response = change(call, json!({ "dnssec": { "status": first, "ds_records": [] } }))?;
    let name = call.parameter("domain");
    let domain = call.change(&DOMAIN, &name)?;
    domain.settle(now, over, vec![object(json!({ "dnssec": { "status": last, "ds_records": kept } }))]);
    response["dnssec"]["ds_records"] = answered;
    Ok(response)
}

fn change(call: &mut Call<'_>, fields: Value) -> Handled {
    let (name, time) = (call.parameter("domain"), seconds(call));
    let domain = call.change(&DOMAIN, &name)?;
    domain.fields.extend(object(fields));
    domain.fields.insert("updated_at".to_owned(), json!(time));
    call.shown(&DOMAIN, &name)
}
