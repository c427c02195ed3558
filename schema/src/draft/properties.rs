//! The properties of a drafted descriptor: every field of the requests and the response, with guesses marked.

use std::collections::BTreeSet;

use scaleway_api::{FromConfig, Kind, StringFormat};

use super::pulumiverse::{Pulumiverse, is};
use super::{Plan, UNDECIDED};
use crate::names::camel_case;
use crate::shape::Field;

/// Parts of a field's name that mark a secret.
const SECRET_WORDS: [&str; 4] = ["password", "secret", "token", "private_key"];

/// What the API document contains for one field.
struct Facts<'a> {
    created: Option<Field<'a>>,
    updated: Option<Field<'a>>,
    answered: Option<Field<'a>>,
}

/// The object of a request or response.
#[derive(Clone, Copy)]
struct Objects<'a> {
    create: Option<Field<'a>>,
    update: Option<Field<'a>>,
    answer: Option<Field<'a>>,
}

impl Plan<'_> {
    /// The lines of all properties, indented by two.
    pub(super) fn properties(&self) -> Vec<String> {
        let field = |schema| Field::new(self.document, schema);
        let objects = Objects {
            create: self.create.request.as_ref().map(field),
            update: self.update.and_then(|update| update.request.as_ref()).map(field),
            answer: self.read.answer.as_ref().map(field),
        };
        let mut lines = Vec::new();
        for name in objects.names().into_iter().filter(|name| *name != "id") {
            lines.extend(self.property(name, &objects.field(name), 1));
        }
        let known = |field: &str| objects.names().contains(field) || field == self.locality();
        for (name, facts) in self.pulumiverse.iter().flat_map(Pulumiverse::properties) {
            if facts["tf"].as_str().is_some_and(|field| !known(field)) {
                let side = if facts["io"] == "in" { "input" } else { "output" };
                let rules = ["required", "computed", "forceNew", "secret"].into_iter().filter(|rule| is(facts, rule));
                let kind = facts["type"].as_str().unwrap_or_default();
                let words: Vec<&str> = [kind, side].into_iter().chain(rules).collect();
                lines.push(format!(
                    "  # {UNDECIDED}: `pulumiverse_scaleway` has `{name}` ({}), and the API no field of this name.",
                    words.join(", ")
                ));
            }
        }
        let place = self.locality();
        if place != "none" && !objects.names().contains(place) {
            lines.extend(self.inherited(place));
        }
        lines
    }

    fn property(&self, name: &str, facts: &Facts<'_>, depth: usize) -> Vec<String> {
        if depth == 1 && (name == self.locality() || self.create.from_config.contains_key(name)) {
            return self.inherited(name);
        }
        let indent = "  ".repeat(depth);
        let field = facts.answered.or(facts.created);
        if field.is_none() {
            let text = "only the update has this field; it may be another name of another field (`rename`)";
            return vec![format!("{indent}# {UNDECIDED}: {}: {text}", camel_case(name))];
        }
        let is_input = facts.created.is_some();
        let pulumiverse =
            self.pulumiverse.as_ref().filter(|_| depth == 1).and_then(|pulumiverse| pulumiverse.property(name));
        let mut words = vec![format!("# {}", describe(field)), "doc: \"\"".to_owned()];
        if is_input && depth == 1 && self.pulumiverse.is_some() && pulumiverse.is_none() {
            words.insert(1, format!("# {UNDECIDED}: `pulumiverse_scaleway` does not have this input."));
        }
        if is_input {
            words.push(self.input(name, depth));
        } else if facts.updated.is_some() {
            words.push(format!(
                "# {UNDECIDED}: the update has this field, the create does not: `create` may need a second step."
            ));
        }
        if is_input && depth == 1 && facts.updated.is_none() {
            words.push("replace: true".to_owned());
        }
        if is_input && pulumiverse.is_some_and(|(_, pulumiverse)| is(pulumiverse, "computed")) && name != "name" {
            words.push("computed: true".to_owned());
        }
        if is_input && facts.answered.is_none() {
            words.push(format!("wire: {{ send: {name} }}"));
        }
        if SECRET_WORDS.iter().any(|word| name.contains(word))
            && matches!(field.map(|f| f.kind()), Some(Kind::String { .. }))
        {
            words.push(format!("# {UNDECIDED}: a guess from the name."));
            words.push("secret: true".to_owned());
        }
        words.extend(conversion(field).map(|convert| format!("convert: {convert}")));
        let mut lines =
            vec![format!("{indent}{}:", pulumiverse.map_or_else(|| camel_case(name), |(name, _)| name.to_owned()))];
        lines.extend(words.into_iter().map(|word| format!("{indent}  {word}")));
        lines.extend(self.inner(facts, depth));
        lines
    }

    /// The properties of an object, or of the elements of a list of objects.
    fn inner(&self, facts: &Facts<'_>, depth: usize) -> Vec<String> {
        let objects =
            Objects { create: object(facts.created), update: object(facts.updated), answer: object(facts.answered) };
        let names = objects.names();
        if names.is_empty() {
            return Vec::new();
        }
        let mut lines = vec![format!("{}  properties:", "  ".repeat(depth))];
        for name in names {
            lines.extend(self.property(name, &objects.field(name), depth + 2));
        }
        lines
    }

    fn input(&self, name: &str, depth: usize) -> String {
        let is_sent = depth == 1 && self.create.always_sent.iter().any(|field| field == name);
        let pulumiverse =
            self.pulumiverse.as_ref().filter(|_| depth == 1).and_then(|pulumiverse| pulumiverse.property(name));
        match (name, pulumiverse) {
            ("name", _) if depth == 1 => "input: auto".to_owned(),
            (_, Some((_, facts))) if is(facts, "required") => "input: required".to_owned(),
            (_, None) if is_sent => {
                format!("input: true # {UNDECIDED}: perhaps `required`, since the SDK always sends it.")
            }
            _ => "input: true".to_owned(),
        }
    }

    /// The inputs that a program must set, as far as known.
    pub(super) fn required_inputs(&self) -> Vec<String> {
        let pulumiverse = self.pulumiverse.iter().flat_map(Pulumiverse::properties);
        pulumiverse.filter(|(_, facts)| is(facts, "required")).map(|(name, _)| name.to_owned()).collect()
    }

    /// The request fields that a create must set, as far as known.
    pub(super) fn required_fields(&self) -> Vec<String> {
        let request = self.create.request.as_ref().map(|schema| Field::new(self.document, schema));
        let fields = request.and_then(|request| request.fields());
        let required =
            self.pulumiverse.iter().flat_map(Pulumiverse::properties).filter(|(_, facts)| is(facts, "required"));
        let fields_of = required.filter_map(|(_, facts)| facts["tf"].as_str());
        let known = fields_of.filter(|field| fields.is_some_and(|fields| fields.contains_key(*field)));
        known.map(str::to_owned).collect()
    }

    /// A property that is inherited from the provider.
    fn inherited(&self, name: &str) -> Vec<String> {
        let property = match self.create.from_config.get(name) {
            Some(FromConfig::Project) => "projectId",
            Some(FromConfig::Organization) => "organizationId",
            Some(FromConfig::Zone) => "zone",
            Some(FromConfig::Region) => "region",
            None => name,
        };
        let format = match property {
            "region" | "zone" => property,
            _ => "uuid",
        };
        [
            format!("  {property}:"),
            "    doc: \"\"".to_owned(),
            "    input: provider".to_owned(),
            "    replace: true".to_owned(),
            format!("    check: {{ format: {format} }}"),
        ]
        .into()
    }
}

impl<'a> Objects<'a> {
    fn names(&self) -> BTreeSet<&'a str> {
        let objects = [self.create, self.update, self.answer].into_iter().flatten();
        objects.filter_map(|object| object.fields()).flat_map(|fields| fields.keys().map(String::as_str)).collect()
    }

    fn field(&self, name: &str) -> Facts<'a> {
        let find = |object: Option<Field<'a>>| {
            let object = object?;
            Some(Field { schema: object.fields()?.get(name)?, ..object })
        };
        Facts { created: find(self.create), updated: find(self.update), answered: find(self.answer) }
    }
}

/// The object in a field, inside any number of lists.
fn object(field: Option<Field<'_>>) -> Option<Field<'_>> {
    field.map(Field::inner).filter(|field| field.fields().is_some())
}

/// The type of a field in a few words.
fn describe(field: Option<Field<'_>>) -> String {
    let Some(field) = field else {
        return "unknown".to_owned();
    };
    let text = match field.kind() {
        Kind::Enum { values, .. } => format!("one of {}", values.join(", ")),
        Kind::String { format: Some(format) } => format!("a string ({format:?})"),
        Kind::String { .. } => "a string".to_owned(),
        Kind::Integer { unit: Some(unit), .. } => format!("an integer ({unit:?})"),
        Kind::Integer { .. } => "an integer".to_owned(),
        Kind::Number => "a number".to_owned(),
        Kind::Boolean => "true or false".to_owned(),
        Kind::Array { items, .. } => format!("a list: {}", describe(Some(Field { schema: items, ..field }))),
        Kind::Map(values) => format!("a map: {}", describe(Some(Field { schema: values, ..field }))),
        Kind::Object { .. } => "an object".to_owned(),
        Kind::Free => "any JSON object".to_owned(),
        Kind::Reference(_) | Kind::OneOf(_) => "several types".to_owned(),
    };
    if field.schema.nullable { format!("{text}, or null") } else { text }
}

/// The conversion for a format.
fn conversion(field: Option<Field<'_>>) -> Option<&'static str> {
    match field?.kind() {
        Kind::String { format: Some(StringFormat::DateTime) } => Some("timestamp"),
        Kind::String { format: Some(StringFormat::Duration) } => Some("duration"),
        Kind::String { format: Some(StringFormat::Byte) } => Some("base64"),
        Kind::Object { properties, .. } if properties.is_empty() => Some("presence"),
        _ => None,
    }
}
