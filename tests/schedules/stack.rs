//! A double of Pulumi's engine for a stack of one resource, with the rules of the engine (pkg v3.259.0).
//!
//! State after a failed step:
//! - Create without `ErrorResourceInitFailed`: nothing. With it: all inputs of the program (its `inputs` are discarded,
//!   `resource/plugin/provider_plugin.go:1478`), its `properties`, and init errors.
//! - Update without it: unchanged. With it: the old inputs, its `properties`, and init errors (`engine/update.go:1398`).
//! - Delete: unchanged.
//!
//! `tests/programs/test_schedules.py` runs the schedules of `shared.yaml` through the Pulumi CLI and compares the states.

use prost_types::Struct;
use pulumi_rpc::pulumirpc as rpc;
use pulumi_rpc::pulumirpc::diff_response::DiffChanges;
use serde_json::Value as Json;
use tonic::{Request, Status};

use crate::property_bag::{partial_state, to_struct};
use crate::setup::{Plugin, Setup};

/// A resource as in the state.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) id: String,
    pub(crate) inputs: Struct,
    pub(crate) outputs: Struct,
    /// Whether the state has init errors: the next run updates even without differences.
    pub(crate) failed: bool,
}

/// A stack of one resource.
pub(crate) struct Stack<'l> {
    setup: &'l Setup,
    urn: String,
    pub(crate) state: Option<Stored>,
    /// Replaced resources whose delete is pending.
    pub(crate) condemned: Vec<Stored>,
}

/// The response to Diff.
#[derive(Debug)]
struct Difference {
    changes: bool,
    replaces: bool,
    delete_first: bool,
    properties: Vec<String>,
}

impl<'l> Stack<'l> {
    pub(crate) fn new(setup: &'l Setup, token: &str, name: &str) -> Self {
        let urn = format!("urn:pulumi:test::project::evalap-scaleway:{token}::{name}");
        Self { setup, urn, state: None, condemned: Vec::new() }
    }

    /// `pulumi up`.
    pub(crate) async fn up(&mut self, program: &Json) -> Result<(), Status> {
        let plugin = self.setup.plugin().await;
        self.delete_condemned(&plugin).await?;
        let Some(old) = self.state.clone() else {
            let inputs = self.check(&plugin, None, program).await?;
            return self.create(&plugin, inputs, None).await;
        };
        let news = self.check(&plugin, Some(&old.inputs), program).await?;
        let difference = self.diff(&plugin, &old, &news).await?;
        if difference.changes && difference.replaces {
            let inputs = self.check(&plugin, None, program).await?;
            if difference.delete_first {
                self.delete(&plugin, &old).await?;
                self.state = None;
                return self.create(&plugin, inputs, None).await;
            }
            return self.create(&plugin, inputs, Some(old)).await;
        }
        if difference.changes || old.failed {
            return self.update(&plugin, old, news).await;
        }
        self.state = Some(Stored { inputs: news, ..old });
        Ok(())
    }

    /// The top-level properties that `pulumi preview` shows as changed.
    pub(crate) async fn preview(&self, program: &Json) -> Result<Vec<String>, Status> {
        let plugin = self.setup.plugin().await;
        let Some(old) = &self.state else { return Ok(vec!["the resource".to_owned()]) };
        let news = self.check(&plugin, Some(&old.inputs), program).await?;
        let difference = self.diff(&plugin, old, &news).await?;
        let failed = old.failed.then(|| "init errors".to_owned());
        Ok(difference.properties.into_iter().chain(failed).collect())
    }

    /// `pulumi refresh`: the top-level properties that it shows as changed.
    pub(crate) async fn refresh(&mut self) -> Result<Vec<String>, Status> {
        let plugin = self.setup.plugin().await;
        let Some(old) = self.state.clone() else { return Ok(Vec::new()) };
        let request = rpc::ReadRequest {
            id: old.id.clone(),
            urn: self.urn.clone(),
            properties: Some(old.outputs.clone()),
            inputs: Some(old.inputs.clone()),
            ..Default::default()
        };
        let read = match plugin.read(Request::new(request)).await {
            Ok(read) => read.into_inner(),
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
        if read.id.is_empty() {
            self.state = None;
            return Ok(vec!["the resource was deleted".to_owned()]);
        }
        let now = Stored {
            id: read.id,
            inputs: read.inputs.unwrap_or_default(),
            outputs: read.properties.unwrap_or_default(),
            failed: false,
        };
        let shown = self.diff(&plugin, &now, &old.inputs).await?.properties;
        self.state = Some(now);
        Ok(shown)
    }

    /// `pulumi destroy`.
    pub(crate) async fn destroy(&mut self) -> Result<(), Status> {
        let plugin = self.setup.plugin().await;
        self.delete_condemned(&plugin).await?;
        if let Some(old) = self.state.clone() {
            self.delete(&plugin, &old).await?;
            self.state = None;
        }
        Ok(())
    }

    async fn check(&self, plugin: &Plugin, olds: Option<&Struct>, program: &Json) -> Result<Struct, Status> {
        let request = rpc::CheckRequest {
            urn: self.urn.clone(),
            olds: Some(olds.cloned().unwrap_or_default()),
            news: Some(to_struct(program)),
            random_seed: self.setup.seed(),
            ..Default::default()
        };
        let checked = plugin.check(Request::new(request)).await?.into_inner();
        if checked.failures.is_empty() {
            return Ok(checked.inputs.unwrap_or_default());
        }
        let failures = checked.failures.iter().map(|failure| format!("{}: {}", failure.property, failure.reason));
        Err(Status::invalid_argument(format!("check failed: {}", failures.collect::<Vec<_>>().join("; "))))
    }

    async fn diff(&self, plugin: &Plugin, old: &Stored, news: &Struct) -> Result<Difference, Status> {
        let request = rpc::DiffRequest {
            id: old.id.clone(),
            urn: self.urn.clone(),
            olds: Some(old.outputs.clone()),
            old_inputs: Some(old.inputs.clone()),
            news: Some(news.clone()),
            ..Default::default()
        };
        let diff = plugin.diff(Request::new(request)).await?.into_inner();
        Ok(Difference {
            changes: diff.changes() == DiffChanges::DiffSome,
            replaces: !diff.replaces.is_empty(),
            delete_first: diff.delete_before_replace,
            properties: diff.diffs,
        })
    }

    /// Creates; the replaced resource is deleted afterwards, also if the create was partial.
    async fn create(&mut self, plugin: &Plugin, inputs: Struct, old: Option<Stored>) -> Result<(), Status> {
        let request =
            rpc::CreateRequest { urn: self.urn.clone(), properties: Some(inputs.clone()), ..Default::default() };
        let (created, outcome) = match plugin.create(Request::new(request)).await {
            Ok(created) => {
                let created = created.into_inner();
                let outputs = created.properties.unwrap_or_default();
                (Stored { id: created.id, inputs, outputs, failed: false }, Ok(()))
            }
            Err(status) => match partial_state(&status) {
                Some(kept) => {
                    let outputs = kept.properties.unwrap_or_default();
                    (Stored { id: kept.id, inputs, outputs, failed: true }, Err(status))
                }
                None => return Err(status),
            },
        };
        self.state = Some(created);
        self.condemned.extend(old);
        outcome?;
        self.delete_condemned(plugin).await
    }

    async fn update(&mut self, plugin: &Plugin, old: Stored, news: Struct) -> Result<(), Status> {
        let request = rpc::UpdateRequest {
            id: old.id.clone(),
            urn: self.urn.clone(),
            olds: Some(old.outputs.clone()),
            old_inputs: Some(old.inputs.clone()),
            news: Some(news.clone()),
            ..Default::default()
        };
        match plugin.update(Request::new(request)).await {
            Ok(updated) => {
                let outputs = updated.into_inner().properties.unwrap_or_default();
                self.state = Some(Stored { inputs: news, outputs, failed: false, ..old });
                Ok(())
            }
            Err(status) => {
                if let Some(kept) = partial_state(&status) {
                    let outputs = kept.properties.unwrap_or_default();
                    self.state = Some(Stored { outputs, failed: true, ..old });
                }
                Err(status)
            }
        }
    }

    async fn delete(&self, plugin: &Plugin, old: &Stored) -> Result<(), Status> {
        let request = rpc::DeleteRequest {
            id: old.id.clone(),
            urn: self.urn.clone(),
            properties: Some(old.outputs.clone()),
            old_inputs: Some(old.inputs.clone()),
            ..Default::default()
        };
        plugin.delete(Request::new(request)).await.map(drop)
    }

    async fn delete_condemned(&mut self, plugin: &Plugin) -> Result<(), Status> {
        while let Some(old) = self.condemned.first() {
            self.delete(plugin, old).await?;
            self.condemned.remove(0);
        }
        Ok(())
    }
}
