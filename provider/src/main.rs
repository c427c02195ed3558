//! The plugin's process: tells its port to who started it, then serves. The only place that writes to stdout.

use std::io::{self, Write};
use std::process::ExitCode;

use provider::arguments::{self, Arguments, Command};
use provider::lifecycle;

fn main() -> ExitCode {
    let outcome = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Command::Serve(arguments)) => serve(&arguments),
        Ok(Command::Help) => say(arguments::help().trim_end()),
        Ok(Command::Version) => say(arguments::VERSION),
        Err(unknown) => Err(io::Error::other(unknown)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whoever closed stderr does not want to know.
            let _ = writeln!(io::stderr(), "pulumi-resource-evalap-scaleway: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Tells the port before anything else is done: connections wait in the listener's queue until there is a server.
fn serve(arguments: &Arguments) -> io::Result<()> {
    let listener = lifecycle::listen()?;
    say(&listener.local_addr()?.port().to_string())?;
    lifecycle::run(listener, arguments)
}

fn say(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}
