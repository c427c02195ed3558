//! The schedule of a credential rotation: after some days, or when `trigger` changes. Contains no credential; resources that
//! use its outputs are replaced when they change.

use jiff::{SignedDuration, Timestamp};
use value::{Object, Path, Value, object};

use super::hooks::Local;
use crate::error::{Error, ErrorKind};
use crate::operation::{Change, ChangeKind, Diff, DiffRequest};
use crate::rng::Rng;

/// See the module.
pub(super) struct Rotation;

/// Defaults, as in the descriptor.
const USUAL_AGE: f64 = 90.0;
const USUAL_GRACE: f64 = 30.0;

/// The property that changes when a rotation is due.
const ROTATED_AT: &str = "rotatedAt";

impl Local for Rotation {
    fn make(&self, _: &dyn Rng, inputs: &Object, now: Timestamp) -> Result<Object, Error> {
        begun(1.0, inputs, now)
    }

    fn adjust_diff(&self, request: &DiffRequest<'_>, diff: &mut Diff) {
        let Some(left) = left(request.olds, request.news, request.now) else { return };
        if diff.changes.contains_key(&Path::root("trigger")) {
            diff.notes.push("`trigger` changed: the credential is rotated now".to_owned());
        } else if left.is_positive() {
            diff.notes.push(format!("the credential is rotated in {}, or when `trigger` changes", days(left)));
        } else {
            diff.notes.push(format!("the rotation was due {} ago: the credential is rotated now", days(left.abs())));
            let changed = Change { kind: ChangeKind::Update, replace: false };
            diff.changes.insert(Path::root(ROTATED_AT), changed);
        }
    }

    fn remake(&self, request: &DiffRequest<'_>) -> Result<Object, Error> {
        let same_trigger = request.old_inputs.given("trigger") == request.news.given("trigger");
        let is_due = left(request.olds, request.news, request.now).is_none_or(|left| !left.is_positive());
        if same_trigger && !is_due {
            return Ok(Object::new());
        }
        let generation = request.olds.get("generation").and_then(Value::as_f64).unwrap_or_default();
        begun(generation + 1.0, request.news, request.now)
    }

    /// The next generation is known if its inputs are known, so that a preview shows which resources are replaced.
    fn outlook(&self, request: &DiffRequest<'_>) -> Object {
        let decides = ["trigger", "maxAgeDays"];
        if request.olds.is_empty() {
            return object! { "generation": 1.0 };
        }
        if decides.iter().any(|name| request.news.get(*name).is_some_and(Value::contains_unknown)) {
            return Object::new();
        }
        let made = self.remake(request).unwrap_or_default();
        made.into_iter().filter(|(name, _)| name == "generation").collect()
    }
}

/// A generation that starts now. Its end is stored, so that outputs do not change before the next generation.
fn begun(generation: f64, inputs: &Object, now: Timestamp) -> Result<Object, Error> {
    let wrong = |_| Error::new(ErrorKind::Internal, "the system clock is out of range");
    let now = Timestamp::from_second(now.as_second()).map_err(wrong)?;
    let due = now.checked_add(of_days(inputs, "maxAgeDays", USUAL_AGE)).map_err(wrong)?;
    let end = due.checked_add(of_days(inputs, "graceDays", USUAL_GRACE)).map_err(wrong)?;
    Ok(object! {
        "generation": generation,
        "rotatedAt": now.to_string(),
        "dueAt": due.to_string(),
        "endsAt": end.to_string(),
    })
}

/// The time until the next generation is due; `None` if the state does not contain it. A shorter `maxAgeDays` applies at
/// once, a longer one from the next generation on.
fn left(olds: &Object, news: &Object, now: Timestamp) -> Option<SignedDuration> {
    let at = |name: &str| olds.text(name)?.parse::<Timestamp>().ok();
    let by_age = at(ROTATED_AT)?.checked_add(of_days(news, "maxAgeDays", USUAL_AGE)).ok()?;
    let due = at("dueAt").map_or(by_age, |due| due.min(by_age));
    Some(due.duration_since(now))
}

fn of_days(inputs: &Object, name: &str, usual: f64) -> SignedDuration {
    SignedDuration::from_secs_f64(inputs.get(name).and_then(Value::as_f64).unwrap_or(usual) * 86_400.0)
}

/// `12 days`; hours if it is less than a day.
fn days(time: SignedDuration) -> String {
    let (number, unit) = match time.as_hours() {
        hours if hours < 24 => (hours, "hour"),
        hours => (hours / 24, "day"),
    };
    let several = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{several}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::rng::NoRng;

    fn day(number: i64) -> Timestamp {
        Timestamp::from_second(86_400 * (20_000 + number)).unwrap()
    }

    fn seen(olds: &Object, news: &Object, now: Timestamp) -> (Diff, Object) {
        let request = DiffRequest { olds, old_inputs: olds, news, ignore_changes: &[], now };
        let mut diff = Diff::default();
        Rotation.adjust_diff(&request, &mut diff);
        (diff, Rotation.remake(&request).unwrap())
    }

    #[test]
    fn a_generation_lasts_its_days_and_the_preview_shows_the_remaining_days() {
        let inputs = object! { "maxAgeDays": 10.0, "graceDays": 5.0 };
        let mut state = Rotation.make(&NoRng, &inputs, day(0)).unwrap();
        state.extend(inputs.clone());
        assert_eq!(state.text("endsAt"), Some("2024-10-19T00:00:00Z"));
        let (diff, made) = seen(&state, &inputs, day(3));
        assert_eq!(diff.notes, ["the credential is rotated in 7 days, or when `trigger` changes"]);
        assert!(diff.changes.is_empty() && made.is_empty());
        let (diff, made) = seen(&state, &inputs, day(12));
        assert_eq!(diff.notes, ["the rotation was due 2 days ago: the credential is rotated now"]);
        assert_eq!(diff.properties().collect::<Vec<_>>(), [ROTATED_AT]);
        assert_eq!(made["generation"].as_f64(), Some(2.0));
        assert_eq!(made.text("rotatedAt"), Some("2024-10-16T00:00:00Z"));
    }

    #[test]
    fn a_preview_shows_the_next_generation_unless_its_inputs_are_unknown() {
        let outlook = |olds: &Object, news: &Object| {
            let request = DiffRequest { olds, old_inputs: olds, news, ignore_changes: &[], now: day(1) };
            Rotation.outlook(&request).get("generation").and_then(Value::as_f64)
        };
        let inputs = object! { "maxAgeDays": 10.0, "trigger": "one" };
        assert_eq!(outlook(&Object::new(), &inputs), Some(1.0));
        let mut state = Rotation.make(&NoRng, &inputs, day(0)).unwrap();
        state.extend(inputs.clone());
        assert_eq!(outlook(&state, &inputs), None, "the generation does not change");
        assert_eq!(outlook(&state, &inputs.clone().with("trigger", "two")), Some(2.0));
        assert_eq!(outlook(&state, &inputs.with("trigger", Value::UNKNOWN)), None);
    }

    #[test]
    fn a_changed_trigger_starts_a_new_generation_and_a_changed_age_does_not() {
        let inputs = object! { "maxAgeDays": 10.0, "trigger": "one" };
        let mut state = Rotation.make(&NoRng, &inputs, day(0)).unwrap();
        state.extend(inputs);
        let other = object! { "maxAgeDays": 10.0, "trigger": "two" };
        assert_eq!(seen(&state, &other, day(1)).1["generation"].as_f64(), Some(2.0));
        let longer = object! { "maxAgeDays": 100.0, "trigger": "one" };
        assert!(seen(&state, &longer, day(1)).1.is_empty(), "the current generation keeps its end");
        assert_eq!(seen(&state, &longer, day(10)).1["generation"].as_f64(), Some(2.0));
        let shorter = object! { "maxAgeDays": 1.0, "trigger": "one" };
        assert_eq!(seen(&state, &shorter, day(1)).1["generation"].as_f64(), Some(2.0));
    }
}
