//! The time of the client's clock, in the form that `rules` uses.

use client::Clock;
use jiff::Timestamp;

/// The current time, for values that change with it, such as a rotation.
pub fn hour(clock: &dyn Clock) -> Timestamp {
    Timestamp::try_from(clock.today()).unwrap_or_default()
}
