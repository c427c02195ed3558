//! Domains of Transactional Email: the mail servers, which are the same for all domains.
//!
//! A descriptor is not sufficient because no response contains them: they are constants of Scaleway's clients.

use serde_json::{Value as Json, json};

use super::Special;
use crate::wire::Wire;

/// See the module.
pub(super) struct Domain;

impl Special for Domain {
    fn decode(&self, wire: &mut Wire) {
        let servers = json!({
            "mx_blackhole": "blackhole.tem.scaleway.com.",
            "smtp_host": "smtp.tem.scaleway.com",
            "smtp_port": 587,
            "smtp_port_alternative": 2587,
            "smtp_port_unsecure": 25,
            "smtps_port": 465,
            "smtps_port_alternative": 2465,
        });
        if let Json::Object(servers) = servers {
            wire.extend(servers);
        }
    }
}

#[cfg(test)]
#[path = "tem_domain_tests.rs"]
mod tests;
