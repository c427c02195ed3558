//! When a credential is due to be made anew: after some days, or when a word of the program changes. Knows no credential;
//! what is made of its outputs is made anew with them.

use jiff::{SignedDuration, Timestamp};
use value::{Object, Path, Value, object};

use super::Local;
use crate::error::{Error, ErrorKind};
use crate::operation::{Change, ChangeKind, Diff, DiffRequest};
use crate::rng::Rng;

/// See the module.
pub(super) struct Rotation;

/// Where the program says nothing, as the descriptor has it.
const USUAL_AGE: f64 = 90.0;
const USUAL_GRACE: f64 = 30.0;

/// The property that stands for the time, which changes by itself.
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
        let same_word = request.old_inputs.given("trigger") == request.news.given("trigger");
        let is_due = left(request.olds, request.news, request.now).is_none_or(|left| !left.is_positive());
        if same_word && !is_due {
            return Ok(Object::new());
        }
        let generation = request.olds.get("generation").and_then(Value::as_f64).unwrap_or_default();
        begun(generation + 1.0, request.news, request.now)
    }

    /// Which generation it will be is certain where nothing that decides it is unknown: so a preview tells what is made anew.
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

/// A generation that begins now. Its end is fixed with it, so that nothing made of it changes before the next one.
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

/// How long it is until the next generation is due; nothing where the state does not tell. A shorter age counts at once, a
/// longer one from the next generation on: what there is ends when it was said to.
fn left(olds: &Object, news: &Object, now: Timestamp) -> Option<SignedDuration> {
    let at = |name: &str| olds.text(name)?.parse::<Timestamp>().ok();
    let by_age = at(ROTATED_AT)?.checked_add(of_days(news, "maxAgeDays", USUAL_AGE)).ok()?;
    let due = at("dueAt").map_or(by_age, |due| due.min(by_age));
    Some(due.duration_since(now))
}

fn of_days(inputs: &Object, name: &str, usual: f64) -> SignedDuration {
    SignedDuration::from_secs_f64(inputs.get(name).and_then(Value::as_f64).unwrap_or(usual) * 86_400.0)
}

/// `12 days`; what is less than a day is told in hours.
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
    fn a_generation_lasts_its_days_and_tells_how_many_are_left() {
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
    fn the_next_generation_is_told_beforehand_unless_what_decides_it_is_unknown() {
        let outlook = |olds: &Object, news: &Object| {
            let request = DiffRequest { olds, old_inputs: olds, news, ignore_changes: &[], now: day(1) };
            Rotation.outlook(&request).get("generation").and_then(Value::as_f64)
        };
        let inputs = object! { "maxAgeDays": 10.0, "trigger": "one" };
        assert_eq!(outlook(&Object::new(), &inputs), Some(1.0));
        let mut state = Rotation.make(&NoRng, &inputs, day(0)).unwrap();
        state.extend(inputs.clone());
        assert_eq!(outlook(&state, &inputs), None, "it stays what it is");
        assert_eq!(outlook(&state, &inputs.clone().with("trigger", "two")), Some(2.0));
        assert_eq!(outlook(&state, &inputs.with("trigger", Value::UNKNOWN)), None);
    }

    #[test]
    fn another_word_makes_a_new_generation_and_an_age_alone_none() {
        let inputs = object! { "maxAgeDays": 10.0, "trigger": "one" };
        let mut state = Rotation.make(&NoRng, &inputs, day(0)).unwrap();
        state.extend(inputs);
        let other = object! { "maxAgeDays": 10.0, "trigger": "two" };
        assert_eq!(seen(&state, &other, day(1)).1["generation"].as_f64(), Some(2.0));
        let longer = object! { "maxAgeDays": 100.0, "trigger": "one" };
        assert!(seen(&state, &longer, day(1)).1.is_empty(), "what ends on a day still ends on that day");
        assert_eq!(seen(&state, &longer, day(10)).1["generation"].as_f64(), Some(2.0));
        let shorter = object! { "maxAgeDays": 1.0, "trigger": "one" };
        assert_eq!(seen(&state, &shorter, day(1)).1["generation"].as_f64(), Some(2.0));
    }
}
