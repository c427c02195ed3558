//! The command line of the engine and of users.
//!
//! A first argument that is not an address is a command.

use std::ffi::OsString;
use std::fmt::Write;

use thiserror::Error;

use crate::config::VARIABLES;
use crate::list_project::ListOptions;

/// The part of `--help` before the environment variables.
const USAGE: &str = "\
The Pulumi resource plugin for Scaleway, package `evalap-scaleway`.

Pulumi starts the plugin. To start it manually, for debugging:

    pulumi-resource-evalap-scaleway [ENGINE]

It prints the port on which it listens (127.0.0.1 only). Without ENGINE, the address of a running Pulumi engine, it
waits for an engine to attach: set PULUMI_DEBUG_PROVIDERS=evalap-scaleway:<port> for Pulumi.

    -v=N             log verbosity: 1 to 3 for info, 4 to 8 for debug, 9 and above for trace
    --logtostderr    same as -v=1; logs are always JSON lines on stderr
    --help           print this help
    --version        print the version

Commands; each has its own --help:

    list-project     list the resources of a project as a file for `pulumi import --file`
    migrate-state    migrate an exported stack from pulumiverse_scaleway

Unknown flags are ignored. Environment variables:
";

/// The output of `migrate-state --help`.
pub const MIGRATE_STATE_HELP: &str = "\
Migrates a stack from pulumiverse_scaleway: its resources and providers become those of evalap-scaleway, with the same
IDs, in both generations of names.

    pulumi stack export --file before.json
    pulumi-resource-evalap-scaleway migrate-state < before.json > after.json
    pulumi stack import --file after.json

It reads an exported stack from standard input and writes the migrated stack to standard output. It sends no requests
and changes nothing else: keep `before.json` to be able to revert. Change the import of the program too, and `scaleway:`
to `evalap-scaleway:` in the stack configuration; then `pulumi preview` shows no change.

Secrets stay encrypted. Pending operations stay pending. Resources of types that evalap-scaleway does not have stay in
pulumiverse_scaleway with their provider, and are listed on standard error: a program can use both packages.

exit code: 0 all resources were migrated; 3 the stack was written, but some resources stay in pulumiverse_scaleway;
1 nothing was written
";

/// The output of `list-project --help`.
pub const LIST_PROJECT_HELP: &str = "\
Lists the resources of a project, to import them into Pulumi:

    pulumi-resource-evalap-scaleway list-project > project.json
    pulumi import --file project.json --out imported.py

It reads from Scaleway with the credentials of the plugin (see the environment variables in the plugin's --help),
changes nothing, and writes the file for `pulumi import` to standard output. Remove the resources of other stacks from it.

    --project ID       project; default: the configured one
    --region REGION    region, with its zones; can be repeated; default: the configured one
    --organization     also list resources of the organization, such as IAM policies
    --help             print this help

The file does not contain objects that Scaleway creates, such as the default VPC, objects that another resource of the
file covers, such as the members of a group, and objects in buckets. Failures are listed on standard error.

exit code: 0 everything was listed; 3 the file was written, but some types could not be listed; 1 nothing was written
";

/// The output of `--version`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The output of `--help`.
pub fn help() -> String {
    let widest = VARIABLES.iter().map(|variable| variable.name.len()).max().unwrap_or_default();
    let mut help = format!("{USAGE}\n");
    for variable in VARIABLES {
        // Writing to a string cannot fail.
        let _ = writeln!(help, "    {:widest$}  {}", variable.name, variable.about);
    }
    help
}

/// The command of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Serve Pulumi.
    Serve(Arguments),
    /// Print [`help`].
    Help,
    /// Print [`VERSION`].
    Version,
    /// List the resources of a project.
    ListProject(ListOptions),
    /// Print [`LIST_PROJECT_HELP`].
    ListProjectHelp,
    /// Migrate an exported stack from `pulumiverse_scaleway`.
    MigrateState,
    /// Print [`MIGRATE_STATE_HELP`].
    MigrateStateHelp,
}

/// Options of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// The address of the engine that started the process. Without it an engine attaches, and is not the parent process.
    pub engine: Option<String>,
    /// The log verbosity from 0 to 9; `None` without these flags.
    pub verbosity: Option<u8>,
}

/// An argument that is not a flag, an address or an argument of the command.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("there is no command `{0}`; see --help")]
pub struct UnknownCommand(String);

/// The name of the command that lists a project.
const LIST_PROJECT: &str = "list-project";

/// The name of the command that migrates a stack.
const MIGRATE_STATE: &str = "migrate-state";

/// Flags whose value can be the next argument.
const FLAGS_WITH_VALUE: [&str; 2] = ["tracing", "v"];

/// Parses the arguments after the program's name.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Command, UnknownCommand> {
    let mut arguments = Arguments::default();
    let mut words = words.into_iter().map(|word| word.to_string_lossy().into_owned());
    while let Some(word) = words.next() {
        let Some(flag) = word.strip_prefix('-').map(|flag| flag.strip_prefix('-').unwrap_or(flag)) else {
            match word.as_str() {
                MIGRATE_STATE => return migrate_state(words),
                LIST_PROJECT => return list_project(words),
                _ => {}
            }
            if !word.contains(':') {
                return Err(UnknownCommand(word));
            }
            arguments.engine.get_or_insert(word);
            continue;
        };
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None if FLAGS_WITH_VALUE.contains(&flag) => (flag, words.next()),
            None => (flag, None),
        };
        match name {
            "help" | "h" => return Ok(Command::Help),
            "version" => return Ok(Command::Version),
            "v" => arguments.louder(value.and_then(|value| value.parse().ok()).unwrap_or_default()),
            "logtostderr" => arguments.louder(1),
            _ => {}
        }
    }
    Ok(Command::Serve(arguments))
}

/// Parses the arguments of `migrate-state`.
fn migrate_state(mut words: impl Iterator<Item = String>) -> Result<Command, UnknownCommand> {
    match words.next() {
        None => Ok(Command::MigrateState),
        Some(word) if ["--help", "-h", "-help"].contains(&word.as_str()) => Ok(Command::MigrateStateHelp),
        Some(word) => Err(UnknownCommand(format!("{MIGRATE_STATE} {word}"))),
    }
}

/// Parses the arguments of `list-project`.
fn list_project(mut words: impl Iterator<Item = String>) -> Result<Command, UnknownCommand> {
    let mut options = ListOptions::default();
    while let Some(word) = words.next() {
        let (name, mut value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        if matches!(name, "--project" | "--region") {
            value = value.or_else(|| words.next()).filter(|value| !value.is_empty());
        }
        match (name, value) {
            ("--help" | "-h" | "-help", None) => return Ok(Command::ListProjectHelp),
            ("--organization", None) => options.organization = true,
            ("--project", Some(project)) => options.project = Some(project),
            ("--region", Some(region)) => options.regions.push(region),
            _ => return Err(UnknownCommand(format!("{LIST_PROJECT} {word}"))),
        }
    }
    Ok(Command::ListProject(options))
}

impl Arguments {
    fn louder(&mut self, verbosity: u8) {
        self.verbosity = self.verbosity.max(Some(verbosity));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, UnknownCommand> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[track_caller]
    fn check(line: &str, engine: Option<&str>, verbosity: Option<u8>) {
        let expected = Arguments { engine: engine.map(str::to_owned), verbosity };
        assert_eq!(read(line), Ok(Command::Serve(expected)), "{line}");
    }

    #[test]
    fn the_engines_own_command_lines_are_understood() {
        check("127.0.0.1:4000", Some("127.0.0.1:4000"), None);
        check("--logtostderr -v=9 127.0.0.1:4000", Some("127.0.0.1:4000"), Some(9));
        check("-v=3 --tracing tcp://127.0.0.1:9 127.0.0.1:4000", Some("127.0.0.1:4000"), Some(3));
        check("", None, None);
    }

    #[test]
    fn flags_of_other_versions_are_ignored() {
        check("--shiny --new=3 127.0.0.1:4000", Some("127.0.0.1:4000"), None);
        check("-v=loud", None, Some(0));
        check("--tracing", None, None);
    }

    #[test]
    fn version_and_help_are_accepted_at_any_position() {
        assert_eq!(read("--help"), Ok(Command::Help));
        assert_eq!(read("127.0.0.1:4000 -h"), Ok(Command::Help));
        assert_eq!(read("-v=1 --version"), Ok(Command::Version));
    }

    #[test]
    fn migrate_state_has_no_arguments() {
        assert_eq!(read("migrate-state"), Ok(Command::MigrateState));
        assert_eq!(read("migrate-state --help"), Ok(Command::MigrateStateHelp));
        assert_eq!(read("migrate-state before.json"), Err(UnknownCommand("migrate-state before.json".into())));
    }

    #[test]
    fn list_project_reads_project_and_regions() {
        let everywhere = ListOptions {
            project: Some("p".into()),
            regions: vec!["fr-par".into(), "nl-ams".into()],
            organization: true,
        };
        let line = "list-project --project p --region=fr-par --region nl-ams --organization";
        assert_eq!(read(line), Ok(Command::ListProject(everywhere)));
        assert_eq!(read("list-project"), Ok(Command::ListProject(ListOptions::default())));
        assert_eq!(read("list-project --help"), Ok(Command::ListProjectHelp));
        for line in ["list-project --shiny", "list-project --project", "list-project p", "list-project --region="] {
            assert!(read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn an_argument_that_is_not_an_address_is_rejected() {
        assert_eq!(read("destroy-everything"), Err(UnknownCommand("destroy-everything".into())));
    }
}
