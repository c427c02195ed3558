//! An API key that is made anew from time to time: an `evalap/rotation` says when, an `iam/apiKey` ends with its generation,
//! an `evalap/healthCheck` logs in with it, and only then it is filed in Secret Manager and told.
//!
//! Nothing here deletes the old key: what made the new one necessary replaces it, and Pulumi deletes what was replaced once
//! everything else has been done well, whoever reads the outputs included.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use value::{Object, Path, Value, object};

use crate::component::Component;
use crate::error::Error;
use crate::problem::Problem;
use crate::scope::{API, Part, Scope, project};

pub(crate) struct RotatedCredential;

/// Scaleway's API, where the provider says no other.
const USUAL_API: &str = "https://api.scaleway.com";

/// How long a new key may take to be known everywhere, in seconds.
const PATIENCE: f64 = 180.0;

/// What is told of a generation.
const TOLD: [&str; 4] = ["generation", "rotatedAt", "dueAt", "endsAt"];

impl Component for RotatedCredential {
    fn token(&self) -> &'static str {
        "evalap/rotatedCredential:RotatedCredential"
    }

    fn label(&self) -> &'static str {
        "rotated-credential"
    }

    fn problems(&self, inputs: &Object) -> Vec<Problem> {
        let days = |name: &str| inputs.get(name).and_then(Value::as_f64);
        let (Some(age), Some(grace)) = (days("maxAgeDays"), days("graceDays")) else { return Vec::new() };
        if grace <= age {
            return Vec::new();
        }
        let reason = format!(
            "{grace} is more than `maxAgeDays`, which is {age}: a key would mostly live beyond its age; lower this, or raise that"
        );
        vec![Problem::new(Path::root("graceDays"), reason)]
    }

    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>> {
        async move {
            let rotation = object! {
                "maxAgeDays": inputs.get("maxAgeDays"),
                "graceDays": inputs.get("graceDays"),
                "trigger": inputs.get("trigger"),
            };
            let rotation = scope.create("evalap/rotation:Rotation", "rotation", rotation).await?;
            let key = key(scope, inputs, &rotation).await?;
            let check = check(scope, inputs, &key).await?;
            // Whatever reads the key waits until somebody has logged in with it.
            let proven = |name: &str| key.output(name).depending_on([check.urn().to_owned()]);
            let both = object! { "accessKey": proven("accessKey"), "secretKey": proven("secretKey").into_secret() };
            let secret = scope.file(inputs.text("secretName").unwrap_or("api-key"), inputs, both.clone()).await?;
            let mut outputs = both;
            outputs.insert("secretId".to_owned(), secret.id());
            outputs.extend(TOLD.map(|name| (name.to_owned(), rotation.output(name))));
            Ok(outputs)
        }
        .boxed()
    }
}

/// A key that ends with its generation: so the next generation has another one, and a forgotten key dies by itself.
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

/// Logs in with the key: everybody may look at the key in hand.
async fn check(scope: &Scope<'_>, inputs: &Object, key: &Part) -> Result<Part, Error> {
    let api = inputs.given(API).cloned().unwrap_or_else(|| Value::from(USUAL_API));
    let url = Value::concat([api, Value::from("/iam/v1alpha1/api-keys/"), key.output("accessKey")]);
    let check = object! {
        "url": url,
        "contains": key.output("accessKey"),
        "headers": Value::from(object! { "X-Auth-Token": key.output("secretKey") }).into_secret(),
        "timeoutSeconds": PATIENCE,
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
    async fn what_is_told_and_filed_waits_until_somebody_has_logged_in_with_it() {
        let recorder = Recorder::real()
            .telling("it-rotation", object! { "endsAt": "2027-01-01T00:00:00Z", "generation": 2.0 })
            .telling("it-apiKey", object! { "accessKey": "SCW1", "secretKey": Value::from("hidden").into_secret() });
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
    async fn a_login_that_fails_ends_it_before_anything_is_filed_or_told() {
        let recorder = Recorder::real().failing("it-check");
        assert!(construct(&recorder, request(&inputs())).await.is_err());
        assert_eq!(recorder.order(), ["component", "it-rotation", "it-apiKey", "it-check"]);
    }

    #[test]
    fn the_grace_is_shorter_than_the_age() {
        let wrong = object! { "environment": "dev", "maxAgeDays": 10.0, "graceDays": 30.0 };
        let told = problems(request(&wrong));
        assert_eq!(told.len(), 1);
        assert!(told[0].reason.starts_with("30 is more than `maxAgeDays`, which is 10"), "{}", told[0].reason);
    }
}
