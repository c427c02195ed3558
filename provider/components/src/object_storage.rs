//! A bucket for one environment: encryption, old versions, lifecycle rules, object lock and bucket policy.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use value::{Object, Path, Value, object};

use crate::bucket_access;
use crate::component::{Component, State};
use crate::error::Error;
use crate::problem::{Problem, shown};
use crate::scope::{Part, PartOptions, STORAGE, Scope, project};

pub(crate) struct ObjectStorage;

/// The default retention of old versions in days.
const OLD_VERSIONS_DAYS: f64 = 90.0;

/// The number of characters of the project ID in the default name, which makes it unique.
const OF_PROJECT: usize = 8;

/// The actions of lifecycle rules, in the order of their ages.
const AGES: [&str; 3] = ["oneZoneAfterDays", "glacierAfterDays", "expireAfterDays"];

impl Component for ObjectStorage {
    fn token(&self) -> &'static str {
        "evalap/objectStorage:ObjectStorage"
    }

    fn label(&self) -> &'static str {
        "object-storage"
    }

    fn problems(&self, inputs: &Object) -> Vec<Problem> {
        let mut problems = wrong_rules(inputs);
        problems.extend(wrong_origins(inputs));
        problems.extend(wrong_versions(inputs));
        problems.extend(bucket_access::problems(inputs));
        problems
    }

    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>> {
        async move {
            let bucket = bucket(scope, inputs).await?;
            let mut parts = vec![bucket.clone()];
            let of_bucket = || object! { "bucket": bucket.id(), "region": inputs.get("region"), "projectId": inputs.get("projectId") };
            if inputs.flag("encryption").unwrap_or_default() {
                let usual = object! { "applyServerSideEncryptionByDefault": object! { "sseAlgorithm": "AES256" } };
                let encryption = of_bucket().with("rules", vec![Value::from(usual)]);
                let token = "object/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
                parts.push(scope.create(token, "encryption", encryption).await?);
            }
            if let Some(lock) = inputs.given("lock") {
                let lock = of_bucket().with("rule", object! { "defaultRetention": lock });
                let token = "object/bucketLockConfiguration:BucketLockConfiguration";
                parts.push(scope.create(token, "lock", lock).await?);
            }
            if inputs.listed("access").is_some() {
                // Created last and deleted first, because it can deny the requests for the other parts.
                let options = PartOptions { after: &parts.iter().collect::<Vec<_>>(), ..PartOptions::default() };
                let policy = of_bucket().with("policy", bucket_access::policy(&bucket.output("name"), inputs));
                scope.create_with("object/bucketPolicy:BucketPolicy", "policy", policy, options).await?;
            }
            let name = bucket.output("name");
            let (endpoint, api_endpoint) = match inputs.given(STORAGE) {
                Some(other) => (Value::concat([other.clone(), Value::from("/"), name.clone()]), other.clone()),
                None => (bucket.output("endpoint"), bucket.output("apiEndpoint")),
            };
            Ok(object! {
                "bucketId": bucket.id(),
                "bucketName": name,
                "endpoint": endpoint,
                "apiEndpoint": api_endpoint,
                "region": bucket.output("region"),
            })
        }
        .boxed()
    }

    fn call(&self, _: &str, state: &State<'_>, arguments: &Object) -> Result<Object, Vec<Problem>> {
        let path = Value::from(arguments.get("path"));
        if path.as_str().is_some_and(|path| path.contains(['?', '#'])) {
            let reason = format!("{} must be the name of a folder, without `?` and `#`", shown(&path));
            return Err(vec![Problem::new(Path::root("path"), reason)]);
        }
        let (bucket, region) = (state.output("bucketName"), state.output("region"));
        Ok(object! { "loginUrl": login_url(&bucket, &path, &region, &state.output("apiEndpoint")) })
    }
}

/// The URL for `pulumi login`. Endpoints other than Scaleway's may have no host name for each bucket.
pub(crate) fn login_url(bucket: &Value, path: &Value, region: &Value, endpoint: &Value) -> Value {
    let is_path = Value::computed(&[endpoint], |known| {
        let is_scaleway = known[0].as_str().is_some_and(|endpoint| endpoint.ends_with(".scw.cloud"));
        Value::from(if is_scaleway { "" } else { "&s3ForcePathStyle=true" })
    });
    let folder = Value::computed(&[path], |known| {
        let path = known[0].as_str().unwrap_or_default().trim_matches('/');
        Value::from(if path.is_empty() { String::new() } else { format!("/{path}") })
    });
    let text = |text: &str| Value::from(text);
    Value::concat([
        text("s3://"),
        bucket.clone(),
        folder,
        text("?region="),
        region.clone(),
        text("&endpoint="),
        endpoint.clone(),
        is_path,
    ])
}

async fn bucket(scope: &Scope<'_>, inputs: &Object) -> Result<Part, Error> {
    let bucket = object! {
        "name": bucket_name(scope, inputs),
        "objectLockEnabled": inputs.given("lock").map(|_| true).map(Value::from),
        "versioning": object! { "enabled": inputs.get("versioning") },
        "lifecycleRules": lifecycle_rules(inputs),
        "corsRules": inputs.given("corsRules"),
        "forceDestroy": inputs.get("forceDestroy"),
        "tags": scope.naming.tag_map(),
        "region": inputs.get("region"),
        "projectId": inputs.get("projectId"),
    };
    scope.create("object/bucket:Bucket", "bucket", bucket).await
}

fn bucket_name(scope: &Scope<'_>, inputs: &Object) -> Value {
    let name = scope.naming.name();
    match (inputs.given("bucketName"), project(inputs)) {
        (Some(given), _) => given.clone(),
        (None, None) => Value::from(name),
        (None, Some(project)) => Value::computed(&[project], |known| {
            let own: String = known[0].as_str().unwrap_or_default().chars().take(OF_PROJECT).collect();
            Value::from(format!("{name}-{own}"))
        }),
    }
}

/// A rule that deletes old versions and incomplete uploads, and the rules of the program.
fn lifecycle_rules(inputs: &Object) -> Value {
    let given = Value::from(inputs.get("lifecycleRules"));
    if given.is_unknown() || given.as_array().unwrap_or_default().iter().any(Value::is_unknown) {
        return Value::UNKNOWN.depending_on(given.all_dependencies());
    }
    let days = inputs.given("oldVersionsExpireAfterDays").cloned().unwrap_or_else(|| Value::from(OLD_VERSIONS_DAYS));
    let unseen = object! {
        "id": "unseen",
        "enabled": true,
        "noncurrentVersionExpiration": object! { "noncurrentDays": days },
        "expiration": object! { "expiredObjectDeleteMarker": true },
        "abortIncompleteMultipartUploadDays": inputs.get("unfinishedUploadsExpireAfterDays"),
    };
    let mut rules = vec![Value::from(unseen)];
    for (index, rule) in inputs.objects("lifecycleRules") {
        let move_to = |age: &str, class: &str| {
            rule.given(age).map(|days| Value::from(object! { "days": days, "storageClass": class }))
        };
        let moves: Vec<Value> =
            [move_to(AGES[0], "ONEZONE_IA"), move_to(AGES[1], "GLACIER")].into_iter().flatten().collect();
        let rule = object! {
            "id": format!("rule-{}", index + 1),
            "enabled": true,
            "prefix": rule.given("prefix"),
            "transitions": (!moves.is_empty()).then(|| Value::from(moves)),
            "expiration": rule.given(AGES[2]).map(|days| object! { "days": days }).map(Value::from),
        };
        rules.push(Value::from(rule));
    }
    Value::from(rules)
}

/// The ages of the actions must increase.
fn wrong_rules(inputs: &Object) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, rule) in inputs.objects("lifecycleRules") {
        let path = Path::root("lifecycleRules").index(index);
        let ages: Vec<&str> = AGES.into_iter().filter(|age| rule.given(age).is_some()).collect();
        if ages.is_empty() {
            let reason =
                "has no action: set `oneZoneAfterDays`, `glacierAfterDays` or `expireAfterDays`, or remove the rule";
            problems.push(Problem::new(path, reason));
            continue;
        }
        for pair in ages.windows(2) {
            let days = |age: &str| rule.get(age).and_then(Value::as_f64);
            if let (Some(first), Some(then)) = (days(pair[0]), days(pair[1]))
                && then <= first
            {
                let reason =
                    format!("{then} must be greater than `{}` ({first}), because this action follows it", pair[0]);
                problems.push(Problem::new(path.clone().name(pair[1]), reason));
            }
        }
    }
    problems
}

fn wrong_origins(inputs: &Object) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, rule) in inputs.objects("corsRules") {
        let origins = rule.get("allowedOrigins").and_then(Value::as_array).unwrap_or_default();
        for (place, origin) in origins.iter().enumerate() {
            let Some(text) = origin.as_str() else { continue };
            let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
            if text != "*" && host.is_none_or(|host| host.is_empty() || host.contains('/')) {
                let path = Path::root("corsRules").index(index).name("allowedOrigins").index(place);
                let reason = format!(
                    "{} is not an origin: use the form \"https://www.example.org\", without a path or a trailing slash, \
                     or \"*\" for all",
                    shown(origin)
                );
                problems.push(Problem::new(path, reason));
            }
        }
    }
    problems
}

/// Inputs that require old versions, and the retention of the lock.
fn wrong_versions(inputs: &Object) -> Vec<Problem> {
    let mut problems = Vec::new();
    let has_none = inputs.flag("versioning") == Some(false);
    if has_none && inputs.given("oldVersionsExpireAfterDays").is_some() {
        let reason = "requires old versions: set `versioning` to true, or remove it";
        problems.push(Problem::new(Path::root("oldVersionsExpireAfterDays"), reason));
    }
    let Some(lock) = inputs.given("lock").and_then(Value::as_object) else { return problems };
    if has_none {
        let reason = "requires `versioning`: set it to true, or remove `lock`";
        problems.push(Problem::new(Path::root("lock"), reason));
    }
    let reported = match (lock.given("days").is_some(), lock.given("years").is_some()) {
        (true, true) => "must have exactly one of `days` and `years`: remove one",
        (false, false) => "must have exactly one of `days` and `years`: set one",
        _ => return problems,
    };
    problems.push(Problem::new(Path::root("lock"), reported));
    problems
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::recorder::Recorder;
    use crate::scope::PROJECT;
    use crate::{Request, construct, problems};

    fn request(inputs: &Object) -> Request<'_> {
        Request { token: ObjectStorage.token(), name: "evalap", inputs, given: inputs, parts: &[] }
    }

    fn usual() -> Object {
        object! { "environment": "dev", "versioning": true, "encryption": true, "unfinishedUploadsExpireAfterDays": 7.0 }
            .with(PROJECT, "5ca1e3a7-fa4e-4000-8000-000000000001")
    }

    fn list(of: &[Object]) -> Value {
        Value::from(of.iter().cloned().map(Value::from).collect::<Vec<_>>())
    }

    #[tokio::test]
    async fn a_bucket_is_named_after_its_project_is_encrypted_and_expires_old_versions() {
        let recorder = Recorder::real();
        let inputs = usual().with("lifecycleRules", list(&[object! { "prefix": "logs/", "glacierAfterDays": 30.0 }]));
        construct(&recorder, request(&inputs)).await.unwrap();
        assert_eq!(recorder.order(), ["component", "evalap-bucket", "evalap-encryption", "outputs"]);
        let bucket = recorder.child("evalap-bucket").inputs;
        assert_eq!(bucket.text("name"), Some("evalap-dev-5ca1e3a7"));
        assert_eq!(bucket["versioning"].as_object().unwrap().flag("enabled"), Some(true));
        let rules = bucket["lifecycleRules"].as_array().unwrap();
        let ends = rules[0].as_object().unwrap()["noncurrentVersionExpiration"].as_object().unwrap();
        assert_eq!(ends["noncurrentDays"].as_f64(), Some(90.0));
        let moves = rules[1].as_object().unwrap()["transitions"].as_array().unwrap();
        assert_eq!(moves[0].as_object().unwrap().text("storageClass"), Some("GLACIER"));
        assert!(!bucket.contains_key("objectLockEnabled"));
    }

    #[tokio::test]
    async fn the_policy_has_a_statement_per_level_and_is_created_last() {
        let recorder = Recorder::real();
        let access = list(&[
            object! { "applicationId": "a", "level": "write" },
            object! { "userId": "u", "level": "full" },
            object! { "applicationId": "b", "level": "write" },
        ]);
        let inputs = usual().with("access", access).with("lock", object! { "mode": "GOVERNANCE", "days": 3.0 });
        construct(&recorder, request(&inputs)).await.unwrap();
        let policy = recorder.child("evalap-policy");
        let after: Vec<&str> = policy.depends_on.iter().map(String::as_str).collect();
        assert_eq!(after, ["urn:evalap-bucket", "urn:evalap-encryption", "urn:evalap-lock"]);
        let reported = policy.inputs.text("policy").unwrap();
        let all = r#""Resource":["evalap-dev-5ca1e3a7","evalap-dev-5ca1e3a7/*"]"#;
        let writers = r#""Principal":{"SCW":["application_id:a","application_id:b"]}"#;
        assert!(reported.contains(&format!(r#"{writers},{all},"Sid":"write""#)), "{reported}");
        assert!(reported.contains(&format!(r#""Principal":{{"SCW":["user_id:u"]}},{all},"Sid":"full""#)), "{reported}");
        assert!(reported.contains("s3:PutObject\"") && !reported.contains("s3:DeleteObjectVersion"), "{reported}");
        assert_eq!(recorder.child("evalap-bucket").inputs.flag("objectLockEnabled"), Some(true));
    }

    #[tokio::test]
    async fn a_policy_of_unknown_applications_is_unknown_in_a_preview() {
        let recorder = Recorder::preview();
        let access = list(&[object! { "applicationId": Value::UNKNOWN, "level": "full" }]);
        let made = construct(&recorder, request(&usual().with("access", access))).await.unwrap();
        assert!(recorder.child("evalap-policy").inputs["policy"].is_unknown());
        assert!(made.outputs["endpoint"].is_unknown());
    }

    #[tokio::test]
    async fn values_that_are_unknown_in_a_preview_stay_unknown_in_the_parts() {
        let recorder = Recorder::preview();
        let access = list(&[object! { "applicationId": "a", "level": Value::UNKNOWN }]);
        let inputs = usual()
            .with("corsRules", Value::UNKNOWN)
            .with("lifecycleRules", Value::UNKNOWN)
            .with("lock", object! { "mode": "GOVERNANCE", "days": Value::UNKNOWN })
            .with("access", access);
        assert!(problems(request(&inputs)).is_empty());
        construct(&recorder, request(&inputs)).await.unwrap();
        let bucket = recorder.child("evalap-bucket").inputs;
        assert!(bucket["corsRules"].is_unknown() && bucket["lifecycleRules"].is_unknown());
        assert!(recorder.child("evalap-lock").inputs["rule"].contains_unknown());
        assert!(recorder.child("evalap-policy").inputs["policy"].is_unknown());
    }

    #[tokio::test]
    async fn the_login_url_has_the_region_and_endpoint_of_the_bucket() {
        let reported = object! { "apiEndpoint": "https://s3.nl-ams.scw.cloud", "region": "nl-ams" };
        let recorder = Recorder::real().with_outputs("evalap-bucket", reported);
        let url = |outputs: &Object, arguments: Object| {
            let state = State { outputs, is_preview: false };
            ObjectStorage
                .call("loginUrl", &state, &arguments)
                .map(|reported| reported.text("loginUrl").unwrap().to_owned())
        };
        let made = construct(&recorder, request(&usual())).await.unwrap().outputs;
        let scaleways = "s3://evalap-dev-5ca1e3a7?region=nl-ams&endpoint=https://s3.nl-ams.scw.cloud";
        assert_eq!(url(&made, Object::new()).unwrap(), scaleways);
        let other = usual().with(STORAGE, "http://127.0.0.1:8080");
        let made = construct(&recorder, request(&other)).await.unwrap().outputs;
        let others = "s3://evalap-dev-5ca1e3a7/a/b?region=nl-ams&endpoint=http://127.0.0.1:8080&s3ForcePathStyle=true";
        assert_eq!(url(&made, object! { "path": "/a/b/" }).unwrap(), others);
        assert_eq!(made.text("endpoint"), Some("http://127.0.0.1:8080/evalap-dev-5ca1e3a7"));
        assert_eq!(url(&made, object! { "path": "a?b" }).unwrap_err()[0].path.to_string(), "path");
    }

    #[test]
    fn all_problems_are_reported_at_once() {
        let inputs = object! {
            "environment": "dev", "versioning": false, "oldVersionsExpireAfterDays": 3.0,
            "lifecycleRules": list(&[
                object! { "prefix": "a" },
                object! { "oneZoneAfterDays": 5.0, "glacierAfterDays": 5.0, "expireAfterDays": Value::UNKNOWN },
                object! { "glacierAfterDays": 90.0, "expireAfterDays": 30.0 },
            ]),
            "corsRules": list(&[object! { "allowedOrigins": vec![Value::from("*"), Value::from("https://a/")] }]),
            "lock": object! { "mode": "GOVERNANCE" },
            "access": list(&[object! { "level": "write" }, object! { "userId": "u", "applicationId": "a", "level": "read" }]),
        };
        let reported: Vec<String> = problems(request(&inputs)).iter().map(|problem| problem.path.to_string()).collect();
        assert_eq!(
            reported,
            [
                "lifecycleRules[0]",
                "lifecycleRules[1].glacierAfterDays",
                "lifecycleRules[2].expireAfterDays",
                "corsRules[0].allowedOrigins[1]",
                "oldVersionsExpireAfterDays",
                "lock",
                "lock",
                "access[0]",
                "access[1]",
                "access",
            ]
        );
        assert!(problems(request(&usual())).is_empty());
    }
}
