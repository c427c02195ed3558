//! The bucket policy for the access levels of a bucket. Pure.

use value::{Object, Path, Value, object};

use crate::problem::Problem;

/// The allowed actions of each level; each level includes the previous one.
const LEVELS: [(&str, &[&str]); 3] = [
    ("read", &["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions"]),
    (
        "write",
        &[
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:ListBucket",
            "s3:ListBucketMultipartUploads",
            "s3:ListBucketVersions",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
        ],
    ),
    ("full", &["s3:*"]),
];

/// The policy as JSON: a statement for each level in use.
pub(crate) fn policy(bucket: &Value, inputs: &Object) -> Value {
    let is_unknown = |one: &Value| one.as_object().is_none_or(|one| one.get("level").is_some_and(Value::is_unknown));
    let given = Value::from(inputs.get("access"));
    if given.as_array().unwrap_or_default().iter().any(is_unknown) {
        return Value::UNKNOWN.depending_on(given.all_dependencies());
    }
    let principals = |level: &str| {
        let named = inputs.objects("access").filter(|(_, one)| one.text("level") == Some(level));
        let named = named.map(|(_, one)| {
            let (kind, id) = match one.given("applicationId") {
                Some(id) => ("application_id:", id),
                None => ("user_id:", one.given("userId").unwrap_or(&Value::NULL)),
            };
            Value::concat([Value::from(kind), id.clone()])
        });
        named.collect::<Vec<_>>()
    };
    let all = Value::concat([bucket.clone(), Value::from("/*")]);
    let statements: Vec<Value> = LEVELS
        .iter()
        .map(|(level, actions)| (level, actions, principals(level)))
        .filter(|(_, _, principals)| !principals.is_empty())
        .map(|(level, actions, principals)| {
            Value::from(object! {
                "Sid": *level,
                "Effect": "Allow",
                "Principal": object! { "SCW": principals },
                "Action": actions.iter().map(|action| Value::from(*action)).collect::<Vec<_>>(),
                "Resource": vec![bucket.clone(), all.clone()],
            })
        })
        .collect();
    let policy = Value::from(object! { "Version": "2023-04-17", "Statement": statements });
    let text = Value::computed(&[&policy], |known| {
        Value::from(known[0].to_json().map(|json| json.to_string()).unwrap_or_default())
    });
    // Levels determine the statements but are not in their text.
    text.secret_if(given.contains_secret()).depending_on(given.all_dependencies())
}

/// Each element must be one application or user, and at least one must have full access.
pub(crate) fn problems(inputs: &Object) -> Vec<Problem> {
    let mut problems = unnamed(inputs, "access");
    // A level that is unknown may be the full one.
    let may_be_full = |level: &Value| level.is_unknown() || level.as_str() == Some("full");
    let is_full = |one: &Value| match one.as_object() {
        Some(one) => one.get("level").is_some_and(may_be_full),
        None => one.is_unknown(),
    };
    let access = inputs.get("access").and_then(Value::as_array).unwrap_or_default();
    if !access.is_empty() && !access.iter().any(is_full) {
        let reason = "has no element with the level `full`, which is required to change the bucket later: add the application or \
                      user of the API key that runs this program";
        problems.push(Problem::new(Path::root("access"), reason));
    }
    problems
}

/// The elements of a list that are not exactly one application or user.
pub(crate) fn unnamed(inputs: &Object, list: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, one) in inputs.objects(list) {
        let reason = match (one.given("applicationId").is_some(), one.given("userId").is_some()) {
            (true, true) => "must have exactly one of `applicationId` and `userId`: use a separate element for each",
            (false, false) => "must have exactly one of `applicationId` and `userId`",
            _ => continue,
        };
        problems.push(Problem::new(Path::root(list).index(index), reason));
    }
    problems
}
