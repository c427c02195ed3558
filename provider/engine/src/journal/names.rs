//! The names that a process has seen in the state, for automatic names.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The names and checks of each URN in this process, so that the name of a replacement differs from the name it replaces.
#[derive(Default)]
pub struct Names(Mutex<HashMap<String, Named>>);

#[derive(Default)]
struct Named {
    /// The name in the state.
    old: Option<String>,
    /// Checks without old inputs so far.
    fresh: u32,
}

impl Names {
    /// The name that the state has for a URN.
    pub fn saw(&self, urn: &str, name: Option<&str>) {
        if let Some(name) = name {
            self.lock().entry(urn.to_owned()).or_default().old = Some(name.to_owned());
        }
    }

    /// Resets the count after a preview of a create: the next check without old inputs is the first again.
    pub fn previewed(&self, urn: &str) {
        if let Some(named) = self.lock().get_mut(urn) {
            named.fresh = 0;
        }
    }

    /// What an automatic name is derived from, for a check without old inputs: the URN, the owner of the objects, and the
    /// name that is replaced. `random` is used where the URN is not known, and where a resource is replaced whose name
    /// was not shown (`--target-replace`).
    pub fn seed(&self, urn: &str, owner: &str, random: &[u8]) -> Vec<u8> {
        if urn.is_empty() {
            return random.to_vec();
        }
        let mut all = self.lock();
        let named = all.entry(urn.to_owned()).or_default();
        named.fresh += 1;
        let mut seed = format!("{urn}\n{owner}\n").into_bytes();
        match &named.old {
            Some(old) => seed.extend(old.bytes()),
            None if named.fresh > 1 => seed.extend(random),
            None => {}
        }
        seed
    }
}

impl Names {
    /// A panic in another thread leaves the map consistent.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Named>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URN: &str = "urn:pulumi:dev::app::a:b:C::main";

    #[test]
    fn seed_repeats_for_a_urn_and_differs_for_its_replacement() {
        let seed = |names: &Names, random: &[u8]| names.seed(URN, "owner", random);
        let (first, second) = (Names::default(), Names::default());
        assert_eq!(seed(&first, b"1"), seed(&second, b"2"), "the same in preview and up");
        assert_ne!(seed(&Names::default(), b"1"), Names::default().seed(URN, "another owner", b"1"));
        let (third, fourth) = (Names::default(), Names::default());
        third.saw(URN, Some("main-1234567"));
        fourth.saw(URN, Some("main-1234567"));
        assert_ne!(seed(&third, b"1"), seed(&Names::default(), b"1"));
        assert_eq!(seed(&third, b"1"), seed(&fourth, b"2"), "the name of a replacement is stable too");
        let hidden = Names::default();
        let (one, two) = (seed(&hidden, b"1"), seed(&hidden, b"1"));
        assert_ne!(one, two, "with --target-replace the old name is unknown");
        hidden.previewed(URN);
        assert_eq!(seed(&hidden, b"1"), one);
        assert_eq!(Names::default().seed("", "owner", b"seed"), b"seed");
    }
}
