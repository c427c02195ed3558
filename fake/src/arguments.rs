//! The command-line arguments. This module does not use their values.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// A free port of the loopback interface.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

pub(crate) const HELP: &str = "\
An in-memory implementation of Scaleway's APIs for tests.

Usage: scaleway-fake [--listen ADDRESS] [--settle SECONDS] [--log FILE] [--seed FILE]
                     [--save FILE] [--enforce-permissions] [--allow-remote] [--url URL]
       scaleway-fake record --output FILE     record requests to the real API; see record --help

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

pub(crate) const RECORD_HELP: &str = "\
A proxy in front of Scaleway's API that writes a recording without secrets.

Usage: scaleway-fake record --output FILE [--listen ADDRESS] [--upstream URL]
                            [--allow-remote] [--url URL]

  --output FILE      the recording, one JSON line per request; the file must not exist
  --listen ADDRESS   address and port (default 127.0.0.1:0, which selects a free port); an address
                     that is not a loopback address needs --allow-remote
  --upstream URL     the API (default https://api.scaleway.com)
  --allow-remote     accept requests of other machines; each needs the UUID of the environment
                     variable SCALEWAY_FAKE_TOKEN as its secret key, and is forwarded with the
                     secret key of the environment variable SCW_SECRET_KEY
  --url URL          the URL of the proxy for clients, if it differs from the address
  --help             show this help

The first line on stdout is the URL to give to clients as SCW_API_URL. It runs until it is interrupted or terminated.
Requests reach the real API and change real resources. Secrets, IDs, names and addresses are replaced in the file, not in
what is forwarded. Requests to Object Storage, queues and topics are rejected.
";

/// The command of the command line.
#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    Help,
    Version,
    Serve(Arguments),
    RecordHelp,
    Record(RecordArguments),
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

#[derive(Debug, PartialEq)]
pub(crate) struct RecordArguments {
    pub(crate) output: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) upstream: String,
    pub(crate) allow_remote: bool,
    pub(crate) url: Option<String>,
}

/// Parses the arguments after the program name; returns an error message for the user.
pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, String> {
    let mut arguments = arguments.into_iter().peekable();
    if arguments.next_if(|first| first == "record").is_some() {
        return parse_record(arguments);
    }
    let mut parsed = Arguments {
        listen: LISTEN,
        settle: Duration::ZERO,
        log: None,
        seed: None,
        save: None,
        enforce_permissions: false,
        allow_remote: false,
        url: None,
    };
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
            "--url" => parsed.url = Some(url(&value()?)),
            _ => return Err(format!("{name} is not an option; --help lists them")),
        }
    }
    Ok(Command::Serve(parsed))
}

/// Parses the arguments after `record`.
fn parse_record(mut arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut output = None;
    let mut parsed = RecordArguments {
        output: PathBuf::new(),
        listen: LISTEN,
        upstream: scaleway_fake::API_URL.to_owned(),
        allow_remote: false,
        url: None,
    };
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--help" | "-h" => return Ok(Command::RecordHelp),
            "--allow-remote" => parsed.allow_remote = true,
            "--output" => output = Some(PathBuf::from(value()?)),
            "--listen" => parsed.listen = address(&value()?)?,
            "--upstream" => parsed.upstream = value()?,
            "--url" => parsed.url = Some(url(&value()?)),
            _ => return Err(format!("{name} is not an option of record; record --help lists them")),
        }
    }
    let output = output.ok_or("record needs --output FILE")?;
    Ok(Command::Record(RecordArguments { output, ..parsed }))
}

fn url(text: &str) -> String {
    text.trim_end_matches('/').to_owned()
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
    fn options_of_record_are_parsed() {
        let line =
            "record --output a --listen [::1]:80 --upstream https://example.com --allow-remote --url http://fake:80/";
        let expected = RecordArguments {
            output: PathBuf::from("a"),
            listen: "[::1]:80".parse().unwrap(),
            upstream: "https://example.com".to_owned(),
            allow_remote: true,
            url: Some("http://fake:80".to_owned()),
        };
        assert_eq!(parse_words(line), Ok(Command::Record(expected)));
        let Ok(Command::Record(read)) = parse_words("record --output a") else {
            panic!("these are good arguments");
        };
        assert_eq!((read.listen, read.upstream.as_str()), (LISTEN, "https://api.scaleway.com"));
        assert_eq!(parse_words("record --help"), Ok(Command::RecordHelp));
    }

    #[test]
    fn error_names_the_invalid_argument() {
        for (line, expected) in [
            ("--listen", "--listen needs a value"),
            ("--listen here", "expected an address"),
            ("--settle -1", "expected a number of seconds"),
            ("--colour", "--colour is not an option"),
            ("record", "record needs --output"),
            ("record --output", "--output needs a value"),
            ("record --output a --seed b", "--seed is not an option of record"),
        ] {
            let message = parse_words(line).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }
}
