//! Why a call has no answer to show, in variants by what the caller can do about it.
//!
//! Knows no resource: who calls adds what was being done to what. No text holds a secret or its own cause; causes are
//! found by `source()`.

use std::error::Error as StdError;
use std::fmt;

use crate::api_error::{ApiError, Kind};

pub(crate) type Cause = Box<dyn StdError + Send + Sync>;

/// A call that failed. Its text is one sentence of fact without a full stop; [`Error::help`] has the advice.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The call could not even be written: a mistake in the call or the settings.
    #[error(transparent)]
    Build(Box<Unbuilt>),
    /// No connection, or it broke before the whole answer was there.
    #[error(transparent)]
    Connect(Box<Lost>),
    /// No answer within the time of one attempt.
    #[error(transparent)]
    TimedOut(Box<Lost>),
    /// The time limit of the operation is over, whatever the call was waiting for.
    #[error(transparent)]
    Deadline(Box<Lost>),
    /// Ended because the caller asked for it.
    #[error(transparent)]
    Cancelled(Box<Lost>),
    /// Not sent: no connection could be made to the host for a long time, or it fails and the time limit is over first.
    #[error(transparent)]
    Refused(Box<Refused>),
    /// Answered, with an error.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// Answered well, but not understood.
    #[error(transparent)]
    Decode(Box<Undecoded>),
}

impl Error {
    /// What the API's error answer means; `None` when there was no such answer.
    pub fn kind(&self) -> Option<Kind> {
        self.api().map(ApiError::kind)
    }

    /// The API's error answer.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// Whether a write may have had its effect all the same: the outcome is unknown and has to be looked up.
    pub fn maybe_done(&self) -> bool {
        match self {
            Self::Build(_) => false,
            Self::Refused(refused) => refused.maybe_done,
            Self::Connect(lost) | Self::TimedOut(lost) | Self::Deadline(lost) | Self::Cancelled(lost) => {
                lost.maybe_done
            }
            Self::Api(error) => error.maybe_done(),
            Self::Decode(undecoded) => undecoded.maybe_done,
        }
    }

    /// Scaleway's name for the exchange, where there was one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.request_id(),
            Self::Decode(undecoded) => undecoded.request_id.as_deref(),
            _ => None,
        }
    }

    /// Which condition failed (`protected_resource`, `resource_still_in_use`), if the API said so.
    pub fn precondition(&self) -> Option<&str> {
        self.api().and_then(ApiError::precondition)
    }

    /// One sentence of advice, where there is any to give.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Api(error) => error.help(),
            Self::Connect(lost) | Self::TimedOut(lost) | Self::Deadline(lost) => lost.help.map(str::to_owned),
            Self::Refused(_) => {
                Some("Check the network, the proxy and the API's address, and https://status.scaleway.com.".to_owned())
            }
            Self::Build(_) | Self::Cancelled(_) | Self::Decode(_) => None,
        }
    }

    /// Keeps the doubt that earlier attempts of the same call left behind.
    pub(crate) fn doubting(mut self, doubt: bool) -> Self {
        if doubt {
            match &mut self {
                Self::Connect(lost) | Self::TimedOut(lost) | Self::Deadline(lost) | Self::Cancelled(lost) => {
                    lost.maybe_done = true;
                }
                Self::Api(error) => error.set_maybe_done(),
                Self::Decode(undecoded) => undecoded.maybe_done = true,
                Self::Refused(refused) => refused.maybe_done = true,
                Self::Build(_) => {}
            }
        }
        self
    }

    pub(crate) fn build(operation: &str, what: impl Into<String>) -> Self {
        Self::Build(Box::new(Unbuilt { operation: operation.to_owned(), what: what.into() }))
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

/// A call that could not be written.
#[derive(Debug)]
pub struct Unbuilt {
    operation: String,
    what: String,
}

impl fmt::Display for Unbuilt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the call {} cannot be made: {}", self.operation, self.what)
    }
}

impl StdError for Unbuilt {}

/// A call without an answer.
#[derive(Debug)]
pub struct Lost {
    what: String,
    maybe_done: bool,
    help: Option<&'static str>,
    cause: Option<Cause>,
}

impl Lost {
    /// `what` is a sentence without its full stop. The outcome counts as known until [`Lost::sent`] says otherwise.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), maybe_done: false, help: None, cause: None }
    }

    /// The call left this machine: a write may have been carried out.
    pub(crate) fn sent(mut self, is_read: bool) -> Self {
        self.maybe_done = !is_read;
        self
    }

    pub(crate) fn help(mut self, help: Option<&'static str>) -> Self {
        self.help = help;
        self
    }

    pub(crate) fn cause(mut self, cause: Cause) -> Self {
        self.cause = Some(cause);
        self
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.maybe_done {
            f.write_str(", so it is unknown whether the change was made")?;
        }
        Ok(())
    }
}

impl StdError for Lost {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_ref().map(|cause| &**cause as &(dyn StdError + 'static))
    }
}

/// A call that was not sent because its host does not answer. Its cause is the last failure of the host.
#[derive(Debug)]
pub struct Refused {
    host: String,
    maybe_done: bool,
    cause: Cause,
}

impl Refused {
    pub(crate) fn new(host: &str, why: &str) -> Self {
        Self { host: host.to_owned(), maybe_done: false, cause: why.into() }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} does not answer, so the call was not sent", self.host)
    }
}

impl StdError for Refused {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.cause)
    }
}

/// A good answer that could not be read.
#[derive(Debug)]
pub struct Undecoded {
    what: String,
    request_id: Option<String>,
    maybe_done: bool,
}

impl Undecoded {
    pub(crate) fn new(is_read: bool, what: impl Into<String>, request_id: Option<String>) -> Self {
        Self { what: what.into(), request_id, maybe_done: !is_read }
    }
}

impl fmt::Display for Undecoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scaleway's answer cannot be read: {}", self.what)?;
        if let Some(id) = &self.request_id {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}

impl StdError for Undecoded {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_lost_write_says_that_its_outcome_is_unknown() {
        let error = Error::TimedOut(Box::new(Lost::new("no answer").sent(false)));
        assert!(error.maybe_done());
        assert_eq!(error.to_string(), "no answer, so it is unknown whether the change was made");

        let error = Error::TimedOut(Box::new(Lost::new("no answer").sent(true)));
        assert!(!error.maybe_done());
        assert_eq!(error.to_string(), "no answer");
    }

    #[test]
    fn a_cause_is_found_by_source_and_not_in_the_text() {
        let lost = Lost::new("the host cannot be reached").cause("connection refused".into());
        let error = Error::Connect(Box::new(lost));
        assert_eq!(error.to_string(), "the host cannot be reached");
        assert_eq!(error.source().unwrap().to_string(), "connection refused");

        let error = Error::Refused(Box::new(Refused::new("host", "HTTP 503")));
        assert_eq!(error.to_string(), "host does not answer, so the call was not sent");
        assert_eq!(error.source().unwrap().to_string(), "HTTP 503");
    }
}
