//! Actions on existing objects: the part of an ID that distinguishes one action from another. Pure.
//!
//! An interrupted action is not performed again by the same program, but by one with other triggers. The part is a digest of
//! the inputs, so that the journal and the state show which program an action belongs to.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use value::Object;

use crate::write_only;

/// The number of bytes of a digest.
const LENGTH: usize = 6;

/// The digest of the inputs of an action. A digest of secrets is computed from a slow hash, because a secret may be guessed.
pub fn run(inputs: &Object, urn: &str) -> String {
    let (mut text, mut is_secret) = (String::new(), false);
    for (name, value) in inputs.iter().filter(|(name, _)| !name.starts_with("__")) {
        let json = value.to_json().map(|json| json.to_string()).unwrap_or_default();
        let _ = write!(text, "{name}={json};");
        is_secret |= value.contains_secret();
    }
    if is_secret {
        text = write_only::slow_hash(&text, urn);
    }
    hex::encode(&Sha256::digest(text)[..LENGTH])
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use value::Value;

    use super::*;

    fn inputs(trigger: Value) -> Object {
        let triggers = Object::new().with("version", trigger);
        Object::new().with("instanceId", "fr-par/1").with("triggers", Value::from(triggers)).with("__defaults", "none")
    }

    #[test]
    fn digest_depends_on_every_input_except_internal_ones() {
        let one = run(&inputs(Value::from("1")), "urn");
        assert_eq!(one.len(), 12);
        assert_eq!(one, run(&inputs(Value::from("1")).with("__defaults", "other"), "urn"));
        assert_ne!(one, run(&inputs(Value::from("2")), "urn"));
        assert_ne!(one, run(&inputs(Value::from("1")).with("instanceId", "fr-par/2"), "urn"));
        assert!(!json!(one).is_null());
    }

    #[test]
    fn digest_of_a_secret_is_computed_from_a_slow_hash_of_the_resource() {
        let secret = inputs(Value::from("1").into_secret());
        let one = run(&secret, "urn");
        assert_eq!(one, run(&secret, "urn"));
        assert_ne!(one, run(&inputs(Value::from("1")), "urn"));
        assert_ne!(one, run(&secret, "another urn"), "the salt is the URN");
    }
}
