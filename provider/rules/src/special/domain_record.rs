//! DNS records: the data of MX and SRV records contains the priority, which is also an input of its own.
//!
//! A descriptor is not sufficient because the syntax of `data` depends on the record type.

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
        let in_data = inputs.text("data").and_then(|data| dns::priority_in_data(kind, data)).map(f64::from);
        if let (Some(in_data), Some(given)) = (in_data, inputs.given("priority").and_then(Value::as_f64))
            && (in_data - given).abs() > f64::EPSILON
        {
            let reason = format!(
                "is {given}, but `data` contains the priority {in_data}: remove one of them, or make them equal"
            );
            failures.push(Failure { path: Path::root("priority"), reason });
        }
    }

    /// Shows a changed priority in `data` if the program sets it there. For SRV records the API fills in 0, which is not a
    /// change.
    fn adjust_state(&self, inputs: &Object, _: &Wire, state: &mut Object) {
        let Some(kind) = inputs.text("type") else { return };
        let given = inputs.text("data").and_then(|data| dns::priority_in_data(kind, data));
        let Some(live) = state.given("priority").and_then(Value::as_f64) else { return };
        let Some(data) = state.text("data") else { return };
        let Some(live) = (0..=u16::MAX).find(|number| (f64::from(*number) - live).abs() < f64::EPSILON) else { return };
        let is_filled_in = kind == "SRV" && live == 0;
        if given.is_some() && dns::priority_in_data(kind, data) != Some(live) && !is_filled_in {
            let shown = dns::with_priority(kind, data, live);
            state.insert("data".to_owned(), Value::from(shown));
        }
    }

    /// A priority in `data` replaces an unset `priority`.
    fn adjust_diff(&self, request: &DiffRequest<'_>, diff: &mut Diff) {
        let data = request.news.text("data").zip(request.news.text("type"));
        if data.is_some_and(|(data, kind)| dns::priority_in_data(kind, data).is_some()) {
            diff.warnings.retain(|warning| warning.path.top() != Some("priority"));
        }
    }

    /// The zone itself has an empty name; without a name Check would fill in an automatic one.
    fn imported(&self, inputs: &mut Object) {
        inputs.entry("name".to_owned()).or_insert_with(|| Value::from(""));
    }
}

/// All record data in the inputs, with their paths.
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
