//! The binary: parses the command line, prints the URL, and serves until it is interrupted.
//!
//! Only this module prints.

mod arguments;

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Write};
use std::process::ExitCode;

use arguments::{Arguments, Command};
use scaleway_fake::{Fake, Seed};

#[tokio::main]
async fn main() -> ExitCode {
    let done = match arguments::parse(std::env::args().skip(1)) {
        Ok(Command::Help) => print(arguments::HELP),
        Ok(Command::Version) => print(concat!("scaleway-fake ", env!("CARGO_PKG_VERSION"), "\n")),
        Ok(Command::Serve(arguments)) => serve(arguments).await,
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
    let fake = builder.start().await?;
    print(&format!("{}\n", fake.url()))?;
    tokio::signal::ctrl_c().await?;
    fake.stop().await;
    Ok(())
}

fn print(text: &str) -> Result<(), Box<dyn Error>> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    Ok(stdout.flush()?)
}
