//! Authentication of API requests: `X-Auth-Token` contains the secret key.
//!
//! Requests to Object Storage, queues and topics have a signature over headers, body and time instead (`signature`).

use http::{HeaderValue, Request};
use secrecy::ExposeSecret;

use crate::settings::Credentials;

/// Adds the secret key. Fails if it contains characters that are not allowed in a header.
pub(crate) fn token<B>(request: &mut Request<B>, credentials: &Credentials) -> Result<(), &'static str> {
    let mut value = HeaderValue::from_str(credentials.secret_key.expose_secret())
        .map_err(|_| "the secret key contains characters that are not allowed in a header")?;
    // `Debug` of the headers does not print the value.
    value.set_sensitive(true);
    request.headers_mut().insert("x-auth-token", value);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_token_is_sent_but_not_printed() {
        let mut request = Request::new(());
        token(&mut request, &Credentials::new("SCWEXAMPLE", "canary")).unwrap();
        assert_eq!(request.headers()["x-auth-token"], "canary");
        assert!(!format!("{request:?}").contains("canary"));
    }

    #[test]
    fn an_invalid_key_is_not_printed() {
        let message = token(&mut Request::new(()), &Credentials::new("SCWEXAMPLE", "canary\n")).unwrap_err();
        assert!(!message.contains("canary"), "{message}");
    }
}
