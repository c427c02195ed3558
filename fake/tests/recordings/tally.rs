//! The number of responses that were as recorded.

use std::fmt;

/// Counts of responses.
#[derive(Default)]
pub(crate) struct Tally {
    /// Responses to requests that the fake serves.
    pub(crate) compared: usize,
    pub(crate) same_status: usize,
    /// Answers with the same status and shape.
    pub(crate) same_shape: usize,
    /// Answers with the same status, and with the same shape except for fields that were added to the API after the
    /// recording.
    pub(crate) same_but_later: usize,
    /// Responses that no fake can reproduce from the recording.
    pub(crate) irreproducible: usize,
    /// Requests for operations that the fake does not serve, or that depend on them.
    pub(crate) not_served: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Self) {
        self.compared += other.compared;
        self.same_status += other.same_status;
        self.same_shape += other.same_shape;
        self.same_but_later += other.same_but_later;
        self.irreproducible += other.irreproducible;
        self.not_served += other.not_served;
    }

    /// The share of a count among the responses that were compared.
    pub(crate) fn share(&self, count: usize) -> f64 {
        let number = |count| u32::try_from(count).map_or(f64::MAX, f64::from);
        number(count) / number(self.compared.max(1))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |count| self.share(count) * 100.0;
        write!(
            f,
            "{:>5} answers: status equal {:5.1} %, shape {:5.1} % ({:5.1} % without what came later); {} irreproducible, {} not served",
            self.compared,
            percent(self.same_status),
            percent(self.same_shape),
            percent(self.same_but_later),
            self.irreproducible,
            self.not_served
        )
    }
}
