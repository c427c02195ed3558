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

/// The number of attempts after an interrupted `destroy`: each resource that it deleted fails once, after those on which it depends.
const MOST_UPS: usize = 6;

/// The end of the error of a resource that an interrupted `destroy` deleted: an update cannot create it again.
const DELETED: &str = "an earlier delete failed after it had taken effect";

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

/// The objects of a deployment without faults, and of others that are as correct.
struct Reference {
    deployed: Vec<Deployed>,
    masks: Masks,
}

/// The objects of a deployment.
#[derive(Clone)]
struct Deployed {
    after: Objects,
    /// After `destroy`.
    end: Objects,
}

/// Runs scenarios.
pub(crate) struct Simulator {
    pub(crate) programs: Programs,
    /// The deployments of one resource, by its program.
    known: Mutex<BTreeMap<Targets, Arc<Reference>>>,
}

impl Outcome {
    /// The kind of the first violation.
    pub(crate) fn kind(&self) -> Option<&str> {
        self.violations.first().map(|violation| violation.split(':').next().unwrap_or_default())
    }
}

impl Simulator {
    pub(crate) fn new(programs: Programs) -> Self {
        Self { programs, known: Mutex::default() }
    }

    /// Runs a scenario.
    pub(crate) fn run(&self, scenario: &Scenario, planted: Option<Planted>) -> Outcome {
        in_virtual_time(self.simulate(scenario, planted))
    }

    async fn simulate(&self, scenario: &Scenario, planted: Option<Planted>) -> Outcome {
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
        let last = scenario.last();
        let wrong = match check(&mut world, &last).await {
            Err(wrong) => Some(wrong),
            Ok(deployed) => match self.reference(&last).await {
                Ok(reference) if reference.wrong(&deployed).is_none() => None,
                // Another order of the commands may be the cause.
                _ => match self.references(scenario).await {
                    Ok(references) => references.wrong(&deployed),
                    Err(error) => Some(error),
                },
            },
        };
        outcome.violations.extend(wrong);
        outcome.violations.extend(self.actions(scenario, &world));
        if !outcome.violations.is_empty()
            && let Err(error) = self.references(scenario).await
        {
            outcome.violations = vec![format!("{WITHOUT_FAULTS}: {error}")];
        }
        outcome.trace = world.network.trace();
        outcome
    }

    /// Actions that were not performed, or too often.
    fn actions(&self, scenario: &Scenario, world: &World<'_>) -> Vec<String> {
        let last = scenario.last();
        let requests = world.network.fake().requests();
        let wrong = |(name, action): (&String, &catalog::Action)| {
            let performed = self.programs.performed(name, &requests);
            let is_missing = action.repeatable && performed == 0;
            let is_repeated = !action.repeatable && performed > scenario.most(name, &self.programs);
            (is_missing || is_repeated).then(|| format!("action: {name} is performed {performed} times"))
        };
        let actions = last.keys().filter_map(|name| Some((name, self.programs.action(name)?)));
        actions.filter_map(wrong).collect()
    }

    /// The deployment of a program. The fields in which two deployments differ are those of its resources.
    async fn reference(&self, targets: &Targets) -> Result<Arc<Reference>, String> {
        if targets.len() == 1 {
            return self.single(targets).await;
        }
        let deployed = self.deployed(1, targets).await?;
        Ok(Arc::new(Reference { deployed: vec![deployed], masks: self.masks(targets).await? }))
    }

    /// Two deployments of a program with one resource.
    async fn single(&self, targets: &Targets) -> Result<Arc<Reference>, String> {
        if let Some(known) = self.known.lock().unwrap().get(targets) {
            return Ok(Arc::clone(known));
        }
        let deployed = vec![self.deployed(1, targets).await?, self.deployed(2, targets).await?];
        let reference = Arc::new(Reference { masks: masks(&deployed[0], &deployed[1]), deployed });
        self.known.lock().unwrap().insert(targets.clone(), Arc::clone(&reference));
        Ok(reference)
    }

    /// The fields that differ between two deployments of each resource.
    async fn masks(&self, targets: &Targets) -> Result<Masks, String> {
        let mut masks = Masks::new();
        for (name, variant) in targets {
            let single = self.single(&Targets::from([(name.clone(), *variant)])).await?;
            masks.extend(single.masks.iter().cloned());
        }
        Ok(masks)
    }

    async fn deployed(&self, seed: u64, targets: &Targets) -> Result<Deployed, String> {
        let mut world = World::new(&self.programs, seed, 0, None);
        world.run(&up(targets)).await.map_err(|failures| shown(&failures))?;
        world.settle().await;
        let after = world.objects();
        world.run(&destroy()).await.map_err(|failures| shown(&failures))?;
        world.settle().await;
        Ok(Deployed { after, end: world.objects() })
    }

    /// The deployments without faults: of the last program alone, of all commands, and of the commands without some of them,
    /// because a command with faults may have had no effect. Their checks must pass too.
    async fn references(&self, scenario: &Scenario) -> Result<Reference, String> {
        let calm = scenario.calm();
        let last = scenario.last();
        let commands = |commands: &[Command]| Scenario { commands: commands.to_vec(), ..calm.clone() };
        let mut scenarios = vec![commands(&[up(&last)])];
        let (end, earlier) = calm.commands.split_last().unwrap();
        for without in 0..(1_u32 << earlier.len()) {
            let kept =
                earlier.iter().enumerate().filter(|(at, _)| without & (1 << at) == 0).map(|(_, command)| command);
            scenarios.push(commands(&kept.chain([end]).cloned().collect::<Vec<_>>()));
        }
        let mut deployed = Vec::new();
        for (number, scenario) in scenarios.iter().enumerate() {
            match self.deployed_by(scenario, &last).await {
                Ok(reference) => deployed.push(reference),
                // Commands that presuppose an omitted one.
                Err(_) if number > 1 => {}
                Err(error) => return Err(error),
            }
        }
        let mut masks = masks(&deployed[0], &deployed[1]);
        masks.extend(self.masks(&last).await?);
        Ok(Reference { deployed, masks })
    }

    /// The objects after these commands, which must succeed, and after the checks.
    async fn deployed_by(&self, scenario: &Scenario, last: &Targets) -> Result<Deployed, String> {
        let mut world = World::new(&self.programs, scenario.seed, scenario.settle, None);
        for command in &scenario.commands {
            world.run(command).await.map_err(|failures| shown(&failures))?;
            world.pause().await;
        }
        check(&mut world, last).await
    }
}

/// Runs the future in a new runtime whose time is virtual.
pub(crate) fn in_virtual_time<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(future)
}

impl Reference {
    /// The differences from the most similar deployment, if there are any.
    fn wrong(&self, found: &Deployed) -> Option<String> {
        let least = |wrong: &dyn Fn(&Deployed) -> Vec<String>| {
            let least = self.deployed.iter().map(wrong).min_by_key(Vec::len).filter(|least| !least.is_empty());
            least.map(|least| least.join("; "))
        };
        let after = least(&|deployed| found.after.wrong(&deployed.after, &self.masks));
        let end = || least(&|deployed| found.end.wrong(&deployed.end, &self.masks));
        after.map(|wrong| format!("objects: {wrong}")).or_else(|| Some(format!("after destroy: {}", end()?)))
    }
}

/// The fields that differ between two deployments.
fn masks(one: &Deployed, other: &Deployed) -> Masks {
    let mut masks = one.after.masks(&other.after);
    masks.extend(one.end.masks(&other.end));
    masks
}

/// What must hold after at most two more `up`s without faults, and then a `destroy`, except for the objects.
async fn check(world: &mut World<'_>, last: &Targets) -> Result<Deployed, String> {
    let command = up(last);
    let mut result = world.run(&command).await;
    note(world, &result);
    let mut ups = 1;
    while let Err(failures) = &result
        && ups < MOST_UPS
        && (ups < MORE_UPS || is_each_deleted(failures))
    {
        world.pause().await;
        result = world.run(&command).await;
        note(world, &result);
        ups += 1;
    }
    result.map_err(|failures| format!("up fails: {}", shown(&failures)))?;
    secrets_of_state(world)?;
    world.settle().await;
    let after = world.objects();
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
    let refreshed =
        world.preview(&command).await.map_err(|status| format!("preview fails: {}", text(status.message())))?;
    empty("preview after refresh", refreshed)?;
    let mut destroyed = world.run(&destroy()).await;
    note(world, &destroyed);
    if destroyed.is_err() {
        destroyed = world.run(&destroy()).await;
    }
    destroyed.map_err(|failures| format!("destroy fails: {}", shown(&failures)))?;
    world.settle().await;
    Ok(Deployed { after, end: world.objects() })
}

fn is_each_deleted(failures: &[Failure]) -> bool {
    failures.iter().all(|failure| failure.status.message().contains(DELETED))
}

fn secrets(world: &World<'_>, result: &Result<(), Vec<Failure>>, violations: &mut Vec<String>) {
    for failure in result.as_ref().err().into_iter().flatten() {
        let message = failure.status.message();
        if message.to_lowercase().contains(CANARY) {
            violations.push(format!("secret in an error: {} {message}", failure.name));
        }
    }
    violations.extend(secrets_of_state(world).err());
    if world.journal().to_lowercase().contains(CANARY) {
        violations.push("secret in the journal".to_owned());
    }
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
    for line in world.stack.take_log() {
        world.network.note(&format!("  step: {}", text(&line)));
    }
    if let Err(failures) = result {
        world.network.note(&format!("  failed: {}", shown(failures)));
    }
}

fn up(targets: &Targets) -> Command {
    Command { action: Action::Up(targets.clone()), faults: Faults::None, killed: None }
}

fn destroy() -> Command {
    Command { action: Action::Destroy, faults: Faults::None, killed: None }
}

pub(crate) fn shown(failures: &[Failure]) -> String {
    let each = failures.iter().map(|failure| format!("{}: {}", failure.name, text(failure.status.message())));
    each.collect::<Vec<_>>().join("; ")
}

fn text(message: &str) -> String {
    without_ids(message).replace('\n', " ")
}
