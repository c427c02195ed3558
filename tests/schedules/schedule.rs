//! The schedules of one resource: each request of its create, update and delete fails in each way, and then a program is
//! deployed; the objects must equal that program.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use catalog::Catalog;
use scaleway_fake::{Entry, Fault};
use serde_json::Value as Json;
use tonic::Status;

use crate::kinds::{Failure, Operation, Then};
use crate::setup::Setup;
use crate::stack::Stack;
use tests::objects::{Masks, Objects, without_ids};
use tests::programs::{Program, Table};

const FAILURES: [Failure; 4] = [Failure::Rejected, Failure::ServerError, Failure::CutBefore, Failure::CutAfter];

/// The number of attempts of a command after the failed one.
const MORE_UPS: usize = 2;

/// The result of a schedule.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// Resource, operation, request, kind of failure, next command.
    pub(crate) key: String,
    pub(crate) duration: Duration,
    /// The differences from the program; empty if the schedule passes.
    pub(crate) wrong: Vec<String>,
}

/// The objects after a deployment without failures.
#[derive(Clone)]
struct Expected {
    objects: Objects,
    /// The objects after an update to the same program, in which removed inputs keep their values.
    updated: Option<Objects>,
    /// Whether the actions of that update belong to the program.
    acts: bool,
    masks: Masks,
}

impl Expected {
    fn new(objects: Objects, masks: Masks) -> Self {
        Self { objects, updated: None, acts: false, masks }
    }

    /// The differences from both a fresh deployment and an update.
    fn wrong(&self, objects: &Objects) -> Vec<String> {
        let mut wrong = objects.wrong(&self.objects, &self.masks);
        if let Some(updated) = &self.updated {
            if objects.wrong(updated, &self.masks).is_empty() {
                wrong.clear();
            }
            if self.acts {
                wrong.extend(objects.missing_actions(updated, &self.masks));
            }
        }
        wrong
    }
}

/// One resource under test.
struct Course {
    catalog: Arc<Catalog>,
    table: Arc<Table>,
    program: Program,
    setup: Setup,
    /// By program.
    fresh: BTreeMap<String, Expected>,
    /// The objects after `destroy`.
    end: Expected,
    outcomes: Vec<Outcome>,
}

/// Runs the schedules of one resource.
pub(crate) async fn run(catalog: Arc<Catalog>, table: Arc<Table>, program: Program) -> Vec<Outcome> {
    let setup = Setup::start(&catalog, &table, &program).await;
    let end = Expected::new(setup.baseline.clone(), Masks::new());
    let mut course = Course { catalog, table, program, setup, fresh: BTreeMap::new(), end, outcomes: Vec::new() };
    if let Err(error) = course.all().await {
        let key = format!("{} without a failure", course.program.name);
        course.outcomes.push(Outcome { key, duration: Duration::ZERO, wrong: vec![error] });
    }
    course.outcomes
}

impl Course {
    async fn all(&mut self) -> Result<(), String> {
        let first = self.program.inputs.clone();
        let created = self.recorded(&[], &first).await?;
        self.learn_end().await?;
        self.schedules(Operation::Create, &created).await?;
        if let Some(changed) = self.program.changed() {
            let updated = self.recorded(&[&first], &changed).await?;
            self.schedules(Operation::Update, &updated).await?;
        }
        let stack = self.stack();
        let program = self.setup.resolved(&first);
        stack.up(&program).await.map_err(|error| text(&error))?;
        self.setup.requests();
        stack.destroy().await.map_err(|error| text(&error))?;
        let deleted = calls(&self.setup.requests());
        self.schedules(Operation::Delete, &deleted).await
    }

    fn stack(&self) -> Stack<'_> {
        Stack::new(&self.setup, &self.program.resource, &self.program.name)
    }

    /// The requests of the last of these deployments, which do not fail.
    async fn recorded(&self, before: &[&Json], last: &Json) -> Result<Vec<String>, String> {
        let stack = self.stack();
        for program in before {
            stack.up(&self.setup.resolved(program)).await.map_err(|error| text(&error))?;
        }
        self.setup.requests();
        stack.up(&self.setup.resolved(last)).await.map_err(|error| text(&error))?;
        let calls = calls(&self.setup.requests());
        stack.destroy().await.map_err(|error| text(&error))?;
        Ok(calls)
    }

    /// The objects after a deployment and `destroy`.
    async fn learn_end(&mut self) -> Result<(), String> {
        let before = self.setup.objects();
        self.setup.later();
        self.recorded(&[], &self.program.inputs.clone()).await?;
        self.setup.later();
        let objects = self.setup.objects();
        self.end = Expected::new(objects.clone(), before.masks(&objects));
        Ok(())
    }

    /// The objects after a fresh deployment of this program.
    async fn fresh(&mut self, program: &Json) -> Result<Expected, String> {
        let key = program.to_string();
        if let Some(known) = self.fresh.get(&key) {
            return Ok(known.clone());
        }
        let mut worlds = Vec::new();
        for _ in 0..2 {
            self.setup.later();
            let stack = self.stack();
            stack.up(&self.setup.resolved(program)).await.map_err(|error| text(&error))?;
            worlds.push(self.setup.objects());
            stack.destroy().await.map_err(|error| text(&error))?;
        }
        let expected = Expected::new(worlds[1].clone(), worlds[0].masks(&worlds[1]));
        self.fresh.insert(key, expected.clone());
        Ok(expected)
    }

    async fn schedules(&mut self, operation: Operation, calls: &[String]) -> Result<(), String> {
        let thens: &[Then] = match operation {
            Operation::Create | Operation::Update => &[Then::Same, Then::Reverted, Then::More],
            Operation::Delete => &[Then::Destroyed, Then::Kept],
        };
        for &then in thens {
            let Some(last) = self.last(operation, then) else { continue };
            let Some(expected) = self.reference(operation, then, &last).await else { continue };
            for (at, call) in calls.iter().enumerate() {
                for failure in FAILURES {
                    let key = format!("{} {operation} {at}:{call} {failure} {then}", self.program.name);
                    let start = Instant::now();
                    let wrong = self.schedule(operation, (at, call), failure, then, &last, &expected).await;
                    self.outcomes.push(Outcome { key, duration: start.elapsed(), wrong });
                }
            }
        }
        Ok(())
    }

    /// The program that is deployed last.
    fn last(&self, operation: Operation, then: Then) -> Option<Json> {
        let first = || Some(self.program.inputs.clone());
        match (operation, then) {
            (Operation::Create, Then::Same) | (Operation::Update, Then::Reverted) | (Operation::Delete, _) => first(),
            (Operation::Create, Then::Reverted) => Some(self.program.reduced(&self.catalog)),
            (Operation::Update, Then::More) => self.program.more(&self.catalog),
            (Operation::Create | Operation::Update, _) => self.program.changed(),
        }
    }

    /// The objects that are expected after these deployments: those of a fresh one, except for objects that also remain without failures.
    async fn reference(&mut self, operation: Operation, then: Then, last: &Json) -> Option<Expected> {
        let key = format!("{} {operation} without a failure {then}", self.program.name);
        let start = Instant::now();
        let (expected, wrong) = match self.compared(operation, then, last).await {
            // Removed inputs may keep their values; `docs/reference` states which.
            Ok((expected, _)) if (operation, then) == (Operation::Create, Then::Reverted) => {
                (Some(expected), Vec::new())
            }
            Ok((expected, wrong)) => (Some(expected), wrong),
            Err(error) => {
                self.renew().await;
                (None, vec![error])
            }
        };
        self.outcomes.push(Outcome { key, duration: start.elapsed(), wrong });
        expected
    }

    async fn compared(
        &mut self,
        operation: Operation,
        then: Then,
        last: &Json,
    ) -> Result<(Expected, Vec<String>), String> {
        let mut expected = self.fresh(last).await?;
        let mut programs = vec![self.program.inputs.clone()];
        programs.extend(self.program.changed().filter(|_| operation == Operation::Update));
        programs.push(last.clone());
        self.setup.later();
        let stack = self.stack();
        for program in programs {
            stack.up(&self.setup.resolved(&program)).await.map_err(|error| text(&error))?;
        }
        let objects = self.setup.objects();
        let wrong = expected.wrong(&objects);
        expected.masks.extend(objects.masks(&expected.objects));
        expected.updated = Some(objects);
        // A new object needs no action, and a reverted program takes its action back.
        expected.acts = operation == Operation::Update && then != Then::Reverted;
        stack.destroy().await.map_err(|error| text(&error))?;
        let end = self.setup.objects().masks(&self.end.objects);
        self.end.masks.extend(end);
        Ok((expected, wrong))
    }

    async fn schedule(
        &mut self,
        operation: Operation,
        (at, call): (usize, &str),
        failure: Failure,
        then: Then,
        last: &Json,
        expected: &Expected,
    ) -> Vec<String> {
        let mut wrong = {
            let stack = self.stack();
            let mut wrong = Vec::new();
            match self.failing(&stack, operation, (at, call), failure).await {
                Err(error) => wrong.push(error),
                Ok(_) if then == Then::Destroyed => {}
                Ok(performed) => {
                    wrong = self.law(&stack, &self.setup.resolved(last), expected).await;
                    let performed = performed + self.performed(&self.setup.requests());
                    if operation == Operation::Create && then == Then::Same && self.is_unrepeatable() && performed != 1
                    {
                        wrong.push(format!("the action is performed {performed} times"));
                    }
                }
            }
            if let Err(error) = destroy(&stack).await {
                wrong.push(format!("destroy fails: {error}"));
            }
            wrong
        };
        let left = self.end.wrong(&self.setup.objects());
        if !left.is_empty() {
            wrong.extend(left.iter().map(|left| format!("after destroy: {left}")));
            self.renew().await;
        }
        wrong
    }

    /// Whether it is an action that must not be performed twice.
    fn is_unrepeatable(&self) -> bool {
        let action = self.catalog.resources[&self.program.resource].action.as_ref();
        action.is_some_and(|action| !action.repeatable)
    }

    /// The number of requests that create it.
    fn performed(&self, requests: &[Entry]) -> usize {
        let create = self.catalog.resources[&self.program.resource].create.first();
        let id = create.map(|step| step.call.id.as_str());
        requests.iter().filter(|request| id.is_some() && request.operation.as_deref() == id).count()
    }

    /// The operation with one failing request. Returns the number of processed requests that create it.
    async fn failing(
        &self,
        stack: &Stack<'_>,
        operation: Operation,
        (at, call): (usize, &str),
        failure: Failure,
    ) -> Result<usize, String> {
        let first = self.setup.resolved(&self.program.inputs);
        if operation != Operation::Create {
            stack.up(&first).await.map_err(|error| text(&error))?;
        }
        let skipped = u32::try_from(at).unwrap_or(u32::MAX);
        self.setup.fault(Fault::at("*", failure.kind(call)).skip(skipped));
        // It may fail or hide the failure; only the state afterwards is compared.
        let _ = match operation {
            Operation::Create => stack.up(&first).await,
            Operation::Update => stack.up(&self.setup.resolved(&self.program.changed().unwrap_or_default())).await,
            Operation::Delete => stack.destroy().await,
        };
        self.setup.clear_faults();
        let requests = self.setup.requests();
        let made = calls(&requests);
        if made.get(at).map(String::as_str) == Some(call) {
            let is_processed = failure == Failure::CutAfter;
            let prevented = if is_processed { 0 } else { self.performed(&requests[at..=at]) };
            return Ok(self.performed(&requests) - prevented);
        }
        Err(format!("call {at} is {:?} when the schedule runs", made.get(at)))
    }

    /// The violations after this program is deployed.
    async fn law(&self, stack: &Stack<'_>, program: &Json, expected: &Expected) -> Vec<String> {
        if let Err(error) = up(stack, program).await {
            return vec![format!("up fails: {error}")];
        }
        let mut wrong = expected.wrong(&self.setup.objects());
        match stack.preview(program).await {
            Ok(shown) if shown.is_empty() => {}
            Ok(shown) => wrong.push(format!("the next preview shows {}", shown.join(", "))),
            Err(error) => wrong.push(format!("preview fails: {}", text(&error))),
        }
        match stack.refresh().await {
            Ok(shown) if shown.is_empty() => {}
            Ok(shown) => wrong.push(format!("refresh shows {}", shown.join(", "))),
            Err(error) => wrong.push(format!("refresh fails: {}", text(&error))),
        }
        match stack.preview(program).await {
            Ok(shown) if shown.is_empty() => {}
            Ok(shown) => wrong.push(format!("the preview after refresh shows {}", shown.join(", "))),
            Err(error) => wrong.push(format!("preview after refresh fails: {}", text(&error))),
        }
        wrong
    }

    async fn renew(&mut self) {
        self.setup = Setup::start(&self.catalog, &self.table, &self.program).await;
        // The first deployment may change its parents permanently.
        let _ = self.recorded(&[], &self.program.inputs).await;
    }
}

/// `pulumi up`, repeated until it succeeds.
async fn up(stack: &Stack<'_>, program: &Json) -> Result<(), String> {
    let mut outcome = Ok(());
    for _ in 0..MORE_UPS {
        outcome = stack.up(program).await.map_err(|error| text(&error));
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

/// `pulumi destroy`, repeated until it succeeds.
async fn destroy(stack: &Stack<'_>) -> Result<(), String> {
    let mut outcome = Ok(());
    for _ in 0..MORE_UPS {
        outcome = stack.destroy().await.map_err(|error| text(&error));
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

/// Method and path of each request, without IDs.
fn calls(requests: &[Entry]) -> Vec<String> {
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let part = |part: &str| Some(part).filter(|part| !is_number(part)).unwrap_or("{number}").to_owned();
    let path = |path: &str| without_ids(path).split('/').map(part).collect::<Vec<_>>().join("/");
    requests.iter().map(|entry| format!("{} {}", entry.method, path(&entry.path))).collect()
}

fn text(status: &Status) -> String {
    without_ids(status.message()).replace('\n', " ")
}
