//! Node pools of Kubernetes in requests, responses and diffs.

use value::Value;

use super::super::{decoded, encoded};
use super::*;
use crate::operation::{Change, ChangeKind};

#[test]
fn node_types_have_underscores_in_requests() {
    for given in ["PRO2-XXS", "pro2_xxs", "pro2-xxs"] {
        assert_eq!(encoded(&Pool, &json!({ "node_type": given }))["node_type"], "pro2_xxs");
    }
    assert_eq!(encoded(&Pool, &json!({ "size": 1 })), json!({ "size": 1 }));
}

#[test]
fn addresses_belong_to_the_node_with_their_name() {
    let address = |id: &str, name: &str| json!({ "id": id, "resource": { "name": name } });
    let read = json!({ "size": 2, "nodes": [{ "name": "a" }, { "name": "" }], "addresses": [address("1", "a"), address("2", "b"), address("3", "")] });
    let read = decoded(&Pool, &read);
    assert_eq!(read["nodes"][0]["private_ips"], json!([address("1", "a")]));
    assert_eq!((&read["nodes"][1]["private_ips"], &read["current_size"]), (&json!([]), &json!(2)));
}

#[test]
fn the_number_of_nodes_is_left_to_the_autoscaler() {
    for (autoscaling, size) in [(true, 1.0), (false, 5.0)] {
        let inputs: Object =
            [("autoscaling".to_owned(), Value::from(autoscaling)), ("size".to_owned(), Value::from(1.0))]
                .into_iter()
                .collect();
        let mut state: Object = [("size".to_owned(), Value::from(5.0))].into_iter().collect();
        Pool.adjust_state(&inputs, &Wire::new(), &mut state);
        assert_eq!(state.given("size").and_then(Value::as_f64), Some(size));
        let request = DiffRequest {
            olds: &state,
            old_inputs: &inputs,
            news: &inputs,
            ignore_changes: &[],
            now: jiff::Timestamp::UNIX_EPOCH,
        };
        let mut diff = Diff::default();
        diff.changes.insert(Path::root("size"), Change { kind: ChangeKind::Update, replace: false });
        Pool.adjust_diff(&request, &mut diff);
        assert_eq!(diff.changes.is_empty(), autoscaling);
    }
}
