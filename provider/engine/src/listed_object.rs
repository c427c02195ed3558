//! Reads an object from a list that other reads or polls use too. Pulumi's engine refreshes all resources of a stack and creates
//! many at a time, and one page of a list contains up to a hundred of them.
//!
//! Only objects that the list contains are answered from it. Any other object is read on its own, so a list never shows
//! that an object does not exist.

use std::time::{Duration, Instant};

use catalog::Step;
use client::{Call, Pages};
use rules::scope::Scope;
use rules::wire;
use serde_json::Value as Json;

use crate::context::Context;
use crate::elements::found;
use crate::request;
use crate::shared_lists::{ListRequest, Snapshot, Waiting};

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

/// A wait whose polls are shared with other waits, if a list contains its object.
pub(crate) struct SharedPoll<'a>(Option<(List<'a>, Waiting)>);

/// The object of the first read step from a list that other reads use too; `None` if it should be read directly.
pub(crate) async fn listed_object(cx: &Context<'_>, step: &Step, scope: &Scope<'_>) -> Option<Json> {
    let is_complete = cx.resource.listing.as_ref().is_some_and(|listing| listing.complete);
    let list = list_of(cx, step, scope).filter(|list| list.is_search() || is_complete)?;
    cx.shared_lists.element(list.key(), list.least(), &Request { cx, list: &list, scope }).await
}

impl<'a> SharedPoll<'a> {
    /// Notes a wait.
    pub(crate) fn of(cx: &Context<'a>, scope: &Scope<'_>) -> Self {
        let list = cx.resource.read.first().and_then(|step| list_of(cx, step, scope));
        Self(list.map(|list| {
            let waiting = cx.shared_lists.wait(list.key(), list.least());
            (list, waiting)
        }))
    }

    /// A field of the object in a list that was sent in the last quarter of the pause before this poll, or is sent now; `None` if the
    /// object should be read directly.
    pub(crate) async fn field(&self, cx: &Context<'_>, scope: &Scope<'_>, pause: Duration, name: &str) -> Option<Json> {
        let (list, waiting) = self.0.as_ref()?;
        let request = Request { cx, list, scope };
        let oldest = request.now().checked_sub(pause / 4)?;
        let object = waiting.element(oldest, &request).await?;
        let value = wire::get(object.as_object()?, name).cloned();
        if value.is_none() {
            waiting.mark_useless();
        }
        value
    }
}

impl List<'_> {
    fn is_search(&self) -> bool {
        matches!(self.selector, Selector::Search(_))
    }

    fn key(&self) -> String {
        format!("{} {:?}", self.call.path, self.call.query)
    }

    /// The number of reads from which on the list is sent.
    fn least(&self) -> usize {
        if self.is_read { 2 } else { DIRECT_READS + 1 }
    }
}

/// The list request of one read.
struct Request<'r> {
    cx: &'r Context<'r>,
    list: &'r List<'r>,
    scope: &'r Scope<'r>,
}

impl ListRequest for Request<'_> {
    async fn send(&self, most_pages: usize) -> Option<Pages> {
        let List { call, items, element, is_read, .. } = self.list;
        let call = call.clone().until(self.cx.deadline());
        let most_pages = if *is_read { usize::MAX } else { most_pages };
        Some(match (self.cx.client.list_up_to(call, items, most_pages).await.ok()?, element) {
            (Pages::All(elements), Some(name)) => {
                Pages::All(elements.into_iter().filter_map(|mut element| Some(element.get_mut(name)?.take())).collect())
            }
            (pages, _) => pages,
        })
    }

    fn identity(&self) -> Option<&str> {
        match &self.list.selector {
            Selector::Identity { field, .. } => Some(field),
            Selector::Search(_) => None,
        }
    }

    fn select(&self, snapshot: &Snapshot) -> Option<Json> {
        match &self.list.selector {
            Selector::Identity { value, .. } => snapshot.element(value),
            Selector::Search(find) => found(snapshot.elements(), find, self.scope),
        }
    }

    fn now(&self) -> Instant {
        self.cx.client.clock().now()
    }
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
    let listing = cx.resource.listing.as_ref()?;
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
