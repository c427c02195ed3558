//! Bucket ACLs: some lists of grants are equal to a canned ACL.
//!
//! A descriptor is not sufficient because the name of a canned ACL is computed from its grants.

use serde_json::{Value as Json, json};

use super::hooks::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct BucketAcl;

impl Special for BucketAcl {
    /// `acl` is the canned ACL with the same grants, independent of the ID.
    fn decode(&self, wire: &mut Wire) {
        if let (Some(owner), Some(grants)) = (wire.get("owner"), wire.get("grants")) {
            let name = canned(owner, grants);
            wire.remove("acl");
            if let Some(name) = name {
                wire::set(wire, "acl", json!(name));
            }
        }
    }
}

/// The canned ACL with these grants, if there is one.
fn canned(owner: &Json, grants: &Json) -> Option<&'static str> {
    let mut others = Vec::new();
    let mut own = false;
    for grant in grants.as_array()? {
        let (grantee, permission) = (&grant["grantee"], grant["permission"].as_str()?);
        match grantee["uri"].as_str() {
            Some(uri) => others.push((uri.rsplit('/').next().unwrap_or_default(), permission)),
            None if grantee["id"] == owner["id"] && permission == "FULL_CONTROL" => own = true,
            None => return None,
        }
    }
    others.sort_unstable();
    match others.as_slice() {
        _ if !own => None,
        [] => Some("private"),
        [("AllUsers", "READ")] => Some("public-read"),
        [("AllUsers", "READ"), ("AllUsers", "WRITE")] => Some("public-read-write"),
        [("AuthenticatedUsers", "READ")] => Some("authenticated-read"),
        _ => None,
    }
}

#[cfg(test)]
#[path = "object_bucket_acl_tests.rs"]
mod tests;
