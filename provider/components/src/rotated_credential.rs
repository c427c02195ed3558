//! A credential with rotation: `evalap/rotation` defines the schedule, and a check uses the new credential before it is stored
//! in Secret Manager and in the outputs.
//!
//! An API key expires with its generation. The component does not delete the old key: the next generation replaces it, and
//! Pulumi deletes replaced resources after all other changes succeeded, including those of resources that use the outputs.
//! For databases see [`database_users`].

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use value::{Object, Path, Value, object};

use crate::component::Component;
use crate::database_users;
use crate::error::Error;
use crate::problem::Problem;
use crate::scope::{API, Part, Scope, project};
use crate::verified::{CHECK_TIMEOUT_SECONDS, Verified};

pub(crate) struct RotatedCredential;

/// The URL of Scaleway's API, unless the provider sets another one.
const DEFAULT_API_URL: &str = "https://api.scaleway.com";

/// The outputs of the rotation that are outputs of the component.
const ROTATION_OUTPUTS: [&str; 3] = ["generation", "rotatedAt", "dueAt"];

impl Component for RotatedCredential {
    fn token(&self) -> &'static str {
        "evalap/rotatedCredential:RotatedCredential"
    }

    fn label(&self) -> &'static str {
        "rotated-credential"
    }

    fn problems(&self, inputs: &Object) -> Vec<Problem> {
        match (inputs.given("applicationId"), inputs.given("database")) {
            (Some(_), None) => grace_period_problem(inputs).into_iter().collect(),
            // Passwords of a database do not expire, so `graceDays` has no effect.
            (None, Some(_)) => Vec::new(),
            (Some(_), Some(_)) => {
                let reason = "conflicts with `applicationId`: exactly one of the two must be set";
                vec![Problem::new(Path::root("database"), reason)]
            }
            (None, None) => {
                let reason = "or `database` is required: exactly one of the two must be set";
                let missing = Problem::new(Path::root("applicationId"), reason);
                std::iter::once(missing).chain(grace_period_problem(inputs)).collect()
            }
        }
    }

    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>> {
        async move {
            let rotation = object! {
                "maxAgeDays": inputs.get("maxAgeDays"),
                "graceDays": inputs.get("graceDays"),
                "trigger": inputs.get("trigger"),
            };
            let rotation = scope.create("evalap/rotation:Rotation", "rotation", rotation).await?;
            let verified = match inputs.given("database").and_then(Value::as_object) {
                Some(database) => database_users::rotate(scope, inputs, database, &rotation).await?,
                None => verified_key(scope, inputs, &rotation).await?,
            };
            let name = inputs.given("secretName").cloned().unwrap_or_else(|| Value::from(verified.usual_name));
            let secret = scope.store_secret(name, inputs, verified.stored).await?;
            let mut outputs = verified.outputs;
            outputs.insert("secretId".to_owned(), secret.id());
            outputs.extend(ROTATION_OUTPUTS.map(|name| (name.to_owned(), rotation.output(name))));
            Ok(outputs)
        }
        .boxed()
    }
}

/// The problem of a `graceDays` that is greater than `maxAgeDays`, if any.
fn grace_period_problem(inputs: &Object) -> Option<Problem> {
    let days = |name: &str| inputs.get(name).and_then(Value::as_f64);
    let (age, grace) = (days("maxAgeDays")?, days("graceDays")?);
    let reason = format!("{grace} is greater than `maxAgeDays` ({age}): reduce it, or increase `maxAgeDays`");
    (grace > age).then(|| Problem::new(Path::root("graceDays"), reason))
}

/// A key whose outputs depend on the check that uses it.
async fn verified_key(scope: &Scope<'_>, inputs: &Object, rotation: &Part) -> Result<Verified, Error> {
    let key = key(scope, inputs, rotation).await?;
    let check = check(scope, inputs, &key).await?;
    let verified = |name: &str| key.output(name).depending_on([check.urn().to_owned()]);
    let stored = object! { "accessKey": verified("accessKey"), "secretKey": verified("secretKey").into_secret() };
    let outputs = stored.clone().with("endsAt", rotation.output("endsAt"));
    Ok(Verified { outputs, stored, usual_name: "api-key" })
}

/// A key that expires with its generation, so that the next generation replaces it and an unused key expires.
async fn key(scope: &Scope<'_>, inputs: &Object, rotation: &Part) -> Result<Part, Error> {
    let naming = &scope.naming;
    let key = object! {
        "applicationId": inputs.get("applicationId"),
        "description": format!("{} in {}, rotated", naming.base(), naming.environment()),
        "defaultProjectId": project(inputs),
        "expiresAt": rotation.output("endsAt"),
    };
    scope.create("iam/apiKey:ApiKey", "apiKey", key).await
}

/// A health check that reads the API key, authenticated by the same key. This needs no permission set.
async fn check(scope: &Scope<'_>, inputs: &Object, key: &Part) -> Result<Part, Error> {
    let api = inputs.given(API).cloned().unwrap_or_else(|| Value::from(DEFAULT_API_URL));
    let url = Value::concat([api, Value::from("/iam/v1alpha1/api-keys/"), key.output("accessKey")]);
    let check = object! {
        "url": url,
        "contains": key.output("accessKey"),
        "headers": Value::from(object! { "X-Auth-Token": key.output("secretKey") }).into_secret(),
        "timeoutSeconds": CHECK_TIMEOUT_SECONDS,
    };
    scope.create("evalap/healthCheck:HealthCheck", "check", check).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::recorder::Recorder;
    use crate::{Request, construct, problems};

    fn request(inputs: &Object) -> Request<'_> {
        Request { token: RotatedCredential.token(), name: "it", inputs, given: inputs, parts: &[] }
    }

    fn inputs() -> Object {
        object! { "environment": "dev", "applicationId": "a", "projectId": "p", "maxAgeDays": 90.0, "graceDays": 30.0 }
    }

    #[tokio::test]
    async fn outputs_and_secret_of_an_api_key_depend_on_its_health_check() {
        let recorder = Recorder::real()
            .with_outputs("it-rotation", object! { "endsAt": "2027-01-01T00:00:00Z", "generation": 2.0 })
            .with_outputs(
                "it-apiKey",
                object! { "accessKey": "SCW1", "secretKey": Value::from("hidden").into_secret() },
            );
        let given = inputs().with(API, "http://127.0.0.1:1");
        let made = construct(&recorder, request(&given)).await.unwrap();
        let order = ["component", "it-rotation", "it-apiKey", "it-check", "it-secret", "it-version", "outputs"];
        assert_eq!(recorder.order(), order);
        let key = recorder.child("it-apiKey").inputs;
        assert_eq!(key.text("expiresAt"), Some("2027-01-01T00:00:00Z"));
        let check = recorder.child("it-check").inputs;
        assert_eq!(check.text("url"), Some("http://127.0.0.1:1/iam/v1alpha1/api-keys/SCW1"));
        assert!(check["headers"].is_secret());
        assert!(recorder.child("it-version").inputs["data"].all_dependencies().contains("urn:it-check"));
        for name in ["accessKey", "secretKey"] {
            assert!(made.outputs[name].all_dependencies().contains("urn:it-check"), "{name}");
        }
        assert!(made.outputs["secretKey"].is_secret());
    }

    #[tokio::test]
    async fn failed_health_check_prevents_the_secret_and_the_outputs() {
        let recorder = Recorder::real().failing("it-check");
        assert!(construct(&recorder, request(&inputs())).await.is_err());
        assert_eq!(recorder.order(), ["component", "it-rotation", "it-apiKey", "it-check"]);
    }

    #[test]
    fn exactly_one_kind_of_credential_must_be_set() {
        let reported = |inputs: &Object| {
            problems(request(inputs)).iter().map(|reported| reported.path.to_string()).collect::<Vec<_>>()
        };
        let at = object! { "instanceId": "fr-par/1", "name": "app", "host": "h", "port": 1.0 };
        let neither = object! { "environment": "dev", "maxAgeDays": 10.0, "graceDays": 30.0 };
        assert_eq!(reported(&neither), ["applicationId", "graceDays"]);
        let database = neither.clone().with("database", at);
        assert_eq!(reported(&database), [""; 0]);
        assert_eq!(reported(&database.with("applicationId", Value::UNKNOWN)), ["database"]);
    }

    #[test]
    fn the_grace_period_must_not_exceed_the_maximum_age() {
        let wrong = object! { "environment": "dev", "applicationId": "a", "maxAgeDays": 10.0, "graceDays": 30.0 };
        let reported = problems(request(&wrong));
        assert_eq!(reported.len(), 1);
        assert!(reported[0].reason.starts_with("30 is greater than `maxAgeDays` (10)"), "{}", reported[0].reason);
    }
}
