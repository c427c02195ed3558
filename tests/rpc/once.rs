//! Exactly one object: every resource of the catalog is created while the response to the create request is lost in every
//! way, and while the process is killed. The engine runs in this process, on a clock whose pauses take no time,
//! against the fake; `killed.rs` kills the real plugin.
//!
//! With `ONCE_TABLE=<file>` each result is also written there as a JSON line: `{"resource", "fault", "result"}`.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use catalog::{Catalog, Resource};
use client::testing::ManualClock;
use client::{Client, Credentials, Settings, SystemClock, Url};
use engine::{Engine, Journal, Line};
use rules::{Autonaming, CheckRequest, Created, Defaults, DiffRequest, Error, Operation};
use scaleway_fake::{DEFAULT_ORGANIZATION, Fake, Fault, FaultKind, Running, Seed};
use serde_json::{Map, Value as Json, json};
use tests::domains;
use tests::places;
use tests::stage::{self, SameDay};
use value::Object;

use crate::lifecycle::{self, Entry};
use crate::plugin;

/// Longer than any pause between two look-ups, shorter than any time limit of a call.
const LONGEST_PAUSE: Duration = Duration::from_secs(31);

/// The time of the fake before each create: existing objects are older.
const LATER: Duration = Duration::from_mins(1);

/// A journal that several engines share.
#[derive(Default)]
struct Kept(Mutex<Vec<Line>>);

impl Journal for Kept {
    fn unfinished(&self, _: &str) -> Option<engine::Unfinished> {
        Some(engine::unfinished(self.0.lock().unwrap().clone()))
    }

    fn write(&self, _: &str, line: &Line) {
        // The journal file contains JSON.
        let line = serde_json::from_str(&serde_json::to_string(line).unwrap()).unwrap();
        self.0.lock().unwrap().push(line);
    }
}

/// The objects: outputs with the ID, by the names of the table.
type World = BTreeMap<String, Json>;

/// The number of objects of each kind.
type Counts = BTreeMap<String, usize>;

/// A fake, and engines that use it.
struct Stage {
    catalog: Arc<Catalog>,
    fake: Running,
    journal: Arc<Kept>,
    /// The engine of a run without faults.
    engine: Engine,
    world: World,
}

impl Stage {
    async fn start() -> Self {
        let seed = Seed::parse(&places::text(&places::project().join("tests/rpc/seed.json"))).unwrap();
        let fake = Fake::builder().seed(seed).start().await.unwrap();
        let (catalog, journal) = (places::catalog(), Arc::default());
        let engine = engine_of(&catalog, &fake, &journal);
        Self { catalog, fake, journal, engine, world: World::new() }
    }

    /// A new engine, as in a new process.
    fn engine(&self) -> Engine {
        engine_of(&self.catalog, &self.fake, &self.journal)
    }

    fn resource(&self, entry: &Entry) -> &Resource {
        &self.catalog.resources[&entry.resource]
    }

    fn urn(entry: &Entry) -> String {
        format!("urn:pulumi:test::project::evalap-scaleway:{}::{}", entry.resource, entry.name)
    }

    fn checked(&self, entry: &Entry) -> Object {
        let news = stage::object(resolved(&entry.inputs, &self.world).as_object().unwrap());
        let (olds, seed) = (&Object::new(), b"seed".as_slice());
        let request = CheckRequest { name: &entry.name, olds, news: &news, seed, autonaming: Autonaming::Default };
        let checked = rules::check(self.resource(entry), &request, &defaults());
        assert!(checked.failures.is_empty(), "{}: {:?}", entry.resource, checked.failures);
        checked.inputs
    }

    async fn create(&self, engine: &Engine, entry: &Entry, inputs: &Object) -> Result<Created, Error> {
        let (progress, urn, token) = (stage::ProgressLog::default(), Self::urn(entry), token(entry));
        let operation = Operation { urn: &urn, ..progress.operation(&token, &entry.name) };
        engine.create(operation, inputs).await
    }

    async fn delete(&self, entry: &Entry, created: &Created, inputs: &Object) {
        let (progress, urn, token) = (stage::ProgressLog::default(), Self::urn(entry), token(entry));
        let operation = Operation { urn: &urn, ..progress.operation(&token, &entry.name) };
        let deleted = self.engine.delete(operation, &created.id, &created.state, inputs).await;
        deleted.unwrap_or_else(|error| panic!("{}: {error}", entry.resource));
        domains::expire(&self.fake);
        self.closed(entry);
    }

    /// The engine has stored the object, or the create failed without an object.
    fn closed(&self, entry: &Entry) {
        self.journal.write("", &Line::Closed { urn: Self::urn(entry), process: String::new() });
    }

    /// The differences between the program and the object.
    async fn drift(&self, entry: &Entry, created: &Created, inputs: &Object) -> Vec<String> {
        let (progress, token) = (stage::ProgressLog::default(), token(entry));
        let operation = progress.operation(&token, &entry.name);
        let read = self.engine.read(operation, &created.id, inputs, &created.state).await;
        let Ok(Some(read)) = read else { return vec!["it cannot be read".to_owned()] };
        let request = DiffRequest {
            olds: &read.state,
            old_inputs: &read.inputs,
            news: inputs,
            ignore_changes: &[],
            now: engine::hour(&SystemClock),
        };
        rules::diff(self.resource(entry), &request).properties().map(str::to_owned).collect()
    }

    /// Creates the resource as a dependency of later ones.
    async fn keep(&mut self, entry: &Entry, inputs: &Object) {
        let created = self.create(&self.engine, entry, inputs).await;
        let created = created.unwrap_or_else(|error| panic!("{}: {error}", entry.resource));
        let mut outputs = stage::json(&created.state);
        outputs["id"] = Json::from(created.id.clone());
        self.world.insert(entry.name.clone(), outputs);
        self.closed(entry);
    }

    /// The result of a create; the object is deleted afterwards.
    async fn judge(
        &self,
        entry: &Entry,
        inputs: &Object,
        created: Result<Created, Error>,
        before: &Counts,
        usual: &Counts,
    ) -> String {
        let created = match created {
            Ok(created) => created,
            Err(error) => return error.to_string(),
        };
        let added = added(before, &self.fake.counts());
        let drift = self.drift(entry, &created, inputs).await;
        self.delete(entry, &created, inputs).await;
        match (is_same(&added, usual), drift.is_empty()) {
            (true, true) => ONE.to_owned(),
            (false, _) => format!("{added:?} in place of {usual:?}"),
            (_, false) => format!("differs in {drift:?}"),
        }
    }

    /// The objects that a create adds, and its create request.
    async fn clean(&self, entry: &Entry, inputs: &Object) -> (Counts, (String, String)) {
        let before = self.fake.counts();
        self.fake.clear_requests();
        let created = self.create(&self.engine, entry, inputs).await;
        let created = created.unwrap_or_else(|error| panic!("{}: {error}", entry.resource));
        let added = added(&before, &self.fake.counts());
        let requests = self.fake.requests();
        let call = requests.iter().find(|request| !matches!(request.method.as_str(), "GET" | "HEAD"));
        let call = call.map(|call| (call.method.clone(), call.path.clone())).unwrap_or_default();
        self.delete(entry, &created, inputs).await;
        (added, call)
    }
}

fn engine_of(catalog: &Arc<Catalog>, fake: &Running, journal: &Arc<Kept>) -> Engine {
    let url = Url::parse(&fake.url()).unwrap();
    let mut settings = Settings::new(url.clone())
        .credentials(Credentials::new("SCWXXXXXXXXXXXXXXXXX", plugin::SECRET_KEY))
        .clock(Arc::new(SameDay(ManualClock::skipping(LONGEST_PAUSE))))
        .seed(1);
    settings.s3_endpoint = Some(url);
    Engine::new(Arc::clone(catalog), Client::new(settings), defaults())
        .with_files(stage::files())
        .journaling(Arc::clone(journal) as Arc<dyn Journal>)
}

fn token(entry: &Entry) -> String {
    format!("evalap-scaleway:{}", entry.resource)
}

fn defaults() -> Defaults {
    Defaults {
        region: Some("fr-par".to_owned()),
        zone: Some("fr-par-1".to_owned()),
        project_id: Some(DEFAULT_ORGANIZATION.to_owned()),
        organization_id: Some(DEFAULT_ORGANIZATION.to_owned()),
        ..Defaults::default()
    }
}

/// The additional objects of each kind.
pub(crate) fn added(before: &Counts, after: &Counts) -> Counts {
    let more = |kind: &String, count: &usize| count.saturating_sub(before.get(kind).copied().unwrap_or_default());
    after.iter().map(|(kind, count)| (kind.clone(), more(kind, count))).filter(|(_, more)| *more > 0).collect()
}

/// Whether the number of new objects is right. A repeated upload leaves one object too, with an equal version before it if
/// the bucket has versioning.
fn is_same(added: &Counts, usual: &Counts) -> bool {
    let count = |(kind, count): (&String, &usize)| (kind.clone(), if kind == "object/object" { 1 } else { *count });
    added.iter().map(count).eq(usual.iter().map(count))
}

/// Results by resource and fault; optionally written to a file.
#[derive(Default)]
struct Table(Vec<(String, String, String)>);

impl Table {
    fn add(&mut self, resource: &str, fault: &str, result: String) {
        self.0.push((resource.to_owned(), fault.to_owned(), result));
    }

    #[expect(clippy::disallowed_methods, reason = "a setting of the test")]
    fn finish(self) {
        if let Ok(path) = std::env::var("ONCE_TABLE") {
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
            for (resource, fault, result) in &self.0 {
                writeln!(file, "{}", json!({ "resource": resource, "fault": fault, "result": result })).unwrap();
            }
        }
        let wrong: Vec<String> = self
            .0
            .iter()
            .filter(|(_, _, result)| result != ONE)
            .map(|(resource, fault, result)| format!("{resource}, {fault}: {result}"))
            .collect();
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), self.0.len(), wrong.join("\n"));
    }
}

const ONE: &str = "one object";

fn is_created_at_scaleway(stage: &Stage, entry: &Entry) -> bool {
    let resource = stage.resource(entry);
    // The target of some actions does not exist afterwards, so they cannot be created again.
    let ends_target = resource.action.as_ref().is_some_and(|action| action.ends_target);
    resource.local.is_none() && resource.discontinued.is_none() && !ends_target
}

#[tokio::test(flavor = "multi_thread")]
async fn ambiguous_response_to_a_create_ends_in_one_object_for_every_resource() {
    let mut stage = Stage::start().await;
    let mut table = Table::default();
    let status = |code| FaultKind::StatusAfter { code, body: None };
    let faults = [
        ("cut after", FaultKind::DropAfter),
        ("cut in the middle", FaultKind::Truncate),
        ("500 after", status(500)),
        ("502 after", status(502)),
        ("503 after", status(503)),
        ("504 after", status(504)),
        ("504 before", FaultKind::Status { code: 504, body: None, retry_after: None }),
        ("200 without an ID", status(200)),
    ];
    for entry in lifecycle::entries().iter().filter(|entry| !entry.resource.starts_with("evalap/")) {
        let inputs = stage.checked(entry);
        if is_created_at_scaleway(&stage, entry) {
            stage.clean(entry, &inputs).await;
            // Some faults leave an object for the next run.
            let (usual, (method, path)) = stage.clean(entry, &inputs).await;
            for (name, kind) in faults.iter().filter(|_| !method.is_empty()) {
                // A purchase that is not listed is looked up again by the next `up`, and not repeated.
                if entry.resource == "domain/registration:Registration" && *name == "504 before" {
                    continue;
                }
                stage.fake.clock().advance(LATER);
                let before = stage.fake.counts();
                stage.fake.fault(Fault::at(&path, kind.clone()).method(&method));
                let created = stage.create(&stage.engine, entry, &inputs).await;
                let result = stage.judge(entry, &inputs, created, &before, &usual).await;
                stage.fake.clear_faults();
                table.add(&entry.resource, name, result);
            }
        }
        stage.keep(entry, &inputs).await;
    }
    table.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn process_killed_during_a_create_leaves_one_object_after_the_next_run_for_every_resource() {
    let mut stage = Stage::start().await;
    let mut table = Table::default();
    for entry in lifecycle::entries().iter().filter(|entry| !entry.resource.starts_with("evalap/")) {
        let inputs = stage.checked(entry);
        if is_created_at_scaleway(&stage, entry) {
            stage.clean(entry, &inputs).await;
            // Some faults leave an object for the next run.
            let (usual, (method, path)) = stage.clean(entry, &inputs).await;
            for (name, is_answered) in [("killed before the response", false), ("killed after the response", true)] {
                if method.is_empty() {
                    continue;
                }
                stage.fake.clock().advance(LATER);
                let before = stage.fake.counts();
                if is_answered {
                    // The engine has stopped after the create, before its response to Pulumi's engine.
                    drop(stage.create(&stage.engine(), entry, &inputs).await);
                } else {
                    stage.fake.clear_requests();
                    stage.fake.fault(Fault::at(&path, FaultKind::DelayAfter { seconds: 1e9 }).method(&method));
                    let engine = stage.engine();
                    let killed = stage.create(&engine, entry, &inputs);
                    tokio::select! {
                        biased;
                        _ = killed => panic!("{}: there must be no response", entry.resource),
                        () = arrived(&stage.fake, &method, &path) => {}
                    }
                }
                let created = stage.create(&stage.engine(), entry, &inputs).await;
                let result = stage.judge(entry, &inputs, created, &before, &usual).await;
                stage.fake.clear_faults();
                table.add(&entry.resource, name, result);
            }
        }
        stage.keep(entry, &inputs).await;
    }
    table.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn existing_object_with_a_chosen_name_is_not_adopted() {
    let stage = Stage::start().await;
    let (entry, other) = (vpc("main"), vpc("other"));
    let inputs = stage.checked(&entry);
    let count = || stage.fake.counts().get("vpc/vpc").copied().unwrap_or_default();
    let before = count();
    let first = stage.create(&stage.engine(), &other, &inputs).await.unwrap();
    stage.fake.clock().advance(LATER);
    stage
        .fake
        .fault(Fault::at("*/vpcs", FaultKind::Status { code: 504, body: None, retry_after: None }).method("POST"));
    let second = stage.create(&stage.engine(), &entry, &inputs).await.unwrap();
    assert_ne!(first.id, second.id);
    assert_eq!(count(), before + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_matching_objects_are_reported_and_none_is_adopted() {
    let stage = Stage::start().await;
    let inputs = stage.checked(&vpc("main"));
    stage.fake.clock().advance(LATER);
    // Another process created it at the same time.
    let other = stage.create(&stage.engine(), &vpc("other"), &inputs).await.unwrap();
    stage.fake.fault(Fault::at("*/vpcs", FaultKind::DropAfter).method("POST"));
    let error = stage.create(&stage.engine(), &vpc("main"), &inputs).await.unwrap_err().to_string();
    assert!(
        error.contains(&other.id) && error.contains("several objects match") && error.contains("import"),
        "{error}"
    );
    assert_eq!(error.matches("fr-par/").count(), 2, "both ids: {error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn object_of_another_resource_of_the_run_is_not_adopted() {
    let stage = Stage::start().await;
    let (engine, inputs) = (stage.engine(), stage.checked(&vpc("main")));
    let other = stage.create(&engine, &vpc("other"), &inputs).await.unwrap();
    stage.fake.fault(Fault::at("*/vpcs", FaultKind::DropAfter).method("POST"));
    let main = stage.create(&engine, &vpc("main"), &inputs).await.unwrap();
    assert_ne!(main.id, other.id);
    // An object that another request is creating is not adopted either.
    stage.fake.fault(Fault::at("*/vpcs", FaultKind::DropAfter).method("POST"));
    let (third, fourth) = (vpc("third"), vpc("fourth"));
    let (third, fourth) = tokio::join!(stage.create(&engine, &third, &inputs), stage.create(&engine, &fourth, &inputs));
    assert_ne!(third.unwrap().id, fourth.unwrap().id);
}

#[tokio::test(flavor = "multi_thread")]
async fn ambiguous_response_ends_in_one_object_for_types_without_a_listing() {
    let mut stage = Stage::start().await;
    let entry = |json: Json| serde_json::from_value::<Entry>(json).unwrap();
    let trigger = entry(json!({ "resource": "containers/trigger:Trigger", "name": "cron-source", "inputs": {
        "containerId": "$web.id",
        "destinationConfig": { "httpMethod": "post", "httpPath": "/" },
        "cron": { "schedule": "@daily", "timezone": "UTC" },
    } }));
    let record = entry(json!({ "resource": "domain/record:Record", "name": "delegated", "inputs": {
        "dnsZone": "$zone.id", "type": "NS", "name": "delegated", "data": "ns0.example.org.",
    } }));
    for entry in lifecycle::entries().iter().filter(|entry| !entry.resource.starts_with("evalap/")) {
        let inputs = stage.checked(entry);
        stage.keep(entry, &inputs).await;
    }
    for entry in [&trigger, &record] {
        let inputs = stage.checked(entry);
        let (usual, (method, path)) = stage.clean(entry, &inputs).await;
        stage.fake.clock().advance(LATER);
        let before = stage.fake.counts();
        stage.fake.fault(Fault::at(&path, FaultKind::DropAfter).method(&method));
        let created = stage.create(&stage.engine, entry, &inputs).await;
        assert_eq!(stage.judge(entry, &inputs, created, &before, &usual).await, ONE, "{}", entry.resource);
    }
}

fn vpc(name: &str) -> Entry {
    let entry = json!({ "resource": "network/vpc:Vpc", "name": name, "inputs": { "name": "chosen" } });
    serde_json::from_value(entry).unwrap()
}

async fn arrived(fake: &Running, method: &str, path: &str) {
    while !fake.requests().iter().any(|request| request.method == method && request.path == path) {
        tokio::task::yield_now().await;
    }
}

/// A program with `$name.output` replaced by outputs of existing objects, and files by in-memory ones.
fn resolved(program: &Map<String, Json>, world: &World) -> Json {
    fn value(json: &Json, world: &World) -> Json {
        match json {
            Json::String(text) if text.starts_with('$') => {
                let (name, output) = text[1..].split_once('.').unwrap();
                world.get(name).unwrap_or_else(|| panic!("{name} is declared before"))[output].clone()
            }
            Json::Array(items) => items.iter().map(|item| value(item, world)).collect(),
            Json::Object(map) if map.contains_key(pulumi_rpc::SIGNATURE_KEY) => {
                let is_archive = map.contains_key("assets");
                json!({ if is_archive { "$archive" } else { "$asset" }: "code", "hash": map["hash"] })
            }
            Json::Object(map) => {
                Json::Object(map.iter().map(|(name, json)| (name.clone(), value(json, world))).collect())
            }
            other => other.clone(),
        }
    }
    value(&Json::Object(program.clone()), world)
}
