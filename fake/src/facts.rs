//! What the API documents do not declare about a kind: the files in `kinds/`, one for each API document.
//!
//! This module reads them. It does not depend on operations.

mod format;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::OnceLock;

use scaleway_api::{Document, Method, WaitStatuses};

use crate::store::{Condition, Count, Embed, Join, Kind, Missing};
use format::Content;
pub(crate) use format::{Area, KindFacts, MissingFacts, Parent};

/// A file of `kinds/`.
struct File {
    /// The name of the API document.
    document: &'static str,
    /// The first part of the names of its kinds.
    product: &'static str,
    yaml: &'static str,
}

const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/kinds.rs"));

static READ: [OnceLock<Facts>; FILES.len()] = [const { OnceLock::new() }; FILES.len()];

/// The facts in the files that a condition selects. Each file is read when it is first used.
fn select(is_selected: impl Fn(&File) -> bool) -> impl Iterator<Item = &'static Facts> {
    let selected = FILES.iter().zip(&READ).filter(move |(file, _)| is_selected(file));
    selected.map(|(file, facts)| facts.get_or_init(|| read(file)))
}

/// The facts about one API document.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) permissions: Vec<Area>,
    /// By operation: other names of request fields, and the documented ones.
    pub(crate) aliases: BTreeMap<String, BTreeMap<String, String>>,
    /// By operation: the HTTP status of a successful response, if it is not that of the document.
    statuses: BTreeMap<String, u16>,
    /// Fields with values that the document does not declare: null, or an address without its prefix length; or fields that it
    /// does not declare.
    undeclared: Vec<String>,
    pub(crate) plain: Vec<Plain>,
}

/// A kind whose operations are served from its API document and these facts.
#[derive(Debug)]
pub(crate) struct Plain {
    pub(crate) document: &'static Document,
    pub(crate) kind: Kind,
    pub(crate) status: Option<Status>,
    pub(crate) facts: KindFacts,
}

/// The field that shows the status, and its values.
#[derive(Debug)]
pub(crate) struct Status {
    pub(crate) field: String,
    pub(crate) created: String,
    pub(crate) settled: String,
    pub(crate) updated: Option<String>,
    /// By request field: the status after a change of the field, which has its old value until the status is settled.
    pub(crate) updated_by: BTreeMap<String, String>,
    pub(crate) deleted: Option<String>,
}

/// The name of a plain kind, which dereferences to the kind.
#[derive(Debug)]
pub(crate) struct Named {
    name: &'static str,
    found: OnceLock<&'static Plain>,
}

impl Named {
    /// The kind of this name, which is found when it is first used.
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, found: OnceLock::new() }
    }

    /// The kind with its facts.
    pub(crate) fn plain(&self) -> &'static Plain {
        self.found.get_or_init(|| {
            plain(self.name).unwrap_or_else(|| unreachable!("a test finds every name in kinds/: {}", self.name))
        })
    }
}

impl Deref for Named {
    type Target = Kind;

    fn deref(&self) -> &Kind {
        &self.plain().kind
    }
}

/// The facts about all documents.
pub(crate) fn all() -> impl Iterator<Item = &'static Facts> {
    select(|_| true)
}

/// The facts about one document.
pub(crate) fn of(document: &str) -> Option<&'static Facts> {
    select(|file| file.document == document).next()
}

/// The other names of request fields that an operation accepts, each with the documented one.
pub(crate) fn aliases(document: &str, operation: &str) -> impl Iterator<Item = (&'static String, &'static String)> {
    of(document).and_then(|facts| facts.aliases.get(operation)).into_iter().flatten()
}

/// The HTTP status of a successful response to an operation, if it is not that of the document.
pub(crate) fn status_of(document: &str, operation: &str) -> Option<u16> {
    of(document)?.statuses.get(operation).copied()
}

/// Whether a field has values in responses, as recorded, that the document does not declare.
pub(crate) fn is_lenient(document: &str, field: &str) -> bool {
    of(document).is_some_and(|facts| facts.undeclared.iter().any(|name| name == field))
}

/// The plain kind of this name.
pub(crate) fn plain(name: &str) -> Option<&'static Plain> {
    let (product, _) = name.split_once('/')?;
    select(|file| file.product == product).flat_map(|facts| &facts.plain).find(|plain| plain.kind.name == name)
}

fn read(&File { document, yaml, .. }: &File) -> Facts {
    let Content { product, srn, permissions, aliases, statuses, undeclared, kinds } =
        serde_saphyr::from_str(yaml).unwrap_or_else(|error| unreachable!("kinds/{document}.yaml: {error}"));
    let found = scaleway_api::document(document)
        .unwrap_or_else(|| unreachable!("kinds/{document}.yaml: there is no such API document"));
    let srn = srn.map(|host| &*host.leak());
    let plain = kinds.into_iter().map(|(noun, facts)| plain_of(found, format!("{product}/{noun}"), srn, facts));
    Facts { permissions, aliases, statuses, undeclared, plain: plain.collect() }
}

fn plain_of(document: &'static Document, name: String, srn: Option<&'static str>, facts: KindFacts) -> Plain {
    let name: &'static str = name.leak();
    let schema: &'static str = facts.noun.clone().leak();
    let noun = name.split_once('/').map_or(name, |(_, noun)| noun);
    let leaked = |text: &String| -> &'static str { text.clone().leak() };
    let missing = match &facts.missing {
        None => Missing::Labelled(noun),
        Some(MissingFacts::Resource(label)) => Missing::Labelled(leaked(label)),
        Some(MissingFacts::Message(message)) => Missing::Message(leaked(message)),
        Some(MissingFacts::Unnamed) => Missing::Unnamed,
        Some(MissingFacts::Denied) => Missing::Denied,
        Some(MissingFacts::DeniedRead(resource)) => Missing::DeniedRead(leaked(resource)),
    };
    let (status, transient) = status(document, &facts);
    let counts = facts.counts.iter().map(|(field, by)| Count {
        field: leaked(field),
        kind: leaked(&by.kind),
        by: leaked(&by.field),
    });
    let embeds = facts.embeds.iter().map(|(field, by)| Embed {
        field: leaked(field),
        kind: |name| plain(name).map(|plain| &plain.kind),
        name: leaked(&by.kind),
        by: leaked(&by.field),
    });
    let lists = facts.lists.iter().map(|(field, by)| Count {
        field: leaked(field),
        kind: leaked(&by.kind),
        by: leaked(&by.field),
    });
    let joins = facts.joins.iter().map(|(field, join)| Join {
        field: leaked(field),
        kind: |name| plain(name).map(|plain| &plain.kind),
        name: leaked(&join.kind),
        by: leaked(&join.by),
        empty: join.empty.iter().map(leaked).collect::<Vec<_>>().leak(),
        fields: fields_of(document, schema, field).iter().map(leaked).collect::<Vec<_>>().leak(),
    });
    let conditions = facts.conditions.iter().map(|condition| Condition {
        field: leaked(&condition.field),
        value: condition.value.clone(),
        kind: leaked(&condition.kind),
        equal: condition.equal.clone().into_iter().collect(),
    });
    let properties = properties(document, schema);
    let id = if properties.is_none_or(|properties| properties.contains_key("id")) {
        "id"
    } else {
        // The ID of a secret of Serverless Jobs is `secret_id`.
        properties
            .and_then(|properties| properties.keys().find(|name| **name == format!("{noun}_id")))
            .map_or("", leaked)
    };
    let kind = Kind {
        id,
        transient: transient.iter().map(leaked).collect::<Vec<_>>().leak(),
        counts: counts.collect::<Vec<_>>().leak(),
        embeds: embeds.collect::<Vec<_>>().leak(),
        lists: lists.collect::<Vec<_>>().leak(),
        joins: joins.collect::<Vec<_>>().leak(),
        conditions: conditions.collect::<Vec<_>>().leak(),
        srn: srn.filter(|_| properties.is_some_and(|properties| properties.contains_key("srn"))),
        ..Kind::new(name, schema, list_field(document, schema).map_or("", |field| field.leak()), missing)
    };
    Plain { document, kind, status, facts }
}

/// The fields of a schema.
pub(crate) fn properties<'a>(
    document: &'a Document,
    schema: &str,
) -> Option<&'a BTreeMap<String, scaleway_api::Schema>> {
    match &document.schema(schema)?.kind {
        scaleway_api::Kind::Object { properties, .. } => Some(properties),
        _ => None,
    }
}

/// The fields of the object in a field of a schema.
fn fields_of(document: &Document, schema: &str, field: &str) -> Vec<String> {
    let shown = properties(document, schema).and_then(|properties| properties.get(field));
    match shown.map(|shown| &document.resolve(shown).kind) {
        Some(scaleway_api::Kind::Object { properties, .. }) => properties.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// The field of a list response whose elements have this schema.
fn list_field(document: &Document, schema: &str) -> Option<String> {
    let lists = document.operations.iter();
    let lists = lists.filter(|operation| operation.method == Method::Get && operation.id.starts_with("List"));
    lists.filter_map(|operation| operation.answer.as_ref()).find_map(|answer| {
        let scaleway_api::Kind::Object { properties, .. } = &document.resolve(answer).kind else { return None };
        let holds = |field: &scaleway_api::Schema| match &field.kind {
            scaleway_api::Kind::Array { items, .. } => {
                matches!(&items.kind, scaleway_api::Kind::Reference(name) if name == schema)
            }
            _ => false,
        };
        properties.iter().find(|(_, field)| holds(field)).map(|(name, _)| name.clone())
    })
}

/// Values of a final, successful status; the first one that the enum has is used.
const SETTLED: [&str; 7] = ["ready", "available", "active", "enabled", "running", "online", "ok"];
/// Values of the status of a new object; the first one that the enum has is used.
const CREATED: [&str; 4] = ["creating", "pending", "provisioning", "initializing"];

/// The status of a kind, and the values in which changes are rejected: those that the SDK polls on where the document
/// declares them, else those that end with `ing`.
fn status(document: &Document, facts: &KindFacts) -> (Option<Status>, Vec<String>) {
    let wait = document.operation(&format!("Get{}", facts.noun)).and_then(|operation| operation.wait.as_ref());
    let declared = wait.map_or("status", |wait| wait.field.as_str());
    let field = facts.status.field.as_deref().unwrap_or(declared);
    let schema = properties(document, &facts.noun).and_then(|properties| properties.get(field));
    let Some(scaleway_api::Kind::Enum { values, default }) = schema.map(|schema| &document.resolve(schema).kind) else {
        return (None, Vec::new());
    };
    let given = &facts.status;
    let transient = match (&given.transient, wait.map(|wait| &wait.statuses)) {
        (Some(transient), _) | (None, Some(WaitStatuses::Transient(transient))) => transient.clone(),
        _ => values.iter().filter(|value| value.ends_with("ing") && *value != "running").cloned().collect(),
    };
    let first = |names: &[&'static str]| names.iter().find(|name| values.iter().any(|value| value == *name)).copied();
    let settled = given.settled.clone().or_else(|| first(&SETTLED).map(str::to_owned));
    let settled = settled.unwrap_or_else(|| default.clone());
    let created = given
        .created
        .clone()
        .or_else(|| first(&CREATED).filter(|name| transient.iter().any(|value| value == name)).map(str::to_owned));
    let status = Status {
        field: field.to_owned(),
        created: created.unwrap_or_else(|| settled.clone()),
        settled,
        updated: given.updated.clone(),
        updated_by: given.updated_by.clone(),
        deleted: given.deleted.clone().or_else(|| {
            let answers =
                document.operation(&format!("Delete{}", facts.noun)).is_some_and(|delete| delete.answer.is_some());
            (answers && values.iter().any(|value| value == "deleting")).then(|| "deleting".to_owned())
        }),
    };
    (Some(status), transient)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields of the body of the operation with this verb.
    fn request_fields(plain: &Plain, verb: &str) -> Vec<String> {
        body_fields(plain, &format!("{verb}{}", plain.facts.noun))
    }

    fn body_fields(plain: &Plain, operation: &str) -> Vec<String> {
        let operation = plain.document.operation(operation);
        let Some(schema) = operation.and_then(|operation| operation.request.as_ref()) else { return Vec::new() };
        match &plain.document.resolve(schema).kind {
            scaleway_api::Kind::Object { properties, .. } => properties.keys().cloned().collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn every_name_in_the_facts_is_declared_in_the_api_document() {
        for (product, plain) in all().flat_map(|facts| facts.plain.iter().map(move |plain| (facts, plain))) {
            let (name, facts) = (plain.kind.name, &plain.facts);
            let answer = properties(plain.document, &facts.noun).unwrap_or_else(|| panic!("{name}: no such schema"));
            let first = |path: &String| path.split('.').next().unwrap_or_default().to_owned();
            let creates = facts.creates.keys().flat_map(|operation| body_fields(plain, operation));
            let request: Vec<String> = [request_fields(plain, "Create"), request_fields(plain, "Update")].concat();
            let request: Vec<String> = request.into_iter().chain(creates).collect();
            let shown = facts.default.keys().chain(facts.set.keys()).chain(&facts.absent).cloned();
            let shown = shown
                .chain(facts.renamed.values().map(first))
                .chain(facts.derived.iter().flat_map(|(field, derived)| [field.clone(), first(&derived.from)]))
                .chain(facts.creates.values().flat_map(|create| create.set.keys().cloned()))
                .chain(facts.then.keys().cloned())
                .chain(facts.in_order.iter().cloned())
                .chain(facts.counts.keys().cloned())
                .chain(facts.embeds.keys().cloned())
                .chain(facts.joins.keys().cloned())
                .chain(facts.filters.values().map(first));
            let shown = shown.chain(facts.created_response.keys().chain(facts.changed_response.keys()).cloned());
            let shown = shown.chain(facts.conditions.iter().map(|condition| condition.field.clone()));
            let shown = shown.chain(facts.unique.iter().flat_map(|unique| unique.fields.iter().cloned()));
            for field in shown.chain(facts.actions.values().flat_map(|fields| fields.keys().cloned())) {
                let is_recorded = product.undeclared.contains(&field);
                assert!(is_recorded || answer.contains_key(&field), "{name}: the response has no field {field}");
            }
            let required = facts.required.iter().chain(facts.exactly_one.iter().flatten()).cloned();
            let required = required.chain(facts.renamed.keys().map(first));
            let required = required.chain(facts.creates.values().flat_map(|create| create.required.iter().cloned()));
            let required = required.chain(plain.status.iter().flat_map(|status| status.updated_by.keys().cloned()));
            for field in required {
                assert!(request.contains(&field), "{name}: the request has no field {field}");
            }
            let create = plain.document.operation(&format!("Create{}", facts.noun));
            let in_path = |field: &str| create.is_some_and(|create| create.path.parameters().any(|name| name == field));
            for field in &facts.hidden {
                assert!(request.contains(field) || in_path(field), "{name}: the request has no field {field}");
            }
            for operation in facts.actions.keys().chain(facts.creates.keys()) {
                assert!(plain.document.operation(operation).is_some(), "{name}: there is no operation {operation}");
            }
            let list = plain.document.operations.iter().filter(|operation| operation.id.starts_with("List"));
            let queries: Vec<&String> = list.flat_map(|list| &list.query_parameters).map(|query| &query.name).collect();
            for parameter in &facts.ignored {
                assert!(queries.contains(&parameter), "{name}: no list has the parameter {parameter}");
            }
            if let Some(status) = &plain.status {
                let statuses = [Some(&status.created), Some(&status.settled), status.updated.as_ref()];
                let schema = plain.document.resolve(&answer[&status.field]);
                let scaleway_api::Kind::Enum { values, .. } = &schema.kind else { panic!("{name}: no status") };
                for value in statuses.into_iter().flatten().chain(&status.deleted).chain(status.updated_by.values()) {
                    assert!(values.contains(value), "{name}: no status {value}");
                }
            }
        }
    }
}
