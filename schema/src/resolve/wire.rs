//! Which fields of requests and answers a property is sent in and read from, and whether the API knows them.

use std::collections::{BTreeMap, BTreeSet};

use crate::descriptor::{self, InputWord, WireWord};
use crate::findings::{Findings, Place, did_you_mean, or_list};
use crate::names::snake_case;
use crate::shape::{Field, Shape};

/// What is known of the object a property belongs to.
pub(crate) struct Sides<'a> {
    /// What requests may hold.
    pub(crate) send: Shape<'a>,
    /// What answers hold.
    pub(crate) read: Shape<'a>,
    /// What answers hold, and what only the answer to the creation does.
    pub(crate) returned_once: Shape<'a>,
    /// Properties that leave in another way than in a body, with the parameter that takes them.
    pub(crate) sent_elsewhere: BTreeMap<String, Option<Field<'a>>>,
    /// Properties that the id tells even where no answer does.
    pub(crate) told_by_id: BTreeSet<&'a str>,
    /// The object itself may be given by the program.
    pub(crate) is_input: bool,
}

/// The fields of one property.
pub(crate) struct Wire<'a> {
    /// The path in requests.
    pub(crate) send: Option<String>,
    /// The path in answers.
    pub(crate) read: Option<String>,
    /// What a document says of either.
    pub(crate) send_field: Option<Field<'a>>,
    pub(crate) read_field: Option<Field<'a>>,
    /// A mistake was noted, or only the id tells it: its kind is not looked for.
    pub(crate) refused: bool,
}

impl<'a> Wire<'a> {
    /// Finds the fields of a property. One that the API does not know is a mistake.
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
        let by_id = sides.told_by_id.contains(name);
        let find = |shape: &Shape<'a>, path: &Option<String>| shape.find(path.as_deref()?).into_iter().next();
        let send_field = find(&sides.send, &send).or_else(|| elsewhere.copied().flatten());
        let read_field = find(answers, &read);
        // What a reshape or a special handler makes, no document knows: then `type`, or the other side, says what it is.
        let typed = word.kind.is_some();
        let known_send = send_field.is_some() || elsewhere.is_some() || by_id;
        let known_send = known_send || (sides.send.open && (typed || read_field.is_some()));
        let known_read = read_field.is_some() || by_id || (answers.open && typed);
        let unsent = send.as_deref().filter(|_| !known_send);
        let untold = read.as_deref().filter(|_| !known_read);
        if let (Some(field), true) = (unsent, unsent == untold) {
            findings.mistake(place, missing(field, &sides.send.with(answers)));
        } else {
            if let Some(field) = unsent {
                findings.mistake(place, missing(field, &sides.send) + "; nothing sends this input");
            }
            if let Some(field) = untold {
                let never_told = send.as_deref().filter(|_| unsent.is_none());
                let hint = never_told.map(|path| format!("; if it is never told, say `wire: {{ send: {path} }}`"));
                findings.mistake(place, missing(field, answers) + &hint.unwrap_or_default());
            }
        }
        // What only the id tells is a text.
        let only_id = by_id && read_field.or(send_field).is_none();
        let refused = unsent.is_some() || untold.is_some() || only_id;
        Self { send, read, send_field, read_field, refused }
    }
}

/// The paths as written, or as the rule says.
fn paths(name: &str, word: &descriptor::Property) -> (Option<String>, Option<String>) {
    let usual = snake_case(name);
    let (send, read) = match &word.wire {
        Some(WireWord::Both(path)) if path == "none" => (None, None),
        Some(WireWord::Both(path)) => (Some(path.clone()), Some(path.clone())),
        Some(WireWord::Each { send, read }) => (send.clone(), read.clone()),
        None if word.drift_of.is_some() || word.made.is_some() => (None, None),
        None => (Some(usual.clone()), Some(usual)),
    };
    (send.filter(|_| word.input != InputWord::No), read.filter(|_| !word.write_only))
}

fn missing(field: &str, shape: &Shape<'_>) -> String {
    let hint = did_you_mean(field, shape.field_names());
    match or_list(&shape.part_names()).as_str() {
        "" => format!("there is nothing that could hold a field \"{field}\"{hint}"),
        parts => format!("there is no field \"{field}\" in {parts}{hint}"),
    }
}
