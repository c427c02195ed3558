//! Domain registrations in responses.

use super::super::decoded;
use super::*;

#[test]
fn features_are_enabled_or_disabled_or_absent_if_unknown() {
    let answer = json!({
        "domain": "example.org", "auto_renew_status": "enabling", "dnssec": { "status": "disabled" },
        "owner_contact": { "extension_nl": { "legal_form": "bv", "legal_form_registration_number": "7" } },
        "technical_contact": { "extension_nl": null },
    });
    let shown = decoded(&Registration, &answer);
    assert_eq!((&shown["auto_renew"], &shown["is_signed"]), (&json!(true), &json!(false)));
    assert_eq!(shown["domain_names"], json!(["example.org"]));
    assert_eq!(shown["owner_contact"]["extension_nl"], json!(["bv", "7"]));
    assert_eq!(decoded(&Registration, &json!({ "auto_renew_status": "new" }))["auto_renew"], Json::Null);
}

#[test]
fn any_json_survives() {
    for odd in [json!({ "dnssec": 7, "owner_contact": [] }), json!({ "owner_contact": { "extension_nl": 7 } })] {
        decoded(&Registration, &odd);
    }
}
