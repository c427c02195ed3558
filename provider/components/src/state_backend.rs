//! A backend for Pulumi states: a bucket, an API key for it, and an optional database. It combines other components and
//! returns the URLs for `pulumi login`.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use value::{Object, Path, Value, object};

use crate::bucket_access;
use crate::component::Component;
use crate::error::Error;
use crate::object_storage::login_url;
use crate::problem::Problem;
use crate::scope::{Scope, project};

pub(crate) struct StateBackend;

impl Component for StateBackend {
    fn token(&self) -> &'static str {
        "evalap/stateBackend:StateBackend"
    }

    fn label(&self) -> &'static str {
        "state-backend"
    }

    fn problems(&self, inputs: &Object) -> Vec<Problem> {
        let mut problems = bucket_access::unnamed(inputs, "owners");
        if inputs.listed("owners").is_none() && inputs.given("owners").is_some() {
            let reason = "must have at least one element, otherwise only the generated API key has access: add the \
                          application or user of the API key that runs this program";
            problems.push(Problem::new(Path::root("owners"), reason));
        }
        if project(inputs).is_none() {
            let reason = "is required, because the API key is limited to one project and the provider has no project: \
                          set it, or set `projectId` of the provider";
            problems.push(Problem::new(Path::root("projectId"), reason));
        }
        let with_database = inputs.flag("withDatabase").unwrap_or_default();
        let described = inputs.given("database").and_then(Value::as_object);
        let can_connect = described.is_some_and(|database| {
            database.given("privateNetworkId").is_some() || database.listed("allowedAddresses").is_some()
        });
        if with_database && !can_connect {
            let reason =
                "must have `privateNetworkId` or `allowedAddresses`, so that clients can connect: set one of them";
            problems.push(Problem::new(Path::root("database"), reason));
        }
        if described.is_some() && !with_database {
            let reason = "requires `withDatabase`: set it to true, or remove `database`";
            problems.push(Problem::new(Path::root("database"), reason));
        }
        problems
    }

    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>> {
        async move {
            // An application with the same name has its own key.
            let base = format!("{}-state", scope.naming.base());
            let own = object! {
                "access": object! { "objectStorage": "write" },
                "withApiKey": true,
                "keyExpiresAt": inputs.get("keyExpiresAt"),
            };
            let identity =
                scope.inside("serviceIdentity:ServiceIdentity", ("identity", ""), &base, inputs, own).await?;
            let application = identity.output("applicationId");
            let own = object! {
                "bucketName": inputs.get("bucketName"),
                "oldVersionsExpireAfterDays": inputs.get("oldVersionsExpireAfterDays"),
                "forceDestroy": inputs.get("forceDestroy"),
                "access": access(&application, inputs),
            };
            let storage = scope.inside("objectStorage:ObjectStorage", ("storage", ""), &base, inputs, own).await?;
            let [bucket, region, endpoint] =
                ["bucketName", "region", "apiEndpoint"].map(|output| storage.output(output));
            let mut outputs = object! {
                "loginUrl": login_url(&bucket, &Value::NULL, &region, &endpoint),
                "bucketName": bucket,
                "region": region,
                "apiEndpoint": endpoint,
                "applicationId": application,
                "accessKey": identity.output("accessKey"),
                "secretKey": identity.output("secretKey").into_secret(),
                "secretId": identity.output("secretId"),
            };
            if inputs.flag("withDatabase").unwrap_or_default() {
                outputs.extend(database(scope, inputs, &base).await?);
            }
            Ok(outputs)
        }
        .boxed()
    }
}

/// The access to the bucket: `write` for the generated key, `full` for the owners.
fn access(application: &Value, inputs: &Object) -> Vec<Value> {
    let states = object! { "applicationId": application, "level": "write" };
    let owners = Value::from(inputs.get("owners"));
    // While the owners are unknown, one unknown element represents them.
    let each = if owners.is_unknown() { std::slice::from_ref(&owners) } else { owners.as_array().unwrap_or_default() };
    let owners = each.iter().map(|owner| match owner.as_object() {
        Some(known) => Value::from(known.clone().with("level", "full")),
        None => owner.clone(),
    });
    std::iter::once(Value::from(states)).chain(owners).collect()
}

async fn database(scope: &Scope<'_>, inputs: &Object, base: &str) -> Result<Object, Error> {
    let own = inputs.get("database").and_then(Value::as_object).cloned().unwrap_or_default();
    let database = scope.inside("database:Database", ("database", ""), base, inputs, own).await?;
    let url = database.output("connectionString");
    // The scheme that Pulumi requires.
    let url = Value::computed(&[&url], |known| {
        let rest = known[0].as_str().and_then(|url| url.strip_prefix("postgresql://"));
        Value::from(rest.map(|rest| Value::from(format!("postgres://{rest}"))))
    });
    Ok(object! {
        "databaseLoginUrl": url.into_secret(),
        "databaseInstanceId": database.output("instanceId"),
        "databaseSecretId": database.output("secretId"),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::recorder::Recorder;
    use crate::scope::PROJECT;
    use crate::{Request, construct, problems};

    fn request(inputs: &Object) -> Request<'_> {
        Request { token: StateBackend.token(), name: "evalap", inputs, given: inputs, parts: &[] }
    }

    fn usual() -> Object {
        let owners = vec![Value::from(object! { "userId": "me" })];
        object! { "environment": "dev", "owners": owners }.with(PROJECT, "5ca1e3a7-fa4e-4000-8000-000000000001")
    }

    fn recorder() -> Recorder {
        Recorder::real()
            .with_outputs(
                "evalap-identity",
                object! { "applicationId": "app", "accessKey": "SCW", "secretKey": "hidden" },
            )
            .with_outputs(
                "evalap-storage",
                object! { "bucketName": "b", "region": "fr-par", "apiEndpoint": "https://s3.fr-par.scw.cloud" },
            )
            .with_outputs(
                "evalap-database",
                object! { "connectionString": Value::from("postgresql://u:p@h:1/d").into_secret() },
            )
    }

    #[tokio::test]
    async fn only_the_generated_key_and_the_owners_have_access() {
        let recorder = recorder();
        let inputs = usual();
        let made = construct(&recorder, request(&inputs)).await.unwrap().outputs;
        assert_eq!(recorder.order(), ["component", "evalap-identity", "evalap-storage", "outputs"]);
        assert_eq!(made.text("loginUrl"), Some("s3://b?region=fr-par&endpoint=https://s3.fr-par.scw.cloud"));
        assert!(made["secretKey"].is_secret() && !made.contains_key("databaseLoginUrl"));
        let storage = recorder.child("evalap-storage").inputs;
        let access = storage["access"].to_json().unwrap().to_string();
        assert_eq!(access, r#"[{"applicationId":"app","level":"write"},{"level":"full","userId":"me"}]"#);
        assert_eq!(storage.text("name"), Some("evalap-state"));
    }

    #[tokio::test]
    async fn the_login_url_of_the_database_has_pulumis_scheme_and_is_secret() {
        let recorder = recorder();
        let addresses = vec![Value::from("203.0.113.7/32")];
        let inputs = usual().with("withDatabase", true).with("database", object! { "allowedAddresses": addresses });
        let made = construct(&recorder, request(&inputs)).await.unwrap().outputs;
        assert_eq!(made.text("databaseLoginUrl"), Some("postgres://u:p@h:1/d"));
        assert!(made["databaseLoginUrl"].is_secret());
    }

    #[test]
    fn missing_owners_are_reported_with_all_other_problems() {
        let reported = |inputs: &Object| -> Vec<String> {
            problems(request(inputs)).iter().map(|problem| problem.path.to_string()).collect()
        };
        let wrong = object! { "environment": "dev", "owners": Value::from(Vec::<Value>::new()), "withDatabase": true };
        assert_eq!(reported(&wrong), ["owners", "projectId", "database"]);
        let empty = usual().with("owners", vec![Value::from(Object::new())]).with("database", Object::new());
        assert_eq!(reported(&empty), ["owners[0]", "database"]);
        assert!(reported(&usual()).is_empty());
    }
}
