//! Entries of reverse DNS names.

use super::*;
use crate::special::encoded;

/// As recorded, with the entry of another resource.
fn answers() -> Wire {
    let json = json!({ "reverses": [
        { "address": null, "hostname": "2001-bc8-711-4b81-0-0-0-0.rev.scw.cloud." },
        { "address": "2001:bc8:711:4b81:dc00:1ff:fe27:167d", "hostname": "167d-fe27.instances.scw.cloud." },
        { "address": "2001:bc8:711:4b81::2a", "hostname": "web.example.org." },
        { "address": "2001:bc8:711:4b81::2b", "hostname": "mail.example.org." },
    ] });
    json.as_object().cloned().unwrap_or_default()
}

#[test]
fn entry_is_found_by_its_address_in_any_spelling() {
    let found = own(&answers(), Some("2001:0bc8:0711:4b81::2B"));
    assert_eq!(found, Some(("2001:bc8:711:4b81::2b".to_owned(), "mail.example.org".to_owned())));
    assert_eq!(own(&answers(), Some("2001:bc8:711:4b81::2c")), None);
    assert_eq!(own(&answers(), None).map(|(_, hostname)| hostname), Some("web.example.org".to_owned()));
}

#[test]
fn requests_contain_the_entries_of_other_resources_and_no_assigned_names() {
    let entry = json!({ "hostname": "www.example.org", "address": "2001:bc8:711:4b81::2a" });
    let other = json!({ "hostname": "mail.example.org", "address": "2001:bc8:711:4b81::2b" });
    let removed = ["2001:bc8:711:4b81::2a"];
    assert_eq!(merged(&answers(), &removed, Some(&entry)), json!([other, entry]));
    assert_eq!(merged(&answers(), &removed, None), json!([other]));
}

#[test]
fn inputs_are_one_entry() {
    let inputs = json!({ "reverses": "web.example.org", "reverse_address": "2001:0bc8::1" });
    let sent = encoded(&IpReverseDns, &inputs);
    assert_eq!(sent["reverses"], json!([{ "hostname": "web.example.org", "address": "2001:bc8::1" }]));
}

#[test]
fn resource_is_deleted_with_its_entry() {
    let expected = |address: &str| json!({ "reverse_address": address }).as_object().cloned().unwrap_or_default();
    assert!(!IpReverseDns.is_gone(&expected("2001:bc8:711:4b81::2a"), &answers()));
    assert!(IpReverseDns.is_gone(&expected("2001:bc8:711:4b81::2c"), &answers()));
    assert!(!IpReverseDns.is_gone(&expected("2001:bc8:711:4b81::2c"), &Wire::new()), "nothing was read");
}

#[test]
fn state_keeps_the_address_of_the_program() {
    let inputs = [("address".to_owned(), Value::from("2001:0bc8:0711:4b81::2a"))].into_iter().collect();
    let mut state = Object::new();
    IpReverseDns.adjust_state(&inputs, &answers(), &mut state);
    assert_eq!(state.text("address"), Some("2001:0bc8:0711:4b81::2a"));
    assert_eq!(state.text("hostname"), Some("web.example.org"));
}
