//! Converts the strings of a query to the types that the operation declares.

use serde_json::{Map, Value};

use crate::document::Document;
use crate::operation::{Operation, Parameter};
use crate::schema::Kind;
use crate::validate::{Reason, Rules, Violation};

impl Document {
    /// The query parameters by name, as JSON of their declared types. A repeated name is a list,
    /// or a string with commas.
    /// `pairs` are decoded names and values. The error contains every violation.
    pub fn read_query(
        &self,
        operation: &Operation,
        pairs: &[(String, String)],
    ) -> Result<Map<String, Value>, Vec<Violation>> {
        let mut query = Map::new();
        let mut violations = Vec::new();
        for (name, text) in pairs {
            let Some(parameter) = operation.query_parameters.iter().find(|parameter| parameter.name == *name) else {
                let message = "unknown parameter".to_owned();
                violations.push(Violation { path: name.clone(), reason: Reason::Unknown, message });
                continue;
            };
            let value = self.typed(parameter, text, query.remove(name));
            query.insert(name.clone(), value);
        }
        for parameter in &operation.query_parameters {
            let Some(value) = query.get(&parameter.name) else {
                continue;
            };
            let found = self.validate(&parameter.schema, value, Rules::REQUEST);
            violations.extend(
                found
                    .into_iter()
                    .map(|violation| Violation { path: format!("{}{}", parameter.name, violation.path), ..violation }),
            );
        }
        if violations.is_empty() { Ok(query) } else { Err(violations) }
    }

    fn typed(&self, parameter: &Parameter, text: &str, before: Option<Value>) -> Value {
        let Kind::Array { items, .. } = &self.resolve(&parameter.schema).kind else {
            return scalar(&self.resolve(&parameter.schema).kind, text);
        };
        let mut elements = match before {
            Some(Value::Array(elements)) => elements,
            _ => Vec::new(),
        };
        let parts = if parameter.joined { text.split(',').collect() } else { vec![text] };
        elements.extend(parts.into_iter().map(|part| scalar(&self.resolve(items).kind, part)));
        Value::Array(elements)
    }
}

/// An invalid string is not converted, and the validation rejects it.
fn scalar(kind: &Kind, text: &str) -> Value {
    let parsed = match kind {
        Kind::Integer { .. } => text.parse::<i64>().ok().map(Value::from),
        Kind::Boolean => text.parse::<bool>().ok().map(Value::from),
        Kind::Number => text.parse::<f64>().ok().map(Value::from),
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::from(text))
}
