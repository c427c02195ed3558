//! Write-only inputs (`passwordWo`): the state holds a salted hash of the value and its version, never the value. Pure.
//!
//! Check returns the inputs that Pulumi stores, so Check replaces each value by its hash. Create and Update get the hash, and
//! need the value: the process that checked it keeps it in memory (`engine::WriteOnlyValues`). Everything else (Diff, Read,
//! Delete, previews) works with the hash, which is never sent.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use catalog::{Property, Resource};
use sha2::{Digest, Sha256};
use value::{Object, Path, Value};

use crate::error::{Error, ErrorKind};
use crate::operation::{Failure, Warning};

/// The first characters of a hash in the state. A program cannot use a value that starts with them.
const PREFIX: &str = "write-only:";

/// The cost of a hash: 7 MiB and five passes, a recommended minimum for stored passwords. Check computes one hash for each
/// write-only input, one after the other.
const MEMORY_KIB: u32 = 7 * 1024;
const PASSES: u32 = 5;

/// The number of bytes of a salt.
const SALT: usize = 16;

/// The result of replacing values by hashes.
#[derive(Debug, Default)]
pub struct Replaced {
    /// Each hash with its value, which Create and Update need.
    pub values: Vec<(String, Value)>,
    /// Changed values that will not be sent.
    pub warnings: Vec<Warning>,
}

/// The write-only inputs of a resource.
pub fn declared(resource: &Resource) -> impl Iterator<Item = (&String, &Property)> {
    resource.properties.iter().filter(|(_, property)| property.write_only)
}

/// The input with the version of a write-only input.
pub fn version_of(name: &str) -> String {
    format!("{name}Version")
}

/// Whether a string is the hash of a write-only value.
pub fn is_hash(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// Replaces each write-only value in checked inputs by its hash.
///
/// The hash in the state stays as long as the version is the same, because a changed value alone is not sent. The same seed
/// gives the same hash, so update plans are repeatable.
pub fn replace(resource: &Resource, olds: &Object, inputs: &mut Object, seed: &[u8]) -> Replaced {
    let mut replaced = Replaced::default();
    for (name, _) in declared(resource) {
        let Some(value) = inputs.given(name).filter(|value| !value.contains_unknown()).cloned() else { continue };
        let Some(text) = text_of(&value).filter(|text| !is_hash(text)) else { continue };
        let old = olds.given(name).filter(|_| !version_changes(name, olds, inputs)).and_then(text_of);
        let hash = match old {
            Some(old) if is_hash(&old) => {
                if !is_hash_of(&old, &text) {
                    replaced.warnings.push(not_sent(name));
                }
                old
            }
            // A state of an older version of the plugin holds the value itself.
            Some(old) => {
                if old != text {
                    replaced.warnings.push(not_sent(name));
                }
                hash_of(&old, &salt(seed, name))
            }
            None => hash_of(&text, &salt(seed, name)),
        };
        let stored = Value::from(hash.clone()).into_secret().depending_on(value.dependencies().cloned());
        inputs.insert(name.clone(), stored);
        replaced.values.push((hash, value));
    }
    replaced
}

/// Replaces the values in inputs of a state that an older version of the plugin has written. Returns whether there are any.
pub fn replace_stored(resource: &Resource, inputs: &mut Object, seed: &[u8]) -> bool {
    let nothing = Object::new();
    !replace(resource, &nothing, inputs, seed).values.is_empty()
}

/// The inputs with each hash replaced by its value, where the value is known.
#[must_use]
pub fn restored(resource: &Resource, inputs: &Object, value_of: impl Fn(&str) -> Option<Value>) -> Object {
    let mut inputs = inputs.clone();
    for (name, _) in declared(resource) {
        let value = inputs.text(name).filter(|text| is_hash(text)).and_then(&value_of);
        if let Some(value) = value {
            inputs.insert(name.clone(), value.into_secret());
        }
    }
    inputs
}

/// The error if one of these inputs is a hash: its value must be sent, and is not known.
pub fn require_value(name: &str, value: Option<&Value>) -> Result<(), Error> {
    if !value.and_then(Value::as_str).is_some_and(is_hash) {
        return Ok(());
    }
    let fact = format!(
        "the value of `{name}` is not available: the state holds only its hash, and the process that checked the program has \
         ended"
    );
    let hint = format!("run the command again with a program that sets `{name}`");
    Err(Error::new(ErrorKind::Precondition, fact).hint(hint))
}

/// The same for all write-only inputs.
pub fn require_values(resource: &Resource, inputs: &Object) -> Result<(), Error> {
    declared(resource).try_for_each(|(name, _)| require_value(name, inputs.given(name)))
}

/// Hashes among the program's inputs. `ignoreChanges` makes Pulumi's engine use the hash in the state as the input: an
/// existing resource may keep it, but it cannot be sent.
pub fn check(resource: &Resource, olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
    for (name, _) in declared(resource) {
        let Some(text) = inputs.text(name).filter(|text| is_hash(text)) else { continue };
        if olds.text(name) == Some(text) && !version_changes(name, olds, inputs) {
            continue;
        }
        let reason = format!(
            "is the hash of a value, not the value, which is not in the state: set the value, and remove `{name}` from \
             `ignoreChanges` if it must be sent"
        );
        failures.push(Failure { path: Path::root(name.as_str()), reason });
    }
}

fn version_changes(name: &str, olds: &Object, inputs: &Object) -> bool {
    let version = version_of(name);
    let (old, new) = (olds.given(&version), inputs.given(&version));
    old != new || new.is_some_and(Value::contains_unknown)
}

fn not_sent(name: &str) -> Warning {
    let version = version_of(name);
    let text = format!(
        "the value changed, but `{version}` did not: a changed value alone is not sent. Change `{version}` to send it"
    );
    Warning { path: Path::root(name), text }
}

fn text_of(value: &Value) -> Option<String> {
    match value.as_str() {
        Some(text) => Some(text.to_owned()),
        None => value.to_json().ok().map(|json| json.to_string()),
    }
}

fn salt(seed: &[u8], name: &str) -> [u8; SALT] {
    let mut hasher = Sha256::new();
    for part in [seed, name.as_bytes()] {
        hasher.update(part.len().to_be_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    std::array::from_fn(|index| digest[index])
}

fn hash_of(text: &str, salt: &[u8]) -> String {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("the constants are within the limits of argon2");
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon.hash_password_with_salt(text.as_bytes(), salt);
    let hash = hash.expect("the constants are within the limits of argon2, and a salt has 16 bytes");
    format!("{PREFIX}{hash}")
}

/// A hash with the cost of a write-only value, for another value that may contain secrets.
pub(crate) fn slow_hash(text: &str, seed: &str) -> String {
    hash_of(text, &salt(seed.as_bytes(), "value"))
}

fn is_hash_of(hash: &str, text: &str) -> bool {
    let parsed = hash.strip_prefix(PREFIX).and_then(|hash| PasswordHash::new(hash).ok());
    parsed.is_some_and(|hash| Argon2::default().verify_password(text.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
#[path = "write_only_tests.rs"]
mod tests;
