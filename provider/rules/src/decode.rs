//! Converts API responses to the outputs of a resource. Pure.

use std::collections::BTreeMap;

use catalog::{Convert, Equal, IdPart, Input, Kind, Property, Resource};
use serde_json::Value as Json;
use value::{Data, Object, Value};

use crate::equal;
use crate::inputs::{hidden, secret_like};
use crate::presence::{is_left_after_creation, is_left_to_others};
use crate::scope::Scope;
use crate::wire::{self, Wire};
use crate::{aliases, convert, encode, known_hashes, special};

/// The known data of a resource before the read.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The inputs that are in effect.
    pub inputs: &'a Object,
    /// The outputs so far.
    pub state: &'a Object,
    /// The inputs were just sent, so a returned hash is a hash of them and is not verified.
    pub just_sent: bool,
}

/// The outputs of a resource, from the responses of all its calls.
pub fn state(scope: &Scope<'_>, known: Known<'_>) -> Object {
    let mut answers = scope.answers.clone();
    lay_under_id(scope, &mut answers);
    special::handler(scope.resource).decode(&mut answers);
    let reader = Reader { locality: scope.locality(), zone: zone(&answers) };
    let mut state = Object::new();
    let mut hashes = Object::new();
    for (name, property) in &scope.resource.properties {
        if property.write_only || is_left_to_others(property, known.inputs) {
            continue;
        }
        let read = plucked(property, &answers);
        let is_lost = property.kept_if_absent && read.as_ref().is_none_or(Json::is_null);
        let left = known.inputs.given(name).filter(|_| is_left_after_creation(property, known.inputs));
        let shown_once = known.state.given(name).filter(|_| property.returned_once);
        let value = match (read, &property.drift_of) {
            _ if shown_once.is_some() => shown_once.cloned(),
            _ if left.is_some() => left.cloned(),
            _ if is_lost || scope.unreadable.contains(name) => known.state.given(name).cloned(),
            (_, Some(target)) => drift(scope, target, known, &answers, reader),
            // Fields beside each other (`.`) may all be absent.
            (Some(json), None) => reader.property(property, &json).filter(|value| {
                let object = value.as_array().map_or(Some(value), <[Value]>::first).and_then(Value::as_object);
                property.read.as_deref() != Some(".") || object.is_none_or(|object| !object.is_empty())
            }),
            (None, None) => kept(property, name, known),
        };
        // A partial state of an object that was not read has no values of absent fields.
        let absent = || property.absent.clone().filter(|_| !scope.answers.is_empty()).map(Value::from);
        let Some(value) = value.or_else(absent) else { continue };
        if property.equal == Some(Equal::Argon2id) {
            hashes.insert(name.clone(), Value::from(known_hashes::of(&value)));
        }
        let value = recognized(property, name, value, known);
        let value = with_returned_once(property, known.state.given(name), value);
        let value = hidden(property, with_unreadable(property, known.inputs.given(name), value));
        state.insert(name.clone(), secret_like(known.inputs.get(name), value));
    }
    place_itself(scope, known.inputs, &mut state);
    spelled_as_given(scope.resource, known.inputs, &mut state);
    make(scope.resource, &mut state);
    leave_out_added(scope.resource, known.inputs, &mut state);
    aliases::hide(scope.resource, known.inputs, &mut state);
    known_hashes::note(scope.resource, hashes, &mut state);
    state
}

/// Fills in the outputs that are templates over other outputs, if those are known strings.
pub fn make(resource: &Resource, state: &mut Object) {
    for (name, property) in &resource.properties {
        if let Some(text) = property.template.as_ref().and_then(|template| filled_in(template, resource, state)) {
            state.insert(name.clone(), Value::from(text));
        }
    }
}

/// A template with the values of its properties, if those are known strings.
fn filled_in(template: &str, resource: &Resource, state: &Object) -> Option<String> {
    let mut text = template.to_owned();
    for other in resource.properties.keys().filter(|other| template.contains(&format!("{{{other}}}"))) {
        text = text.replace(&format!("{{{other}}}"), state.text(other)?);
    }
    (!text.contains('{')).then_some(text)
}

/// Leaves out the elements that the API adds to lists, unless the program sets them.
fn leave_out_added(resource: &Resource, inputs: &Object, state: &mut Object) {
    for (name, property) in &resource.properties {
        let added = property.added.as_ref().and_then(|added| filled_in(added, resource, state)).map(Value::from);
        let Some(added) = added else { continue };
        let is_given = inputs.get(name).and_then(Value::as_array).is_some_and(|given| given.contains(&added));
        if let (false, Some(Data::Array(live))) = (is_given, state.get_mut(name).map(Value::data_mut)) {
            live.retain(|element| *element != added);
        }
    }
}

/// A value that the API returns in another spelling, but that is sent as the same value, keeps the program's spelling.
fn spelled_as_given(resource: &Resource, inputs: &Object, state: &mut Object) {
    let names = resource.properties.iter().filter(|(_, property)| property.equal == Some(Equal::Sent));
    for (name, _) in names {
        if let Some(given) = inputs.given(name)
            && state.given(name).is_some_and(|live| live != given)
            && encode::sends_alike(resource, name, inputs, state)
        {
            state.insert(name.clone(), given.clone());
        }
    }
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    locality: Option<&'a str>,
    zone: Option<&'a str>,
}

impl Reader<'_> {
    fn property(&self, property: &Property, json: &Json) -> Option<Value> {
        match (&property.kind, json) {
            (_, Json::Null) => None,
            (Kind::Object(properties), Json::Object(fields)) => Some(self.object(properties, fields)),
            (Kind::Object(properties), Json::Array(names)) if property.convert == Some(Convert::FlagList) => {
                let fields = properties.values().filter_map(|flag| flag.read.as_deref());
                Some(self.object(properties, &convert::flags(fields, names)))
            }
            (Kind::List(element), json) => self.list(property, element, json),
            _ => self.scalar(property, json.clone()),
        }
    }

    fn list(&self, property: &Property, element: &Kind, json: &Json) -> Option<Value> {
        let Kind::Object(properties) = element else {
            return match json {
                Json::String(_) => self.scalar(property, Json::Array(vec![json.clone()])),
                json => self.scalar(property, json.clone()),
            };
        };
        match json {
            Json::Array(items) => {
                let items = items.iter().filter_map(Json::as_object);
                Some(Value::from(items.map(|fields| self.object(properties, fields)).collect::<Vec<_>>()))
            }
            Json::Object(fields) => Some(Value::from(vec![self.object(properties, fields)])),
            _ => None,
        }
    }

    fn object(&self, properties: &BTreeMap<String, Property>, fields: &Wire) -> Value {
        let region = wire::get(fields, "region").and_then(Json::as_str);
        let reader = Reader { zone: zone(fields).or(region).or(self.zone), ..*self };
        let read = |(name, property): (&String, &Property)| {
            let value = match plucked(property, fields).and_then(|json| reader.property(property, &json)) {
                Some(value) => value,
                None if matches!(property.convert, Some(Convert::Presence | Convert::OnlyTrue)) => Value::from(false),
                None => Value::from(property.absent.clone()?),
            };
            Some((name.clone(), value.secret_if(property.secret)))
        };
        Value::from(properties.iter().filter_map(read).collect::<Object>())
    }

    fn scalar(&self, property: &Property, json: Json) -> Option<Value> {
        let is_value = |wire: &Json| *wire == json || wire.as_array().is_some_and(|values| values.contains(&json));
        if let Some((word, _)) = property.values.iter().find(|(_, wire)| is_value(wire)) {
            return Some(typed(&property.kind, Json::from(word.clone())));
        }
        // Another status is neither enabled nor disabled.
        if property.kind == Kind::Boolean && !property.values.is_empty() && json.is_string() {
            return None;
        }
        let convert_one = |json: Json| match property.convert {
            Some(convert) => convert::from_wire(convert, json, self.locality, self.zone),
            None => Some(json),
        };
        let converted = match json {
            Json::Array(items) if !property.convert.is_some_and(encode::is_list_of_pairs) => {
                Json::Array(items.into_iter().filter_map(convert_one).collect())
            }
            json => convert_one(json)?,
        };
        Some(typed(&property.kind, converted))
    }
}

/// The field of a property.
fn plucked(property: &Property, fields: &Wire) -> Option<Json> {
    match wire::pluck(fields, property.read.as_deref()?) {
        Some(Json::Array(items)) if property.list_of_one => items.into_iter().next(),
        read => read,
    }
}

/// A value of the catalog's tables in the property's type.
fn typed(kind: &Kind, json: Json) -> Value {
    match (kind, &json) {
        (Kind::Boolean, Json::String(text)) => text.parse::<bool>().map_or(Value::from(json.clone()), Value::from),
        (Kind::Integer | Kind::Number, Json::String(text)) => {
            text.parse::<f64>().map_or(Value::from(json.clone()), Value::from)
        }
        (Kind::String, Json::Number(number)) => Value::from(number.to_string()),
        _ => Value::from(json),
    }
}

fn zone(fields: &Wire) -> Option<&str> {
    wire::get(fields, "zone").and_then(Json::as_str)
}

/// Outputs that only the ID contains, such as the instance of a database.
fn lay_under_id(scope: &Scope<'_>, answers: &mut Wire) {
    for part in scope.resource.id_forms().flatten() {
        let IdPart::Property(name) = part else { continue };
        let Some(property) = scope.resource.properties.get(name) else { continue };
        let path = property.read.clone().unwrap_or_else(|| catalog::usual_field(name));
        if wire::get(answers, &path).is_none()
            && let Some(json) = scope.source(&catalog::Source::Property(name.clone()))
        {
            wire::set(answers, &path, json);
        }
    }
}

/// The region, zone and parts of the ID are known even if no response contains them.
fn place_itself(scope: &Scope<'_>, given: &Object, state: &mut Object) {
    let own = match scope.resource.locality {
        catalog::Locality::Region => "region",
        catalog::Locality::Zone => "zone",
        catalog::Locality::Global => "",
    };
    if let (true, Some(locality)) = (scope.resource.properties.contains_key(own), scope.locality())
        && state.given(own).is_none()
    {
        state.insert(own.to_owned(), secret_like(given.get(own), Value::from(locality)));
    }
    let of_id = scope.resource.id_forms().flatten().filter_map(|part| match part {
        IdPart::Property(name) => scope.resource.properties.get_key_value(name),
        _ => None,
    });
    // Such as the organization of an object that it exists once in: no response repeats it.
    let inherited = |(_, property): &(&String, &Property)| {
        matches!(property.input, Input::Provider(_)) && property.read.is_none() && property.send.is_some()
    };
    for (name, property) in of_id.chain(scope.resource.properties.iter().filter(inherited)) {
        if state.given(name).is_some() {
            continue;
        }
        let Some(json) = scope.source(&catalog::Source::Property(name.clone())) else { continue };
        let reader = Reader { locality: scope.locality(), zone: None };
        if let Some(value) = reader.property(property, &json) {
            state.insert(name.clone(), secret_like(given.get(name), value));
        }
    }
}

/// The value of a property that the response does not contain.
fn kept(property: &Property, name: &str, known: Known<'_>) -> Option<Value> {
    if property.input == Input::No || property.read.is_some() {
        return None;
    }
    let given = known.inputs.given(name)?;
    // The input of a state of `pulumiverse_scaleway` may be base64 already; the output shows the value that was sent.
    if let (Some(Equal::Base64), false, Some(sent)) = (property.equal, known.just_sent, known.state.given(name)) {
        return Some(sent.clone());
    }
    // An asset stays a reference to its file.
    if matches!(property.kind, Kind::Asset | Kind::Archive | Kind::File) {
        return Some(given.clone());
    }
    let json = given.to_json().ok()?;
    Some(Value::from(convert::to_state(property.convert, json)).secret_if(given.contains_secret()))
}

/// A returned object, with unreadable fields, such as a password, from the program.
fn with_unreadable(property: &Property, given: Option<&Value>, mut value: Value) -> Value {
    let Some(given) = given else { return value };
    match (&property.kind, given.data(), value.data_mut()) {
        (Kind::Object(properties), Data::Object(given), Data::Object(object)) => unreadable(properties, given, object),
        (Kind::List(element), Data::Array(given), Data::Array(items)) => {
            let Kind::Object(properties) = element.as_ref() else { return value };
            for (given, item) in given.iter().zip(items) {
                if let (Data::Object(given), Data::Object(object)) = (given.data(), item.data_mut()) {
                    unreadable(properties, given, object);
                }
            }
        }
        _ => {}
    }
    value
}

/// A returned object, with the fields that the API returned at creation only, unless another field has changed: the private
/// key of a certificate does not belong to another certificate.
fn with_returned_once(property: &Property, old: Option<&Value>, mut value: Value) -> Value {
    let Kind::Object(properties) = &property.kind else { return value };
    let (Some(old), Data::Object(object)) = (old.and_then(Value::as_object), value.data_mut()) else { return value };
    let (once, others): (Vec<_>, Vec<_>) = properties.iter().partition(|(_, property)| property.returned_once);
    if others.iter().all(|(name, _)| object.get(*name).map(Value::data) == old.get(*name).map(Value::data)) {
        for (name, _) in once {
            if let (None, Some(kept)) = (object.given(name), old.given(name)) {
                object.insert(name.clone(), kept.clone());
            }
        }
    }
    value
}

fn unreadable(properties: &BTreeMap<String, Property>, given: &Object, object: &mut Object) {
    for (name, property) in properties.iter().filter(|(_, property)| property.input != Input::No) {
        let Some(given) = given.given(name) else { continue };
        match object.get_mut(name) {
            Some(value) => *value = with_unreadable(property, Some(given), std::mem::take(value)),
            None if property.read.is_none() && !property.write_only => {
                object.insert(name.clone(), given.clone());
            }
            None => {}
        }
    }
}

/// A hash of the program's value is replaced by the program's value.
fn recognized(property: &Property, name: &str, live: Value, known: Known<'_>) -> Value {
    let given = known.inputs.given(name);
    // An equal policy, or equal keys of a map, keep the program's spelling.
    if let (Some(Equal::Policy), Some(given)) = (property.equal, given) {
        return if equal::values(property, given, &live) { given.clone() } else { live };
    }
    if let (Some(Convert::LowerKeys), Some(given)) = (property.convert, given) {
        return if equal::values(property, given, &live) { given.clone() } else { live };
    }
    let (Some(Equal::Argon2id), Some(given)) = (property.equal, given) else { return live };
    let (Some(values), Some(hashes)) = (given.as_object(), live.as_object()) else {
        return if equal::values(property, given, &live) { given.clone() } else { live };
    };
    let keys = hashes.iter().map(|(key, hash)| {
        let text = values.given(key).filter(|text| {
            known.just_sent
                || known_hashes::shows(known.state, name, key, text, hash)
                || equal::values(property, text, hash)
        });
        (key.clone(), text.unwrap_or(hash).clone())
    });
    Value::from(keys.collect::<Object>()).secret_if(given.is_secret())
}

fn drift(scope: &Scope<'_>, target: &str, known: Known<'_>, answers: &Wire, reader: Reader<'_>) -> Option<Value> {
    let property = scope.resource.properties.get(target)?;
    let live = reader.property(property, &wire::pluck(answers, property.read.as_deref()?)?)?;
    let synced = known.inputs.given(target).is_none_or(|desired| equal::values(property, desired, &live));
    Some(Value::from(if synced { "synced" } else { "drifted" }))
}
