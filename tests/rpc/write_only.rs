//! Write-only inputs: their values are sent, and are in no response, error, message, log or journal of the plugin.
//!
//! The inputs are those of the catalog, and the programs those of the table of all resources, so a new input is part of the test.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use catalog::{Catalog, Resource};
use rules::write_only;
use scaleway_fake::{Fake, Fault, FaultKind, Running, Seed};
use serde_json::{Map, Value as Json, json};
use tests::places;
use tests::programs::{Program, Table};
use tests::property_bag::partial_state;

use crate::lifecycle::{World, resolved};
use crate::listener::Listener;
use crate::logs;
use crate::plugin::{self, Plugin, SECRET_KEY, Thing};

/// A version whose value must not be sent: the program changes the value and keeps the version.
const UNSENT: usize = 9;

/// The part of a rejection that shows that its message is in an error.
const REJECTED: &str = "is not what the test accepts";

#[tokio::test(flavor = "multi_thread")]
async fn write_only_values_are_sent_and_in_no_response_message_log_or_journal() {
    let (catalog, table) = (places::catalog(), Table::read());
    let mut listener = Listener::start().await;
    let seed = Seed::parse(&places::text(&places::project().join("tests/rpc/seed.json"))).unwrap();
    let fake = Fake::builder().seed(seed).keys([SECRET_KEY]).start().await.unwrap();
    let home = plugin::home();
    let mut plugin = Plugin::with_fake_in(&fake, Some(&listener.address), &home).await;
    let (mut world, mut inputs) = (World::new(), Inputs::default());
    let programs = programs(&catalog, &table);
    for program in &programs {
        let resource = &catalog.resources[&program.resource];
        let thing = if write_only::declared(resource).next().is_some() {
            inputs.declare(resource);
            check_resource(&fake, &mut plugin, program, &world, &inputs).await
        } else {
            let checked = plugin.check(&program.resource, None, &resolved(map(&program.inputs), &world)).await;
            plugin.create(&program.resource, &checked, false).await.unwrap()
        };
        world.insert(program.name.clone(), thing);
    }
    for program in programs.iter().rev() {
        plugin.delete(&program.resource, &world[&program.name]).await.unwrap();
    }
    plugin.client.cancel(()).await.unwrap();
    logs::lines(&plugin, |line| line["fields"]["message"] == "requests to the API");

    let sent: String = fake.requests().iter().map(|request| request.body.to_string()).collect();
    let messages: String = listener.received().into_iter().map(|message| message.text).collect();
    // Each with a string that it must contain, because a search in an empty string finds nothing.
    let outputs = [
        ("response", plugin.responses(), "write-only:"),
        ("error", plugin.responses(), REJECTED),
        ("message", messages, "a changed value alone is not sent"),
        ("log", plugin.log(), "CreateSecretVersion"),
        ("journal", content_below(&home), "\"changing\":"),
    ];
    for (output, content, part) in &outputs {
        assert!(content.contains(part), "no {output} contains {part}");
    }
    for (number, (token, name)) in inputs.0.iter().enumerate() {
        let is_sent = |version| forms(&value(number, version)).iter().any(|form| sent.contains(form));
        assert!(is_sent(1) && is_sent(2), "{token}: `{name}` is not sent");
        assert!(!is_sent(UNSENT), "{token}: `{name}` is sent without a new version");
        for (output, content, _) in &outputs {
            for form in [1, 2, UNSENT].iter().flat_map(|version| forms(&value(number, *version))) {
                assert!(!content.contains(&form), "{token}: {output}: contains `{name}` as {form}");
            }
        }
    }
}

/// The write-only inputs, by the numbers in their values: token and name.
#[derive(Default)]
struct Inputs(Vec<(String, String)>);

impl Inputs {
    fn declare(&mut self, resource: &Resource) {
        self.0.extend(write_only::declared(resource).map(|(name, _)| (resource.token.clone(), name.clone())));
    }

    fn of(&self, token: &str) -> Vec<(usize, &str)> {
        let all = self.0.iter().enumerate().filter(|(_, (other, _))| other == token);
        all.map(|(number, (_, name))| (number, name.as_str())).collect()
    }
}

/// The first program of each resource with write-only inputs, and their parents, in order.
fn programs<'t>(catalog: &Catalog, table: &'t Table) -> Vec<&'t Program> {
    let mut needed: Vec<&str> = Vec::new();
    for (token, resource) in &catalog.resources {
        if write_only::declared(resource).next().is_none() {
            continue;
        }
        let program = table.0.iter().find(|program| program.resource == *token);
        let program = program.unwrap_or_else(|| panic!("the table has no {token}"));
        needed.extend(table.parents(program).into_iter().chain([program]).map(|program| program.name.as_str()));
    }
    table.0.iter().filter(|program| needed.contains(&program.name.as_str())).collect()
}

/// The program with these values and this version of its write-only inputs, instead of the inputs that the state contains.
fn written(program: &Json, resource: &Resource, inputs: &[(usize, &str)], version: u32, values: usize) -> Json {
    let mut written = program.clone();
    for (number, name) in inputs {
        if let Some(stored) = &resource.properties[*name].same {
            map_mut(&mut written).remove(stored);
        }
        written[*name] = value(*number, values).into();
        written[write_only::version_of(name)] = version.into();
    }
    written
}

/// Creates, reads and updates a resource, also with failures; it exists afterwards.
async fn check_resource(
    fake: &Running,
    plugin: &mut Plugin,
    program: &Program,
    world: &World,
    inputs: &Inputs,
) -> Thing {
    let token = &program.resource;
    let catalog = places::catalog();
    let resource = &catalog.resources[token];
    let inputs = inputs.of(token);
    let given = resolved(map(&program.inputs), world);
    let first = written(&given, resource, &inputs, 1, 1);
    let thing = created(fake, plugin, token, &first, &inputs).await;

    let news = plugin.check(token, Some(&thing.inputs), &first).await;
    assert_eq!(plugin.diff(token, &thing, &news).await.0, [""; 0], "{token}: the same program");
    let thing = plugin.read(token, &thing).await.unwrap().unwrap();
    let unsent = written(&given, resource, &inputs, 1, UNSENT);
    let news = plugin.check(token, Some(&thing.inputs), &unsent).await;
    assert_eq!(plugin.diff(token, &thing, &news).await.0, [""; 0], "{token}: the same versions");

    let second = written(&given, resource, &inputs, 2, 2);
    let news = plugin.check(token, Some(&thing.inputs), &second).await;
    let (changed, replaces) = plugin.diff(token, &thing, &news).await;
    for (_, name) in &inputs {
        assert!(changed.contains(&write_only::version_of(name)), "{token}: {changed:?}");
    }
    let thing = if replaces.is_empty() {
        updated(fake, plugin, token, thing, &second, &inputs).await
    } else {
        plugin.delete(token, &thing).await.unwrap();
        let news = plugin.check(token, None, &second).await;
        plugin.create(token, &news, false).await.unwrap()
    };
    let news = plugin.check(token, Some(&thing.inputs), &second).await;
    assert_eq!(plugin.diff(token, &thing, &news).await.0, [""; 0], "{token}: the same program after the update");
    plugin.read(token, &thing).await.unwrap().unwrap()
}

/// A preview, a rejected create, and a create whose first read fails; then what completes it.
async fn created(fake: &Running, plugin: &mut Plugin, token: &str, program: &Json, inputs: &[(usize, &str)]) -> Thing {
    let checked = plugin.check(token, None, program).await;
    plugin.create(token, &checked, true).await.unwrap();
    fake.fault(Fault::at("*", rejection(400, inputs, 1)).method("POST"));
    plugin.create(token, &checked, false).await.unwrap_err();

    let before = fake.requests().len();
    let thing = plugin.create(token, &checked, false).await.unwrap();
    let requests = fake.requests();
    let earlier_reads = requests[before..].iter().take_while(|request| request.method == "GET").count();
    plugin.delete(token, &thing).await.unwrap();
    let skip = u32::try_from(earlier_reads).unwrap();
    fake.fault(Fault::at("*", rejection(403, inputs, 1)).method("GET").skip(skip));
    let created = plugin.create(token, &checked, false).await;
    fake.clear_faults();
    let thing = match created {
        Ok(thing) => return thing,
        Err(status) => Thing::of_failed_create(&status, &checked),
    };
    match thing {
        Some(thing) => plugin.update(token, &thing, &checked, false).await.unwrap(),
        None => plugin.create(token, &checked, false).await.unwrap(),
    }
}

/// A preview, a rejected update, and one that succeeds.
async fn updated(
    fake: &Running,
    plugin: &mut Plugin,
    token: &str,
    mut thing: Thing,
    program: &Json,
    inputs: &[(usize, &str)],
) -> Thing {
    let news = plugin.check(token, Some(&thing.inputs), program).await;
    plugin.update(token, &thing, &news, true).await.unwrap();
    for method in ["PATCH", "POST", "PUT"] {
        fake.fault(Fault::at("*", rejection(400, inputs, 2)).method(method));
    }
    let status = plugin.update(token, &thing, &news, false).await.unwrap_err();
    fake.clear_faults();
    if let Some(kept) = partial_state(&status) {
        thing.state = kept.properties.unwrap_or_default();
    }
    let news = plugin.check(token, Some(&thing.inputs), program).await;
    plugin.diff(token, &thing, &news).await;
    plugin.update(token, &thing, &news, false).await.unwrap()
}

/// The value of an input: 32 characters, as many as the material of a key, and as complex as a password.
fn value(number: usize, version: usize) -> String {
    format!("Canary{number:02}v{version}!0123456789abcdefghijk")
}

/// A rejection that repeats the values.
fn rejection(code: u16, inputs: &[(usize, &str)], version: usize) -> FaultKind {
    let values: Vec<String> = inputs.iter().map(|(number, _)| value(*number, version)).collect();
    let message = format!("{} {REJECTED}", values.join(" and "));
    let body = json!({ "type": "invalid_arguments", "message": message, "details": [] });
    FaultKind::Status { code, body: Some(body), retry_after: None }
}

/// A value in plain, URL-encoded, and as part of a base64 string at each of the three positions.
fn forms(value: &str) -> Vec<String> {
    let base64 = (0..3).map(|before| {
        let bytes = [&b"   "[..before], value.as_bytes()].concat();
        let encoded = STANDARD.encode(&bytes);
        // Without the characters that depend on the bytes before and after it.
        encoded[(8 * before).div_ceil(6)..8 * bytes.len() / 6].to_owned()
    });
    [value.to_owned(), value.replace('!', "%21")].into_iter().chain(base64).collect()
}

/// The content of all files below a directory.
fn content_below(path: &Path) -> String {
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { content_below(&path) } else { fs::read_to_string(path).unwrap() }).collect()
}

fn map(json: &Json) -> &Map<String, Json> {
    json.as_object().unwrap()
}

fn map_mut(json: &mut Json) -> &mut Map<String, Json> {
    json.as_object_mut().unwrap()
}
