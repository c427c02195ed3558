//! Sources of request values: the `$` names of descriptors, and path parameters.

use std::collections::BTreeMap;

use catalog::{IdPart, Locality, Source};
use serde_json::Value as Json;

use super::{Call, Scope, check_answer_field};
use crate::descriptor::Property;
use crate::findings::{Findings, Place, did_you_mean};
use crate::names::snake_case;
use crate::shape::Shape;

impl<'a> Scope<'a> {
    /// Parses one source.
    pub(crate) fn source(&self, word: &Json, answers: &Shape<'_>, place: &Place, findings: &mut Findings) -> Source {
        if let Some((first, others)) = word.as_str().and_then(|text| text.split_once(" | ")) {
            let words = std::iter::once(first).chain(others.split(" | "));
            let words = words.map(|word| self.source(&Json::from(word), answers, place, findings));
            return Source::First(words.collect());
        }
        if has_sources(word) {
            return self.composed(word, answers, place, findings);
        }
        if let Some(template) = word.as_str().filter(|text| text.contains('{')) {
            return self.joined(template, place, findings);
        }
        let Some(word) = word.as_str().and_then(|text| text.strip_prefix('$')) else {
            return Source::Literal(word.clone());
        };
        match word {
            "id" => Source::Id,
            "locality" => Source::Locality,
            "project" => Source::Project,
            "organization" => Source::Organization,
            "element" => Source::Element(String::new()),
            _ => {
                if let Some(path) = word.strip_prefix("wire.") {
                    check_answer_field(answers, path, place, findings);
                    return Source::Wire(path.to_owned());
                }
                if let Some(field) = word.strip_prefix("element.") {
                    return Source::Element(field.to_owned());
                }
                if let Some(path) = word.strip_prefix("before.") {
                    let field = path.split('.').next().unwrap_or(path);
                    if self.property_of_field(field).is_none() {
                        findings.mistake(place, format!("no property is sent as \"{field}\""));
                    }
                    return Source::Before(path.to_owned());
                }
                if let Some((outer, inner)) = word.split_once('.') {
                    return self.inner_source(outer, inner, place, findings);
                }
                self.check_property(word, place, findings);
                Source::Property(word.to_owned())
            }
        }
    }

    /// A string with names of properties in braces, such as an ARN. `{region}`, `{zone}` and `{id}` are parts of the ID.
    fn joined(&self, template: &str, place: &Place, findings: &mut Findings) -> Source {
        let mut parts = Vec::new();
        for piece in template.split('{') {
            let (name, rest) = piece.split_once('}').map_or((None, piece), |(name, rest)| (Some(name), rest));
            match name {
                Some("region" | "zone") => parts.push(Source::Locality),
                Some("id") => parts.push(Source::Id),
                Some(name) => {
                    self.check_property(name, place, findings);
                    parts.push(Source::Property(name.to_owned()));
                }
                None => {}
            }
            if !rest.is_empty() {
                parts.push(Source::Literal(Json::from(rest)));
            }
        }
        Source::Joined(parts)
    }

    /// A list or an object with sources inside.
    fn composed(&self, word: &Json, answers: &Shape<'_>, place: &Place, findings: &mut Findings) -> Source {
        match word {
            Json::Array(items) => {
                Source::List(items.iter().map(|item| self.source(item, answers, place, findings)).collect())
            }
            Json::Object(fields) => {
                let one = |(name, word): (&String, &Json)| {
                    (name.clone(), self.source(word, answers, &place.at(name), findings))
                };
                Source::Fields(fields.iter().map(one).collect())
            }
            other => Source::Literal(other.clone()),
        }
    }

    /// A part of an input: its field inside the field of the input.
    fn inner_source(&self, outer: &str, inner: &str, place: &Place, findings: &mut Findings) -> Source {
        let field = |name: &str, word: &Property| word.sent_field().map_or_else(|| snake_case(name), str::to_owned);
        if !self.check_property(outer, place, findings) {
            return Source::Literal(Json::Null);
        }
        let word = &self.resource.properties[outer];
        let Some(inside) = word.properties.get(inner) else {
            let hint = did_you_mean(inner, word.properties.keys().map(String::as_str));
            findings.mistake(place, format!("{outer} has no property \"{inner}\"{hint}"));
            return Source::Literal(Json::Null);
        };
        Source::Wire(format!("{}.{}", field(outer, word), field(inner, inside)))
    }

    /// Parses several sources by name.
    pub(crate) fn sources(
        &self,
        words: &BTreeMap<String, Json>,
        answers: &Shape<'_>,
        place: &Place,
        findings: &mut Findings,
    ) -> BTreeMap<String, Source> {
        let one = |(name, word): (&String, &Json), findings: &mut Findings| {
            (name.clone(), self.source(word, answers, &place.at(name), findings))
        };
        words.iter().map(|entry| one(entry, findings)).collect()
    }

    /// The source of each path parameter. A parameter without a source is an error.
    pub(crate) fn parameters(&self, call: &Call<'a>, findings: &mut Findings) -> BTreeMap<String, Source> {
        let (mut found, mut left) = self.known_parameters(call);
        let place = call.place.at("path");
        for (name, word) in &call.step.path {
            if !call.operation.path.parameters().any(|parameter| parameter == name) {
                findings.mistake(&place, format!("the path of {} has no \"{name}\"", call.operation.id));
            }
            // Paths are resolved before responses.
            let source = self.source(word, &Shape::new(true), &place.at(name), findings);
            found.insert(name.clone(), source);
        }
        left.retain(|name| !found.contains_key(*name));
        match left.as_slice() {
            [] => {}
            [name] => match self.last_source(&found) {
                Some(source) => {
                    found.insert((*name).to_owned(), source);
                }
                None => findings.mistake(&call.place, format!("the path parameter \"{name}\" has no source")),
            },
            several => {
                let names = several.join("\" and \"");
                findings.mistake(
                    &call.place,
                    format!("cannot determine which of \"{names}\" is the ID of the resource: set `path`"),
                );
            }
        }
        found
    }

    /// The parameters with a source of their name, and the names of the others.
    pub(crate) fn known_parameters<'c>(&self, call: &'c Call<'a>) -> (BTreeMap<String, Source>, Vec<&'c str>) {
        let mut found = BTreeMap::new();
        let mut left = Vec::new();
        for name in call.operation.path.parameters() {
            let source = match (name, self.locality) {
                ("region", Locality::Region) | ("zone", Locality::Zone) => Some(Source::Locality),
                // Networks and their IP addresses are regional; a zonal resource reads them in its region.
                ("region", Locality::Zone) => Some(Source::Region),
                // For a global resource without a region property, a regional operation uses the provider's region.
                ("region", Locality::Global) if self.property_of_field("region").is_none() => Some(Source::Region),
                _ => self.property_of_field(name).map(|property| Source::Property(property.to_owned())),
            };
            match source {
                Some(source) => {
                    found.insert(name.to_owned(), source);
                }
                None => left.push(name),
            }
        }
        (found, left)
    }

    /// The one remaining parameter is the UUID, or, in an ID without `{id}`, the part that no other parameter used.
    pub(crate) fn last_source(&self, found: &BTreeMap<String, Source>) -> Option<Source> {
        if self.id.contains(&IdPart::Id) {
            return Some(Source::Id);
        }
        let properties = self.id.iter().filter_map(|part| match part {
            IdPart::Property(name) => Some(Source::Property(name.clone())),
            _ => None,
        });
        let mut free = properties.filter(|source| !found.values().any(|taken| taken == source));
        let source = free.next()?;
        free.next().is_none().then_some(source)
    }
}

/// Whether there are sources inside of a list or an object.
fn has_sources(word: &Json) -> bool {
    let is_source = |word: &Json| word.as_str().is_some_and(|text| text.starts_with('$')) || has_sources(word);
    match word {
        Json::Array(items) => items.iter().any(is_source),
        Json::Object(fields) => fields.values().any(is_source),
        _ => false,
    }
}
