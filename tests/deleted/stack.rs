//! The resources of `tests/rpc/lifecycle.yaml`, in an engine of this process with a fake. Pauses take no time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use catalog::{Action, Catalog, Input, Resource};
use client::testing::ManualClock;
use client::{Client, Credentials, Settings, Url};
use engine::{Engine, InvokeError};
use rules::{Autonaming, CheckRequest, Defaults, Error, ReadBack, check};
use scaleway_fake::{DEFAULT_ORGANIZATION, Fake, FaultKind, Running, Seed};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use tests::places;
use tests::stage::{self, ProgressLog, SameDay};
use value::Object;

/// Pulumi's key of an archive.
const ARCHIVE: &str = "0def7320c3a5731c473e5ecbe6d01bc7";

/// One resource of the table, after its dependencies.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Entry {
    pub(crate) resource: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) least: Map<String, Json>,
    pub(crate) inputs: Map<String, Json>,
    #[serde(default)]
    pub(crate) change: Map<String, Json>,
    /// It exists as long as its parent.
    #[serde(default)]
    pub(crate) stays: bool,
}

/// A resource as in a stack.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub(crate) id: String,
    pub(crate) state: Json,
    outputs: Object,
    inputs: Object,
}

pub(crate) struct Stack {
    pub(crate) fake: Running,
    /// The objects, by the names of the table.
    pub(crate) world: BTreeMap<String, Thing>,
    catalog: Arc<Catalog>,
    engine: Engine,
}

pub(crate) fn entries() -> Vec<Entry> {
    let text = places::text(&places::project().join("tests/rpc/lifecycle.yaml"));
    let mut entries: Vec<Entry> = serde_saphyr::from_str(&text).unwrap();
    // Health checks send probes in real time, and none to Scaleway. Some actions stay in the state if their object is deleted.
    let catalog = places::catalog();
    let outlives_object = |token: &str| catalog.resources[token].action.as_ref().is_some_and(Action::outlives_object);
    entries.retain(|entry| {
        !["evalap/healthCheck:HealthCheck", "evalap/loginCheck:LoginCheck"].contains(&entry.resource.as_str())
            && !outlives_object(&entry.resource)
    });
    entries
}

fn defaults() -> Defaults {
    Defaults {
        project_id: Some(DEFAULT_ORGANIZATION.to_owned()),
        organization_id: Some(DEFAULT_ORGANIZATION.to_owned()),
        ..stage::defaults()
    }
}

fn engine(catalog: &Arc<Catalog>, fake: &Running) -> Engine {
    let url = Url::parse(&fake.url()).unwrap();
    let mut settings = Settings::new(url.clone())
        .credentials(Credentials::new("SCWXXXXXXXXXXXXXXXXX", "11111111-1111-4111-8111-111111111111"))
        .clock(Arc::new(SameDay(ManualClock::skipping(Duration::from_secs(31)))))
        .seed(1);
    settings.probe_endpoint = Some(url);
    stage::with_files(Engine::new(Arc::clone(catalog), Client::new(settings), defaults()))
}

impl Stack {
    pub(crate) async fn start() -> Self {
        let seed = Seed::parse(&places::text(&places::project().join("tests/rpc/seed.json"))).unwrap();
        let fake = Fake::builder().seed(seed).start().await.unwrap();
        let catalog = places::catalog();
        let engine = engine(&catalog, &fake);
        Self { fake, world: BTreeMap::new(), catalog, engine }
    }

    /// A new process, without the memory of the previous one.
    pub(crate) fn restart(&mut self) {
        self.engine = engine(&self.catalog, &self.fake);
    }

    fn resource(&self, entry: &Entry) -> &Resource {
        &self.catalog.resources[&entry.resource]
    }

    /// Whether its operations send requests to Scaleway.
    pub(crate) fn is_remote(&self, entry: &Entry) -> bool {
        let resource = self.resource(entry);
        resource.local.is_none() && resource.discontinued.is_none() && !resource.read.is_empty()
    }

    /// Whether this response to a delete differs from those in the API document. An operation without a body responds
    /// with 204, as a proxy can; Object Storage has no body in responses to changes; `{}` without its end is an empty schema.
    pub(crate) fn can_tell_delete(&self, entry: &Entry, status: u16, body: &str) -> bool {
        let resource = self.resource(entry);
        let polls = resource.wait.is_some();
        let Some(step) = resource.delete.last() else { return status >= 400 && self.is_deletable(entry) };
        let identity = &step.call.identity;
        let is_object = identity.repeats.is_some() || !identity.fields.is_empty();
        let is_bodiless = body.is_empty() || body == "null";
        status >= 400 || polls || is_object || (identity.silent && !is_bodiless)
    }

    fn checked(&self, entry: &Entry, olds: &Object, program: &Map<String, Json>) -> Object {
        let Json::Object(program) = self.resolved(&Json::Object(program.clone())) else {
            panic!("a program is an object")
        };
        let request = CheckRequest {
            name: &entry.name,
            olds,
            news: &stage::object(&program),
            seed: b"a stack",
            autonaming: Autonaming::Propose(format!("{}-0000000", entry.name)),
        };
        let checked = check(self.resource(entry), &request, &defaults());
        assert!(checked.failures.is_empty(), "{}: {:?}", entry.resource, checked.failures);
        checked.inputs
    }

    pub(crate) async fn create(&self, entry: &Entry, program: &Map<String, Json>) -> Result<Thing, Error> {
        let inputs = self.checked(entry, &Object::new(), program);
        let (progress, token) = (ProgressLog::default(), token(entry));
        let created = self.engine.create(progress.operation(&token, &entry.name), &inputs).await?;
        Ok(Thing { id: created.id, state: stage::json(&created.state), outputs: created.state, inputs })
    }

    /// Updates to the program of the table with these changes.
    pub(crate) async fn update(
        &self,
        entry: &Entry,
        thing: &Thing,
        change: &Map<String, Json>,
    ) -> Result<Thing, Error> {
        let mut program = entry.inputs.clone();
        program.extend(change.clone());
        let news = self.checked(entry, &thing.inputs, &program);
        let (progress, token) = (ProgressLog::default(), token(entry));
        let operation = progress.operation(&token, &entry.name);
        let outputs = self.engine.update(operation, &thing.id, &thing.outputs, &thing.inputs, &news).await?;
        Ok(Thing { id: thing.id.clone(), state: stage::json(&outputs), outputs, inputs: news })
    }

    pub(crate) async fn read(&self, entry: &Entry, thing: &Thing) -> Result<Option<ReadBack>, Error> {
        let (progress, token) = (ProgressLog::default(), token(entry));
        self.engine.read(progress.operation(&token, &entry.name), &thing.id, &thing.inputs, &thing.outputs).await
    }

    /// The paths of the resource's product, or of its bucket: its project stays accessible when they fail.
    pub(crate) async fn product(&self, entry: &Entry, thing: &Thing) -> String {
        self.fake.clear_requests();
        self.read(entry, thing).await.unwrap();
        format!("/{}*", self.fake.requests()[0].path.split('/').nth(1).unwrap())
    }

    pub(crate) async fn delete(&self, entry: &Entry, thing: &Thing) -> Result<(), Error> {
        let (progress, token) = (ProgressLog::default(), token(entry));
        self.engine.delete(progress.operation(&token, &entry.name), &thing.id, &thing.outputs, &thing.inputs).await
    }

    pub(crate) fn read_method(&self, entry: &Entry) -> &str {
        &self.resource(entry).read[0].call.method
    }

    /// The first read of the resource after a change, as a pattern of its path, and the eventually consistent response: a list
    /// without the resource, or 404. `None` if the change reads nothing.
    pub(crate) fn first_read_after_create(&self, entry: &Entry) -> Option<(String, FaultKind)> {
        let step = &self.resource(entry).read[0];
        let requests = self.fake.requests();
        let is_change = |method: &str| !["GET", "HEAD"].contains(&method);
        let written = requests.iter().position(|request| is_change(&request.method))?;
        let read = requests[written..].iter().find(|request| request.operation.as_ref() == Some(&step.call.id))?;
        let lag = match (&step.find, &step.call.pages, &step.call.storage) {
            (Some(_), Some(list), _) => {
                let body = json!({ list.as_str(): [], "total_count": 0 });
                FaultKind::Status { code: 200, body: Some(body), retry_after: None }
            }
            (_, _, Some(_)) => FaultKind::Text {
                code: 404,
                content_type: "application/xml".to_owned(),
                body: "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>"
                    .to_owned(),
            },
            _ => {
                let body = json!({ "type": "not_found", "message": "resource is not found", "resource": "unknown", "resource_id": "" });
                FaultKind::Status { code: 404, body: Some(body), retry_after: None }
            }
        };
        let is_uuid = |part: &&str| part.len() == 36 && part.matches('-').count() == 4;
        let path: Vec<&str> = read.path.split('/').map(|part| if is_uuid(&part) { "*" } else { part }).collect();
        Some((path.join("/"), lag))
    }

    /// The number of reads with a matching path before the first change.
    pub(crate) fn reads_before_change(&self, pattern: &str) -> u32 {
        let requests = self.fake.requests();
        let before = requests.iter().take_while(|request| ["GET", "HEAD"].contains(&request.method.as_str()));
        u32::try_from(before.filter(|request| fits(pattern, &request.path)).count()).unwrap()
    }

    /// Whether all reads except the first are of optional parts.
    pub(crate) fn is_whole_by_first_read(&self, entry: &Entry) -> bool {
        let reads = &self.resource(entry).read;
        reads.iter().skip(1).all(|step| step.optional || !step.reads.is_empty())
    }

    /// The lookup function of the resource, and arguments that find it.
    pub(crate) fn lookup(&self, entry: &Entry, thing: &Thing) -> Option<(String, Object)> {
        let function = self.catalog.functions.values().find(|function| function.lookup.resource == entry.resource)?;
        let lookup = &function.lookup;
        let needed = lookup.inputs.iter().filter(|(_, input)| lookup.id.is_none() || input.input == Input::Required);
        let known = needed.filter_map(|(name, _)| Some((name.clone(), thing.state.get(name)?.clone())));
        let mut arguments: Map<String, Json> = known.collect();
        if let Some(name) = &lookup.id {
            arguments.insert(name.clone(), Json::from(thing.id.clone()));
        }
        Some((function.token.clone(), stage::object(&arguments)))
    }

    pub(crate) async fn invoke(&self, function: &str, arguments: &Object) -> Result<Object, Error> {
        match self.engine.invoke(&format!("evalap-scaleway:{function}"), arguments).await {
            Ok(outputs) => Ok(outputs),
            Err(InvokeError::Failed(error)) => Err(error),
            Err(InvokeError::Arguments(failures)) => panic!("{function}: {failures:?}"),
        }
    }

    /// Whether a successful response can be foreign. Plain text of a user can be any text.
    pub(crate) fn can_tell_read(&self, entry: &Entry, status: u16) -> bool {
        status >= 400 || self.resource(entry).read.iter().all(|step| !step.call.format.is_text)
    }

    /// Whether a delete sends a request.
    pub(crate) fn is_deletable(&self, entry: &Entry) -> bool {
        let resource = self.resource(entry);
        !resource.delete.is_empty() || (resource.has_special_calls() && !entry.stays)
    }

    /// JSON with `$name.output` replaced by outputs of existing objects, and archives in the form of `stage`.
    fn resolved(&self, json: &Json) -> Json {
        match json {
            Json::String(text) if text.starts_with('$') => {
                let (name, output) = text[1..].split_once('.').unwrap();
                let thing = self.world.get(name).unwrap_or_else(|| panic!("{name} is declared before"));
                if output == "id" { Json::from(thing.id.clone()) } else { thing.state[output].clone() }
            }
            Json::Array(items) => items.iter().map(|item| self.resolved(item)).collect(),
            Json::Object(map) if map.values().any(|value| value == ARCHIVE) => {
                json!({ "$archive": "code", "hash": map["hash"].clone() })
            }
            Json::Object(map) => {
                Json::Object(map.iter().map(|(name, json)| (name.clone(), self.resolved(json))).collect())
            }
            other => other.clone(),
        }
    }
}

/// Whether a path matches a pattern in which `*` matches anything, as in a fault of the fake.
fn fits(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((head, rest)) => path.strip_prefix(head).is_some_and(|left| {
            (0..=left.len()).filter(|at| left.is_char_boundary(*at)).any(|at| fits(rest, &left[at..]))
        }),
    }
}

fn token(entry: &Entry) -> String {
    format!("evalap-scaleway:{}", entry.resource)
}
