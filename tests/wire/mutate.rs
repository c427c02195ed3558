//! Answers gone wrong: each field dropped, nulled, or holding something else than it should. Knows no resource.

use serde_json::{Map, Value as Json, json};

/// One answer that differs from the recorded one in one place.
pub(crate) struct Mutant {
    /// What was done: `endpoints[0].port becomes "text"`.
    pub(crate) name: String,
    pub(crate) answer: Json,
}

/// Every mutant of an answer.
pub(crate) fn mutants(answer: &Json) -> Vec<Mutant> {
    let mut paths = Vec::new();
    collect(answer, &mut Vec::new(), &mut paths);
    paths.iter().flat_map(|path| at(answer, path)).collect()
}

/// The type of every field, to tell answers of the same form.
pub(crate) fn shape(json: &Json) -> Json {
    match json {
        Json::Object(fields) => {
            Json::Object(fields.iter().map(|(name, json)| (name.clone(), shape(json))).collect::<Map<_, _>>())
        }
        Json::Array(items) => Json::Array(items.first().map(shape).into_iter().collect()),
        Json::String(text) if text.is_empty() => json!("empty"),
        Json::String(_) => json!("text"),
        Json::Number(_) => json!("number"),
        Json::Bool(_) => json!("boolean"),
        Json::Null => Json::Null,
    }
}

#[derive(Clone)]
enum Part {
    Field(String),
    First,
}

fn collect(json: &Json, here: &mut Vec<Part>, paths: &mut Vec<Vec<Part>>) {
    let mut step = |part: Part, inner: &Json| {
        here.push(part);
        paths.push(here.clone());
        collect(inner, here, paths);
        here.pop();
    };
    match json {
        Json::Object(fields) => fields.iter().for_each(|(name, inner)| step(Part::Field(name.clone()), inner)),
        Json::Array(items) => items.iter().take(1).for_each(|inner| step(Part::First, inner)),
        _ => {}
    }
}

fn at(answer: &Json, path: &[Part]) -> Vec<Mutant> {
    let replacements = [
        Some(Json::Null),
        Some(json!("a value from the future")),
        Some(json!("")),
        Some(json!("$argon2id$v=19$m=4294967295,t=4294967295,p=1$AAAA$AAAA")),
        Some(json!("fr-par/é/\u{0}")),
        Some(json!(-1)),
        Some(json!(1.5e300)),
        Some(json!(u64::MAX)),
        Some(json!(true)),
        Some(json!([])),
        Some(json!(["text", 1, null, {"a": 1}, [[]]])),
        Some(json!({})),
        Some(json!({"id": 1, "name": ["x"], "0": {"1": null}})),
        None,
    ];
    let make = |replacement: Option<Json>| {
        let mut mutated = answer.clone();
        let what = replacement.as_ref().map_or("is dropped".to_owned(), |json| format!("becomes {json}"));
        put(&mut mutated, path, replacement);
        Mutant { name: format!("{} {what}", written(path)), answer: mutated }
    };
    replacements.into_iter().map(make).collect()
}

fn put(json: &mut Json, path: &[Part], replacement: Option<Json>) {
    let Some((first, rest)) = path.split_first() else { return };
    match (first, json) {
        (Part::Field(name), Json::Object(fields)) if rest.is_empty() => {
            match replacement {
                Some(replacement) => fields.insert(name.clone(), replacement),
                None => fields.remove(name),
            };
        }
        (Part::First, Json::Array(items)) if rest.is_empty() => match replacement {
            Some(replacement) => items[0] = replacement,
            None => {
                items.remove(0);
            }
        },
        (Part::Field(name), Json::Object(fields)) => {
            if let Some(inner) = fields.get_mut(name) {
                put(inner, rest, replacement);
            }
        }
        (Part::First, Json::Array(items)) => {
            if let Some(inner) = items.first_mut() {
                put(inner, rest, replacement);
            }
        }
        _ => {}
    }
}

fn written(path: &[Part]) -> String {
    path.iter().fold(String::new(), |text, part| match part {
        Part::First => format!("{text}[0]"),
        Part::Field(name) if text.is_empty() => name.clone(),
        Part::Field(name) => format!("{text}.{name}"),
    })
}
