//! Transactional Email. Code is needed for checks of domains, which answer differently from reads, for their revocation, which can be
//! repeated, and for the operation that creates several blocked addresses.

use serde_json::{Value, json};

use crate::call::{self, Call, Handled, ReadCall};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::response::ApiError;
use crate::store::{Kind, Missing};

static DOMAIN: Named = Named::new("tem/domain");
static BLOCKLIST: Named = Named::new("tem/blocklist");

/// Revoked domains, which only a further revocation finds.
static REVOKED: Kind = Kind::new("tem/revoked_domain", "Domain", "domains", Missing::Labelled("domain"));

pub(crate) static PRODUCT: Product = Product {
    document: "tem.v1alpha1",
    kinds: &[&REVOKED],
    reads: &[("ListOfferSubscriptions", subscriptions)],
    writes: &[
        ("CreateDomain", create),
        ("UpdateDomain", update),
        ("CheckDomain", check),
        ("RevokeDomain", revoke),
        ("BulkCreateBlocklists", block),
    ],
};

/// As recorded: without automatic records a domain is unchecked at once; with them it is checked after a while.
fn create(call: &mut Call<'_>) -> Handled {
    if call.body.get("accept_tos") == Some(&json!(false)) {
        return Err(ApiError::constraint("accept_tos", "the terms of service must be accepted"));
    }
    let (name, project) = (call.need("domain_name")?, call.project()?);
    if call.world.store.of(&DOMAIN).any(|domain| domain.text("name") == name && domain.text("project_id") == project) {
        return Err(ApiError::already_exists("domain", &name, "the project has a domain with this name"));
    }
    let now = call.timestamp();
    let next = if is_automatic(call) { json!(now) } else { Value::Null };
    let answer = plain::create(call, DOMAIN.plain(), json!({ "next_check_at": next }))?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    let records = json!({
        "dkim": { "name": format!("{project}._domainkey.{name}."), "value": answer["dkim_config"] },
        "dmarc": { "name": format!("_dmarc.{name}."), "value": "v=DMARC1; p=none" },
        "mx": { "name": format!("{name}."), "value": "10 blackhole.tem.scaleway.com." },
        "spf": { "name": format!("{name}."), "value": "v=spf1 include:_spf.tem.scaleway.com -all" },
    });
    call.change(&DOMAIN, &id)?.fields.insert("records".to_owned(), records);
    configure(call, &id)?;
    call.shown(&DOMAIN, &id)
}

/// Records that were created stay.
fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let automatic = call.value("autoconfig", Value::Null);
    let now = call.timestamp();
    let domain = call.change(&DOMAIN, &id)?;
    if automatic.is_boolean() {
        domain.fields.insert("autoconfig".to_owned(), automatic);
    }
    domain.fields.insert("next_check_at".to_owned(), json!(now));
    configure(call, &id)?;
    call.shown(&DOMAIN, &id)
}

/// Starts the creation of the records, if the request has `autoconfig`.
fn configure(call: &mut Call<'_>, id: &str) -> Result<(), ApiError> {
    if !is_automatic(call) {
        return Ok(());
    }
    let now = call.timestamp();
    call.transition(&DOMAIN, id, "autoconfiguring", json!({ "status": "checked", "last_valid_at": now }))
}

fn is_automatic(call: &Call<'_>) -> bool {
    call.body.get("autoconfig") == Some(&json!(true))
}

/// As recorded: the response has fewer records, no reputation, and no automatic configuration. A domain without records stays
/// unchecked.
fn check(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("domain_id");
    let now = call.timestamp();
    call.change(&DOMAIN, &id)?.fields.insert("next_check_at".to_owned(), json!(now));
    let mut answer = call.shown(&DOMAIN, &id)?;
    let label = answer["name"].as_str().and_then(|name| name.split('.').next()).unwrap_or_default().to_owned();
    let dmarc = json!({ "name": format!("_dmarc.{label}"), "value": "v=DMARC1; p=none" });
    answer["records"] = json!({ "dkim": null, "dmarc": dmarc, "mx": null, "spf": null });
    answer["autoconfig"] = json!(false);
    answer["reputation"] = Value::Null;
    Ok(answer)
}

/// As recorded: a revoked domain is not found, but can be revoked again.
fn revoke(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("domain_id");
    if let Ok(revoked) = call.find(&REVOKED, &id) {
        return Ok(call.show(&REVOKED, revoked));
    }
    let mut answer = call.shown(&DOMAIN, &id)?;
    let changed = json!({
        "autoconfig": false,
        "next_check_at": null,
        "records": null,
        "reputation": null,
        "revoked_at": call.timestamp(),
        "spf_config": "",
        "status": "revoked",
    });
    for (field, value) in call::object(changed) {
        answer[field] = value;
    }
    plain::remove_parts(call, DOMAIN.plain(), &id);
    call.world.store.remove(&DOMAIN, &call.locality(), &id)?;
    let revoked = call.draft(&REVOKED, answer.clone());
    call.insert(&REVOKED, revoked);
    Ok(answer)
}

/// As recorded: the response has the new objects.
fn block(call: &mut Call<'_>) -> Handled {
    let (domain, now) = (call.need("domain_id")?, call.timestamp());
    call.find(&DOMAIN, &domain)?;
    let (kind, emails) = (call.need("type")?, call.value("emails", json!([])));
    let mut blocked = Vec::new();
    for email in emails.as_array().into_iter().flatten() {
        blocked.push(call.create(
            &BLOCKLIST,
            json!({
                "domain_id": domain,
                "email": email,
                "type": kind,
                "reason": call.text("reason"),
                "custom": true,
                "created_at": now,
                "updated_at": now,
                "ends_at": null,
            }),
        )?);
    }
    Ok(json!({ "blocklists": blocked }))
}

/// The offer that every project has first.
fn subscriptions(call: &mut ReadCall<'_>) -> Handled {
    let project = call.query.get("project_id").and_then(Value::as_str).unwrap_or(&call.world.project).to_owned();
    let offer = json!({
        "organization_id": call.world.organization,
        "project_id": project,
        "offer_name": "essential",
        "subscribed_at": "2026-01-01T00:00:00Z",
        "cancellation_available_at": null,
        "sla": 0.0,
        "max_domains": 5,
        "max_dedicated_ips": 0,
        "max_webhooks_per_domain": 1,
        "max_custom_blocklists_per_domain": 10,
        "included_monthly_emails": 300,
    });
    Ok(json!({ "offer_subscriptions": [offer], "total_count": 1 }))
}
