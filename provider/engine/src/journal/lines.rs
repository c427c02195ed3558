//! The lines of a journal, and the unfinished operations that they contain.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::urn::Urn;

/// A create that started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The resource's URN.
    pub urn: String,
    /// Its token, without the package.
    pub token: String,
    /// When it started: by the API's clock if `by_server` is set, otherwise by this machine's.
    #[serde(with = "time")]
    pub began: Timestamp,
    /// An earlier response contained the time of the API's clock.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_server: bool,
    /// The name that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The region or zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The IDs of the objects that existed before, for types without name and creation time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<String>,
    /// The inputs that are not secret, for types whose objects are recognized by them: the program may have changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Map<String, Json>>,
    /// The ID that follows from the inputs, for types whose inputs determine it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_id: Option<String>,
    /// The ID of the object, once the call was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The process that continues it; empty if processes are not distinguished.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub process: String,
}

impl Attempt {
    pub(super) fn is_of(&self, urn: &str, process: &str) -> bool {
        self.urn == urn && self.process == process
    }
}

/// One line of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Line {
    /// The creating call is about to be sent.
    Began(Attempt),
    /// The call was answered.
    Made {
        /// The resource's URN.
        urn: String,
        /// The object's Pulumi ID.
        id: String,
        /// The process of the attempt.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        process: String,
    },
    /// A process continues the attempt of a process that has ended.
    Claimed {
        /// The resource's URN.
        urn: String,
        /// The process that has ended.
        from: String,
        /// The process that continues the attempt.
        process: String,
    },
    /// The engine stores the object, or there is none.
    Closed {
        /// The resource's URN.
        urn: String,
        /// The process of the attempt.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        process: String,
    },
    /// The first call of a delete or update is about to be sent, or a failed delete has deleted the object.
    #[serde(alias = "deleting")]
    Changing(Interruption),
    /// The change had no effect, or the engine stores its result.
    #[serde(alias = "deleted")]
    Changed {
        /// The resource's URN.
        urn: String,
        /// The object's Pulumi ID.
        id: String,
    },
}

/// The unfinished operations of earlier processes, and the finished creates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unfinished {
    /// Creates without a line that confirms that the engine stores their object.
    pub creates: Vec<Attempt>,
    /// Creates of other processes that are running: their objects are not adopted.
    pub running: Vec<Attempt>,
    /// Deletes and updates without a line about their end.
    pub changes: Vec<Interruption>,
    /// The Pulumi IDs of objects that the engine stores, and when their creates started.
    pub created: Vec<(String, Timestamp)>,
}

impl Unfinished {
    /// The lines of a journal with only these operations.
    pub fn lines(&self) -> impl Iterator<Item = Line> {
        let creates = self.creates.iter().cloned().map(Line::Began);
        creates.chain(self.changes.iter().cloned().map(Line::Changing))
    }

    /// Whether no operation is unfinished.
    pub fn is_empty(&self) -> bool {
        self.creates.is_empty() && self.changes.is_empty()
    }
}

/// A delete or an update that started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interruption {
    /// The resource's URN.
    pub urn: String,
    /// The object's Pulumi ID.
    pub id: String,
    /// A later read found that the object does not exist.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_found: bool,
    /// It is an update.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub update: bool,
    /// The properties that updates were changing.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub properties: BTreeSet<String>,
    /// The properties that an update changed for a step, with the values to restore.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub changed_for_step: BTreeMap<String, String>,
}

impl Interruption {
    /// The start of a delete.
    pub(super) fn delete(urn: &str, id: &str) -> Self {
        let (urn, id) = (urn.to_owned(), id.to_owned());
        let (properties, changed_for_step) = (BTreeSet::new(), BTreeMap::new());
        Self { urn, id, not_found: false, update: false, properties, changed_for_step }
    }

    pub(super) fn is_of(&self, urn: &str, id: &str) -> bool {
        self.urn == urn && self.id == id
    }
}

/// The unfinished operations in the lines of a journal: later lines of a URN and a process take precedence.
pub fn unfinished(lines: impl IntoIterator<Item = Line>) -> Unfinished {
    let Unfinished { creates: mut open, running, mut changes, mut created } = Unfinished::default();
    for line in lines {
        match line {
            Line::Began(attempt) => {
                open.retain(|other| !other.is_of(&attempt.urn, &attempt.process));
                open.push(attempt);
            }
            Line::Made { urn, id, process } => {
                if let Some(place) = place_of(&open, &urn, &process) {
                    open[place].id = Some(id);
                }
            }
            Line::Claimed { urn, from, process } => {
                if let Some(attempt) = open.iter_mut().find(|attempt| attempt.is_of(&urn, &from)) {
                    attempt.process = process;
                }
            }
            Line::Closed { urn, process } => {
                let closed = place_of(&open, &urn, &process).map(|place| open.remove(place));
                created.extend(closed.and_then(|attempt| Some((attempt.id?, attempt.began))));
            }
            Line::Changing(change) => {
                changes.retain(|other: &Interruption| !other.is_of(&change.urn, &change.id));
                changes.push(change);
            }
            Line::Changed { urn, id } => changes.retain(|change| !change.is_of(&urn, &id)),
        }
    }
    Unfinished { creates: open, running, changes, created }
}

/// The attempt of a line. An earlier version of the plugin writes no process, also when it continues the attempt of a process.
fn place_of(open: &[Attempt], urn: &str, process: &str) -> Option<usize> {
    let own = open.iter().position(|attempt| attempt.is_of(urn, process));
    own.or_else(|| open.iter().rposition(|attempt| process.is_empty() && attempt.urn == urn))
}

/// The part of a URN that names stack and project.
pub(super) fn stack_of(urn: &str) -> &str {
    Urn::parse(urn).map_or(urn, |urn| urn.stack())
}

/// Times as strings.
mod time {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(time)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
