//! The fields of requests or responses, combined from several schemas of the API documents. The fields have paths; properties
//! are in `resolve`.

use std::collections::BTreeMap;

use scaleway_api::{Document, Kind, Schema};

/// A schema, with the document for its references.
#[derive(Clone, Copy)]
pub(crate) struct Field<'a> {
    pub(crate) document: &'a Document,
    pub(crate) schema: &'a Schema,
    /// Whether the schema is that of the elements of a list.
    pub(crate) listed: bool,
}

/// An object whose fields are in several schemas.
#[derive(Clone, Default)]
pub(crate) struct Shape<'a> {
    parts: Vec<Part<'a>>,
    /// Whether a handler (`special`) adds fields that are not in a document.
    pub(crate) open: bool,
}

#[derive(Clone)]
struct Part<'a> {
    field: Field<'a>,
    /// The path of the part in the object; empty for the top level.
    into: String,
    /// Usual field names to the names in this part.
    rename: BTreeMap<String, String>,
    /// Name in messages.
    name: String,
}

impl<'a> Field<'a> {
    pub(crate) fn new(document: &'a Document, schema: &'a Schema) -> Self {
        Self { document, schema, listed: false }
    }

    /// The kind of the schema, with references resolved.
    pub(crate) fn kind(&self) -> &'a Kind {
        &self.document.resolve(self.schema).kind
    }

    /// The name of the schema, if it has one.
    pub(crate) fn name(&self) -> Option<&'a str> {
        match &self.schema.kind {
            Kind::Reference(name) => Some(name),
            _ => None,
        }
    }

    /// Whether two fields have the same named schema.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.document.name == other.document.name && self.name().is_some() && self.name() == other.name()
    }

    /// The elements of a list, the values of a map, otherwise the field itself.
    pub(crate) fn inner(self) -> Self {
        match self.kind() {
            Kind::Array { items, .. } => Self { schema: items, listed: false, ..self }.inner(),
            Kind::Map(values) => Self { schema: values, listed: false, ..self }.inner(),
            _ => Self { listed: false, ..self },
        }
    }

    /// The fields of an object by name.
    pub(crate) fn fields(&self) -> Option<&'a BTreeMap<String, Schema>> {
        match self.kind() {
            Kind::Object { properties, .. } => Some(properties),
            _ => None,
        }
    }

    /// The field at a path of field names; `rules[].ip` and `rules[type=custom].ip` are fields of the elements
    /// of a list. `extension[]` is the list of the fields of an object. `{provider}_settings` is a field whose name depends on another one.
    pub(crate) fn at(self, path: &str) -> Option<Self> {
        if path.is_empty() {
            return Some(self);
        }
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let (name, selector) = first.split_once('[').map_or((first, None), |(name, rest)| (name, Some(rest)));
        let next = match self.kind() {
            // `[type=custom]` is the object itself.
            _ if name.is_empty() => self.schema,
            Kind::Object { properties, .. } if name.contains('{') => {
                let (start, end) = (name.split('{').next()?, name.rsplit('}').next()?);
                let mut fields = properties.iter().filter(|(name, _)| name.starts_with(start) && name.ends_with(end));
                return fields.find_map(|(_, schema)| Self { schema, ..self }.at(rest));
            }
            Kind::Object { properties, .. } => properties.get(name)?,
            Kind::Map(values) => values,
            _ => return None,
        };
        let next = Self { schema: next, ..self };
        match selector {
            None => next.at(rest),
            Some("]") => {
                let element = match next.fields().and_then(|fields| fields.values().next()) {
                    Some(field) => Self { schema: field, ..next },
                    None => next.inner(),
                };
                element.at(rest).map(|field| Self { listed: true, ..field })
            }
            Some(_) => next.inner().at(rest),
        }
    }
}

impl<'a> Shape<'a> {
    /// A shape without parts.
    pub(crate) fn new(open: bool) -> Self {
        Self { parts: Vec::new(), open }
    }

    /// Adds an object with its fields at the top level, or at the path `into`.
    pub(crate) fn add(&mut self, name: &str, field: Field<'a>, into: &str, rename: &BTreeMap<String, String>) {
        let name = field.name().map_or_else(|| name.to_owned(), str::to_owned);
        self.parts.push(Part { field, into: into.to_owned(), rename: rename.clone(), name });
    }

    /// The fields at a path, in the order of the parts.
    pub(crate) fn find(&self, path: &str) -> Vec<Field<'a>> {
        self.parts.iter().filter_map(|part| part.at(path)).collect()
    }

    /// The fields of an object (or of the elements of a list of objects) at a path, as a separate shape.
    pub(crate) fn inside(&self, path: &str) -> Self {
        if path == "." {
            return self.clone();
        }
        let mut inside = Self::new(self.open);
        for part in &self.parts {
            // A list that is stored in the elements of this one.
            if let Some(into) = part.into.strip_prefix(path).and_then(|rest| rest.strip_prefix("[].")) {
                inside.parts.push(Part { into: into.to_owned(), ..part.clone() });
            }
            if let Some(field) = part.at(path).map(Field::inner)
                && field.fields().is_some()
            {
                // The fields beside each other (`.`) are those of the part itself.
                let rename = if path == "." { part.rename.clone() } else { BTreeMap::new() };
                inside.add(&format!("{}.{path}", part.name), field, "", &rename);
            }
        }
        inside
    }

    /// The names of the top-level fields, for suggestions.
    pub(crate) fn field_names(&self) -> impl Iterator<Item = &'a str> + use<'a, '_> {
        let tops = self.parts.iter().filter(|part| part.into.is_empty());
        tops.filter_map(|part| part.field.fields()).flat_map(|fields| fields.keys().map(String::as_str))
    }

    /// The names of the parts, without duplicates.
    pub(crate) fn part_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for part in &self.parts {
            if !names.contains(&part.name) {
                names.push(part.name.clone());
            }
        }
        names
    }

    /// Both shapes combined.
    pub(crate) fn with(&self, other: &Self) -> Self {
        let parts = self.parts.iter().chain(&other.parts).cloned().collect();
        Self { parts, open: self.open || other.open }
    }
}

impl<'a> Part<'a> {
    fn at(&self, path: &str) -> Option<Field<'a>> {
        if path == "." {
            return Some(self.field).filter(|_| self.into.is_empty());
        }
        let (top, rest) = path.split_once('.').unwrap_or((path, ""));
        if self.into.is_empty() {
            let top = self.rename.get(top).map_or(top, String::as_str);
            let path = if rest.is_empty() { top.to_owned() } else { format!("{top}.{rest}") };
            return self.field.at(&path);
        }
        let rest = path.strip_prefix(&self.into)?;
        if rest.is_empty() {
            return Some(self.field);
        }
        // `rules[]` is the list of all elements, `rules[type=custom]` one of them.
        let selected = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let (rest, listed) = match selected {
            Some((selector, rest)) if self.field.listed => (rest, selector.is_empty()),
            _ => (rest, false),
        };
        if self.field.listed != selected.is_some() {
            return None;
        }
        let rest = if rest.is_empty() { rest } else { rest.strip_prefix('.')? };
        let found = Field { listed: false, ..self.field }.at(rest)?;
        Some(Field { listed: listed || found.listed, ..found })
    }
}
