//! The effective value of each setting, by precedence: provider arguments, stack configuration, environment variables, the
//! profile of Scaleway's configuration file, built-in defaults.
//!
//! The first source that sets a region or a zone determines both. Pure except for reading the environment.

use std::collections::BTreeMap;
use std::io;

use client::{Credentials, Url};
use rules::{Defaults, place};
use value::{Data, Object, Value};

use super::profile::{self, Chosen};
use super::setting::{self, SETTINGS};
use super::{Environment, MissingKey, VARIABLES, WrongSetting};

/// The settings that become tags, each with the name of the tag, as in components.
const TAGS: [(&str, &str); 4] =
    [("environment", "environment"), ("component", "component"), ("owner", "owner"), ("costCentre", "cost-centre")];

/// The defaults of Scaleway's tools.
const BUILT_IN_REGION: &str = "fr-par";
const BUILT_IN_API_URL: &str = "https://api.scaleway.com";

/// The effective configuration. Has no `Debug`, because it contains keys.
pub(crate) struct Configuration {
    /// The settings of the client; clock and cancellation are set later.
    pub(crate) client: client::Settings,
    /// The defaults of resources.
    pub(crate) defaults: Defaults,
    /// The missing setting, if requests are impossible.
    pub(crate) missing: Option<MissingKey>,
    /// The source of each effective setting.
    pub(crate) origins: BTreeMap<&'static str, String>,
    /// Warnings for the user.
    pub(crate) warnings: Vec<String>,
}

impl Configuration {
    /// The settings of Scaleway's tools that are set, each with its source, for the function `getConfig`.
    pub(crate) fn described(&self) -> Object {
        let (defaults, keys) = (&self.defaults, self.client.credentials.as_ref());
        let access = keys.map(|keys| keys.access_key.as_str()).filter(|key| !key.is_empty());
        let secret = keys.map(|keys| Value::from(keys.secret()).into_secret());
        let values = [
            ("accessKey", access.map(Value::from)),
            ("secretKey", secret),
            ("projectId", defaults.project_id.as_deref().map(Value::from)),
            ("organizationId", defaults.organization_id.as_deref().map(Value::from)),
            ("region", defaults.region.as_deref().map(Value::from)),
            ("zone", defaults.zone.as_deref().map(Value::from)),
        ];
        let mut described = Object::new();
        for (name, value) in values.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            described.insert(name.to_owned(), value);
            if let Some(origin) = self.origins.get(name) {
                described.insert(format!("{name}Source"), Value::from(origin.as_str()));
            }
        }
        described
    }
}

/// A source of settings: strings by name, each with its origin.
type Source = BTreeMap<&'static str, (String, String)>;

/// Determines the effective values. Unknown arguments are ignored: the update has their values.
pub(crate) fn resolve(arguments: &Object, environment: &Environment) -> Result<Configuration, WrongSetting> {
    let stack = of_stack(environment);
    let given = vec![of_arguments(arguments, &stack), stack, of_environment(environment)];
    let mut sources = Sources { given, origins: BTreeMap::new(), warnings: Vec::new() };
    let insecure = sources.add_profile(environment)?;

    let (region, zone) = sources.locality();
    let defaults = Defaults {
        region: Some(region),
        zone: Some(zone),
        project_id: sources.take("projectId"),
        organization_id: sources.take("organizationId"),
        environment: sources.read("environment", |text| Some(text.to_owned()))?,
        tags: sources.tags()?,
    };
    let api_url = sources.url("apiUrl")?.or_else(|| setting::url(BUILT_IN_API_URL));
    let api_url = api_url.expect("the built-in address is one");
    let mut client = client::Settings::new(api_url).insecure(insecure);
    let access_key = sources.take("accessKey").unwrap_or_default();
    let secret_key = sources.take("secretKey");
    let missing = secret_key.is_none().then_some(MissingKey);
    client.credentials = secret_key.map(|secret_key| Credentials::new(access_key, secret_key));
    if let Some(number) = sources.count("maxRetries")? {
        client.max_retries = Some(number);
    }
    client.requests_per_second = sources.count("requestsPerSecond")?.map(f64::from);
    if let Some(number) = sources.count("maxConcurrentRequests")? {
        client.max_concurrent_requests = number as usize;
    }
    client.s3_endpoint = sources.url("s3Endpoint")?;
    client.probe_endpoint = sources.url("probeEndpoint")?;
    Ok(Configuration { client, defaults, missing, origins: sources.origins, warnings: sources.warnings })
}

/// The effective values by setting, without their errors.
pub(super) fn in_effect(arguments: &Object, environment: &Environment) -> BTreeMap<&'static str, String> {
    let stack = of_stack(environment);
    let given = vec![of_arguments(arguments, &stack), stack, of_environment(environment)];
    let mut sources = Sources { given, origins: BTreeMap::new(), warnings: Vec::new() };
    // A profile that cannot be read has no settings; Configure reports it.
    let _ = sources.add_profile(environment);
    let (region, zone) = sources.locality();
    let mut values: BTreeMap<&'static str, String> =
        SETTINGS.iter().filter_map(|setting| Some((setting.name, sources.take(setting.name)?))).collect();
    values.extend([("region", region), ("zone", zone)]);
    values
}

/// The defaults of resources for a provider without settings.
pub(crate) fn built_in_defaults() -> Defaults {
    Defaults {
        region: Some(BUILT_IN_REGION.to_owned()),
        zone: Some(first_zone(BUILT_IN_REGION)),
        ..Defaults::default()
    }
}

fn first_zone(region: &str) -> String {
    format!("{region}-1")
}

/// A provider argument as a string: default providers get all arguments as strings, explicit providers get numbers and
/// booleans, or their JSON. `None` if it is not set or unknown.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value.data() {
        Data::Null | Data::Unknown => None,
        Data::String(text) => Some(text.to_string()).filter(|text| !text.is_empty()),
        _ => value.to_json().ok().map(|json| json.to_string()),
    }
}

fn of_arguments(arguments: &Object, stack: &Source) -> Source {
    let given = SETTINGS.iter().filter_map(|setting| {
        let text = text_of(arguments.get(setting.name)?)?;
        // The arguments of a default provider are the stack configuration.
        let of_stack = stack.get(setting.name).is_some_and(|(other, _)| *other == text);
        let origin = if of_stack { STACK } else { ARGUMENTS };
        Some((setting.name, (text, origin.to_owned())))
    });
    given.collect()
}

/// The origin of the arguments of an explicit provider.
pub(crate) const ARGUMENTS: &str = "the provider's arguments";

const STACK: &str = "the stack's configuration";

fn of_stack(environment: &Environment) -> Source {
    // Written by Pulumi; other content is ignored.
    let settings: BTreeMap<String, String> =
        environment.stack_configuration().and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
    let given = SETTINGS.iter().filter_map(|setting| {
        let text = settings.get(setting.name).filter(|text| !text.is_empty())?;
        Some((setting.name, (text.clone(), STACK.to_owned())))
    });
    given.collect()
}

fn of_environment(environment: &Environment) -> Source {
    let mut source = Source::new();
    for variable in VARIABLES {
        let Some(setting) = variable.setting else { continue };
        if let Some(text) = environment.variable(variable.name) {
            source.entry(setting).or_insert_with(|| (text, variable.name.to_owned()));
        }
    }
    source
}

/// All sources, in order of precedence.
struct Sources {
    given: Vec<Source>,
    origins: BTreeMap<&'static str, String>,
    warnings: Vec<String>,
}

impl Sources {
    /// The effective string; records its origin.
    fn take(&mut self, name: &'static str) -> Option<String> {
        let (text, origin) = self.given.iter().find_map(|source| source.get(name))?.clone();
        self.origins.insert(name, origin);
        Some(text)
    }

    fn url(&mut self, name: &'static str) -> Result<Option<Url>, WrongSetting> {
        self.read(name, setting::url)
    }

    fn count(&mut self, name: &'static str) -> Result<Option<u32>, WrongSetting> {
        self.read(name, setting::count)
    }

    fn read<T>(&mut self, name: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, WrongSetting> {
        let Some(text) = self.take(name) else { return Ok(None) };
        let wrong = SETTINGS.iter().find(|setting| setting.name == name).and_then(|setting| setting.holds.wrong(&text));
        match wrong {
            Some(reason) => Err(self.wrong(name, &reason)),
            None => Ok(read(&text)),
        }
    }

    /// The tags of all resources: the tag settings and `managed-by` if one of them is set; the listed tags take precedence.
    fn tags(&mut self) -> Result<BTreeMap<String, String>, WrongSetting> {
        let settings = TAGS.iter().filter_map(|(setting, tag)| Some(((*tag).to_owned(), self.take(setting)?)));
        let mut tags: BTreeMap<String, String> = settings.collect();
        if !tags.is_empty() {
            tags.insert("managed-by".to_owned(), "pulumi".to_owned());
        }
        tags.extend(self.read("defaultTags", setting::string_map)?.unwrap_or_default());
        Ok(tags)
    }

    fn wrong(&self, setting: &'static str, reason: &str) -> WrongSetting {
        let origin = self.origins.get(setting).cloned().unwrap_or_default();
        WrongSetting(format!("the setting `{setting}`, from {origin}, {reason}"))
    }

    /// Region and zone: the first source that sets either determines both.
    fn locality(&mut self) -> (String, String) {
        let found = self.given.iter().find_map(|source| {
            let (region, zone) = (source.get("region"), source.get("zone"));
            match (region, zone) {
                (Some((region, origin)), Some((zone, of_zone))) => {
                    Some((region.clone(), origin.clone(), zone.clone(), of_zone.clone()))
                }
                (Some((region, origin)), None) => {
                    Some((region.clone(), origin.clone(), first_zone(region), "the region".to_owned()))
                }
                (None, Some((zone, of_zone))) => {
                    let region = if place::is_zone(zone) { place::region_of(zone) } else { BUILT_IN_REGION };
                    Some((region.to_owned(), "the zone".to_owned(), zone.clone(), of_zone.clone()))
                }
                (None, None) => None,
            }
        });
        let built_in = || "the built-in default".to_owned();
        let (region, of_region, zone, of_zone) =
            found.unwrap_or_else(|| (BUILT_IN_REGION.to_owned(), built_in(), first_zone(BUILT_IN_REGION), built_in()));
        self.warn("region", &region, &of_region, place::is_region(&region), "fr-par");
        self.warn("zone", &zone, &of_zone, place::is_zone(&zone), "fr-par-1");
        self.origins.extend([("region", of_region), ("zone", of_zone)]);
        (region, zone)
    }

    fn warn(&mut self, name: &str, text: &str, origin: &str, right: bool, example: &str) {
        // A derived value was checked with its source.
        if !right && origin != "the region" && origin != "the zone" {
            self.warnings.push(format!(
                "the {name} `{text}`, from {origin}, does not have the form of a {name}, such as `{example}`"
            ));
        }
    }

    /// Adds the profile as the source with the lowest precedence, and returns whether any TLS certificate is accepted.
    fn add_profile(&mut self, environment: &Environment) -> Result<bool, WrongSetting> {
        let insecure = environment.insecure();
        let named = self.take("profile");
        let chosen = match open(environment, named.as_deref()) {
            Ok(chosen) => chosen,
            Err(invalid) if invalid.is_explicit => return Err(WrongSetting(invalid.text)),
            // An invalid file that the user did not set must not fail a program that does not need it.
            Err(invalid) => {
                self.warnings.push(invalid.text);
                return Ok(insecure.unwrap_or_default());
            }
        };
        let Some((chosen, place)) = chosen else { return Ok(insecure.unwrap_or_default()) };
        let origin = format!("profile `{}` of {place}", chosen.name);
        self.given.push(chosen.settings.into_iter().map(|(name, text)| (name, (text, origin.clone()))).collect());
        Ok(insecure.or(chosen.insecure).unwrap_or_default())
    }
}

/// A configuration file that cannot be used.
struct InvalidFile {
    text: String,
    is_explicit: bool,
}

/// The active profile and its file; `None` if the file does not exist and no profile was set.
fn open(environment: &Environment, profile: Option<&str>) -> Result<Option<(Chosen, String)>, InvalidFile> {
    let Some((path, file_named)) = environment.scaleway_file() else {
        let lost = |name| format!("the profile `{name}` cannot be found: neither HOME nor SCW_CONFIG_PATH is set");
        return profile.map_or(Ok(None), |name| Err(InvalidFile { text: lost(name), is_explicit: true }));
    };
    let is_explicit = file_named || profile.is_some();
    let place = path.display().to_string();
    let invalid =
        |what: String| InvalidFile { text: format!("the Scaleway configuration file {place} {what}"), is_explicit };
    let text = match environment.read(&path) {
        Ok(text) => text,
        // As in Scaleway's tools, a file that does not exist has no profiles, even if its path is set.
        Err(error) if error.kind() == io::ErrorKind::NotFound && profile.is_none() => return Ok(None),
        Err(error) => return Err(invalid(format!("cannot be read: {error}"))),
    };
    let chosen = profile::choose(&text, profile).map_err(|error| invalid(error.to_string()))?;
    Ok(Some((chosen, place)))
}
