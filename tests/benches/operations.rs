//! Measures check, diff, encode and decode of every resource in one process, and prints the slowest ten. Exits with 1 if Check
//! plus Diff of the largest resource take longer than [`MOST`].
//!
//! Each resource has the inputs of its largest case, and Diff compares them with themselves, as in an `up` without changes. A
//! number is the median of [`SAMPLES`]: on a busy machine it stays the same when the mean does not. `operations count TOKEN
//! TIMES` runs only Check and Diff of one resource, for `valgrind --tool=callgrind`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use catalog::{Catalog, Property, Resource};
use rules::decode::{self, Known};
use rules::scope::Scope;
use rules::{Autonaming, CheckRequest, Defaults, DiffRequest, check, diff, encode};
use serde_json::Value as Json;
use tests::case::{self, Action, Case};
use tests::{places, run, stage};
use value::Object;

/// Check plus Diff of the largest resource.
const MOST: Duration = Duration::from_micros(50);
const SAMPLES: usize = 101;
const SHOWN: usize = 10;
const OPERATIONS: [&str; 4] = ["check", "diff", "encode", "decode"];

/// A resource with the data of one operation.
struct Subject<'c> {
    token: String,
    resource: &'c Resource,
    program: Object,
    inputs: Object,
    state: Object,
    /// The responses of the API.
    answers: serde_json::Map<String, Json>,
}

/// The medians in the order of [`OPERATIONS`].
struct Medians<'s> {
    token: &'s str,
    properties: usize,
    inputs: usize,
    durations: [Duration; 4],
}

impl Subject<'_> {
    fn check(&self, defaults: &Defaults) {
        let request = CheckRequest {
            name: "main",
            olds: &self.inputs,
            news: &self.program,
            seed: b"a seed",
            autonaming: Autonaming::Propose("main-0000000".to_owned()),
        };
        black_box(check(self.resource, &request, defaults));
    }

    fn diff(&self) {
        let request = DiffRequest {
            olds: &self.state,
            old_inputs: &self.inputs,
            news: &self.inputs,
            ignore_changes: &[],
            now: jiff::Timestamp::UNIX_EPOCH,
        };
        black_box(diff(self.resource, &request));
    }

    fn measure(&self, defaults: &Defaults) -> Medians<'_> {
        let mut scope = Scope::of_inputs(self.resource, &self.inputs, defaults).unwrap();
        scope.answers.clone_from(&self.answers);
        let known = || Known { inputs: &self.inputs, state: &self.state, just_sent: true };
        let durations = [
            median(|| self.check(defaults)),
            median(|| self.diff()),
            median(|| drop(black_box(encode::desired(self.resource, &self.inputs, defaults)))),
            median(|| drop(black_box(decode::state(&scope, known())))),
        ];
        let (properties, inputs) = (properties(self.resource.properties.values()), self.inputs.len());
        Medians { token: &self.token, properties, inputs, durations }
    }
}

fn median(operation: impl Fn()) -> Duration {
    let mut samples: Vec<Duration> = (0..SAMPLES)
        .map(|_| {
            let started = Instant::now();
            operation();
            started.elapsed()
        })
        .collect();
    samples.sort_unstable();
    samples[SAMPLES / 2]
}

/// The number of properties, with those of objects inside.
fn properties<'p>(all: impl Iterator<Item = &'p Property>) -> usize {
    all.map(|property| 1 + properties(property.kind.properties().map(|(_, inner)| inner))).sum()
}

/// Each resource with its largest case that creates it.
fn subjects(catalog: &Arc<Catalog>, only: Option<&str>) -> Vec<Subject<'static>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let files = places::files(&places::project().join("resources"), ".cases.yaml");
    let chosen = files.iter().filter(|file| only.is_none_or(|only| case::token(file) == only));
    // The process ends with the benchmark, so the catalog may stay.
    let shared: &'static Catalog = Box::leak(Box::new(Catalog::clone(catalog)));
    chosen
        .filter_map(|file| {
            let token = case::token(file);
            let creates = |case: &Case| case.action() == Action::Create && case.then.error.is_none();
            let size = |case: &Case| Json::Object(case.program()).to_string().len();
            let case = case::read(file).unwrap().into_iter().filter(creates).max_by_key(size)?;
            let outcome = runtime.block_on(run::run(catalog, &token, &case));
            let mut answers = serde_json::Map::new();
            for exchange in case.calls.iter().filter(|exchange| exchange.status < 300) {
                answers.extend(exchange.response.as_object().cloned().unwrap_or_default());
            }
            let resource = run::resource(shared, &token);
            let program = stage::object(&case.program());
            Some(Subject { token, resource, program, inputs: outcome.inputs?, state: outcome.state?, answers })
        })
        .collect()
}

fn print(title: &str, medians: &[&Medians<'_>]) {
    println!(
        "\n{title:48} {:>10} {:>6} {}",
        "properties",
        "inputs",
        OPERATIONS.map(|name| format!("{name:>8}")).join(" ")
    );
    for found in medians {
        let columns = found.durations.map(|duration| format!("{:8.1}", micros(duration))).join(" ");
        println!("{:48} {:10} {:6} {columns}", found.token, found.properties, found.inputs);
    }
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let catalog = places::catalog();
    let defaults = stage::defaults();
    if let [command, token, times] = arguments.as_slice()
        && command == "count"
    {
        let subject = &subjects(&catalog, Some(token))[0];
        for _ in 0..times.parse::<u32>().unwrap() {
            subject.check(&defaults);
            subject.diff();
        }
        return ExitCode::SUCCESS;
    }
    let subjects = subjects(&catalog, None);
    let mut medians: Vec<Medians<'_>> = subjects.iter().map(|subject| subject.measure(&defaults)).collect();
    medians.sort_by_key(|found| std::cmp::Reverse(found.durations.iter().sum::<Duration>()));
    println!("{} of {} resources, microseconds", medians.len(), catalog.resources.len());
    print("the slowest", &medians.iter().take(SHOWN).collect::<Vec<_>>());
    let largest = medians.iter().max_by_key(|found| found.properties).unwrap();
    print("the largest", &[largest]);
    let spent = largest.durations[0] + largest.durations[1];
    println!("\ncheck plus diff of {}: {:.1} (at most {:.0})", largest.token, micros(spent), micros(MOST));
    if spent > MOST { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
