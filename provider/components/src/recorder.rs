//! A resource monitor for unit tests: records registrations and returns made-up IDs and outputs.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use value::{Object, Value};

use crate::error::Error;
use crate::monitor::{Child, Monitor, OutputState, Registered};

/// The recorded calls of a component.
pub(crate) struct Recorder {
    is_preview: bool,
    failing: Option<String>,
    outputs: BTreeMap<String, Object>,
    answers: BTreeMap<String, Object>,
    seen: Mutex<Vec<Seen>>,
}

enum Seen {
    Component,
    Child(Box<Child>),
    Outputs,
}

impl Recorder {
    /// An update: each part gets an ID, its inputs as outputs, and the outputs of `with_outputs`.
    pub(crate) fn real() -> Self {
        Self {
            is_preview: false,
            failing: None,
            outputs: BTreeMap::new(),
            answers: BTreeMap::new(),
            seen: Mutex::default(),
        }
    }

    /// A preview of new parts: no IDs, and only the inputs as outputs.
    pub(crate) fn preview() -> Self {
        Self { is_preview: true, ..Self::real() }
    }

    /// The part of this name fails.
    pub(crate) fn failing(mut self, name: &str) -> Self {
        self.failing = Some(name.to_owned());
        self
    }

    /// The part of this name has these outputs.
    pub(crate) fn with_outputs(mut self, name: &str, outputs: Object) -> Self {
        self.outputs.insert(name.to_owned(), outputs);
        self
    }

    /// The function of this token returns this result.
    pub(crate) fn with_result(mut self, token: &str, answer: Object) -> Self {
        self.answers.insert(token.to_owned(), answer);
        self
    }

    /// The names of the recorded calls, in order.
    pub(crate) fn order(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        let name = |seen: &Seen| match seen {
            Seen::Component => "component".to_owned(),
            Seen::Child(child) => child.name.clone(),
            Seen::Outputs => "outputs".to_owned(),
        };
        seen.iter().map(name).collect()
    }

    /// The part of this name.
    pub(crate) fn child(&self, name: &str) -> Child {
        let seen = self.seen.lock().unwrap();
        let children = seen.iter().filter_map(|seen| match seen {
            Seen::Child(child) => Some(child),
            _ => None,
        });
        let found = children.into_iter().find(|child| child.name == name);
        found.unwrap_or_else(|| panic!("{name} was not registered")).as_ref().clone()
    }

    fn note(&self, seen: Seen) {
        self.seen.lock().unwrap().push(seen);
    }
}

impl Monitor for Recorder {
    fn component(&self, _: Object) -> BoxFuture<'_, Result<String, Error>> {
        self.note(Seen::Component);
        async { Ok("urn:component".to_owned()) }.boxed()
    }

    fn child(&self, child: Child) -> BoxFuture<'_, Result<Registered, Error>> {
        let output_state = match (&self.failing, self.is_preview) {
            (Some(name), _) if *name == child.name => OutputState::Failed,
            (_, true) => OutputState::Partial,
            (_, false) => OutputState::Complete,
        };
        let mut outputs = child.inputs.clone();
        if !self.is_preview {
            outputs.extend(self.outputs.get(&child.name).cloned().unwrap_or_default());
        }
        let id = if self.is_preview { Value::UNKNOWN } else { Value::from(format!("fr-par/{}", child.name)) };
        let registered = Registered { urn: format!("urn:{}", child.name), id, outputs, output_state };
        self.note(Seen::Child(Box::new(child)));
        async { Ok(registered) }.boxed()
    }

    fn invoke<'a>(&'a self, token: &'a str, _: Object) -> BoxFuture<'a, Result<Option<Object>, Error>> {
        async move { Ok(self.answers.get(token).cloned()) }.boxed()
    }

    fn outputs(&self, _: String, _: Object) -> BoxFuture<'_, Result<(), Error>> {
        self.note(Seen::Outputs);
        async { Ok(()) }.boxed()
    }
}
