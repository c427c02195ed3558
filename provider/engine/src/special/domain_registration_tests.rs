//! The domains of a purchase and of the program, and their settings.

use super::*;

#[test]
fn a_purchase_names_its_domains_in_one_string() {
    for (domain, expected) in [
        (json!("example.com"), vec!["example.com"]),
        (json!("example.net, example.com"), vec!["example.com", "example.net"]),
        (json!(""), vec![]),
        (json!(null), vec![]),
    ] {
        let expected: BTreeSet<String> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(named(&json!({ "domain": domain })), expected, "{domain}");
    }
    assert_eq!(named(&json!([])), BTreeSet::new());
}

#[test]
fn names_have_the_order_of_the_program() {
    let desired = json!(["B.example", "a.example"]);
    assert_eq!(in_order_of(Some(&desired), vec!["a.example", "b.example"]), ["b.example", "a.example"]);
    assert_eq!(in_order_of(Some(&desired), vec!["other.example", "a.example"]), ["a.example", "other.example"]);
    assert_eq!(in_order_of(None, vec!["a.example"]), ["a.example"]);
}

#[test]
fn a_setting_that_is_being_enabled_counts_as_enabled() {
    for (status, expected) in [("enabled", true), ("enabling", true), ("disabling", false), ("disabled", false)] {
        assert_eq!(is_enabled(&json!({ "dnssec": { "status": status } }), "/dnssec/status"), expected, "{status}");
    }
    assert!(!is_enabled(&json!({ "dnssec": null }), "/dnssec/status"));
}
