//! What a bucket policy would do to whoever sets it. Pure; knows no API key, so it can only warn.

use serde_json::Value as Json;

/// The version in which a policy allows what it names and nothing else, whatever rights there are beside it.
const STRICT: &str = "2023-04-17";

/// What is needed to change a policy again.
const CHANGES: [&str; 2] = ["PutBucketPolicy", "DeleteBucketPolicy"];

/// What is doubtful about a policy that would leave nobody who may change it, but for the owner of the organization.
pub(super) fn lock_out(text: &str) -> Option<String> {
    let policy: Json = serde_json::from_str(text).ok()?;
    let statements = listed(&policy["Statement"]);
    let speaks = |statement: &&&Json| {
        let actions = listed(&statement["Action"]);
        let covers = |action: &str| actions.iter().filter_map(|one| one.as_str()).any(|one| fits(one, action));
        // Resources within the bucket are objects; its policy is the bucket's own.
        let resources = listed(&statement["Resource"]);
        let on_bucket = resources.iter().filter_map(|one| one.as_str()).any(|one| !one.contains('/') || one == "*");
        on_bucket && CHANGES.into_iter().any(covers)
    };
    let has = |effect: &str, so: &dyn Fn(&Json) -> bool| {
        statements.iter().filter(speaks).any(|statement| statement["Effect"] == effect && so(statement))
    };
    // A condition may leave somebody.
    if has("Deny", &|statement| is_everybody(&statement["Principal"]) && statement["Condition"].is_null()) {
        return Some(
            "it denies everybody, this API key too, to change the policy again: name in its place whom you mean to deny"
                .to_owned(),
        );
    }
    let strict = policy["Version"] == STRICT;
    (strict && !has("Allow", &|_| true)).then(|| {
        "it allows nobody to change it again, and whoever it does not name loses the bucket, this API key too: allow \
         `s3:*` on the bucket and what is in it to the application or user that deploys (`application_id:<id>`, \
         `user_id:<id>`); else only the owner of the organization can undo it"
            .to_owned()
    })
}

fn listed(json: &Json) -> Vec<&Json> {
    match json {
        Json::Array(items) => items.iter().collect(),
        Json::Null => Vec::new(),
        one => vec![one],
    }
}

fn is_everybody(principal: &Json) -> bool {
    listed(principal).into_iter().chain(listed(&principal["SCW"])).any(|one| one == "*")
}

/// Whether a pattern such as `s3:*Policy` covers an action.
fn fits(pattern: &str, action: &str) -> bool {
    let pattern = pattern.strip_prefix("s3:").unwrap_or(pattern);
    match pattern.split_once('*') {
        None => pattern == action,
        Some((head, "")) => action.starts_with(head),
        Some((head, rest)) => action.starts_with(head) && action.ends_with(rest.rsplit('*').next().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(version: &str, statements: &Json) -> Option<String> {
        lock_out(&json!({ "Version": version, "Statement": statements }).to_string())
    }

    fn statement(effect: &str, principal: &Json, action: &Json, resource: &Json) -> Json {
        json!({ "Effect": effect, "Principal": principal, "Action": action, "Resource": resource })
    }

    #[test]
    fn a_policy_that_nobody_may_change_again_is_doubted() {
        let everybody = json!({ "SCW": "*" });
        for statements in [
            json!([]),
            json!([statement("Allow", &everybody, &json!("s3:GetObject"), &json!(["b", "b/*"]))]),
            json!(statement("Allow", &everybody, &json!(["s3:*"]), &json!(["b/*"]))),
        ] {
            let told = told("2023-04-17", &statements).unwrap_or_default();
            assert!(told.contains("allows nobody to change it again"), "{statements}: {told}");
            assert_eq!(lock_out(&json!({ "Version": "2012-10-17", "Statement": statements }).to_string()), None);
        }
    }

    #[test]
    fn a_policy_that_somebody_may_change_is_none_of_our_business() {
        let deployer = json!({ "SCW": "application_id:11111111-1111-1111-1111-111111111111" });
        for action in ["*", "s3:*", "s3:Put*", "s3:DeleteBucketPolicy", "s3:*Policy"] {
            let statements = json!([statement("Allow", &deployer, &json!([action]), &json!(["b", "b/*"]))]);
            assert_eq!(told("2023-04-17", &statements), None, "{action}");
        }
        assert_eq!(lock_out("no policy"), None);
    }

    #[test]
    fn a_policy_that_denies_everybody_is_doubted_in_every_version() {
        let statements = json!([
            statement("Allow", &json!("*"), &json!("s3:*"), &json!("b")),
            statement("Deny", &json!("*"), &json!("s3:*"), &json!(["b"])),
        ]);
        for version in ["2023-04-17", "2012-10-17"] {
            assert!(told(version, &statements).unwrap_or_default().contains("denies everybody"), "{version}");
        }
    }
}
