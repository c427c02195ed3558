//! The command-line arguments. This module does not use their values.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) const HELP: &str = "\
An in-memory implementation of Scaleway's APIs for tests.

Usage: scaleway-fake [--listen ADDRESS] [--settle SECONDS] [--log FILE] [--seed FILE]
                     [--save FILE] [--enforce-permissions] [--allow-remote] [--url URL]

  --listen ADDRESS   address and port (default 127.0.0.1:0, which selects a free port); an address
                     that is not a loopback address needs --allow-remote
  --settle SECONDS   duration of statuses such as `creating` (default 0: until the next read)
  --log FILE         write one JSON line per request, without secrets
  --seed FILE        JSON with the objects that exist at the start, for example a file of --save
  --save FILE        write all objects to a seed file at the end; it contains secrets
  --enforce-permissions
                     limit API keys created through IAM to their policies; others have all permissions
  --allow-remote     accept requests of other machines; each needs the UUID of the environment
                     variable SCALEWAY_FAKE_TOKEN as its API key, except for GET /_fake/health
  --url URL          the URL of the fake for clients, if it differs from the address
  --help             show this help
  --version          show the version

The first line on stdout is the URL to give to clients, for example as SCW_API_URL.
It runs until it is interrupted or terminated. Faults, the clock and the list of requests are below /_fake/.
";

/// The command of the command line.
#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    Help,
    Version,
    Serve(Arguments),
}

#[derive(Debug, PartialEq)]
pub(crate) struct Arguments {
    pub(crate) listen: SocketAddr,
    pub(crate) settle: Duration,
    pub(crate) log: Option<PathBuf>,
    pub(crate) seed: Option<PathBuf>,
    pub(crate) save: Option<PathBuf>,
    pub(crate) enforce_permissions: bool,
    pub(crate) allow_remote: bool,
    pub(crate) url: Option<String>,
}

/// Parses the arguments after the program name; returns an error message for the user.
pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, String> {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut parsed = Arguments {
        listen,
        settle: Duration::ZERO,
        log: None,
        seed: None,
        save: None,
        enforce_permissions: false,
        allow_remote: false,
        url: None,
    };
    let mut arguments = arguments.into_iter();
    while let Some(name) = arguments.next() {
        match name.as_str() {
            "--help" | "-h" => return Ok(Command::Help),
            "--version" | "-V" => return Ok(Command::Version),
            "--enforce-permissions" => {
                parsed.enforce_permissions = true;
                continue;
            }
            "--allow-remote" => {
                parsed.allow_remote = true;
                continue;
            }
            _ => {}
        }
        let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--listen" => parsed.listen = address(&value()?)?,
            "--settle" => parsed.settle = seconds(&value()?)?,
            "--log" => parsed.log = Some(PathBuf::from(value()?)),
            "--seed" => parsed.seed = Some(PathBuf::from(value()?)),
            "--save" => parsed.save = Some(PathBuf::from(value()?)),
            "--url" => parsed.url = Some(value()?.trim_end_matches('/').to_owned()),
            _ => return Err(format!("{name} is not an option; --help lists them")),
        }
    }
    Ok(Command::Serve(parsed))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("--listen {text}: expected an address with a port, such as 127.0.0.1:0"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| format!("--settle {text}: expected a number of seconds, such as 2.5"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn every_option_is_parsed() {
        let line = "--listen [::1]:80 --settle 2.5 --log a --seed b --save c --enforce-permissions --allow-remote \
            --url http://fake:80/";
        let Ok(Command::Serve(read)) = parse_words(line) else {
            panic!("these are good arguments");
        };
        assert_eq!(read.listen, "[::1]:80".parse().unwrap());
        assert_eq!(read.settle, Duration::from_millis(2500));
        assert!(read.enforce_permissions && read.allow_remote);
        assert_eq!([read.log, read.seed, read.save], ["a", "b", "c"].map(|name| Some(PathBuf::from(name))));
        assert_eq!(read.url.as_deref(), Some("http://fake:80"));
        assert_eq!(parse_words("--listen 127.0.0.1:0 --help"), Ok(Command::Help));
    }

    #[test]
    fn error_names_the_invalid_argument() {
        for (line, expected) in [
            ("--listen", "--listen needs a value"),
            ("--listen here", "expected an address"),
            ("--settle -1", "expected a number of seconds"),
            ("--colour", "--colour is not an option"),
        ] {
            let message = parse_words(line).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }
}
