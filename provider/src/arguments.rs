//! The command line, as the engine and people write it.
//!
//! Knows nothing of what is done with it. A subcommand is a first word that is no address.

use std::ffi::OsString;
use std::fmt::Write;

use thiserror::Error;

use crate::config::VARIABLES;
use crate::list_project::Question;

/// The part of `--help` before the variables.
const USAGE: &str = "\
The Pulumi resource plugin for Scaleway, package `evalap-scaleway`.

Pulumi starts it by itself. To start it by hand, for debugging:

    pulumi-resource-evalap-scaleway [ENGINE]

It prints the port it listens on (127.0.0.1 only). Without ENGINE, the address of a running Pulumi engine, it waits
for one to attach: set PULUMI_DEBUG_PROVIDERS=evalap-scaleway:<port> for Pulumi.

    -v=N             log more: 1 to 3 what happens, 4 to 8 how, 9 and above everything
    --logtostderr    as -v=1; logs always go to stderr, as lines of JSON
    --help           print this
    --version        print the version

People may give it a command instead; each has a --help of its own:

    list-project     list what exists in a project as the file that `pulumi import --file` takes
    migrate-state    take a stack over from the community's package, pulumiverse_scaleway

Flags that are not known are ignored. Variables of the environment that it reads:
";

/// What `migrate-state --help` prints.
pub const MIGRATE_STATE_HELP: &str = "\
Takes a stack over from the community's package, pulumiverse_scaleway: its resources and providers become those of
evalap-scaleway, with the same ids, in both generations of names.

    pulumi stack export --file before.json
    pulumi-resource-evalap-scaleway migrate-state < before.json > after.json
    pulumi stack import --file after.json

It reads an exported stack on standard input and writes one on standard output. It asks nobody and changes nothing
else: keep `before.json` to be able to go back. Change the import of the program too, and `scaleway:` to
`evalap-scaleway:` in the stack's configuration; then `pulumi preview` shows no change.

Secrets stay ciphered as they are. Pending operations stay pending. Resources that evalap-scaleway does not have stay
with the community's package and its provider, and are named on standard error: a program can use both packages.

exit code: 0 all resources were taken over; 3 the stack was written, but some resources stay with the community's
package; 1 nothing was written
";

/// What `list-project --help` prints.
pub const LIST_PROJECT_HELP: &str = "\
Lists what exists in a project, so that all of it comes under Pulumi:

    pulumi-resource-evalap-scaleway list-project > project.json
    pulumi import --file project.json --out imported.py

It asks Scaleway with the credentials that the plugin uses (see the variables in the plugin's --help), changes
nothing, and writes the file for `pulumi import` on standard output. Take out of it what another stack manages.

    --project ID       the project; default: the configured one
    --region REGION    a region, with its zones; may be given several times; default: the configured one
    --organization     also what belongs to the whole organization, such as IAM policies
    --help             print this

PartialState out are what Scaleway keeps by itself, such as the default VPC, what another resource of the file covers, such as the
members of a group, and objects in buckets. What cannot be listed is named on standard error.

exit code: 0 everything was listed; 3 the file was written, but some kinds could not be listed; 1 nothing was written
";

/// What `--version` prints.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What `--help` prints.
pub fn help() -> String {
    let widest = VARIABLES.iter().map(|variable| variable.name.len()).max().unwrap_or_default();
    let mut help = format!("{USAGE}\n");
    for variable in VARIABLES {
        // Writing to a text cannot fail.
        let _ = writeln!(help, "    {:widest$}  {}", variable.name, variable.about);
    }
    help
}

/// What is asked of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Serve Pulumi.
    Serve(Arguments),
    /// Print [`help`].
    Help,
    /// Print [`VERSION`].
    Version,
    /// List what exists in a project.
    ListProject(Question),
    /// Print [`LIST_PROJECT_HELP`].
    ListProjectHelp,
    /// Take an exported stack over from the community's package.
    MigrateState,
    /// Print [`MIGRATE_STATE_HELP`].
    MigrateStateHelp,
}

/// How to serve.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// The address of the engine that started us. Without it an engine attaches, and is not our parent.
    pub engine: Option<String>,
    /// How much to log, 0 to 9; `None` without any of the flags.
    pub verbosity: Option<u8>,
}

/// A word that is neither a flag nor an address, nor known to the command before it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("there is no command `{0}`; see --help")]
pub struct UnknownCommand(String);

/// The name of the command that lists a project.
const LIST_PROJECT: &str = "list-project";

/// The name of the command that takes a stack over.
const MIGRATE_STATE: &str = "migrate-state";

/// Flags that take the next argument as their value when they have none of their own.
const FLAGS_WITH_VALUE: [&str; 2] = ["tracing", "v"];

/// Reads what stands after the program's name.
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

/// Reads what stands after `migrate-state`: nothing, or a question.
fn migrate_state(mut words: impl Iterator<Item = String>) -> Result<Command, UnknownCommand> {
    match words.next() {
        None => Ok(Command::MigrateState),
        Some(word) if ["--help", "-h", "-help"].contains(&word.as_str()) => Ok(Command::MigrateStateHelp),
        Some(word) => Err(UnknownCommand(format!("{MIGRATE_STATE} {word}"))),
    }
}

/// Reads what stands after `list-project`.
fn list_project(mut words: impl Iterator<Item = String>) -> Result<Command, UnknownCommand> {
    let mut question = Question::default();
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
            ("--organization", None) => question.organization = true,
            ("--project", Some(project)) => question.project = Some(project),
            ("--region", Some(region)) => question.regions.push(region),
            _ => return Err(UnknownCommand(format!("{LIST_PROJECT} {word}"))),
        }
    }
    Ok(Command::ListProject(question))
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
    fn questions_about_the_program_are_answered_wherever_they_stand() {
        assert_eq!(read("--help"), Ok(Command::Help));
        assert_eq!(read("127.0.0.1:4000 -h"), Ok(Command::Help));
        assert_eq!(read("-v=1 --version"), Ok(Command::Version));
    }

    #[test]
    fn a_stack_is_taken_over_without_any_further_word() {
        assert_eq!(read("migrate-state"), Ok(Command::MigrateState));
        assert_eq!(read("migrate-state --help"), Ok(Command::MigrateStateHelp));
        assert_eq!(read("migrate-state before.json"), Err(UnknownCommand("migrate-state before.json".into())));
    }

    #[test]
    fn a_project_is_listed_where_it_is_said() {
        let everywhere =
            Question { project: Some("p".into()), regions: vec!["fr-par".into(), "nl-ams".into()], organization: true };
        let line = "list-project --project p --region=fr-par --region nl-ams --organization";
        assert_eq!(read(line), Ok(Command::ListProject(everywhere)));
        assert_eq!(read("list-project"), Ok(Command::ListProject(Question::default())));
        assert_eq!(read("list-project --help"), Ok(Command::ListProjectHelp));
        for line in ["list-project --shiny", "list-project --project", "list-project p", "list-project --region="] {
            assert!(read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_word_that_is_no_address_is_refused() {
        assert_eq!(read("destroy-everything"), Err(UnknownCommand("destroy-everything".into())));
    }
}
