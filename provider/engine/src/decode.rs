//! From answers to states: the outputs of a resource as its API describes it, and the inputs that would make it so. Pure.

use std::collections::BTreeMap;

use catalog::{Convert, Equal, IdPart, Input, Kind, Property, Resource};
use serde_json::Value as Json;
use value::{Data, Object, Value};

use crate::scope::Scope;
use crate::wire::{self, Wire};
use crate::{convert, equal, reshape, special};

/// What was known of a resource before it was asked for.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    /// The inputs in effect.
    pub inputs: &'a Object,
    /// The outputs so far.
    pub state: &'a Object,
    /// The inputs were just sent: what comes back as a hash is a hash of them, without trying.
    pub just_sent: bool,
}

/// The outputs of a resource, from everything its calls have answered.
pub(crate) fn state(scope: &Scope<'_>, known: Known<'_>) -> Object {
    let mut answers = scope.answers.clone();
    lay_under_id(scope, &mut answers);
    reshape::decode(scope.resource, &mut answers);
    let reader = Reader { locality: scope.locality(), zone: zone(&answers) };
    let mut state = Object::new();
    for (name, property) in &scope.resource.properties {
        if property.write_only {
            continue;
        }
        let read = property.read.as_deref().and_then(|path| wire::get(&answers, path));
        let told = known.state.given(name).filter(|_| property.told_once);
        let value = match (read, &property.drift_of) {
            _ if told.is_some() => told.cloned(),
            (_, Some(target)) => drift(scope, target, known, &answers, reader),
            (Some(json), None) => reader.property(property, json),
            (None, None) => kept(property, name, known),
        };
        let Some(value) = value else { continue };
        let value = recognized(property, known.inputs.given(name), value, known.just_sent);
        let value = value.secret_if(property.secret);
        state.insert(name.clone(), secret_like(known.inputs.get(name), value));
    }
    place_itself(scope, &mut state);
    special::recognize(scope.resource, known.inputs, &mut state);
    state
}

/// The inputs a resource would have to be given to be as its state says.
///
/// An input the program gave keeps its spelling if that means the same as the live value. One it did not give shows up
/// only if it is neither filled by the API nor empty nor the default. Without former inputs (import) all that is not
/// empty and not the default is given.
pub(crate) fn inputs(resource: &Resource, state: &Object, former: &Object) -> Object {
    let import = former.iter().all(|(name, _)| name.starts_with("__"));
    let mut inputs = Object::new();
    for (name, property) in &resource.properties {
        if property.input == Input::No {
            continue;
        }
        let live = state.given(name);
        let value = match former.given(name) {
            Some(given) if property.read.is_none() || property.write_only => Some(given.clone()),
            Some(given) => {
                live.map_or_else(|| vanished(property, given), |live| Some(reconciled(property, given, live)))
            }
            None => live.filter(|live| shows_up(property, live, import)).map(|live| as_input(property, live)),
        };
        if let Some(value) = value {
            inputs.insert(name.clone(), value.secret_if(property.secret));
        }
    }
    for (name, value) in former.iter().filter(|(name, _)| name.starts_with("__")) {
        inputs.insert(name.clone(), value.clone());
    }
    inputs
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
            (Kind::List(element), json) => self.list(property, element, json),
            _ => self.scalar(property, json.clone()),
        }
    }

    fn list(&self, property: &Property, element: &Kind, json: &Json) -> Option<Value> {
        let Kind::Object(properties) = element else { return self.scalar(property, json.clone()) };
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
        let reader = Reader { zone: zone(fields).or(self.zone), ..*self };
        let read = |(name, property): (&String, &Property)| {
            let value = match property.read.as_deref().and_then(|path| wire::get(fields, path)) {
                Some(json) => reader.property(property, json)?,
                None if property.convert == Some(Convert::Presence) => Value::from(false),
                None => return None,
            };
            Some((name.clone(), value.secret_if(property.secret)))
        };
        Value::from(properties.iter().filter_map(read).collect::<Object>())
    }

    fn scalar(&self, property: &Property, json: Json) -> Option<Value> {
        if let Some((word, _)) = property.values.iter().find(|(_, wire)| **wire == json) {
            return Some(typed(&property.kind, Json::from(word.clone())));
        }
        let convert_one = |json: Json| match property.convert {
            Some(convert) => convert::from_wire(convert, json, self.locality, self.zone),
            None => Some(json),
        };
        let converted = match json {
            Json::Array(items) if property.convert != Some(Convert::NameValueList) => {
                Json::Array(items.into_iter().filter_map(convert_one).collect())
            }
            json => convert_one(json)?,
        };
        Some(typed(&property.kind, converted))
    }
}

/// A word of the catalog's tables in the type the user sees.
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

/// What the id says and no answer repeats, such as the instance a database is in.
fn lay_under_id(scope: &Scope<'_>, answers: &mut Wire) {
    for part in &scope.resource.id {
        let IdPart::Property(name) = part else { continue };
        let Some(property) = scope.resource.properties.get(name) else { continue };
        let path = property.read.clone().unwrap_or_else(|| wire::snake_case(name));
        if wire::get(answers, &path).is_none()
            && let Some(json) = scope.source(&catalog::Source::Property(name.clone()))
        {
            wire::set(answers, &path, json);
        }
    }
}

/// The region, zone and parts of the id are known even where no answer tells them.
fn place_itself(scope: &Scope<'_>, state: &mut Object) {
    let own = match scope.resource.locality {
        catalog::Locality::Region => "region",
        catalog::Locality::Zone => "zone",
        catalog::Locality::Global => "",
    };
    if let (true, Some(locality)) = (scope.resource.properties.contains_key(own), scope.locality())
        && state.given(own).is_none()
    {
        state.insert(own.to_owned(), Value::from(locality));
    }
    for part in &scope.resource.id {
        let IdPart::Property(name) = part else { continue };
        let Some(property) = scope.resource.properties.get(name) else { continue };
        if state.given(name).is_some() {
            continue;
        }
        let Some(json) = scope.source(&catalog::Source::Property(name.clone())) else { continue };
        let reader = Reader { locality: scope.locality(), zone: None };
        if let Some(value) = reader.property(property, &json) {
            state.insert(name.clone(), value);
        }
    }
}

/// What stays of a property the API does not tell (any more).
fn kept(property: &Property, name: &str, known: Known<'_>) -> Option<Value> {
    if property.input == Input::No || property.read.is_some() {
        return None;
    }
    let given = known.inputs.given(name)?;
    let json = given.to_json().ok()?;
    Some(Value::from(convert::to_state(property.convert, json)).secret_if(given.contains_secret()))
}

/// Hashes of what the program gave are shown as what the program gave.
fn recognized(property: &Property, given: Option<&Value>, live: Value, just_sent: bool) -> Value {
    let (Some(Equal::Argon2id), Some(given)) = (property.equal, given) else { return live };
    let (Some(texts), Some(hashes)) = (given.as_object(), live.as_object()) else {
        return if same(property, given, &live) { given.clone() } else { live };
    };
    let keys = hashes.iter().map(|(key, hash)| {
        let text = texts.given(key).filter(|text| just_sent || same(property, text, hash));
        (key.clone(), text.unwrap_or(hash).clone())
    });
    Value::from(keys.collect::<Object>()).secret_if(given.is_secret())
}

fn drift(scope: &Scope<'_>, target: &str, known: Known<'_>, answers: &Wire, reader: Reader<'_>) -> Option<Value> {
    let property = scope.resource.properties.get(target)?;
    let live = reader.property(property, wire::get(answers, property.read.as_deref()?)?)?;
    let synced = known.inputs.given(target).is_none_or(|wanted| same(property, wanted, &live));
    Some(Value::from(if synced { "synced" } else { "drifted" }))
}

/// An input the API does not show any more: gone, unless the API shows emptiness by silence.
fn vanished(property: &Property, given: &Value) -> Option<Value> {
    // An object that is there says something even when it is empty.
    if matches!(property.kind, Kind::Object(_)) {
        return None;
    }
    let empty = given.to_json().is_ok_and(|json| wire::is_empty(&json));
    (empty || property.convert == Some(Convert::Presence)).then(|| given.clone())
}

/// The program's spelling where it means the live value, else the live value.
fn reconciled(property: &Property, given: &Value, live: &Value) -> Value {
    if property.one_way && given.as_bool() == Some(false) {
        return given.clone();
    }
    if same(property, given, live) {
        return given.clone();
    }
    let secret = given.is_secret();
    match (&property.kind, given.data(), live.data()) {
        (Kind::Object(properties), Data::Object(given), Data::Object(live)) => {
            Value::from(reconciled_object(properties, given, live)).secret_if(secret)
        }
        (Kind::List(element), Data::Array(given_items), Data::Array(live_items)) => {
            let Kind::Object(properties) = element.as_ref() else {
                return secret_like(Some(given), live.clone());
            };
            Value::from(reconciled_items(property, properties, given_items, live_items)).secret_if(secret)
        }
        (Kind::Map(_), Data::Object(given), Data::Object(live)) => {
            // Of a map that the API fills in, only the keys the program gave are its inputs.
            let keys =
                live.iter().filter(|(key, _)| !property.computed || given.contains_key(*key)).map(|(key, live)| {
                    let value = given.given(key).filter(|given| same(property, given, live)).unwrap_or(live);
                    (key.clone(), value.clone())
                });
            secret_like(Some(&Value::from(given.clone())), Value::from(keys.collect::<Object>())).secret_if(secret)
        }
        _ => as_input(property, live).secret_if(given.contains_secret()),
    }
}

fn reconciled_object(properties: &BTreeMap<String, Property>, given: &Object, live: &Object) -> Object {
    let mut object = Object::new();
    for (name, property) in properties.iter().filter(|(_, property)| property.input != Input::No) {
        let value = match (given.given(name), live.given(name)) {
            (Some(given), _) if property.read.is_none() => Some(given.clone()),
            (Some(given), Some(live)) => Some(reconciled(property, given, live)),
            (Some(given), None) => vanished(property, given),
            (None, Some(live)) if !property.computed && !is_absence(property, live) => Some(as_input(property, live)),
            (None, _) => None,
        };
        if let Some(value) = value {
            object.insert(name.clone(), value);
        }
    }
    object
}

/// Lists of objects: in the program's order as far as it goes where order means nothing, else place by place.
fn reconciled_items(
    property: &Property,
    properties: &BTreeMap<String, Property>,
    given: &[Value],
    live: &[Value],
) -> Vec<Value> {
    let pair = |given: &Value, live: &Value| match (given.as_object(), live.as_object()) {
        (Some(given), Some(live)) => Value::from(reconciled_object(properties, given, live)),
        _ => live.clone(),
    };
    let alone = |live: &Value| as_input_object(properties, live);
    if property.equal != Some(Equal::Unordered) {
        return live
            .iter()
            .enumerate()
            .map(|(index, live)| given.get(index).map_or_else(|| alone(live), |given| pair(given, live)))
            .collect();
    }
    let mut left: Vec<&Value> = live.iter().collect();
    let mut items = Vec::new();
    for given in given {
        let position = left.iter().position(|live| pair(given, live) == *given);
        if let Some(position) = position {
            left.remove(position);
            items.push(given.clone());
        }
    }
    items.extend(left.into_iter().map(alone));
    items
}

fn shows_up(property: &Property, live: &Value, import: bool) -> bool {
    if is_absence(property, live) || property.write_only {
        return false;
    }
    if let Input::Provider(_) = property.input {
        return import;
    }
    // Of several spellings of one thing the one without a `same` is given.
    let usual = property.same.is_none() && property.deprecated.is_none();
    usual && (import || !property.computed)
}

/// Whether a live value says no more than that the program gave none.
fn is_absence(property: &Property, live: &Value) -> bool {
    let Ok(json) = live.to_json() else { return true };
    wire::is_empty(&json)
        || property.default.as_ref().is_some_and(|default| equal::same(property.equal, default, &json))
}

/// A live value as a program would give it: without what only answers hold.
fn as_input(property: &Property, live: &Value) -> Value {
    match (&property.kind, live.data()) {
        (Kind::Object(properties), Data::Object(_)) => as_input_object(properties, live),
        (Kind::List(element), Data::Array(items)) => match element.as_ref() {
            Kind::Object(properties) => {
                Value::from(items.iter().map(|item| as_input_object(properties, item)).collect::<Vec<_>>())
            }
            _ => live.clone(),
        },
        _ => live.clone(),
    }
}

fn as_input_object(properties: &BTreeMap<String, Property>, live: &Value) -> Value {
    let Some(live_object) = live.as_object() else { return live.clone() };
    let given = properties.iter().filter(|(_, property)| property.input != Input::No).filter_map(|(name, property)| {
        let value = live_object.given(name).filter(|value| !is_absence(property, value))?;
        Some((name.clone(), as_input(property, value)))
    });
    Value::from(given.collect::<Object>()).secret_if(live.is_secret())
}

fn same(property: &Property, given: &Value, live: &Value) -> bool {
    match (given.to_json(), live.to_json()) {
        (Ok(given), Ok(live)) => equal::same(property.equal, &given, &live),
        _ => false,
    }
}

/// Marks secret in `value` whatever is secret in `given`, at any depth.
fn secret_like(given: Option<&Value>, mut value: Value) -> Value {
    let Some(given) = given else { return value };
    if given.is_secret() {
        return value.into_secret();
    }
    match (given.data(), value.data_mut()) {
        (Data::Object(given), Data::Object(object)) => {
            for (name, inner) in object.iter_mut() {
                *inner = secret_like(given.get(name), std::mem::take(inner));
            }
        }
        (Data::Array(given), Data::Array(items)) => {
            for (index, inner) in items.iter_mut().enumerate() {
                *inner = secret_like(given.get(index), std::mem::take(inner));
            }
        }
        _ => {}
    }
    value
}
