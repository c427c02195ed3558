//! Names of DNS stages of Edge Services.
#![allow(clippy::unwrap_used)]

use super::*;

fn object(names: &[&str], assigned: &str) -> Object {
    let names: Vec<Value> = names.iter().map(|name| Value::from(*name)).collect();
    [("fqdns".to_owned(), Value::from(names)), ("defaultFqdn".to_owned(), Value::from(assigned))].into_iter().collect()
}

fn adjusted(inputs: &Object, names: &[&str], assigned: &str) -> Object {
    let mut state = object(names, assigned);
    DnsStage.adjust_state(inputs, &Wire::new(), &mut state);
    state
}

#[test]
fn assigned_name_is_left_out() {
    let state = adjusted(&object(&["www.example.org"], ""), &["www.example.org", "x.edge.example"], "x.edge.example");
    assert_eq!(state, object(&["www.example.org"], "x.edge.example"));
}

#[test]
fn assigned_name_stays_if_the_program_sets_it_or_none_is_assigned() {
    let given = object(&["x.edge.example"], "");
    assert_eq!(adjusted(&given, &["x.edge.example"], "x.edge.example"), object(&["x.edge.example"], "x.edge.example"));
    assert_eq!(adjusted(&given, &["other.example.org"], ""), object(&["other.example.org"], ""));
}
