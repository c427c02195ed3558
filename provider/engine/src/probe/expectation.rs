//! The expected result of a health or login check, and the comparison with the actual one. Makes no calls; `probe` does.

use std::fmt;
use std::time::Duration;

use client::{Login, Probe, ProbeOutcome};
use value::{Object, object};

/// The maximum length of a response in messages.
pub(super) const SHOWN: usize = 200;

/// The expected result, and the timing of the check.
pub(crate) struct Expectation {
    /// The target of the check.
    pub target: Target,
    /// The pause between two attempts.
    pub interval: Duration,
    /// The timeout of the check.
    pub timeout: Duration,
    /// The timeout of one attempt.
    pub attempt: Duration,
}

/// The target of a check.
pub(crate) enum Target {
    /// A URL that must return a valid response.
    Address {
        /// The request.
        probe: Probe,
        /// The valid status codes; empty means 200 to 299.
        statuses: Vec<u16>,
        /// A string that a valid response body contains.
        contains: Option<String>,
    },
    /// A database that must accept the login.
    Database(Login),
}

/// An unexpected result.
#[derive(Debug)]
pub(crate) struct Unhealthy {
    /// A short description.
    pub what: String,
    begins: String,
}

/// With the start of the response.
impl fmt::Display for Unhealthy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.begins.is_empty() {
            return Ok(());
        }
        write!(f, ", response: \"{}\"", self.begins)
    }
}

impl Target {
    /// The message as long as the check fails.
    pub(crate) fn missing(&self) -> &'static str {
        match self {
            Self::Address { .. } => "not healthy",
            Self::Database(_) => "no login",
        }
    }

    /// The hint if the check fails.
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::Address { .. } => {
                "check the logs of the server at this URL and run the command again, or increase `timeoutSeconds`"
            }
            Self::Database(_) => {
                "check that this machine can connect to the database and that the user exists and has access, and run the command \
                 again, or increase `timeoutSeconds`"
            }
        }
    }
}

impl Expectation {
    /// The outputs of a successful check, or the unexpected result.
    pub(crate) fn met(&self, outcome: &ProbeOutcome) -> Result<Object, Unhealthy> {
        let (statuses, contains) = match &self.target {
            Target::Address { statuses, contains, .. } => (statuses.as_slice(), contains.as_deref()),
            Target::Database(_) => (&[][..], None),
        };
        let unhealthy = |what: String, body: &str| Err(Unhealthy { what, begins: begins(body) });
        let (status, body) = match outcome {
            ProbeOutcome::Response { status, body } => (*status, String::from_utf8_lossy(body)),
            ProbeOutcome::LoggedIn => return Ok(Object::new()),
            ProbeOutcome::Failed(why) => return unhealthy(why.clone(), ""),
        };
        let expected = if statuses.is_empty() { (200..300).contains(&status) } else { statuses.contains(&status) };
        if !expected {
            return unhealthy(format!("{status} instead of {}", valid(statuses)), &body);
        }
        match contains {
            Some(text) if !body.contains(text) => unhealthy(format!("{status} without the string \"{text}\""), &body),
            _ => Ok(object! { "status": f64::from(status) }),
        }
    }
}

fn valid(statuses: &[u16]) -> String {
    if statuses.is_empty() {
        return "200 to 299".to_owned();
    }
    statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ")
}

/// The start of a response on one line.
fn begins(body: &str) -> String {
    body.trim().chars().take(SHOWN).map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// A duration input.
pub(super) fn seconds(inputs: &Object, name: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(inputs.get(name)?.as_f64()?).ok()
}
