//! Servers of an instance group.

use super::*;

#[test]
fn servers_of_a_group_have_its_id_in_their_names() {
    let group = "11111111-1111-1111-1111-111111111111";
    assert!(is_member(&json!({ "name": format!("asg-{group}-1") }), group));
    assert!(!is_member(&json!({ "name": "web" }), group));
    assert!(!is_member(&json!({}), group));
}
