//! The cases of a drafted resource: one create, with a response according to the schema of the API document.

use scaleway_api::{Kind, StringFormat};
use serde_json::{Map, Value as Json, json};

use super::{Plan, UNDECIDED};
use crate::shape::Field;

impl Plan<'_> {
    /// One case to start with. Its response is invented; replace it with a recorded one.
    pub(super) fn cases(&self) -> String {
        let answer = self.create.answer.as_ref().map(|schema| example(Field::new(self.document, schema), 0));
        let path = self.create.path.to_string().replace("{region}", "fr-par").replace("{zone}", "fr-par-1");
        format!(
            "# {UNDECIDED}: made up from the API document. Take the fields of a recorded response, and add cases for each update, each\n\
             # replacement, refresh, import and delete.\n\
             - case: the smallest program\n  \
               when: {{}}\n  \
               calls:\n    \
                 - send: \"{} {path}\"\n      \
                   status: {}\n      \
                   response: {}\n  \
               then: {{}}\n",
            self.create.method,
            self.create.status,
            answer.unwrap_or(Json::Null),
        )
    }
}

/// A valid value of a field. Recursive objects end after a few levels.
fn example(field: Field<'_>, depth: usize) -> Json {
    match field.kind() {
        _ if field.schema.nullable || depth > 4 => Json::Null,
        Kind::String { format: Some(StringFormat::DateTime) } => json!("2026-01-01T00:00:00Z"),
        Kind::String { format: Some(StringFormat::Duration) } => json!("60s"),
        Kind::String { .. } => json!(""),
        Kind::Enum { values, default } => json!(values.iter().find(|value| *value != default).unwrap_or(default)),
        Kind::Integer { .. } | Kind::Number => json!(0),
        Kind::Boolean => json!(false),
        Kind::Array { .. } => json!([]),
        Kind::Map(_) | Kind::Free => json!({}),
        Kind::Object { properties, .. } => {
            let fields = properties.iter();
            let one = |(name, schema)| (String::clone(name), example(Field { schema, ..field }, depth + 1));
            Json::Object(fields.map(one).collect::<Map<_, _>>())
        }
        Kind::Reference(_) | Kind::OneOf(_) => Json::Null,
    }
}
