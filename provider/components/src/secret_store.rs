//! The secrets of one environment: a `secrets/secret` and a `secrets/version` for each name.

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use value::{Object, Path, Value, object};

use crate::component::Component;
use crate::error::Error;
use crate::naming::is_name;
use crate::problem::Problem;
use crate::scope::Scope;

pub(crate) struct SecretStore;

impl Component for SecretStore {
    fn token(&self) -> &'static str {
        "evalap/secretStore:SecretStore"
    }

    fn label(&self) -> &'static str {
        "secret-store"
    }

    fn problems(&self, inputs: &Object) -> Vec<Problem> {
        let wrong = secrets(inputs).filter(|(name, _)| !is_name(name)).map(|(name, _)| {
            Problem::new(
                Path::root("secrets").name(name),
                format!(
                    "the name \"{name}\" must start with a lower-case letter and contain only lower-case letters, digits and \
                     dashes, such as \"{}\"",
                    suggested(name)
                ),
            )
        });
        let mut problems: Vec<Problem> = wrong.collect();
        if let Some(path) = inputs.text("path").filter(|path| !path.starts_with('/')) {
            let reason = format!("\"{path}\" must start with a slash, such as \"/{path}\"");
            problems.push(Problem::new(Path::root("path"), reason));
        }
        problems
    }

    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>> {
        async move {
            let naming = &scope.naming;
            let usual = || Value::from(format!("/{}/{}", naming.base(), naming.environment()));
            let path = inputs.given("path").cloned().unwrap_or_else(usual);
            // The secrets are independent: all are registered, even if one fails.
            let made = join_all(secrets(inputs).map(|(name, value)| one(scope, inputs, &path, name, value))).await;
            let ids = made.into_iter().collect::<Result<Object, Error>>()?;
            Ok(object! { "path": path, "secretIds": ids })
        }
        .boxed()
    }
}

/// Registers a secret and its version. Returns its name and ID.
async fn one(
    scope: &Scope<'_>,
    inputs: &Object,
    path: &Value,
    name: &str,
    value: Value,
) -> Result<(String, Value), Error> {
    let described = object! {
        "name": name,
        "path": path,
        "protected": inputs.get("protected"),
        "tags": scope.naming.tags(),
        "region": inputs.get("region"),
        "projectId": inputs.get("projectId"),
    };
    let secret = scope.create_one("secrets/secret:Secret", "secret", name, described).await?;
    let version = object! { "secretId": secret.id(), "data": value, "region": inputs.get("region") };
    scope.create_one("secrets/version:Version", "version", name, version).await?;
    Ok((name.to_owned(), secret.id()))
}

/// The secrets by name, as secret values.
fn secrets(inputs: &Object) -> impl Iterator<Item = (&str, Value)> {
    let given = inputs.get("secrets").and_then(Value::as_object).into_iter().flatten();
    given.map(|(name, value)| (name.as_str(), value.clone().into_secret()))
}

fn suggested(name: &str) -> String {
    let letters = name.to_lowercase().replace(|one: char| !one.is_ascii_lowercase() && !one.is_ascii_digit(), "-");
    let letters = letters.trim_matches('-');
    if is_name(letters) { letters.to_owned() } else { format!("secret-{letters}").trim_end_matches('-').to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::recorder::Recorder;
    use crate::{Request, construct, problems};

    fn request(inputs: &Object) -> Request<'_> {
        Request { token: SecretStore.token(), name: "evalap", inputs, given: inputs, parts: &[] }
    }

    #[tokio::test]
    async fn each_secret_is_in_the_folder_of_the_environment_and_its_value_is_secret() {
        let recorder = Recorder::real();
        let inputs = object! { "environment": "dev", "secrets": object! { "model-key": "hidden" } };
        let made = construct(&recorder, request(&inputs)).await.unwrap();
        let secret = recorder.child("evalap-secret-model-key");
        assert_eq!(secret.inputs.text("name"), Some("model-key"));
        assert_eq!(secret.inputs.text("path"), Some("/evalap/dev"));
        let version = recorder.child("evalap-version-model-key");
        assert!(version.inputs["data"].is_secret());
        assert!(version.inputs["secretId"].all_dependencies().contains("urn:evalap-secret-model-key"));
        let ids = made.outputs["secretIds"].as_object().unwrap();
        assert_eq!(ids.text("model-key"), Some("fr-par/evalap-secret-model-key"));
    }

    #[tokio::test]
    async fn a_preview_with_unknown_values_shows_a_secret_and_a_version_for_each_name() {
        let recorder = Recorder::preview();
        let password = Value::UNKNOWN.depending_on(["urn:password".to_owned()]);
        let inputs = object! { "environment": "dev", "secrets": object! { "x": password, "y": "known" } };
        assert!(problems(request(&inputs)).is_empty());
        construct(&recorder, request(&inputs)).await.unwrap();
        let order = recorder.order();
        for part in ["evalap-secret-x", "evalap-version-x", "evalap-secret-y", "evalap-version-y"] {
            assert!(order.iter().any(|made| made == part), "{part}: {order:?}");
        }
        let data = &recorder.child("evalap-version-x").inputs["data"];
        assert!(data.is_unknown() && data.is_secret());
        assert!(data.all_dependencies().contains("urn:password"));
    }

    #[tokio::test]
    async fn a_failed_secret_does_not_prevent_the_others() {
        let recorder = Recorder::real().failing("evalap-secret-a");
        let inputs = object! { "environment": "dev", "secrets": object! { "a": "1", "b": "2" } };
        assert!(construct(&recorder, request(&inputs)).await.is_err());
        recorder.child("evalap-version-b");
    }

    #[test]
    fn an_invalid_name_is_reported_with_a_suggestion_and_without_the_value() {
        let inputs = object! { "environment": "dev", "path": "x", "secrets": object! { "Model_Key": "hidden" } };
        let reported = problems(request(&inputs));
        assert_eq!(reported.len(), 2);
        assert!(reported[0].reason.contains("\"model-key\"") && !reported[0].reason.contains("hidden"));
        assert!(reported[1].reason.contains("\"/x\""));
    }
}
