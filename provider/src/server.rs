//! Pulumi's provider service: decodes each call, calls the engine, and encodes the result. Other calls, such as Parameterize,
//! return `Unimplemented`.

mod configure;
mod mapping;

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

use catalog::{Catalog, Resource};
use client::{CancellationToken, Clock, Transport};
use engine::{Engine, InvokeError, Names, WriteOnlyValues};
use pulumi_rpc::pulumirpc as rpc;
use pulumi_rpc::pulumirpc::resource_provider_server::ResourceProvider;
use rules::{CheckRequest, Defaults, DiffRequest, Mask, Operation, Progress, Warning};
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};
use tracing::Instrument;
use value::{Object, Value};

use crate::compose::{self, Provided};
use crate::config::{self, Environment};
use crate::embedded::{self, Embedded};
use crate::engine_log::EngineLog;
use crate::from_proto::{self, Malformed, Target};
use crate::server::configure::Configured;
use crate::{panics, to_proto};

/// The service. One process serves one provider resource, so there is one configuration.
pub(crate) struct Server {
    embedded: Embedded,
    environment: Environment,
    log: EngineLog,
    cancel: CancellationToken,
    clock: Arc<dyn Clock>,
    /// The HTTP transport and the seed of the client, if a test sets them.
    transport: Option<(Arc<dyn Transport>, u64)>,
    configured: RwLock<Option<Arc<Configured>>>,
    names: Names,
    /// The values of write-only inputs, from Check to Create and Update.
    write_only: Arc<WriteOnlyValues>,
}

impl Server {
    pub(crate) fn new(
        embedded: Embedded,
        environment: Environment,
        log: EngineLog,
        cancel: CancellationToken,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            embedded,
            environment,
            log,
            cancel,
            clock,
            transport: None,
            configured: RwLock::default(),
            names: Names::default(),
            write_only: Arc::default(),
        }
    }

    /// The same server with a transport and a seed of the client.
    #[cfg(feature = "testing")]
    pub(crate) fn over(self, transport: Arc<dyn Transport>, seed: u64) -> Self {
        Self { transport: Some((transport, seed)), ..self }
    }

    fn catalog(&self) -> Result<&Arc<Catalog>, Status> {
        self.embedded.catalog().map_err(|error| {
            tracing::error!(%error);
            to_proto::bug("reading the catalog", None)
        })
    }

    fn resource(&self, token: &str) -> Result<&Resource, Status> {
        let catalog = self.catalog()?;
        catalog.resource(token).ok_or_else(|| to_proto::unknown_token("resource", token, catalog.full_token(token)))
    }

    fn configured(&self) -> Option<Arc<Configured>> {
        self.configured.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The provider resource of this process, if known.
    fn reference(&self) -> String {
        self.configured().map(|configured| configured.reference.clone()).unwrap_or_default()
    }

    /// The defaults of resources; Check and Diff work before Configure too, with the built-in defaults.
    fn defaults(&self) -> Defaults {
        self.configured().map_or_else(config::built_in_defaults, |configured| configured.defaults.clone())
    }

    /// The engine, if there are credentials.
    fn engine(&self) -> Result<Engine, Status> {
        let configured = self.configured().ok_or_else(to_proto::not_configured)?;
        match configured.missing {
            Some(missing) => Err(to_proto::unauthenticated(missing)),
            None => Ok(configured.engine.clone()),
        }
    }

    /// Inputs or outputs with the current ID of a moved parent, if known.
    fn followed<'o>(&self, resource: &Resource, object: &'o Object) -> Cow<'o, Object> {
        self.configured().map_or(Cow::Borrowed(object), |configured| configured.engine.followed(resource, object))
    }

    /// Sends the warnings of Check and Diff before their response.
    async fn warn(&self, urn: &str, warnings: &[Warning], mask: &Mask) {
        for warning in warnings {
            self.log.warning_once(urn, &warning.to_string(), mask);
        }
        if !warnings.is_empty() {
            self.log.flush().await;
        }
    }
}

impl Target {
    fn operation<'a>(&'a self, timeout: Option<std::time::Duration>, progress: &'a dyn Progress) -> Operation<'a> {
        Operation { token: &self.token, name: &self.name, urn: &self.urn, timeout, progress }
    }
}

impl From<Malformed> for Status {
    fn from(error: Malformed) -> Self {
        to_proto::malformed(&error)
    }
}

/// Runs the handler of a call, and converts a panic to an error.
async fn respond<T>(method: &'static str, urn: &str, handler: impl Future<Output = Result<T, Status>>) -> RpcResult<T> {
    let span = tracing::info_span!("call", method, urn);
    let outcome = panics::contain(handler).instrument(span.clone()).await;
    let result = outcome.unwrap_or_else(|place| Err(to_proto::bug(method, place.as_deref())));
    span.in_scope(|| match &result {
        Ok(_) => tracing::debug!("answered"),
        Err(status) => tracing::debug!(code = ?status.code(), "rejected"),
    });
    result.map(Response::new)
}

type RpcResult<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl ResourceProvider for Server {
    async fn handshake(
        &self,
        request: Request<rpc::ProviderHandshakeRequest>,
    ) -> RpcResult<rpc::ProviderHandshakeResponse> {
        self.log.connect(&request.get_ref().engine_address);
        Ok(Response::new(to_proto::handshake()))
    }

    async fn attach(&self, request: Request<rpc::PluginAttach>) -> RpcResult<()> {
        self.log.connect(&request.get_ref().address);
        Ok(Response::new(()))
    }

    async fn get_plugin_info(&self, _: Request<()>) -> RpcResult<rpc::PluginInfo> {
        Ok(Response::new(rpc::PluginInfo { version: env!("CARGO_PKG_VERSION").to_owned() }))
    }

    async fn get_schema(&self, request: Request<rpc::GetSchemaRequest>) -> RpcResult<rpc::GetSchemaResponse> {
        match request.get_ref().version {
            0 => match self.embedded.schema() {
                Ok(schema) => Ok(Response::new(rpc::GetSchemaResponse { schema })),
                Err(error) => Err(embedded::damaged("schema", &error)),
            },
            version => {
                Err(Status::invalid_argument(format!("version {version} of the schema format is not supported")))
            }
        }
    }

    async fn get_mapping(&self, request: Request<rpc::GetMappingRequest>) -> RpcResult<rpc::GetMappingResponse> {
        mapping::mapping(request.get_ref()).map(Response::new)
    }

    async fn get_mappings(&self, request: Request<rpc::GetMappingsRequest>) -> RpcResult<rpc::GetMappingsResponse> {
        Ok(Response::new(mapping::mappings(request.get_ref())))
    }

    async fn check_config(&self, request: Request<rpc::CheckRequest>) -> RpcResult<rpc::CheckResponse> {
        let request = request.into_inner();
        respond("CheckConfig", &request.urn, async {
            let arguments = from_proto::object(request.news.clone())?;
            // No settings are lost or added. The API key is a secret in the state even if the configuration has it in plain text.
            let inputs = request.news.map(|news| to_proto::with_secrets(news, &config::KEYS));
            Ok(rpc::CheckResponse { inputs, failures: to_proto::failures(config::wrong(&arguments)) })
        })
        .await
    }

    async fn diff_config(&self, request: Request<rpc::DiffRequest>) -> RpcResult<rpc::DiffResponse> {
        let request = request.into_inner();
        respond("DiffConfig", &request.urn, async {
            // Also called with the old settings of other packages: settings that cannot be decoded are not ours.
            let olds = from_proto::object(request.old_inputs.or(request.olds)).unwrap_or_default();
            let news = from_proto::object(request.news).unwrap_or_default();
            Ok(to_proto::diff(&config::changed(&olds, &news, &self.environment)))
        })
        .await
    }

    async fn configure(&self, request: Request<rpc::ConfigureRequest>) -> RpcResult<rpc::ConfigureResponse> {
        let request = request.into_inner();
        let urn = request.urn.unwrap_or_default();
        respond("Configure", &urn, async {
            self.configure_with(&from_proto::object(request.args)?, &urn, &request.id.unwrap_or_default())?;
            self.log.flush().await;
            Ok(to_proto::configured())
        })
        .await
    }

    async fn check(&self, request: Request<rpc::CheckRequest>) -> RpcResult<rpc::CheckResponse> {
        let request = request.into_inner();
        let urn = request.urn.clone();
        respond("Check", &urn, async {
            let check = from_proto::check(request)?;
            let resource = self.resource(&check.target.token)?;
            let defaults = self.defaults();
            let (seed, autonaming) = if check.olds.is_empty() {
                self.naming(&check, &defaults)
            } else {
                self.names.saw(&urn, check.olds.text("name"));
                (check.seed.clone(), check.autonaming.clone())
            };
            let (name, olds, news) = (&check.target.name, &check.olds, &check.news);
            let request = CheckRequest { name, olds, news, seed: &seed, autonaming };
            let salt = [urn.as_bytes(), &check.seed].concat();
            let (checked, values) = engine::computed(resource, || {
                let mut checked = rules::check(resource, &request, &defaults);
                let replaced = rules::write_only::replace(resource, olds, &mut checked.inputs, &salt);
                checked.warnings.extend(replaced.warnings);
                (checked, replaced.values)
            })
            .await;
            for (hash, value) in values {
                self.write_only.store(&urn, hash, value);
            }
            self.warn(&urn, &checked.warnings, &Mask::of([olds, news])).await;
            Ok(to_proto::checked(checked, &check.news))
        })
        .await
    }

    async fn diff(&self, request: Request<rpc::DiffRequest>) -> RpcResult<rpc::DiffResponse> {
        let request = request.into_inner();
        let urn = request.urn.clone();
        respond("Diff", &urn, async {
            let id = request.id.clone();
            let diff = from_proto::diff(request)?;
            self.stored(&diff.target, &id, &diff.old_inputs);
            let resource = self.resource(&diff.target.token)?;
            let request = DiffRequest {
                olds: &self.followed(resource, &diff.olds),
                old_inputs: &self.followed(resource, &diff.old_inputs),
                news: &self.followed(resource, &diff.news),
                ignore_changes: &diff.ignore_changes,
                now: engine::hour(&*self.clock),
            };
            let mask = Mask::of([request.olds, request.old_inputs, request.news]);
            let diff =
                engine::computed(resource, || self.diff_after_interruptions(resource, &request, &urn, &id)).await;
            diff.notes.iter().for_each(|note| self.log.note(&urn, note, &mask));
            self.warn(&urn, &diff.warnings, &mask).await;
            Ok(to_proto::diff(&diff))
        })
        .await
    }

    async fn create(&self, request: Request<rpc::CreateRequest>) -> RpcResult<rpc::CreateResponse> {
        let request = request.into_inner();
        let urn = request.urn.clone();
        respond("Create", &urn, async {
            let create = from_proto::create(request)?;
            let resource = self.resource(&create.target.token)?;
            if create.preview {
                rules::reject_discontinued(resource).map_err(|error| to_proto::failed(&error))?;
                self.names.previewed(&urn);
                let outputs = rules::preview_create(resource, &create.inputs, &self.defaults());
                return Ok(to_proto::create_preview(outputs));
            }
            let engine = self.engine()?;
            let progress = self.log.progress(&urn, engine.mask(&create.target.token, &urn, &[&create.inputs]));
            let operation = create.target.operation(create.timeout, &progress);
            let created = engine.create(operation, &create.inputs).await;
            progress.finish().await;
            created.map(to_proto::created).map_err(|error| to_proto::failed(&error))
        })
        .await
    }

    async fn read(&self, request: Request<rpc::ReadRequest>) -> RpcResult<rpc::ReadResponse> {
        let request = request.into_inner();
        let urn = request.urn.clone();
        respond("Read", &urn, async {
            let read = from_proto::read(request)?;
            let resource = self.resource(&read.target.token)?;
            let engine = self.engine()?;
            // Imports and look-ups contain no object of the state.
            if !read.state.is_empty() {
                self.stored(&read.target, &read.id, &read.inputs);
            }
            let progress = self.log.progress(&urn, Mask::of([&read.inputs, &read.state]));
            let operation = read.target.operation(read.timeout, &progress);
            let found = engine.read(operation, &read.id, &read.inputs, &read.state).await;
            progress.finish().await;
            let mut found = found.map_err(|error| to_proto::failed(&error))?;
            if let Some(found) = &mut found {
                // The state of an older version of the plugin may hold the values.
                engine::computed(resource, || {
                    rules::write_only::replace_stored(resource, &mut found.inputs, urn.as_bytes())
                })
                .await;
            }
            Ok(to_proto::read(found))
        })
        .await
    }

    async fn update(&self, request: Request<rpc::UpdateRequest>) -> RpcResult<rpc::UpdateResponse> {
        let request = request.into_inner();
        let urn = request.urn.clone();
        respond("Update", &urn, async {
            let update = from_proto::update(request)?;
            let resource = self.resource(&update.target.token)?;
            let (olds, old_inputs, news) = (&update.olds, &update.old_inputs, &update.news);
            if update.preview {
                rules::reject_discontinued(resource).map_err(|error| to_proto::failed(&error))?;
                let (olds, old_inputs) = (&self.followed(resource, olds), &self.followed(resource, old_inputs));
                let news = &self.followed(resource, news);
                let outputs = rules::preview_update(
                    resource,
                    olds,
                    old_inputs,
                    news,
                    &self.defaults(),
                    engine::hour(&*self.clock),
                );
                return Ok(to_proto::update_preview(outputs));
            }
            let engine = self.engine()?;
            self.stored(&update.target, &update.id, old_inputs);
            let mask = engine.mask(&update.target.token, &urn, &[olds, old_inputs, news]);
            let progress = self.log.progress(&urn, mask);
            let operation = update.target.operation(update.timeout, &progress);
            let updated = Box::pin(engine.update(operation, &update.id, olds, old_inputs, news)).await;
            progress.finish().await;
            updated.map(to_proto::updated).map_err(|error| to_proto::failed(&error))
        })
        .await
    }

    async fn delete(&self, request: Request<rpc::DeleteRequest>) -> RpcResult<()> {
        let request = request.into_inner();
        let urn = request.urn.clone();
        respond("Delete", &urn, async {
            let delete = from_proto::delete(request)?;
            self.resource(&delete.target.token)?;
            let engine = self.engine()?;
            self.stored(&delete.target, &delete.id, &delete.old_inputs);
            let progress = self.log.progress(&urn, Mask::of([&delete.olds, &delete.old_inputs]));
            let operation = delete.target.operation(delete.timeout, &progress);
            let deleted = Box::pin(engine.delete(operation, &delete.id, &delete.olds, &delete.old_inputs)).await;
            progress.finish().await;
            deleted.map_err(|error| to_proto::failed(&error))
        })
        .await
    }

    async fn invoke(&self, request: Request<rpc::InvokeRequest>) -> RpcResult<rpc::InvokeResponse> {
        let request = request.into_inner();
        respond("Invoke", &request.tok, async {
            let arguments = from_proto::object(request.args)?;
            let catalog = self.catalog()?;
            if catalog.function(&request.tok).is_none() {
                return Err(to_proto::unknown_token("function", &request.tok, catalog.full_token(&request.tok)));
            }
            match self.engine()?.invoke(&request.tok, &arguments).await {
                Ok(outputs) => Ok(to_proto::invoked(outputs)),
                Err(InvokeError::Arguments(wrong)) => Ok(to_proto::invoke_failures(wrong)),
                Err(InvokeError::Failed(error)) => Err(to_proto::failed(&error)),
            }
        })
        .await
    }

    async fn list(&self, request: Request<rpc::ListRequest>) -> RpcResult<BoxStream<rpc::ListResponse>> {
        let request = request.into_inner();
        let token = request.token.clone();
        respond("List", &token, async {
            let query = from_proto::object(request.query)?;
            self.resource(&token)?;
            let page = if query.values().any(Value::contains_unknown) {
                vec![to_proto::list_unknown()]
            } else {
                let listed = self.engine()?.list(&token, &query).await.map_err(|error| to_proto::failed(&error))?;
                to_proto::listed(listed, request.limit, &request.continuation_token)
            };
            let stream: BoxStream<rpc::ListResponse> = Box::pin(futures_util::stream::iter(page.into_iter().map(Ok)));
            Ok(stream)
        })
        .await
    }

    /// The number of concurrent calls is not limited: each waits for resources of this same process.
    async fn construct(&self, request: Request<rpc::ConstructRequest>) -> RpcResult<rpc::ConstructResponse> {
        let request = request.into_inner();
        let name = request.name.clone();
        let provided = self.configured().map_or_else(Provided::default, |configured| Provided {
            project: configured.defaults.project_id.clone(),
            storage: configured.storage.clone(),
            api: Some(configured.api.clone()),
        });
        respond("Construct", &name, compose::construct(self.catalog()?, self.reference(), provided, request)).await
    }

    async fn call(&self, request: Request<rpc::CallRequest>) -> RpcResult<rpc::CallResponse> {
        let request = request.into_inner();
        let token = request.tok.clone();
        respond("Call", &token, compose::call(self.catalog()?, request)).await
    }

    /// Running operations end as soon as they can return their state; later calls are accepted and end immediately.
    async fn cancel(&self, _: Request<()>) -> RpcResult<()> {
        self.cancel.cancel();
        let configured = self.configured.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(configured) = configured {
            configured.engine.delivered();
            configured.engine.log_requests();
        }
        Ok(Response::new(()))
    }
}

#[path = "server_state.rs"]
mod state;

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
