//! Scaleway's configuration file: a default profile at the top level, and named profiles. The caller reads the file.
//!
//! Errors contain a line number, never content of the file, which contains keys.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// The file without the default profile, whose fields are at the same level and are parsed separately. Other fields belong
/// to other tools.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct File {
    active_profile: Option<String>,
    profiles: BTreeMap<String, Profile>,
}

/// One profile, in the names of the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Profile {
    access_key: Option<String>,
    secret_key: Option<String>,
    api_url: Option<String>,
    insecure: Option<bool>,
    default_organization_id: Option<String>,
    default_project_id: Option<String>,
    default_region: Option<String>,
    default_zone: Option<String>,
}

/// The settings of the active profile.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Its name.
    pub(super) name: String,
    /// Strings by the name of the setting.
    pub(super) settings: BTreeMap<&'static str, String>,
    /// Whether any TLS certificate is accepted.
    pub(super) insecure: Option<bool>,
}

/// A file that cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(super) enum ProfileError {
    #[error("has invalid YAML or a field of the wrong type{0}")]
    NotYaml(String),
    #[error("has no profile `{name}`; it has {known}")]
    NoSuchProfile { name: String, known: String },
}

/// The name of the top-level profile, as in Scaleway's tools.
const DEFAULT: &str = "default";

/// Parses the profile with this name, else the active profile. Missing settings are those of the default profile.
pub(super) fn choose(text: &str, name: Option<&str>) -> Result<Chosen, ProfileError> {
    let file: File = parse(text)?;
    let default: Profile = parse(text)?;
    let name = name.or(file.active_profile.as_deref()).unwrap_or(DEFAULT).to_owned();
    let profile = match file.profiles.get(&name) {
        Some(profile) => profile.clone().over(default),
        None if name == DEFAULT => default,
        None => return Err(ProfileError::NoSuchProfile { name, known: known(&file.profiles) }),
    };
    let insecure = profile.insecure;
    Ok(Chosen { name, settings: profile.settings(), insecure })
}

fn parse<T: DeserializeOwned + Default>(text: &str) -> Result<T, ProfileError> {
    if text.trim().is_empty() {
        return Ok(T::default());
    }
    serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map(|location| format!(" (line {})", location.line())).unwrap_or_default();
        ProfileError::NotYaml(line)
    })
}

fn known(profiles: &BTreeMap<String, Profile>) -> String {
    let names: Vec<String> =
        std::iter::once(DEFAULT).chain(profiles.keys().map(String::as_str)).map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

impl Profile {
    fn over(self, below: Self) -> Self {
        Self {
            access_key: self.access_key.or(below.access_key),
            secret_key: self.secret_key.or(below.secret_key),
            api_url: self.api_url.or(below.api_url),
            insecure: self.insecure.or(below.insecure),
            default_organization_id: self.default_organization_id.or(below.default_organization_id),
            default_project_id: self.default_project_id.or(below.default_project_id),
            default_region: self.default_region.or(below.default_region),
            default_zone: self.default_zone.or(below.default_zone),
        }
    }

    fn settings(self) -> BTreeMap<&'static str, String> {
        [
            ("accessKey", self.access_key),
            ("secretKey", self.secret_key),
            ("apiUrl", self.api_url),
            ("organizationId", self.default_organization_id),
            ("projectId", self.default_project_id),
            ("region", self.default_region),
            ("zone", self.default_zone),
        ]
        .into_iter()
        .filter_map(|(name, text)| Some((name, text.filter(|text| !text.is_empty())?)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const FILE: &str = "
access_key: SCWDEFAULT
secret_key: 11111111-1111-1111-1111-111111111111
default_region: fr-par
send_telemetry: false
active_profile: staging
profiles:
  staging:
    access_key: SCWSTAGING
    api_url: https://api.example.com
    insecure: true
  empty: {}
";

    #[test]
    fn the_active_profile_inherits_from_the_default_profile() {
        let chosen = choose(FILE, None).unwrap();
        assert_eq!((chosen.name.as_str(), chosen.insecure), ("staging", Some(true)));
        assert_eq!(chosen.settings["accessKey"], "SCWSTAGING");
        assert_eq!(chosen.settings["secretKey"], "11111111-1111-1111-1111-111111111111");
        assert_eq!(chosen.settings["apiUrl"], "https://api.example.com");
        assert_eq!(chosen.settings["region"], "fr-par");
        assert!(!chosen.settings.contains_key("zone"));
    }

    #[test]
    fn a_named_profile_takes_precedence_over_the_active_one() {
        assert_eq!(choose(FILE, Some("empty")).unwrap().settings["accessKey"], "SCWDEFAULT");
        assert_eq!(choose(FILE, Some("default")).unwrap().name, "default");
    }

    #[test]
    fn a_missing_profile_is_reported_with_the_existing_ones() {
        let error = choose(FILE, Some("production")).unwrap_err();
        assert_eq!(error.to_string(), "has no profile `production`; it has `default`, `empty`, `staging`");
    }

    #[test]
    fn an_invalid_file_is_reported_by_its_line_without_content() {
        for text in ["secret_key: [canary", "secret_key:\n  - canary\n", "- canary", "canary"] {
            let error = choose(text, None).unwrap_err().to_string();
            assert!(error.starts_with("has invalid YAML"), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn an_empty_file_has_no_settings() {
        assert_eq!(choose(" \n", None).unwrap(), Chosen { name: "default".into(), ..Chosen::default() });
    }
}
