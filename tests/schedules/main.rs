//! Failed steps: whichever request fails and in whatever way, the next `up` makes the objects equal to the program.
//!
//! Every request of the create, update and delete of every resource of the catalog is rejected, answered with 500, cut before
//! and cut after it took effect; then the same program, the previous one and one with one more change are deployed.
//! `SCHEDULES=<name in lifecycle.yaml>` runs those of one resource, and `SCHEDULES=write` writes the states of the engine double to
//! `shared_states.json`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod clock;
mod coverage;
mod kill;
mod kinds;
mod schedule;
mod setup;
mod shared;
mod stack;

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tests::places;

use crate::schedule::Outcome;
use tests::programs::{self, Program, Table};

/// The number of resources that are tested at the same time.
const PARALLEL: usize = 4;

/// Resources that take longer are printed, so that the suite stays fast.
const SLOW: Duration = Duration::from_secs(15);

#[test]
fn after_any_failed_request_the_next_up_makes_the_objects_equal_to_the_program() {
    let choice = choice();
    let start = Instant::now();
    let outcomes = outcomes(choice.as_deref());
    let slowest = outcomes.iter().max_by_key(|outcome| outcome.duration);
    let slowest = slowest.map(|slowest| format!("{} in {:?}", slowest.key, slowest.duration)).unwrap_or_default();
    let failed: BTreeMap<&str, &Outcome> = outcomes
        .iter()
        .filter(|outcome| !outcome.wrong.is_empty())
        .map(|outcome| (outcome.key.as_str(), outcome))
        .collect();
    println!("{} schedules in {:?}, {} fail; slowest: {slowest}", outcomes.len(), start.elapsed(), failed.len());

    assert!(!outcomes.is_empty(), "no resource of lifecycle.yaml has this name");
    let table = failed.values().map(|outcome| format!("{}\n    {}\n", outcome.key, outcome.wrong.join("\n    ")));
    let report = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schedules.txt");
    fs::write(&report, table.collect::<String>()).unwrap();
    let shown = failed.values().take(50).map(|outcome| format!("{}: {}", outcome.key, outcome.wrong.join("; ")));
    assert!(
        failed.is_empty(),
        "{} schedules fail (all in {}):\n{}",
        failed.len(),
        report.display(),
        shown.collect::<Vec<_>>().join("\n")
    );
}

/// The outcomes of all resources, or of one; each has a separate thread and runtime.
fn outcomes(choice: Option<&str>) -> Vec<Outcome> {
    let catalog = places::catalog();
    let table = Arc::new(Table::read());
    let one = choice.filter(|choice| *choice != "write");
    let is_remote = |program: &&Program| coverage::is_remote(&catalog.resources[&program.resource]);
    // `tests/rpc/killed.rs` and the cases test the others.
    let repeats = |program: &&Program| !programs::changes_others(&catalog.resources[&program.resource]);
    let programs =
        table.0.iter().filter(is_remote).filter(repeats).filter(|program| one.is_none_or(|one| program.name == one));
    let waiting = Mutex::new(programs.cloned().collect::<VecDeque<_>>());
    let outcomes = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..PARALLEL {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                loop {
                    let Some(program) = waiting.lock().unwrap().pop_front() else { break };
                    let name = program.name.clone();
                    let start = Instant::now();
                    let run = schedule::run(Arc::clone(&catalog), Arc::clone(&table), program);
                    let found = runtime.block_on(run);
                    if start.elapsed() > SLOW {
                        println!("{name}: {} schedules in {:?}", found.len(), start.elapsed());
                    }
                    outcomes.lock().unwrap().extend(found);
                }
            });
        }
    });
    outcomes.into_inner().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a setting of the test")]
fn choice() -> Option<String> {
    std::env::var("SCHEDULES").ok().filter(|choice| !choice.is_empty())
}
