//! The type of a property for the user: the type of the API document, changed by the keys that convert it.

use std::collections::BTreeMap;

use catalog::{Convert, Kind, Property};
use scaleway_api::Kind as WireKind;

use crate::descriptor;
use crate::findings::{Findings, Place};
use crate::shape::Field;

/// The kind of a property. `wire` is its field in responses or requests, if a document has one; `inner` are the
/// properties of its object, if any; `open` is set if a handler can change its structure.
pub(crate) fn kind(
    word: &descriptor::Property,
    wire: Option<Field<'_>>,
    inner: BTreeMap<String, Property>,
    open: bool,
    place: &Place,
    findings: &mut Findings,
) -> Kind {
    let lacks_inner = inner.is_empty();
    let stated = word.kind.as_deref().map(|text| stated(text, &inner, place, findings));
    // Such an object has no fields: only whether it is set matters.
    let is_empty_object = wire.and_then(|field| field.fields()).is_some_and(BTreeMap::is_empty);
    let wire = wire.filter(|_| stated.is_none() || !open);
    let found = wire.map(|field| converted(word, field, inner, place, findings));
    let kind = match (stated, found) {
        (Some(stated), Some(found)) => {
            // A list of one element is read from a single value, and a map from an object.
            let is_same = stated == found
                || matches!(&stated, Kind::List(items) if **items == found)
                || matches!((&stated, &found), (Kind::Map(_), Kind::Object(_)));
            if !is_same && !is_converted(word) {
                let message = format!("is {}, but the API document has {}", name(&stated), name(&found));
                findings.mistake(&place.at("type"), message);
            }
            stated
        }
        (Some(kind), None) | (None, Some(kind)) => kind,
        (None, None) if word.drift_of.is_some() || word.template.is_some() => Kind::String,
        (None, None) => {
            findings.mistake(place, "no API document contains its type: set `type`");
            Kind::String
        }
    };
    match (holds_object(&kind), lacks_inner) {
        (true, true) if !is_empty_object => {
            findings.mistake(place, "is an object: list its properties in `properties`");
        }
        (false, false) => findings.mistake(&place.at("properties"), format!("the type is {}, not object", name(&kind))),
        _ => {}
    }
    kind
}

/// The kind in words.
pub(crate) fn name(kind: &Kind) -> String {
    match kind {
        Kind::String => "string".to_owned(),
        Kind::Integer => "integer".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::List(items) => format!("list<{}>", name(items)),
        Kind::Map(values) => format!("map<{}>", name(values)),
        Kind::Object(_) => "object".to_owned(),
        Kind::Asset => "asset".to_owned(),
        Kind::Archive => "archive".to_owned(),
        Kind::File => "file".to_owned(),
        Kind::Any => "any".to_owned(),
    }
}

/// The properties of the object in a kind, inside any number of lists and maps.
pub(crate) fn object_of(kind: &Kind) -> Option<&BTreeMap<String, Property>> {
    match kind {
        Kind::Object(properties) => Some(properties),
        Kind::List(inner) | Kind::Map(inner) => object_of(inner),
        _ => None,
    }
}

fn holds_object(kind: &Kind) -> bool {
    object_of(kind).is_some()
}

fn is_converted(word: &descriptor::Property) -> bool {
    word.convert.is_some() || !word.values.is_empty() || word.element_as.is_some()
}

/// Parses `string`, `list<string>`, `map<string>`, `object`, `list<object>` and so on.
fn stated(text: &str, inner: &BTreeMap<String, Property>, place: &Place, findings: &mut Findings) -> Kind {
    let within = |prefix: &str| text.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('>'));
    if let Some(items) = within("list<") {
        return Kind::List(Box::new(stated(items, inner, place, findings)));
    }
    if let Some(values) = within("map<") {
        return Kind::Map(Box::new(stated(values, inner, place, findings)));
    }
    match text {
        "string" => Kind::String,
        "integer" => Kind::Integer,
        "number" => Kind::Number,
        "boolean" => Kind::Boolean,
        "object" => Kind::Object(inner.clone()),
        "asset" => Kind::Asset,
        "archive" => Kind::Archive,
        "file" => Kind::File,
        "any" => Kind::Any,
        _ => {
            let known = "string, integer, number, boolean, object, asset, archive, file, any, list<…>, map<…>";
            findings.mistake(&place.at("type"), format!("\"{text}\" is not one of {known}"));
            Kind::String
        }
    }
}

/// The kind of a field for the user.
fn converted(
    word: &descriptor::Property,
    field: Field<'_>,
    inner: BTreeMap<String, Property>,
    place: &Place,
    findings: &mut Findings,
) -> Kind {
    let natural = natural(field, inner);
    if word.single {
        if !matches!(natural, Kind::Object(_)) {
            findings.mistake(&place.at("single"), format!("the field is {}, not object", name(&natural)));
        }
        return Kind::List(Box::new(natural));
    }
    if !word.values.is_empty() {
        return Kind::String;
    }
    match word.convert {
        Some(convert) => convert_kind(convert, natural, place, findings),
        None => natural,
    }
}

/// The kind of a field in requests and responses.
fn natural(field: Field<'_>, inner: BTreeMap<String, Property>) -> Kind {
    if field.listed {
        return Kind::List(Box::new(natural(Field { listed: false, ..field }, inner)));
    }
    match field.kind() {
        WireKind::String { .. } | WireKind::Enum { .. } => Kind::String,
        WireKind::Integer { .. } => Kind::Integer,
        WireKind::Number => Kind::Number,
        WireKind::Boolean => Kind::Boolean,
        WireKind::Array { items, .. } => Kind::List(Box::new(natural(Field { schema: items, ..field }, inner))),
        WireKind::Map(values) => Kind::Map(Box::new(natural(Field { schema: values, ..field }, inner))),
        WireKind::Object { .. } => Kind::Object(inner),
        WireKind::Free => Kind::Map(Box::new(Kind::Any)),
        // `resolve` has followed references; a union of several schemas has no type of its own.
        WireKind::Reference(_) | WireKind::OneOf(_) => Kind::Any,
    }
}

/// The kind after a conversion, for each element. A conversion for another kind is an error.
fn convert_kind(convert: Convert, wire: Kind, place: &Place, findings: &mut Findings) -> Kind {
    if matches!(convert, Convert::JsonText | Convert::PushUrl | Convert::Money) {
        return Kind::String;
    }
    if matches!(convert, Convert::NameValueList | Convert::KeyValueList) {
        expect(
            matches!(&wire, Kind::List(items) if matches!(**items, Kind::Object(_))),
            "list<object>",
            &wire,
            place,
            findings,
        );
        return Kind::Map(Box::new(Kind::String));
    }
    match wire {
        Kind::List(items) => return Kind::List(Box::new(convert_kind(convert, *items, place, findings))),
        Kind::Map(values) => return Kind::Map(Box::new(convert_kind(convert, *values, place, findings))),
        _ => {}
    }
    match convert {
        Convert::Gigabytes | Convert::Megabytes => {
            expect(wire == Kind::Integer, "integer", &wire, place, findings);
            Kind::Integer
        }
        Convert::Text => {
            expect(matches!(wire, Kind::Integer | Kind::Number), "number", &wire, place, findings);
            Kind::String
        }
        Convert::Presence => {
            expect(matches!(wire, Kind::Object(_)), "object", &wire, place, findings);
            Kind::Boolean
        }
        Convert::OnlyTrue => {
            expect(wire == Kind::Boolean, "boolean", &wire, place, findings);
            Kind::Boolean
        }
        Convert::Milliseconds => {
            expect(wire == Kind::Integer, "integer", &wire, place, findings);
            Kind::String
        }
        Convert::Seconds => {
            expect(wire == Kind::String, "string", &wire, place, findings);
            Kind::Integer
        }
        _ => {
            expect(wire == Kind::String, "string", &wire, place, findings);
            Kind::String
        }
    }
}

fn expect(fits: bool, requested: &str, wire: &Kind, place: &Place, findings: &mut Findings) {
    if !fits {
        findings.mistake(
            &place.at("convert"),
            format!("converts {requested} in requests, but the field is {}", name(wire)),
        );
    }
}
