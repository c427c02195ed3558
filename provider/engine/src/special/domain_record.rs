//! DNS records: they are created, updated and deleted by a list of changes to the zone.
//!
//! A descriptor is not sufficient because a record is nested in a list of changes, in another field for each verb, and
//! because adding is not idempotent: after an ambiguous response the record is looked up before it is added again. Assumes
//! that name, type and data identify a record within its zone, and that an update by id is idempotent.

use client::{BoxFuture, Repeatable};
use serde_json::{Map, Value as Json, json};
use value::Object;

use super::{Handler, Transition, list, request};
use crate::context::{Context, Patience};
use crate::fetch;
use crate::poll_interval::PollInterval;
use rules::dns;
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;

/// See the module.
pub(super) struct Record;

/// The maximum number of attempts to add a record if each response is ambiguous and the record does not exist afterwards.
const ATTEMPTS: usize = 3;

/// The fields of a record; the other desired fields identify the zone.
const FIELDS: [&str; 9] = [
    "name",
    "type",
    "data",
    "ttl",
    "priority",
    "geo_ip_config",
    "http_service_config",
    "weighted_config",
    "view_config",
];

impl Handler for Record {
    fn begin<'a>(
        &'a self,
        cx: &'a Context<'a>,
        scope: &'a Scope<'a>,
        _: &'a Object,
    ) -> Option<BoxFuture<'a, Result<Json, Error>>> {
        Some(Box::pin(add(cx, scope)))
    }

    fn looks_up_ambiguous_creates(&self) -> bool {
        true
    }

    fn after_change<'a>(
        &'a self,
        cx: &'a Context<'_>,
        scope: &'a mut Scope<'_>,
        transition: Transition<'a>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            if transition.is_creation() || transition.changed.is_empty() {
                return Ok(false);
            }
            let set = json!({ "id": scope.source(&catalog::Source::Id), "records": [record(scope)] });
            let records = change(cx, scope, json!({ "set": set }), Repeatable::Yes).await?;
            fetch::merge(cx.resource, scope, None, records.into_iter().next().unwrap_or_default());
            Ok(true)
        })
    }

    fn before_delete<'a>(
        &'a self,
        cx: &'a Context<'_>,
        scope: &'a Scope<'_>,
        _: &'a Object,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let delete = json!({ "id": scope.source(&catalog::Source::Id) });
            change(cx, scope, json!({ "delete": delete }), Repeatable::Yes).await?;
            Ok(())
        })
    }
}

/// Adds the record. After an ambiguous response it is looked up before it is added again.
async fn add(cx: &Context<'_>, scope: &Scope<'_>) -> Result<Json, Error> {
    let record = record(scope);
    let added = json!({ "add": { "records": [record] } });
    let (pace, began) = (PollInterval::of(cx.resource.wait.as_ref()), cx.spent());
    for attempt in 1.. {
        let lost = match change(cx, scope, added.clone(), Repeatable::No).await {
            Ok(records) => match records.into_iter().find(|other| is_same(other, &record)) {
                Some(made) => return Ok(made),
                None => return Ok(find(cx, scope, &record).await.map_err(Error::ambiguous)?.unwrap_or_default()),
            },
            Err(error) if error.maybe_done() => error,
            Err(error) => return Err(error),
        };
        match find(cx, scope, &record).await {
            Ok(Some(made)) => return Ok(made),
            Ok(None) if attempt < ATTEMPTS => {}
            // The error that the record may exist takes precedence over the error of the look-up.
            Ok(None) => return Err(lost),
            Err(lookup) => return Err(lost.hint(format!("the look-up of the record failed: {lookup}"))),
        }
        cx.pause(pace.pause(cx.spent().saturating_sub(began)), "adding the record").await?;
    }
    Ok(Json::Null)
}

/// Makes one change of the zone; returns the affected records.
async fn change(cx: &Context<'_>, scope: &Scope<'_>, change: Json, repeatable: Repeatable) -> Result<Vec<Json>, Error> {
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
async fn find(cx: &Context<'_>, scope: &Scope<'_>, record: &Json) -> Result<Option<Json>, Error> {
    let zone = zone(scope)?;
    let text = |field: &str| record[field].as_str().unwrap_or_default();
    let query = [("name", text("name")), ("type", text("type"))];
    match list(cx, scope, "ListDNSZoneRecords", &[("dns_zone", &zone)], &query).await {
        Ok(records) => Ok(records.into_iter().find(|other| is_same(other, record))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a returned record is the requested one: the API may return another spelling of the data.
fn is_same(answer: &Json, record: &Json) -> bool {
    let text = |json: &Json, field: &str| json[field].as_str().unwrap_or_default().to_owned();
    let kind = text(record, "type");
    let sent = |json: &Json| dns::sent_data(&kind, dns::shown_data(&kind, &text(json, "data")), "");
    text(answer, "type") == kind && text(answer, "name") == text(record, "name") && sent(answer) == sent(record)
}

fn zone(scope: &Scope<'_>) -> Result<String, Error> {
    let zone = scope.source(&catalog::Source::Property("dnsZone".to_owned()));
    let zone = zone.as_ref().and_then(Json::as_str).map(str::to_owned);
    zone.ok_or_else(|| Error::new(ErrorKind::Internal, "the zone of the record is unknown"))
}

/// The whole desired record.
fn record(scope: &Scope<'_>) -> Json {
    let fields = FIELDS.iter().filter_map(|field| {
        let json = scope.wanted_field(field).filter(|json| !json.is_null())?;
        Some(((*field).to_owned(), json.clone()))
    });
    Json::Object(fields.collect::<Map<String, Json>>())
}
