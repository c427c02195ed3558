//! Lists: filters, order and pages.
//!
//! This module derives fields from the names of query parameters. It does not depend on products.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::store::{Kind, Object};

/// As recorded: the default page size.
const PAGE_SIZE: usize = 20;
/// As recorded: the largest page size.
const LARGEST_PAGE: usize = 1000;

/// Whether the query selects the object. Each parameter is a filter, except for those of paging and order:
///
/// - `tags` and `tag`: the object has all of them.
/// - `<kind>_ids`: the object's ID is one of them; `<kind>_name`: its name is equal.
/// - another list such as `project_ids`: the field `project_ids` contains one of them, or `project_id` is one of them.
/// - other parameters: the field with that name, shown or hidden, is equal. The name can be a path (see [`holds`]).
pub(crate) fn selects(query: &Map<String, Value>, kind: &Kind, object: &Object) -> bool {
    query.iter().all(|(name, requested)| match name.as_str() {
        "page" | "page_size" | "per_page" | "order_by" | "order" => true,
        "tag" => object.fields.get("tags").and_then(Value::as_array).is_some_and(|tags| tags.contains(requested)),
        _ => match requested {
            Value::Array(requested) => selects_any(name, requested, kind, object),
            requested => holds(object, bare(kind, name), requested),
        },
    })
}

/// Whether a field of an object, shown or hidden, has this value. The field can be a path through objects and lists.
pub(crate) fn holds(object: &Object, path: &str, requested: &Value) -> bool {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    field(object, first).is_some_and(|value| contains(value, rest, requested))
}

fn contains(value: &Value, path: &str, requested: &Value) -> bool {
    if let Value::Array(elements) = value {
        return value == requested || elements.iter().any(|element| contains(element, path, requested));
    }
    match path.split_once('.').unwrap_or((path, "")) {
        ("", _) => value == requested,
        (first, rest) => value.get(first).is_some_and(|value| contains(value, rest, requested)),
    }
}

/// The page that the query selects, in the order of the query or the API document.
pub(crate) fn page(
    mut objects: Vec<Map<String, Value>>,
    query: &Map<String, Value>,
    kind: &Kind,
    order: Option<&str>,
) -> Vec<Map<String, Value>> {
    let order =
        query.get("order_by").or_else(|| query.get("order")).and_then(Value::as_str).or(order).unwrap_or_default();
    if let Some(name) = order.strip_suffix("_desc") {
        // Reversed first, so that the newest of equal objects is the first.
        objects.reverse();
        objects.sort_by(|a, b| compare(a, b, bare(kind, name)).reverse());
    } else if let Some(name) = order.strip_suffix("_asc") {
        objects.sort_by(|a, b| compare(a, b, bare(kind, name)));
    }
    slice(objects, query)
}

/// The page of a list that the query selects.
pub(crate) fn slice<T>(elements: Vec<T>, query: &Map<String, Value>) -> Vec<T> {
    let size = count(query, "page_size").or_else(|| count(query, "per_page")).unwrap_or(PAGE_SIZE).min(LARGEST_PAGE);
    let page = count(query, "page").unwrap_or(1);
    elements.into_iter().skip((page - 1).saturating_mul(size)).take(size).collect()
}

fn selects_any(name: &str, requested: &[Value], kind: &Kind, object: &Object) -> bool {
    let holds = |found: &Value| match found {
        Value::Array(found) => found.iter().any(|found| requested.contains(found)),
        found => requested.contains(found),
    };
    if name == "tags" {
        let tags = object.fields.get("tags").and_then(Value::as_array);
        return tags.is_some_and(|tags| requested.iter().all(|tag| tags.contains(tag)));
    }
    let singular = name.strip_suffix('s').unwrap_or(name);
    if bare(kind, singular) == "id" || singular == kind.id {
        return requested.iter().any(|requested| requested == &object.id);
    }
    field(object, name).or_else(|| field(object, singular)).is_some_and(holds)
}

fn field<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    object.fields.get(name).or_else(|| object.hidden.get(name))
}

/// `policy_name` of a policy is its `name`.
fn bare<'a>(kind: &Kind, name: &'a str) -> &'a str {
    let rest = name.strip_prefix(kind.noun()).and_then(|rest| rest.strip_prefix('_'));
    rest.filter(|rest| matches!(*rest, "id" | "name")).unwrap_or(name)
}

fn count(query: &Map<String, Value>, name: &str) -> Option<usize> {
    let count = query.get(name).and_then(Value::as_u64).filter(|count| *count > 0)?;
    usize::try_from(count).ok()
}

fn compare(a: &Map<String, Value>, b: &Map<String, Value>, name: &str) -> Ordering {
    match (a.get(name), b.get(name)) {
        // As recorded: names are sorted without case.
        (Some(Value::String(a)), Some(Value::String(b))) => a.to_lowercase().cmp(&b.to_lowercase()).then(a.cmp(b)),
        (Some(Value::Number(a)), Some(Value::Number(b))) => {
            a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal)
        }
        // Objects without the field keep the order of creation.
        _ => Ordering::Equal,
    }
}
