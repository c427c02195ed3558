//! Pulumi's resource monitor over gRPC: one deployment, and the options of one component in the program.
//!
//! Options apply to the registration of the component; options without effect there apply to its parts.

use std::sync::Arc;

use components::{Child, Error, Monitor, Registered};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pulumi_rpc::pulumirpc as rpc;
use pulumi_rpc::pulumirpc::register_resource_request::{CustomTimeouts, ResourceHooksBinding};
use pulumi_rpc::pulumirpc::resource_monitor_client::ResourceMonitorClient;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use value::Object;

use crate::config::PACKAGE;
use crate::{from_proto, to_proto};

/// The function of the Pulumi engine that returns the state of a resource.
const GET_RESOURCE: &str = "pulumi:pulumi:getResource";

/// The start of the engine's message when a deployment ends (`pkg/v3` v3.259.0, `resource/deploy/source_eval.go:2821`).
const SHUT_DOWN: &str = "resource monitor shut down";

/// The monitor of one deployment.
#[derive(Clone)]
pub(crate) struct Deployment {
    client: ResourceMonitorClient<Channel>,
}

impl Deployment {
    /// Connects with the first call. There is one monitor per deployment, so connections are not reused.
    pub(crate) fn of(address: &str) -> Result<Self, Status> {
        let endpoint = Endpoint::from_shared(format!("http://{address}")).map_err(|_| {
            Status::invalid_argument("malformed request: the address of the resource monitor is invalid")
        })?;
        // No time limit: a registration lasts as long as the resource takes.
        let client = ResourceMonitorClient::new(endpoint.connect_lazy())
            .max_decoding_message_size(pulumi_rpc::MAX_MESSAGE_BYTES)
            .max_encoding_message_size(pulumi_rpc::MAX_MESSAGE_BYTES);
        Ok(Self { client })
    }

    /// The monitor for a component with these options.
    pub(crate) fn component(self, options: Options) -> ComponentMonitor {
        ComponentMonitor { client: self.client, options: Arc::new(options) }
    }

    /// The outputs of a resource of this deployment.
    pub(crate) async fn outputs_of(mut self, urn: &str) -> Result<Object, Status> {
        let arguments = value::object! { "urn": urn };
        let request = rpc::ResourceInvokeRequest {
            tok: GET_RESOURCE.to_owned(),
            args: Some(to_proto::object(arguments)),
            accept_resources: true,
            ..rpc::ResourceInvokeRequest::default()
        };
        let answer = self.client.invoke(request).await?.into_inner();
        if answer.unknown {
            return Ok(Object::new());
        }
        let answer = from_proto::object(answer.r#return)?;
        Ok(answer.get("state").and_then(value::Value::as_object).cloned().unwrap_or_default())
    }
}

/// The options of a component in the program.
pub(crate) struct Options {
    request: rpc::ConstructRequest,
    /// The provider for parts of this package.
    provider: String,
}

impl Options {
    /// `reference` is the provider resource of this process: the provider of the parts, unless the program sets another one.
    pub(crate) fn of(request: rpc::ConstructRequest, reference: String) -> Self {
        let provider = request.providers.get(PACKAGE).cloned().unwrap_or(reference);
        Self { request, provider }
    }

    /// The registration of the component: its type, name and parent unchanged, because the engine finds transforms by
    /// them, and all options of the program.
    fn component(&self, inputs: Object) -> rpc::RegisterResourceRequest {
        let request = &self.request;
        rpc::RegisterResourceRequest {
            r#type: request.r#type.clone(),
            name: request.name.clone(),
            parent: request.parent.clone(),
            object: Some(to_proto::object(inputs)),
            protect: request.protect,
            providers: request.providers.clone(),
            dependencies: request.dependencies.clone(),
            aliases: request.aliases.clone(),
            deleted_with: request.deleted_with.clone(),
            replace_with: request.replace_with.clone(),
            replacement_trigger: request.replacement_trigger.clone(),
            retain_on_delete: request.retain_on_delete,
            delete_before_replace: request.delete_before_replace.unwrap_or_default(),
            delete_before_replace_defined: request.delete_before_replace.is_some(),
            ignore_changes: request.ignore_changes.clone(),
            replace_on_changes: request.replace_on_changes.clone(),
            additional_secret_outputs: request.additional_secret_outputs.clone(),
            custom_timeouts: self.timeouts(),
            hooks: self.hooks(),
            parent_stack_trace_handle: request.stack_trace_handle.clone(),
            ..to_proto::registration_defaults()
        }
    }

    /// The registration of a part. The engine lets parts inherit protection, retention and `deletedWith`; options without
    /// effect on a component are set on each part.
    fn child(&self, child: Child) -> rpc::RegisterResourceRequest {
        let request = &self.request;
        let part = child.part.clone();
        let mut registration = to_proto::registration(child, PACKAGE);
        for urn in &request.dependencies {
            if !registration.dependencies.contains(urn) {
                registration.dependencies.push(urn.clone());
            }
        }
        registration.provider.clone_from(&self.provider);
        if registration.remote {
            registration.providers.clone_from(&request.providers);
        }
        registration.custom_timeouts = self.timeouts();
        registration.delete_before_replace = request.delete_before_replace.unwrap_or_default();
        registration.delete_before_replace_defined = request.delete_before_replace.is_some();
        registration.ignore_changes = of_part(&request.ignore_changes, &part);
        registration.replace_on_changes = of_part(&request.replace_on_changes, &part);
        registration.additional_secret_outputs = of_part(&request.additional_secret_outputs, &part);
        registration.parent_stack_trace_handle.clone_from(&request.stack_trace_handle);
        registration
    }

    fn timeouts(&self) -> Option<CustomTimeouts> {
        let given = self.request.custom_timeouts.clone()?;
        Some(CustomTimeouts { create: given.create, update: given.update, delete: given.delete, read: given.read })
    }

    fn hooks(&self) -> Option<ResourceHooksBinding> {
        let given = self.request.resource_hooks.clone()?;
        Some(ResourceHooksBinding {
            before_create: given.before_create,
            after_create: given.after_create,
            before_update: given.before_update,
            after_update: given.after_update,
            before_delete: given.before_delete,
            after_delete: given.after_delete,
            on_error: given.on_error,
        })
    }
}

/// The paths within a part: `namespace.description` is `description` of the part `namespace`.
fn of_part(paths: &[String], part: &str) -> Vec<String> {
    let inside = |path: &String| {
        let rest = path.strip_prefix(part)?;
        rest.strip_prefix('.').map(str::to_owned)
    };
    paths.iter().filter_map(inside).collect()
}

/// The monitor of one component.
pub(crate) struct ComponentMonitor {
    client: ResourceMonitorClient<Channel>,
    options: Arc<Options>,
}

impl Monitor for ComponentMonitor {
    fn component(&self, inputs: Object) -> BoxFuture<'_, Result<String, Error>> {
        let request = self.options.component(inputs);
        async move { self.register(request).await.map(|answer| answer.urn) }.boxed()
    }

    fn child(&self, child: Child) -> BoxFuture<'_, Result<Registered, Error>> {
        let name = child.name.clone();
        let request = self.options.child(child);
        async move {
            let answer = self.register(request).await?;
            from_proto::registered(answer, self.options.request.dry_run)
                .map_err(|error| Error::Rejected { name, message: error.to_string() })
        }
        .boxed()
    }

    fn invoke<'a>(&'a self, token: &'a str, arguments: Object) -> BoxFuture<'a, Result<Option<Object>, Error>> {
        let mut client = self.client.clone();
        let request = rpc::ResourceInvokeRequest {
            tok: format!("{PACKAGE}:{token}"),
            args: Some(to_proto::object(arguments)),
            provider: self.options.provider.clone(),
            accept_resources: true,
            ..rpc::ResourceInvokeRequest::default()
        };
        async move {
            let rejected = |message: String| Error::Rejected { name: token.to_owned(), message };
            let answer = client.invoke(request).await.map_err(|status| self::rejected(token.to_owned(), &status))?;
            let answer = answer.into_inner();
            if let Some(failure) = answer.failures.first() {
                return Err(rejected(format!("{} {}", failure.property, failure.reason)));
            }
            if answer.unknown {
                return Ok(None);
            }
            from_proto::object(answer.r#return).map(Some).map_err(|error| rejected(error.to_string()))
        }
        .boxed()
    }

    fn outputs(&self, urn: String, outputs: Object) -> BoxFuture<'_, Result<(), Error>> {
        let mut client = self.client.clone();
        async move {
            let name = self.options.request.name.clone();
            let request = rpc::RegisterResourceOutputsRequest { urn, outputs: Some(to_proto::object(outputs)) };
            client.register_resource_outputs(request).await.map_err(|status| rejected(name, &status))?;
            Ok(())
        }
        .boxed()
    }
}

impl ComponentMonitor {
    async fn register(&self, request: rpc::RegisterResourceRequest) -> Result<rpc::RegisterResourceResponse, Error> {
        let name = request.name.clone();
        // Clones share the connection; calls run concurrently.
        let answer = self.client.clone().register_resource(request).await;
        Ok(answer.map_err(|status| rejected(name, &status))?.into_inner())
    }
}

/// The engine ends a deployment with a message of its own. A transform or a connection that fails can have the same
/// status code, and its message is the cause that the user needs to see.
fn rejected(name: String, status: &Status) -> Error {
    let message = status.message();
    if message.starts_with(SHUT_DOWN) { Error::Ended } else { Error::Rejected { name, message: message.to_owned() } }
}

#[cfg(test)]
#[path = "monitor_tests.rs"]
mod tests;
