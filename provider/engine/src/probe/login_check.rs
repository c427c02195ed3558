//! A login check: the user and the database. Makes no calls; `probe` does.

use std::time::Duration;

use client::{Encryption, Login};
use value::{Object, Value};

use super::expectation::{Expectation, Target, seconds};
use rules::error::{Error, ErrorKind};

/// Defaults, as in the descriptor.
const USUAL_PORT: u16 = 5432;
const USUAL_INTERVAL: Duration = Duration::from_secs(5);
const USUAL_TIMEOUT: Duration = Duration::from_mins(3);
const USUAL_ATTEMPT: Duration = Duration::from_secs(10);

/// The expectation of the check.
pub(super) fn expectation(inputs: &Object) -> Result<Expectation, Error> {
    let text = |name: &str| inputs.text(name).unwrap_or_default().to_owned();
    let encryption = match (inputs.text("encryption"), inputs.given("certificate").and_then(Value::as_str)) {
        (Some("disable"), _) => Encryption::None,
        (_, Some(pem)) => Encryption::known(pem).map_err(|what| {
            Error::new(ErrorKind::Invalid, what).hint("set `certificate` to the instance's certificate")
        })?,
        _ => Encryption::AnyCertificate,
    };
    let login = Login {
        host: text("host"),
        port: inputs.get("port").and_then(Value::as_f64).map_or(USUAL_PORT, port),
        database: text("database"),
        user: text("userName"),
        password: text("password").into(),
        encryption,
    };
    Ok(Expectation {
        target: Target::Database(login),
        interval: seconds(inputs, "intervalSeconds").unwrap_or(USUAL_INTERVAL),
        timeout: seconds(inputs, "timeoutSeconds").unwrap_or(USUAL_TIMEOUT),
        attempt: seconds(inputs, "attemptTimeoutSeconds").unwrap_or(USUAL_ATTEMPT),
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be from 1 to 65535")]
fn port(number: f64) -> u16 {
    number as u16
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use value::object;

    use super::*;

    fn login(more: Object) -> Result<Login, Error> {
        let mut inputs = object! { "host": "10.0.0.2", "database": "app", "userName": "bob", "password": "canary" };
        inputs.extend(more);
        match super::expectation(&inputs)?.target {
            Target::Database(login) => Ok(login),
            Target::Address { .. } => panic!("the target is a database"),
        }
    }

    #[test]
    fn a_connection_is_encrypted_unless_the_program_disables_it() {
        let usual = login(object! {}).unwrap();
        assert_eq!((usual.port, usual.encryption), (5432, Encryption::AnyCertificate));
        assert_eq!(login(object! { "encryption": "disable" }).unwrap().encryption, Encryption::None);
        let pem = "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n";
        assert!(matches!(login(object! { "certificate": pem }).unwrap().encryption, Encryption::Known(_)));
        assert!(login(object! { "certificate": "what" }).is_err());
    }
}
