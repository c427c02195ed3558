//! Validation of inputs, from the descriptor and from the API document.

use catalog::{Checks, Convert, Format, Kind, Known, KnownGroup};
use scaleway_api::{IntegerFormat, Kind as WireKind, StringFormat};
use serde_json::Value as Json;

use super::kind::name;
use crate::descriptor::{self, InputWord, KnownWord};
use crate::findings::{Findings, Place, did_you_mean};
use crate::shape::Field;

/// The checks of a property. `sent` is its field in requests.
pub(crate) fn checks(
    word: &descriptor::Property,
    sent: Option<Field<'_>>,
    place: &Place,
    findings: &mut Findings,
) -> Checks {
    let check = &word.check;
    let wire = if word.input == InputWord::No { None } else { sent.map(|field| field.inner().kind()) };
    let bounds = match sent.map(|field| field.kind()) {
        Some(WireKind::Array { bounds, .. }) => bounds.and_then(|(_, most)| u32::try_from(most).ok()),
        _ => None,
    };
    Checks {
        allowed: allowed(word, wire, place, findings),
        not_in: check.not_in.clone(),
        unsupported: check.unsupported.clone(),
        min: check.min.or_else(|| smallest(word, wire)),
        max: check.max,
        usual_min: check.usual_min,
        usual_max: check.usual_max,
        also: check.also.clone(),
        divisible_by: check.divisible_by,
        min_length: check.min_length,
        max_length: check.max_length,
        characters: check.characters.clone(),
        format: check.format.or_else(|| format(word, wire)),
        max_items: check.max_items.or(bounds),
        max_key_length: check.max_key_length,
        key_characters: check.key_characters.clone(),
        exactly_one: group(&check.exactly_one, "exactlyOne", word, place, findings),
        at_least_one: group(&check.at_least_one, "atLeastOne", word, place, findings),
        known: known(check.known.as_ref()),
    }
}

/// Groups of properties of an object. An unknown property is an error.
fn group(
    groups: &[Vec<String>],
    key: &str,
    word: &descriptor::Property,
    place: &Place,
    findings: &mut Findings,
) -> Vec<Vec<String>> {
    for name in groups.iter().flatten().filter(|name| !word.properties.contains_key(*name)) {
        let hint = did_you_mean(name, word.properties.keys().map(String::as_str));
        findings.mistake(&place.at("check").at(key), format!("there is no property \"{name}\"{hint}"));
    }
    groups.to_vec()
}

/// Known values, after their file was read.
fn known(word: Option<&KnownWord>) -> Option<Known> {
    let Some(KnownWord::List(list)) = word else { return None };
    let groups = list.groups.iter().map(|group| KnownGroup {
        values: group.values.clone(),
        unless: group.unless.clone(),
        because: group.because.clone(),
    });
    Some(Known { called: list.called.clone(), as_of: list.as_of.clone(), groups: groups.collect() })
}

/// Rejects a default that the property itself would reject.
pub(crate) fn check_default(default: &Json, kind: &Kind, checks: &Checks, place: &Place, findings: &mut Findings) {
    let fits = match kind {
        Kind::String => default.is_string(),
        Kind::Integer => default.is_i64() || default.is_u64(),
        Kind::Number => default.is_number(),
        Kind::Boolean => default.is_boolean(),
        Kind::List(_) => default.is_array(),
        Kind::Map(_) | Kind::Object(_) => default.is_object(),
        Kind::Any => true,
        Kind::Asset | Kind::Archive | Kind::File => false,
    };
    if !fits {
        findings.mistake(&place.at("default"), format!("{default} is not {}", name(kind)));
    }
    if let Some(text) = default.as_str()
        && !checks.allowed.is_empty()
        && !checks.allowed.iter().any(|allowed| allowed == text)
    {
        findings.mistake(&place.at("default"), format!("\"{text}\" is not one of {}", checks.allowed.join(", ")));
    }
}

/// The allowed values: those of the descriptor, otherwise the enum of the API document without its "not set" value. If the
/// descriptor lists known values, other values are not rejected.
fn allowed(
    word: &descriptor::Property,
    wire: Option<&WireKind>,
    place: &Place,
    findings: &mut Findings,
) -> Vec<String> {
    let known = match wire {
        Some(WireKind::Enum { values, default }) => {
            let stands_for_nothing = default.starts_with("unknown") || default.ends_with("_unknown");
            values.iter().filter(|value| !stands_for_nothing || *value != default).cloned().collect()
        }
        _ => Vec::new(),
    };
    let reject = |values: Vec<&str>, place: &Place, findings: &mut Findings| {
        for value in values.into_iter().filter(|value| !known.is_empty() && !known.iter().any(|known| known == value)) {
            findings
                .mistake(place, format!("the API document does not contain \"{value}\", only {}", known.join(", ")));
        }
    };
    if !word.values.is_empty() {
        let values =
            word.values.values().flat_map(|json| json.as_array().map_or(std::slice::from_ref(json), Vec::as_slice));
        reject(
            values.filter_map(Json::as_str).filter(|value| !value.is_empty()).collect(),
            &place.at("values"),
            findings,
        );
        return if word.kind.as_deref() == Some("boolean") {
            Vec::new()
        } else if word.check.allowed.is_empty() {
            word.values.keys().cloned().collect()
        } else {
            word.check.allowed.clone()
        };
    }
    if word.check.known.is_some() {
        return Vec::new();
    }
    if !word.check.allowed.is_empty() {
        reject(word.check.allowed.iter().map(String::as_str).collect(), &place.at("check").at("enum"), findings);
        return word.check.allowed.clone();
    }
    known
}

fn smallest(word: &descriptor::Property, wire: Option<&WireKind>) -> Option<f64> {
    let unsigned =
        matches!(wire, Some(WireKind::Integer { format: IntegerFormat::Uint32 | IntegerFormat::Uint64, .. }));
    (unsigned && word.convert != Some(Convert::Text)).then_some(0.0)
}

fn format(word: &descriptor::Property, wire: Option<&WireKind>) -> Option<Format> {
    let Some(WireKind::String { format: Some(format) }) = wire else {
        return None;
    };
    match (format, word.convert) {
        (StringFormat::DateTime, None | Some(Convert::Timestamp)) => Some(Format::Timestamp),
        (StringFormat::Duration, Some(Convert::Duration)) => Some(Format::Duration),
        (StringFormat::Ip | StringFormat::Cidr, None | Some(Convert::Cidr)) => Some(Format::Cidr),
        _ => None,
    }
}
