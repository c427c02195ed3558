//! Bucket policies that lock out the API key that sets them. Pure; the API key is not known here, so this only warns.

use serde_json::Value as Json;

/// The version in which a policy allows only what it names, regardless of IAM permissions.
const STRICT: &str = "2023-04-17";

/// The actions that change a policy.
const CHANGES: [&str; 2] = ["PutBucketPolicy", "DeleteBucketPolicy"];

/// A warning for a policy that only the owner of the organization could change again.
pub(super) fn lock_out(text: &str) -> Option<String> {
    let policy: Json = serde_json::from_str(text).ok()?;
    let statements = listed(&policy["Statement"]);
    let is_about_policy = |statement: &&&Json| {
        let actions = listed(&statement["Action"]);
        let covers = |action: &str| actions.iter().filter_map(|one| one.as_str()).any(|one| fits(one, action));
        // `bucket/...` names objects; the policy belongs to the bucket itself.
        let resources = listed(&statement["Resource"]);
        let on_bucket = resources.iter().filter_map(|one| one.as_str()).any(|one| !one.contains('/') || one == "*");
        on_bucket && CHANGES.into_iter().any(covers)
    };
    let has = |effect: &str, so: &dyn Fn(&Json) -> bool| {
        statements.iter().filter(is_about_policy).any(|statement| statement["Effect"] == effect && so(statement))
    };
    // A condition may exempt some principals.
    if has("Deny", &|statement| is_wildcard(&statement["Principal"]) && statement["Condition"].is_null()) {
        return Some(
            "it denies every principal, including this API key, to change the policy: deny specific principals instead"
                .to_owned(),
        );
    }
    let strict = policy["Version"] == STRICT;
    (strict && !has("Allow", &|_| true)).then(|| {
        "it allows no principal to change the policy, and principals that it does not name, including this API key, lose \
         access to the bucket: allow `s3:*` on the bucket and its objects to the application or user that deploys \
         (`application_id:<id>`, `user_id:<id>`); otherwise only the owner of the organization can change it"
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

fn is_wildcard(principal: &Json) -> bool {
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

    fn warning(version: &str, statements: &Json) -> Option<String> {
        lock_out(&json!({ "Version": version, "Statement": statements }).to_string())
    }

    fn statement(effect: &str, principal: &Json, action: &Json, resource: &Json) -> Json {
        json!({ "Effect": effect, "Principal": principal, "Action": action, "Resource": resource })
    }

    #[test]
    fn a_policy_that_no_principal_may_change_is_a_warning() {
        let wildcard = json!({ "SCW": "*" });
        for statements in [
            json!([]),
            json!([statement("Allow", &wildcard, &json!("s3:GetObject"), &json!(["b", "b/*"]))]),
            json!(statement("Allow", &wildcard, &json!(["s3:*"]), &json!(["b/*"]))),
        ] {
            let warning = warning("2023-04-17", &statements).unwrap_or_default();
            assert!(warning.contains("allows no principal to change the policy"), "{statements}: {warning}");
            assert_eq!(lock_out(&json!({ "Version": "2012-10-17", "Statement": statements }).to_string()), None);
        }
    }

    #[test]
    fn a_policy_that_a_principal_may_change_has_no_warning() {
        let deployer = json!({ "SCW": "application_id:11111111-1111-1111-1111-111111111111" });
        for action in ["*", "s3:*", "s3:Put*", "s3:DeleteBucketPolicy", "s3:*Policy"] {
            let statements = json!([statement("Allow", &deployer, &json!([action]), &json!(["b", "b/*"]))]);
            assert_eq!(warning("2023-04-17", &statements), None, "{action}");
        }
        assert_eq!(lock_out("no policy"), None);
    }

    #[test]
    fn a_policy_that_denies_every_principal_is_a_warning_in_every_version() {
        let statements = json!([
            statement("Allow", &json!("*"), &json!("s3:*"), &json!("b")),
            statement("Deny", &json!("*"), &json!("s3:*"), &json!(["b"])),
        ]);
        for version in ["2023-04-17", "2012-10-17"] {
            assert!(warning(version, &statements).unwrap_or_default().contains("denies every principal"), "{version}");
        }
    }
}
