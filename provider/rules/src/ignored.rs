//! The resource option `ignoreChanges`: ignored paths keep the value of the old inputs. Pure.
//!
//! Pulumi's engine does this before it calls Diff on an update, but not everywhere (a refresh compares the live inputs with
//! those of the state), so Diff does it again, by the engine's own rules: an element of a list is reset only where both
//! lists have it.

use std::borrow::Cow;

use value::{Data, Object, Path, Segment, Value};

/// The new inputs with every ignored path reset to its old value.
pub fn reset<'a>(news: &'a Object, olds: &Object, ignored: &[Path]) -> Cow<'a, Object> {
    if ignored.is_empty() {
        return Cow::Borrowed(news);
    }
    let (mut reset, olds) = (Value::from(news.clone()), Value::from(olds.clone()));
    for path in ignored {
        reset_path(&mut reset, Some(&olds), path.segments());
    }
    match reset.data() {
        Data::Object(object) => Cow::Owned(object.clone()),
        _ => Cow::Borrowed(news),
    }
}

fn reset_path(new: &mut Value, old: Option<&Value>, path: &[Segment]) {
    let Some((first, rest)) = path.split_first() else { return };
    match (first, new.data_mut()) {
        (Segment::Name(name), Data::Object(new)) => {
            let old = old.and_then(Value::as_object).and_then(|old| old.get(name));
            match (rest.is_empty(), old) {
                (true, Some(old)) => {
                    new.insert(name.clone(), old.clone());
                }
                (true, None) => {
                    new.remove(name);
                }
                (false, old) => {
                    if let Some(new) = new.get_mut(name) {
                        reset_path(new, old, rest);
                    }
                }
            }
        }
        (Segment::Index(index), Data::Array(new)) => {
            let old = old.and_then(Value::as_array).and_then(|old| old.get(*index));
            if let (Some(new), Some(old)) = (new.get_mut(*index), old) {
                reset_element(new, old, rest);
            }
        }
        (Segment::Any, Data::Array(new)) => {
            let old = old.and_then(Value::as_array).unwrap_or_default();
            new.iter_mut().zip(old).for_each(|(new, old)| reset_element(new, old, rest));
        }
        (Segment::Any, Data::Object(new)) => {
            let Some(old) = old.and_then(Value::as_object) else { return };
            if rest.is_empty() {
                new.clone_from(old);
                return;
            }
            for (name, new) in new.iter_mut() {
                if let Some(old) = old.get(name) {
                    reset_path(new, Some(old), rest);
                }
            }
        }
        _ => {}
    }
}

fn reset_element(new: &mut Value, old: &Value, rest: &[Segment]) {
    if rest.is_empty() {
        *new = old.clone();
    } else {
        reset_path(new, Some(old), rest);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn object(json: &str) -> Object {
        let value = Value::from(serde_json::from_str::<serde_json::Value>(json).unwrap());
        value.as_object().unwrap().clone()
    }

    fn check(news: &str, olds: &str, path: &str, expected: &str) {
        let ignored = [path.parse().unwrap()];
        assert_eq!(*reset(&object(news), &object(olds), &ignored), object(expected), "{path}");
    }

    #[test]
    fn an_ignored_path_keeps_its_old_value_and_nothing_else_does() {
        check(r#"{"a": 2, "b": 2}"#, r#"{"a": 1, "b": 1}"#, "a", r#"{"a": 1, "b": 2}"#);
        check(r#"{"a": 2}"#, "{}", "a", "{}");
        check("{}", r#"{"a": 1}"#, "a", r#"{"a": 1}"#);
        check(r#"{"ids": ["x", "new"]}"#, r#"{"ids": ["y"]}"#, "ids[0]", r#"{"ids": ["y", "new"]}"#);
        check(r#"{"ids": ["x", "new"]}"#, r#"{"ids": ["y"]}"#, "ids[1]", r#"{"ids": ["x", "new"]}"#);
        check(
            r#"{"rules": [{"on": true, "d": 2}, {"on": true}]}"#,
            r#"{"rules": [{"on": false, "d": 1}]}"#,
            "rules[0].on",
            r#"{"rules": [{"on": false, "d": 2}, {"on": true}]}"#,
        );
        check(
            r#"{"rules": [{"on": true}, {"on": true}]}"#,
            r#"{"rules": [{"on": false}, {"on": false}]}"#,
            "rules[*].on",
            r#"{"rules": [{"on": false}, {"on": false}]}"#,
        );
    }
}
