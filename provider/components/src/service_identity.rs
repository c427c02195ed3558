//! The IAM identity of a service: an `iam/application`, an `iam/policy` with least privilege, and an optional `iam/apiKey` that
//! is stored in Secret Manager.

use std::collections::BTreeSet;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use value::{Object, Path, Value, object};

use crate::component::Component;
use crate::error::Error;
use crate::problem::Problem;
use crate::scope::{Part, Scope, project};

pub(crate) struct ServiceIdentity;

/// The permission sets of each access level, by Scaleway product.
const LEVELS: &[(&str, &str, &[&str])] = &[
    ("registry", "read", &["ContainerRegistryReadOnly"]),
    ("registry", "full", &["ContainerRegistryFullAccess"]),
    ("containers", "call", &["ContainersPrivateAccess"]),
    ("containers", "read", &["ContainersReadOnly"]),
    ("containers", "full", &["ContainersFullAccess"]),
    ("functions", "call", &["FunctionsPrivateAccess"]),
    ("functions", "read", &["FunctionsReadOnly"]),
    ("functions", "full", &["FunctionsFullAccess"]),
    ("databases", "read", &["RelationalDatabasesReadOnly"]),
    ("databases", "full", &["RelationalDatabasesFullAccess"]),
    ("objectStorage", "read", &["ObjectStorageBucketsRead", "ObjectStorageObjectsRead"]),
    (
        "objectStorage",
        "write",
        &[
            "ObjectStorageBucketsRead",
            "ObjectStorageObjectsDelete",
            "ObjectStorageObjectsRead",
            "ObjectStorageObjectsWrite",
        ],
    ),
    ("objectStorage", "full", &["ObjectStorageFullAccess"]),
    ("secrets", "read", &["SecretManagerReadOnly", "SecretManagerSecretAccess"]),
    (
        "secrets",
        "write",
        &[
            "SecretManagerReadOnly",
            "SecretManagerSecretAccess",
            "SecretManagerSecretCreate",
            "SecretManagerSecretWrite",
        ],
    ),
    ("secrets", "full", &["SecretManagerFullAccess"]),
    ("networks", "read", &["PrivateNetworksReadOnly"]),
    ("networks", "full", &["PrivateNetworksFullAccess"]),
    ("observability", "read", &["ObservabilityReadOnly"]),
    ("observability", "full", &["ObservabilityFullAccess"]),
    ("messaging", "read", &["MessagingAndQueuingReadOnly"]),
    ("messaging", "full", &["MessagingAndQueuingFullAccess"]),
    ("generativeApis", "call", &["GenerativeApisModelAccess"]),
    ("generativeApis", "full", &["GenerativeApisFullAccess"]),
    ("keys", "read", &["KeyManagerReadOnly"]),
    ("keys", "use", &["KeyManagerKeyDecrypt", "KeyManagerKeyEncrypt", "KeyManagerReadOnly"]),
    ("keys", "full", &["KeyManagerFullAccess"]),
];

impl Component for ServiceIdentity {
    fn token(&self) -> &'static str {
        "evalap/serviceIdentity:ServiceIdentity"
    }

    fn label(&self) -> &'static str {
        "service-identity"
    }

    fn problems(&self, inputs: &Object) -> Vec<Problem> {
        let mut problems = Vec::new();
        let may_be_wide =
            inputs.get("organizationWide").is_some_and(|wide| wide.is_unknown() || wide.as_bool() == Some(true));
        if permission_sets(inputs).is_some() && !may_be_wide && project(inputs).is_none() {
            let reason = "is required, because the permissions apply to one project and the provider has no project: set it, \
                          or set `projectId` of the provider";
            problems.push(Problem::new(Path::root("projectId"), reason));
        }
        if inputs.given("keyExpiresAt").is_some() && !inputs.flag("withApiKey").unwrap_or_default() {
            let reason = "requires an API key: set `withApiKey` to true, or remove it";
            problems.push(Problem::new(Path::root("keyExpiresAt"), reason));
        }
        problems
    }

    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>> {
        async move {
            let naming = &scope.naming;
            let application = object! {
                "name": naming.name(),
                "description": format!("{} in {}", naming.base(), naming.environment()),
                "tags": naming.tags(),
            };
            let application = scope.create("iam/application:Application", "application", application).await?;
            let mut outputs = object! { "applicationId": application.id() };
            if let Some(policy) = policy(scope, inputs, &application).await? {
                outputs = outputs.with("policyId", policy.id());
            }
            if inputs.flag("withApiKey").unwrap_or_default() {
                outputs.extend(api_key(scope, inputs, &application).await?);
            }
            Ok(outputs)
        }
        .boxed()
    }
}

async fn policy(scope: &Scope<'_>, inputs: &Object, application: &Part) -> Result<Option<Part>, Error> {
    let Some(sets) = permission_sets(inputs) else { return Ok(None) };
    let rule = object! { "permissionSetNames": sets };
    let wide = Value::from(inputs.get("organizationWide"));
    let rule = match wide.as_bool() {
        _ if wide.is_unknown() => Value::UNKNOWN,
        Some(true) => Value::from(rule.with("organizationId", application.output("organizationId"))),
        _ => {
            let projects = project(inputs).map(|project| Value::from(vec![project.clone()]));
            Value::from(rule.with("projectIds", projects))
        }
    };
    let naming = &scope.naming;
    let policy = object! {
        "name": naming.name(),
        "description": format!("Permissions of {} in {}", naming.base(), naming.environment()),
        "applicationId": application.id(),
        "rules": vec![rule.as_computed_from(&wide)],
        "tags": naming.tags(),
    };
    scope.create("iam/policy:Policy", "policy", policy).await.map(Some)
}

/// Registers the key and stores it in Secret Manager. Returns its outputs.
async fn api_key(scope: &Scope<'_>, inputs: &Object, application: &Part) -> Result<Object, Error> {
    let naming = &scope.naming;
    let key = object! {
        "applicationId": application.id(),
        "description": format!("{} in {}", naming.base(), naming.environment()),
        "expiresAt": inputs.get("keyExpiresAt"),
        "defaultProjectId": project(inputs),
    };
    let key = scope.create("iam/apiKey:ApiKey", "apiKey", key).await?;
    let both = object! {
        "accessKey": key.output("accessKey"),
        "secretKey": key.output("secretKey").into_secret(),
    };
    let secret = scope.store_secret("api-key", inputs, both.clone()).await?;
    let mut outputs = both;
    outputs.insert("secretId".to_owned(), secret.id());
    Ok(outputs)
}

/// The permission sets of all levels and of the input, sorted and without duplicates; `None` without any.
fn permission_sets(inputs: &Object) -> Option<Value> {
    let (access, named) = (Value::from(inputs.get("access")), Value::from(inputs.get("permissionSetNames")));
    let has_level = access.as_object().is_some_and(|access| access.values().any(|level| !level.is_null()));
    if !has_level && named.as_array().unwrap_or_default().is_empty() {
        return None;
    }
    Some(Value::computed(&[&access, &named], |known| {
        let level_of = |service: &str| known[0].as_object().and_then(|access| access.text(service));
        let of_levels = LEVELS.iter().filter(|(service, level, _)| level_of(service) == Some(*level));
        let of_levels = of_levels.flat_map(|(_, _, sets)| sets.iter().copied());
        let named = known[1].as_array().unwrap_or_default().iter().filter_map(Value::as_str);
        let sets: BTreeSet<&str> = of_levels.chain(named).collect();
        Value::from(sets.into_iter().map(Value::from).collect::<Vec<_>>())
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::recorder::Recorder;
    use crate::{Request, construct, problems};

    fn request(inputs: &Object) -> Request<'_> {
        Request { token: ServiceIdentity.token(), name: "evalap", inputs, given: inputs, parts: &[] }
    }

    fn strings(value: &Value) -> Vec<&str> {
        value.as_array().unwrap().iter().filter_map(Value::as_str).collect()
    }

    #[tokio::test]
    async fn levels_become_permission_sets_in_one_project() {
        let recorder = Recorder::real();
        let access = object! { "objectStorage": "read", "secrets": "read" };
        let inputs = object! {
            "environment": "dev", "access": access, "permissionSetNames": vec![Value::from("SecretManagerReadOnly")],
            "__project": "22222222-2222-2222-2222-222222222222",
        };
        let made = construct(&recorder, request(&inputs)).await.unwrap();
        let policy = recorder.child("evalap-policy");
        let rules = policy.inputs["rules"].as_array().unwrap();
        let rule = rules[0].as_object().unwrap();
        assert_eq!(rules.len(), 1);
        assert_eq!(
            strings(&rule["permissionSetNames"]),
            [
                "ObjectStorageBucketsRead",
                "ObjectStorageObjectsRead",
                "SecretManagerReadOnly",
                "SecretManagerSecretAccess"
            ]
        );
        assert_eq!(strings(&rule["projectIds"]), ["22222222-2222-2222-2222-222222222222"]);
        assert!(!rule.contains_key("organizationId"));
        assert!(!made.outputs.contains_key("secretKey"), "no key without the input");
    }

    #[tokio::test]
    async fn an_api_key_is_secret_and_stored_in_secret_manager() {
        let reported = object! { "accessKey": "SCWXXXXXXXXXXXXXXXXX", "secretKey": "hidden" };
        let recorder = Recorder::real().with_outputs("evalap-apiKey", reported);
        let inputs = object! { "environment": "dev", "withApiKey": true, "projectId": "p" };
        let made = construct(&recorder, request(&inputs)).await.unwrap();
        assert!(made.outputs["secretKey"].is_secret());
        let version = recorder.child("evalap-version");
        assert!(version.inputs["data"].is_secret());
        assert_eq!(version.inputs.text("data"), Some(r#"{"accessKey":"SCWXXXXXXXXXXXXXXXXX","secretKey":"hidden"}"#));
        assert_eq!(recorder.child("evalap-secret").inputs.text("path"), Some("/evalap/dev"));
    }

    #[test]
    fn a_missing_project_and_an_expiration_without_a_key_are_both_reported() {
        let access = object! { "registry": "read" };
        let inputs = object! { "environment": "dev", "access": access, "keyExpiresAt": "2027-01-01T00:00:00Z" };
        let reported: Vec<String> = problems(request(&inputs)).iter().map(|problem| problem.path.to_string()).collect();
        assert_eq!(reported, ["projectId", "keyExpiresAt"]);
    }
}
