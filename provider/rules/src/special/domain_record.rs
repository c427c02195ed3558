//! DNS records: the data of MX and SRV records contains the priority, which is also an input of its own.
//!
//! Data was not enough because the syntax of `data` depends on the record type.

use value::{Object, Path, Value};

use super::Special;
use crate::dns;
use crate::operation::{Diff, DiffRequest, Failure};
use crate::wire::Wire;

/// See the module.
pub(super) struct Record;

impl Special for Record {
    fn check(&self, _: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        let Some(kind) = inputs.text("type") else { return };
        for (path, data) in data(inputs) {
            failures.extend(dns::fault(kind, data).map(|reason| Failure { path, reason }));
        }
        let told = inputs.text("data").and_then(|data| dns::told_priority(kind, data)).map(f64::from);
        if let (Some(told), Some(given)) = (told, inputs.given("priority").and_then(Value::as_f64))
            && (told - given).abs() > f64::EPSILON
        {
            let reason = format!("is {given}, but `data` says {told}: say it once, or say the same");
            failures.push(Failure { path: Path::root("priority"), reason });
        }
    }

    /// Shows a changed priority in the data where the program gives it there. Zero beside the data of an SRV record is what
    /// the API fills in, not a change.
    fn recognize(&self, inputs: &Object, _: &Wire, state: &mut Object) {
        let Some(kind) = inputs.text("type") else { return };
        let given = inputs.text("data").and_then(|data| dns::told_priority(kind, data));
        let Some(live) = state.given("priority").and_then(Value::as_f64) else { return };
        let Some(data) = state.text("data") else { return };
        let Some(live) = (0..=u16::MAX).find(|number| (f64::from(*number) - live).abs() < f64::EPSILON) else { return };
        let is_filled_in = kind == "SRV" && live == 0;
        if given.is_some() && dns::told_priority(kind, data) != Some(live) && !is_filled_in {
            let shown = dns::with_priority(kind, data, live);
            state.insert("data".to_owned(), Value::from(shown));
        }
    }

    /// The data sets the priority of a program that does not give one.
    fn foresee(&self, request: &DiffRequest<'_>, diff: &mut Diff) {
        let data = request.news.text("data").zip(request.news.text("type"));
        if data.is_some_and(|(data, kind)| dns::told_priority(kind, data).is_some()) {
            diff.warnings.retain(|warning| warning.path.top() != Some("priority"));
        }
    }

    /// The zone itself has an empty name; a program without any would get one that is made.
    fn imported(&self, inputs: &mut Object) {
        inputs.entry("name".to_owned()).or_insert_with(|| Value::from(""));
    }
}

/// Everything in the inputs that holds data of the record's type, and where it stands.
fn data(inputs: &Object) -> Vec<(Path, &str)> {
    let usual = inputs.text("data").map(|data| (Path::root("data"), data));
    let matches = inputs.given("geoIp").and_then(Value::as_object).and_then(|places| places.given("matches"));
    let lists = [(Path::root("geoIp").name("matches"), matches), (Path::root("views"), inputs.given("views"))];
    let inside = lists.into_iter().flat_map(|(path, list)| {
        let items = list.and_then(Value::as_array).unwrap_or_default().iter().enumerate();
        items.filter_map(move |(index, item)| Some((path.index(index).name("data"), item.as_object()?.text("data")?)))
    });
    usual.into_iter().chain(inside).collect()
}
