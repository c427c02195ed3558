//! Answers gone wrong: each field dropped, nulled, or holding something else than it should. Knows no resource.

use serde_json::{Map, Value as Json, json};

/// One answer that differs from the recorded one in one place.
pub(crate) struct Mutant {
    /// What was done: `endpoints[0].port becomes "text"`.
    pub(crate) name: String,
    pub(crate) answer: Json,
}

/// A place in an answer.
pub(crate) struct Place(Vec<Part>);

impl Place {
    /// As people write it: `endpoints[0].port`.
    pub(crate) fn written(&self) -> String {
        written(&self.0)
    }

    /// The answer with this place dropped, nulled, of another type, and, if it is a text, of a value from the future.
    pub(crate) fn mutants(&self, answer: &Json) -> Vec<Mutant> {
        let is = find(answer, &self.0);
        let future = matches!(is, Json::String(_)).then(|| Some(json!("a value from the future")));
        let retyped = match is {
            Json::String(_) | Json::Bool(_) | Json::Array(_) => json!({ "id": 1, "name": ["x"], "0": { "1": null } }),
            Json::Number(_) | Json::Null | Json::Object(_) => json!("text"),
        };
        [None, Some(Json::Null), Some(retyped)].into_iter().chain(future).map(|it| self.put(answer, it)).collect()
    }

    /// The answer with stranger things in this place: what a parser, a number or a path may stumble over.
    pub(crate) fn oddities(&self, answer: &Json) -> Vec<Mutant> {
        let odd = [
            json!("$argon2id$v=19$m=4294967295,t=4294967295,p=1$AAAA$AAAA"),
            json!("fr-par/é/\u{0}"),
            json!(""),
            json!(-1),
            json!(1.5e300),
            json!(true),
            json!(["text", 1, null, { "a": 1 }, [[]]]),
            json!({}),
        ];
        odd.into_iter().map(|it| self.put(answer, Some(it))).collect()
    }

    fn put(&self, answer: &Json, replacement: Option<Json>) -> Mutant {
        let mut mutated = answer.clone();
        let what = replacement.as_ref().map_or("is dropped".to_owned(), |json| format!("becomes {json}"));
        put(&mut mutated, &self.0, replacement);
        Mutant { name: format!("{} {what}", self.written()), answer: mutated }
    }
}

/// Every place in an answer; of lists the first element.
pub(crate) fn places(answer: &Json) -> Vec<Place> {
    let mut paths = Vec::new();
    collect(answer, &mut Vec::new(), &mut paths);
    paths.into_iter().map(Place).collect()
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

fn find<'j>(json: &'j Json, path: &[Part]) -> &'j Json {
    path.iter().fold(json, |json, part| match part {
        Part::Field(name) => &json[name],
        Part::First => &json[0],
    })
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
