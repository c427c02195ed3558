//! Domain registrations, as a function returns them: features are enabled or disabled, without transitional states.

use serde_json::{Value as Json, json};

use crate::wire::{self, Wire};

/// Requests are unchanged.
pub(super) fn encode(_wire: &mut Wire) {}

/// Adds `auto_renew`, `is_signed` and `domain_names`; the fields of the `.nl` registry become a list of strings.
pub(super) fn decode(wire: &mut Wire) {
    for (status, switch) in [("auto_renew_status", "auto_renew"), ("dnssec.status", "is_signed")] {
        if let Some(is_on) = wire::get(wire, status).and_then(Json::as_str).and_then(is_on) {
            wire.insert(switch.to_owned(), Json::from(is_on));
        }
    }
    if let Some(name) = wire.get("domain").and_then(Json::as_str).map(str::to_owned) {
        wire.insert("domain_names".to_owned(), json!([name]));
    }
    for contact in ["owner_contact", "administrative_contact", "technical_contact"] {
        if let Some(extension) = wire.get_mut(contact).and_then(|contact| contact.get_mut("extension_nl")) {
            let fields = ["legal_form", "legal_form_registration_number"].map(|field| extension[field].clone());
            *extension = fields.into_iter().filter(Json::is_string).collect();
        }
    }
}

/// Whether a feature is enabled or being enabled.
fn is_on(status: &str) -> Option<bool> {
    match status {
        "enabled" | "enabling" => Some(true),
        "disabled" | "disabling" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reshape::reshaped;

    #[test]
    fn features_are_enabled_or_disabled_or_absent_if_unknown() {
        let answer = json!({
            "domain": "example.org", "auto_renew_status": "enabling", "dnssec": { "status": "disabled" },
            "owner_contact": { "extension_nl": { "legal_form": "bv", "legal_form_registration_number": "7" } },
            "technical_contact": { "extension_nl": null },
        });
        let decoded = reshaped(decode, &answer);
        assert_eq!((&decoded["auto_renew"], &decoded["is_signed"]), (&json!(true), &json!(false)));
        assert_eq!(decoded["domain_names"], json!(["example.org"]));
        assert_eq!(decoded["owner_contact"]["extension_nl"], json!(["bv", "7"]));
        assert_eq!(reshaped(decode, &json!({ "auto_renew_status": "new" }))["auto_renew"], Json::Null);
    }

    #[test]
    fn any_json_survives() {
        for odd in [json!({ "dnssec": 7, "owner_contact": [] }), json!({ "owner_contact": { "extension_nl": 7 } })] {
            reshaped(decode, &odd);
        }
    }
}
