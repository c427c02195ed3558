//! DNS records: they are created, updated and deleted by a list of changes to the zone.
//!
//! A descriptor is not sufficient because a record is nested in a list of changes, in another field for each verb, and
//! because adding is not idempotent: after an ambiguous response the record is looked up before it is added again. Assumes
//! that name, type and data identify a record within its zone, and that an update by ID is idempotent.

use catalog::Source;
use client::Repeatable;

use super::calls::own;
use super::prelude::*;
use crate::context::Patience;
use crate::request;
use rules::dns;
use rules::wire::text_or_empty;

/// See the module.
pub(super) struct Record;

#[async_trait]
impl Handler for Record {
    async fn send_create(&self, cx: &Context<'_>, scope: &Scope<'_>, _: &Object) -> Result<Option<Json>> {
        let record = record(scope);
        let added = json!({ "add": { "records": [record] } });
        let records = change(cx, scope, &added, Repeatable::No).await?;
        match records.into_iter().find(|other| is_same(other, &record)) {
            Some(made) => Ok(Some(made)),
            None => Ok(Some(find(cx, scope, &record).await.map_err(Error::ambiguous)?.unwrap_or_default())),
        }
    }

    async fn created(&self, cx: &Context<'_>, scope: &Scope<'_>) -> Option<Result<Option<Json>>> {
        Some(find(cx, scope, &record(scope)).await)
    }

    async fn after_update(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if transition.changed.is_empty() {
            return Ok(false);
        }
        let set = json!({ "id": scope.source(&Source::Id), "records": [record(scope)] });
        let records = change(cx, scope, &json!({ "set": set }), Repeatable::Yes).await?;
        fetch::merge(cx.resource, scope, None, records.into_iter().next().unwrap_or_default());
        Ok(true)
    }

    async fn before_delete(&self, cx: &Context<'_>, scope: &Scope<'_>, _: &Object) -> Result<()> {
        let delete = json!({ "delete": { "id": scope.source(&Source::Id) } });
        change(cx, scope, &delete, Repeatable::Yes).await.map(drop)
    }
}

/// Makes one change of the zone; returns the affected records.
async fn change(cx: &Context<'_>, scope: &Scope<'_>, change: &Json, repeatable: Repeatable) -> Result<Vec<Json>> {
    let zone = zone(scope)?;
    // A missing zone is created with its first record, as in `pulumiverse_scaleway`.
    let body = json!({ "changes": [change], "return_all_records": false, "disallow_new_zone_creation": false });
    let step = own(cx, "UpdateDNSZoneRecords", Some(body), &[("dns_zone", &zone)])?;
    let call = request::call(&step, scope, step.fields())?;
    let mut answer = cx.send(call.repeatable(repeatable), Patience::default()).await?.body;
    match answer.get_mut("records").map(Json::take) {
        Some(Json::Array(records)) => Ok(records),
        _ => Err(Error::new(ErrorKind::Unreachable, "the response to UpdateDNSZoneRecords has no list `records`")
            .hint("check `apiUrl` (SCW_API_URL) and any proxy, and run the command again")
            .ambiguous()),
    }
}

/// The record in its zone, if it exists.
async fn find(cx: &Context<'_>, scope: &Scope<'_>, record: &Json) -> Result<Option<Json>> {
    let zone = zone(scope)?;
    let parameters =
        [("dns_zone", zone.as_str()), ("name", text_or_empty(record, "name")), ("type", text_or_empty(record, "type"))];
    match list(cx, scope, "ListDNSZoneRecords", &parameters).await {
        Ok(records) => Ok(records.into_iter().find(|other| is_same(other, record))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a returned record is the requested one: the API may return another spelling of the data.
fn is_same(answer: &Json, record: &Json) -> bool {
    let kind = text_or_empty(record, "type");
    let sent = |json: &Json| dns::sent_data(kind, dns::shown_data(kind, text_or_empty(json, "data")), "");
    text_or_empty(answer, "type") == kind
        && text_or_empty(answer, "name") == text_or_empty(record, "name")
        && sent(answer) == sent(record)
}

fn zone(scope: &Scope<'_>) -> Result<String> {
    let zone = scope.source(&Source::Property("dnsZone".to_owned()));
    let zone = zone.as_ref().and_then(Json::as_str).map(str::to_owned);
    zone.ok_or_else(|| Error::new(ErrorKind::Internal, "the zone of the record is unknown"))
}

/// The whole desired record: every field except for the zone.
fn record(scope: &Scope<'_>) -> Json {
    let fields = scope.desired.iter().filter(|(field, json)| *field != "dns_zone" && !json.is_null());
    Json::Object(fields.map(|(field, json)| (field.clone(), json.clone())).collect())
}
