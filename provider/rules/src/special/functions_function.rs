//! Functions: the code is compared by the hash of the last upload, because no API response contains the code.

use serde_json::Value as Json;
use value::{Asset, Data, Object, Path, Value};

use super::hooks::Special;
use crate::operation::{Change, ChangeKind, Diff, DiffRequest};
use crate::wire::Wire;

/// See the module.
pub(super) struct Function;

/// The inputs with the code, and the hash of the second one.
pub const CODE: [&str; 3] = ["code", "zipFile", "zipHash"];

/// Marks inputs that come from an import. Inputs of a program have no mark.
const IMPORTED: &str = "__imported";

/// The response field in which the handler stores the hash of the uploaded code.
pub const UPLOADED: &str = "code_hash";

impl Special for Function {
    /// The hash of a new upload replaces the one in the state.
    fn adjust_state(&self, _: &Object, answers: &Wire, state: &mut Object) {
        if let Some(hash) = answers.get(UPLOADED).and_then(Json::as_str) {
            state.insert("codeHash".to_owned(), Value::from(hash));
        }
    }

    fn imported(&self, inputs: &mut Object) {
        inputs.insert(IMPORTED.to_owned(), Value::from(true));
    }

    fn adjust_diff(&self, request: &DiffRequest<'_>, diff: &mut Diff) {
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

/// Compares the code of the program with the last upload, if that is known: a failed upload is repeated. For an imported
/// function the program's code counts as deployed.
fn differs(request: &DiffRequest<'_>, name: &str) -> Option<bool> {
    let (old, new) = (request.old_inputs, request.news);
    let uploaded = request.olds.text("codeHash");
    if old.contains_key(IMPORTED) && uploaded.is_none() && request.olds.text("status") == Some("ready") {
        return Some(false);
    }
    let hash_input = if new.given("code").is_some() { "code" } else { "zipHash" };
    if let (true, Some(uploaded), Some(hash)) = (name == hash_input, uploaded, known_hash(new))
        && uploaded != hash
    {
        return Some(true);
    }
    // A file with another path and the same hash is unchanged.
    let known = new.given("zipFile").is_some_and(|path| !path.is_unknown());
    let same_hash = new.text("zipHash").is_some() && old.text("zipHash") == new.text("zipHash");
    (name == "zipFile" && known && old.given("zipFile").is_some() && same_hash).then_some(false)
}

/// The hash of the code in the inputs, if known.
pub fn known_hash(inputs: &Object) -> Option<&str> {
    match asset(inputs) {
        Some(asset) => Some(asset.hash.as_str()).filter(|hash| !hash.is_empty()),
        None => inputs.text("zipHash"),
    }
}

/// The code of a function that is an asset.
pub fn asset(inputs: &Object) -> Option<&Asset> {
    match inputs.given("code")?.data() {
        Data::Asset(asset) => Some(asset),
        _ => None,
    }
}

#[cfg(test)]
#[path = "functions_function_tests.rs"]
mod tests;
