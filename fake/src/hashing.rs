//! Secret environment variables as Scaleway returns them: argon2id hashes that a client can verify.
//!
//! The hashes of a request are computed before it locks the objects, because they take long. This module does not depend on
//! the products.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use serde_json::{Map, Value, json};
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::random::Random;
use crate::response::ApiError;

/// The field of requests and responses with the variables.
pub(crate) const SECRETS: &str = "secret_environment_variables";

/// As recorded: 64 MiB. A hash takes about a tenth of a second.
pub(crate) const MEMORY_KIB: u32 = 64 * 1_024;

/// The API documents with secret variables, and the recorded cost of their hashes.
const APIS: [(&str, Work); 3] =
    [("container.v1", CONTAINERS), ("container.v1beta1", CONTAINERS), ("function.v1beta1", FUNCTIONS)];
const CONTAINERS: Work = Work { passes: 3, lanes: 64 };
const FUNCTIONS: Work = Work { passes: 1, lanes: 2 };

/// The cost of a hash, besides its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Work {
    passes: u32,
    lanes: u32,
}

/// The secret variables of a request.
#[derive(Debug)]
pub(crate) struct Secrets {
    work: Work,
    values: Vec<(String, String)>,
}

/// The hashes of the secret variables of a request, by the names of the variables.
#[derive(Debug, Default)]
pub(crate) struct Hashes(BTreeMap<String, String>);

/// Computes hashes with random salts.
pub(crate) struct Hasher {
    rng: Random,
    /// The memory of a hash in KiB.
    memory: u32,
    /// Whether requests are answered in the tasks of the runtime, and not by the caller of a fake without a port.
    has_port: bool,
    /// The hashes of the empty string. Locked while any hash is computed: two at once would need the memory twice.
    empty: Mutex<HashMap<Work, String>>,
}

impl Secrets {
    /// The secret variables of a request, if it has any.
    pub(crate) fn of(document: &str, body: &Map<String, Value>) -> Option<Self> {
        let (_, work) = APIS.iter().find(|(name, _)| *name == document)?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let values: Vec<_> = match body.get(SECRETS)? {
            Value::Object(variables) => variables.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
            Value::Array(variables) => variables.iter().map(|one| (text(&one["key"]), text(&one["value"]))).collect(),
            _ => return None,
        };
        (!values.is_empty()).then_some(Self { work: *work, values })
    }
}

impl Hashes {
    fn of(&self, name: &str) -> Result<String, ApiError> {
        let hash = self.0.get(name).cloned();
        hash.ok_or_else(|| ApiError::defect(&format!("the secret variable {name} has no hash")))
    }
}

impl Hasher {
    pub(crate) fn new(rng: Random, memory: u32, has_port: bool) -> Self {
        Self { rng, memory, has_port, empty: Mutex::default() }
    }

    /// The hashes of secret variables. A runtime with several threads answers other requests meanwhile.
    pub(crate) fn hashes(&self, secrets: &Secrets) -> Result<Hashes, ApiError> {
        let flavor = Handle::try_current().map(|runtime| runtime.runtime_flavor());
        if self.has_port && flavor.is_ok_and(|flavor| flavor == RuntimeFlavor::MultiThread) {
            return tokio::task::block_in_place(|| self.computed(secrets));
        }
        self.computed(secrets)
    }

    fn computed(&self, Secrets { work, values }: &Secrets) -> Result<Hashes, ApiError> {
        let hashes = values.iter().map(|(name, secret)| Ok((name.clone(), self.hash(*work, secret)?)));
        hashes.collect::<Result<_, ApiError>>().map(Hashes)
    }

    /// A salted hash such as `$argon2id$v=19$m=65536,t=3,p=64$...`. All empty strings have the same one: in an update,
    /// an empty string keeps the earlier hash of the variable, so that a new one would rarely be used.
    fn hash(&self, work: Work, secret: &str) -> Result<String, ApiError> {
        let salt = self.rng.u128(..).to_be_bytes();
        let mut empty = self.lock();
        if let Some(hash) = empty.get(&work).filter(|_| secret.is_empty()) {
            return Ok(hash.clone());
        }
        let failed = |error: &dyn std::fmt::Display| ApiError::defect(&format!("a variable cannot be hashed: {error}"));
        let params = Params::new(self.memory, work.passes, work.lanes, None).map_err(|error| failed(&error))?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon.hash_password_with_salt(secret.as_bytes(), &salt).map_err(|error| failed(&error))?.to_string();
        if secret.is_empty() {
            empty.insert(work, hash.clone());
        }
        Ok(hash)
    }

    /// No hash is computed while the lock is held.
    pub(crate) fn lock(&self) -> MutexGuard<'_, HashMap<Work, String>> {
        self.empty.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The variables after a change. `given` replaces `old`: a string is hashed again, an empty string keeps the old hash,
/// and an omitted variable is removed.
pub(crate) fn replaced(
    hashes: &Hashes,
    old: &Map<String, Value>,
    given: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut replaced = Map::new();
    for (name, value) in given {
        let kept = old.get(name).filter(|_| value.as_str().unwrap_or_default().is_empty());
        let hash = kept.map_or_else(|| hashes.of(name).map(Value::from), |hash| Ok(hash.clone()))?;
        replaced.insert(name.clone(), hash);
    }
    Ok(Value::Object(replaced))
}

/// The variables after a change, as lists of keys. `given` contains the changes: a string is hashed again, a key
/// without a value is removed, and an omitted key is kept.
pub(crate) fn patched(hashes: &Hashes, old: &Value, given: Option<&Value>) -> Result<Value, ApiError> {
    let mut patched: Vec<Value> = old.as_array().cloned().unwrap_or_default();
    for one in given.and_then(Value::as_array).into_iter().flatten() {
        let key = &one["key"];
        patched.retain(|hash| hash["key"] != *key);
        if one["value"].is_string() {
            let hash = hashes.of(key.as_str().unwrap_or_default())?;
            patched.push(json!({ "key": key, "hashed_value": hash }));
        }
    }
    patched.sort_by_key(|hash| hash["key"].to_string());
    Ok(Value::Array(patched))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::object;
    use argon2::PasswordVerifier;
    use argon2::password_hash::phc::PasswordHash;

    fn hashes(document: &str, secrets: &Value) -> Hashes {
        let body = Map::from_iter([(SECRETS.to_owned(), secrets.clone())]);
        let hasher = Hasher::new(Random::with_seed(1), MEMORY_KIB, false);
        hasher.hashes(&Secrets::of(document, &body).unwrap()).unwrap()
    }

    #[test]
    fn new_variables_are_hashed_empty_ones_kept_and_omitted_ones_removed() {
        let old = object(json!({ "kept": "$old", "dropped": "$old", "changed": "$old" }));
        let given = json!({ "kept": "", "changed": "secret", "empty": "" });
        let hashes = hashes("container.v1", &given);
        let hashes = object(replaced(&hashes, &old, &object(given)).unwrap());
        assert_eq!((hashes.len(), &hashes["kept"]), (3, &json!("$old")));
        let empty = PasswordHash::new(hashes["empty"].as_str().unwrap()).unwrap();
        assert!(Argon2::default().verify_password(b"", &empty).is_ok());
        let changed = hashes["changed"].as_str().unwrap();
        assert!(changed.starts_with("$argon2id$v=19$m=65536,t=3,p=64$"), "{changed}");
        let parsed = PasswordHash::new(changed).unwrap();
        assert!(Argon2::default().verify_password(b"secret", &parsed).is_ok());
        assert!(Argon2::default().verify_password(b"other", &parsed).is_err());
    }

    #[test]
    fn given_keys_of_a_list_change_and_keys_without_a_value_are_removed() {
        let old = json!([{ "key": "dropped", "hashed_value": "$old" }, { "key": "kept", "hashed_value": "$old" }]);
        let given = json!([{ "key": "added", "value": "secret" }, { "key": "dropped", "value": null }]);
        let hashes = patched(&hashes("function.v1beta1", &given), &old, Some(&given)).unwrap();
        let keys: Vec<_> = hashes.as_array().unwrap().iter().map(|hash| hash["key"].as_str().unwrap()).collect();
        assert_eq!(keys, ["added", "kept"]);
        assert!(hashes[0]["hashed_value"].as_str().unwrap().starts_with("$argon2id$v=19$m=65536,t=1,p=2$"), "{hashes}");
        assert_eq!(hashes[1]["hashed_value"], "$old");
    }
}
