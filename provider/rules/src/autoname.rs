//! Names for resources whose program gives none. Pure: the same seed gives the same name, so that update plans replay.
//!
//! A provider that was told an environment names by the house's convention, `{base}-{environment}`, as components do. Such a
//! name is as good as chosen: it stays the same when the resource is replaced.

use sha2::{Digest, Sha256};

/// What the engine asks for where a name is to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Autonaming {
    /// The user set nothing: the logical name and seven hexadecimal digits, as Pulumi does everywhere.
    #[default]
    Default,
    /// Use this name, or adapt it to what the service takes.
    Propose(String),
    /// Use exactly this name.
    Enforce(String),
    /// Names must be given.
    Disable,
}

/// Hexadecimal digits at the end of a name, as Pulumi's own frameworks have.
const SUFFIX_DIGITS: usize = 7;

/// The longest name, where the service does not say, as the peer.
const LONGEST_NAME: usize = 255;

/// Makes a name, or tells why none can be made.
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

/// The name by convention, `{base}-{environment}`; what is too long loses the end of its base.
pub(crate) fn by_convention(logical_name: &str, environment: &str, max_length: Option<u32>) -> String {
    let rest = longest(max_length).saturating_sub(environment.chars().count() + 1);
    let base: String = logical_name.chars().take(rest).collect();
    plain(&format!("{base}-{environment}"))
}

/// As every product takes names: lower case, no underscores.
pub(crate) fn plain(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

fn longest(max_length: Option<u32>) -> usize {
    max_length.map_or(LONGEST_NAME, |length| length as usize)
}

fn with_suffix(logical_name: &str, seed: &[u8], longest: usize) -> String {
    let prefix: String = logical_name.chars().take(longest.saturating_sub(SUFFIX_DIGITS + 1)).collect();
    // The first digits of the hash; eight digits are four bytes, of which one digit is cut.
    let digest = Sha256::digest(seed);
    let suffix = format!("{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]);
    format!("{prefix}-{}", &suffix[..SUFFIX_DIGITS])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_name() {
        let first = name("main", b"seed", &Autonaming::Default, None);
        assert_eq!(first, name("main", b"seed", &Autonaming::Default, None));
        assert_ne!(first, name("main", b"other", &Autonaming::Default, None));
        assert_eq!(first.as_deref().map(|name| (name.len(), &name[..5])), Ok((12, "main-")));
    }

    #[test]
    fn a_long_name_loses_its_end_but_never_its_suffix() {
        let made = name(&"x".repeat(100), b"seed", &Autonaming::Default, Some(20));
        assert_eq!(made.map(|name| (name.len(), name.matches('x').count())), Ok((20, 12)));
    }

    #[test]
    fn a_name_by_convention_keeps_its_environment_however_long_its_base_is() {
        assert_eq!(by_convention("Eval_AP", "production", None), "eval-ap-production");
        assert_eq!(by_convention(&"x".repeat(100), "dev", Some(10)), "xxxxxx-dev");
    }

    #[test]
    fn the_users_settings_are_followed() {
        assert_eq!(name("a", b"s", &Autonaming::Enforce("exact".into()), None).as_deref(), Ok("exact"));
        assert_eq!(name("a", b"s", &Autonaming::Propose("proposal".into()), Some(4)).as_deref(), Ok("prop"));
        assert!(name("a", b"s", &Autonaming::Disable, None).is_err());
    }
}
