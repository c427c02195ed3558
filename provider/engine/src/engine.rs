//! The engine: finds the resource, sets the timeout, runs the operation, and adds the operation to errors.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use catalog::{Catalog, Resource};
use client::{Client, Counters};
use value::Object;

use crate::content::{Files, NoFiles};
use crate::context::Context;
use crate::context::access::Access;
use crate::context::rights::Rights;
use crate::delete;
use crate::invoke::{self, InvokeError};
use crate::journal::{Attempt, Interruption, Journal, JournalEntries, NoJournal};
use crate::list::{self, Listed};
use crate::parent_locks::ParentLocks;
use crate::recent::Recent;
use crate::referenced_secrets::ReferencedSecrets;
use crate::secret_values::{self, SecretValues};
use crate::shared_lists::SharedLists;
use crate::write_only::WriteOnlyValues;
use crate::{create, read, recover, steps, update};
use rules::error::{Error, ErrorKind};
use rules::masking::{Mask, MaskedProgress};
use rules::moved::Moved;
use rules::operation::{Created, Operation, Progress, ReadBack};
use rules::place::Defaults;
use rules::rng::{NoRng, Rng};
use rules::write_only;

/// Performs operations on resources. Clones share all data.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
    files: Arc<dyn Files>,
    rng: Arc<dyn Rng>,
    journal: Arc<JournalEntries>,
    write_only: Arc<WriteOnlyValues>,
    settings: Arc<Object>,
}

struct Shared {
    catalog: Arc<Catalog>,
    client: Client,
    defaults: Defaults,
    parent_locks: ParentLocks,
    moved: Moved,
    recent: Recent,
    lists: SharedLists,
    access: Access,
    rights: Rights,
    secrets: ReferencedSecrets,
}

/// The default timeout if neither the program nor the resource sets one, as in `pulumiverse_scaleway`: 20 minutes.
const USUAL_LIMIT: Duration = Duration::from_mins(20);

impl Engine {
    /// An engine for the resources of a catalog. The client provides the clock and cancellation.
    pub fn new(catalog: Arc<Catalog>, client: Client, defaults: Defaults) -> Self {
        let shared = Arc::new(Shared {
            catalog,
            client,
            defaults,
            parent_locks: ParentLocks::default(),
            moved: Moved::default(),
            recent: Recent::default(),
            lists: SharedLists::default(),
            access: Access::default(),
            rights: Rights::default(),
            secrets: ReferencedSecrets::default(),
        });
        let journal = Arc::new(JournalEntries::new(Arc::new(NoJournal)));
        Self {
            shared,
            files: Arc::new(NoFiles),
            rng: Arc::new(NoRng),
            journal,
            write_only: Arc::default(),
            settings: Arc::default(),
        }
    }

    /// The same engine with a reader for the program's files.
    #[must_use]
    pub fn with_files(self, files: Arc<dyn Files>) -> Self {
        Self { files, ..self }
    }

    /// The same engine with a random number generator.
    #[must_use]
    pub fn with_rng(self, rng: Arc<dyn Rng>) -> Self {
        Self { rng, ..self }
    }

    /// The same engine for an API key that the same run may have created: its permissions may not be in effect yet.
    #[must_use]
    pub fn with_key_of_arguments(self) -> Self {
        self.shared.rights.set_key_of_arguments();
        self
    }

    /// The same engine with a persistent journal.
    #[must_use]
    pub fn journaling(self, journal: Arc<dyn Journal>) -> Self {
        Self { journal: Arc::new(JournalEntries::new(journal)), ..self }
    }

    /// The same engine with the values of write-only inputs. Create and Update get only their hashes.
    #[must_use]
    pub fn with_write_only(self, write_only: Arc<WriteOnlyValues>) -> Self {
        Self { write_only, ..self }
    }

    /// The same engine with the provider's settings and their sources, which a function returns.
    #[must_use]
    pub fn with_settings(self, settings: Object) -> Self {
        Self { settings: Arc::new(settings), ..self }
    }

    /// Notes that Pulumi's engine stores the object of this ID for a URN.
    pub fn stored(&self, token: &str, urn: &str, id: &str) {
        if let Some(resource) = self.shared.catalog.resource(token) {
            self.journal.stored(&resource.token, urn, id);
        }
    }

    /// Notes that Pulumi's engine ends the plugin, and has stored all results.
    pub fn delivered(&self) {
        self.journal.delivered();
    }

    /// Logs the numbers of requests and responses so far.
    pub fn log_requests(&self) {
        let Counters { requests, retries, throttled, lost, unsent, by_class } = self.shared.client.counters();
        let [_, _, accepted, _, rejected, failed] = by_class;
        tracing::debug!(requests, retries, throttled, lost, unsent, accepted, rejected, failed, "requests to the API");
    }

    /// The unfinished create of a URN from an earlier process.
    pub fn unfinished(&self, urn: &str) -> Option<Attempt> {
        self.journal.unfinished(urn)
    }

    /// A warning about the object of an interrupted replacement that is not in the state, if the state contains another object
    /// of the URN: nothing deletes it, because it may be in use or imported meanwhile.
    pub fn unstored(&self, resource: &Resource, urn: &str, id: &str) -> Option<String> {
        self.journal.unstored(resource, urn, id).map(|attempt| recover::unstored(resource, &attempt))
    }

    /// The failed delete or interrupted update of a URN's object, in this process or an earlier one.
    pub fn interruption(&self, urn: &str, id: &str) -> Option<Interruption> {
        self.journal.interruption(urn, id)
    }

    /// Creates a resource and waits until it is stable. An error after the object exists has a partial state.
    pub async fn create(&self, operation: Operation<'_>, inputs: &Object) -> Result<Created, Error> {
        let resource = self.resource(operation.token)?;
        let wrote = AtomicBool::new(false);
        let cx = self.context(&wrote, resource, operation, resource.timeouts.create);
        let stored = &self.followed(resource, inputs);
        let inputs = &self.with_values(resource, operation.urn, stored);
        let mut secrets = SecretValues::default();
        let created = async {
            write_only::require_values(resource, inputs)?;
            cx.expects_answers()?;
            secrets = self.shared.secrets.read(&cx, inputs).await?;
            let progress = &MaskedProgress::new(cx.progress, secrets.mask());
            create::create(&Context { secrets: &secrets, progress, ..cx }, inputs).await
        };
        let created = created.await.map_err(|error| error.with_stored_inputs(stored).masking(&secrets.mask()));
        created.map_err(|error| described(error, &doing("creating", resource, operation, inputs), &[inputs]))
    }

    /// Reads a resource by its ID; `None` if it does not exist. Without inputs (import) only the ID is used, or the name, if
    /// names are unique.
    pub async fn read(
        &self,
        operation: Operation<'_>,
        id: &str,
        inputs: &Object,
        state: &Object,
    ) -> Result<Option<ReadBack>, Error> {
        let resource = self.resource(operation.token)?;
        let wrote = AtomicBool::new(false);
        let cx = self.context(&wrote, resource, operation, resource.timeouts.read);
        let read = async {
            cx.expects_answers()?;
            let named = if state.is_empty() { Box::pin(list::named(&cx, id)).await? } else { None };
            let found = read::read(&cx, named.as_deref().unwrap_or(id), inputs, state).await?;
            // A preview with `--refresh` does not store the result.
            let earlier = self.journal.interruption(operation.urn, id);
            if found.is_none() && earlier.is_some_and(|earlier| !earlier.update) {
                self.journal.deleting(operation.urn, id, true);
            }
            if found.is_some() {
                Box::pin(recover::find_unstored(&cx, id, inputs)).await;
            }
            Ok(found)
        };
        read.await.map_err(|error| described(error, &doing("reading", resource, operation, inputs), &[inputs, state]))
    }

    /// Updates a resource from its old inputs to the new ones, and returns the new state.
    pub async fn update(
        &self,
        operation: Operation<'_>,
        id: &str,
        olds: &Object,
        old_inputs: &Object,
        news: &Object,
    ) -> Result<Object, Error> {
        let resource = self.resource(operation.token)?;
        let wrote = AtomicBool::new(false);
        let cx = self.context(&wrote, resource, operation, resource.timeouts.update);
        let (olds, old_inputs) = (&self.followed(resource, olds), &self.followed(resource, old_inputs));
        let news = &self.with_values(resource, operation.urn, &self.followed(resource, news));
        let now = &cx.followed_id(id, old_inputs);
        let mut earlier = self.journal.interruption(operation.urn, id);
        let changed = update::differences(&cx, olds, old_inputs, news);
        if earlier.is_none() && update::may_be_irreversible(&cx, olds, old_inputs, news) {
            earlier = Some(self.journal.updating(operation.urn, id, changed.clone()));
        }
        let mut secrets = SecretValues::default();
        let updated = async {
            cx.expects_answers()?;
            secrets = self.shared.secrets.read(&cx, news).await?;
            let progress = &MaskedProgress::new(cx.progress, secrets.mask());
            let cx = Context { secrets: &secrets, progress, ..cx };
            if let Some(earlier) = &earlier {
                // This update may be interrupted too.
                self.journal.also_changing(earlier, changed);
                return Box::pin(delete::restore(&cx, earlier, now, olds, old_inputs, news)).await;
            }
            if !delete::is_without_calls(resource) {
                self.journal.updating(operation.urn, id, changed.clone());
            }
            update::update(&cx, now, olds, old_inputs, news, &changed).await
        };
        let updated = updated.await;
        // A partial state notes what may have changed.
        if updated.as_ref().err().is_none_or(|error| error.partial_state().is_some()) {
            self.journal.answered(operation.urn, id);
        } else if earlier.is_none() && !cx.wrote() {
            self.journal.changed(operation.urn, id);
        }
        let updated = updated.map_err(|error| error.masking(&secrets.mask()));
        updated
            .map_err(|error| described(error, &doing("updating", resource, operation, news), &[olds, old_inputs, news]))
    }

    /// Deletes a resource and waits until it no longer exists.
    pub async fn delete(
        &self,
        operation: Operation<'_>,
        id: &str,
        olds: &Object,
        old_inputs: &Object,
    ) -> Result<(), Error> {
        let resource = self.resource(operation.token)?;
        let wrote = AtomicBool::new(false);
        let cx = self.context(&wrote, resource, operation, resource.timeouts.delete);
        let (olds, old_inputs) = (&self.followed(resource, olds), &self.followed(resource, old_inputs));
        let failed_before = self.journal.interruption(operation.urn, id);
        if let Some(attempt) = self.journal.unstored(resource, operation.urn, id) {
            operation.progress.warning(&recover::not_deleted(resource, &attempt));
        }
        let deleted = async {
            cx.expects_answers()?;
            let now = cx.followed_id(id, old_inputs);
            if failed_before.as_ref().is_some_and(|deletion| deletion.not_found) {
                return delete::delete_missing(&cx, (id, &now), olds, old_inputs).await;
            }
            let is_noted = failed_before.as_ref().is_some_and(|earlier| !earlier.update);
            if !is_noted && !delete::is_without_calls(resource) {
                self.journal.deleting(operation.urn, id, false);
            }
            delete::delete(&cx, &now, olds, old_inputs).await
        };
        let deleted = deleted.await;
        if deleted.is_ok() {
            self.journal.answered(operation.urn, id);
        } else if failed_before.is_none() && !cx.wrote() {
            self.journal.changed(operation.urn, id);
        }
        deleted
            .map_err(|error| described(error, &doing("deleting", resource, operation, old_inputs), &[olds, old_inputs]))
    }

    /// Inputs or outputs with the current ID of the parent, which may have moved.
    #[must_use]
    pub fn followed<'o>(&self, resource: &Resource, object: &'o Object) -> Cow<'o, Object> {
        self.shared.moved.followed(resource, object)
    }

    /// The secrets of an operation with these inputs and outputs, including the values of write-only inputs.
    pub fn mask(&self, token: &str, urn: &str, known: &[&Object]) -> Mask {
        let Some(resource) = self.shared.catalog.resource(token) else { return Mask::of(known.iter().copied()) };
        let known: Vec<Object> = known.iter().map(|known| self.with_values(resource, urn, known)).collect();
        Mask::of(&known)
    }

    /// The inputs with the values of write-only inputs instead of their hashes.
    fn with_values(&self, resource: &Resource, urn: &str, inputs: &Object) -> Object {
        write_only::restored(resource, inputs, |hash| self.write_only.value(urn, hash))
    }

    /// Calls a function.
    pub async fn invoke(&self, token: &str, arguments: &Object) -> Result<Object, InvokeError> {
        let Some(function) = self.shared.catalog.function(token) else {
            return Err(InvokeError::Failed(Error::new(
                ErrorKind::Invalid,
                format!("the function {token} does not exist"),
            )));
        };
        let found = self.shared.catalog.resources.get(&function.lookup.resource);
        let Some(resource) = function.standalone.as_deref().or(found) else {
            let fact = format!("{token} refers to {}, which does not exist", function.lookup.resource);
            return Err(InvokeError::Failed(Error::new(ErrorKind::Internal, fact)));
        };
        let operation = Operation { token, name: "", urn: "", timeout: None, progress: &Silent };
        let wrote = AtomicBool::new(false);
        let cx = Context { bounded: false, ..self.context(&wrote, resource, operation, resource.timeouts.read) };
        let answered = match &function.standalone {
            Some(local) if local.local.is_some() => invoke::local(&cx, function, arguments, &self.settings),
            Some(_) if function.lookup.resource.is_empty() => {
                Box::pin(invoke::standalone(&cx, function, arguments)).await
            }
            _ => Box::pin(invoke::lookup(&cx, function, arguments)).await,
        };
        answered.map_err(|error| match error {
            InvokeError::Failed(error) => InvokeError::Failed(masked(error, &[arguments])),
            wrong @ InvokeError::Arguments(_) => wrong,
        })
    }

    /// Lists all existing resources of a type, sorted by ID.
    pub async fn list(&self, token: &str, query: &Object) -> Result<Vec<Listed>, Error> {
        let resource = self.resource(token)?;
        let operation = Operation { token, name: "", urn: "", timeout: None, progress: &Silent };
        let wrote = AtomicBool::new(false);
        let cx = Context { bounded: false, ..self.context(&wrote, resource, operation, resource.timeouts.read) };
        let listed = list::all(&cx, query).await;
        listed.map_err(|error| masked(error.while_doing(&format!("listing each {}", resource.label)), &[query]))
    }

    fn resource(&self, token: &str) -> Result<&Resource, Error> {
        self.shared
            .catalog
            .resource(token)
            .ok_or_else(|| Error::new(ErrorKind::Invalid, format!("the resource {token} does not exist")))
    }

    fn context<'a>(
        &'a self,
        wrote: &'a AtomicBool,
        resource: &'a Resource,
        operation: Operation<'a>,
        limit: u32,
    ) -> Context<'a> {
        let limit = match limit {
            0 => USUAL_LIMIT,
            seconds => Duration::from_secs(u64::from(seconds)),
        };
        Context {
            catalog: &self.shared.catalog,
            client: &self.shared.client,
            defaults: &self.shared.defaults,
            parent_locks: &self.shared.parent_locks,
            moved: &self.shared.moved,
            recent: &self.shared.recent,
            shared_lists: &self.shared.lists,
            access: &self.shared.access,
            rights: &self.shared.rights,
            files: &*self.files,
            secrets: &secret_values::NONE,
            rng: &*self.rng,
            journal: &self.journal,
            urn: operation.urn,
            resource,
            progress: operation.progress,
            wrote,
            started: self.shared.client.clock().now(),
            bounded: true,
            limit: operation.timeout.filter(|timeout| !timeout.is_zero()).unwrap_or(limit),
        }
    }
}

/// The error for the user: with the operation, and with secrets masked.
fn described(error: Error, doing: &str, known: &[&Object]) -> Error {
    masked(error.while_doing(doing), known)
}

fn masked(error: Error, known: &[&Object]) -> Error {
    error.masking(&Mask::of(known.iter().copied()))
}

/// The operation in messages: `creating registry namespace "main"`.
fn doing(verb: &str, resource: &Resource, operation: Operation<'_>, inputs: &Object) -> String {
    let name = steps::name_of(inputs).unwrap_or(operation.name);
    if name.is_empty() { format!("{verb} {}", resource.label) } else { format!("{verb} {} \"{name}\"", resource.label) }
}

struct Silent;

impl Progress for Silent {
    fn status(&self, _: &str) {}
    fn warning(&self, _: &str) {}
}
