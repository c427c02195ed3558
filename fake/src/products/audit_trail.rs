//! Audit Trail: events. The seed contains them; the fake does not record requests as events.

use serde_json::{Value, json};

use crate::call::{Handled, ReadCall};
use crate::product::Product;
use crate::store::{Kind, Missing};

static EVENT: Kind = Kind::new("audit_trail/event", "Event", "events", Missing::Labelled("event"));

pub(crate) static PRODUCT: Product =
    Product { document: "audit_trail.v1alpha1", kinds: &[&EVENT], reads: &[("ListEvents", list)], writes: &[] };

/// The fields of events that filters select by.
const FILTERS: [(&str, &str); 4] = [
    ("principal_id", "principal.id"),
    ("resource_id", "resources.id"),
    ("resource_type", "resources.type"),
    ("status", "status_code"),
];

/// The default page size.
const PAGE_SIZE: u64 = 20;
/// The largest page of [`Call::list_where`], which has numbers instead of tokens.
const LARGEST_PAGE: u64 = 1000;

/// Pages have tokens, and responses have no number of events. As recorded, the type `unknown_type` selects all types.
fn list(call: &mut ReadCall<'_>) -> Handled {
    let size = call.query.remove("page_size").and_then(|size| size.as_u64()).unwrap_or(PAGE_SIZE);
    let token = call.query.remove("page_token").and_then(|token| token.as_str()?.parse::<u64>().ok());
    let first = token.unwrap_or_default();
    for (parameter, field) in FILTERS {
        if let Some(value) = call.query.remove(parameter).filter(|value| *value != "unknown_type") {
            call.query.insert(field.to_owned(), value);
        }
    }
    let is_between = call.take_period(["recorded_after", "recorded_before"]);
    call.query.insert("page_size".to_owned(), json!(LARGEST_PAGE));
    let mut found = call.list_where(&EVENT, |event| is_between(event.text("recorded_at")))?;
    let events: Vec<Value> = found["events"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let end = first.saturating_add(size);
    let has_next = end < events.len() as u64;
    let page: Vec<Value> =
        (0..).zip(events).filter(|(at, _)| (first..end).contains(at)).map(|(_, event)| event).collect();
    // As recorded: the last page has no token.
    let mut answer = json!({ "events": page });
    if has_next {
        answer["next_page_token"] = json!(end.to_string());
    }
    Ok(answer)
}
