//! DNS: zones and their records. Domains are in the seed, or are bought (`domain_registrar`). Any name can have a zone, whichever
//! account owns the domain.

use serde_json::{Map, Value, json};

use crate::call::{Call, Handled, ReadCall, object};
use crate::product::Product;
use crate::response::ApiError;
use crate::store::{Kind, Missing, Object};

pub(super) static ZONE: Kind =
    Kind { id: "", ..Kind::new("domain/zone", "DNSZone", "dns_zones", Missing::Labelled("dns_zone")) };

/// The zone of a record is a hidden field.
pub(super) static RECORD: Kind = Kind::new("domain/record", "Record", "records", Missing::Labelled("record"));

/// A domain that was bought, or of the seed.
pub(super) static DOMAIN: Kind =
    Kind { id: "", ..Kind::new("domain/domain", "Domain", "domains", Missing::Labelled("domain")) };

pub(crate) static PRODUCT: Product = Product {
    document: "domain.v2beta1",
    kinds: &[&ZONE, &RECORD, &DOMAIN],
    reads: &[
        ("GetDomain", |call| call.find(&DOMAIN, &call.parameter("domain")).map(|domain| call.show(&DOMAIN, domain))),
        ("ListDNSZones", list_zones),
        ("ListDNSZoneRecords", list_records),
    ],
    writes: &[
        ("CreateDNSZone", create_zone),
        ("UpdateDNSZone", rename_zone),
        ("DeleteDNSZone", delete_zone),
        ("UpdateDNSZoneRecords", change_records),
        ("ClearDNSZoneRecords", clear_records),
    ],
};

pub(super) const NAME_SERVERS: [&str; 2] = ["ns0.dom.scw.cloud", "ns1.dom.scw.cloud"];

/// The configurations of responses that depend on the client.
const CONFIGS: [&str; 4] = ["geo_ip_config", "http_service_config", "weighted_config", "view_config"];

fn list_zones(call: &mut ReadCall<'_>) -> Handled {
    let text = |name: &str| call.query.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (one, domain, project) = (text("dns_zone"), text("domain"), text("project_id"));
    let several = strings(call.query.get("dns_zones"));
    let fits = |given: &str, has: &str| given.is_empty() || given == has;
    Ok(call.page(&ZONE, |zone| {
        fits(&one, &zone.id)
            && fits(&domain, zone.text("domain"))
            && fits(&project, zone.text("project_id"))
            && (several.is_empty() || several.contains(&zone.id))
    }))
}

/// The strings of a list, or of a query parameter that may occur several times.
pub(super) fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(value)) => vec![value.clone()],
        _ => Vec::new(),
    }
}

fn create_zone(call: &mut Call<'_>) -> Handled {
    let (domain, subdomain, project) = (call.need("domain")?, call.text("subdomain"), call.project()?);
    let name = zone_name(&subdomain, &domain);
    if call.find(&ZONE, &name).is_ok() {
        return Err(ApiError::already_exists("dns_zone", &name, "the zone exists already"));
    }
    Ok(make_zone(call, &subdomain, &domain, &project))
}

/// A new zone has the records of its name servers.
fn make_zone(call: &mut Call<'_>, subdomain: &str, domain: &str, project: &str) -> Value {
    let fields = object(json!({
        "domain": domain,
        "subdomain": subdomain,
        "ns": NAME_SERVERS,
        "ns_default": NAME_SERVERS,
        "ns_master": [],
        "status": "active",
        "message": null,
        "updated_at": seconds(call),
        "project_id": project,
        "linked_products": [],
    }));
    let name = zone_name(subdomain, domain);
    for server in NAME_SERVERS {
        let record = json!({ "name": "", "type": "NS", "data": format!("{server}."), "ttl": 1800 });
        add(call, &name, &record);
    }
    let zone = Object::new(&ZONE, "", &name, fields);
    call.insert(&ZONE, zone)
}

/// The new name is the subdomain; the records belong to the renamed zone.
fn rename_zone(call: &mut Call<'_>) -> Handled {
    let old = call.parameter("dns_zone");
    let mut fields = call.find(&ZONE, &old)?.fields.clone();
    let domain = call.find(&ZONE, &old)?.text("domain").to_owned();
    let given = call.need("new_dns_zone")?;
    let subdomain = given.strip_suffix(&format!(".{domain}")).unwrap_or(&given).to_owned();
    let new = zone_name(&subdomain, &domain);
    if new != old && call.find(&ZONE, &new).is_ok() {
        return Err(ApiError::already_exists("dns_zone", &new, "the zone exists already"));
    }
    fields.insert("subdomain".to_owned(), json!(subdomain));
    fields.insert("updated_at".to_owned(), json!(seconds(call)));
    call.world.store.remove(&ZONE, "", &old)?;
    for id in records_of(call, &old) {
        call.change(&RECORD, &id)?.hidden.insert("dns_zone".to_owned(), json!(new));
    }
    let zone = Object::new(&ZONE, "", &new, fields);
    Ok(call.insert(&ZONE, zone))
}

fn delete_zone(call: &mut Call<'_>) -> Handled {
    let name = call.parameter("dns_zone");
    if call.find(&ZONE, &name)?.text("subdomain").is_empty() {
        return Err(ApiError::denied("dns_zone", "delete"));
    }
    call.world.store.remove(&ZONE, "", &name)?;
    remove_records(call, &name);
    Ok(json!({}))
}

fn list_records(call: &mut ReadCall<'_>) -> Handled {
    let zone = call.parameter("dns_zone");
    call.find(&ZONE, &zone)?;
    let text = |name: &str| call.query.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (id, name, kind) = (text("id"), text("name"), text("type"));
    let fits = |given: &str, has: &str| given.is_empty() || given == has;
    Ok(call.page(&RECORD, |record| {
        record.hidden_text("dns_zone") == zone
            && fits(&id, &record.id)
            && fits(&name, record.text("name"))
            && (kind == "unknown" || fits(&kind, record.text("type")))
    }))
}

/// Applies all changes, or none if one of them is invalid.
fn change_records(call: &mut Call<'_>) -> Handled {
    let zone = call.parameter("dns_zone");
    if call.find(&ZONE, &zone).is_err() {
        if call.value("disallow_new_zone_creation", false) == json!(true) {
            return Err(ZONE.not_found(&zone));
        }
        let (subdomain, domain) = split(&zone);
        let project = call.world.project.clone();
        make_zone(call, &subdomain, &domain, &project);
        call.transition(&ZONE, &zone, "pending", json!({ "status": "active" }))?;
    }
    let changes = call.value("changes", json!([]));
    let changes: Vec<Value> = changes.as_array().cloned().unwrap_or_default();
    for change in &changes {
        if let Some(which) = ["set", "delete"].iter().find_map(|word| change.get(*word).filter(|part| !part.is_null()))
        {
            meant(call, &zone, which)?;
        }
    }
    let mut touched = Vec::new();
    for change in &changes {
        touched.extend(perform(call, &zone, change)?);
    }
    let shown = if call.value("return_all_records", true) == json!(false) { touched } else { records_of(call, &zone) };
    let records: Result<Vec<Value>, ApiError> = shown.iter().map(|id| call.shown(&RECORD, id)).collect();
    Ok(json!({ "records": records? }))
}

fn clear_records(call: &mut Call<'_>) -> Handled {
    let zone = call.parameter("dns_zone");
    call.find(&ZONE, &zone)?;
    remove_records(call, &zone);
    Ok(json!({}))
}

/// Applies one change, and returns the IDs of created and changed records.
fn perform(call: &mut Call<'_>, zone: &str, change: &Value) -> Result<Vec<String>, ApiError> {
    let part = |word: &str| change.get(word).filter(|part| !part.is_null());
    if let Some(adding) = part("add") {
        return Ok(records(adding).iter().map(|record| add(call, zone, record)).collect());
    }
    if let Some(setting) = part("set") {
        let mut old = meant(call, zone, setting)?.into_iter();
        let mut touched = Vec::new();
        for record in &records(setting) {
            touched.push(match old.next() {
                Some(id) => {
                    let fields = fields(call, record);
                    let object = call.change(&RECORD, &id)?;
                    object.fields = fields;
                    object.fields.insert("id".to_owned(), json!(id));
                    id
                }
                None => add(call, zone, record),
            });
        }
        for id in old {
            call.world.store.remove(&RECORD, "", &id)?;
        }
        return Ok(touched);
    }
    if let Some(deleting) = part("delete") {
        for id in meant(call, zone, deleting)? {
            call.world.store.remove(&RECORD, "", &id)?;
        }
    }
    if part("clear").is_some() {
        remove_records(call, zone);
    }
    Ok(Vec::new())
}

/// The records that a change selects, by ID or by fields.
fn meant(call: &Call<'_>, zone: &str, part: &Value) -> Result<Vec<String>, ApiError> {
    if let Some(id) = part.get("id").and_then(Value::as_str).filter(|id| !id.is_empty()) {
        let record = call.find(&RECORD, id).ok().filter(|record| record.hidden_text("dns_zone") == zone);
        return record.map(|record| vec![record.id.clone()]).ok_or_else(|| RECORD.not_found(id));
    }
    let Some(requested) = part.get("id_fields").and_then(Value::as_object) else {
        return Err(ApiError::required("id"));
    };
    let fits = |record: &&Object| {
        record.hidden_text("dns_zone") == zone
            && requested
                .iter()
                .all(|(name, requested)| requested.is_null() || record.fields.get(name) == Some(requested))
    };
    Ok(call.world.store.of(&RECORD).filter(fits).map(|record| record.id.clone()).collect())
}

fn add(call: &mut Call<'_>, zone: &str, record: &Value) -> String {
    let fields = fields(call, record);
    let mut object = call.draft(&RECORD, Value::Object(fields));
    object.hidden.insert("dns_zone".to_owned(), json!(zone));
    let id = object.id.clone();
    call.insert(&RECORD, object);
    id
}

/// The fields of a record; of the configurations, only the given one is shown.
fn fields(call: &Call<'_>, record: &Value) -> Map<String, Value> {
    let given =
        |name: &str, otherwise: Value| record.get(name).filter(|value| !value.is_null()).cloned().unwrap_or(otherwise);
    let kind = given("type", json!("A"));
    let (data, priority) = shown(
        kind.as_str().unwrap_or_default(),
        given("data", json!("")).as_str().unwrap_or_default(),
        given("priority", json!(0)).as_u64().unwrap_or_default(),
    );
    let mut fields = object(json!({
        "name": given("name", json!("")),
        "type": kind,
        "data": data,
        "ttl": given("ttl", json!(3600)),
        "priority": priority,
        "comment": given("comment", Value::Null),
        "updated_at": seconds(call),
    }));
    for config in CONFIGS {
        if let Some(value) = record.get(config).filter(|value| !value.is_null()) {
            fields.insert(config.to_owned(), value.clone());
        }
    }
    fields
}

/// Data and priority in responses: the data of a TXT record in quotation marks, the priority of an MX record
/// also in front of its data, and the priority of an SRV record from its data.
fn shown(kind: &str, data: &str, priority: u64) -> (String, u64) {
    let first = data.split_once(' ').and_then(|(first, rest)| Some((first.parse::<u64>().ok()?, rest)));
    match (kind, first) {
        ("TXT", _) if !data.starts_with('"') => (format!("\"{data}\""), priority),
        ("MX" | "SRV", Some((first, _))) => (data.to_owned(), first),
        ("MX", None) => (format!("{priority} {data}"), priority),
        _ => (data.to_owned(), priority),
    }
}

fn records(part: &Value) -> Vec<Value> {
    part.get("records").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn records_of(call: &Call<'_>, zone: &str) -> Vec<String> {
    let records = call.world.store.of(&RECORD).filter(|record| record.hidden_text("dns_zone") == zone);
    records.map(|record| record.id.clone()).collect()
}

fn remove_records(call: &mut Call<'_>, zone: &str) {
    call.world.store.remove_where(|object| object.kind == RECORD.name && object.hidden_text("dns_zone") == zone);
}

/// The name of a zone: the domain, with the subdomain in front if there is one.
fn zone_name(subdomain: &str, domain: &str) -> String {
    if subdomain.is_empty() { domain.to_owned() } else { format!("{subdomain}.{domain}") }
}

/// The subdomain and domain of a zone that a change of records creates: the domain is the last two labels.
fn split(zone: &str) -> (String, String) {
    let labels: Vec<&str> = zone.split('.').collect();
    let (subdomain, domain) = labels.split_at(labels.len().saturating_sub(2));
    (subdomain.join("."), domain.join("."))
}

/// The time of the call in whole seconds, the format of DNS.
pub(super) fn seconds(call: &Call<'_>) -> String {
    let time = call.timestamp();
    time.split_once('.').map_or(time.clone(), |(seconds, _)| format!("{seconds}Z"))
}
