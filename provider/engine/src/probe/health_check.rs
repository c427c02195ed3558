//! A health check: the request, and the validation of the response. Makes no calls; `probe` does.

use std::time::Duration;

use client::Probe;
use value::{Object, Value};

use super::expectation::{Expectation, Target, seconds};
use rules::error::{Error, ErrorKind};

/// Defaults, as in the descriptor.
const USUAL_INTERVAL: Duration = Duration::from_secs(5);
const USUAL_TIMEOUT: Duration = Duration::from_mins(5);
const USUAL_ATTEMPT: Duration = Duration::from_secs(10);

/// The expectation of the check.
pub(super) fn expectation(inputs: &Object) -> Result<Expectation, Error> {
    let invalid = |what: String| Error::new(ErrorKind::Invalid, what);
    let headers = inputs.get("headers").and_then(Value::as_object).into_iter().flatten();
    let headers = headers.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    let probe = Probe::new(inputs.text("url").unwrap_or_default(), headers).map_err(invalid)?;
    let statuses = inputs.get("statuses").and_then(Value::as_array).unwrap_or_default();
    let target = Target::Address {
        probe,
        statuses: statuses.iter().filter_map(Value::as_f64).filter_map(status).collect(),
        contains: inputs.text("contains").filter(|text| !text.is_empty()).map(str::to_owned),
    };
    Ok(Expectation {
        target,
        interval: seconds(inputs, "intervalSeconds").unwrap_or(USUAL_INTERVAL),
        timeout: seconds(inputs, "timeoutSeconds").unwrap_or(USUAL_TIMEOUT),
        attempt: seconds(inputs, "attemptTimeoutSeconds").unwrap_or(USUAL_ATTEMPT),
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be from 100 to 599")]
fn status(number: f64) -> Option<u16> {
    (100.0..600.0).contains(&number).then_some(number as u16)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use client::ProbeOutcome;
    use value::object;

    use super::super::expectation::SHOWN;
    use super::*;

    fn judged(inputs: Object, status: u16, body: &'static str) -> Result<Object, String> {
        let inputs = inputs.with("url", "https://example.org/health");
        let expectation = super::expectation(&inputs).unwrap();
        expectation
            .met(&ProbeOutcome::Response { status, body: body.as_bytes().into() })
            .map_err(|unhealthy| unhealthy.to_string())
    }

    #[test]
    fn a_response_is_valid_by_its_status_and_body() {
        let any = || object! {};
        assert_eq!(judged(any(), 204, "").unwrap(), object! { "status": 204.0 });
        assert_eq!(judged(any(), 301, "").unwrap_err(), "301 instead of 200 to 299");
        let message = "503 instead of 200 to 299, response: \"no  database\"";
        assert_eq!(judged(any(), 503, "\nno\r\ndatabase").unwrap_err(), message);
        let some = || object! { "statuses": vec![Value::from(200.0), Value::from(401.0)] };
        assert!(judged(some(), 401, "").is_ok());
        assert_eq!(judged(some(), 204, "").unwrap_err(), "204 instead of 200 or 401");
        let text = || object! { "contains": "ready" };
        assert!(judged(text(), 200, "all is ready").is_ok());
        let missed = "200 without the string \"ready\", response: \"warming up\"";
        assert_eq!(judged(text(), 200, "warming up").unwrap_err(), missed);
    }

    #[test]
    fn only_the_start_of_a_response_is_shown() {
        let long: &'static str = "é".repeat(1_000).leak();
        assert_eq!(judged(object! {}, 500, long).unwrap_err().matches('é').count(), SHOWN);
    }

    #[test]
    fn without_a_response_the_reason_is_shown() {
        let expectation = super::expectation(&object! { "url": "https://example.org" }).unwrap();
        assert_eq!(expectation.met(&ProbeOutcome::Failed("timed out".into())).unwrap_err().to_string(), "timed out");
        assert_eq!((expectation.interval, expectation.timeout), (USUAL_INTERVAL, USUAL_TIMEOUT));
    }
}
