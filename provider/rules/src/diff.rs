//! Diff: which properties change, and which of these changes replace the resource. Pure; compares inputs with inputs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use catalog::{Equal, Input, Kind, Property, Resource};
use value::{Data, Object, Path, Value};

use crate::operation::{Change, ChangeKind, Diff, DiffRequest, Warning};
use crate::pending::Pending;
use crate::presence::{self, is_left_after_creation, is_left_to_others};
use crate::{encode, equal, ignored, imported, local, removal, secret_hash, special};

/// The changes between the old and the new inputs.
pub fn diff(resource: &Resource, request: &DiffRequest<'_>) -> Diff {
    let ignored: Vec<Path> = request.ignore_changes.iter().filter_map(|path| path.parse().ok()).collect();
    let news = &*ignored::reset(request.news, request.old_inputs, &ignored);
    let old_inputs = &*Pending::of(request.olds).found(request.old_inputs);
    let request = &DiffRequest { old_inputs, news, ..request.clone() };
    let mut changes = Changes::default();
    let handler = special::handler(resource);
    let inherited = handler.inherited(request.news);
    let aliased: BTreeSet<&str> =
        resource.properties.values().filter_map(|property| property.same.as_deref()).collect();
    for (name, property) in &resource.properties {
        if property.create_only || is_left_to_others(property, request.news) {
            continue;
        }
        if property.input == Input::No || property.write_only || imported::is_uncompared(resource, name, request) {
            continue;
        }
        let new = request.news.given(name);
        let is_left = [request.news, request.old_inputs].iter().all(|inputs| is_left_after_creation(property, inputs));
        if is_left && new.is_some_and(|new| !new.is_unknown()) {
            continue;
        }
        // A default of `pulumiverse_scaleway` that this provider does not have: the program sets it neither before nor now.
        let is_inherited = inherited.contains(&name.as_str());
        if new.is_none() && (is_inherited || presence::is_filled_in(request.old_inputs, name)) {
            continue;
        }
        if removal::is_default_of_both(name, property, request) {
            continue;
        }
        let filled_in = filled_in(resource, name, request);
        let given = request.old_inputs.given(name).map(|old| completed(property, old, request.olds.given(name), new));
        let old = given.as_deref().or(filled_in.as_ref());
        let unset = removal::unset_flag(resource, name, property, request);
        let (old, new) = (old.or(unset.as_ref()), new.or(unset.as_ref()));
        if aliased.contains(resource.stem(name)) && respelled(resource, name, request) {
            continue;
        }
        let sent_alike = || encode::sends_alike(resource, name, request.old_inputs, request.news);
        if property.equal == Some(Equal::Sent) && sent_alike() {
            continue;
        }
        changes.property(property, &Path::root(name.as_str()), old, new);
    }
    replace_failed(resource, request, &mut changes);
    let mut diff = Diff { changes: changes.found, warnings: removal::kept(resource, request), ..Diff::default() };
    if resource.local.is_some() {
        local::adjust_diff(resource, request, &mut diff);
    }
    handler.adjust_diff(request, &mut diff);
    diff.changes.retain(|path, _| !ignored.iter().any(|ignored| ignored.covers(path)));
    add_pending(resource, request, &mut diff);
    diff.delete_before_replace = diff.replaces() && keeps_given_name(resource, request, &diff);
    diff.warnings.extend(loss(resource, &diff));
    diff.warnings.extend(imported::warning(resource, request));
    if !diff.replaces() {
        diff.warnings.extend(without_effect(resource, request));
    }
    diff
}

/// A warning for each changed input that only a create sends. The value of an imported object is unknown.
fn without_effect(resource: &Resource, request: &DiffRequest<'_>) -> Vec<Warning> {
    if imported::is_marked(request.olds) {
        return Vec::new();
    }
    let is_changed =
        |name: &str, property: &Property| match [request.old_inputs, request.news].map(|all| all.given(name)) {
            [None, None] => false,
            [Some(old), Some(new)] => !new.is_unknown() && !is_unchanged(property, old, new),
            [Some(only), None] | [None, Some(only)] => !equals_unset(property, only),
        };
    let sent_once = resource.properties.iter().filter(|(_, property)| property.create_only && property.send.is_some());
    let changed = sent_once.filter(|(name, property)| is_changed(name, property));
    let text = || format!("it is used only when the {} is created, so the change has no effect", resource.label);
    changed.map(|(name, _)| Warning { path: Path::root(name.as_str()), text: text() }).collect()
}

/// Whether every old element of a list is in the new one too, or a number is not smaller.
fn grows(property: &Property, old: Option<&Value>, new: Option<&Value>) -> bool {
    if matches!(property.kind, Kind::Integer | Kind::Number) {
        let number = |value: Option<&Value>| value.and_then(Value::as_f64);
        return number(old).zip(number(new)).is_none_or(|(old, new)| old <= new);
    }
    let elements = |list: Option<&Value>| list.and_then(Value::as_array).unwrap_or_default().to_vec();
    let new = elements(new);
    elements(old).iter().all(|old| new.iter().any(|new| equal::values(property, old, new)))
}

/// An object that ended in a failed status is replaced, if no change can repair it.
fn replace_failed(resource: &Resource, request: &DiffRequest<'_>, changes: &mut Changes) {
    let Some(wait) = resource.wait.as_ref().filter(|wait| wait.replace_failed) else { return };
    let mut properties = resource.properties.iter();
    let Some((name, _)) = properties.find(|(_, property)| property.read.as_ref() == Some(&wait.field)) else { return };
    if request.olds.text(name).is_some_and(|status| wait.failed.iter().any(|failed| failed == status)) {
        changes.found.insert(Path::root(name.as_str()), Change { kind: ChangeKind::Update, replace: true });
    }
}

/// Adds pending changes of a failed step: they are sent again, whatever the inputs in the state are.
fn add_pending(resource: &Resource, request: &DiffRequest<'_>, diff: &mut Diff) {
    let pending = Pending::of(request.olds);
    for name in pending.names() {
        let is_given = request.news.given(name).is_some();
        // A create may have created something that the program did not set. If the program sets it now, it exists already.
        if is_given && request.old_inputs.given(name).is_none() && pending.attempted(name).is_none() {
            continue;
        }
        // The program may now use another name of the same property.
        let spelling = spellings(resource, name).into_iter().find(|other| request.news.given(other).is_some());
        let name_now = spelling.filter(|_| !is_given).unwrap_or(name);
        let Some(property) = resource.properties.get(name_now) else { continue };
        if is_left_to_others(property, request.news) || diff.properties().any(|changed| changed == name_now) {
            continue;
        }
        let kind = match (request.old_inputs.given(name_now), request.news.given(name_now)) {
            (_, None) => ChangeKind::Delete,
            (None, Some(_)) => ChangeKind::Add,
            (Some(_), Some(_)) => ChangeKind::Update,
        };
        diff.changes.insert(Path::root(name_now), Change { kind, replace: false });
    }
}

/// A warning for a replacement that deletes data.
fn loss(resource: &Resource, diff: &Diff) -> Option<Warning> {
    let held = resource.holds_data.as_ref()?;
    let replacing = diff.changes.iter().filter(|(_, change)| change.replace).filter_map(|(path, _)| path.top());
    let mut names: Vec<String> = replacing.map(|name| format!("`{name}`")).collect();
    names.dedup();
    if names.is_empty() {
        return None;
    }
    let text = format!(
        "the change of {} replaces the {label}, which deletes {held}. Back up what you need first, or revert the change; the \
         option `protect` prevents the deletion of a resource",
        names.join(", "),
        label = resource.label,
    );
    Some(Warning { path: Path::default(), text })
}

/// The value with which a new input is compared: the value that the API filled in, restricted to the fields of the input.
fn filled_in(resource: &Resource, name: &str, request: &DiffRequest<'_>) -> Option<Value> {
    let new = request.news.given(name)?;
    let property = resource.properties.get(name)?;
    if request.old_inputs.given(name).is_some() || property.read.is_none() || presence::is_left_to_api(property, new) {
        return None;
    }
    Some(mentioned(request.olds.given(name)?, new))
}

/// The same for the fields of an object: a new field is compared with the value that the API filled in.
fn completed<'v>(property: &Property, old: &'v Value, live: Option<&Value>, new: Option<&Value>) -> Cow<'v, Value> {
    if let Some(uncovered) = secret_hash::uncovered(property, old, live) {
        return Cow::Owned(uncovered);
    }
    if let Some(encoded) = equal::encoded_before(property, live, new) {
        return Cow::Owned(encoded);
    }
    let objects = old.as_object().zip(live.and_then(Value::as_object)).zip(new.and_then(Value::as_object));
    let (Kind::Object(properties), Some(((object, live), new))) = (&property.kind, objects) else {
        return Cow::Borrowed(old);
    };
    let missing = properties.iter().filter(|(_, property)| property.computed && property.read.is_some());
    let missing =
        missing.filter_map(|(name, property)| match (object.given(name), live.given(name), new.given(name)) {
            (None, Some(live), Some(new)) if !presence::is_left_to_api(property, new) => {
                Some((name.clone(), mentioned(live, new)))
            }
            _ => None,
        });
    let missing: Vec<(String, Value)> = missing.collect();
    let mut completed = Cow::Borrowed(old);
    if !missing.is_empty()
        && let Data::Object(object) = completed.to_mut().data_mut()
    {
        object.extend(missing);
    }
    completed
}

/// The fields of an object that another object also has.
fn mentioned(old: &Value, new: &Value) -> Value {
    let (Some(old_object), Some(new_object)) = (old.as_object(), new.as_object()) else { return old.clone() };
    let both = new_object.iter().filter_map(|(key, new)| Some((key.clone(), mentioned(old_object.given(key)?, new))));
    Value::from(both.collect::<Object>()).secret_if(old.is_secret())
}

/// Whether an alias of this property is set instead, with an equal value.
fn respelled(resource: &Resource, name: &str, request: &DiffRequest<'_>) -> bool {
    let spellings = spellings(resource, name);
    if spellings.len() < 2 {
        return false;
    }
    let used = |inputs: &Object| spellings.iter().copied().find(|spelling| inputs.given(spelling).is_some());
    let (Some(old), Some(new)) = (used(request.old_inputs), used(request.news)) else { return false };
    if old == new || (name != old && name != new) {
        return false;
    }
    // The removal of the old alias is not reported: changes are reported under the new one.
    if name == old {
        return true;
    }
    let on_wire = |name: &str, inputs: &Object| {
        let property = resource.properties.get(name)?;
        encode::encoded(property, inputs.given(name)?, &Path::root(name)).ok()
    };
    let new_wire = on_wire(new, request.news);
    new_wire.is_some() && on_wire(old, request.old_inputs) == new_wire
}

/// A property and its aliases (`same`).
fn spellings<'a>(resource: &'a Resource, name: &'a str) -> Vec<&'a str> {
    let stem = resource.stem(name);
    resource
        .properties
        .iter()
        .filter(|(_, property)| !property.write_only && property.input != Input::No)
        .map(|(other, _)| other.as_str())
        .filter(|other| resource.stem(other) == stem)
        .collect()
}

/// A resource with a chosen name must be deleted before its replacement is created; an automatic name changes.
fn keeps_given_name(resource: &Resource, request: &DiffRequest<'_>, diff: &Diff) -> bool {
    resource.properties.iter().any(|(name, property)| {
        property.unique
            && request.news.given(name).is_some()
            && !presence::is_filled_in(request.news, name)
            && !diff.properties().any(|changed| changed == name)
    })
}

#[derive(Default)]
struct Changes {
    found: BTreeMap<Path, Change>,
    /// An enclosing object can only be replaced as a whole.
    replace: bool,
}

impl Changes {
    fn property(&mut self, property: &Property, path: &Path, old: Option<&Value>, new: Option<&Value>) {
        let outer = self.replace;
        self.replace |= property.growing && !grows(property, old, new);
        self.value(property, path, old, new);
        self.replace = outer;
    }

    fn value(&mut self, property: &Property, path: &Path, old: Option<&Value>, new: Option<&Value>) {
        // If only some strings are allowed, an empty string cannot clear the property: it means "not set".
        let stands_for_none = |new: &&Value| !property.checks.is_empty() && presence::is_left_to_api(property, new);
        let new = new.filter(|new| !stands_for_none(new));
        match (old, new) {
            (None, None) => {}
            (Some(old), None) => {
                let is_same = equals_unset(property, old) || removal::is_cleared(property, old);
                if !removal::keeps_value(property) && !is_same {
                    self.add_or_take(path, ChangeKind::Delete, property);
                }
            }
            (None, Some(new)) => {
                if !equals_unset(property, new) {
                    self.add_or_take(path, ChangeKind::Add, property);
                }
            }
            (Some(old), Some(new)) => self.both(property, path, old, new),
        }
    }

    fn both(&mut self, property: &Property, path: &Path, old: &Value, new: &Value) {
        if new.is_unknown() || old.is_unknown() {
            return self.add(path, ChangeKind::Update, property);
        }
        match (&property.kind, old.data(), new.data()) {
            (Kind::Object(properties), Data::Object(old), Data::Object(new)) => {
                self.within(property, |changes| changes.object(properties, path, old, new));
            }
            (Kind::List(element), Data::Array(old), Data::Array(new)) => match element.as_ref() {
                Kind::Object(properties) => {
                    self.within(property, |changes| changes.objects(property, properties, path, old, new));
                }
                _ => self.list(property, path, old, new),
            },
            (Kind::Map(_), Data::Object(old), Data::Object(new)) => self.map(property, path, old, new),
            (_, Data::Asset(old), Data::Asset(new)) => {
                if !old.is_same(new) {
                    self.add(path, ChangeKind::Update, property);
                }
            }
            _ => {
                if !is_unchanged(property, old, new) {
                    self.add(path, ChangeKind::Update, property);
                }
            }
        }
    }

    fn object(&mut self, properties: &BTreeMap<String, Property>, path: &Path, old: &Object, new: &Object) {
        for (name, property) in properties {
            if property.input != Input::No && !property.write_only {
                self.property(property, &path.name(name.as_str()), old.given(name), new.given(name));
            }
        }
    }

    fn objects(
        &mut self,
        property: &Property,
        properties: &BTreeMap<String, Property>,
        path: &Path,
        old: &[Value],
        new: &[Value],
    ) {
        if property.equal == Some(Equal::Unordered) && is_permutation(properties, old, new) {
            return;
        }
        for index in 0..old.len().max(new.len()) {
            let here = path.index(index);
            match (old.get(index), new.get(index)) {
                (Some(_), None) => self.add(&here, ChangeKind::Delete, property),
                (None, Some(_)) => self.add(&here, ChangeKind::Add, property),
                (Some(old), Some(new)) => match (old.as_object(), new.as_object()) {
                    (Some(old), Some(new)) => self.object(properties, &here, old, new),
                    _ => self.add(&here, ChangeKind::Update, property),
                },
                (None, None) => {}
            }
        }
    }

    fn list(&mut self, property: &Property, path: &Path, old: &[Value], new: &[Value]) {
        let is_known = !old.iter().chain(new).any(Value::contains_unknown);
        if is_known && (old == new || is_unchanged(property, &Value::from(old.to_vec()), &Value::from(new.to_vec()))) {
            return;
        }
        if property.equal == Some(Equal::Unordered) {
            return self.add(path, ChangeKind::Update, property);
        }
        for index in 0..old.len().max(new.len()) {
            let here = path.index(index);
            match (old.get(index), new.get(index)) {
                (Some(_), None) => self.add(&here, ChangeKind::Delete, property),
                (None, Some(_)) => self.add(&here, ChangeKind::Add, property),
                (Some(old), Some(new)) if !is_unchanged(property, old, new) => {
                    self.add(&here, ChangeKind::Update, property);
                }
                _ => {}
            }
        }
    }

    fn map(&mut self, property: &Property, path: &Path, old: &Object, new: &Object) {
        if property.convert.is_some()
            && old != new
            && is_unchanged(property, &Value::from(old.clone()), &Value::from(new.clone()))
        {
            return;
        }
        for (key, value) in old {
            match new.given(key) {
                None => self.add(&path.name(key.as_str()), ChangeKind::Delete, property),
                Some(new) if !is_unchanged(property, value, new) => {
                    self.add(&path.name(key.as_str()), ChangeKind::Update, property);
                }
                Some(_) => {}
            }
        }
        for (key, _) in new.iter().filter(|(key, value)| !value.is_null() && old.given(key).is_none()) {
            self.add(&path.name(key.as_str()), ChangeKind::Add, property);
        }
    }

    fn within(&mut self, property: &Property, work: impl FnOnce(&mut Self)) {
        let outer = self.replace;
        self.replace |= property.replace;
        work(self);
        self.replace = outer;
    }

    fn add_or_take(&mut self, path: &Path, kind: ChangeKind, property: &Property) {
        self.found.insert(
            path.clone(),
            Change { kind, replace: property.replace || property.replace_if_added_or_removed || self.replace },
        );
    }

    fn add(&mut self, path: &Path, kind: ChangeKind, property: &Property) {
        self.found.insert(path.clone(), Change { kind, replace: property.replace || self.replace });
    }
}

/// A value that is equal to "not set": empty or the default. An empty object means "present", so it is set.
fn equals_unset(property: &Property, value: &Value) -> bool {
    if value.contains_unknown() || matches!(value.data(), Data::Asset(_)) {
        return false;
    }
    let Ok(json) = value.to_json() else { return false };
    presence::is_default(property, &json)
        || (presence::is_empty(property, &json) && !matches!(property.kind, Kind::Object(_)))
}

fn is_unchanged(property: &Property, old: &Value, new: &Value) -> bool {
    // Most values are equal, or are scalars that are compared as they are; only the others are converted to JSON.
    if old == new {
        return !old.contains_unknown();
    }
    let is_scalar = |value: &Value| matches!(value.data(), Data::String(_) | Data::Number(_) | Data::Bool(_));
    if property.equal.is_none() && property.convert.is_none() && is_scalar(old) && is_scalar(new) {
        return false;
    }
    let (Ok(old), Ok(new)) = (old.to_json(), new.to_json()) else { return false };
    equal::same(property.equal, &old, &new)
        // Two spellings that are sent as the same value, such as an ID with and without its region.
        || property.convert.is_some_and(|convert| equal::on_wire(convert, property.equal, &old, &new))
}

fn is_permutation(properties: &BTreeMap<String, Property>, old: &[Value], new: &[Value]) -> bool {
    if old.len() != new.len() {
        return false;
    }
    let mut left: Vec<&Value> = old.iter().collect();
    new.iter().all(|new| {
        let position = left.iter().position(|old| {
            let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else { return false };
            let mut changes = Changes::default();
            changes.object(properties, &Path::default(), old, new);
            changes.found.is_empty()
        });
        position.map(|position| left.remove(position)).is_some()
    })
}

#[cfg(test)]
#[path = "diff_tests.rs"]
mod tests;
