//! Decoders never panic: changed requests of Pulumi's engine, responses of the API (JSON and XML), stacks to migrate, descriptors,
//! and requests and seeds of the fake. `tests/wire/malformed.rs` changes each field of each recorded response once.
//!
//! `RUNS=100000` sets the number of inputs of each decoder, and `SEED=7` the seed, which is printed.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod mutation;

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use client::testing::ManualClock;
use client::{BoxFuture, Failure, SystemClock, Transport};
use fastrand::Rng;
use prost::Message;
use pulumi_rpc::pulumirpc as rpc;
use scaleway_fake::{Fake, IN_PROCESS_URL, Seed};
use serde_json::Value as Json;
use tests::case::{self, Case};
use tests::configuration::{self, Home};
use tests::places;
use tests::programs::{Program, Table};
use tests::property_bag::to_struct;
use tests::run::run_with;
use tonic::{Request, Status};

/// The number of inputs of each decoder in `make test`.
const RUNS: usize = 300;
/// The seed in `make test`.
const FIXED_SEED: u64 = 1;

const SECRET_KEY: &str = "11111111-1111-1111-1111-111111111111";
const ORGANIZATION: &str = "5ca1e3a7-fa4e-4000-8000-000000000001";

/// Runs a check for each input, and fails with the input that panicked.
fn fuzz(decoder: &str, mut run: impl FnMut(&mut Rng) -> (String, Box<dyn FnOnce()>)) {
    let (runs, seed) = (setting("RUNS").unwrap_or(RUNS), setting("SEED").unwrap_or(FIXED_SEED));
    println!("{decoder}: {runs} inputs with the seed {seed}");
    let mut rng = Rng::with_seed(seed);
    for number in 0..runs {
        let (input, check) = run(&mut rng);
        if let Err(panicked) = panic::catch_unwind(AssertUnwindSafe(check)) {
            panic!("{decoder} panics with input {number} of the seed {seed}: {}\n{input}", message(&*panicked));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a setting of the test")]
fn setting<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

fn message(panicked: &(dyn Any + Send)) -> String {
    let text = panicked.downcast_ref::<String>().cloned();
    text.or_else(|| panicked.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A network that is not connected.
#[derive(Debug)]
struct Unconnected;

impl Transport for Unconnected {
    fn exchange(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, Failure>> {
        Box::pin(async { Err(Failure::Unsent { cause: "no network".into(), help: None, permanent: true }) })
    }
}

/// Sends a message, if it can be decoded: the response is not the status that a panic is converted to.
async fn send<M, T>(message: Option<M>, call: impl AsyncFnOnce(Request<M>) -> Result<T, Status>) {
    let Some(message) = message else { return };
    if let Err(status) = call(Request::new(message)).await {
        assert!(!status.message().contains("a bug in the plugin"), "{}", status.message());
    }
}

#[test]
fn requests_of_the_engine() {
    let runtime = Arc::new(runtime());
    let programs: Vec<Program> = Table::read().0;
    let catalog = places::catalog();
    let home = Home::new(Path::new(env!("CARGO_TARGET_TMPDIR")));
    let _inside = runtime.enter();
    let clock = Arc::new(ManualClock::skipping(std::time::Duration::from_secs(31)));
    let plugin = provider::in_process::provider(Arc::clone(&catalog), clock, Arc::new(Unconnected), home.path(), 1);
    let arguments = configuration::arguments(IN_PROCESS_URL, SECRET_KEY, ORGANIZATION);
    runtime.block_on(plugin.configure(Request::new(configuration::request(Some(to_struct(&arguments)))))).unwrap();
    fuzz("the gRPC server", |rng| {
        let program = rng.choice(&programs).unwrap();
        let urn = format!("urn:pulumi:test::project::evalap-scaleway:{}::main", program.resource);
        let [olds, news] = [(); 2].map(|()| mutation::json(rng, &program.inputs));
        let input = format!("{urn}\n{olds}\n{news}");
        let [olds, news] =
            [olds, news].map(|json| Some(to_struct(if json.is_object() { &json } else { &program.inputs })));
        let id = "fr-par/11111111-1111-1111-1111-111111111111".to_owned();
        let check =
            rpc::CheckRequest { urn: urn.clone(), olds: olds.clone(), news: news.clone(), ..Default::default() };
        let diff = rpc::DiffRequest {
            urn: urn.clone(),
            id: id.clone(),
            olds: olds.clone(),
            old_inputs: olds.clone(),
            news: news.clone(),
            ..Default::default()
        };
        let create =
            rpc::CreateRequest { urn: urn.clone(), properties: news.clone(), preview: true, ..Default::default() };
        let read = rpc::ReadRequest {
            urn: urn.clone(),
            id: id.clone(),
            properties: olds.clone(),
            inputs: olds.clone(),
            ..Default::default()
        };
        let update = rpc::UpdateRequest {
            urn: urn.clone(),
            id: id.clone(),
            olds: olds.clone(),
            old_inputs: olds.clone(),
            news,
            preview: true,
            ..Default::default()
        };
        let delete = rpc::DeleteRequest { urn, id, properties: olds.clone(), old_inputs: olds, ..Default::default() };
        let (check, diff, create) = (changed(rng, &check), changed(rng, &diff), changed(rng, &create));
        let (read, update, delete) = (changed(rng, &read), changed(rng, &update), changed(rng, &delete));
        let (plugin, runtime) = (Arc::clone(&plugin), Arc::clone(&runtime));
        let run = move || {
            runtime.block_on(async {
                send(check, |request| plugin.check(request)).await;
                send(diff, |request| plugin.diff(request)).await;
                send(create, |request| plugin.create(request)).await;
                send(read, |request| plugin.read(request)).await;
                send(update, |request| plugin.update(request)).await;
                send(delete, |request| plugin.delete(request)).await;
            });
        };
        (input, Box::new(run))
    });
}

#[test]
fn configurations_functions_and_components() {
    let runtime = Arc::new(runtime());
    let catalog = places::catalog();
    let functions: Vec<String> = catalog.functions.keys().cloned().collect();
    let components: Vec<String> = catalog.components.keys().cloned().collect();
    let programs: Vec<Program> = Table::read().0;
    let home = Home::new(Path::new(env!("CARGO_TARGET_TMPDIR")));
    let arguments = configuration::arguments(IN_PROCESS_URL, SECRET_KEY, ORGANIZATION);
    let _inside = runtime.enter();
    fuzz("configurations, functions and components", |rng| {
        let clock = Arc::new(ManualClock::skipping(std::time::Duration::from_secs(31)));
        let plugin = provider::in_process::provider(Arc::clone(&catalog), clock, Arc::new(Unconnected), home.path(), 1);
        let arguments = mutation::json(rng, &arguments);
        let program = rng.choice(&programs).unwrap();
        let inputs = mutation::json(rng, &program.inputs);
        let [function, component] = [&functions, &components].map(|tokens| rng.choice(tokens).unwrap());
        let input = format!("{arguments}\n{function}, {component}\n{inputs}");
        let [arguments, inputs] = [arguments, inputs].map(|json| json.is_object().then(|| to_struct(&json)));
        let configure = changed(rng, &configuration::request(arguments.clone()));
        let check = rpc::CheckRequest {
            urn: configuration::PROVIDER_URN.to_owned(),
            olds: arguments.clone(),
            news: arguments.clone(),
            ..Default::default()
        };
        let diff = rpc::DiffRequest {
            urn: configuration::PROVIDER_URN.to_owned(),
            olds: arguments.clone(),
            old_inputs: arguments.clone(),
            news: arguments,
            ..Default::default()
        };
        let invoke = rpc::InvokeRequest {
            tok: format!("evalap-scaleway:{function}"),
            args: inputs.clone(),
            ..Default::default()
        };
        // No engine listens at this address.
        let construct = rpc::ConstructRequest {
            r#type: format!("evalap-scaleway:{component}"),
            name: "main".to_owned(),
            inputs,
            monitor_endpoint: "127.0.0.1:1".to_owned(),
            ..Default::default()
        };
        let (check, diff) = (changed(rng, &check), changed(rng, &diff));
        let (invoke, construct) = (changed(rng, &invoke), changed(rng, &construct));
        let runtime = Arc::clone(&runtime);
        let run = move || {
            runtime.block_on(async {
                send(check, |request| plugin.check_config(request)).await;
                send(diff, |request| plugin.diff_config(request)).await;
                send(configure, |request| plugin.configure(request)).await;
                send(invoke, |request| plugin.invoke(request)).await;
                send(construct, |request| plugin.construct(request)).await;
            });
        };
        (input, Box::new(run))
    });
}

/// The message as it is, or with changed bytes, if it can still be decoded.
fn changed<M: Message + Default + Clone>(rng: &mut Rng, message: &M) -> Option<M> {
    if rng.bool() {
        return Some(message.clone());
    }
    M::decode(&*mutation::bytes(rng, &message.encode_to_vec())).ok()
}

/// All cases with their tokens.
fn cases() -> Vec<(String, Case)> {
    let mut found = Vec::new();
    for file in places::files(&places::project().join("resources"), ".cases.yaml") {
        let token = case::token(&file);
        found.extend(case::read(&file).unwrap().into_iter().map(|case| (token.clone(), case)));
    }
    assert!(found.len() > 500, "{}", found.len());
    found
}

/// Statuses that the client handles differently.
const STATUSES: [u16; 12] = [200, 201, 204, 301, 400, 403, 404, 409, 412, 429, 500, 503];

#[test]
fn responses_of_the_api() {
    let (catalog, cases) = (places::catalog(), cases());
    let is_xml = |case: &Case| case.calls.iter().any(|exchange| exchange.response.is_string());
    let (xml, json): (Vec<_>, Vec<_>) = cases.into_iter().partition(|(_, case)| is_xml(case));
    assert!(xml.len() > 50 && json.len() > 500, "{} and {}", xml.len(), json.len());
    // Paused time, so that waits of any length take no time.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let runtime = Arc::new(runtime);
    fuzz("responses of the API", |rng| {
        let cases = if rng.bool() { &xml } else { &json };
        let (token, mut case) = rng.choice(cases).cloned().unwrap();
        for exchange in &mut case.calls {
            match rng.u8(0..8) {
                0..=2 => exchange.response = changed_response(rng, &exchange.response),
                3 => exchange.status = rng.choice(STATUSES).unwrap(),
                4 => drop(exchange.response_headers.insert("retry-after".to_owned(), rng.u32(..).to_string())),
                _ => {}
            }
        }
        let input = format!("{token}, {}: {:#?}", case.case, case.calls);
        let (catalog, runtime) = (Arc::clone(&catalog), Arc::clone(&runtime));
        let run = move || drop(runtime.block_on(run_with(&catalog, &token, &case, Arc::new(SystemClock))));
        (input, Box::new(run))
    });
}

/// A changed body. A string is XML, or JSON that cannot be parsed.
fn changed_response(rng: &mut Rng, response: &Json) -> Json {
    match response {
        Json::String(text) => Json::from(String::from_utf8_lossy(&mutation::bytes(rng, text.as_bytes()))),
        json if rng.bool() => mutation::json(rng, json),
        json => Json::from(String::from_utf8_lossy(&mutation::bytes(rng, json.to_string().as_bytes()))),
    }
}

#[test]
fn stacks_to_migrate() {
    let states: Json =
        serde_json::from_str(&places::text(&places::project().join("tests/programs/pulumiverse_states.json"))).unwrap();
    fuzz("migrate-state", |rng| {
        let export = serde_json::json!({ "version": 3, "deployment": { "resources": states } });
        let export = mutation::json(rng, &export).to_string();
        let export = if rng.bool() {
            String::from_utf8_lossy(&mutation::bytes(rng, export.as_bytes())).into_owned()
        } else {
            export
        };
        let input = export.chars().take(2000).collect();
        (input, Box::new(move || drop(provider::migrate_state::migrate(&export))))
    });
}

#[test]
fn requests_and_seeds_of_the_fake() {
    let cases = cases();
    let runtime = Arc::new(runtime());
    let _inside = runtime.enter();
    let text = places::text(&places::project().join("tests/rpc/seed.json"));
    let seed: Json = serde_json::from_str(&text).unwrap();
    let builder = || Fake::builder().hash_memory(512);
    let fake = Arc::new(builder().seed(Seed::parse(&text).unwrap()).in_process().unwrap());
    fuzz("the fake", |rng| {
        let (_, case) = rng.choice(&cases).unwrap();
        let changed = mutation::json(rng, &seed).to_string();
        let mut requests = Vec::new();
        for exchange in &case.calls {
            let (method, path) = exchange.send.split_once(' ').unwrap();
            let path = path.replace("{uuid}", "11111111-1111-1111-1111-111111111111");
            let path = if rng.bool() {
                String::from_utf8_lossy(&mutation::bytes(rng, path.as_bytes())).into_owned()
            } else {
                path
            };
            let body = mutation::json(rng, &exchange.body).to_string();
            let body = if rng.u8(0..4) == 0 { mutation::bytes(rng, body.as_bytes()) } else { body.into_bytes() };
            let request = http::Request::builder()
                .method(method)
                .uri(format!("{IN_PROCESS_URL}{path}"))
                .header("x-auth-token", SECRET_KEY)
                .header("content-type", "application/json");
            requests.extend(request.body(Bytes::from(body)).ok());
        }
        let input = format!("{requests:#?}");
        let (fake, runtime) = (Arc::clone(&fake), Arc::clone(&runtime));
        let run = move || {
            for request in requests {
                let shown = format!("{request:?}");
                let answer = runtime.block_on(fake.exchange(request));
                let status = answer.as_ref().map(|answer| answer.status().as_u16());
                let body = answer.map(|answer| String::from_utf8_lossy(answer.body()).into_owned());
                assert_ne!(status, Some(500), "{shown}: {body:?}");
            }
            if let Ok(seed) = Seed::parse(&changed) {
                // A seed that is parsed may still be rejected.
                drop(Fake::builder().hash_memory(512).seed(seed).in_process());
            }
        };
        (input, Box::new(run))
    });
}

#[test]
fn descriptors() {
    let root = places::project().join("resources");
    let documents: Vec<String> = places::files(&root, ".yaml").iter().map(|file| places::text(file)).collect();
    fuzz("the descriptor language", |rng| {
        let text = rng.choice(&documents).unwrap();
        let text = String::from_utf8_lossy(&mutation::bytes(rng, text.as_bytes())).into_owned();
        let input = text.chars().take(4000).collect();
        let parse = move || {
            drop(serde_saphyr::from_str::<schema::descriptor::Resource>(&text));
            drop(serde_saphyr::from_str::<schema::descriptor::Product>(&text));
            drop(serde_saphyr::from_str::<schema::descriptor::Lookup>(&text));
            drop(serde_saphyr::from_str::<schema::descriptor::Component>(&text));
        };
        (input, Box::new(parse))
    });
}
