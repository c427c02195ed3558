//! The process of the plugin: built once, started for each test, and called like by Pulumi's engine.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use prost::Message;
use prost_types::Struct;
use pulumi_rpc::MAX_MESSAGE_BYTES;
use pulumi_rpc::pulumirpc as rpc;
use pulumi_rpc::pulumirpc::diff_response::DiffChanges;
use pulumi_rpc::pulumirpc::list_response::Response as Listed;
use pulumi_rpc::pulumirpc::resource_provider_client::ResourceProviderClient;
use scaleway_fake::DEFAULT_ORGANIZATION;
use serde_json::Value as Json;
use tests::configuration::{self, PROVIDER_URN};
use tests::places;
use tonic::transport::Channel;
use tonic::{Code, Response, Status};

use tests::property_bag::{partial_state, to_json, to_struct};

/// Every secret of these tests contains this word, and no other value does.
pub(crate) const CANARY: &str = "canary";

/// The secret key of the provider.
pub(crate) const SECRET_KEY: &str = "canary00-1111-4111-8111-111111111111";

const PACKAGE: &str = "evalap-scaleway";

/// A running plugin, which is stopped when this is dropped.
pub(crate) struct Plugin {
    pub(crate) client: ResourceProviderClient<Channel>,
    /// The first line of its standard output.
    pub(crate) greeting: String,
    process: Child,
    errors: Arc<Mutex<String>>,
    statuses: Mutex<Vec<String>>,
    responses: Mutex<Vec<u8>>,
}

impl Plugin {
    /// Starts the plugin with the address of an engine, or without one, and calls Handshake.
    pub(crate) async fn start(engine: Option<&str>) -> Self {
        Self::start_in(engine, &home()).await
    }

    /// The same with this directory as Pulumi's home, which can have the files of an earlier plugin.
    async fn start_in(engine: Option<&str>, home: &Path) -> Self {
        Self::start_with(engine, home, &[]).await
    }

    /// The same with these environment variables.
    async fn start_with(engine: Option<&str>, home: &Path, environment: &[(&str, &str)]) -> Self {
        let mut command = command();
        command.env("PULUMI_HOME", home).envs(environment.iter().copied());
        command.args(["-v=9", "--logtostderr"]).args(engine);
        let mut process = command.spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut greeting = String::new();
        output.read_line(&mut greeting).unwrap();
        let errors = Arc::new(Mutex::new(String::new()));
        collect(process.stderr.take().unwrap(), Arc::clone(&errors));
        let address = format!("http://127.0.0.1:{}", greeting.trim());
        let client = ResourceProviderClient::connect(address).await.unwrap();
        let client = client.max_decoding_message_size(MAX_MESSAGE_BYTES).max_encoding_message_size(MAX_MESSAGE_BYTES);
        let mut plugin =
            Self { client, greeting, process, errors, statuses: Mutex::default(), responses: Mutex::default() };
        let hello = rpc::ProviderHandshakeRequest {
            engine_address: engine.unwrap_or_default().to_owned(),
            configure_with_urn: true,
            ..Default::default()
        };
        let agreed = plugin.client.handshake(hello).await.unwrap().into_inner();
        assert!(agreed.accept_secrets && agreed.accept_outputs && agreed.supports_autonaming_configuration);
        plugin
    }

    /// A plugin that is configured with a fake.
    pub(crate) async fn with_fake(fake: &scaleway_fake::Running, engine: Option<&str>) -> Self {
        Self::with_fake_in(fake, engine, &home()).await
    }

    /// The same with this key.
    pub(crate) async fn with_key(fake: &scaleway_fake::Running, access_key: &str, secret_key: &str) -> Self {
        let mut arguments = configuration::arguments(&fake.url(), secret_key, DEFAULT_ORGANIZATION);
        arguments["accessKey"] = access_key.into();
        Self::start_in(None, &home()).await.configured(&arguments).await
    }

    /// The same with this directory as Pulumi's home.
    pub(crate) async fn with_fake_in(fake: &scaleway_fake::Running, engine: Option<&str>, home: &Path) -> Self {
        let arguments = configuration::arguments(&fake.url(), SECRET_KEY, DEFAULT_ORGANIZATION);
        Self::start_in(engine, home).await.configured(&arguments).await
    }

    /// The same with these environment variables.
    #[cfg(feature = "opentelemetry")]
    pub(crate) async fn with_environment(fake: &scaleway_fake::Running, environment: &[(&str, &str)]) -> Self {
        let arguments = configuration::arguments(&fake.url(), SECRET_KEY, DEFAULT_ORGANIZATION);
        Self::start_with(None, &home(), environment).await.configured(&arguments).await
    }

    /// Sends the signal with which Pulumi's engine ends plugins.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fn interrupt(&self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    }

    async fn configured(self, arguments: &Json) -> Self {
        let mut plugin = self;
        let checked =
            rpc::CheckRequest { urn: PROVIDER_URN.to_owned(), news: Some(to_struct(arguments)), ..Default::default() };
        let checked = plugin.client.check_config(checked).await.unwrap().into_inner();
        assert!(checked.failures.is_empty(), "{:?}", checked.failures);
        plugin.client.configure(configuration::request(checked.inputs)).await.unwrap();
        plugin
    }

    /// Its standard error and all errors of its responses.
    pub(crate) fn log(&self) -> String {
        format!("{}\n{}", self.errors.lock().unwrap(), self.statuses.lock().unwrap().join("\n"))
    }

    /// The encoded responses of resources, with those of failed calls.
    pub(crate) fn responses(&self) -> String {
        String::from_utf8_lossy(&self.responses.lock().unwrap()).into_owned()
    }

    /// Whether the process runs.
    pub(crate) fn is_alive(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    /// The failures of the check: properties and reasons.
    pub(crate) async fn complaints(&mut self, token: &str, news: &Json) -> Vec<(String, String)> {
        let request = rpc::CheckRequest { urn: urn(token), news: Some(to_struct(news)), ..Default::default() };
        let checked = self.client.check(request).await.unwrap().into_inner();
        checked.failures.into_iter().map(|failure| (failure.property, failure.reason)).collect()
    }

    /// Check of a resource; fails the test if there are failures.
    pub(crate) async fn check(&mut self, token: &str, olds: Option<&Struct>, news: &Json) -> Struct {
        self.check_with(token, olds, news, 7).await
    }

    /// The same with another random seed.
    pub(crate) async fn check_with(&mut self, token: &str, olds: Option<&Struct>, news: &Json, seed: u8) -> Struct {
        let request = rpc::CheckRequest {
            urn: urn(token),
            olds: olds.cloned(),
            news: Some(to_struct(news)),
            random_seed: vec![seed; 32],
            ..Default::default()
        };
        let checked = self.client.check(request).await.unwrap();
        let checked = self.kept(checked);
        assert!(checked.failures.is_empty(), "{token}: {:?}", checked.failures);
        checked.inputs.unwrap()
    }

    /// The changed properties, and those that replace.
    pub(crate) async fn diff(&mut self, token: &str, thing: &Thing, news: &Struct) -> (Vec<String>, Vec<String>) {
        let request = rpc::DiffRequest {
            id: thing.id.clone(),
            urn: urn(token),
            olds: Some(thing.state.clone()),
            old_inputs: Some(thing.inputs.clone()),
            news: Some(news.clone()),
            ..Default::default()
        };
        let diff = self.client.diff(request).await.unwrap();
        let diff = self.kept(diff);
        assert_eq!(diff.changes() == DiffChanges::DiffNone, diff.diffs.is_empty(), "{token}: {diff:?}");
        (diff.diffs, diff.replaces)
    }

    /// Create, or its preview.
    pub(crate) async fn create(&mut self, token: &str, inputs: &Struct, preview: bool) -> Result<Thing, Status> {
        let request =
            rpc::CreateRequest { urn: urn(token), properties: Some(inputs.clone()), preview, ..Default::default() };
        let created = self.client.create(request).await.map_err(|status| self.recorded(status))?;
        let created = self.kept(created);
        Ok(Thing { id: created.id, state: created.properties.unwrap_or_default(), inputs: inputs.clone() })
    }

    /// Update, or its preview.
    pub(crate) async fn update(
        &mut self,
        token: &str,
        thing: &Thing,
        news: &Struct,
        preview: bool,
    ) -> Result<Thing, Status> {
        let request = rpc::UpdateRequest {
            id: thing.id.clone(),
            urn: urn(token),
            olds: Some(thing.state.clone()),
            old_inputs: Some(thing.inputs.clone()),
            news: Some(news.clone()),
            preview,
            ..Default::default()
        };
        let updated = self.client.update(request).await.map_err(|status| self.recorded(status))?;
        let updated = self.kept(updated);
        Ok(Thing { id: thing.id.clone(), state: updated.properties.unwrap_or_default(), inputs: news.clone() })
    }

    /// Read; `None` if the object does not exist.
    pub(crate) async fn read(&mut self, token: &str, thing: &Thing) -> Result<Option<Thing>, Status> {
        let request = thing.read_request(token);
        let read = self.client.read(request).await.map_err(|status| self.recorded(status))?;
        let read = self.kept(read);
        if read.id.is_empty() {
            return Ok(None);
        }
        Ok(Some(Thing { id: read.id, state: read.properties.unwrap(), inputs: read.inputs.unwrap() }))
    }

    /// Delete.
    pub(crate) async fn delete(&mut self, token: &str, thing: &Thing) -> Result<(), Status> {
        let request = rpc::DeleteRequest {
            id: thing.id.clone(),
            urn: urn(token),
            properties: Some(thing.state.clone()),
            old_inputs: Some(thing.inputs.clone()),
            ..Default::default()
        };
        self.client.delete(request).await.map_err(|status| self.recorded(status))?;
        Ok(())
    }

    /// A lookup; fails the test if there are failures.
    pub(crate) async fn invoke(&mut self, token: &str, arguments: &Json) -> Result<Json, Status> {
        let tok = format!("{PACKAGE}:{token}");
        let request = rpc::InvokeRequest { tok, args: Some(to_struct(arguments)), ..Default::default() };
        let found = self.client.invoke(request).await.map_err(|status| self.recorded(status))?.into_inner();
        assert!(found.failures.is_empty(), "{token}: {:?}", found.failures);
        Ok(to_json(&found.r#return.unwrap_or_default()))
    }

    /// Lists objects in pages of this size (0: all at once), as IDs with names.
    pub(crate) async fn list(&mut self, token: &str, query: &Json, limit: i64) -> Vec<(String, String)> {
        let mut all = Vec::new();
        let mut continuation_token = String::new();
        loop {
            let token = format!("{PACKAGE}:{token}");
            let request =
                rpc::ListRequest { token, query: Some(to_struct(query)), limit, page_size: 0, continuation_token };
            let mut answers = self.client.list(request).await.unwrap_or_else(|status| panic!("{status}")).into_inner();
            continuation_token = String::new();
            while let Some(answer) = answers.message().await.unwrap() {
                match answer.response.unwrap() {
                    Listed::Result(one) => all.push((one.id, one.name)),
                    Listed::Continuation(more) => continuation_token = more.continuation_token,
                    Listed::Computed(_) => panic!("the request has no unknown values"),
                }
            }
            if continuation_token.is_empty() {
                return all;
            }
        }
    }

    /// Stores the response, so that secrets can be searched in it later.
    fn kept<M: Message>(&self, response: Response<M>) -> M {
        let response = response.into_inner();
        self.responses.lock().unwrap().extend(response.encode_to_vec());
        response
    }

    /// The same for an error.
    fn recorded(&self, status: Status) -> Status {
        self.responses.lock().unwrap().extend([status.message().as_bytes(), status.details()].concat());
        let details = String::from_utf8_lossy(status.details()).into_owned();
        // The partial state of a failed create marks secrets.
        let details = if partial_state(&status).is_some() { String::new() } else { details };
        self.statuses.lock().unwrap().push(format!("{}\n{details}", status.message()));
        assert_ne!(status.code(), Code::Unknown, "the engine treats this as an unknown state: {status}");
        status
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        // The process may have ended before.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A resource as in a stack.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub(crate) id: String,
    pub(crate) state: Struct,
    pub(crate) inputs: Struct,
}

impl Thing {
    /// The request of a refresh.
    pub(crate) fn read_request(&self, token: &str) -> rpc::ReadRequest {
        rpc::ReadRequest {
            id: self.id.clone(),
            urn: urn(token),
            properties: Some(self.state.clone()),
            inputs: Some(self.inputs.clone()),
            ..Default::default()
        }
    }

    /// What Pulumi's engine stores of a failed create: the error's properties with all inputs of the program. The `inputs` of
    /// the error are discarded (pkg v3.259.0, `resource/plugin/provider_plugin.go:1478`).
    pub(crate) fn of_failed_create(status: &Status, inputs: &Struct) -> Option<Self> {
        let kept = partial_state(status)?;
        Some(Self { id: kept.id, state: kept.properties.unwrap_or_default(), inputs: inputs.clone() })
    }

    /// An import: only the ID is known.
    pub(crate) fn unknown(id: &str) -> Self {
        Self { id: id.to_owned(), state: Struct::default(), inputs: Struct::default() }
    }
}

/// The URN of the only resource of a type.
pub(crate) fn urn(token: &str) -> String {
    format!("urn:pulumi:test::project::{PACKAGE}:{token}::main")
}

/// The command that starts the plugin, without the environment of this process.
pub(crate) fn command() -> Command {
    let mut command = Command::new(built());
    let nowhere = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-home");
    // A journal of another test must not be read.
    command.env_clear().env("HOME", &nowhere).env("PULUMI_HOME", home());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A directory for Pulumi's home that no other plugin uses.
pub(crate) fn home() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("homes/{}-{count}", std::process::id()));
    // Files of an earlier run with the same process ID.
    let _ = std::fs::remove_dir_all(&home);
    home
}

/// The plugin that the variable `PLUGIN` names, or the current one, built by cargo. Alone it is built with fewer features of its
/// dependencies than in the workspace, so `make test`, which has built the workspace, names it.
#[expect(clippy::disallowed_methods, reason = "a setting of the test")]
fn built() -> &'static PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        if let Some(plugin) = std::env::var_os("PLUGIN") {
            return PathBuf::from(plugin);
        }
        let output = Command::new(env!("CARGO"))
            .args(["build", "--package", "pulumi-resource-evalap-scaleway", "--message-format", "json"])
            .args(cfg!(feature = "opentelemetry").then_some("--features=opentelemetry"))
            .current_dir(places::project())
            // `ring` is compiled again if it changes.
            .env_remove("CARGO_MANIFEST_DIR")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).unwrap();
        let messages = lines.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
        let mut programs = messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
        programs.next().expect("cargo reports the built executable")
    })
}

fn collect(mut source: impl Read + Send + 'static, into: Arc<Mutex<String>>) {
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = source.read(&mut bytes) {
            into.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    });
}
