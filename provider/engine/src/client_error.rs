//! Errors of the API client as errors of a resource operation.

use std::error::Error as StdError;

use rules::error::{Error, ErrorKind};

/// Converts an error of the client, with its hint, its cause and whether the call may have taken effect.
pub(crate) fn of_client(error: client::Error) -> Error {
    let kind = match &error {
        client::Error::Cancelled(_) => ErrorKind::Cancelled,
        client::Error::Deadline(_) => ErrorKind::TimedOut,
        // No request was sent because of an input or a setting: a name such as `..`, an invalid key.
        client::Error::Build(_) => ErrorKind::Invalid,
        client::Error::Api(_) => error.kind().map_or(ErrorKind::Unreachable, of_api),
        _ => ErrorKind::Unreachable,
    };
    let fact = match root_cause(&error) {
        Some(cause) if matches!(kind, ErrorKind::Unreachable | ErrorKind::TimedOut) => format!("{error} ({cause})"),
        _ => error.to_string(),
    };
    let mut made = Error::new(kind, fact);
    if let Some(hint) = error.help() {
        made = made.hint(hint);
    }
    if error.is_ambiguous() {
        made = made.ambiguous();
    }
    made.because(error)
}

/// The API's error response, if that is the cause.
pub(crate) fn api_error(error: &Error) -> Option<&client::ApiError> {
    error.source()?.downcast_ref::<client::Error>()?.api()
}

/// A missing object does not need to be changed or deleted.
pub(crate) fn ignore_not_found(error: Error) -> Result<(), Error> {
    if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// The innermost cause of an error, such as "connection refused".
fn root_cause(error: &client::Error) -> Option<String> {
    let mut cause = error.source()?;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Some(cause.to_string())
}

fn of_api(kind: client::Kind) -> ErrorKind {
    match kind {
        client::Kind::NotFound => ErrorKind::NotFound,
        client::Kind::Denied => ErrorKind::Denied,
        client::Kind::Unauthenticated => ErrorKind::Unauthenticated,
        client::Kind::Busy | client::Kind::Conflict => ErrorKind::Precondition,
        client::Kind::Invalid => ErrorKind::Invalid,
        client::Kind::Quota => ErrorKind::Quota,
        client::Kind::Throttled | client::Kind::Broken | client::Kind::Foreign => ErrorKind::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_a_path_cannot_contain_is_an_invalid_input() {
        let rejected = client::Call::new(client::Method::GET, "/users/{name}", &[("name", "..")]);
        assert_eq!(rejected.map_err(of_client).map_err(|error| error.kind()).err(), Some(ErrorKind::Invalid));
    }
}
