//! Each input of each component, at any depth, as an output that is unknown in a preview, and as a secret.
//!
//! An input that decides which resources are created must be known, and one message names it. Any other input may be unknown:
//! the preview registers the same parts, and whatever the input sets is unknown there, and neither lost nor a default.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use catalog::{Catalog, Decides, Input, Kind, Property};
use components::{API, Child, Error, Monitor, OutputState, PROJECT, Registered, Request, STORAGE};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rules::{Autonaming, CheckRequest, Defaults};
use serde_json::Value as Json;
use value::{Object, Path, Segment, Value, object};

use super::{typed, wrong};

/// The dependency of the unknown or secret input.
const SOURCE: &str = "urn:source";

/// A project.
const PROJECT_ID: &str = "5ca1e3a7-fa4e-4000-8000-000000000001";

/// Inputs that no part depends on: tags of components whose parts take none.
const UNUSED: [&str; 8] = [
    "evalap/containerRegistry:ContainerRegistry.costCentre",
    "evalap/containerRegistry:ContainerRegistry.owner",
    "evalap/containerRegistry:ContainerRegistry.tags",
    "evalap/containerRegistry:ContainerRegistry.tags{}",
    "evalap/monitoring:Monitoring.costCentre",
    "evalap/monitoring:Monitoring.owner",
    "evalap/monitoring:Monitoring.tags",
    "evalap/monitoring:Monitoring.tags{}",
];

/// Pulumi's monitor in the preview of a new stack: it checks registrations as the plugin does, and constructs components.
struct Preview<'a> {
    catalog: &'a Catalog,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    parts: Vec<(String, Value)>,
    problems: Vec<String>,
}

/// The monitor of one component in the preview.
struct Inside<'a> {
    preview: &'a Preview<'a>,
    urn: String,
}

impl<'a> Preview<'a> {
    fn of(catalog: &'a Catalog, token: &str, given: &Object) -> Seen {
        let preview = Preview { catalog, seen: Mutex::default() };
        preview.build(token, "it", given.clone()).now_or_never().expect("a preview waits for nothing");
        preview.seen.into_inner().unwrap()
    }

    fn fail(&self, name: &str, path: &Path, reason: &str) {
        self.seen.lock().unwrap().problems.push(format!("{name} {path}: {reason}"));
    }

    /// Constructs a component as `construct` does.
    fn build<'b>(&'b self, token: &'b str, name: &'b str, given: Object) -> BoxFuture<'b, Option<Object>> {
        async move {
            let component = &self.catalog.components[token];
            let (given, mut checked) = typed(self.catalog, component, given);
            for (name, value) in [(PROJECT, PROJECT_ID), (STORAGE, "https://s3.example"), (API, "https://api.example")]
            {
                checked.inputs.insert(name.to_owned(), Value::from(value));
            }
            let parts: Vec<String> = component.parts.keys().cloned().collect();
            let request = Request { token, name, inputs: &checked.inputs, given: &given, parts: &parts };
            let problems = wrong(checked.failures, request);
            if !problems.is_empty() {
                for problem in problems {
                    self.fail(name, &problem.path, &problem.reason);
                }
                return None;
            }
            let inside = Inside { preview: self, urn: format!("urn:{name}") };
            components::construct(&inside, request).await.ok().map(|made| made.outputs)
        }
        .boxed()
    }
}

impl Monitor for Inside<'_> {
    fn component(&self, _: Object) -> BoxFuture<'_, Result<String, Error>> {
        async { Ok(self.urn.clone()) }.boxed()
    }

    fn child(&self, child: Child) -> BoxFuture<'_, Result<Registered, Error>> {
        async move {
            let Child { token, name, inputs, is_component, .. } = child;
            self.preview.seen.lock().unwrap().parts.push((name.clone(), Value::from(inputs.clone())));
            let failed = || Error::Part { name: name.clone() };
            let outputs = if is_component {
                self.preview.build(&token, &name, inputs).await.ok_or_else(failed)?
            } else {
                let resource = &self.preview.catalog.resources[&token];
                let none = Object::new();
                let request = CheckRequest {
                    name: &name,
                    olds: &none,
                    news: &inputs,
                    seed: b"seed",
                    autonaming: Autonaming::default(),
                };
                let defaults = Defaults { project_id: Some(PROJECT_ID.to_owned()), ..Defaults::default() };
                let checked = rules::check(resource, &request, &defaults);
                checked.failures.iter().for_each(|failure| self.preview.fail(&name, &failure.path, &failure.reason));
                checked.inputs
            };
            Ok(Registered {
                urn: format!("urn:{name}"),
                id: Value::UNKNOWN,
                outputs,
                output_state: OutputState::Partial,
            })
        }
        .boxed()
    }

    fn invoke<'a>(&'a self, _: &'a str, _: Object) -> BoxFuture<'a, Result<Option<Object>, Error>> {
        async { Ok(Some(object! { "data": "aGlkZGVu" })) }.boxed()
    }

    fn outputs(&self, _: String, _: Object) -> BoxFuture<'_, Result<(), Error>> {
        async { Ok(()) }.boxed()
    }
}

/// One value in the inputs: its path, whether it must be known, and the inputs with it changed.
struct Variant {
    path: Path,
    must_be_known: bool,
    inputs: Value,
}

/// The inputs with one value changed, for each value.
fn variants(inputs: &Object, declared: &BTreeMap<String, Property>, change: &dyn Fn(&Value) -> Value) -> Vec<Variant> {
    inside(&Value::from(inputs.clone()), &Kind::Object(declared.clone()), Decides::Nothing, &Path::default(), change)
}

fn inside(value: &Value, kind: &Kind, decides: Decides, path: &Path, change: &dyn Fn(&Value) -> Value) -> Vec<Variant> {
    let decides_within = |kind: &Kind| matches!(kind, Kind::Object(properties) if properties.values().any(|property| property.decides != Decides::Nothing));
    let mut found = Vec::new();
    let mut one =
        |path: Path, must: bool, inner: &Value, kind: &Kind, decides: Decides, put: &dyn Fn(Value) -> Value| {
            found.push(Variant { path: path.clone(), must_be_known: must, inputs: put(change(inner)) });
            let deeper = self::inside(inner, kind, decides, &path, change);
            found.extend(deeper.into_iter().map(|variant| Variant { inputs: put(variant.inputs), ..variant }));
        };
    match (kind, value.as_object(), value.as_array()) {
        (Kind::Object(properties), Some(object), _) => {
            for (name, inner) in object {
                let property = &properties[name];
                let put = |value: Value| Value::from(object.clone().with(name, value));
                let must = property.decides != Decides::Nothing;
                one(path.name(name.as_str()), must, inner, &property.kind, property.decides, &put);
            }
        }
        (Kind::Map(of), Some(map), _) => {
            for (key, inner) in map {
                let put = |value: Value| Value::from(map.clone().with(key, value));
                // Each override is a map of properties with known keys.
                let must = decides == Decides::Value || path.to_string() == "overrides";
                one(path.name(key.as_str()), must, inner, of, Decides::Nothing, &put);
            }
        }
        (Kind::List(of), _, Some(items)) => {
            for (index, inner) in items.iter().enumerate() {
                let put = |value: Value| {
                    let mut items = items.to_vec();
                    items[index] = value;
                    Value::from(items)
                };
                let must = decides == Decides::Value || decides_within(of);
                one(path.index(index), must, inner, of, Decides::Nothing, &put);
            }
        }
        _ => {}
    }
    found
}

/// Compares a part of the preview with the same part with known inputs: reports differences other than unknown values, and
/// records the paths that are unknown only here. `marked` is whether an outer value depends on the source.
fn compare(
    unknown: &Value,
    known: &Value,
    path: &Path,
    marked: bool,
    touched: &mut Vec<Path>,
    wrong: &mut Vec<String>,
) {
    let marked = marked || unknown.dependencies().any(|urn| urn == SOURCE);
    if unknown.is_unknown() {
        if marked {
            touched.push(path.clone());
        } else if !known.is_unknown() {
            wrong.push(format!("{path} loses its dependencies"));
        }
        return;
    }
    match (unknown.as_object(), known.as_object(), unknown.as_array(), known.as_array()) {
        (Some(one), Some(other), ..) => {
            for name in one.keys().chain(other.keys()).collect::<BTreeSet<_>>() {
                let [one, other] = [one, other].map(|object| object.get(name).unwrap_or(&Value::NULL));
                compare(one, other, &path.name(name.as_str()), marked, touched, wrong);
            }
        }
        (.., Some(one), Some(_))
            if one.iter().any(|item| item.is_unknown() && item.all_dependencies().contains(SOURCE)) =>
        {
            touched.push(path.clone());
        }
        (.., Some(one), Some(other)) if one.len() == other.len() => {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                compare(one, other, &path.index(index), marked, touched, wrong);
            }
        }
        _ if unknown == known => {}
        _ => wrong.push(format!("{path} is {unknown:?} and not {known:?}")),
    }
}

/// Whether a value, an outer or an inner value is secret.
fn is_secret(value: &Value, path: &Path) -> bool {
    let mut here = value;
    for segment in path.segments() {
        let inner = match segment {
            Segment::Name(name) => here.as_object().and_then(|object| object.get(name)),
            Segment::Index(index) => here.as_array().and_then(|items| items.get(*index)),
            Segment::Any => None,
        };
        if here.is_secret() {
            return true;
        }
        // A missing value, such as a variable that this value disables, cannot be compared.
        let Some(inner) = inner else { return true };
        here = inner;
    }
    here.contains_secret()
}

/// Every path that inputs can have, with `[]` for elements and `{}` for keys.
fn declared(properties: &BTreeMap<String, Property>, path: &str, found: &mut BTreeSet<String>) {
    for (name, property) in properties.iter().filter(|(_, property)| property.input != Input::No) {
        below(&property.kind, &format!("{path}.{name}"), found);
    }
}

fn below(kind: &Kind, path: &str, found: &mut BTreeSet<String>) {
    found.insert(path.to_owned());
    match kind {
        Kind::Object(properties) => declared(properties, path, found),
        Kind::List(of) => below(of, &format!("{path}[]"), found),
        Kind::Map(of) => below(of, &format!("{path}{{}}"), found),
        _ => {}
    }
}

/// The declared path of a path with indexes and keys.
fn form(path: &Path, kind: &Kind) -> String {
    let mut kind = kind;
    let mut text = String::new();
    for segment in path.segments() {
        match (segment, kind) {
            (Segment::Name(name), Kind::Object(properties)) => {
                text.push('.');
                text += name;
                kind = &properties[name].kind;
            }
            (_, Kind::List(of)) => {
                text += "[]";
                kind = of;
            }
            (_, Kind::Map(of)) => {
                text += "{}";
                kind = of;
            }
            _ => {}
        }
    }
    text
}

/// Programs that together set each input of each component: the token, and the inputs.
fn programs() -> Vec<(String, Object)> {
    let programs: Vec<Json> = serde_json::from_str(include_str!("inputs.json")).unwrap();
    let shared = object! {
        "environment": "dev", "name": "shop", "owner": "data", "costCentre": "42", "region": "fr-par",
        "projectId": PROJECT_ID, "tags": object! { "team": "data" },
    };
    let program = |program: Json| {
        let mut inputs = shared.clone();
        inputs.extend(Value::from(program["inputs"].clone()).as_object().unwrap().clone());
        (program["component"].as_str().unwrap().to_owned(), inputs)
    };
    programs.into_iter().map(program).collect()
}

fn catalog() -> Catalog {
    Catalog::parse(include_str!("../../../schema/catalog.json")).unwrap()
}

fn names(seen: &Seen) -> Vec<&str> {
    seen.parts.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn the_programs_set_every_input_of_every_component_and_are_valid() {
    let catalog = catalog();
    let mut given = BTreeSet::new();
    for (token, inputs) in programs() {
        let component = &catalog.components[&token];
        assert_eq!(Preview::of(&catalog, &token, &inputs).problems, [""; 0], "{token}");
        let kind = Kind::Object(component.inputs.clone());
        let variants = variants(&inputs, &component.inputs, &Value::clone);
        given.extend(variants.iter().map(|variant| format!("{token}{}", form(&variant.path, &kind))));
    }
    let mut all = BTreeSet::new();
    for (token, component) in &catalog.components {
        declared(&component.inputs, token, &mut all);
    }
    assert_eq!(all.difference(&given).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn inputs_that_decide_which_resources_exist_must_be_known_and_others_can_be_unknown() {
    let catalog = catalog();
    let unknown = |_: &Value| Value::UNKNOWN.depending_on([SOURCE.to_owned()]);
    let mut wrong = Vec::new();
    let mut used: BTreeMap<String, bool> = BTreeMap::new();
    for (token, inputs) in programs() {
        let known = Preview::of(&catalog, &token, &inputs);
        let kind = Kind::Object(catalog.components[&token].inputs.clone());
        for variant in variants(&inputs, &catalog.components[&token].inputs, &unknown) {
            let seen = Preview::of(&catalog, &token, variant.inputs.as_object().unwrap());
            let place = format!("{token} {}", variant.path);
            if variant.must_be_known {
                let expected = format!("it {}: must ", variant.path);
                let is_right = matches!(&seen.problems[..], [one] if one.starts_with(&expected) && one.contains("known in a preview"));
                wrong.extend((!is_right).then(|| format!("{place}: {:?}", seen.problems)));
                continue;
            }
            if !seen.problems.is_empty() || names(&seen) != names(&known) {
                wrong.push(format!("{place}: {:?}, registered {:?}", seen.problems, names(&seen)));
                continue;
            }
            let mut touched = Vec::new();
            for ((name, part), (_, other)) in seen.parts.iter().zip(&known.parts) {
                let mut differences = Vec::new();
                compare(part, other, &Path::default(), false, &mut touched, &mut differences);
                wrong.extend(differences.into_iter().map(|difference| format!("{place}: of {name}, {difference}")));
            }
            let place = format!("{token}{}", form(&variant.path, &kind));
            used.entry(place).and_modify(|used| *used |= !touched.is_empty()).or_insert(!touched.is_empty());
        }
    }
    let unused = used.iter().filter(|(place, used)| !**used && !UNUSED.contains(&place.as_str()));
    wrong.extend(unused.map(|(place, _)| format!("{place}: no part depends on it")));
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn any_input_can_be_secret_and_stays_secret_in_the_parts() {
    let catalog = catalog();
    let unknown = |_: &Value| Value::UNKNOWN.depending_on([SOURCE.to_owned()]);
    let secret = |value: &Value| value.clone().into_secret().depending_on([SOURCE.to_owned()]);
    let mut wrong = Vec::new();
    for (token, inputs) in programs() {
        let known = Preview::of(&catalog, &token, &inputs);
        let inputs_of = &catalog.components[&token].inputs;
        for (sealed, unknown) in
            variants(&inputs, inputs_of, &secret).iter().zip(variants(&inputs, inputs_of, &unknown))
        {
            let place = format!("{token} {}", sealed.path);
            let seen = Preview::of(&catalog, &token, sealed.inputs.as_object().unwrap());
            if !seen.problems.is_empty() || names(&seen) != names(&known) {
                wrong.push(format!("{place}: {:?}, registered {:?}", seen.problems, names(&seen)));
                continue;
            }
            if unknown.must_be_known {
                continue;
            }
            let other = Preview::of(&catalog, &token, unknown.inputs.as_object().unwrap());
            for (((name, part), (_, unknown)), (_, known)) in seen.parts.iter().zip(&other.parts).zip(&known.parts) {
                let mut touched = Vec::new();
                compare(unknown, known, &Path::default(), false, &mut touched, &mut Vec::new());
                let shown = touched.iter().filter(|path| !is_secret(part, path));
                wrong.extend(shown.map(|path| format!("{place}: {path} of {name} is not secret")));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
