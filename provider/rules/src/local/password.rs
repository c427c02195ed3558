//! A password: generated once from random characters, and kept in the state.

use jiff::Timestamp;
use value::{Object, Value, object};

use super::hooks::Local;
use crate::error::{Error, ErrorKind};
use crate::rng::Rng;

/// See the module.
pub(super) struct Password;

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &[u8] = b"0123456789";

/// Special characters that need no escaping in URLs, shells and configuration files.
const SPECIAL: &[u8] = b"-_.~";

/// The default length, as in the descriptor.
const USUAL_LENGTH: usize = 32;

/// The maximum number of attempts: at the minimum length, 30 % of them have a character of each kind.
const ATTEMPTS: usize = 1_000;

impl Local for Password {
    fn make(&self, rng: &dyn Rng, inputs: &Object, _: Timestamp) -> Result<Object, Error> {
        let length = inputs.get("length").and_then(Value::as_f64).map_or(USUAL_LENGTH, rounded);
        let special = inputs.flag("special").unwrap_or(true);
        let kinds: &[&[u8]] = if special { &[LOWER, UPPER, DIGITS, SPECIAL] } else { &[LOWER, UPPER, DIGITS] };
        let alphabet = kinds.concat();
        // Rejection sampling: all passwords with a character of each kind are equally probable.
        for _ in 0..ATTEMPTS {
            let password = characters(rng, &alphabet, length)?;
            if kinds.iter().all(|kind| password.iter().any(|character| kind.contains(character))) {
                let text: String = password.into_iter().map(char::from).collect();
                return Ok(object! { "result": Value::from(text).into_secret() });
            }
        }
        Err(Error::new(ErrorKind::Internal, "the random number generator returns the same bytes repeatedly"))
    }
}

/// Random characters of an alphabet, uniformly distributed.
fn characters(rng: &dyn Rng, alphabet: &[u8], length: usize) -> Result<Vec<u8>, Error> {
    // Bytes beyond the last full multiple would favour the first characters.
    let fair = 256 - 256 % alphabet.len();
    let mut found = Vec::with_capacity(length);
    let mut bytes = [0_u8; 64];
    while found.len() < length {
        rng.fill(&mut bytes).map_err(|error| {
            Error::new(ErrorKind::Internal, "the operating system returned no random bytes").because(error)
        })?;
        let fitting = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < fair);
        found.extend(fitting.take(length - found.len()).map(|byte| alphabet[byte % alphabet.len()]));
    }
    Ok(found)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be from 8 to 128")]
fn rounded(length: f64) -> usize {
    length as usize
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;
    use std::io;
    use std::sync::Mutex;

    use super::*;

    /// A deterministic generator.
    struct Seeded(Mutex<u64>);

    impl Rng for Seeded {
        fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
            let mut state = self.0.lock().unwrap();
            for byte in bytes {
                *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = state.to_be_bytes()[0];
            }
            Ok(())
        }
    }

    fn made(seed: u64, inputs: &Object) -> String {
        let outputs = Password.make(&Seeded(Mutex::new(seed)), inputs, Timestamp::UNIX_EPOCH).unwrap();
        assert!(outputs["result"].is_secret());
        outputs.text("result").unwrap().to_owned()
    }

    #[test]
    fn every_password_has_its_length_and_a_character_of_each_kind() {
        for seed in 0..200 {
            let password = made(seed, &object! { "length": 8 });
            assert_eq!(password.len(), 8, "{password}");
            for kind in [LOWER, UPPER, DIGITS, SPECIAL] {
                assert!(password.bytes().any(|byte| kind.contains(&byte)), "{password}");
            }
            let plain = made(seed, &object! { "special": false });
            assert!(plain.len() == 32 && plain.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{plain}");
        }
    }

    #[test]
    fn characters_are_uniformly_distributed() {
        let mut seen = [0_u32; 256];
        let alphabet: Vec<u8> = (0..100).collect();
        for character in characters(&Seeded(Mutex::new(1)), &alphabet, 100_000).unwrap() {
            seen[usize::from(character)] += 1;
        }
        // A thousand of each is expected; with a plain remainder the first 56 would be 50 % more frequent.
        assert!(seen[..100].iter().all(|count| (850..1150).contains(count)), "{:?}", &seen[..100]);
    }

    #[test]
    fn passwords_differ() {
        let passwords: BTreeSet<String> = (0..100).map(|seed| made(seed, &Object::new())).collect();
        assert_eq!(passwords.len(), 100);
    }

    #[test]
    fn a_random_number_generator_that_fails_or_repeats_itself_is_an_error() {
        struct Zeros;
        impl Rng for Zeros {
            fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
                bytes.fill(0);
                Ok(())
            }
        }
        assert!(Password.make(&Zeros, &Object::new(), Timestamp::UNIX_EPOCH).is_err());
        assert!(Password.make(&crate::rng::NoRng, &Object::new(), Timestamp::UNIX_EPOCH).is_err());
    }
}
