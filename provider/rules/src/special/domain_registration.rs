//! Domain registrations, as a function returns them: features are enabled or disabled, without transitional states.
//!
//! A descriptor is not sufficient because two statuses mean one value, and because the fields of a registry become a list.

use serde_json::{Value as Json, json};

use super::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Registration;

impl Special for Registration {
    /// Adds `auto_renew`, `is_signed` and `domain_names`; the fields of the `.nl` registry become a list of strings.
    fn decode(&self, wire: &mut Wire) {
        for (status, switch) in [("auto_renew_status", "auto_renew"), ("dnssec.status", "is_signed")] {
            match wire::text(wire, status) {
                Some("enabled" | "enabling") => wire::set(wire, switch, json!(true)),
                Some("disabled" | "disabling") => wire::set(wire, switch, json!(false)),
                _ => {}
            }
        }
        if let Some(name) = wire::text(wire, "domain").map(str::to_owned) {
            wire::set(wire, "domain_names", json!([name]));
        }
        for contact in ["owner_contact", "administrative_contact", "technical_contact"] {
            if let Some(extension) = wire.get_mut(contact).and_then(|contact| contact.get_mut("extension_nl")) {
                let fields = ["legal_form", "legal_form_registration_number"].map(|field| extension[field].clone());
                *extension = fields.into_iter().filter(Json::is_string).collect();
            }
        }
    }
}

#[cfg(test)]
#[path = "domain_registration_tests.rs"]
mod tests;
