//! Values that were known on some day: another one is worth a warning, since Scaleway adds some. Pure.

use catalog::{Known, KnownGroup};
use value::{Data, Object, Path, Value};

use super::{rules, says_something};
use crate::operation::Warning;

/// What is doubtful about a value, or the elements of a list, that stands beside these inputs. Nothing about secrets.
pub(super) fn doubts(known: &Known, path: &Path, value: &Value, beside: &Object, secret: bool) -> Vec<Warning> {
    if secret || value.contains_secret() {
        return Vec::new();
    }
    let doubt = |path: Path, value: &Value| {
        let text = value.as_str().filter(|text| !text.is_empty())?;
        Some(Warning { path, text: doubt(known, text, beside)? })
    };
    match value.data() {
        Data::Array(items) => {
            items.iter().enumerate().filter_map(|(index, item)| doubt(path.index(index), item)).collect()
        }
        _ => doubt(path.clone(), value).into_iter().collect(),
    }
}

fn doubt(known: &Known, text: &str, beside: &Object) -> Option<String> {
    let Some(group) = known.groups.iter().find(|group| group.values.iter().any(|value| value == text)) else {
        return Some(stranger(known, text));
    };
    let KnownGroup { unless: Some(unless), because, .. } = group else { return None };
    says_something(beside.given(unless)).then(|| format!("the {} \"{text}\" {because}", known.called))
}

fn stranger(known: &Known, text: &str) -> String {
    let Known { called, as_of, .. } = known;
    let values = known.groups.iter().flat_map(|group| &group.values).map(String::as_str);
    match rules::nearest(text, values) {
        Some(near) => format!("\"{text}\" was no {called} on {as_of}; did you mean \"{near}\"?"),
        None => format!("\"{text}\" was no {called} on {as_of}: check its spelling, unless it is newer than that"),
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
            because: if unless.is_some() {
                "holds in all shelves: take `shelf` away".to_owned()
            } else {
                String::new()
            },
        };
        Known {
            called: "right".to_owned(),
            as_of: "2026-03-20".to_owned(),
            groups: vec![group(&["ReadBooks", "WriteBooks"], None), group(&["ManageShelves"], Some("shelf"))],
        }
    }

    fn told(value: serde_json::Value, beside: serde_json::Value, secret: bool) -> Vec<String> {
        let beside = Value::from(beside).as_object().cloned().unwrap_or_default();
        let doubts = doubts(&known(), &Path::root("rights"), &Value::from(value), &beside, secret);
        doubts.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_known_value_is_taken_in_silence_and_another_gets_the_nearest_proposed() {
        assert!(told(json!(["ReadBooks", "ManageShelves"]), json!({}), false).is_empty());
        let strangers = told(json!(["ReadBook", "Fly"]), json!({}), false);
        assert_eq!(
            strangers,
            [
                "`rights[0]`: \"ReadBook\" was no right on 2026-03-20; did you mean \"ReadBooks\"?",
                "`rights[1]`: \"Fly\" was no right on 2026-03-20: check its spelling, unless it is newer than that",
            ]
        );
    }

    #[test]
    fn a_value_beside_what_it_does_not_go_with_is_doubted() {
        let doubts = told(json!("ManageShelves"), json!({ "shelf": "a" }), false);
        assert_eq!(doubts, ["`rights`: the right \"ManageShelves\" holds in all shelves: take `shelf` away"]);
        assert!(told(json!("ReadBooks"), json!({ "shelf": "a" }), false).is_empty());
    }

    #[test]
    fn a_secret_is_never_repeated_and_the_unknown_is_never_doubted() {
        assert!(told(json!(["Fly"]), json!({}), true).is_empty());
        assert!(doubts(&known(), &Path::root("rights"), &Value::UNKNOWN, &Object::new(), false).is_empty());
    }
}
