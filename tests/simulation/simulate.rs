//! Runs a scenario, and checks what must hold afterwards.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tests::double::Failure;
use tests::objects::{Masks, Objects, without_ids};
use tests::property_bag::strings_in_plain;

use crate::fault::Fault;
use crate::planted::Planted;
use crate::scenario::{Action, Command, Faults, Programs, Scenario, Targets};
use crate::world::World;

/// The number of attempts of a command after the faults.
const MORE_UPS: usize = 2;

/// The word that every secret contains.
const CANARY: &str = "canary";

/// The kind of a violation without faults.
pub(crate) const WITHOUT_FAULTS: &str = "without faults";

/// The result of a scenario.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The violations: what does not hold, and where.
    pub(crate) violations: Vec<String>,
    pub(crate) trace: Vec<String>,
    /// The faults of each command.
    pub(crate) faults: Vec<Vec<Fault>>,
}

/// The objects of deployments without faults: of the last program alone, of all commands, and of the commands without the first
/// ones, because a command with faults may have had no effect.
struct Reference {
    after: Vec<Objects>,
    /// After `destroy`.
    end: Vec<Objects>,
    masks: Masks,
}

/// Runs scenarios.
pub(crate) struct Simulator {
    pub(crate) programs: Programs,
    /// The fields that differ between two deployments of one resource, by its program.
    masks: Mutex<BTreeMap<Targets, Arc<Masks>>>,
}

impl Outcome {
    /// The kind of the first violation.
    pub(crate) fn kind(&self) -> Option<&str> {
        self.violations.first().map(|violation| violation.split(':').next().unwrap_or_default())
    }
}

impl Simulator {
    pub(crate) fn new(programs: Programs) -> Self {
        Self { programs, masks: Mutex::default() }
    }

    /// Runs a scenario in a new runtime whose time is virtual.
    pub(crate) fn run(&self, scenario: &Scenario, planted: Option<Planted>) -> Outcome {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(self.simulate(scenario, planted))
    }

    async fn simulate(&self, scenario: &Scenario, planted: Option<Planted>) -> Outcome {
        let reference = match self.reference(scenario).await {
            Ok(reference) => reference,
            Err(error) => {
                return Outcome { violations: vec![format!("{WITHOUT_FAULTS}: {error}")], ..Outcome::default() };
            }
        };
        let mut world = World::new(&self.programs, scenario.seed, scenario.settle, planted);
        let mut outcome = Outcome::default();
        for (number, command) in scenario.commands.iter().enumerate() {
            world.network.note(&format!("command {number}: {:?}", command.action));
            let result = world.run(command).await;
            note(&world, &result);
            outcome.faults.push(world.network.struck());
            secrets(&world, &result, &mut outcome.violations);
            world.pause().await;
        }
        outcome.violations.extend(check(&mut world, &scenario.last(), Some(&reference)).await.err());
        outcome.trace = world.network.trace();
        outcome
    }

    async fn reference(&self, scenario: &Scenario) -> Result<Reference, String> {
        let calm = scenario.calm();
        let last = scenario.last();
        let commands = |commands: &[Command]| Scenario { commands: commands.to_vec(), ..calm.clone() };
        let mut deployments = vec![commands(&[up(&last)]), calm.clone()];
        deployments.extend((1..calm.commands.len().saturating_sub(1)).map(|first| commands(&calm.commands[first..])));
        let mut after = Vec::new();
        let mut end = Vec::new();
        for scenario in &deployments {
            let mut world = World::new(&self.programs, scenario.seed, scenario.settle, None);
            for command in &scenario.commands {
                world.run(command).await.map_err(|failures| shown(&failures))?;
                world.pause().await;
            }
            let objects = check(&mut world, &last, None).await?;
            after.push(objects);
            end.push(world.objects());
        }
        let mut masks = after[0].masks(&after[1]);
        masks.extend(end[0].masks(&end[1]));
        for (name, variant) in &last {
            masks.extend(self.masks(&Targets::from([(name.clone(), *variant)])).await?.iter().cloned());
        }
        Ok(Reference { after, end, masks })
    }

    /// The fields that differ between two deployments of this program.
    async fn masks(&self, targets: &Targets) -> Result<Arc<Masks>, String> {
        if let Some(known) = self.masks.lock().unwrap().get(targets) {
            return Ok(Arc::clone(known));
        }
        let mut worlds = Vec::new();
        for seed in [1, 2] {
            let mut world = World::new(&self.programs, seed, 0, None);
            world.run(&up(targets)).await.map_err(|failures| shown(&failures))?;
            world.settle().await;
            let after = world.objects();
            world.run(&destroy()).await.map_err(|failures| shown(&failures))?;
            world.settle().await;
            worlds.push((after, world.objects()));
        }
        let mut masks = worlds[0].0.masks(&worlds[1].0);
        masks.extend(worlds[0].1.masks(&worlds[1].1));
        let masks = Arc::new(masks);
        self.masks.lock().unwrap().insert(targets.clone(), Arc::clone(&masks));
        Ok(masks)
    }
}

/// What must hold after at most two more `up`s without faults, and then a `destroy`. Returns the objects before the `destroy`.
async fn check(world: &mut World<'_>, last: &Targets, reference: Option<&Reference>) -> Result<Objects, String> {
    let command = up(last);
    let mut result = world.run(&command).await;
    note(world, &result);
    for _ in 1..MORE_UPS {
        if result.is_err() {
            world.pause().await;
            result = world.run(&command).await;
            note(world, &result);
        }
    }
    result.map_err(|failures| format!("up fails: {}", shown(&failures)))?;
    secrets_of_state(world)?;
    world.settle().await;
    let objects = world.objects();
    if let Some(reference) = reference {
        differences(&objects, &reference.after, &reference.masks).map_err(|wrong| format!("objects: {wrong}"))?;
    }
    let empty = |what: &str, shown: Vec<String>| {
        if shown.is_empty() { Ok(()) } else { Err(format!("{what}: shows {}", shown.join(", "))) }
    };
    empty(
        "preview",
        world.preview(&command).await.map_err(|status| format!("preview fails: {}", text(status.message())))?,
    )?;
    let writes = world.network.writes();
    world.run(&command).await.map_err(|failures| format!("another up fails: {}", shown(&failures)))?;
    if world.network.writes() != writes {
        return Err("another up: sends writes".to_owned());
    }
    let refreshed = world.refresh().await.map_err(|failures| format!("refresh fails: {}", shown(&failures)))?;
    empty("refresh", refreshed)?;
    secrets_of_state(world)?;
    let after = world.preview(&command).await.map_err(|status| format!("preview fails: {}", text(status.message())))?;
    empty("preview after refresh", after)?;
    let mut destroyed = world.run(&destroy()).await;
    note(world, &destroyed);
    if destroyed.is_err() {
        destroyed = world.run(&destroy()).await;
    }
    destroyed.map_err(|failures| format!("destroy fails: {}", shown(&failures)))?;
    world.settle().await;
    if let Some(reference) = reference {
        let left = differences(&world.objects(), &reference.end, &reference.masks);
        left.map_err(|wrong| format!("after destroy: {wrong}"))?;
    }
    Ok(objects)
}

/// The differences from the most similar deployment without faults.
fn differences(objects: &Objects, expected: &[Objects], masks: &Masks) -> Result<(), String> {
    let wrong = expected.iter().map(|expected| objects.wrong(expected, masks));
    match wrong.min_by_key(Vec::len) {
        Some(least) if !least.is_empty() => Err(least.join("; ")),
        _ => Ok(()),
    }
}

fn secrets(world: &World<'_>, result: &Result<(), Vec<Failure>>, violations: &mut Vec<String>) {
    for failure in result.as_ref().err().into_iter().flatten() {
        let message = failure.status.message();
        if message.to_lowercase().contains(CANARY) {
            violations.push(format!("secret in an error: {} {message}", failure.name));
        }
    }
    violations.extend(secrets_of_state(world).err());
}

fn secrets_of_state(world: &World<'_>) -> Result<(), String> {
    let state = world.stack.state();
    for stored in state.resources.iter().chain(&state.condemned) {
        for (part, bag) in [("inputs", &stored.inputs), ("outputs", &stored.outputs)] {
            let found = strings_in_plain(bag, &|text| text.to_lowercase().contains(CANARY));
            if let Some(path) = found.first() {
                return Err(format!("secret in the state: {} {part} {path}", stored.name));
            }
        }
    }
    Ok(())
}

fn note(world: &World<'_>, result: &Result<(), Vec<Failure>>) {
    for line in world.stack.log() {
        world.network.note(&format!("  step: {}", text(&line)));
    }
    if let Err(failures) = result {
        world.network.note(&format!("  failed: {}", shown(failures)));
    }
}

pub(crate) fn up(targets: &Targets) -> Command {
    Command { action: Action::Up(targets.clone()), faults: Faults::None }
}

fn destroy() -> Command {
    Command { action: Action::Destroy, faults: Faults::None }
}

fn shown(failures: &[Failure]) -> String {
    let each = failures.iter().map(|failure| format!("{}: {}", failure.name, text(failure.status.message())));
    each.collect::<Vec<_>>().join("; ")
}

fn text(message: &str) -> String {
    without_ids(message).replace('\n', " ")
}
