//! Reads an object from a list that other reads use too. Pulumi's engine refreshes all resources of a stack, many at a
//! time, and one page of a list contains up to a hundred of them.
//!
//! Only objects that the list contains are answered from it. Any other object is read on its own, so a list never shows
//! that an object does not exist.

use catalog::Step;
use client::{Call, Pages};
use rules::scope::Scope;
use rules::wire;
use serde_json::Value as Json;

use crate::context::{Context, found};
use crate::request;
use crate::shared_lists::Snapshot;

/// So many objects of a list are read directly, because a list of one page is not fewer calls for a small stack.
const DIRECT_READS: usize = 3;

/// Selects the object of a read.
enum Selector<'a> {
    /// By the value of the field that identifies an object.
    Identity { field: &'a str, value: String },
    /// By the search of a read that is a list itself.
    Search(&'a catalog::Find),
}

/// A list with the object of a read.
struct List<'a> {
    call: Call,
    /// The field with the elements.
    items: &'a str,
    /// The field of an element with the object, if it is not the element.
    element: Option<&'a str>,
    selector: Selector<'a>,
    /// The direct read is the same list, so sharing it costs nothing.
    is_read: bool,
}

/// The object of the first read step from a list that other reads use too; `None` if it should be read directly.
pub(crate) async fn listed_object(cx: &Context<'_>, step: &Step, scope: &Scope<'_>) -> Option<Json> {
    let List { call, items, element, selector, is_read } = list_of(cx, step, scope)?;
    let call = call.until(cx.deadline());
    let least = if is_read { 2 } else { DIRECT_READS + 1 };
    let field = match &selector {
        Selector::Identity { field, .. } => Some(*field),
        Selector::Search(_) => None,
    };
    let send = async |reads: usize| {
        let pages = cx.client.list_up_to(call.clone(), items, if is_read { usize::MAX } else { reads }).await?;
        Ok::<_, client::Error>(match (pages, element) {
            (Pages::All(elements), Some(name)) => {
                Pages::All(elements.into_iter().filter_map(|mut element| Some(element.get_mut(name)?.take())).collect())
            }
            (pages, _) => pages,
        })
    };
    let key = format!("{} {:?}", call.path, call.query);
    let now = || cx.client.clock().now();
    let select = |snapshot: &Snapshot| match &selector {
        Selector::Identity { value, .. } => snapshot.element(value),
        Selector::Search(find) => found(snapshot.elements(), find, scope),
    };
    cx.shared_lists.element(key, least, now, send, field, select).await
}

fn list_of<'a>(cx: &Context<'a>, step: &'a Step, scope: &Scope<'_>) -> Option<List<'a>> {
    if step.call.storage.is_some() || step.call.messaging.is_some() {
        return None;
    }
    // A missing argument is an error of the direct read.
    if let (Some(items), Some(find)) = (&step.call.pages, &step.find) {
        let mut call = request::call(step, scope, &[]).ok()?;
        let filters = call.query.len();
        // A filter by what is searched selects only one object.
        call.query.retain(|(name, _)| !find.by.contains_key(name));
        let is_read = call.query.len() == filters;
        return Some(List { call, items, element: None, selector: Selector::Search(find), is_read });
    }
    let listing = cx.resource.listing.as_ref().filter(|listing| listing.complete)?;
    let operation = listing.list.as_ref()?;
    let identity = &step.call.identity;
    let source = step.call.parameters.get(identity.parameter.as_ref()?)?;
    let selector = Selector::Identity {
        field: identity.repeats.as_ref()?,
        value: scope.source(source).as_ref().and_then(wire::plain_text)?,
    };
    let call = request::call(&Step::of(operation.clone()), scope, &[]).ok()?;
    Some(List { call, items: operation.pages.as_ref()?, element: listing.element.as_deref(), selector, is_read: false })
}
