//! The commands: up, preview, refresh and destroy.

use std::collections::BTreeSet;

use tonic::Status;

use super::calls::dependencies;
use super::order::{self, Node};
use super::{Failure, Goal, Process, Stack, Stored};

impl Stack {
    /// `pulumi up`.
    pub async fn up(&self, process: &Process, program: &[Goal]) -> Result<(), Vec<Failure>> {
        self.start_command();
        self.delete_all(process, |_| false).await?;
        let nodes = program.iter().map(|goal| Node { name: goal.name.clone(), after: names(&dependencies(goal)) });
        let step = |name: String| async move {
            let goal = program.iter().find(|goal| goal.name == name).expect("the nodes are the goals");
            let outcome = self.register(process, goal).await;
            if let Err(status) = &outcome {
                self.note(format!("{name} failed: {}", status.message()));
            }
            outcome
        };
        order::run(nodes.collect(), step).await?;
        self.delete_all(process, |stored| !program.iter().any(|goal| goal.name == stored.name)).await
    }

    /// The top-level properties that `pulumi preview` shows as changed, by resource.
    pub async fn preview(&self, process: &Process, program: &[Goal]) -> Result<Vec<String>, Status> {
        let mut shown = Vec::new();
        for goal in program {
            let Some(old) = self.stored(&goal.name) else {
                shown.push(format!("create of {}", goal.name));
                continue;
            };
            let news = self.check(process, goal, Some(&old.inputs), &self.resolved(goal)).await?;
            let difference = self.diff(process, &old, &news).await?;
            shown.extend(difference.properties.into_iter().map(|property| format!("{}.{property}", goal.name)));
            if old.failed {
                shown.push(format!("init errors of {}", goal.name));
            }
        }
        let state = self.state();
        let removed = state.resources.iter().filter(|stored| !program.iter().any(|goal| goal.name == stored.name));
        shown.extend(removed.chain(&state.condemned).map(|stored| format!("delete of {}", stored.name)));
        Ok(shown)
    }

    /// `pulumi refresh`: the top-level properties that it shows as changed, by resource.
    pub async fn refresh(&self, process: &Process) -> Result<Vec<String>, Vec<Failure>> {
        self.start_command();
        let nodes = self.state().resources.into_iter().map(|stored| Node { name: stored.name, after: BTreeSet::new() });
        let shown = std::cell::RefCell::new(Vec::new());
        let step = |name: String| {
            let shown = &shown;
            async move {
                let Some(old) = self.stored(&name) else { return Ok(()) };
                let Some(now) = self.read(process, &old).await? else {
                    self.note(format!("{name} does not exist"));
                    shown.borrow_mut().push(format!("{name} does not exist"));
                    self.remove(&name);
                    return Ok(());
                };
                let changed = self.diff(process, &now, &old.inputs).await?.properties;
                shown.borrow_mut().extend(changed.into_iter().map(|property| format!("{name}.{property}")));
                self.store(now);
                Ok(())
            }
        };
        order::run(nodes.collect(), step).await?;
        Ok(shown.into_inner())
    }

    /// `pulumi destroy`.
    pub async fn destroy(&self, process: &Process) -> Result<(), Vec<Failure>> {
        self.start_command();
        self.delete_all(process, |_| true).await
    }

    async fn register(&self, process: &Process, goal: &Goal) -> Result<(), Status> {
        let news = self.resolved(goal);
        let Some(old) = self.stored(&goal.name) else {
            let inputs = self.check(process, goal, None, &news).await?;
            self.note(format!("create {}", goal.name));
            return self.create(process, goal, inputs, None).await;
        };
        let checked = self.check(process, goal, Some(&old.inputs), &news).await?;
        let difference = self.diff(process, &old, &checked).await?;
        if difference.changes && difference.replaces {
            let inputs = self.check(process, goal, None, &news).await?;
            self.note(format!("replace {}", goal.name));
            if difference.delete_first {
                self.delete(process, &old).await?;
                self.remove(&goal.name);
                return self.create(process, goal, inputs, None).await;
            }
            return self.create(process, goal, inputs, Some(old)).await;
        }
        if difference.changes || old.failed {
            self.note(format!("update {}", goal.name));
            return self.update(process, goal, old, checked).await;
        }
        self.store(Stored { inputs: checked, dependencies: dependencies(goal), ..old });
        Ok(())
    }

    /// Deletes the condemned resources and those for which `goes` returns true, each after the resources that depend on it.
    async fn delete_all(&self, process: &Process, goes: impl Fn(&Stored) -> bool) -> Result<(), Vec<Failure>> {
        let state = self.state();
        let condemned = state.condemned.iter().enumerate().map(|(at, old)| (format!("{at} {}", old.name), old));
        let removed = state.resources.iter().filter(|old| goes(old)).map(|old| (format!("- {}", old.name), old));
        let all: Vec<(String, &Stored)> = condemned.chain(removed).collect();
        let nodes = all.iter().map(|(key, old)| {
            let depends =
                |other: &&(String, &Stored)| other.0 != *key && names(&other.1.dependencies).contains(&old.name);
            Node { name: key.clone(), after: all.iter().filter(depends).map(|(key, _)| key.clone()).collect() }
        });
        let all = &all;
        let step = |key: String| async move {
            let (_, old) = all.iter().find(|(other, _)| *other == key).expect("the nodes are the resources");
            self.note(format!("delete {}", old.name));
            self.delete(process, old).await.inspect_err(|status| {
                self.note(format!("delete of {} failed: {}", old.name, status.message()));
            })?;
            if key.starts_with('-') {
                self.remove(&old.name);
            } else {
                self.state.borrow_mut().condemned.retain(|other| (&other.name, &other.id) != (&old.name, &old.id));
            }
            Ok(())
        };
        order::run(nodes.collect(), step).await
    }
}

fn names(dependencies: &BTreeSet<(String, String)>) -> BTreeSet<String> {
    dependencies.iter().map(|(_, name)| name.clone()).collect()
}
