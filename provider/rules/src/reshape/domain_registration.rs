//! The registration of a domain, as a function tells it: switches are told as on or off, not as what they are becoming.
//!
//! It does not know how a domain is bought or renewed.

use serde_json::{Value as Json, json};

use crate::wire::{self, Wire};

/// Nothing of a request needs another shape.
pub(super) fn encode(_wire: &mut Wire) {}

/// Adds `auto_renew`, `is_signed` and `domain_names`; what the registry of `.nl` asks for becomes a list of texts.
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
            let texts = ["legal_form", "legal_form_registration_number"].map(|field| extension[field].clone());
            *extension = texts.into_iter().filter(Json::is_string).collect();
        }
    }
}

/// What a switch is, or is about to be.
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
    fn switches_are_on_or_off_and_nothing_if_nobody_knows() {
        let answer = json!({
            "domain": "example.org", "auto_renew_status": "enabling", "dnssec": { "status": "disabled" },
            "owner_contact": { "extension_nl": { "legal_form": "bv", "legal_form_registration_number": "7" } },
            "technical_contact": { "extension_nl": null },
        });
        let told = reshaped(decode, &answer);
        assert_eq!((&told["auto_renew"], &told["is_signed"]), (&json!(true), &json!(false)));
        assert_eq!(told["domain_names"], json!(["example.org"]));
        assert_eq!(told["owner_contact"]["extension_nl"], json!(["bv", "7"]));
        assert_eq!(reshaped(decode, &json!({ "auto_renew_status": "new" }))["auto_renew"], Json::Null);
    }

    #[test]
    fn any_json_survives() {
        for odd in [json!({ "dnssec": 7, "owner_contact": [] }), json!({ "owner_contact": { "extension_nl": 7 } })] {
            reshaped(decode, &odd);
        }
    }
}
