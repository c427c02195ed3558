//! ACLs of buckets in requests and responses.

use super::super::{decoded, encoded};
use super::*;

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
        assert_eq!(decoded(&BucketAcl, &answer)["acl"], word, "{grants}");
    }
}

#[test]
fn an_acl_without_grants_is_unchanged() {
    for answer in [json!({ "acl": "private" }), json!({ "acl": "private", "owner": { "id": "a" } })] {
        assert_eq!(decoded(&BucketAcl, &answer), answer);
        assert_eq!(encoded(&BucketAcl, &answer), answer);
    }
}
