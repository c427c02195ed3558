//! How Scaleway shows secret variables: as argon2id hashes that a client can verify but not read.
//!
//! It does not know what the secrets are for.

use argon2::password_hash::{PasswordHasher, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use serde_json::{Map, Value};

use crate::answer::Refusal;

/// Recorded of containers are 64 MiB: a test would wait half a second for four variables. Whoever verifies a hash reads
/// this from it.
const MEMORY_KIB: u32 = 1_024;
/// Passes and lanes, as recorded of containers.
const PASSES: u32 = 3;
const LANES: u32 = 64;

/// The variables after a change. `given` replaces `old` as a whole: a text is hashed anew, an empty one keeps the
/// old hash, and what is not given is gone.
pub(crate) fn replaced(
    chance: &mut fastrand::Rng,
    old: &Map<String, Value>,
    given: &Map<String, Value>,
) -> Result<Value, Refusal> {
    let mut hashes = Map::new();
    for (name, value) in given {
        let secret = value.as_str().unwrap_or_default();
        let hash = match old.get(name) {
            Some(hash) if secret.is_empty() => hash.clone(),
            _ => Value::from(hash(chance, secret)?),
        };
        hashes.insert(name.clone(), hash);
    }
    Ok(Value::Object(hashes))
}

/// A salted hash such as `$argon2id$v=19$m=1024,t=3,p=64$...`.
fn hash(chance: &mut fastrand::Rng, secret: &str) -> Result<String, Refusal> {
    let failed = |error: &dyn std::fmt::Display| Refusal::defect(&format!("a variable cannot be hashed: {error}"));
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| failed(&error))?;
    let salt = SaltString::encode_b64(&chance.u128(..).to_be_bytes()).map_err(|error| failed(&error))?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon.hash_password(secret.as_bytes(), &salt).map_err(|error| failed(&error))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordHash, PasswordVerifier};
    use serde_json::json;

    use super::*;
    use crate::call::object;

    #[test]
    fn new_variables_are_hashed_empty_ones_kept_and_absent_ones_dropped() {
        let old = object(json!({ "kept": "$old", "dropped": "$old", "changed": "$old" }));
        let given = object(json!({ "kept": "", "changed": "secret" }));
        let hashes = object(replaced(&mut fastrand::Rng::with_seed(1), &old, &given).unwrap());
        assert_eq!((hashes.len(), &hashes["kept"]), (2, &json!("$old")));
        let changed = hashes["changed"].as_str().unwrap();
        assert!(changed.starts_with("$argon2id$v=19$m=1024,t=3,p=64$"), "{changed}");
        let parsed = PasswordHash::new(changed).unwrap();
        assert!(Argon2::default().verify_password(b"secret", &parsed).is_ok());
        assert!(Argon2::default().verify_password(b"other", &parsed).is_err());
    }
}
