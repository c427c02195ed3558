//! The configuration: provider arguments, stack configuration, environment variables and Scaleway's configuration file.
//!
//! The only module that reads environment variables and configuration files. `resolve` determines the effective values. They
//! are never written to inputs or state, because they differ between machines.

mod check;
mod profile;
mod resolve;
mod setting;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

pub(crate) use check::{KEYS, changed, unknown, wrong};
pub(crate) use resolve::{ARGUMENTS, Configuration, built_in_defaults, resolve};

/// The name of the package: the namespace of its stack configuration.
pub(crate) const PACKAGE: &str = "evalap-scaleway";

/// An environment variable of the plugin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variable {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its setting, if any. The first variable of a setting that is set takes precedence.
    pub(crate) setting: Option<&'static str>,
    /// Its description.
    pub(crate) about: &'static str,
}

/// All environment variables of the plugin; `--help` and `docs/reference/environment.md` are generated from this list.
pub(crate) const VARIABLES: &[Variable] = &[
    setting("SCW_ACCESS_KEY", "accessKey", "Access key of the API key."),
    setting("SCW_SECRET_KEY", "secretKey", "Secret key of the API key, a UUID."),
    setting("SCW_DEFAULT_ORGANIZATION_ID", "organizationId", "Default organization of projects and IAM resources."),
    setting("SCW_ORGANIZATION_ID", "organizationId", "Alias of `SCW_DEFAULT_ORGANIZATION_ID`."),
    setting("SCW_DEFAULT_PROJECT_ID", "projectId", "Default project of resources."),
    setting("SCW_PROJECT_ID", "projectId", "Alias of `SCW_DEFAULT_PROJECT_ID`."),
    setting("SCW_DEFAULT_REGION", "region", "Default region of resources."),
    setting("SCW_REGION", "region", "Alias of `SCW_DEFAULT_REGION`."),
    setting("SCW_DEFAULT_ZONE", "zone", "Default zone of resources."),
    setting("SCW_ZONE", "zone", "Alias of `SCW_DEFAULT_ZONE`."),
    setting("SCW_API_URL", "apiUrl", "URL of Scaleway's API."),
    setting("SCW_S3_ENDPOINT", "s3Endpoint", "URL of Object Storage."),
    setting(
        "EVALAP_SCALEWAY_PROBE_ENDPOINT",
        "probeEndpoint",
        "Address to which health checks and login checks are sent instead of their hosts, for tests.",
    ),
    setting("SCW_PROFILE", "profile", "Profile of the Scaleway configuration file."),
    other("SCW_INSECURE", "`true` accepts any TLS certificate of the API, for tests only."),
    other("SCW_CONFIG_PATH", "Path of the Scaleway configuration file. The file may be missing."),
    other("XDG_CONFIG_HOME", "Directory of `scw/config.yaml`, if `SCW_CONFIG_PATH` is not set."),
    other("HOME", "Directory of `.config/scw/config.yaml`, if `XDG_CONFIG_HOME` is not set either."),
    other("USERPROFILE", "Like `HOME`, on Windows."),
    other("PULUMI_CONFIG", "Stack configuration of this package, as JSON, for explicit providers. Set by Pulumi."),
    other(
        "PULUMI_HOME",
        "Pulumi's home directory (default `~/.pulumi`). Its directory `evalap-scaleway` contains the journal of creates, updates and deletes.",
    ),
    other("EVALAP_SCALEWAY_LOG", "Log level on stderr: `error`, `warn` (default), `info`, `debug` or `trace`."),
    other(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "URL of an OpenTelemetry collector (gRPC) for traces, in builds with the feature `opentelemetry`.",
    ),
];

const fn setting(name: &'static str, setting: &'static str, about: &'static str) -> Variable {
    Variable { name, setting: Some(setting), about }
}

const fn other(name: &'static str, about: &'static str) -> Variable {
    Variable { name, setting: None, about }
}

/// Reads a variable.
type ReadVariable = dyn Fn(&str) -> Option<String> + Send + Sync;
/// Reads a whole file.
type ReadFile = dyn Fn(&Path) -> io::Result<String> + Send + Sync;

/// The environment variables and files of a process, or those of a test.
pub(crate) struct Environment {
    variable: Box<ReadVariable>,
    file: Box<ReadFile>,
}

impl Environment {
    /// Those of this process, read each time: Pulumi renames variables for single providers.
    #[expect(clippy::disallowed_methods, reason = "the one home of the environment")]
    pub(crate) fn of_process() -> Self {
        Self::new(|name| std::env::var(name).ok(), |path| std::fs::read_to_string(path))
    }

    /// Those that these functions return.
    pub(crate) fn new(
        variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
        file: impl Fn(&Path) -> io::Result<String> + Send + Sync + 'static,
    ) -> Self {
        Self { variable: Box::new(variable), file: Box::new(file) }
    }

    /// A variable; an empty one is not set. It must be one of [`VARIABLES`].
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        debug_assert!(VARIABLES.iter().any(|variable| variable.name == name), "{name} is not declared");
        (self.variable)(name).filter(|text| !text.is_empty())
    }

    /// The log level of the user.
    pub(crate) fn log_level(&self) -> Option<String> {
        self.variable("EVALAP_SCALEWAY_LOG")
    }

    /// The OpenTelemetry collector.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fn collector(&self) -> Option<String> {
        self.variable("OTEL_EXPORTER_OTLP_ENDPOINT")
    }

    /// The directory of this plugin in Pulumi's home directory.
    pub(crate) fn own_directory(&self) -> Option<PathBuf> {
        let home = match self.variable("PULUMI_HOME") {
            Some(home) => PathBuf::from(home),
            None => Path::new(&self.variable("HOME").or_else(|| self.variable("USERPROFILE"))?).join(".pulumi"),
        };
        Some(home.join("evalap-scaleway"))
    }

    /// Whether any TLS certificate is accepted.
    fn insecure(&self) -> Option<bool> {
        self.variable("SCW_INSECURE").map(|text| matches!(text.as_str(), "1" | "true" | "True" | "TRUE"))
    }

    /// The stack configuration of this package: strings by name, without the namespace.
    fn stack_configuration(&self) -> Option<String> {
        self.variable("PULUMI_CONFIG")
    }

    /// The path of Scaleway's configuration file, as in Scaleway's tools, and whether the user set it.
    fn scaleway_file(&self) -> Option<(PathBuf, bool)> {
        if let Some(named) = self.variable("SCW_CONFIG_PATH") {
            return Some((PathBuf::from(named), true));
        }
        let directory = match self.variable("XDG_CONFIG_HOME") {
            Some(directory) => PathBuf::from(directory),
            None => Path::new(&self.variable("HOME").or_else(|| self.variable("USERPROFILE"))?).join(".config"),
        };
        Some((directory.join("scw").join("config.yaml"), false))
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        (self.file)(path)
    }
}

/// An invalid setting. The message contains its name and source, never its value, which may be a secret.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub(crate) struct WrongSetting(String);

/// A missing setting that each request to Scaleway requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MissingKey;

impl fmt::Display for MissingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no Scaleway API key is set\n\
             Hint: run `pulumi config set {PACKAGE}:secretKey --secret`, or set SCW_SECRET_KEY, or log in with \
             Scaleway's command line (`scw init`); create an API key in the console under IAM, API keys."
        )
    }
}

#[cfg(test)]
#[path = "config/tests.rs"]
mod tests;
