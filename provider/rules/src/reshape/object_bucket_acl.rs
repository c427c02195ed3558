//! Bucket ACLs: `access_control_policy` in the program is a document in S3, and some documents are equal to a canned ACL.

use serde_json::{Value as Json, json};

use crate::wire::Wire;

/// The fields of an ACL.
const PARTS: [&str; 2] = ["owner", "grants"];

/// `access_control_policy` (`{owner, grants}`) becomes `owner` and `grants`.
pub(super) fn encode(wire: &mut Wire) {
    let Some(Json::Object(mut list)) = wire.remove("access_control_policy") else { return };
    for part in PARTS {
        if let Some(json) = list.remove(part) {
            wire.insert(part.to_owned(), json);
        }
    }
}

/// `owner` and `grants` become `access_control_policy`; the owner is also kept. `acl` is the canned ACL with the
/// same grants, independent of the id.
pub(super) fn decode(wire: &mut Wire) {
    let (owner, grants) = (wire.get("owner").cloned(), wire.remove("grants"));
    if let (Some(owner), Some(grants)) = (owner, grants) {
        wire.remove("acl");
        if let Some(word) = word(&owner, &grants) {
            wire.insert("acl".to_owned(), json!(word));
        }
        wire.insert("access_control_policy".to_owned(), json!({ "owner": owner, "grants": grants }));
    }
}

/// The canned ACL with these grants, if there is one.
fn word(owner: &Json, grants: &Json) -> Option<&'static str> {
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
mod tests {
    use super::*;
    use crate::reshape::reshaped;

    #[test]
    fn an_acl_is_returned_unchanged() {
        let list = json!({ "owner": { "id": "a:a" }, "grants": [{ "permission": "READ" }] });
        assert_eq!(reshaped(encode, &json!({ "access_control_policy": list })), list);
        let answered = json!({ "owner": list["owner"], "access_control_policy": list });
        assert_eq!(reshaped(decode, &list), answered);
    }

    #[test]
    fn grants_of_a_canned_acl_are_returned_as_its_name() {
        let own = json!({ "grantee": { "id": "a:a" }, "permission": "FULL_CONTROL" });
        let all = |group: &str, permission: &str| json!({ "grantee": { "uri": format!("http://x/{group}") }, "permission": permission });
        for (grants, word) in [
            (json!([own]), json!("private")),
            (json!([own, all("AllUsers", "READ")]), json!("public-read")),
            (json!([own, all("AllUsers", "WRITE"), all("AllUsers", "READ")]), json!("public-read-write")),
            (json!([own, all("AuthenticatedUsers", "READ")]), json!("authenticated-read")),
            (json!([own, all("AllUsers", "WRITE")]), Json::Null),
            (json!([all("AllUsers", "READ")]), Json::Null),
            (json!([own, { "grantee": { "id": "b:b" }, "permission": "READ" }]), Json::Null),
            (json!([7]), Json::Null),
        ] {
            let answer = json!({ "acl": "of the id", "owner": { "id": "a:a" }, "grants": grants });
            assert_eq!(reshaped(decode, &answer)["acl"], word, "{grants}");
        }
    }

    #[test]
    fn a_canned_acl_is_unchanged_and_unexpected_json_is_ignored() {
        assert_eq!(reshaped(encode, &json!({ "acl": "private" })), json!({ "acl": "private" }));
        assert_eq!(reshaped(encode, &json!({ "access_control_policy": null, "acl": "a" })), json!({ "acl": "a" }));
        assert_eq!(reshaped(decode, &json!({ "acl": "private" })), json!({ "acl": "private" }));
    }
}
