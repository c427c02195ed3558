//! The calls of the plugin for one resource.

use std::collections::BTreeSet;

use prost_types::Struct;
use pulumi_rpc::pulumirpc as rpc;
use pulumi_rpc::pulumirpc::diff_response::DiffChanges;
use tonic::{Request, Response, Status};

use super::{Goal, Operation, Process, Stack, Stored};
use crate::property_bag::{into_secret, partial_state, resolved, string};

/// The response to Diff.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) changes: bool,
    pub(super) replaces: bool,
    pub(super) delete_first: bool,
    /// The top-level properties.
    pub(super) properties: Vec<String>,
}

impl Process {
    /// Kills the process: its calls in progress and all later ones fail.
    pub fn exit(&self) {
        self.exited.cancel();
    }

    /// Ends the process after a command: the engine has stored all results.
    pub async fn end(&self) {
        // A plugin that was killed has ended.
        let _ = self.call(self.plugin.cancel(Request::new(()))).await;
    }

    async fn call<T>(&self, call: impl Future<Output = Result<Response<T>, Status>>) -> Result<T, Status> {
        let answered = async {
            let response = call.await;
            if self.waits {
                tokio::task::yield_now().await;
            }
            response
        };
        tokio::select! {
            biased;
            () = self.exited.cancelled() => Err(Status::unavailable("the plugin exited")),
            response = answered => response.map(Response::into_inner),
        }
    }
}

impl Stack {
    /// The inputs of a goal, with the outputs of its dependencies, and with secrets marked as by an SDK.
    pub(super) fn resolved(&self, goal: &Goal) -> Struct {
        let state = self.state.borrow();
        let output = |text: &str| {
            let (name, output) = text.strip_prefix('$')?.split_once('.')?;
            let stored = state.resources.iter().find(|stored| stored.name == name)?;
            match output {
                "id" => Some(string(&stored.id)),
                output => stored.outputs.fields.get(output).cloned(),
            }
        };
        let mut inputs = resolved(&goal.inputs, &output);
        let properties = &self.catalog.resources[&goal.token].properties;
        for (name, value) in &mut inputs.fields {
            if properties.get(name).is_some_and(|property| property.secret) {
                *value = into_secret(std::mem::take(value));
            }
        }
        inputs
    }

    /// The inputs after Check.
    pub(super) async fn check(
        &self,
        process: &Process,
        goal: &Goal,
        olds: Option<&Struct>,
        news: &Struct,
    ) -> Result<Struct, Status> {
        let request = rpc::CheckRequest {
            urn: Self::urn(&goal.token, &goal.name),
            olds: Some(olds.cloned().unwrap_or_default()),
            news: Some(news.clone()),
            random_seed: self.seed(),
            ..Default::default()
        };
        let checked = process.call(process.plugin.check(Request::new(request))).await?;
        if checked.failures.is_empty() {
            return Ok(checked.inputs.unwrap_or_default());
        }
        let failures = checked.failures.iter().map(|failure| format!("{}: {}", failure.property, failure.reason));
        Err(Status::invalid_argument(format!("check failed: {}", failures.collect::<Vec<_>>().join("; "))))
    }

    pub(super) async fn diff(&self, process: &Process, old: &Stored, news: &Struct) -> Result<Difference, Status> {
        let request = rpc::DiffRequest {
            id: old.id.clone(),
            urn: Self::urn(&old.token, &old.name),
            olds: Some(old.outputs.clone()),
            old_inputs: Some(old.inputs.clone()),
            news: Some(news.clone()),
            ..Default::default()
        };
        let diff = process.call(process.plugin.diff(Request::new(request))).await?;
        Ok(Difference {
            changes: diff.changes() == DiffChanges::DiffSome,
            replaces: !diff.replaces.is_empty(),
            delete_first: diff.delete_before_replace,
            properties: diff.diffs,
        })
    }

    /// Creates a resource. A resource that it replaces is condemned.
    pub(super) async fn create(
        &self,
        process: &Process,
        goal: &Goal,
        inputs: Struct,
        replaced: Option<Stored>,
    ) -> Result<(), Status> {
        let request = rpc::CreateRequest {
            urn: Self::urn(&goal.token, &goal.name),
            properties: Some(inputs.clone()),
            name: goal.name.clone(),
            ..Default::default()
        };
        let call = process.call(process.plugin.create(Request::new(request)));
        let created = self.marked(&goal.name, Operation::Creating, call).await;
        let stored = |id: String, outputs: Option<Struct>, failed: bool| Stored {
            name: goal.name.clone(),
            token: goal.token.clone(),
            id,
            inputs,
            outputs: outputs.unwrap_or_default(),
            failed,
            dependencies: dependencies(goal),
        };
        let (stored, outcome) = match created {
            Ok(created) => (stored(created.id, created.properties, false), Ok(())),
            Err(status) => match partial_state(&status) {
                Some(kept) => (stored(kept.id, kept.properties, true), Err(status)),
                None => return Err(status),
            },
        };
        if let Some(replaced) = replaced {
            self.state.borrow_mut().condemned.push(replaced);
        }
        self.store(stored);
        outcome
    }

    pub(super) async fn update(&self, process: &Process, goal: &Goal, old: Stored, news: Struct) -> Result<(), Status> {
        let request = rpc::UpdateRequest {
            id: old.id.clone(),
            urn: Self::urn(&old.token, &old.name),
            olds: Some(old.outputs.clone()),
            old_inputs: Some(old.inputs.clone()),
            news: Some(news.clone()),
            ..Default::default()
        };
        let call = process.call(process.plugin.update(Request::new(request)));
        match self.marked(&old.name, Operation::Updating, call).await {
            Ok(updated) => {
                let outputs = updated.properties.unwrap_or_default();
                let dependencies = dependencies(goal);
                self.store(Stored { inputs: news, outputs, failed: false, dependencies, ..old });
                Ok(())
            }
            Err(status) => {
                if let Some(kept) = partial_state(&status) {
                    let outputs = kept.properties.unwrap_or_default();
                    self.store(Stored { outputs, failed: true, ..old });
                }
                Err(status)
            }
        }
    }

    pub(super) async fn delete(&self, process: &Process, old: &Stored) -> Result<(), Status> {
        let request = rpc::DeleteRequest {
            id: old.id.clone(),
            urn: Self::urn(&old.token, &old.name),
            properties: Some(old.outputs.clone()),
            old_inputs: Some(old.inputs.clone()),
            ..Default::default()
        };
        let call = process.call(process.plugin.delete(Request::new(request)));
        self.marked(&old.name, Operation::Deleting, call).await
    }

    /// The resource as read; `None` if it does not exist.
    pub(super) async fn read(&self, process: &Process, old: &Stored) -> Result<Option<Stored>, Status> {
        let request = rpc::ReadRequest {
            id: old.id.clone(),
            urn: Self::urn(&old.token, &old.name),
            properties: Some(old.outputs.clone()),
            inputs: Some(old.inputs.clone()),
            ..Default::default()
        };
        let read = match process.call(process.plugin.read(Request::new(request))).await {
            Ok(read) => read,
            Err(status) => {
                // An unhealthy resource is stored with its reasons.
                let kept = partial_state(&status).ok_or(status)?;
                rpc::ReadResponse {
                    id: kept.id,
                    properties: kept.properties,
                    inputs: kept.inputs,
                    ..Default::default()
                }
            }
        };
        let found = Stored {
            id: read.id,
            inputs: read.inputs.unwrap_or_default(),
            outputs: read.properties.unwrap_or_default(),
            failed: false,
            ..old.clone()
        };
        Ok(Some(found).filter(|found| !found.id.is_empty()))
    }
}

/// The names that the inputs of a goal refer to, by property.
pub(super) fn dependencies(goal: &Goal) -> BTreeSet<(String, String)> {
    let properties = goal.inputs.as_object().into_iter().flatten();
    let names = properties.flat_map(|(property, json)| {
        super::references(json).into_iter().map(|name| (property.clone(), name)).collect::<Vec<_>>()
    });
    names.collect()
}
