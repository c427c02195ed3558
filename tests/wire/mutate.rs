//! Malformed responses: each field removed, null, or of another type. Does not depend on resources.

use serde_json::{Map, Value as Json, json};

/// A response that differs from the recorded one in one place.
pub(crate) struct Mutant {
    /// The difference: `endpoints[0].port becomes "text"`.
    pub(crate) name: String,
    pub(crate) response: Json,
}

/// A place in a response.
pub(crate) struct Place(Vec<Part>);

impl Place {
    /// Its path: `endpoints[0].port`.
    pub(crate) fn path(&self) -> String {
        path(&self.0)
    }

    /// The response with this place removed, null, of another type, and, for a string, with an unknown value.
    pub(crate) fn mutants(&self, response: &Json) -> Vec<Mutant> {
        let is = find(response, &self.0);
        let unknown = matches!(is, Json::String(_)).then(|| Some(json!("a value of a later API version")));
        let retyped = match is {
            Json::String(_) | Json::Bool(_) | Json::Array(_) => json!({ "id": 1, "name": ["x"], "0": { "1": null } }),
            Json::Number(_) | Json::Null | Json::Object(_) => json!("text"),
        };
        [None, Some(Json::Null), Some(retyped)].into_iter().chain(unknown).map(|it| self.put(response, it)).collect()
    }

    /// The response with unusual values in this place, which may be wrong for a parser, a number or a path.
    pub(crate) fn unusual_values(&self, response: &Json) -> Vec<Mutant> {
        let values = [
            json!("$argon2id$v=19$m=4294967295,t=4294967295,p=1$AAAA$AAAA"),
            json!("fr-par/é/\u{0}"),
            json!(""),
            json!(-1),
            json!(1.5e300),
            json!(true),
            json!(["text", 1, null, { "a": 1 }, [[]]]),
            json!({}),
        ];
        values.into_iter().map(|it| self.put(response, Some(it))).collect()
    }

    fn put(&self, response: &Json, replacement: Option<Json>) -> Mutant {
        let mut mutated = response.clone();
        let what = replacement.as_ref().map_or("is removed".to_owned(), |json| format!("becomes {json}"));
        put(&mut mutated, &self.0, replacement);
        Mutant { name: format!("{} {what}", self.path()), response: mutated }
    }
}

/// Every place in a response, in lists those of the first element.
pub(crate) fn places(response: &Json) -> Vec<Place> {
    let mut paths = Vec::new();
    collect(response, &mut Vec::new(), &mut paths);
    paths.into_iter().map(Place).collect()
}

/// The type of every field, to recognize responses of the same form.
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

fn path(path: &[Part]) -> String {
    path.iter().fold(String::new(), |text, part| match part {
        Part::First => format!("{text}[0]"),
        Part::Field(name) if text.is_empty() => name.clone(),
        Part::Field(name) => format!("{text}.{name}"),
    })
}
