//! Lifecycle of every resource: create, read, update, import, lookup, list, and two deletes.
//!
//! `lifecycle.yaml` has the programs. All secrets there contain the canary, which must not be printed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use catalog::{Catalog, Equal, IdPart, Input, Locality, Resource};
use prost_types::Struct;
use scaleway_fake::{Fake, Running, Seed};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use tests::{places, subset};

use crate::once::added;
use crate::plugin::{CANARY, Plugin, SECRET_KEY, Thing};
use tests::property_bag::{secrets, to_json};

/// One resource of the table, after its dependencies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Its token without the package.
    pub(crate) resource: String,
    /// Its name for later resources.
    pub(crate) name: String,
    /// The smallest program; `$name.output` is an output of an earlier resource.
    #[serde(default)]
    least: Map<String, Json>,
    /// The first program.
    pub(crate) inputs: Map<String, Json>,
    /// Changes of the update in place. Absent: every change replaces.
    #[serde(default)]
    change: Map<String, Json>,
    /// Inputs that no response contains.
    #[serde(default)]
    unreadable: Vec<String>,
    /// It exists as long as its parent, even if it is empty.
    #[serde(default)]
    stays: bool,
    /// Kinds of objects that remain after the smallest program is deleted, each with the reason.
    #[serde(default)]
    remains: BTreeMap<String, String>,
}

/// The objects, by the names of the table.
pub(crate) type World = BTreeMap<String, Thing>;

#[tokio::test(flavor = "multi_thread")]
async fn every_resource_has_a_complete_lifecycle_and_prints_no_secrets() {
    let catalog = places::catalog();
    let entries = entries();
    // Discontinued resources have no lifecycle; `errors.rs` tests them.
    let resources =
        catalog.resources.iter().filter(|(_, resource)| resource.discontinued.is_none()).map(|(token, _)| token);
    let missing: Vec<&String> =
        resources.filter(|token| !entries.iter().any(|entry| entry.resource == **token)).collect();
    assert!(missing.is_empty(), "lifecycle.yaml has no {missing:?}");

    let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fake-of-the-life-test.log");
    // Objects that no request creates: a purchased domain, and a pushed image.
    let seed = Seed::parse(&places::text(&places::project().join("tests/rpc/seed.json"))).unwrap();
    let fake = Fake::builder().seed(seed).keys([SECRET_KEY]).log(File::create(&log).unwrap()).start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let mut world = World::new();
    let mut leaks = Vec::new();
    for entry in &entries {
        let before = fake.counts();
        check_minimal_program(&mut plugin, entry, &world).await;
        // An object that the API created implicitly, such as an address, would be billed.
        let remaining: Vec<String> = added(&before, &fake.counts()).into_keys().collect();
        let expected: Vec<String> = entry.remains.keys().cloned().collect();
        if remaining != expected {
            leaks.push(format!("{}: {remaining:?} remain, expected {expected:?}", entry.resource));
        }
        let thing = run_lifecycle((&fake, &mut plugin), &catalog, entry, &world).await;
        world.insert(entry.name.clone(), thing);
    }
    assert!(leaks.is_empty(), "objects remain after deletes:\n{}", leaks.join("\n"));
    check_functions(&mut plugin, &catalog, &world).await;
    for entry in entries.iter().rev() {
        let thing = &world[&entry.name];
        plugin.delete(&entry.resource, thing).await.unwrap_or_else(|status| panic!("{}: {status}", entry.resource));
        // For this stack, the object was deleted outside of Pulumi.
        let read = plugin.read(&entry.resource, thing).await.unwrap();
        assert_eq!(read.is_some(), entry.stays, "{}: whether it exists after the delete", entry.resource);
        plugin.delete(&entry.resource, thing).await.unwrap_or_else(|status| panic!("{}: {status}", entry.resource));
    }

    assert!(plugin.log().contains("CreateSecretVersion"), "the log has every request");
    let printed: Vec<String> = plugin
        .log()
        .lines()
        .chain(fs::read_to_string(&log).unwrap().lines())
        .filter(|line| line.to_lowercase().contains(CANARY))
        .map(str::to_owned)
        .collect();
    assert!(printed.is_empty(), "secrets are printed:\n{}", printed.join("\n"));
}

/// The table of all resources.
pub(crate) fn entries() -> Vec<Entry> {
    serde_saphyr::from_str(&places::text(&places::project().join("tests/rpc/lifecycle.yaml"))).unwrap()
}

/// One entry of the table of functions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FunctionCall {
    function: String,
    arguments: Map<String, Json>,
    returns: Map<String, Json>,
}

/// Functions without a resource return the existing objects.
async fn check_functions(plugin: &mut Plugin, catalog: &Catalog, world: &World) {
    let text = places::text(&places::project().join("tests/rpc/functions.yaml"));
    let calls: Vec<FunctionCall> = serde_saphyr::from_str(&text).unwrap();
    let alone = catalog.functions.values().filter(|function| function.standalone.is_some());
    let missing: Vec<&String> = alone
        .map(|function| &function.token)
        .filter(|token| !calls.iter().any(|call| call.function == **token))
        .collect();
    assert!(missing.is_empty(), "functions.yaml has no {missing:?}");
    for FunctionCall { function, arguments, returns } in &calls {
        let returned = plugin.invoke(function, &resolved(arguments, world)).await;
        let returned = returned.unwrap_or_else(|status| panic!("{function}: {status}"));
        for (name, expected) in resolved(returns, world).as_object().unwrap() {
            let wrong = match (expected.as_array(), returned[name].as_array()) {
                (Some(expected), Some(returned)) if expected.is_empty() => !returned.is_empty(),
                (Some(expected), Some(returned)) => !expected.iter().all(|expected| {
                    returned.iter().any(|returned| subset::missing(expected, returned, name).is_empty())
                }),
                _ => !subset::missing(expected, &returned[name], name).is_empty(),
            };
            assert!(!wrong, "{function}: `{name}` is {}, expected {expected}", returned[name]);
        }
    }
}

/// The smallest program.
async fn check_minimal_program(plugin: &mut Plugin, entry: &Entry, world: &World) {
    let token = &entry.resource;
    let program = resolved(&entry.least, world);
    let inputs = plugin.check(token, None, &program).await;
    let thing = plugin.create(token, &inputs, false).await.unwrap_or_else(|status| panic!("{token}: {status}"));
    let (changes, _) = plugin.diff(token, &thing, &inputs).await;
    assert!(changes.is_empty(), "{token}: the same smallest program changes {changes:?}");
    plugin.delete(token, &thing).await.unwrap_or_else(|status| panic!("{token}: {status}"));
}

/// From create to import; the object exists afterwards.
async fn run_lifecycle(
    (fake, plugin): (&Running, &mut Plugin),
    catalog: &Catalog,
    entry: &Entry,
    world: &World,
) -> Thing {
    let token = &entry.resource;
    let resource = &catalog.resources[token];
    let mut program = resolved(&entry.inputs, world);
    let inputs = plugin.check(token, None, &program).await;
    let preview = plugin.create(token, &inputs, true).await.unwrap();
    assert_eq!(preview.id, "", "{token}: a preview creates nothing");
    let mut thing = plugin.create(token, &inputs, false).await.unwrap_or_else(|status| panic!("{token}: {status}"));
    assert_ne!(thing.id, "", "{token}");
    check_preview(token, &preview.state, &thing.state);
    sealed(token, resource, &thing);
    thing = check_no_changes(plugin, token, thing, &program).await;

    if !entry.change.is_empty() {
        program = merged(&program, &resolved(&entry.change, world));
        let news = plugin.check(token, Some(&thing.inputs), &program).await;
        let (changes, replaces) = plugin.diff(token, &thing, &news).await;
        let expected: Vec<&String> = entry.change.keys().collect();
        assert_eq!(changes.iter().collect::<Vec<_>>(), expected, "{token}: changed properties");
        assert_eq!(replaces, Vec::<String>::new(), "{token}: replacing properties");
        let preview = plugin.update(token, &thing, &news, true).await.unwrap();
        let updated = plugin.update(token, &thing, &news, false).await;
        thing = updated.unwrap_or_else(|status| panic!("{token}: {status}"));
        check_preview(token, &preview.state, &thing.state);
        sealed(token, resource, &thing);
        thing = check_no_changes(plugin, token, thing, &program).await;
    }
    // Local resources and actions cannot be listed or imported.
    if resource.local.is_none() && resource.action.is_none() {
        // Queues and topics have keys of their own, which are those of the provider in an import.
        match (program["accessKey"].as_str(), program["secretKey"].as_str()) {
            (Some(access), Some(secret)) => {
                let mut other = Plugin::with_key(fake, access, secret).await;
                check_import(&mut other, entry, &thing, &program).await;
            }
            _ => check_import(plugin, entry, &thing, &program).await,
        }
    }
    check_lookup(plugin, catalog, token, &thing).await;
    check_list(plugin, resource, token, &thing).await;
    thing
}

/// The same program causes no changes, before and after a refresh.
async fn check_no_changes(plugin: &mut Plugin, token: &str, thing: Thing, program: &Json) -> Thing {
    let news = plugin.check(token, Some(&thing.inputs), program).await;
    let (changes, _) = plugin.diff(token, &thing, &news).await;
    assert!(changes.is_empty(), "{token}: the same program changes {changes:?}");
    let read = plugin.read(token, &thing).await.unwrap().unwrap_or_else(|| panic!("{token} exists"));
    assert_eq!(read.id, thing.id, "{token}");
    let changed_at = |state| to_json(state)["updatedAt"].clone();
    assert_eq!(changed_at(&thing.state), changed_at(&read.state), "{token}: `updatedAt` is that of the last request");
    let drift = subset::missing(&to_json(&thing.inputs), &to_json(&read.inputs), token);
    assert!(drift.is_empty(), "{token}: a refresh changes inputs: {drift:?}");
    let news = plugin.check(token, Some(&read.inputs), program).await;
    let (changes, _) = plugin.diff(token, &read, &news).await;
    assert!(changes.is_empty(), "{token}: after a refresh the same program changes {changes:?}");
    read
}

/// An import by ID returns correct inputs, which equal the program as far as responses contain them.
async fn check_import(plugin: &mut Plugin, entry: &Entry, thing: &Thing, program: &Json) {
    let token = &entry.resource;
    let read = plugin.read(token, &Thing::unknown(&thing.id)).await.unwrap();
    let read = read.unwrap_or_else(|| panic!("{token} can be imported"));
    assert_eq!(read.id, thing.id, "{token}");
    let mut written = to_json(&read.inputs);
    for name in &entry.unreadable {
        written[name] = program[name].clone();
    }
    let news = plugin.check(token, Some(&read.inputs), &written).await;
    let (changes, _) = plugin.diff(token, &read, &news).await;
    let unexpected: Vec<&String> = changes.iter().filter(|name| !entry.unreadable.contains(name)).collect();
    assert!(unexpected.is_empty(), "{token}: an imported program changes {unexpected:?}");
    let news = plugin.check(token, Some(&read.inputs), program).await;
    let (changes, _) = plugin.diff(token, &read, &news).await;
    let unexpected: Vec<&String> = changes.iter().filter(|name| !entry.unreadable.contains(name)).collect();
    assert!(unexpected.is_empty(), "{token}: after an import the old program changes {unexpected:?}");
}

/// The lookup of the resource, if any, finds it and returns the properties of the resource.
async fn check_lookup(plugin: &mut Plugin, catalog: &Catalog, token: &str, thing: &Thing) {
    let found = catalog.functions.values().find(|function| function.lookup.resource == token);
    let Some(function) = found else { return };
    let state = to_json(&thing.state);
    let lookup = &function.lookup;
    // By its ID, or by all known inputs.
    let inputs = lookup.inputs.iter().filter(|(_, input)| lookup.id.is_none() || input.input == Input::Required);
    let known = inputs.filter_map(|(name, _)| Some((name.clone(), state.get(name)?.clone())));
    let mut arguments = Json::Object(known.collect());
    if let Some(name) = &lookup.id {
        arguments[name] = Json::from(thing.id.clone());
    }
    let outputs = plugin.invoke(&function.token, &arguments).await;
    let outputs = outputs.unwrap_or_else(|status| panic!("{}: {status}", function.token));
    assert_eq!(outputs["id"], thing.id.as_str(), "{}", function.token);
    for (name, value) in state.as_object().unwrap() {
        let (Some(returned), Some(property)) = (outputs.get(name), catalog.resources[token].properties.get(name))
        else {
            continue;
        };
        // The function has its own notation for some properties, because it has no program.
        if lookup.outputs.contains_key(name) || property.equal == Some(Equal::Policy) {
            continue;
        }
        let is_same = property.secret || property.read.is_none() || subset::same(returned, value);
        assert!(is_same, "{}: `{name}` is {returned}, the resource has {value}", function.token);
    }
}

/// It is in the list of all objects, also with pages, and is imported by name if the name is unique.
async fn check_list(plugin: &mut Plugin, resource: &Resource, token: &str, thing: &Thing) {
    let Some(listing) = &resource.listing else {
        assert!(resource.local.is_some() || resource.action.is_some(), "{token} has no list operation");
        assert!(plugin.list(token, &json!({}), 0).await.is_empty(), "{token}: it is not listed");
        return;
    };
    let state = to_json(&thing.state);
    let known = listing.inputs.iter().filter_map(|name| Some((name.clone(), state.get(name)?.clone())));
    let query = Json::Object(known.filter(|(_, value)| value.is_string()).collect());
    let all = plugin.list(token, &query, 0).await;
    let mut found = all.iter().find(|(id, _)| *id == thing.id);
    for other in all.iter().filter(|_| !resource.other_ids.is_empty()) {
        // An ID with optional parts can have the values of the create; both IDs are equal.
        if found.is_none() && means(plugin, token, &other.0, thing).await {
            found = Some(other);
        }
    }
    let (_, name) = found.unwrap_or_else(|| panic!("{token}: {} is not in {all:?}", thing.id));
    assert_eq!(plugin.list(token, &query, 1).await, all, "{token}: in pages");
    let is_uuid = resource.id.iter().all(|part| matches!(part, IdPart::Locality | IdPart::Id));
    let is_by_uuid = is_uuid && resource.other_ids.is_empty() && resource.named_by.is_empty();
    // An action cannot be imported, and other IDs contain the name.
    if resource.action.is_some() || listing.list.is_none() || !is_by_uuid {
        return;
    }
    let kind = match resource.locality {
        Locality::Region => "region",
        Locality::Zone => "zone",
        Locality::Global => "",
    };
    let place = state.get(kind).and_then(|place| Some((kind, place.as_str()?)));
    let here = place.map_or_else(|| json!({}), |(kind, place)| json!({ kind: place }));
    // Names are searched in the provider's project.
    let mut namesakes = plugin.list(token, &here, 0).await;
    namesakes.retain(|(_, other)| other == name);
    if namesakes == [(thing.id.clone(), name.clone())] {
        let named = place.map_or_else(|| name.clone(), |(_, place)| format!("{place}/{name}"));
        let read =
            plugin.read(token, &Thing::unknown(&named)).await.unwrap_or_else(|status| panic!("{token}: {status}"));
        assert_eq!(read.map(|read| read.id), Some(thing.id.clone()), "{token}: imported as {named}");
    }
}

/// Whether an ID is one of an object: its import equals the program.
async fn means(plugin: &mut Plugin, token: &str, id: &str, thing: &Thing) -> bool {
    let read = plugin.read(token, &Thing::unknown(id)).await.unwrap().unwrap_or_else(|| panic!("{token}: {id}"));
    plugin.diff(token, &read, &thing.inputs).await.0.is_empty()
}

/// Known values of a preview are the values after the operation.
fn check_preview(token: &str, preview: &Struct, state: &Struct) {
    let (preview, state) = (to_json(preview), to_json(state));
    for (name, seen) in preview.as_object().unwrap() {
        if pulumi_rpc::unknown::ALL.iter().any(|unknown| seen.to_string().contains(unknown)) {
            continue;
        }
        let wrong = subset::missing(seen, &state[name], name);
        assert!(wrong.is_empty(), "{token}: wrong in the preview: {wrong:?}");
    }
}

/// Secret properties are marked as secret, in outputs and in inputs.
fn sealed(token: &str, resource: &Resource, thing: &Thing) {
    for (bag, what) in [(&thing.state, "output"), (&thing.inputs, "input")] {
        let sealed = secrets(bag);
        for name in bag.fields.keys().filter(|name| resource.properties.get(*name).is_some_and(|p| p.secret)) {
            assert!(sealed.contains(&name.as_str()), "{token}: the {what} `{name}` is not secret");
        }
    }
}

/// A program with `$name.output` replaced by outputs of existing objects.
pub(crate) fn resolved(program: &Map<String, Json>, world: &World) -> Json {
    fn value(json: &Json, world: &World) -> Json {
        match json {
            Json::String(text) if text.starts_with('$') => {
                let (name, output) = text[1..].split_once('.').unwrap();
                let thing = world.get(name).unwrap_or_else(|| panic!("{name} is declared before"));
                if output == "id" { Json::from(thing.id.clone()) } else { to_json(&thing.state)[output].clone() }
            }
            Json::Array(items) => items.iter().map(|item| value(item, world)).collect(),
            Json::Object(map) => {
                Json::Object(map.iter().map(|(name, json)| (name.clone(), value(json, world))).collect())
            }
            other => other.clone(),
        }
    }
    value(&Json::Object(program.clone()), world)
}

fn merged(program: &Json, change: &Json) -> Json {
    let mut merged = program.clone();
    for (name, value) in change.as_object().unwrap() {
        merged[name] = value.clone();
    }
    merged
}
