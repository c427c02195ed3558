//! The elements of a list that a step uses.

use catalog::{Find, Step};
use serde_json::Value as Json;

use crate::nested;
use rules::scope::Scope;
use rules::wire;

/// A list with only the elements that match all given values.
pub(crate) fn only(mut json: Json, step: &Step, scope: &Scope<'_>) -> Json {
    if let (false, Json::Array(items)) = (step.only.is_empty(), &mut json) {
        items.retain(|item| {
            step.only.iter().all(|(field, source)| match scope.source(source) {
                Some(desired) => item
                    .get(field)
                    .is_some_and(|has| wire::reads_like(has, &desired) || wire::is_in_block(has, &desired)),
                None => true,
            })
        });
    }
    json
}

/// The matching element of a list.
pub(crate) fn found(list: &Json, find: &Find, scope: &Scope<'_>) -> Option<Json> {
    let fits = |element: &Json| {
        let has = |field: &str| wire::find(element.as_object()?, field);
        find.by.iter().all(|(field, source)| match (has(field), scope.source(source)) {
            (Some(has), Some(desired)) => wire::reads_like(has, &desired),
            _ => false,
        })
    };
    let is_first =
        |word: &str| find.by.values().any(|source| scope.source(source).as_ref().and_then(Json::as_str) == Some(word));
    let elements = list.as_array()?.iter();
    let Some(path) = &find.element else {
        let mut elements = elements;
        let is_first = find.first.as_deref().is_some_and(is_first);
        return if is_first { elements.next() } else { elements.find(|element| fits(element)) }.cloned();
    };
    let (outer, element) = nested::inside(elements.collect(), path).into_iter().find(|(_, element)| fits(element))?;
    let mut element = element.clone();
    if let (Some(field), Some(id)) = (&find.outer, outer.get("id")) {
        element[field] = id.clone();
    }
    Some(element)
}
