//! The fields of a property in requests and responses, checked against the API documents.

use std::collections::{BTreeMap, BTreeSet};

use crate::descriptor::{self, InputWord, WireWord};
use crate::findings::{Findings, Place, did_you_mean, or_list};
use crate::names::snake_case;
use crate::shape::{Field, Shape};

/// The requests and responses of the object that a property belongs to.
pub(crate) struct Sides<'a> {
    /// The fields of requests.
    pub(crate) send: Shape<'a>,
    /// The fields of responses.
    pub(crate) read: Shape<'a>,
    /// The fields of responses, including those of the create response only.
    pub(crate) returned_once: Shape<'a>,
    /// Properties that are sent, but not in a body, with the parameter that contains them.
    pub(crate) sent_elsewhere: BTreeMap<String, Option<Field<'a>>>,
    /// Properties that are part of the ID, and known without a response.
    pub(crate) in_id: BTreeSet<&'a str>,
    /// Whether the object itself can be set by the program.
    pub(crate) is_input: bool,
}

/// The fields of one property.
pub(crate) struct Wire<'a> {
    /// The path in requests.
    pub(crate) send: Option<String>,
    /// The path in responses.
    pub(crate) read: Option<String>,
    /// The field in the API document.
    pub(crate) send_field: Option<Field<'a>>,
    pub(crate) read_field: Option<Field<'a>>,
    /// There was an error, or the property is only in the id: its kind is not determined from fields.
    pub(crate) skips_kind: bool,
}

impl<'a> Wire<'a> {
    /// Finds the fields of a property. A field that is not in an API document is an error.
    pub(crate) fn of(
        name: &str,
        word: &descriptor::Property,
        sides: &Sides<'a>,
        place: &Place,
        findings: &mut Findings,
    ) -> Self {
        let (send, read) = paths(name, word);
        let answers = if word.returned_once { &sides.returned_once } else { &sides.read };
        let elsewhere = sides.sent_elsewhere.get(name);
        let by_id = sides.in_id.contains(name);
        let first = |shape: &Shape<'a>, path: &str| shape.find(path).into_iter().next();
        let find = |shape: &Shape<'a>, path: &Option<String>| {
            let all: Option<Vec<Field<'a>>> = path.as_deref()?.split(" | ").map(|path| first(shape, path)).collect();
            all?.into_iter().next()
        };
        let send_field = find(&sides.send, &send).or_else(|| elsewhere.copied().flatten());
        let read_field = find(answers, &read);
        // The fields of a handler are not in a document: `type`, or the field of the other side, has the type.
        let typed = word.kind.is_some();
        let known_send = send_field.is_some() || elsewhere.is_some() || by_id;
        let known_send = known_send || (sides.send.open && (typed || read_field.is_some()));
        let known_read = read_field.is_some() || by_id || (answers.open && typed);
        let unsent = send.as_deref().filter(|_| !known_send);
        let unread = read.as_deref().filter(|_| !known_read);
        if let (Some(field), true) = (unsent, unsent == unread) {
            findings.mistake(place, missing(field, &sides.send.with(answers)));
        } else {
            if let Some(field) = unsent {
                findings.mistake(place, missing(field, &sides.send) + "; no request sends this input");
            }
            if let Some(field) = unread {
                let not_returned = send.as_deref().filter(|_| unsent.is_none());
                let hint =
                    not_returned.map(|path| format!("; if no response contains it, set `wire: {{ send: {path} }}`"));
                findings.mistake(place, missing(field, answers) + &hint.unwrap_or_default());
            }
        }
        // A property that is only in the ID is a string.
        let only_id = by_id && read_field.or(send_field).is_none();
        let skips_kind = unsent.is_some() || unread.is_some() || only_id;
        Self { send, read, send_field, read_field, skips_kind }
    }
}

/// The paths as written, or the default.
fn paths(name: &str, word: &descriptor::Property) -> (Option<String>, Option<String>) {
    let usual = snake_case(name);
    let (send, read) = match &word.wire {
        Some(WireWord::Both(path)) if path == "none" => (None, None),
        Some(WireWord::Both(path)) => (Some(path.clone()), Some(path.clone())),
        Some(WireWord::Each { send, read }) => (send.clone(), read.clone()),
        None if word.drift_of.is_some() || word.template.is_some() => (None, None),
        None => (Some(usual.clone()), Some(usual)),
    };
    (send.filter(|_| word.input != InputWord::No), read.filter(|_| !word.write_only))
}

fn missing(field: &str, shape: &Shape<'_>) -> String {
    let hint = did_you_mean(field, shape.field_names());
    match or_list(&shape.part_names()).as_str() {
        "" => format!("no object can contain a field \"{field}\"{hint}"),
        parts => format!("there is no field \"{field}\" in {parts}{hint}"),
    }
}
