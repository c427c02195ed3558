//! A credential that is made anew from time to time: an `evalap/rotation` says when, somebody logs in with the new one, and only
//! then it is filed in Secret Manager and told.
//!
//! An API key ends with its generation, and nothing here deletes the old one: what made the new one necessary replaces it, and
//! Pulumi deletes what was replaced once everything else has been done well, whoever reads the outputs included. Of databases
//! see [`database_turns`].

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use value::{Object, Path, Value, object};

use crate::component::Component;
use crate::database_turns;
use crate::error::Error;
use crate::problem::Problem;
use crate::scope::{API, Part, Scope, project};

pub(crate) struct RotatedCredential;

/// Scaleway's API, where the provider says no other.
const USUAL_API: &str = "https://api.scaleway.com";

/// How long a new credential may take to be known everywhere, in seconds.
pub(crate) const PATIENCE: f64 = 180.0;

/// What is told of a generation.
const TOLD: [&str; 3] = ["generation", "rotatedAt", "dueAt"];

/// A credential that somebody has logged in with.
pub(crate) struct Proven {
    /// What is told of it.
    pub outputs: Object,
    /// What is filed of it.
    pub filed: Object,
    /// How the secret is called, where the program does not say.
    pub usual_name: &'static str,
}

impl Component for RotatedCredential {
    fn token(&self) -> &'static str {
        "evalap/rotatedCredential:RotatedCredential"
    }

    fn label(&self) -> &'static str {
        "rotated-credential"
    }

    fn problems(&self, inputs: &Object) -> Vec<Problem> {
        match (inputs.given("applicationId"), inputs.given("database")) {
            (Some(_), None) => too_long_a_grace(inputs).into_iter().collect(),
            (None, Some(_)) => Vec::new(),
            (Some(_), Some(_)) => {
                let reason = "is one thing that is rotated, and `applicationId` is another: give one of the two";
                vec![Problem::new(Path::root("database"), reason)]
            }
            (None, None) => {
                let reason = "or `database` is needed: say of which application the key, or at which database the login, is rotated";
                let missing = Problem::new(Path::root("applicationId"), reason);
                std::iter::once(missing).chain(too_long_a_grace(inputs)).collect()
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
            let proven = match inputs.given("database").and_then(Value::as_object) {
                Some(database) => database_turns::take(scope, inputs, database, &rotation).await?,
                None => proven_key(scope, inputs, &rotation).await?,
            };
            let name = inputs.given("secretName").cloned().unwrap_or_else(|| Value::from(proven.usual_name));
            let secret = scope.file(name, inputs, proven.filed).await?;
            let mut outputs = proven.outputs;
            outputs.insert("secretId".to_owned(), secret.id());
            outputs.extend(TOLD.map(|name| (name.to_owned(), rotation.output(name))));
            Ok(outputs)
        }
        .boxed()
    }
}

/// A key that lives on for longer than it is old.
fn too_long_a_grace(inputs: &Object) -> Option<Problem> {
    let days = |name: &str| inputs.get(name).and_then(Value::as_f64);
    let (age, grace) = (days("maxAgeDays")?, days("graceDays")?);
    let reason = format!(
        "{grace} is more than `maxAgeDays`, which is {age}: a key would mostly live beyond its age; lower this, or raise that"
    );
    (grace > age).then(|| Problem::new(Path::root("graceDays"), reason))
}

/// A key, told to whoever waits until somebody has logged in with it.
async fn proven_key(scope: &Scope<'_>, inputs: &Object, rotation: &Part) -> Result<Proven, Error> {
    let key = key(scope, inputs, rotation).await?;
    let check = check(scope, inputs, &key).await?;
    let proven = |name: &str| key.output(name).depending_on([check.urn().to_owned()]);
    let filed = object! { "accessKey": proven("accessKey"), "secretKey": proven("secretKey").into_secret() };
    let outputs = filed.clone().with("endsAt", rotation.output("endsAt"));
    Ok(Proven { outputs, filed, usual_name: "api-key" })
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
    fn one_kind_of_credential_is_rotated_and_it_is_said_which() {
        let told =
            |inputs: &Object| problems(request(inputs)).iter().map(|told| told.path.to_string()).collect::<Vec<_>>();
        let at = object! { "instanceId": "fr-par/1", "name": "app", "host": "h", "port": 1.0 };
        let neither = object! { "environment": "dev", "maxAgeDays": 10.0, "graceDays": 30.0 };
        assert_eq!(told(&neither), ["applicationId", "graceDays"]);
        let database = neither.clone().with("database", at);
        assert_eq!(told(&database), [""; 0]);
        assert_eq!(told(&database.with("applicationId", Value::UNKNOWN)), ["database"]);
    }

    #[test]
    fn the_grace_is_shorter_than_the_age() {
        let wrong = object! { "environment": "dev", "applicationId": "a", "maxAgeDays": 10.0, "graceDays": 30.0 };
        let told = problems(request(&wrong));
        assert_eq!(told.len(), 1);
        assert!(told[0].reason.starts_with("30 is more than `maxAgeDays`, which is 10"), "{}", told[0].reason);
    }
}
