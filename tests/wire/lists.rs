//! Elements of recorded lists that replace reads (`listing.complete`): they have the same fields and values as the response
//! of the read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use catalog::{Listing, Resource, Step};
use serde_json::{Map, Value as Json};
use tests::places;

use crate::observed::{fits, inside};
use crate::recording::{self, Recording};

/// An object with the number of the last write in its recording that named it.
type Version<'a> = (&'a Map<String, Json>, usize);

pub(crate) fn elements_of_complete_lists_equal_recorded_reads(traffic: &Path) {
    let mut recordings = recording::all(traffic);
    recordings.extend(recording::responses_only(traffic));
    let catalog = places::catalog();
    let complete = catalog.resources.values().filter_map(|resource| {
        let listing = resource.listing.as_ref().filter(|listing| listing.complete)?;
        Some((resource, listing))
    });
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for (resource, listing) in complete {
        let (mut elements, mut same) = (0, 0);
        for recording in &recordings {
            compare(resource, listing, recording, &mut elements, &mut same, &mut wrong);
        }
        if elements == 0 {
            wrong.push(format!("{}: no recorded list contains one", resource.token));
        }
        compared += same;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared >= 10, "only {compared} elements were compared with a read");
}

/// Compares each element of a list with the read of the same object before or after it, unless a write is between them.
fn compare(
    resource: &Resource,
    listing: &Listing,
    recording: &Recording,
    elements: &mut usize,
    same: &mut usize,
    wrong: &mut Vec<String>,
) {
    let (Some(read), Some(list)) = (resource.read.first(), &listing.list) else { return };
    let (Some(identity), Some(items)) = (&read.call.identity.repeats, &list.pages) else { return };
    let list = Step::of(list.clone());
    let used: BTreeSet<&str> =
        resource.properties.values().filter_map(|property| property.read.as_deref()).map(top_level).collect();
    let (mut objects, mut listed) = (BTreeMap::<String, Version<'_>>::new(), BTreeMap::<String, Version<'_>>::new());
    let mut writes = 0;
    for exchange in &recording.exchanges {
        if exchange.method != "GET" {
            writes += 1;
            continue;
        }
        if exchange.status != 200 {
            continue;
        }
        if fits(read, exchange).is_some()
            && let Some(object) = inside(read, exchange).as_object()
        {
            objects.insert(object[identity].to_string(), (object, writes));
        } else if fits(&list, exchange).is_some() {
            for element in exchange.response[items].as_array().into_iter().flatten() {
                let inner = listing.element.as_ref().map_or(element, |name| &element[name]);
                let Some(element) = inner.as_object() else { continue };
                *elements += 1;
                listed.insert(element[identity].to_string(), (element, writes));
            }
        } else {
            continue;
        }
        for (id, (element, at)) in &listed {
            let Some((object, _)) = objects.get(id).filter(|(_, other)| other == at) else { continue };
            *same += 1;
            for field in &used {
                let (one, other) = (object.get(*field), element.get(*field));
                if !alike(one, other) {
                    wrong.push(format!(
                        "{} in {}: `{field}` is {one:?}, in the list {other:?}",
                        resource.token,
                        recording.place()
                    ));
                }
            }
        }
    }
}

fn top_level(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or(path)
}

/// Whether two values are equal; the order of lists is not significant, and an absent field equals null.
fn alike(one: Option<&Json>, other: Option<&Json>) -> bool {
    match (one.filter(|json| !json.is_null()), other.filter(|json| !json.is_null())) {
        (Some(Json::Array(one)), Some(Json::Array(other))) => {
            one.len() == other.len() && one.iter().all(|element| other.contains(element))
        }
        (one, other) => one == other,
    }
}
