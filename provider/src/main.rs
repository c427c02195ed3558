//! The plugin's process: prints its port, then serves. The only module that writes to stdout.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use provider::arguments::{self, Arguments, Command};
use provider::list_project::{self, ListOptions};
use provider::{lifecycle, migrate_state};

fn main() -> ExitCode {
    let outcome = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Command::Serve(arguments)) => serve(&arguments),
        Ok(Command::Help) => say(arguments::help().trim_end()),
        Ok(Command::Version) => say(arguments::VERSION),
        Ok(Command::ListProject(options)) => list(&options),
        Ok(Command::ListProjectHelp) => say(arguments::LIST_PROJECT_HELP.trim_end()),
        Ok(Command::MigrateState) => migrate(),
        Ok(Command::MigrateStateHelp) => say(arguments::MIGRATE_STATE_HELP.trim_end()),
        Err(unknown) => Err(io::Error::other(unknown)),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            // If stderr is closed, the error cannot be reported.
            let _ = writeln!(io::stderr(), "pulumi-resource-evalap-scaleway: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the port first: connections wait in the queue of the listener until the server starts.
fn serve(arguments: &Arguments) -> io::Result<ExitCode> {
    let listener = lifecycle::listen()?;
    say(&listener.local_addr()?.port().to_string())?;
    lifecycle::run(listener, arguments)?;
    Ok(ExitCode::SUCCESS)
}

/// Migrates the stack on standard input to standard output, and reports the result on standard error.
fn migrate() -> io::Result<ExitCode> {
    let mut export = String::new();
    io::stdin().lock().read_to_string(&mut export)?;
    let migrated = migrate_state::migrate(&export).map_err(io::Error::other)?;
    say(&migrated.export)?;
    let mut stderr = io::stderr().lock();
    writeln!(stderr, "migrated: {} resources", migrated.taken)?;
    if migrated.pending > 0 {
        writeln!(stderr, "pending operations, unchanged: {}", migrated.pending)?;
    }
    for urn in &migrated.left {
        writeln!(stderr, "not migrated, still in pulumiverse_scaleway: {urn}")?;
    }
    Ok(if migrated.left.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(IN_PART) })
}

/// Writes the resources of a project to standard output, and reports failures on standard error.
fn list(options: &ListOptions) -> io::Result<ExitCode> {
    let listing = list_project::list(options)?;
    say(&listing.file)?;
    let mut stderr = io::stderr().lock();
    writeln!(stderr, "listed: {} resources", listing.count)?;
    if !listing.shared_names.is_empty() {
        let names = listing.shared_names.join(", ");
        writeln!(
            stderr,
            "note: several objects have the name {names}: `pulumi import` may write ids instead of references"
        )?;
    }
    for failure in &listing.failed {
        writeln!(stderr, "not listed: {failure}")?;
    }
    Ok(if listing.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(IN_PART) })
}

/// The exit code of a command with a partial result.
const IN_PART: u8 = 3;

fn say(line: &str) -> io::Result<ExitCode> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()?;
    Ok(ExitCode::SUCCESS)
}
