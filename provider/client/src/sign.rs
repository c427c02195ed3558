//! Puts the key on a request: `X-Auth-Token` carries the secret half as it is.
//!
//! Deliberately does not know Object Storage, whose requests are signed over their headers, body and time (`storage`).

use http::{HeaderValue, Request};
use secrecy::ExposeSecret;

use crate::settings::Credentials;

/// Signs with the secret key. Fails when the key holds characters that no header may.
pub(crate) fn token<B>(request: &mut Request<B>, credentials: &Credentials) -> Result<(), &'static str> {
    let mut value = HeaderValue::from_str(credentials.secret_key.expose_secret())
        .map_err(|_| "the secret key holds characters that are not allowed in a key")?;
    // Keeps the value out of every Debug of the headers.
    value.set_sensitive(true);
    request.headers_mut().insert("x-auth-token", value);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_token_is_sent_but_never_shown() {
        let mut request = Request::new(());
        token(&mut request, &Credentials::new("SCWEXAMPLE", "canary")).unwrap();
        assert_eq!(request.headers()["x-auth-token"], "canary");
        assert!(!format!("{request:?}").contains("canary"));
    }

    #[test]
    fn an_impossible_key_is_not_shown_either() {
        let message = token(&mut Request::new(()), &Credentials::new("SCWEXAMPLE", "canary\n")).unwrap_err();
        assert!(!message.contains("canary"), "{message}");
    }
}
