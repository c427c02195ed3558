//! Values that were listed on a given date: another value is a warning, because Scaleway adds values. Pure.

use catalog::{Known, KnownGroup};
use value::{Data, Object, Path, Value};

use super::groups::is_set;
use super::rules;
use crate::operation::Warning;

/// Warnings for a value or the elements of a list. `beside` are the other inputs of the object. Never for secrets.
pub(super) fn warnings(known: &Known, path: &Path, value: &Value, beside: &Object, secret: bool) -> Vec<Warning> {
    if secret || value.contains_secret() {
        return Vec::new();
    }
    let warn = |path: Path, value: &Value| {
        let text = value.as_str().filter(|text| !text.is_empty())?;
        Some(Warning { path, text: warning(known, text, beside)? })
    };
    match value.data() {
        Data::Array(items) => {
            items.iter().enumerate().filter_map(|(index, item)| warn(path.index(index), item)).collect()
        }
        _ => warn(path.clone(), value).into_iter().collect(),
    }
}

fn warning(known: &Known, text: &str, beside: &Object) -> Option<String> {
    let Some(group) = known.groups.iter().find(|group| group.values.iter().any(|value| value == text)) else {
        return Some(unlisted(known, text));
    };
    let KnownGroup { unless: Some(unless), because, .. } = group else { return None };
    is_set(beside.given(unless)).then(|| format!("the {} \"{text}\" {because}", known.called))
}

fn unlisted(known: &Known, text: &str) -> String {
    let Known { called, as_of, .. } = known;
    let values = known.groups.iter().flat_map(|group| &group.values).map(String::as_str);
    match rules::nearest(text, values) {
        Some(near) => format!("\"{text}\" is not a known {called} (as of {as_of}); did you mean \"{near}\"?"),
        None => format!("\"{text}\" is not a known {called} (as of {as_of}): it is sent, and the API may reject it"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn known() -> Known {
        let group = |values: &[&str], unless: Option<&str>| KnownGroup {
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            unless: unless.map(str::to_owned),
            because: if unless.is_some() { "applies to all shelves: remove `shelf`".to_owned() } else { String::new() },
        };
        Known {
            called: "right".to_owned(),
            as_of: "2026-03-20".to_owned(),
            groups: vec![group(&["ReadBooks", "WriteBooks"], None), group(&["ManageShelves"], Some("shelf"))],
        }
    }

    fn warned(value: serde_json::Value, beside: serde_json::Value, secret: bool) -> Vec<String> {
        let beside = Value::from(beside).as_object().cloned().unwrap_or_default();
        let found = warnings(&known(), &Path::root("rights"), &Value::from(value), &beside, secret);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_listed_value_has_no_warning_and_an_unlisted_one_has_the_nearest_as_suggestion() {
        assert!(warned(json!(["ReadBooks", "ManageShelves"]), json!({}), false).is_empty());
        let unlisted = warned(json!(["ReadBook", "Fly"]), json!({}), false);
        assert_eq!(
            unlisted,
            [
                "`rights[0]`: \"ReadBook\" is not a known right (as of 2026-03-20); did you mean \"ReadBooks\"?",
                "`rights[1]`: \"Fly\" is not a known right (as of 2026-03-20): it is sent, and the API may reject it",
            ]
        );
    }

    #[test]
    fn a_value_that_conflicts_with_another_input_is_a_warning() {
        let found = warned(json!("ManageShelves"), json!({ "shelf": "a" }), false);
        assert_eq!(found, ["`rights`: the right \"ManageShelves\" applies to all shelves: remove `shelf`"]);
        assert!(warned(json!("ReadBooks"), json!({ "shelf": "a" }), false).is_empty());
    }

    #[test]
    fn secret_and_unknown_values_have_no_warnings() {
        assert!(warned(json!(["Fly"]), json!({}), true).is_empty());
        assert!(warnings(&known(), &Path::root("rights"), &Value::UNKNOWN, &Object::new(), false).is_empty());
    }
}
