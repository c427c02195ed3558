//! Converts inputs to request fields: the whole wire object of a resource, and the fields of a single call. Pure.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Convert, Equal, Input, Kind, Locality, Merge, Property, ProviderDefault, Resource, Step};
use serde_json::{Map, Value as Json};
use value::{Data, Object, Path, Value};

use crate::error::{Error, ErrorKind};
use crate::pending::Pending;
use crate::place::{self, Defaults};
use crate::presence;
use crate::wire::{self, Wire};
use crate::{convert, equal, special, write_only};

/// The wire object of a resource, with every field that the inputs set. A null clears its field.
pub fn desired(resource: &Resource, given: &Object, defaults: &Defaults) -> Result<Wire, Error> {
    let mut object = Wire::new();
    for (name, property) in &resource.properties {
        let is_sent = !presence::is_left_to_others(property, given) && !presence::is_unneeded(property, given);
        let Some(send) = property.send.as_ref().filter(|_| is_sent) else { continue };
        let json = match given.get(name) {
            None => inherited(property, defaults).or(unset(resource, name, property, given)?),
            Some(value) if value.is_null() => {
                Some(unset(resource, name, property, given)?.unwrap_or_else(|| clearing(property)))
            }
            Some(value) => encoded(property, value, &Path::root(name.as_str()))?,
        };
        if let Some(mut json) = json {
            inherit(&property.kind, &mut json, &|what| own(what, resource, given, defaults));
            wire::set(&mut object, send, formed(property, json));
        }
    }
    special::handler(resource).encode(&mut object);
    Ok(object)
}

/// The value of a property that the program does not set, unless it sets another one of its group.
pub fn unset(resource: &Resource, name: &str, property: &Property, given: &Object) -> Result<Option<Json>, Error> {
    let mut groups = resource.exactly_one.iter().chain(&resource.at_most_one);
    let is_excluded = |group: &Vec<String>| {
        group.iter().any(|own| own == name) && group.iter().any(|other| other != name && presence::is_set(given, other))
    };
    let Some(unset) = property.unset.as_ref().filter(|_| !groups.any(is_excluded)) else { return Ok(None) };
    let Some(other) = unset.as_str().and_then(|text| text.strip_prefix('$')) else { return Ok(Some(unset.clone())) };
    match (resource.properties.get(other), given.given(other)) {
        (Some(property), Some(value)) => encoded(property, value, &Path::root(other)),
        _ => Ok(None),
    }
}

/// The form of a value in requests: the only element of a list, or the elements of a list in objects or by their numbers.
fn formed(property: &Property, json: Json) -> Json {
    if property.list_of_one && !wire::is_empty(&json) {
        return Json::Array(vec![json]);
    }
    let Json::Array(items) = json else { return json };
    let within = |item: Json| match &property.element_as {
        None => item,
        Some(form) => {
            let field = |json: &Json| if json == "$element" { item.clone() } else { json.clone() };
            Json::Object(form.iter().map(|(name, json)| (name.clone(), field(json))).collect())
        }
    };
    let items = items.into_iter().map(within);
    match property.numbered_from {
        Some(first) => Json::Object((first..).zip(items).map(|(number, item)| (number.to_string(), item)).collect()),
        None => items.collect(),
    }
}

/// Fills in the region, zone or project of an object and of the objects in it, if they have the field and do not set it.
fn inherit(kind: &Kind, json: &mut Json, own: &dyn Fn(ProviderDefault) -> Option<String>) {
    match (kind, json) {
        (Kind::List(element), Json::Array(items)) => items.iter_mut().for_each(|item| inherit(element, item, own)),
        // A list of one element in the program, an object in requests.
        (Kind::List(element), json @ Json::Object(_)) => inherit(element, json, own),
        (Kind::Object(properties), Json::Object(fields)) => {
            for property in properties.values() {
                let Some(send) = &property.send else { continue };
                if let Input::Provider(what) = &property.input {
                    if let (None, Some(json)) = (wire::get(fields, send), own(*what)) {
                        wire::set(fields, send, Json::from(json));
                    }
                    continue;
                }
                // Most properties are scalars, which are not copied.
                if !matches!(property.kind, Kind::Object(_) | Kind::List(_)) {
                    continue;
                }
                if send == "." {
                    let mut inner = Json::Object(std::mem::take(fields));
                    inherit(&property.kind, &mut inner, own);
                    fields.extend(inner.as_object().cloned().unwrap_or_default());
                } else if let Some(mut inner) = wire::get(fields, send).cloned() {
                    inherit(&property.kind, &mut inner, own);
                    wire::set(fields, send, inner);
                }
            }
        }
        _ => {}
    }
}

/// The values that nested objects inherit: the resource's region or zone, and the provider's project.
fn own(what: ProviderDefault, resource: &Resource, inputs: &Object, defaults: &Defaults) -> Option<String> {
    match (what, resource.locality) {
        (ProviderDefault::Region, Locality::Region) | (ProviderDefault::Zone, Locality::Zone) => {
            place::of_inputs(resource, inputs, defaults)
        }
        _ => defaults.of(what).map(str::to_owned),
    }
}

/// The wire objects before and after a change of only the given properties.
///
/// A removed input gets the value that clears it, and merged maps contain only changed keys. A pending property differs
/// from every value, because its value is uncertain.
pub fn changed(
    resource: &Resource,
    old: &Object,
    new: &Object,
    names: &BTreeSet<String>,
    pending: &Pending,
    defaults: &Defaults,
) -> Result<(Wire, Wire), Error> {
    let old = &pending.certain(resource, old);
    let mut before = old.clone();
    let mut after = old.clone();
    before.retain(|name, _| !pending.contains(name));
    for name in names {
        let Some(property) = resource.properties.get(name) else { continue };
        match new.given(name) {
            // An input that the program sets to an empty value is cleared; the API then fills in its default.
            Some(value) if presence::is_left_to_api(property, value) && old.given(name).is_some() => {
                after.insert(name.clone(), Value::NULL);
            }
            Some(value) => {
                write_only::require_value(name, Some(value).filter(|_| property.write_only))?;
                let value = merged(property, old.given(name), value);
                after.insert(name.clone(), value);
                remove_twins(resource, name, &mut after);
            }
            None if has_twin_in(resource, name, new) => {
                after.remove(name);
            }
            None if property.merge == Some(Merge::NullDrops) => {
                after.insert(name.clone(), merged(property, old.given(name), &Value::from(Object::new())));
            }
            None => {
                after.insert(name.clone(), Value::NULL);
            }
        }
        // Sent again without a change.
        if let Some(target) = property.resends.as_deref().and_then(|target| resent(resource, target, new)) {
            write_only::require_value(target, new.given(target))?;
            before.remove(target);
            after.insert(target.to_owned(), new.given(target).cloned().unwrap_or_default());
        }
    }
    // An input that conflicts with a new one is cleared, even if the API fills it in. In an object that contains the new one, it is
    // not sent.
    for group in resource.exactly_one.iter().chain(&resource.at_most_one) {
        let object = |name: &String| Some(resource.properties.get(name)?.send.as_deref()?.rsplit_once('.')?.0);
        for one in group.iter().filter(|name| names.contains(*name) && new.given(name).is_some()) {
            let is_beside = |name: &String| {
                resource.exactly_one.contains(group) && object(name).is_some() && object(name) == object(one)
            };
            let stays = |name: &String| {
                !group.contains(name) || new.given(name).is_some() || (names.contains(name) && !is_beside(name))
            };
            after.retain(|name, _| stays(name));
        }
    }
    // An input whose value another party now decides is not cleared.
    let left = |name: &String| {
        resource.properties.get(name).is_some_and(|property| presence::is_left_to_others(property, &after))
    };
    before.retain(|name, _| !left(name));
    Ok((desired(resource, &before, defaults)?, desired(resource, &after, defaults)?))
}

/// Whether two sets of inputs send the same value of one property: replacing the value in one set by that of the other
/// changes no request field, including fields that several properties share (the priority in the data of an MX record).
/// An unknown value is never the same.
pub fn sends_alike(resource: &Resource, name: &str, one: &Object, other: &Object) -> bool {
    let sent = |inputs: &Object| desired(resource, inputs, &Defaults::default()).ok();
    let replaced = |from: &Object, to: &Object| {
        let mut inputs = to.clone();
        match from.given(name) {
            Some(value) => drop(inputs.insert(name.to_owned(), value.clone())),
            None => drop(inputs.remove(name)),
        }
        sent(&inputs)
    };
    let unchanged = |from: &Object, to: &Object| sent(to).is_some_and(|before| replaced(from, to) == Some(before));
    unchanged(one, other) || unchanged(other, one)
}

/// The changed body fields of a step, or all of them for calls that replace the whole object.
pub fn fields_to_send(step: &Step, before: &Wire, after: &Wire) -> Vec<String> {
    let Some(body) = &step.call.body else { return Vec::new() };
    let differs = |field: &&String| wire::find(before, field) != wire::find(after, field);
    let changed: Vec<String> = body.fields.iter().filter(differs).cloned().collect();
    if changed.is_empty() || !body.whole {
        return changed;
    }
    body.fields.clone()
}

/// One input in the API's form; `None` means "do not send".
pub fn encoded(property: &Property, value: &Value, path: &Path) -> Result<Option<Json>, Error> {
    if value.is_null() || presence::is_left_to_api(property, value) {
        return Ok(None);
    }
    // The state holds a hash of the value, which is never sent.
    if property.write_only && value.as_str().is_some_and(write_only::is_hash) {
        return Ok(None);
    }
    match (&property.kind, value.data()) {
        (_, Data::Unknown) => Err(not_known(path)),
        (Kind::Object(properties), Data::Object(object)) => {
            let json = encoded_object(properties, object, path)?;
            Ok(Some(if property.convert == Some(Convert::FlagList) { convert::flag_list(json) } else { json }))
        }
        (Kind::List(element), Data::Array(items)) => encoded_list(property, element, items, path),
        _ => {
            let json = value.to_json().map_err(|_| not_known(path))?;
            scalar(property, json).map_err(|reason| Error::new(ErrorKind::Invalid, format!("`{path}` {reason}")))
        }
    }
}

fn encoded_list(property: &Property, element: &Kind, items: &[Value], path: &Path) -> Result<Option<Json>, Error> {
    let Kind::Object(properties) = element else {
        let json = Value::from(items.to_vec()).to_json().map_err(|_| not_known(path))?;
        return scalar(property, json).map_err(|reason| Error::new(ErrorKind::Invalid, format!("`{path}` {reason}")));
    };
    let mut objects = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let here = path.index(index);
        match item.data() {
            Data::Object(object) => objects.push(encoded_object(properties, object, &here)?),
            Data::Null => {}
            _ => return Err(not_known(&here)),
        }
    }
    Ok(if property.single { objects.into_iter().next() } else { Some(Json::Array(objects)) })
}

fn encoded_object(properties: &BTreeMap<String, Property>, object: &Object, path: &Path) -> Result<Json, Error> {
    let mut fields = Wire::new();
    for (name, property) in properties {
        let (Some(send), Some(value)) = (&property.send, object.given(name)) else { continue };
        if let Some(json) = encoded(property, value, &path.name(name.as_str()))? {
            wire::set(&mut fields, send, formed(property, json));
        }
    }
    for property in properties.values() {
        let (Input::Provider(what), Some(send)) = (&property.input, &property.send) else { continue };
        if let (None, Some(locality)) = (wire::get(&fields, send), place::of_object(properties, object, *what)) {
            wire::set(&mut fields, send, Json::from(locality));
        }
    }
    Ok(Json::Object(fields))
}

/// Whether the API represents the map as a list of entries.
pub fn is_list_of_pairs(convert: Convert) -> bool {
    matches!(convert, Convert::NameValueList | Convert::KeyValueList)
}

/// A value without nested properties: enum values are translated, then the value is converted; lists element by element.
fn scalar(property: &Property, json: Json) -> Result<Option<Json>, &'static str> {
    if let Some(word) = wire::plain_text(&json).and_then(|word| property.values.get(&word)) {
        return Ok(Some(word.get(0).unwrap_or(word).clone()));
    }
    let Some(convert) = property.convert else { return Ok(Some(json)) };
    match json {
        Json::Array(items) if !is_list_of_pairs(convert) => {
            let items: Result<Vec<Option<Json>>, _> =
                items.into_iter().map(|item| convert::to_wire(convert, item)).collect();
            Ok(Some(Json::Array(items?.into_iter().flatten().collect())))
        }
        json => convert::to_wire(convert, json),
    }
}

fn inherited(property: &Property, defaults: &Defaults) -> Option<Json> {
    match property.input {
        Input::Provider(what) => defaults.of(what).map(Json::from),
        _ => None,
    }
}

/// The value that clears a property: `clear` of the descriptor, otherwise the empty value of its type.
fn clearing(property: &Property) -> Json {
    if let Some(clear) = &property.clear {
        return clear.clone();
    }
    match &property.kind {
        Kind::String if property.convert == Some(Convert::Milliseconds) => Json::Null,
        Kind::String => Json::from(""),
        Kind::Boolean => Json::from(false),
        Kind::Integer | Kind::Number => Json::from(0),
        Kind::List(_) if property.single => Json::Null,
        Kind::List(_) => Json::Array(Vec::new()),
        Kind::Map(_) if property.convert.is_some_and(is_list_of_pairs) => Json::Array(Vec::new()),
        Kind::Map(_) => Json::Object(Map::new()),
        Kind::Object(_) | Kind::Asset | Kind::Archive | Kind::File | Kind::Any => Json::Null,
    }
}

/// A changed map as it is sent to an API that merges maps.
fn merged(property: &Property, old: Option<&Value>, new: &Value) -> Value {
    let (Some(merge), Some(old), Some(map)) = (property.merge, old.and_then(Value::as_object), new.as_object()) else {
        return new.clone();
    };
    let keeps = |key: &str, value: &Value| {
        let (Some(old), Ok(new)) = (old.given(key), value.to_json()) else { return false };
        old.to_json().is_ok_and(|old| equal::same(property.equal.or(Some(Equal::Argon2id)), &old, &new))
    };
    let sent: Object = match merge {
        Merge::EmptyKeeps => map
            .iter()
            .map(|(key, value)| (key.clone(), if keeps(key, value) { Value::from("") } else { value.clone() }))
            .collect(),
        Merge::NullDrops => {
            let changed = map.iter().filter(|(key, value)| !keeps(key, value));
            let dropped = old.keys().filter(|key| map.given(key).is_none());
            let dropped = dropped.map(|key| (key.clone(), Value::NULL));
            changed.map(|(key, value)| (key.clone(), value.clone())).chain(dropped).collect()
        }
    };
    Value::from(sent).secret_if(new.is_secret())
}

/// Whether the program sets an alias of a property.
fn has_twin_in(resource: &Resource, name: &str, inputs: &Object) -> bool {
    let stem = resource.stem(name);
    inputs.iter().any(|(other, value)| other != name && !value.is_null() && resource.stem(other) == stem)
}

fn remove_twins(resource: &Resource, name: &str, inputs: &mut Object) {
    let stem = resource.stem(name);
    inputs.retain(|other, _| other == name || resource.stem(other) != stem);
}

/// The alias that the program uses for a property that is sent again.
fn resent<'a>(resource: &'a Resource, target: &'a str, new: &'a Object) -> Option<&'a str> {
    let stem = resource.stem(target);
    let mut names = resource.properties.keys().map(String::as_str);
    names.find(|name| resource.stem(name) == stem && new.given(name).is_some())
}

fn not_known(path: &Path) -> Error {
    Error::new(ErrorKind::Internal, format!("the value of `{path}` is unknown"))
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
