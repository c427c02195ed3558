//! Automatic names. Pure: the same seed gives the same name, so update plans are repeatable.
//!
//! With an `environment` in the provider, the name is `{base}-{environment}`, as in components. Such a name counts as
//! chosen by the program: it stays the same when the resource is replaced.

use sha2::{Digest, Sha256};

/// The autonaming settings in the CheckRequest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Autonaming {
    /// No setting: the logical name and seven hexadecimal digits, Pulumi's default.
    #[default]
    Default,
    /// Use this name, or adapt it to the limits of the service.
    Propose(String),
    /// Use exactly this name.
    Enforce(String),
    /// The program must set names.
    Disable,
}

/// Hexadecimal digits at the end of a name, as in Pulumi's frameworks.
const SUFFIX_DIGITS: usize = 7;

/// The maximum length of a name if the service documents none, as in `pulumiverse_scaleway`.
const LONGEST_NAME: usize = 255;

/// Generates a name, or returns the reason why it cannot.
pub(crate) fn name(
    logical_name: &str,
    seed: &[u8],
    autonaming: &Autonaming,
    max_length: Option<u32>,
) -> Result<String, &'static str> {
    let longest = longest(max_length);
    match autonaming {
        Autonaming::Enforce(name) => Ok(name.clone()),
        Autonaming::Propose(name) => Ok(name.chars().take(longest).collect()),
        Autonaming::Disable => Err("automatic names are disabled for this stack: set a name"),
        Autonaming::Default => Ok(with_suffix(logical_name, seed, longest)),
    }
}

/// The name by convention, `{base}-{environment}`; `base` is shortened if the name is too long.
pub(crate) fn by_convention(logical_name: &str, environment: &str, max_length: Option<u32>) -> String {
    let rest = longest(max_length).saturating_sub(environment.chars().count() + 1);
    let base: String = logical_name.chars().take(rest).collect();
    valid_name(&format!("{base}-{environment}"))
}

/// A form that every product accepts: lower case, no underscores.
pub(crate) fn valid_name(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

fn longest(max_length: Option<u32>) -> usize {
    max_length.map_or(LONGEST_NAME, |length| length as usize)
}

fn with_suffix(logical_name: &str, seed: &[u8], longest: usize) -> String {
    let prefix: String = logical_name.chars().take(longest.saturating_sub(SUFFIX_DIGITS + 1)).collect();
    let hash = hex::encode(Sha256::digest(seed));
    format!("{prefix}-{}", &hash[..SUFFIX_DIGITS])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_name() {
        let first = name("main", b"seed", &Autonaming::Default, None);
        assert_eq!(first, name("main", b"seed", &Autonaming::Default, None));
        assert_ne!(first, name("main", b"other", &Autonaming::Default, None));
        assert_eq!(first.as_deref().map(|name| (name.len(), &name[..5])), Ok((12, "main-")));
    }

    #[test]
    fn a_long_name_is_shortened_and_keeps_its_suffix() {
        let made = name(&"x".repeat(100), b"seed", &Autonaming::Default, Some(20));
        assert_eq!(made.map(|name| (name.len(), name.matches('x').count())), Ok((20, 12)));
    }

    #[test]
    fn a_long_name_by_convention_is_shortened_and_keeps_its_environment() {
        assert_eq!(by_convention("Eval_AP", "production", None), "eval-ap-production");
        assert_eq!(by_convention(&"x".repeat(100), "dev", Some(10)), "xxxxxx-dev");
    }

    #[test]
    fn the_autonaming_settings_of_the_user_are_applied() {
        assert_eq!(name("a", b"s", &Autonaming::Enforce("exact".into()), None).as_deref(), Ok("exact"));
        assert_eq!(name("a", b"s", &Autonaming::Propose("proposal".into()), Some(4)).as_deref(), Ok("prop"));
        assert!(name("a", b"s", &Autonaming::Disable, None).is_err());
    }
}
