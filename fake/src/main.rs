//! The binary: parses the command line, prints the URL, and serves until it is interrupted or terminated.
//!
//! Only this module prints, and reads environment variables and files.

mod arguments;

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use arguments::{Arguments, Command, RecordArguments};
use scaleway_fake::{Fake, Recorder, Seed};

/// The environment variable with the token of remote clients. Command lines are visible to all users of a machine.
const TOKEN: &str = "SCALEWAY_FAKE_TOKEN";
/// The environment variable with the secret key for the requests of remote clients to `record`.
const SECRET_KEY: &str = "SCW_SECRET_KEY";

#[tokio::main]
async fn main() -> ExitCode {
    let done = match arguments::parse(std::env::args().skip(1)) {
        Ok(Command::Help) => print(arguments::HELP),
        Ok(Command::Version) => print(concat!("scaleway-fake ", env!("CARGO_PKG_VERSION"), "\n")),
        Ok(Command::Serve(arguments)) => serve(arguments).await,
        Ok(Command::RecordHelp) => print(arguments::RECORD_HELP),
        Ok(Command::Record(arguments)) => record(arguments).await,
        Err(message) => Err(message.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            eprintln!("scaleway-fake: {error}{cause}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let mut builder = Fake::builder().listen(arguments.listen).settle(arguments.settle);
    builder = builder.enforce_permissions(arguments.enforce_permissions);
    if let Some(path) = arguments.seed {
        let json = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        builder = builder.seed(Seed::parse(&json)?);
    }
    if let Some(path) = arguments.log {
        builder = builder.log(File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?);
    }
    if arguments.allow_remote {
        builder = builder.allow_remote(variable(TOKEN));
    }
    if let Some(url) = arguments.url {
        builder = builder.url(url);
    }
    let fake = builder.start().await?;
    let interrupted = interrupted()?;
    print(&format!("{}\n", fake.url()))?;
    interrupted.await;
    if let Some(path) = arguments.save {
        let json = serde_json::to_string_pretty(&fake.to_seed())?;
        fs::write(&path, json + "\n").map_err(|error| format!("{}: {error}", path.display()))?;
    }
    fake.stop().await;
    Ok(())
}

async fn record(arguments: RecordArguments) -> Result<(), Box<dyn Error>> {
    let mut recorder = Recorder::default().listen(arguments.listen).upstream(arguments.upstream);
    if arguments.allow_remote {
        recorder = recorder.allow_remote(variable(TOKEN), variable(SECRET_KEY));
    }
    if let Some(url) = arguments.url {
        recorder = recorder.url(url);
    }
    let path = arguments.output.display();
    let output = create(&arguments.output).map_err(|error| format!("{path}: {error}"))?;
    let running = match recorder.start(output).await {
        Ok(running) => running,
        Err(error) => {
            // The next start needs a new file.
            fs::remove_file(&arguments.output)?;
            return Err(error.into());
        }
    };
    let interrupted = interrupted()?;
    print(&format!("{}\n", running.url()))?;
    interrupted.await;
    let written = running.stop().await.map_err(|error| format!("{path} is incomplete: {error}"))?;
    eprintln!("scaleway-fake: {written} requests are recorded in {path}. Read the file before you share it.");
    Ok(())
}

/// Creates a file that only its owner can read. An existing file is not continued: its pseudonyms are not known anymore.
fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// An environment variable; empty if it is not set.
#[expect(clippy::disallowed_methods, reason = "the binary reads its environment variables here")]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// Waits for SIGINT, or for SIGTERM, with which containers and tests end a process. On Windows, these are Ctrl+C and Ctrl+Break.
/// The signals are received from the call on, also before the future is polled.
fn interrupted() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    use tokio::signal::unix::{SignalKind, signal};
    #[cfg(unix)]
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    #[cfg(windows)]
    let (mut interrupted, mut terminated) = (tokio::signal::windows::ctrl_c()?, tokio::signal::windows::ctrl_break()?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

fn print(text: &str) -> Result<(), Box<dyn Error>> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    Ok(stdout.flush()?)
}
