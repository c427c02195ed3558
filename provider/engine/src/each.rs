//! Steps that are repeated for the elements of a list: those that the program adds, or those that it removes.
//!
//! The current elements are read first, so a step that a failed run has already made is not repeated.

use catalog::{Each, EachOf, Step};
use serde_json::Value as Json;

use crate::context::Context;
use crate::{fetch, wait};
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;
use rules::wire;

/// Makes the calls of a step, one after the other; each waits until the object and the elements of its lists are ready.
pub(crate) async fn perform(cx: &Context<'_>, scope: &mut Scope<'_>, step: &Step, each: &Each) -> Result<(), Error> {
    // An earlier step of the same change has read the current elements.
    let is_known = each.of == EachOf::All || wire::pluck(&scope.answers, &each.live).is_some();
    if !is_known {
        fetch::read_field(cx, scope, &each.live).await?;
    }
    for element in elements(scope, each) {
        scope.element = Some(element);
        let answered = cx.perform(step, scope, &[], false).await;
        scope.element = None;
        match answered {
            // Another change has removed it.
            Err(error) if each.of == EachOf::Removed && error.kind() == ErrorKind::NotFound => {}
            answered => drop(answered?),
        }
        wait::settled(cx, scope, true).await?;
        fetch::settled_list_of(cx, scope, &each.live, each.of == EachOf::Added).await?;
    }
    Ok(())
}

/// The elements that the step is repeated for. A field that is not set is left to the API.
fn elements(scope: &Scope<'_>, each: &Each) -> Vec<Json> {
    let list = |json: Option<Json>| json.and_then(|json| json.as_array().cloned()).unwrap_or_default();
    let wanted = list(each.field.as_ref().and_then(|field| scope.wanted_field(field)).cloned());
    let live = list(wire::pluck(&scope.answers, &each.live));
    let (mut chosen, others) = match each.of {
        EachOf::All => return wanted,
        EachOf::Added => (wanted, live),
        EachOf::Removed => (live, wanted),
    };
    chosen.retain(|one| {
        !others.iter().any(|other| match each.of {
            EachOf::Added => has(other, one),
            EachOf::Removed => has(one, other),
            EachOf::All => false,
        })
    });
    chosen
}

/// Whether a current element has every field of a desired one.
fn has(live: &Json, wanted: &Json) -> bool {
    match (live, wanted) {
        (Json::Object(live), Json::Object(wanted)) => {
            let mut fields = wanted.iter().filter(|(_, json)| !json.is_null());
            fields.all(|(name, json)| live.get(name).is_some_and(|live| has(live, json)))
        }
        (Json::Array(live), Json::Array(wanted)) => wanted.iter().all(|one| live.contains(one)),
        _ => live == wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_current_element_has_the_fields_that_the_program_sets() {
        let live = json!({ "id": "a", "addresses": ["1", "2"], "status": "ready" });
        for wanted in [json!({ "id": "a" }), json!({ "id": "a", "addresses": ["2"] }), json!({ "addresses": null })] {
            assert!(has(&live, &wanted), "{wanted}");
        }
        for wanted in [json!({ "id": "b" }), json!({ "addresses": ["3"] }), json!({ "other": 1 })] {
            assert!(!has(&live, &wanted), "{wanted}");
        }
        assert!(has(&json!("a"), &json!("a")));
    }
}
