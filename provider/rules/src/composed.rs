//! Fields of responses that are composed of other fields, such as the project and the name in an ARN (`composed`). Pure.

use catalog::Resource;
use serde_json::Value as Json;

use crate::wire::{self, Wire};

/// Adds the parts of composed fields to a response. A value of another format has no parts.
pub fn add_parts(resource: &Resource, answer: &mut Wire) {
    for (field, format) in &resource.composed {
        let parts = wire::text(answer, field).and_then(|text| parts(format, text)).unwrap_or_default();
        answer.extend(parts.into_iter().map(|(name, part)| (name, Json::from(part))));
    }
}

/// The fields in the format and their values, if the end of the string has the format.
fn parts(format: &str, text: &str) -> Option<Vec<(String, String)>> {
    let mut segments = text.rsplit(SEPARATORS);
    let part = |desired: &str| {
        let (prefix, field) = desired.strip_suffix('}')?.split_once('{')?;
        let part = segments.next()?.strip_prefix(prefix).filter(|part| !part.is_empty())?;
        Some((field.to_owned(), part.to_owned()))
    };
    format.rsplit(SEPARATORS).map(part).collect()
}

const SEPARATORS: [char; 2] = [':', '/'];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn added(format: &str, value: &str) -> Wire {
        let composed = [("arn".to_owned(), format.to_owned())].into_iter().collect();
        let mut answer: Wire = [("arn".to_owned(), Json::from(value))].into_iter().collect();
        add_parts(&Resource { composed, ..Resource::default() }, &mut answer);
        answer.remove("arn");
        answer
    }

    #[test]
    fn parts_of_a_composed_field_become_fields() {
        let format = "project-{project_id}:{topic}:{id}";
        let expected = json!({ "project_id": "1", "topic": "main", "id": "2" });
        assert_eq!(Json::Object(added(format, "arn:scw:sns:fr-par:project-1:main:2")), expected);
        let expected = json!({ "project_id": "1", "name": "main" });
        assert_eq!(
            Json::Object(added("project-{project_id}/{name}", "https://sqs.example.com/project-1/main")),
            expected
        );
    }

    #[test]
    fn a_value_of_another_format_adds_no_field() {
        for value in ["", "PendingConfirmation", "arn:scw:sns:fr-par:project-1:main", "project-:main:2"] {
            assert_eq!(added("project-{project_id}:{topic}:{id}", value), Wire::new(), "{value}");
        }
    }
}
