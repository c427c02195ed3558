//! Shrinks a scenario that fails: removes commands, faults and resources as long as it fails in the same way.

use crate::planted::Plant;
use crate::scenario::{Action, Command, Faults, Scenario, Variant};
use crate::simulate::{Outcome, Simulator};

/// The smallest scenario found that fails in the same way, and its outcome.
pub(crate) fn shrink(
    simulator: &Simulator,
    scenario: &Scenario,
    outcome: Outcome,
    plant: Option<Plant>,
) -> (Scenario, Outcome) {
    let kind = outcome.kind().map(str::to_owned);
    let fails = |candidate: &Scenario| {
        let outcome = simulator.run(candidate, plant.map(|plant| plant()));
        (outcome.kind() == kind.as_deref()).then_some(outcome)
    };
    let mut smallest = (listed(scenario, &outcome), outcome);
    // Without this the faults would differ between runs.
    match fails(&smallest.0) {
        Some(outcome) => smallest.1 = outcome,
        None => return (scenario.clone(), smallest.1),
    }
    loop {
        let smaller = candidates(&smallest.0).into_iter().find_map(|candidate| {
            let outcome = fails(&candidate)?;
            Some((candidate, outcome))
        });
        match smaller {
            Some(found) => smallest = found,
            None => return smallest,
        }
    }
}

/// The scenario with the faults that its requests had.
fn listed(scenario: &Scenario, outcome: &Outcome) -> Scenario {
    let commands = scenario.commands.iter().zip(&outcome.faults).map(|(command, faults)| {
        let faults = if faults.is_empty() { Faults::None } else { Faults::Listed(faults.clone()) };
        Command { faults, ..command.clone() }
    });
    Scenario { commands: commands.collect(), ..scenario.clone() }
}

/// Scenarios with one part less, the largest parts first.
fn candidates(scenario: &Scenario) -> Vec<Scenario> {
    let mut found = Vec::new();
    let changed = |change: &dyn Fn(&mut Scenario)| {
        let mut candidate = scenario.clone();
        change(&mut candidate);
        candidate
    };
    if scenario.commands.len() > 1 {
        let without = |at: usize| changed(&|candidate| drop(candidate.commands.remove(at)));
        found.extend((0..scenario.commands.len()).map(without));
    }
    let mut names: Vec<&String> = Vec::new();
    for command in &scenario.commands {
        if let Action::Up(targets) = &command.action {
            names.extend(targets.keys());
        }
    }
    names.sort();
    names.dedup();
    for &name in names.iter().filter(|_| names.len() > 1) {
        found.push(changed(&|candidate| {
            for command in &mut candidate.commands {
                if let Action::Up(targets) = &mut command.action {
                    targets.remove(name);
                }
            }
        }));
    }
    for (at, command) in scenario.commands.iter().enumerate() {
        if let Faults::Listed(faults) = &command.faults {
            for number in 0..faults.len() {
                let mut fewer = faults.clone();
                fewer.remove(number);
                let fewer = if fewer.is_empty() { Faults::None } else { Faults::Listed(fewer) };
                found.push(changed(&|candidate| candidate.commands[at].faults = fewer.clone()));
            }
        }
        if command.killed.is_some() {
            found.push(changed(&|candidate| candidate.commands[at].killed = None));
        }
        if let Action::Up(targets) = &command.action {
            for name in targets.iter().filter(|(_, variant)| **variant != Variant::Full).map(|(name, _)| name) {
                found.push(changed(&|candidate| {
                    if let Action::Up(targets) = &mut candidate.commands[at].action {
                        targets.insert(name.clone(), Variant::Full);
                    }
                }));
            }
        }
    }
    if scenario.settle != 0 {
        found.push(changed(&|candidate| candidate.settle = 0));
    }
    found
}
