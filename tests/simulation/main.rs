//! A simulation in which every request may fail: plugin, fake and a double of Pulumi's engine in one process, in virtual time.
//! After at most two more `up`s without faults, the objects equal the program.
//!
//! `SEEDS=7..8` runs seed 7, `SEEDS=1000` a thousand seeds from a random one. The same seed has the same trace.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod clock;
mod fault;
mod network;
mod planted;
mod response;
mod scenario;
mod shrink;
mod simulate;
mod world;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use tests::places;

use crate::planted::Planted;
use crate::scenario::{Programs, Scenario};
use crate::simulate::{Outcome, Simulator};

/// The number of threads.
const THREADS: usize = 2;
/// The seeds that each `make test` runs.
const FIXED: Range<u64> = 0..40;
/// The number of failed seeds that are shrunk and printed.
const SHRUNK: usize = 3;
/// Each planted defect must be found by this many seeds.
const MOST_SEEDS: u64 = 1000;
/// More failures than this are not useful.
const MOST_FAILURES: usize = 100;

#[test]
fn after_any_faults_the_next_ups_make_the_objects_equal_to_the_program() {
    let simulator = Simulator::new(Programs::new(places::catalog()));
    let start = Instant::now();
    let seeds = range();
    println!("seeds {seeds:?}");
    let count = seeds.end - seeds.start;
    let failed = run(&simulator, seeds);
    let seconds = start.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let rate = count as f64 / seconds * 3600.0;
    println!("{count} runs in {seconds:.1} s ({rate:.0} an hour on {THREADS} threads), {} fail", failed.len());
    for (seed, outcome) in &failed {
        println!("seed {seed}: {}", outcome.violations.join("; "));
    }
    let first = failed.into_iter().take(SHRUNK);
    let shown: Vec<String> = first.map(|(seed, outcome)| shown(&simulator, seed, outcome)).collect();
    assert!(shown.is_empty(), "{}", shown.join("\n\n"));
}

#[test]
fn same_seed_has_the_same_trace() {
    let simulator = Simulator::new(Programs::new(places::catalog()));
    for seed in FIXED.take(10) {
        let scenario = Scenario::of(seed, &simulator.programs);
        let traces = [(); 2].map(|()| simulator.run(&scenario, None).trace);
        assert!(!traces[0].is_empty());
        assert_eq!(traces[0], traces[1], "seed {seed}");
    }
}

#[test]
fn scenarios_that_failed_earlier_pass() {
    let simulator = Simulator::new(Programs::new(places::catalog()));
    let found: BTreeMap<String, Scenario> =
        serde_saphyr::from_str(&places::text(&places::project().join("tests/simulation/found.yaml"))).unwrap();
    assert!(!found.is_empty());
    for (name, scenario) in found {
        let outcome = simulator.run(&scenario, None);
        assert!(
            outcome.violations.is_empty(),
            "{name}: {}\n{}",
            outcome.violations.join("; "),
            outcome.trace.join("\n")
        );
    }
}

#[test]
#[ignore = "takes minutes without optimization; `make simulate` runs it"]
fn planted_defects_are_found() {
    let simulator = Simulator::new(Programs::new(places::catalog()));
    for (name, plant) in Planted::ALL {
        let is_found = |seed: &u64| {
            let scenario = Scenario::of(*seed, &simulator.programs);
            let is_correct = || simulator.run(&scenario, None).violations.is_empty();
            !simulator.run(&scenario, Some(plant())).violations.is_empty() && is_correct()
        };
        let seed = (0..MOST_SEEDS).find(is_found);
        println!(
            "{name} is found by seed {}",
            seed.unwrap_or_else(|| panic!("{name} is not found by {MOST_SEEDS} seeds"))
        );
    }
}

/// The seeds that fail.
fn run(simulator: &Simulator, range: Range<u64>) -> Vec<(u64, Outcome)> {
    let next = AtomicU64::new(range.start);
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= range.end || failed.lock().unwrap().len() >= MOST_FAILURES {
                        break;
                    }
                    let outcome = simulator.run(&Scenario::of(seed, &simulator.programs), None);
                    // Such programs contain resources that exclude each other.
                    if !outcome.violations.is_empty() && outcome.kind() != Some(simulate::WITHOUT_FAULTS) {
                        failed.lock().unwrap().push((seed, outcome));
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap()
}

/// A failed seed as a test: a shrunk scenario for `found.yaml`, its violations and its trace.
fn shown(simulator: &Simulator, seed: u64, outcome: Outcome) -> String {
    let original = Scenario::of(seed, &simulator.programs);
    let (scenario, outcome) = shrink::shrink(simulator, &original, outcome);
    let yaml = serde_saphyr::to_string(&scenario).unwrap();
    let trace: Vec<String> = outcome.trace.iter().map(|line| format!("# {line}")).collect();
    let violations = outcome.violations.join("\n    ");
    format!("seed {seed}, {} steps: {violations}\n{yaml}{}", scenario.steps(), trace.join("\n"))
}

/// The seeds to run: those of the environment, or the fixed ones.
fn range() -> Range<u64> {
    let Some(seeds) = seeds() else { return FIXED };
    if let Some((from, to)) = seeds.split_once("..") {
        return from.parse().unwrap()..to.parse().unwrap();
    }
    let first = fastrand::u64(..1 << 48);
    first..first + seeds.parse::<u64>().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a setting of the test")]
fn seeds() -> Option<String> {
    std::env::var("SEEDS").ok().filter(|seeds| !seeds.is_empty())
}
