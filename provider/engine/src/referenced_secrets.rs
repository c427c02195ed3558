//! Reads the values of secrets that inputs refer to (`rules::secret_reference`) from Secret Manager, before the first request of a
//! create or update. They are kept in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;
use rules::secret_reference::{self, SecretReference};
use serde_json::Value as Json;
use tokio::sync::OnceCell;
use value::Object;
use zeroize::Zeroizing;

use crate::context::Context;
use crate::secret_values::SecretValues;

/// The function whose request returns the value of a version.
const FUNCTION: &str = "secrets/getVersion:getVersion";

/// The value of a version, or the cell of a running read.
type Cell = Arc<OnceCell<Zeroizing<String>>>;

/// The values that this process has read. The value of a revision never changes, so each is read once.
#[derive(Default)]
pub(crate) struct ReferencedSecrets(Mutex<HashMap<SecretReference, Cell>>);

impl ReferencedSecrets {
    /// Reads the values of all references in inputs.
    pub(crate) async fn read(&self, cx: &Context<'_>, inputs: &Object) -> Result<SecretValues, Error> {
        let mut values = SecretValues::default();
        for reference in secret_reference::of_inputs(cx.resource, inputs) {
            let value = self.cell(&reference).get_or_try_init(|| Box::pin(value(cx, &reference))).await?.clone();
            values.insert(reference, value);
        }
        Ok(values)
    }

    /// A panic in another thread leaves the map consistent.
    fn cell(&self, reference: &SecretReference) -> Cell {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(cells.entry(reference.clone()).or_default())
    }
}

/// Reads the value of a version, which Secret Manager logs as one access.
async fn value(cx: &Context<'_>, reference: &SecretReference) -> Result<Zeroizing<String>, Error> {
    let doing = format!("reading the secret {reference}");
    let internal = || Error::new(ErrorKind::Internal, format!("the function {FUNCTION} does not exist"));
    let lookup = &cx.catalog.functions.get(FUNCTION).ok_or_else(internal)?.lookup;
    let (Some(resource), Some(step)) = (cx.catalog.resources.get(&lookup.resource), lookup.read.first()) else {
        return Err(internal());
    };
    let SecretReference { region, secret_id, revision } = reference;
    let mut scope = Scope::of_id(resource, &format!("{region}/{secret_id}/{revision}"), &Object::new(), cx.defaults)?;
    scope.fresh = cx.recent.has_any([secret_id.clone(), revision.to_string()].into_iter(), cx.client.clock().now());
    let answer = cx.on(resource).perform(step, &scope, &[], false).await.map_err(|error| error.while_doing(&doing))?;
    let data = answer.as_ref().and_then(|answer| answer.get("data")).and_then(Json::as_str);
    match data.and_then(|data| BASE64.decode(data).ok()).map(String::from_utf8) {
        Some(Ok(text)) => Ok(Zeroizing::new(text)),
        _ => Err(Error::new(ErrorKind::Precondition, format!("the value of the secret {reference} is not UTF-8 text"))
            .hint("refer to a secret that contains text")),
    }
}
