//! A scenario: the commands of a stack, the programs that they deploy, and their faults. A seed determines all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use catalog::Catalog;
use fastrand::Rng;
use jiff::Timestamp;
use rules::DiffRequest;
use scaleway_fake::Entry;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tests::double::{Goal, references};
use tests::programs::{Program, Table};
use value::{Data, Object, Value};

use crate::fault::{Fault, Kill, Victim};

/// The commands of a stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    /// The seed of latencies, IDs and pauses.
    pub(crate) seed: u64,
    /// The duration of transient statuses in seconds.
    #[serde(default)]
    pub(crate) settle: u64,
    pub(crate) commands: Vec<Command>,
}

/// One command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Command {
    pub(crate) action: Action,
    /// The requests that fail.
    #[serde(default, skip_serializing_if = "Faults::is_none")]
    pub(crate) faults: Faults,
    /// The process that is killed at a wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) killed: Option<Kill>,
}

/// What a command does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// `pulumi up` of a program with these resources and their parents.
    Up(Targets),
    /// `pulumi refresh`.
    Refresh,
    /// `pulumi destroy`.
    Destroy,
}

/// The faults of a command.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Faults {
    #[default]
    None,
    /// Each request fails with this probability.
    Random(f64),
    /// These requests fail.
    Listed(Vec<Fault>),
}

/// The resources of a program, by their names in the tables.
pub(crate) type Targets = BTreeMap<String, Variant>;

/// The inputs of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Variant {
    /// `inputs` of the tables.
    Full,
    /// `inputs` without the optional ones.
    Reduced,
    /// `inputs` and `change`.
    Changed,
    /// One more change, which may be irreversible.
    More,
}

/// The resources that programs can contain.
pub(crate) struct Programs {
    pub(crate) catalog: Arc<Catalog>,
    table: Table,
}

/// The number of resources of a program without their parents.
const TARGETS: std::ops::RangeInclusive<usize> = 1..=3;
/// Pairs of resources: the second one sets a property of the first one, which a program sets in one of them only.
const CONFLICTS: [(&str, &str); 2] = [
    ("network/publicGatewayIp:PublicGatewayIp", "network/publicGatewayIpReverseDns:PublicGatewayIpReverseDns"),
    ("iam/group:Group", "iam/groupMembership:GroupMembership"),
];
/// The duration of transient statuses in seconds, if a program contains an action.
const LONG: u64 = 20;
const COMMANDS: std::ops::RangeInclusive<usize> = 1..=4;

impl Faults {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// Resources without a name or an ID that the API returns: a look-up finds them by all their inputs.
const UNNAMED: [&str; 1] = ["domain/record:Record"];

impl Scenario {
    /// The scenario of a seed.
    pub(crate) fn of(seed: u64, programs: &Programs) -> Self {
        let mut rng = Rng::with_seed(seed);
        let names = programs.names();
        let count = rng.usize(TARGETS);
        let mut chosen: Vec<&String> = Vec::new();
        for _ in 0..count {
            let name = names[rng.usize(..names.len())];
            let is_other_action =
                programs.action(name).is_some() && chosen.iter().any(|name| programs.action(name).is_some());
            if !programs.conflicts(name, &chosen) && !is_other_action {
                chosen.push(name);
            }
        }
        let settle = [0, 3, 20][rng.usize(..3)];
        // The plugin relies on statuses that are visible for some time.
        let settle = if chosen.iter().any(|name| programs.action(name).is_some()) { LONG } else { settle };
        let rate = [0.02, 0.1, 0.3][rng.usize(..3)];
        let mut targets = Targets::new();
        let mut commands = Vec::new();
        let last = rng.usize(COMMANDS);
        // Whether the state contains all objects: then resources can be removed from the program, or replaced. An object of an
        // interrupted create is found only by the next create of its resource.
        let mut is_complete = true;
        for number in 0..last {
            let action = if number > 0 && rng.u32(..8) == 0 {
                Action::Refresh
            } else if number > 0 && rng.u32(..6) == 0 && is_complete {
                targets.clear();
                Action::Destroy
            } else {
                let before = programs.goals(&targets);
                for &name in &chosen {
                    programs.change(name, is_complete, &mut targets, &mut rng);
                }
                if !is_complete {
                    let now = programs.goals(&targets);
                    let removed = before.iter().filter(|goal| !now.iter().any(|other| other.name == goal.name));
                    targets.extend(removed.map(|goal| (goal.name.clone(), Variant::Full)));
                }
                Action::Up(targets.clone())
            };
            // The first command often only prepares the others.
            let calm = number == 0 && last > 1 && rng.bool();
            let faults = if calm { Faults::None } else { Faults::Random(rate) };
            is_complete = is_complete && (calm || !matches!(action, Action::Up(_)));
            commands.push(Command { action, faults, killed: None });
        }
        Self { seed, settle, commands }
    }

    /// The scenario of a seed, with a kill at a wait of each command that has faults. Half of these commands have no other faults.
    pub(crate) fn with_kills(seed: u64, programs: &Programs) -> Self {
        let mut scenario = Self::of(seed, programs);
        // Other numbers than those of the scenario.
        let mut rng = Rng::with_seed(!seed);
        for command in scenario.commands.iter_mut().filter(|command| command.faults != Faults::None) {
            let process = if rng.bool() { Victim::Plugin } else { Victim::Engine };
            // A create waits a few times, a command with several resources hundreds of times.
            let most = 1 << rng.u32(2..=9);
            let waits = rng.u32(..most);
            command.killed = Some(Kill { process, waits });
            if rng.bool() {
                command.faults = Faults::None;
            }
        }
        scenario
    }

    /// The program that is deployed last.
    pub(crate) fn last(&self) -> Targets {
        let mut ups = self.commands.iter().filter_map(|command| match &command.action {
            Action::Up(targets) => Some(targets.clone()),
            Action::Refresh | Action::Destroy => None,
        });
        ups.next_back().unwrap_or_default()
    }

    /// The maximum number of times that an action of these programs is performed: in each program that contains it, unless the
    /// program before contains the same.
    pub(crate) fn most(&self, name: &str, programs: &Programs) -> usize {
        let mut before = None;
        let mut most = 0;
        let last = Action::Up(self.last());
        for action in self.commands.iter().map(|command| &command.action).chain([&last]) {
            let now = match action {
                Action::Up(targets) => targets.get(name).and_then(|variant| programs.inputs(name, *variant)),
                Action::Destroy => None,
                Action::Refresh => continue,
            };
            most += usize::from(now.is_some() && now != before);
            before = now;
        }
        most
    }

    /// The number of commands, faults and kills.
    pub(crate) fn steps(&self) -> usize {
        let kills = self.commands.iter().filter(|command| command.killed.is_some()).count();
        let faults = self.commands.iter().map(|command| match &command.faults {
            Faults::Listed(faults) => faults.len(),
            Faults::None | Faults::Random(_) => 0,
        });
        self.commands.len() + faults.sum::<usize>() + kills
    }

    /// The same scenario without faults.
    pub(crate) fn calm(&self) -> Self {
        let commands =
            self.commands.iter().map(|command| Command { faults: Faults::None, killed: None, ..command.clone() });
        Self { commands: commands.collect(), ..self.clone() }
    }
}

impl Programs {
    pub(crate) fn new(catalog: Arc<Catalog>) -> Self {
        let mut table = Table::read();
        let is_remote = |program: &Program| {
            let resource = &catalog.resources[&program.resource];
            // Afterwards other objects remain, or are missing, so the objects are not those of the program.
            let outlives_object = resource.action.as_ref().is_some_and(catalog::Action::outlives_object);
            resource.local.is_none() && resource.discontinued.is_none() && !outlives_object
        };
        table.0.retain(is_remote);
        Self { catalog, table }
    }

    /// The names of all resources.
    pub(crate) fn names(&self) -> Vec<&String> {
        self.table.0.iter().map(|program| &program.name).collect()
    }

    /// The action that this resource is, if it is one.
    pub(crate) fn action(&self, name: &str) -> Option<&catalog::Action> {
        self.catalog.resources[&self.program(name).resource].action.as_ref()
    }

    /// The number of requests of this action that the API has processed.
    pub(crate) fn performed(&self, name: &str, requests: &[Entry]) -> usize {
        let program = self.program(name);
        let create = self.catalog.resources[&program.resource].create.first();
        let operation = create.map(|step| step.call.id.as_str());
        let is_performed = |request: &&Entry| {
            let is_same = request.body["action"].is_null() || request.body["action"] == program.inputs["action"];
            let is_success = request.status.is_some_and(|status| status < 300);
            request.operation.as_deref() == operation && is_success && is_same
        };
        requests.iter().filter(is_performed).count()
    }

    fn program(&self, name: &str) -> &Program {
        let program = self.table.0.iter().find(|program| program.name == name);
        program.unwrap_or_else(|| panic!("the tables have no {name}"))
    }

    /// Whether the resource sets a property that one of the others sets too.
    fn conflicts(&self, name: &str, others: &[&String]) -> bool {
        let of = |name: &str| self.program(name).resource.clone();
        let conflict = |one: &str, other: &str| CONFLICTS.contains(&(one, other)) || CONFLICTS.contains(&(other, one));
        let parents = |name: &str| -> Vec<String> {
            let parents = self.table.parents(self.program(name)).into_iter().map(|parent| parent.resource.clone());
            parents.chain([of(name)]).collect()
        };
        let own = parents(name);
        others.iter().any(|other| parents(other).iter().any(|other| own.iter().any(|one| conflict(one, other))))
    }

    /// Changes one resource of the program at random.
    fn change(&self, name: &str, is_complete: bool, targets: &mut Targets, rng: &mut Rng) {
        let all = [Variant::Full, Variant::Full, Variant::Changed, Variant::Reduced, Variant::More];
        let is_possible = |variant: &Variant| {
            self.inputs(name, *variant).is_some()
                && (is_complete || targets.get(name).is_none_or(|now| self.is_same_object(name, *now, *variant)))
        };
        let possible: Vec<Variant> = all.into_iter().filter(is_possible).collect();
        let chosen = possible[rng.usize(..possible.len())];
        match targets.get(name) {
            Some(_) if is_complete && rng.u32(..6) == 0 => {
                targets.remove(name);
            }
            // It may be irreversible.
            Some(Variant::More) => {}
            _ => {
                targets.insert(name.to_owned(), chosen);
            }
        }
    }

    /// Whether no change between two variants, in either direction, replaces the object, a look-up finds it under both, and all its inputs are
    /// sent.
    fn is_same_object(&self, name: &str, now: Variant, next: Variant) -> bool {
        let (Some(now), Some(next)) = (self.inputs(name, now), self.inputs(name, next)) else { return true };
        let resource = &self.program(name).resource;
        let properties = &self.catalog.resources[resource].properties;
        let identifies = |name: &&String| {
            // No program shows who set a value that the API computes otherwise.
            let remains = next[*name].is_null() && (properties[*name].computed || properties[*name].read.is_none());
            UNNAMED.contains(&resource.as_str()) || remains
        };
        let mut names = now.as_object().into_iter().chain(next.as_object()).flat_map(|inputs| inputs.keys());
        names.all(|name| !identifies(&name) || now[name] == next[name])
            && ![(&now, &next), (&next, &now)].iter().any(|(one, other)| self.replaces(resource, one, other))
    }

    fn replaces(&self, resource: &str, now: &Json, next: &Json) -> bool {
        let object = |json: &Json| match Value::from(json.clone()).data() {
            Data::Object(object) => object.clone(),
            _ => Object::new(),
        };
        let (old_inputs, news) = (&object(now), &object(next));
        let request =
            DiffRequest { olds: &Object::new(), old_inputs, news, ignore_changes: &[], now: Timestamp::UNIX_EPOCH };
        rules::diff(&self.catalog.resources[resource], &request).replaces()
    }

    fn inputs(&self, name: &str, variant: Variant) -> Option<Json> {
        let program = self.program(name);
        match variant {
            Variant::Full => Some(program.inputs.clone()),
            Variant::Reduced => Some(program.reduced(&self.catalog)),
            Variant::Changed => program.changed(),
            Variant::More => program.more(&self.catalog),
        }
    }

    /// The resources and their parents, parents first.
    pub(crate) fn goals(&self, targets: &Targets) -> Vec<Goal> {
        let mut needed: BTreeMap<String, Json> = BTreeMap::new();
        let mut open: BTreeSet<String> = targets.keys().cloned().collect();
        while let Some(name) = open.pop_first() {
            let is_shared = |(one, other): &(&str, &str)| {
                *one == self.program(&name).resource && targets.keys().any(|name| self.program(name).resource == *other)
            };
            let parent = if CONFLICTS.iter().any(is_shared) { Variant::Reduced } else { Variant::Full };
            let variant = targets.get(&name).copied().unwrap_or(parent);
            let inputs = self.inputs(&name, variant).unwrap_or_else(|| panic!("{name} has no variant {variant:?}"));
            open.extend(references(&inputs).into_iter().filter(|name| !needed.contains_key(name)));
            needed.insert(name, inputs);
        }
        let goals = self.table.0.iter().filter_map(|program| {
            let inputs = needed.remove(&program.name)?;
            Some(Goal { name: program.name.clone(), token: program.resource.clone(), inputs })
        });
        goals.collect()
    }
}
