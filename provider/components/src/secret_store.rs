//! The secrets of one environment: for each name a `secrets/secret`, and a `secrets/version` with its value.

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
                    "the name \"{name}\" must begin with a lower-case letter and go on with lower-case letters, digits and \
                     dashes; call it \"{}\", for example",
                    suggested(name)
                ),
            )
        });
        let mut problems: Vec<Problem> = wrong.collect();
        if let Some(path) = inputs.text("path").filter(|path| !path.starts_with('/')) {
            let reason = format!("\"{path}\" must begin with a slash, as in \"/{path}\"");
            problems.push(Problem::new(Path::root("path"), reason));
        }
        problems
    }

    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>> {
        async move {
            let naming = &scope.naming;
            let usual = || Value::from(format!("/{}/{}", naming.base(), naming.environment()));
            let path = inputs.given("path").cloned().unwrap_or_else(usual);
            // Each is of its own: all are made, also when one fails.
            let made = join_all(secrets(inputs).map(|(name, value)| one(scope, inputs, &path, name, value))).await;
            let ids = made.into_iter().collect::<Result<Object, Error>>()?;
            Ok(object! { "path": path, "secretIds": ids })
        }
        .boxed()
    }
}

/// Makes a secret and its value; gives its name and its id.
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

/// The secrets by name, each sealed.
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
    async fn each_secret_lies_in_the_folder_of_the_environment_and_its_value_is_sealed() {
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
    async fn one_that_fails_does_not_keep_the_others_from_being_made() {
        let recorder = Recorder::real().failing("evalap-secret-a");
        let inputs = object! { "environment": "dev", "secrets": object! { "a": "1", "b": "2" } };
        assert!(construct(&recorder, request(&inputs)).await.is_err());
        recorder.child("evalap-version-b");
    }

    #[test]
    fn a_wrong_name_is_told_with_a_better_one_and_without_its_value() {
        let inputs = object! { "environment": "dev", "path": "x", "secrets": object! { "Model_Key": "hidden" } };
        let told = problems(request(&inputs));
        assert_eq!(told.len(), 2);
        assert!(told[0].reason.contains("\"model-key\"") && !told[0].reason.contains("hidden"));
        assert!(told[1].reason.contains("\"/x\""));
    }
}
