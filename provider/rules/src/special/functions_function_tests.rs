//! Comparison of the code of a function with the last upload.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;

fn object(json: Json) -> Object {
    Value::from(json).as_object().cloned().unwrap_or_default()
}

/// The changes that remain of a diff with these changes.
fn adjusted(outputs: Json, old: Json, new: Json, found: &[&str]) -> Vec<String> {
    let (olds, old_inputs, news) = (object(outputs), object(old), object(new));
    let now = jiff::Timestamp::UNIX_EPOCH;
    let request = DiffRequest { olds: &olds, old_inputs: &old_inputs, news: &news, ignore_changes: &[], now };
    let change = Change { kind: ChangeKind::Update, replace: false };
    let changes: BTreeMap<Path, Change> = found.iter().map(|name| (Path::root(*name), change)).collect();
    let mut diff = Diff { changes, ..Diff::default() };
    Function.adjust_diff(&request, &mut diff);
    diff.properties().map(str::to_owned).collect()
}

#[test]
fn code_is_compared_with_the_last_upload() {
    let zip = |path: &str, hash: &str| json!({ "zipFile": path, "zipHash": hash });
    for (outputs, old, new, changed, left) in [
        // A failed upload is repeated.
        (json!({ "codeHash": "1" }), zip("a", "2"), zip("a", "2"), vec![], vec!["zipHash"]),
        (json!({ "codeHash": "2" }), zip("a", "2"), zip("a", "2"), vec![], vec![]),
        // Another path of the same content is not a change.
        (json!({ "codeHash": "2" }), zip("a", "2"), zip("b", "2"), vec!["zipFile"], vec![]),
        (
            json!({ "codeHash": "2" }),
            zip("a", "2"),
            zip("b", "3"),
            vec!["zipFile", "zipHash"],
            vec!["zipFile", "zipHash"],
        ),
        // The code of an imported function counts as deployed.
        (
            json!({ "status": "ready" }),
            json!({ "__imported": true }),
            zip("a", "2"),
            vec!["zipFile", "zipHash"],
            vec![],
        ),
        (
            json!({ "status": "created" }),
            json!({ "__imported": true }),
            zip("a", "2"),
            vec!["zipFile"],
            vec!["zipFile"],
        ),
    ] {
        assert_eq!(adjusted(outputs.clone(), old, new.clone(), &changed), left, "{outputs} {new}");
    }
}

#[test]
fn an_upload_stores_its_hash() {
    let mut state = Object::new();
    let Json::Object(answers) = json!({ UPLOADED: "1" }) else { return };
    Function.adjust_state(&Object::new(), &answers, &mut state);
    assert_eq!(state, Object::new().with("codeHash", "1"));
}
