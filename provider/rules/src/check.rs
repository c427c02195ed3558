//! Check: validates the program's inputs and fills in names and defaults. Pure.

mod cron;
mod decides;
mod groups;
mod known_values;
mod localities;
mod policy;
mod rules;

use std::collections::BTreeMap;

use catalog::{Format, Input, Kind, Lookup, Property, Resource};
use value::{Data, Object, Path, Value};

use crate::autoname::Autonaming;
use crate::operation::{CheckRequest, Checked, Failure, Warning};
use crate::place::{self, Defaults};
use crate::presence::{self, DEFAULTS};
use crate::{autoname, secret_hash, secret_reference, special, tags, write_only};

use groups::Groups;
pub use localities::unknown_places;

/// Checks the inputs of a resource.
///
/// Secret and unknown values keep their flags; an unknown value satisfies every rule. Check is idempotent.
pub fn check(resource: &Resource, request: &CheckRequest<'_>, defaults: &Defaults) -> Checked {
    let mut checker = Checker::default();
    let mut inputs = checker.object(&resource.properties, request.news, &Path::default());
    checker.keep_passwords(resource, request.olds, request.news);
    let mut made = checker.names(resource, request, defaults.environment.as_deref(), &mut inputs);
    for name in special::handler(resource).inherited(&inputs).iter().filter(|name| request.news.given(name).is_none()) {
        inputs.remove(*name);
        made.retain(|made| made.as_str() != Some(name));
    }
    tags::lay_under(resource, defaults, &mut inputs);
    Groups(&mut checker.failures).resource(resource, request.olds, &inputs);
    checker.directions(resource, request.olds, &inputs);
    checker.places(resource, &inputs, defaults);
    localities::check(resource, &inputs, &mut checker.failures, &mut checker.warnings);
    special::handler(resource).check(request.olds, &inputs, &mut checker.failures);
    secret_hash::check(resource, request.olds, &inputs, &mut checker.failures, &mut checker.warnings);
    write_only::check(resource, request.olds, &inputs, &mut checker.failures);
    secret_reference::check(resource, &inputs, &mut checker.failures);
    for value in inputs.values_mut().filter(|value| secret_reference::is_in(value)) {
        *value = secret_reference::shown(value);
    }
    if !made.is_empty() {
        inputs.insert(DEFAULTS.to_owned(), Value::from(made));
    }
    checker.failures.sort_by(|one, other| one.path.cmp(&other.path));
    Checked { inputs, failures: checker.failures, warnings: checker.warnings }
}

/// Checks the arguments of a component or of one of its methods: converts types, fills in defaults, and returns all failures.
pub fn check_component(inputs: &BTreeMap<String, Property>, given: &Object) -> Checked {
    let mut checker = Checker::default();
    let inputs = checker.object(inputs, given, &Path::default());
    checker.failures.sort_by(|one, other| one.path.cmp(&other.path));
    Checked { inputs, failures: checker.failures, warnings: checker.warnings }
}

/// Checks the arguments of a lookup. Returns the typed arguments, or all failures.
pub fn arguments(lookup: &Lookup, given: &Object) -> Result<Object, Vec<Failure>> {
    let mut checker = Checker::default();
    let arguments = checker.object(&lookup.inputs, given, &Path::default());
    Groups(&mut checker.failures).lookup(lookup, &arguments);
    if checker.failures.is_empty() { Ok(arguments) } else { Err(checker.failures) }
}

#[derive(Default)]
struct Checker {
    failures: Vec<Failure>,
    warnings: Vec<Warning>,
    /// The current path is inside a secret value.
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
                self.warnings.extend(known_values::warnings(known, &here, value, &inputs, secret));
            }
            if let (Some(Format::BucketPolicy), Some(text)) = (property.checks.format, inputs.text(name)) {
                let warning = policy::lock_out(text).map(|text| Warning { path: path.name(name.as_str()), text });
                self.warnings.extend(warning);
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

    /// Passwords that are older than the rule of the API: an unchanged one is not sent, so it is not rejected.
    fn keep_passwords(&mut self, resource: &Resource, olds: &Object, news: &Object) {
        let is_kept = |name: &String, property: &Property| {
            let (Some(old), Some(new)) = (olds.given(name), news.given(name)) else { return false };
            let same_version = || {
                let version = write_only::version_of(name);
                olds.given(&version) == news.given(&version)
            };
            old == new || (property.write_only && same_version())
        };
        for (name, property) in &resource.properties {
            if property.checks.format == Some(Format::DatabasePassword) && is_kept(name, property) {
                self.failures.retain(|failure| failure.path != Path::root(name.as_str()));
            }
        }
    }

    fn value(&mut self, property: &Property, value: &Value, path: &Path) -> Value {
        let outer = self.secret;
        self.secret |= property.secret || value.contains_secret();
        let value = self.typed(&property.kind, value, path);
        self.failures.extend(decides::unknown(property, &value, path));
        let broken = rules::broken(property, &value, self.secret);
        // The rules apply to the value of a secret, which Check does not read.
        if !broken.is_empty() && !secret_reference::is_in(&value) {
            for reason in broken {
                self.fail(path, reason);
            }
        }
        Groups(&mut self.failures).property(property, &value, path);
        self.warnings.extend(rules::unusual(property, &value).map(|text| Warning { path: path.clone(), text }));
        self.secret = outer;
        value
    }

    /// The value in its declared type: strings are parsed as numbers or booleans, as in `pulumiverse_scaleway`.
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
                    self.fail(path, "must be an integer");
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

    /// Rejects assets and archives in a value that is sent as JSON, at any depth.
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

    /// Fills in automatic names. Returns the names of the inputs that the program did not set.
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
            if property.input != Input::Auto {
                continue;
            }
            let prefix = property.prefix.as_ref().filter(|prefix| inputs.given(prefix).is_some());
            if let Some(given) = inputs.given(name) {
                // A second check of the same inputs has the automatic name.
                let starts = |prefix: &str| given.as_str().is_none_or(|given| given.starts_with(prefix));
                let conflicts = |prefix: &&String| !starts(inputs.text(prefix).unwrap_or_default());
                if let Some(prefix) = prefix.filter(conflicts) {
                    self.fail(&Path::root(prefix.as_str()), format!("conflicts with `{name}`: set only one of them"));
                }
                continue;
            }
            let affixes = Affixes::of(property, inputs);
            let longest = affixes.rest_of(property.checks.max_length);
            let conventional = environment
                .filter(|_| request.autonaming == Autonaming::Default && prefix.is_none())
                .map(|environment| autoname::by_convention(request.name, environment, longest) + affixes.suffix);
            let old = request.olds.given(name).filter(|old| affixes.fit(old));
            // A replacement would have the same name by convention, so it counts as a name that the program chose.
            if conventional.as_deref().is_none_or(|name| old.is_some_and(|old| old.as_str() != Some(name))) {
                made.push(Value::from(name.as_str()));
            }
            // An existing resource keeps its name, whether it was automatic or not.
            if let Some(old) = old {
                inputs.insert(name.clone(), old.clone());
                continue;
            }
            if affixes.is_unknown {
                inputs.insert(name.clone(), Value::UNKNOWN);
                continue;
            }
            let named = || match affixes.prefix {
                Some(prefix) => {
                    let base = prefix.strip_suffix('-').unwrap_or(prefix);
                    autoname::name(base, request.seed, &Autonaming::Default, longest)
                }
                None => autoname::name(request.name, request.seed, &request.autonaming, longest),
            };
            let named =
                || named().map(|text| if text.ends_with(affixes.suffix) { text } else { text + affixes.suffix });
            match conventional.map_or_else(named, Ok) {
                Ok(text) => {
                    // The logical name, from which the name is derived, may contain any character.
                    let text = match property.checks.format {
                        Some(Format::BucketName) => autoname::valid_name(&text),
                        _ => text,
                    };
                    inputs.insert(name.clone(), self.value(property, &Value::from(text), &Path::root(name.as_str())));
                }
                Err(reason) => self.fail(&Path::root(name.as_str()), reason),
            }
        }
        made.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
        made
    }

    fn directions(&mut self, resource: &Resource, olds: &Object, inputs: &Object) {
        for (name, _) in resource.properties.iter().filter(|(_, property)| property.one_way) {
            let [old, new] = [olds, inputs].map(|object| object.given(name).and_then(Value::as_f64));
            if olds.flag(name) == Some(true) && inputs.flag(name) == Some(false) {
                let reason = "cannot be disabled after it was enabled: keep it enabled, or replace the resource";
                self.fail(&Path::root(name.as_str()), reason);
            } else if old.zip(new).is_some_and(|(old, new)| new < old) {
                let reason = "cannot be decreased: create a new resource and move the data";
                self.fail(&Path::root(name.as_str()), reason);
            }
        }
    }

    /// Rejects references to resources in another region or zone.
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

/// The beginning and the end of an automatic name that other inputs determine.
struct Affixes<'a> {
    prefix: Option<&'a str>,
    suffix: &'a str,
    /// The suffixes for other values of the inputs.
    others: Vec<&'a str>,
    /// An input is not known yet.
    is_unknown: bool,
}

impl<'a> Affixes<'a> {
    fn of(property: &'a Property, inputs: &'a Object) -> Self {
        let is_unknown = |name: &String| inputs.get(name).is_some_and(Value::is_unknown);
        let (own, others): (Vec<_>, Vec<_>) =
            property.suffix_if.iter().partition(|(flag, _)| inputs.flag(flag) == Some(true));
        Self {
            prefix: property.prefix.as_ref().and_then(|prefix| inputs.text(prefix)).filter(|prefix| !prefix.is_empty()),
            suffix: own.first().map_or("", |(_, suffix)| suffix.as_str()),
            others: others.into_iter().map(|(_, suffix)| suffix.as_str()).collect(),
            is_unknown: property.prefix.iter().chain(property.suffix_if.keys()).any(is_unknown),
        }
    }

    /// The maximum length of a name without the suffix.
    fn rest_of(&self, longest: Option<u32>) -> Option<u32> {
        longest.map(|longest| longest.saturating_sub(u32::try_from(self.suffix.len()).unwrap_or_default()))
    }

    /// Whether an existing name can stay.
    fn fit(&self, name: &Value) -> bool {
        let Some(name) = name.as_str().filter(|_| !self.is_unknown) else { return true };
        name.starts_with(self.prefix.unwrap_or_default())
            && name.ends_with(self.suffix)
            && !self.others.iter().any(|other| name.ends_with(other))
    }
}

fn like(value: &Value, made: Value) -> Value {
    made.secret_if(value.is_secret()).depending_on(value.dependencies().cloned())
}

fn expected(kind: &Kind) -> &'static str {
    match kind {
        Kind::String => "a string",
        Kind::Integer => "an integer",
        Kind::Number => "a number",
        Kind::Boolean => "a boolean",
        Kind::List(_) => "a list",
        Kind::Map(_) | Kind::Object(_) => "an object",
        Kind::Asset => "an asset",
        Kind::Archive => "an archive",
        Kind::File => "an asset or an archive",
        Kind::Any => "any value",
    }
}

/// The reason why a name is not an input of these properties, with the nearest input.
pub fn unexpected(properties: &BTreeMap<String, Property>, name: &str) -> String {
    if properties.contains_key(name) {
        return "is an output and cannot be set".to_owned();
    }
    let inputs = properties.iter().filter(|(_, property)| property.input != Input::No);
    match rules::nearest(name, inputs.map(|(name, _)| name.as_str())) {
        Some(near) => format!("is not an input of this resource; did you mean `{near}`?"),
        None => "is not an input of this resource".to_owned(),
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
