//! ACLs of frontends, as resources and as a list of a frontend: the API needs source addresses in every match, and an index
//! for each ACL of a list.

use serde_json::{Value as Json, json};

use super::hooks::Special;
use crate::wire::{self, Wire};

/// The filter of a match that has none.
const NO_FILTER: &str = "acl_http_filter_none";

/// The HTTP status of a redirection without one.
const USUAL_CODE: i32 = 302;

/// See the module.
pub(super) struct Acl;

impl Special for Acl {
    /// A match without source addresses matches all of them, as the API does it. The order of the addresses is not significant,
    /// so they are sorted, and empty fields are left out: both spellings are the same request. ACLs of a list are numbered from
    /// 1, and named after their number.
    fn encode(&self, wire: &mut Wire) {
        complete(wire);
        for (position, acl) in acls(wire).enumerate() {
            complete(acl);
            if let Some(Json::Object(redirect)) = acl.get_mut("action").and_then(|action| action.get_mut("redirect")) {
                redirect.retain(|name, json| name != "code" || *json != USUAL_CODE);
            }
            acl.retain(|_, json| !wire::is_empty(json));
            acl.insert("index".to_owned(), json!(position + 1));
            acl.entry("name").or_insert_with(|| json!(format!("acl-{}", position + 1)));
        }
    }

    /// Sorts the ACLs of a list by their index.
    fn decode(&self, wire: &mut Wire) {
        if let Some(Json::Array(acls)) = wire.get_mut("acls") {
            acls.sort_by_key(|acl| acl.get("index").and_then(Json::as_i64));
        }
    }
}

fn complete(acl: &mut Wire) {
    let Some(Json::Object(matched)) = acl.get_mut("match") else { return };
    matched.retain(|_, json| !wire::is_empty(json) && *json != NO_FILTER);
    let subnets = matched.entry("ip_subnet").or_insert_with(|| json!(["0.0.0.0/0"]));
    if let Json::Array(subnets) = subnets {
        subnets.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
    }
}

fn acls(wire: &mut Wire) -> impl Iterator<Item = &mut Wire> {
    wire.get_mut("acls").and_then(Json::as_array_mut).into_iter().flatten().filter_map(Json::as_object_mut)
}

#[cfg(test)]
#[path = "loadbalancers_acl_tests.rs"]
mod tests;
