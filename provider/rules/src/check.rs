//! Check: the program's inputs, with names and defaults filled in, and everything that is wrong with them. Pure.

mod cron;
mod decides;
mod familiar;
mod localities;
mod policy;
mod rules;

use std::collections::BTreeMap;

use catalog::{Format, Input, Kind, Lookup, Property, Resource, Source};
use value::{Data, Object, Path, Value};

use crate::autoname::Autonaming;
use crate::operation::{CheckRequest, Checked, Failure, Warning};
use crate::place::{self, Defaults};
use crate::presence;
use crate::{autoname, secret_hash, special, tags};

pub use localities::unknown_places;

/// Where the names of the inputs that the program did not give are kept, as bridged providers do.
const DEFAULTS: &str = "__defaults";

/// Arguments that narrow a lookup down without telling which one is meant.
const OWNERS: [&str; 3] = ["projectId", "organizationId", "region"];

/// Checks the inputs of a resource.
///
/// Secrets and unknowns stay where they are; an unknown value satisfies every rule. Checking what was checked changes
/// nothing.
pub fn check(resource: &Resource, request: &CheckRequest<'_>, defaults: &Defaults) -> Checked {
    let mut checker = Checker::default();
    let mut inputs = checker.object(&resource.properties, request.news, &Path::default());
    let mut made = checker.names(resource, request, defaults.environment.as_deref(), &mut inputs);
    for name in special::handler(resource).inherited(&inputs).iter().filter(|name| request.news.given(name).is_none()) {
        inputs.remove(*name);
        made.retain(|made| made.as_str() != Some(name));
    }
    tags::lay_under(resource, defaults, &mut inputs);
    checker.groups(resource, request.olds, &inputs);
    checker.directions(resource, request.olds, &inputs);
    checker.places(resource, &inputs, defaults);
    checker.warnings.extend(localities::doubts(resource, &inputs));
    special::handler(resource).check(request.olds, &inputs, &mut checker.failures);
    secret_hash::check(resource, request.olds, &inputs, &mut checker.failures, &mut checker.warnings);
    if !made.is_empty() {
        inputs.insert(DEFAULTS.to_owned(), Value::from(made));
    }
    checker.failures.sort_by(|one, other| one.path.cmp(&other.path));
    Checked { inputs, failures: checker.failures, warnings: checker.warnings }
}

/// Types what a component or one of its methods is given and fills in defaults; tells everything that is wrong.
pub fn check_component(inputs: &BTreeMap<String, Property>, given: &Object) -> Checked {
    let mut checker = Checker::default();
    let inputs = checker.object(inputs, given, &Path::default());
    checker.failures.sort_by(|one, other| one.path.cmp(&other.path));
    Checked { inputs, failures: checker.failures, warnings: checker.warnings }
}

/// Checks the arguments of a lookup; gives them typed, or everything that is wrong.
pub fn arguments(lookup: &Lookup, given: &Object) -> Result<Object, Vec<Failure>> {
    let mut checker = Checker::default();
    let arguments = checker.object(&lookup.inputs, given, &Path::default());
    checker.which(lookup, &arguments);
    if checker.failures.is_empty() { Ok(arguments) } else { Err(checker.failures) }
}

#[derive(Default)]
struct Checker {
    failures: Vec<Failure>,
    warnings: Vec<Warning>,
    /// The current place is inside of something secret.
    secret: bool,
}

impl Checker {
    fn fail(&mut self, path: &Path, reason: impl Into<String>) {
        self.failures.push(Failure { path: path.clone(), reason: reason.into() });
    }

    fn object(&mut self, properties: &BTreeMap<String, Property>, news: &Object, path: &Path) -> Object {
        let mut inputs = Object::new();
        for (name, value) in news.iter().filter(|(name, value)| !name.starts_with("__") && !value.is_null()) {
            let here = path.name(name.as_str());
            match properties.get(name).filter(|property| property.input != Input::No) {
                Some(property) if presence::stands_for_default(property, value) => {}
                Some(property) => {
                    let value = self.value(property, value, &here).secret_if(property.secret);
                    inputs.insert(name.clone(), value);
                }
                None => self.fail(&here, unexpected(properties, name)),
            }
        }
        for (name, property) in properties {
            if let (Some(known), Some(value)) = (&property.checks.known, inputs.given(name)) {
                let here = path.name(name.as_str());
                let secret = self.secret || property.secret;
                self.warnings.extend(familiar::doubts(known, &here, value, &inputs, secret));
            }
            if let (Some(Format::BucketPolicy), Some(text)) = (property.checks.format, inputs.text(name)) {
                let doubt = policy::lock_out(text).map(|text| Warning { path: path.name(name.as_str()), text });
                self.warnings.extend(doubt);
            }
            if inputs.contains_key(name) {
                continue;
            }
            if let Some(default) = &property.default {
                inputs.insert(name.clone(), Value::from(default.clone()));
            } else if property.input == Input::Required {
                self.fail(&path.name(name.as_str()), "is required");
            }
        }
        inputs
    }

    fn value(&mut self, property: &Property, value: &Value, path: &Path) -> Value {
        let outer = self.secret;
        self.secret |= property.secret || value.contains_secret();
        let value = self.typed(&property.kind, value, path);
        self.failures.extend(decides::unknown(property, &value, path));
        for reason in rules::broken(property, &value, self.secret) {
            self.fail(path, reason);
        }
        self.warnings.extend(rules::unusual(property, &value).map(|text| Warning { path: path.clone(), text }));
        self.secret = outer;
        value
    }

    /// The value in its declared type: texts that read as numbers or booleans are taken for them, as the peer does.
    fn typed(&mut self, kind: &Kind, value: &Value, path: &Path) -> Value {
        match (kind, value.data()) {
            (_, Data::Unknown) | (Kind::File, Data::Asset(_)) => value.clone(),
            (Kind::Any, _) => {
                self.without_files(value, path);
                value.clone()
            }
            (Kind::String, Data::String(_)) | (Kind::Boolean, Data::Bool(_)) | (Kind::Number, Data::Number(_)) => {
                value.clone()
            }
            (Kind::Integer, Data::Number(number)) => {
                if number.fract() != 0.0 {
                    self.fail(path, "must be a whole number");
                }
                value.clone()
            }
            (Kind::String, Data::Number(_) | Data::Bool(_)) => {
                let text = value.to_json().map(|json| json.to_string()).unwrap_or_default();
                like(value, Value::from(text))
            }
            (Kind::Asset, Data::Asset(asset)) if !asset.archive => value.clone(),
            (Kind::Archive, Data::Asset(asset)) if asset.archive => value.clone(),
            (Kind::String, Data::Reference(reference)) if reference.id.is_some() => {
                like(value, reference.id.clone().unwrap_or_default())
            }
            (Kind::Integer | Kind::Number, Data::String(text)) => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => self.typed(kind, &like(value, Value::from(number)), path),
                _ => self.mistyped(kind, value, path),
            },
            (Kind::Boolean, Data::String(text)) => match text.parse::<bool>() {
                Ok(flag) => like(value, Value::from(flag)),
                Err(_) => self.mistyped(kind, value, path),
            },
            (Kind::List(element), Data::Array(items)) => {
                let items = items.iter().enumerate().filter(|(_, item)| !item.is_null());
                let items = items.map(|(index, item)| self.typed(element, item, &path.index(index)));
                like(value, Value::from(items.collect::<Vec<_>>()))
            }
            (Kind::Map(element), Data::Object(map)) => {
                let map = map.iter().filter(|(_, value)| !value.is_null());
                let map = map.map(|(key, value)| (key.clone(), self.typed(element, value, &path.name(key.as_str()))));
                like(value, Value::from(map.collect::<Object>()))
            }
            (Kind::Object(properties), Data::Object(object)) => {
                like(value, Value::from(self.object(properties, object, path)))
            }
            _ => self.mistyped(kind, value, path),
        }
    }

    /// Rejects assets and archives in what is sent as JSON, at any depth.
    fn without_files(&mut self, value: &Value, path: &Path) {
        match value.data() {
            Data::Asset(_) => self.fail(path, format!("must be JSON, not {}", value.kind())),
            Data::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| self.without_files(item, &path.index(index)));
            }
            Data::Object(object) => {
                object.iter().for_each(|(key, item)| self.without_files(item, &path.name(key.as_str())));
            }
            _ => {}
        }
    }

    fn mistyped(&mut self, kind: &Kind, value: &Value, path: &Path) -> Value {
        self.fail(path, format!("must be {}, not {}", expected(kind), value.kind()));
        value.clone()
    }

    /// Fills in names, and tells which inputs the program did not give itself.
    fn names(
        &mut self,
        resource: &Resource,
        request: &CheckRequest<'_>,
        environment: Option<&str>,
        inputs: &mut Object,
    ) -> Vec<Value> {
        let mut made: Vec<Value> = resource
            .properties
            .iter()
            .filter(|(name, property)| {
                let is_absent = |value: &Value| presence::stands_for_default(property, value);
                property.default.is_some() && request.news.given(name).is_none_or(is_absent)
            })
            .map(|(name, _)| Value::from(name.as_str()))
            .collect();
        for (name, property) in &resource.properties {
            if property.input != Input::Auto || inputs.given(name).is_some() {
                continue;
            }
            let longest = property.checks.max_length;
            let conventional = environment
                .filter(|_| request.autonaming == Autonaming::Default)
                .map(|environment| autoname::by_convention(request.name, environment, longest));
            let old = request.olds.given(name);
            // The next one would have the name by convention too, so it counts as one that the program chose.
            if conventional.as_deref().is_none_or(|name| old.is_some_and(|old| old.as_str() != Some(name))) {
                made.push(Value::from(name.as_str()));
            }
            // The name of an existing resource stays, however it was made.
            if let Some(old) = old {
                inputs.insert(name.clone(), old.clone());
                continue;
            }
            let named = || autoname::name(request.name, request.seed, &request.autonaming, longest);
            match conventional.map_or_else(named, Ok) {
                Ok(text) => {
                    // The logical name it is made of may hold anything.
                    let text = match property.checks.format {
                        Some(Format::BucketName) => autoname::plain(&text),
                        _ => text,
                    };
                    let made = self.value(property, &Value::from(text), &Path::root(name.as_str()));
                    inputs.insert(name.clone(), made);
                }
                Err(reason) => self.fail(&Path::root(name.as_str()), reason),
            }
        }
        made.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
        made
    }

    fn groups(&mut self, resource: &Resource, olds: &Object, inputs: &Object) {
        // What was imported without a password that nobody can read goes on without one.
        let is_unread = |name: &String| resource.properties.get(name).is_some_and(|property| property.read.is_none());
        let goes_without = |name: &String| !olds.is_empty() && is_unread(name) && !says_something(olds.given(name));
        for group in &resource.exactly_one {
            self.group(group, inputs, !group.iter().all(goes_without));
        }
        for group in &resource.at_least_one {
            if let (None, Some(first)) = (group.iter().find(|name| says_something(inputs.given(name))), group.first()) {
                let names = group.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                self.fail(&Path::root(first.as_str()), format!("is missing: give one of {names}"));
            }
        }
        for group in &resource.at_most_one {
            self.group(group, inputs, false);
        }
        for (name, needed) in &resource.requires {
            for needed in needed.iter().filter(|needed| inputs.given(needed).is_none()) {
                if inputs.given(name).is_some() {
                    self.fail(&Path::root(name.as_str()), format!("needs `{needed}` too"));
                }
            }
        }
    }

    /// Either the id is given, or something to find the resource by. An id the provider has a default for may be absent.
    fn which(&mut self, lookup: &Lookup, arguments: &Object) {
        let (id, by) = match (&lookup.id, &lookup.by, &lookup.parent) {
            (Some(id), Some(by), _) => (id, by),
            (_, _, Some(parent)) => (&parent.property, &parent.by),
            _ => return,
        };
        let inputs = by.find.values().filter_map(|source| match source {
            Source::Property(name) => Some(name.as_str()),
            _ => None,
        });
        // What must be given anyway says nothing about which one is meant.
        let chosen = |name: &&str| lookup.inputs.get(*name).is_none_or(|input| input.input != Input::Required);
        let found_by: Vec<&str> = inputs.filter(|name| !OWNERS.contains(name)).filter(chosen).collect();
        let given: Vec<&&str> = found_by.iter().filter(|name| says_something(arguments.given(name))).collect();
        let has_default = lookup.inputs.get(id).is_some_and(|input| matches!(input.input, Input::Provider(_)));
        match (says_something(arguments.given(id)), given.first()) {
            (true, Some(name)) => {
                self.fail(&Path::root(**name), format!("is one too many: `{id}` says already which one is meant"));
            }
            (false, None) if !has_default => {
                let names = found_by.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                self.fail(&Path::root(id.as_str()), format!("is missing: give it, or one of {names}"));
            }
            _ => {}
        }
    }

    fn group(&mut self, group: &[String], inputs: &Object, needed: bool) {
        let given: Vec<&String> = group.iter().filter(|name| says_something(inputs.given(name))).collect();
        let names = group.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        match given.as_slice() {
            [] if needed => {
                if let Some(first) = group.first() {
                    self.fail(&Path::root(first.as_str()), format!("is missing: give exactly one of {names}"));
                }
            }
            [] | [_] => {}
            [_, second, ..] => {
                self.fail(&Path::root(second.as_str()), format!("is one too many: give only one of {names}"));
            }
        }
    }

    fn directions(&mut self, resource: &Resource, olds: &Object, inputs: &Object) {
        for (name, _) in resource.properties.iter().filter(|(_, property)| property.one_way) {
            let was = olds.flag(name);
            if was == Some(true) && inputs.flag(name) == Some(false) {
                let reason = "cannot be switched off again: leave it on, or replace the resource";
                self.fail(&Path::root(name.as_str()), reason);
            }
        }
    }

    /// Things in another region or zone cannot be used.
    fn places(&mut self, resource: &Resource, inputs: &Object, defaults: &Defaults) {
        let Some(own) = place::of_inputs(resource, inputs, defaults) else { return };
        let far: Vec<(String, String)> = place::localized(resource, inputs)
            .filter(|(_, locality)| place::is_locality(resource.locality, locality) && *locality != own)
            .map(|(name, locality)| (name.to_owned(), locality.to_owned()))
            .collect();
        for (name, locality) in far {
            self.fail(&Path::root(name), format!("is in {locality}, but this {} is in {own}", resource.label));
        }
    }
}

/// Whether a given input counts among alternatives: `false` and empty texts do not.
fn says_something(value: Option<&Value>) -> bool {
    value.is_some_and(|value| match value.data() {
        Data::Bool(flag) => *flag,
        Data::String(text) => !text.is_empty(),
        _ => true,
    })
}

fn like(value: &Value, made: Value) -> Value {
    made.secret_if(value.is_secret()).depending_on(value.dependencies().cloned())
}

fn expected(kind: &Kind) -> &'static str {
    match kind {
        Kind::String => "a text",
        Kind::Integer => "a whole number",
        Kind::Number => "a number",
        Kind::Boolean => "true or false",
        Kind::List(_) => "a list",
        Kind::Map(_) | Kind::Object(_) => "an object",
        Kind::Asset => "a file (an asset)",
        Kind::Archive => "an archive",
        Kind::File => "a file or an archive (an asset or an archive of Pulumi)",
        Kind::Any => "anything",
    }
}

/// Why a name is not an input among these properties, with the nearest input.
pub fn unexpected(properties: &BTreeMap<String, Property>, name: &str) -> String {
    if properties.contains_key(name) {
        return "is an output only; it cannot be given".to_owned();
    }
    let inputs = properties.iter().filter(|(_, property)| property.input != Input::No);
    match rules::nearest(name, inputs.map(|(name, _)| name.as_str())) {
        Some(near) => format!("is not an input of this resource; did you mean `{near}`?"),
        None => "is not an input of this resource".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use catalog::Checks;
    use serde_json::json;

    use super::*;

    fn input(kind: Kind) -> Property {
        Property { kind, input: Input::Optional, ..Property::default() }
    }

    fn failures(property: &Property, value: &Value) -> Vec<String> {
        let mut checker = Checker::default();
        checker.value(property, value, &Path::root("it"));
        checker.failures.into_iter().map(|failure| format!("{} {}", failure.path, failure.reason)).collect()
    }

    #[test]
    fn what_stands_inside_of_a_secret_is_never_repeated() {
        let email =
            Property { checks: Checks { format: Some(Format::Email), ..Checks::default() }, ..input(Kind::String) };
        let contact = Kind::Object([("email".to_owned(), email)].into_iter().collect());
        let list = input(Kind::List(Box::new(contact)));
        let contacts = Value::from(json!([{ "email": "hunter2" }]));
        let shown = failures(&list, &contacts);
        assert_eq!(shown, ["it[0].email must be an e-mail address, which \"hunter2\" is not"]);
        let hidden = failures(&list, &contacts.into_secret());
        assert_eq!(hidden, ["it[0].email must be an e-mail address, which the value is not"]);
    }

    #[test]
    fn a_text_is_a_number_only_if_a_number_would_do_in_its_place() {
        assert_eq!(failures(&input(Kind::Integer), &Value::from("5")), [""; 0]);
        assert_eq!(failures(&input(Kind::Integer), &Value::from("1.5")), ["it must be a whole number"]);
        for text in ["NaN", "inf", "five"] {
            assert_eq!(failures(&input(Kind::Number), &Value::from(text)), ["it must be a number, not a string"]);
        }
    }

    #[test]
    fn empty_string_counts_as_absent_where_there_is_a_default() {
        let catalog = catalog::Catalog::parse(include_str!("../../../schema/catalog.json")).unwrap();
        let mut found = 0;
        for (token, resource) in &catalog.resources {
            let has_default = |property: &Property| {
                let default = property.default.as_ref().and_then(serde_json::Value::as_str);
                property.input != Input::No && default.is_some_and(|default| !default.is_empty())
            };
            for (name, _) in resource.properties.iter().filter(|(_, property)| has_default(property)) {
                let checked = |news: &Object| {
                    let olds = &Object::new();
                    let request = CheckRequest { name: "main", olds, news, seed: b"", autonaming: Autonaming::Default };
                    let checked = super::check(resource, &request, &Defaults::default());
                    (checked.inputs.get(name).cloned(), checked.inputs.get(DEFAULTS).cloned())
                };
                found += 1;
                let empty = Object::new().with(name.as_str(), "");
                assert_eq!(checked(&empty), checked(&Object::new()), "{token} {name}");
            }
        }
        assert!(found > 4, "only {found} inputs have a default");
    }
}
