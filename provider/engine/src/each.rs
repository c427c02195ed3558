//! Steps that are repeated for the elements of a list: those that the program adds, or those that it removes. A field with one value
//! is a list of one element.
//!
//! The current elements are read first, so a step that a failed run has already made is not repeated.

use catalog::{Each, EachOf, Step};
use serde_json::Value as Json;

use crate::context::Context;
use crate::{fetch, wait};
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;
use rules::wire;

/// Makes the calls of a step, one after the other; each waits until the object and the elements of its lists are ready. Returns
/// whether the object has been read after the last call, if it made or read anything.
pub(crate) async fn perform(
    cx: &Context<'_>,
    scope: &mut Scope<'_>,
    step: &Step,
    each: &Each,
) -> Result<Option<bool>, Error> {
    let desired = each.field.as_ref().and_then(|field| scope.desired_field(field));
    // The API may omit a field with one value if it has none.
    let is_single = desired.is_some_and(Json::is_string);
    // An earlier step of the same change has read the current elements.
    let is_known = each.of == EachOf::All
        || wire::pluck(&scope.answers, &each.live).is_some()
        || (is_single && !scope.answers.is_empty());
    if !is_known {
        fetch::read_field(cx, scope, &each.live).await?;
    }
    let mut known = (is_single && !is_known).then_some(true);
    for element in elements(scope, each) {
        known = Some(cx.resource.wait.is_some());
        scope.element = Some(element);
        let answered = cx.perform(step, scope, &[], false).await;
        let element = scope.element.take().filter(|_| each.of != EachOf::Removed);
        match answered {
            // Another change has removed it.
            Err(error) if each.of == EachOf::Removed && error.kind() == ErrorKind::NotFound => {}
            answered => drop(answered?),
        }
        if is_single {
            wire::set(&mut scope.answers, &each.live, element.unwrap_or_default());
        }
        wait::settled(cx, scope, true).await?;
        fetch::settled_list_of(cx, scope, &each.live, each.of == EachOf::Added).await?;
    }
    Ok(known)
}

/// The elements that the step is repeated for. A field that is not set is left to the API.
fn elements(scope: &Scope<'_>, each: &Each) -> Vec<Json> {
    let list = |json: Option<Json>| match json {
        Some(Json::Array(items)) => items,
        json => json.into_iter().filter(|json| !wire::is_empty(json)).collect(),
    };
    let desired = list(each.field.as_ref().and_then(|field| scope.desired_field(field)).cloned());
    let live = list(wire::pluck(&scope.answers, &each.live));
    let (mut chosen, others) = match each.of {
        EachOf::All => return desired,
        EachOf::Replaced if live.is_empty() => return live,
        EachOf::Added | EachOf::Replaced => (desired, live),
        EachOf::Removed => (live, desired),
    };
    chosen.retain(|one| {
        !others.iter().any(|other| match each.of {
            EachOf::Added | EachOf::Replaced => has(other, one),
            EachOf::Removed => has(one, other),
            EachOf::All => false,
        })
    });
    chosen
}

/// Whether a current element has every field of a desired one.
fn has(live: &Json, desired: &Json) -> bool {
    match (live, desired) {
        (Json::Object(live), Json::Object(desired)) => {
            let mut fields = desired.iter().filter(|(_, json)| !json.is_null());
            fields.all(|(name, json)| live.get(name).is_some_and(|live| has(live, json)))
        }
        (Json::Array(live), Json::Array(desired)) => desired.iter().all(|one| live.contains(one)),
        _ => live == desired,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_current_element_has_the_fields_that_the_program_sets() {
        let live = json!({ "id": "a", "addresses": ["1", "2"], "status": "ready" });
        for desired in [json!({ "id": "a" }), json!({ "id": "a", "addresses": ["2"] }), json!({ "addresses": null })] {
            assert!(has(&live, &desired), "{desired}");
        }
        for desired in [json!({ "id": "b" }), json!({ "addresses": ["3"] }), json!({ "other": 1 })] {
            assert!(!has(&live, &desired), "{desired}");
        }
        assert!(has(&json!("a"), &json!("a")));
    }
}
