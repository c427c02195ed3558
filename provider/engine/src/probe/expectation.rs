//! What a look at something outside of Scaleway's API is to see, and whether what was seen is that. Asks nobody itself; `probe`
//! does.

use std::fmt;
use std::time::Duration;

use client::{Login, Probe, Seen};
use value::{Object, object};

/// The longest piece of an answer that is shown.
pub(super) const SHOWN: usize = 200;

/// What is to be seen, and how patiently it is waited for.
pub(crate) struct Expectation {
    /// Who is asked for what.
    pub asked: Asked,
    /// The pause between two looks.
    pub interval: Duration,
    /// The longest that all looks may take.
    pub timeout: Duration,
    /// The longest that one look may take.
    pub attempt: Duration,
}

/// Who is asked for what.
pub(crate) enum Asked {
    /// An address, for a good answer.
    Address {
        /// What is sent.
        probe: Probe,
        /// The statuses of a good answer; any that means success where there are none.
        statuses: Vec<u16>,
        /// What a good answer has in its body.
        contains: Option<String>,
    },
    /// A database, to let somebody in.
    Database(Login),
}

/// What is wrong with what was seen.
#[derive(Debug)]
pub(crate) struct Unwell {
    /// In few words.
    pub what: String,
    begins: String,
}

/// With the beginning of the answer.
impl fmt::Display for Unwell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.begins.is_empty() {
            return Ok(());
        }
        write!(f, ", response: \"{}\"", self.begins)
    }
}

impl Asked {
    /// What is missing as long as it is not seen.
    pub(crate) fn missing(&self) -> &'static str {
        match self {
            Self::Address { .. } => "not healthy",
            Self::Database(_) => "no login",
        }
    }

    /// What to do where it stays missing.
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
    /// What the state keeps of a good answer, or what is wrong with what was seen.
    pub(crate) fn met(&self, seen: &Seen) -> Result<Object, Unwell> {
        let (statuses, contains) = match &self.asked {
            Asked::Address { statuses, contains, .. } => (statuses.as_slice(), contains.as_deref()),
            Asked::Database(_) => (&[][..], None),
        };
        let unwell = |what: String, body: &str| Err(Unwell { what, begins: begins(body) });
        let (status, body) = match seen {
            Seen::Answer { status, body } => (*status, String::from_utf8_lossy(body)),
            Seen::Admitted => return Ok(Object::new()),
            Seen::Nothing(why) => return unwell(why.clone(), ""),
        };
        let expected = if statuses.is_empty() { (200..300).contains(&status) } else { statuses.contains(&status) };
        if !expected {
            return unwell(format!("{status} instead of {}", wanted(statuses)), &body);
        }
        match contains {
            Some(text) if !body.contains(text) => unwell(format!("{status} without the string \"{text}\""), &body),
            _ => Ok(object! { "status": f64::from(status) }),
        }
    }
}

fn wanted(statuses: &[u16]) -> String {
    if statuses.is_empty() {
        return "200 to 299".to_owned();
    }
    statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ")
}

/// The beginning of an answer in one line, as a person can read it.
fn begins(body: &str) -> String {
    body.trim().chars().take(SHOWN).map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// A time among the inputs.
pub(super) fn seconds(inputs: &Object, name: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(inputs.get(name)?.as_f64()?).ok()
}
