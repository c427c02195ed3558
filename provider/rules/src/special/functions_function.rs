//! Functions: the code is compared by the hash of the last upload, because no API response contains the code.

use serde_json::Value as Json;
use value::{Asset, Data, Object, Path, Value};

use super::Special;
use crate::operation::{Change, ChangeKind, Diff, DiffRequest};
use crate::wire::Wire;

/// See the module.
pub(super) struct Function;

/// The inputs that give code, and the one that tells whether the file of the second changed.
pub const CODE: [&str; 3] = ["code", "zipFile", "zipHash"];

/// Marks inputs that no program has given yet: they come from an import. Those that a program gives have no mark.
const IMPORTED: &str = "__imported";

/// Where the handler keeps what tells the uploaded code apart, among what the API answered.
pub const UPLOADED: &str = "code_hash";

impl Special for Function {
    /// What was uploaded just now is told in place of what was there before, which the state keeps otherwise.
    fn recognize(&self, _: &Object, answers: &Wire, state: &mut Object) {
        if let Some(hash) = answers.get(UPLOADED).and_then(Json::as_str) {
            state.insert("codeHash".to_owned(), Value::from(hash));
        }
    }

    fn imported(&self, inputs: &mut Object) {
        inputs.insert(IMPORTED.to_owned(), Value::from(true));
    }

    fn takes_care_of(&self, _: &Object) -> &'static [&'static str] {
        &CODE
    }

    fn foresee(&self, request: &DiffRequest<'_>, diff: &mut Diff) {
        for name in CODE {
            match differs(request, name) {
                None => {}
                Some(false) => diff.changes.retain(|path, _| path.top() != Some(name)),
                Some(true) => {
                    let change = Change { kind: ChangeKind::Update, replace: false };
                    diff.changes.entry(Path::root(name)).or_insert(change);
                }
            }
        }
    }
}

/// The code of the program is compared with what was uploaded last, where that is known: an upload that a failure undid or
/// cut off is made again. Of what was imported it is taken to be what runs.
fn differs(request: &DiffRequest<'_>, name: &str) -> Option<bool> {
    let (old, new) = (request.old_inputs, request.news);
    let uploaded = request.olds.text("codeHash");
    if old.contains_key(IMPORTED) && uploaded.is_none() && request.olds.text("status") == Some("ready") {
        return Some(false);
    }
    let told_by = if new.given("code").is_some() { "code" } else { "zipHash" };
    if let (true, Some(uploaded), Some(hash)) = (name == told_by, uploaded, known_hash(new))
        && uploaded != hash
    {
        return Some(true);
    }
    // A file that moved is the same as long as its hash says so.
    let known = new.given("zipFile").is_some_and(|path| !path.is_unknown());
    let same_hash = new.text("zipHash").is_some() && old.text("zipHash") == new.text("zipHash");
    (name == "zipFile" && known && old.given("zipFile").is_some() && same_hash).then_some(false)
}

/// What tells the code apart, as far as the inputs say it.
pub fn known_hash(inputs: &Object) -> Option<&str> {
    match asset(inputs) {
        Some(asset) => Some(asset.hash.as_str()).filter(|hash| !hash.is_empty()),
        None => inputs.text("zipHash"),
    }
}

/// The code of a function that is given as an asset.
pub fn asset(inputs: &Object) -> Option<&Asset> {
    match inputs.given("code")?.data() {
        Data::Asset(asset) => Some(asset),
        _ => None,
    }
}
