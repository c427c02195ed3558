//! The effect of the calls of a create or update: which inputs a call sends, and which may have changed if a later call
//! failed. Makes no calls.

use std::collections::BTreeSet;

use catalog::Step;
use value::Object;

use crate::context::Context;
use crate::steps::creating;
use crate::transition::Transition;
use rules::scope::Scope;
use rules::{encode, wire};

/// The inputs that the first call of a create does not send, and a later step does.
pub(crate) fn not_in_first_step(cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> BTreeSet<String> {
    let mut steps = creating(cx, inputs);
    let first = carried_by(steps.next());
    let steps: Vec<&Step> = steps.collect();
    let later: BTreeSet<String> = steps.iter().flat_map(|step| carried_by(Some(step))).collect();
    let by_handler = |name: &str| {
        let condition = cx.resource.properties.get(name).and_then(|property| property.handled_if.as_ref());
        condition.is_some_and(|condition| inputs.given(condition).is_some())
    };
    let is_later = |name: &str| {
        let switched = |step: &Step| step.when.as_ref().is_some_and(|when| when.property == name);
        by_handler(name)
            || steps.iter().any(|step| switched(step))
            || fields_of(cx, scope, inputs, name).iter().any(|field| later.contains(field) && !first.contains(field))
    };
    inputs.keys().filter(|name| is_later(name)).cloned().collect()
}

/// The fields of the create steps that contain an input.
pub(crate) fn fields_of(cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object, name: &str) -> BTreeSet<String> {
    let mut without = inputs.clone();
    without.remove(name);
    // An input that the others require is part of the first step.
    let Ok(without) = encode::desired(cx.resource, &without, cx.defaults) else { return BTreeSet::new() };
    let fields = creating(cx, inputs).flat_map(|step| carried_by(Some(step)));
    fields.filter(|field| wire::find(&without, field) != scope.desired_field(field)).collect()
}

/// The properties that a failed update may have changed at Scaleway: a step that sends them was accepted, or its outcome is
/// unknown. A property that no step sends is set by the handler: it is included if any call may have changed something.
pub(crate) fn may_have_changed(cx: &Context<'_>, transition: Transition<'_>, sent: &BTreeSet<String>) -> Vec<String> {
    let steps: BTreeSet<String> = cx.resource.update.iter().flat_map(|step| carried_by(Some(step))).collect();
    let one = |name: &String| BTreeSet::from([name.clone()]);
    let may = |name: &&String| {
        let wires = encode::changed(
            cx.resource,
            transition.stored,
            transition.news,
            &one(name),
            transition.pending,
            cx.defaults,
        );
        let Ok((before, after)) = wires else { return true };
        let differs = |field: &&String| wire::find(&before, field) != wire::find(&after, field);
        let own: Vec<&String> = steps.iter().filter(differs).collect();
        if own.is_empty() || sent.contains(*name) { cx.wrote() } else { own.iter().any(|field| sent.contains(*field)) }
    };
    let uncertain: Vec<String> = transition.changed.iter().filter(may).cloned().collect();
    // A call that sends none of them, such as the start of a stopped object, must be repeated or reverted too.
    if uncertain.is_empty() && cx.wrote() { transition.changed.iter().cloned().collect() } else { uncertain }
}

/// The fields that a step sends, all at once or element by element.
pub(crate) fn carried_by(step: Option<&Step>) -> BTreeSet<String> {
    let fields = |step: &Step| {
        step.fields().iter().chain(step.each.as_ref().and_then(|each| each.field.as_ref())).cloned().collect()
    };
    step.map(fields).unwrap_or_default()
}
