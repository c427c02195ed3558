//! Errors of calls, with a variant for each reaction of the caller.
//!
//! The caller adds the operation and the resource. No message contains a secret or its own cause; `source()` returns the
//! cause.

use std::error::Error as StdError;
use std::fmt;

use crate::api_error::{ApiError, Kind};

pub(crate) type Cause = Box<dyn StdError + Send + Sync>;

/// The error of a call. Its message is one clause without a full stop; [`Error::help`] returns the hint.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be built: a mistake in the call or the settings.
    #[error(transparent)]
    Build(Box<Unbuilt>),
    /// No connection, or it was closed before the response was complete.
    #[error(transparent)]
    Connect(Box<Lost>),
    /// No response within the time of one attempt.
    #[error(transparent)]
    TimedOut(Box<Lost>),
    /// The time limit of the operation was reached.
    #[error(transparent)]
    Deadline(Box<Lost>),
    /// Cancelled by the caller.
    #[error(transparent)]
    Cancelled(Box<Lost>),
    /// Not sent: no connection to the host succeeded for a long time, or the time limit was reached during an outage.
    #[error(transparent)]
    Unavailable(Box<Unavailable>),
    /// An error response.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// A successful response that cannot be decoded.
    #[error(transparent)]
    Decode(Box<Undecoded>),
}

impl Error {
    /// The kind of the error response, if there was one.
    pub fn kind(&self) -> Option<Kind> {
        self.api().map(ApiError::kind)
    }

    /// The error response of the API.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// Whether a write may have taken effect: its outcome is unknown and must be looked up.
    pub fn is_ambiguous(&self) -> bool {
        match self {
            Self::Build(_) => false,
            Self::Unavailable(unavailable) => unavailable.is_ambiguous,
            Self::Connect(lost) | Self::TimedOut(lost) | Self::Deadline(lost) | Self::Cancelled(lost) => {
                lost.is_ambiguous
            }
            Self::Api(error) => error.is_ambiguous(),
            Self::Decode(undecoded) => undecoded.is_ambiguous,
        }
    }

    /// The request ID of the response, if there was one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.request_id(),
            Self::Decode(undecoded) => undecoded.request_id.as_deref(),
            _ => None,
        }
    }

    /// The precondition that failed (`protected_resource`, `resource_still_in_use`), if the API returned one.
    pub fn precondition(&self) -> Option<&str> {
        self.api().and_then(ApiError::precondition)
    }

    /// The hint: one imperative sentence, if there is one.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Api(error) => error.help(),
            Self::Connect(lost) | Self::TimedOut(lost) | Self::Deadline(lost) => lost.help.map(str::to_owned),
            Self::Unavailable(_) => {
                Some("Check the network, the proxy, the URL of the API, and https://status.scaleway.com.".to_owned())
            }
            Self::Build(_) | Self::Cancelled(_) | Self::Decode(_) => None,
        }
    }

    /// The same error; its outcome is unknown if that of an earlier attempt is.
    #[must_use]
    pub fn or_ambiguous(mut self, ambiguous: bool) -> Self {
        if ambiguous {
            match &mut self {
                Self::Connect(lost) | Self::TimedOut(lost) | Self::Deadline(lost) | Self::Cancelled(lost) => {
                    lost.is_ambiguous = true;
                }
                Self::Api(error) => error.set_ambiguous(),
                Self::Decode(undecoded) => undecoded.is_ambiguous = true,
                Self::Unavailable(unavailable) => unavailable.is_ambiguous = true,
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

/// A request that cannot be built.
#[derive(Debug)]
pub struct Unbuilt {
    operation: String,
    what: String,
}

impl fmt::Display for Unbuilt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the request {} cannot be built: {}", self.operation, self.what)
    }
}

impl StdError for Unbuilt {}

/// A call without a response.
#[derive(Debug)]
pub struct Lost {
    what: String,
    is_ambiguous: bool,
    help: Option<&'static str>,
    cause: Option<Cause>,
}

impl Lost {
    /// `what` is a clause without a full stop. The outcome is known unless [`Lost::sent`] is called.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), is_ambiguous: false, help: None, cause: None }
    }

    /// The request was sent: a write may have taken effect.
    pub(crate) fn sent(mut self, is_read: bool) -> Self {
        self.is_ambiguous = !is_read;
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
        if self.is_ambiguous {
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

/// A call that was not sent because its host does not respond. Its cause is the last failure of the host.
#[derive(Debug)]
pub struct Unavailable {
    host: String,
    is_ambiguous: bool,
    cause: Cause,
}

impl Unavailable {
    pub(crate) fn new(host: &str, why: &str) -> Self {
        Self { host: host.to_owned(), is_ambiguous: false, cause: why.into() }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} does not respond, so the request was not sent", self.host)
    }
}

impl StdError for Unavailable {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.cause)
    }
}

/// A successful response that cannot be decoded.
#[derive(Debug)]
pub struct Undecoded {
    what: String,
    request_id: Option<String>,
    is_ambiguous: bool,
}

impl Undecoded {
    pub(crate) fn new(is_read: bool, what: impl Into<String>, request_id: Option<String>) -> Self {
        Self { what: what.into(), request_id, is_ambiguous: !is_read }
    }
}

impl fmt::Display for Undecoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scaleway's response cannot be decoded: {}", self.what)?;
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
    fn a_write_without_a_response_has_an_unknown_outcome() {
        let error = Error::TimedOut(Box::new(Lost::new("no response").sent(false)));
        assert!(error.is_ambiguous());
        assert_eq!(error.to_string(), "no response, so it is unknown whether the change was made");

        let error = Error::TimedOut(Box::new(Lost::new("no response").sent(true)));
        assert!(!error.is_ambiguous());
        assert_eq!(error.to_string(), "no response");
    }

    #[test]
    fn a_cause_is_the_source_and_not_in_the_message() {
        let lost = Lost::new("the host cannot be reached").cause("connection refused".into());
        let error = Error::Connect(Box::new(lost));
        assert_eq!(error.to_string(), "the host cannot be reached");
        assert_eq!(error.source().unwrap().to_string(), "connection refused");

        let error = Error::Unavailable(Box::new(Unavailable::new("host", "HTTP 503")));
        assert_eq!(error.to_string(), "host does not respond, so the request was not sent");
        assert_eq!(error.source().unwrap().to_string(), "HTTP 503");
    }
}
