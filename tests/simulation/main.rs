//! A simulation in which every request may fail, and in which a process may be killed whenever it waits: plugin, fake and a double
//! of Pulumi's engine in one process, in virtual time. After at most two more `up`s without faults, the objects equal
//! the program.
//!
//! `SEEDS=7..8` runs seed 7, `SEEDS=1000` a thousand seeds from a random one. The same seed has the same trace.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod clock;
mod fault;
mod fifteen;
mod network;
mod planted;
mod response;
mod scenario;
mod shrink;
mod simulate;
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tests::places;

use crate::fifteen::Fifteen;
use crate::network::KILLED;
use crate::planted::Planted;
use crate::scenario::{Programs, Scenario};
use crate::simulate::{Outcome, Simulator};

/// The number of threads.
const THREADS: usize = 2;
/// The seeds that each `make test` runs, besides a random one.
const FIXED: Range<u64> = 500..650;
/// The seeds with kills at waits in each `make test`.
const KILLS: Range<u64> = 500..580;
/// The deployments of 15 resources in each `make test`.
const DEPLOYMENTS: Range<u64> = 0..30;
/// At most these deployments of 15 resources.
const MOST_DEPLOYMENTS: u64 = 1000;
/// The number of failed seeds that are shrunk and printed.
const SHRUNK: usize = 3;
/// Each planted defect must be found by this many seeds.
const MOST_SEEDS: u64 = 1000;
/// The scenario of a failed seed is shrunk to this number of steps.
const MOST_STEPS: usize = 10;
/// More failures than this are not useful.
const MOST_FAILURES: usize = 100;

/// The results of some seeds.
#[derive(Default)]
struct Runs {
    /// The number of seeds in which a process was killed.
    killed: usize,
    /// The seeds that fail.
    failed: Vec<(u64, Outcome)>,
}

/// The scenario of a seed.
type ScenarioOf = fn(u64, &Programs) -> Scenario;

#[test]
fn after_any_faults_the_next_ups_make_the_objects_equal_to_the_program() {
    let simulator = Simulator::new(Programs::new(places::catalog()));
    let (start, processor) = (Instant::now(), processor_time());
    let seeds = range(FIXED);
    let first = u64::from(fastrand::u32(..));
    let random = if seeds == FIXED { first..first + 1 } else { 0..0 };
    // A direct write is shown although the test passes.
    writeln!(io::stderr(), "seeds {seeds:?}, random seeds {random:?}").unwrap();
    let count = (seeds.end - seeds.start) + (random.end - random.start);
    let failed: Vec<_> =
        [seeds, random].into_iter().flat_map(|seeds| run(&simulator, seeds, Scenario::of).failed).collect();
    let seconds = start.elapsed().as_secs_f64();
    println!("{count} runs in {seconds:.1} s on {THREADS} threads, {} fail", failed.len());
    if let (Some(before), Some(after)) = (processor, processor_time()) {
        let each = after.saturating_sub(before).as_secs_f64() / as_float(count);
        let rate = as_float(THREADS as u64) * 3600.0 / each;
        println!("{rate:.0} runs an hour on {THREADS} free cores ({:.1} ms of processor time each)", each * 1000.0);
    }
    for (seed, outcome) in &failed {
        println!("seed {seed}: {}", outcome.violations.join("; "));
    }
    let first = failed.into_iter().take(SHRUNK);
    let shown: Vec<String> = first.map(|(seed, outcome)| shown(&simulator, seed, Scenario::of, outcome)).collect();
    assert!(shown.is_empty(), "{}", shown.join("\n\n"));
}

#[test]
fn kills_at_any_wait_leave_a_stack_that_the_next_ups_complete() {
    let simulator = Simulator::new(Programs::new(places::catalog()));
    let seeds = range(KILLS);
    let Runs { killed, failed } = run(&simulator, seeds.clone(), Scenario::with_kills);
    println!("a process is killed in {killed} of {} seeds, {} fail", seeds.end - seeds.start, failed.len());
    for (seed, outcome) in &failed {
        println!("seed {seed} with kills: {}", outcome.violations.join("; "));
    }
    let first = failed.into_iter().take(SHRUNK);
    let shown: Vec<String> =
        first.map(|(seed, outcome)| shown(&simulator, seed, Scenario::with_kills, outcome)).collect();
    assert!(shown.is_empty(), "{}", shown.join("\n\n"));
}

#[test]
fn same_seed_has_the_same_trace() {
    let simulator = Simulator::new(Programs::new(places::catalog()));
    let scenarios: [ScenarioOf; 2] = [Scenario::of, Scenario::with_kills];
    for (seed, scenario) in FIXED.take(5).flat_map(|seed| scenarios.map(|scenario| (seed, scenario))) {
        let scenario = scenario(seed, &simulator.programs);
        let traces = [(); 2].map(|()| simulator.run(&scenario, None).trace);
        assert!(!traces[0].is_empty());
        assert_eq!(traces[0], traces[1], "seed {seed}");
    }
}

#[test]
fn scenarios_that_failed_earlier_pass() {
    let simulator = Simulator::new(Programs::new(places::catalog()));
    let found = found_earlier();
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
fn printed_seed_is_a_test() {
    let simulator = Simulator::new(Programs::new(places::catalog()));
    for (name, scenario) in found_earlier() {
        let outcome = Outcome {
            violations: vec![format!("objects: {name}\n  is: missing")],
            trace: vec!["command 0: up".to_owned()],
            ..Outcome::default()
        };
        let added = format!("{}{}", found_text(), entry(7, &scenario, &outcome));
        let read: BTreeMap<String, Scenario> = serde_saphyr::from_str(&added).unwrap();
        assert_eq!(read["seed_7"], scenario);
    }
    for seed in FIXED.take(50) {
        let scenario = Scenario::with_kills(seed, &simulator.programs);
        let read: BTreeMap<String, Scenario> =
            serde_saphyr::from_str(&entry(seed, &scenario, &Outcome::default())).unwrap();
        assert_eq!(read[&format!("seed_{seed}")], scenario);
    }
}

#[test]
fn planted_defects_are_found() {
    let simulator = Simulator::new(Programs::new(places::catalog()));
    for (name, plant) in Planted::ALL {
        let found = Mutex::new(Vec::new());
        each(0..MOST_SEEDS, |seed| {
            let scenario = Scenario::of(seed, &simulator.programs);
            let is_correct = || simulator.run(&scenario, None).violations.is_empty();
            if !simulator.run(&scenario, Some(plant())).violations.is_empty() && is_correct() {
                found.lock().unwrap().push(seed);
            }
            found.lock().unwrap().is_empty()
        });
        let found = found.into_inner().unwrap();
        let seed = found.iter().min().unwrap_or_else(|| panic!("{name} is not found by {MOST_SEEDS} seeds"));
        let scenario = Scenario::of(*seed, &simulator.programs);
        let outcome = simulator.run(&scenario, Some(plant()));
        let (shrunk, outcome) = shrink::shrink(&simulator, &scenario, outcome, Some(plant));
        let (steps, violations) = (shrunk.steps(), outcome.violations.join("; "));
        println!("{name} is found after {} seeds, and shrunk to {steps} steps: {violations}", seed + 1);
        assert!(steps <= MOST_STEPS, "{}", serde_saphyr::to_string(&shrunk).unwrap());
    }
}

#[test]
fn deployments_of_15_resources_succeed_although_one_request_in_a_hundred_fails() {
    let programs = Programs::new(places::catalog());
    let fifteen = Fifteen::new(&programs);
    let mut seeds = range(DEPLOYMENTS);
    seeds.end = seeds.end.min(seeds.start + MOST_DEPLOYMENTS);
    println!("deployments of 15 resources with the seeds {seeds:?}");
    let results = Mutex::new(Vec::new());
    each(seeds.clone(), |seed| {
        let (faults, wrong) = fifteen.run(seed);
        results.lock().unwrap().push((seed, faults, wrong));
        true
    });
    let results = results.into_inner().unwrap();
    let failed: Vec<_> = results.iter().filter(|(_, _, wrong)| !wrong.is_empty()).collect();
    for (seed, faults, wrong) in &failed {
        println!("seed {seed}: {}\n  {faults:?}", wrong.join("; "));
    }
    let green = results.len() - failed.len();
    println!("{green} of {} deployments of 15 resources succeed", results.len());
    println!("faults: {}", fifteen::counted(results.iter().flat_map(|(_, faults, _)| faults)));
    assert!(failed.len() <= results.len() / 1000, "{} deployments fail", failed.len());
}

fn found_text() -> String {
    places::text(&places::project().join("tests/simulation/found.yaml"))
}

/// The scenarios that failed earlier, by what must hold.
fn found_earlier() -> BTreeMap<String, Scenario> {
    serde_saphyr::from_str(&found_text()).unwrap()
}

/// Runs these seeds.
fn run(simulator: &Simulator, range: Range<u64>, scenario: ScenarioOf) -> Runs {
    let (runs, omitted) = (Mutex::new(Runs::default()), Mutex::new(Vec::new()));
    each(range, |seed| {
        let outcome = simulator.run(&scenario(seed, &simulator.programs), None);
        let mut runs = runs.lock().unwrap();
        runs.killed += usize::from(outcome.trace.iter().any(|line| line.ends_with(KILLED)));
        // Such programs contain resources that exclude each other.
        if outcome.kind() == Some(simulate::WITHOUT_FAULTS) {
            omitted.lock().unwrap().push(seed);
        } else if !outcome.violations.is_empty() {
            runs.failed.push((seed, outcome));
        }
        runs.failed.len() < MOST_FAILURES
    });
    let omitted = omitted.into_inner().unwrap();
    if !omitted.is_empty() {
        println!("not counted, because their commands fail without faults too: {omitted:?}");
    }
    let mut runs = runs.into_inner().unwrap();
    runs.failed.sort_by_key(|(seed, _)| *seed);
    runs
}

/// Runs each seed in one of the threads, until one of them returns false.
fn each(seeds: Range<u64>, run: impl Fn(u64) -> bool + Sync) {
    let next = AtomicU64::new(seeds.start);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || !run(seed) {
                        break;
                    }
                }
            });
        }
    });
}

/// The processor time of this process, with that of ended threads. The machine may run other processes at the same time.
fn processor_time() -> Option<Duration> {
    let status = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = status.rsplit_once(')')?;
    let ticks: Option<u64> = fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().ok()).sum();
    // A tick takes 10 ms on Linux.
    Some(Duration::from_millis(10 * ticks?))
}

#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn as_float(count: u64) -> f64 {
    count as f64
}

/// A failed seed as a test: an entry for `found.yaml` with the shrunk scenario, and its violations and trace as comments.
fn shown(simulator: &Simulator, seed: u64, scenario: ScenarioOf, outcome: Outcome) -> String {
    let original = scenario(seed, &simulator.programs);
    let (scenario, outcome) = shrink::shrink(simulator, &original, outcome, None);
    entry(seed, &scenario, &outcome)
}

fn entry(seed: u64, scenario: &Scenario, outcome: &Outcome) -> String {
    let yaml = serde_saphyr::to_string(&BTreeMap::from([(format!("seed_{seed}"), scenario)])).unwrap();
    let title = format!("Seed {seed}, {} steps. Rename the key to what must hold.", scenario.steps());
    let lines = [title].into_iter().chain(outcome.violations.iter().cloned()).chain(outcome.trace.iter().cloned());
    let comments: String =
        lines.flat_map(|text| text.lines().map(|line| format!("# {line}\n")).collect::<Vec<_>>()).collect();
    format!("{comments}{yaml}")
}

/// The seeds to run: those of the environment, or the fixed ones.
fn range(fixed: Range<u64>) -> Range<u64> {
    let Some(seeds) = seeds() else { return fixed };
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
