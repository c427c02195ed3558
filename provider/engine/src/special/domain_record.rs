//! DNS records: they are created, updated and deleted by a list of changes to the zone.
//!
//! A descriptor is not sufficient because a record is nested in a list of changes, in another field for each verb, and
//! because adding is not idempotent: after an ambiguous response the record is looked up before it is added again. Assumes
//! that name, type and data identify a record within its zone, and that an update by ID is idempotent.

use client::Repeatable;

use super::{
    Context, Error, ErrorKind, Handler, Json, Object, Patience, Result, Scope, Source, Transition, async_trait, fetch,
    json, list, request,
};
use crate::poll_interval::PollInterval;
use rules::dns;

/// See the module.
pub(super) struct Record;

/// The maximum number of attempts to add a record if each response is ambiguous and the record does not exist afterwards.
const ATTEMPTS: usize = 3;

#[async_trait]
impl Handler for Record {
    /// Adds the record. After an ambiguous response it is looked up before it is added again.
    async fn begin(&self, cx: &Context<'_>, scope: &Scope<'_>, _: &Object) -> Result<Option<Json>> {
        let record = record(scope);
        let added = json!({ "add": { "records": [record] } });
        let (pace, began) = (PollInterval::of(cx.resource.wait.as_ref()), cx.spent());
        let mut attempt = 1;
        loop {
            let lost = match change(cx, scope, &added, Repeatable::No).await {
                Ok(records) => {
                    let made = records.into_iter().find(|other| is_same(other, &record));
                    if made.is_some() {
                        return Ok(made);
                    }
                    let found = find(cx, scope, &record).await.map_err(Error::ambiguous)?;
                    return Ok(Some(found.unwrap_or_default()));
                }
                Err(error) if error.is_ambiguous() => error,
                Err(error) => return Err(error),
            };
            match find(cx, scope, &record).await {
                Ok(Some(made)) => return Ok(Some(made)),
                Ok(None) if attempt < ATTEMPTS => attempt += 1,
                // The error that the record may exist takes precedence over the error of the look-up.
                Ok(None) => return Err(lost),
                Err(lookup) => return Err(lost.hint(format!("the look-up of the record failed: {lookup}"))),
            }
            cx.pause(pace.pause(cx.spent().saturating_sub(began)), "adding the record").await?;
        }
    }

    fn looks_up_ambiguous_creates(&self) -> bool {
        true
    }

    async fn after_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if transition.is_creation() || transition.changed.is_empty() {
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
    let call = request(cx, scope, "UpdateDNSZoneRecords", Some(body), &[("dns_zone", &zone)])?;
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
    let parameters = [("dns_zone", zone.as_str()), ("name", text(record, "name")), ("type", text(record, "type"))];
    match list(cx, scope, "ListDNSZoneRecords", &parameters).await {
        Ok(records) => Ok(records.into_iter().find(|other| is_same(other, record))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a returned record is the requested one: the API may return another spelling of the data.
fn is_same(answer: &Json, record: &Json) -> bool {
    let kind = text(record, "type");
    let sent = |json: &Json| dns::sent_data(kind, dns::shown_data(kind, text(json, "data")), "");
    text(answer, "type") == kind && text(answer, "name") == text(record, "name") && sent(answer) == sent(record)
}

fn text<'j>(json: &'j Json, field: &str) -> &'j str {
    json[field].as_str().unwrap_or_default()
}

fn zone(scope: &Scope<'_>) -> Result<String> {
    let zone = scope.source(&Source::Property("dnsZone".to_owned()));
    let zone = zone.as_ref().and_then(Json::as_str).map(str::to_owned);
    zone.ok_or_else(|| Error::new(ErrorKind::Internal, "the zone of the record is unknown"))
}

/// The whole desired record: every field except for the zone.
fn record(scope: &Scope<'_>) -> Json {
    let fields = scope.wanted.iter().filter(|(field, json)| *field != "dns_zone" && !json.is_null());
    Json::Object(fields.map(|(field, json)| (field.clone(), json.clone())).collect())
}
