//! Secret environment variables as Scaleway returns them: argon2id hashes that a client can verify.
//!
//! This module does not depend on the products.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use serde_json::{Map, Value, json};

use crate::random::Random;
use crate::response::ApiError;

/// As recorded: 64 MiB. A hash takes about a tenth of a second.
pub(crate) const MEMORY_KIB: u32 = 64 * 1_024;

/// Computes hashes with random salts.
pub(crate) struct Hasher<'a> {
    pub(crate) rng: &'a Random,
    pub(crate) memory: u32,
}

/// The cost of a hash, besides its memory.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    passes: u32,
    lanes: u32,
}

/// As recorded of containers.
pub(crate) const CONTAINERS: Work = Work { passes: 3, lanes: 64 };
/// As recorded of functions.
pub(crate) const FUNCTIONS: Work = Work { passes: 1, lanes: 2 };

/// The variables after a change. `given` replaces `old`: a string is hashed again, an empty string keeps the old hash,
/// and an omitted variable is removed.
pub(crate) fn replaced(
    hashing: &mut Hasher<'_>,
    old: &Map<String, Value>,
    given: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut hashes = Map::new();
    for (name, value) in given {
        let secret = value.as_str().unwrap_or_default();
        let hash = match old.get(name) {
            Some(hash) if secret.is_empty() => hash.clone(),
            _ => Value::from(hash(hashing, CONTAINERS, secret)?),
        };
        hashes.insert(name.clone(), hash);
    }
    Ok(Value::Object(hashes))
}

/// The variables after a change, as lists of keys. `given` contains the changes: a string is hashed again, a key
/// without a value is removed, and an omitted key is kept.
pub(crate) fn patched(
    hashing: &mut Hasher<'_>,
    work: Work,
    old: &Value,
    given: Option<&Value>,
) -> Result<Value, ApiError> {
    let mut hashes: Vec<Value> = old.as_array().cloned().unwrap_or_default();
    for one in given.and_then(Value::as_array).into_iter().flatten() {
        let key = &one["key"];
        hashes.retain(|hash| hash["key"] != *key);
        if let Some(secret) = one["value"].as_str() {
            hashes.push(json!({ "key": key, "hashed_value": hash(hashing, work, secret)? }));
        }
    }
    hashes.sort_by_key(|hash| hash["key"].to_string());
    Ok(Value::Array(hashes))
}

/// A salted hash such as `$argon2id$v=19$m=65536,t=3,p=64$...`.
fn hash(hashing: &mut Hasher<'_>, work: Work, secret: &str) -> Result<String, ApiError> {
    let failed = |error: &dyn std::fmt::Display| ApiError::defect(&format!("a variable cannot be hashed: {error}"));
    let params = Params::new(hashing.memory, work.passes, work.lanes, None).map_err(|error| failed(&error))?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon
        .hash_password_with_salt(secret.as_bytes(), &hashing.rng.u128(..).to_be_bytes())
        .map_err(|error| failed(&error))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::object;
    use argon2::PasswordVerifier;
    use argon2::password_hash::phc::PasswordHash;

    fn hasher(rng: &Random) -> Hasher<'_> {
        Hasher { rng, memory: MEMORY_KIB }
    }

    #[test]
    fn new_variables_are_hashed_empty_ones_kept_and_omitted_ones_removed() {
        let old = object(json!({ "kept": "$old", "dropped": "$old", "changed": "$old" }));
        let given = object(json!({ "kept": "", "changed": "secret" }));
        let hashes = object(replaced(&mut hasher(&Random::with_seed(1)), &old, &given).unwrap());
        assert_eq!((hashes.len(), &hashes["kept"]), (2, &json!("$old")));
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
        let hashes = patched(&mut hasher(&Random::with_seed(1)), FUNCTIONS, &old, Some(&given)).unwrap();
        let keys: Vec<_> = hashes.as_array().unwrap().iter().map(|hash| hash["key"].as_str().unwrap()).collect();
        assert_eq!(keys, ["added", "kept"]);
        assert!(hashes[0]["hashed_value"].as_str().unwrap().starts_with("$argon2id$v=19$m=65536,t=1,p=2$"), "{hashes}");
        assert_eq!(hashes[1]["hashed_value"], "$old");
    }
}
