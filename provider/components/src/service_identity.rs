//! Who a service is: an `iam/application`, an `iam/policy` with the least it needs, and perhaps an `iam/apiKey` that is
//! kept in Secret Manager.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use value::{Object, Path, Value, object};

use crate::component::Component;
use crate::error::Error;
use crate::problem::Problem;
use crate::scope::{Part, Scope, project};

pub(crate) struct ServiceIdentity;

/// What each level comes to, by the service. The sets are Scaleway's; each level holds no more than its name says.
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
        let is_wide = inputs.flag("organizationWide").unwrap_or_default();
        if !permission_sets(inputs).is_empty() && !is_wide && project(inputs).is_none() {
            let reason = "is needed, as the rights hold in one project and the provider has none of its own: give it, or \
                          set the provider's `projectId`";
            problems.push(Problem::new(Path::root("projectId"), reason));
        }
        if inputs.given("keyExpiresAt").is_some() && !inputs.flag("withApiKey").unwrap_or_default() {
            let reason = "ends a key that there is not: set `withApiKey` to true, or leave this out";
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
    let sets = permission_sets(inputs);
    if sets.is_empty() {
        return Ok(None);
    }
    let named = Value::from(inputs.get("permissionSetNames"));
    let sets = Value::from(sets);
    let sets = if named.contains_unknown() { Value::UNKNOWN.depending_on(named.all_dependencies()) } else { sets };
    let mut rule = object! { "permissionSetNames": sets };
    rule = if inputs.flag("organizationWide").unwrap_or_default() {
        rule.with("organizationId", application.output("organizationId"))
    } else {
        rule.with("projectIds", project(inputs).map(|project| vec![project.clone()]).map(Value::from))
    };
    let naming = &scope.naming;
    let policy = object! {
        "name": naming.name(),
        "description": format!("What {} may do in {}", naming.base(), naming.environment()),
        "applicationId": application.id(),
        "rules": vec![Value::from(rule)],
        "tags": naming.tags(),
    };
    scope.create("iam/policy:Policy", "policy", policy).await.map(Some)
}

/// Makes the key and files it; gives the outputs that tell of it.
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
    let secret = scope.file("api-key", inputs, both.clone()).await?;
    let mut outputs = both;
    outputs.insert("secretId".to_owned(), secret.id());
    Ok(outputs)
}

/// The permission sets of all levels, and those named, once each and in order.
fn permission_sets(inputs: &Object) -> Vec<Value> {
    let access = inputs.get("access").and_then(Value::as_object).cloned().unwrap_or_default();
    let of_levels = LEVELS
        .iter()
        .filter(|(service, level, _)| access.text(service) == Some(*level))
        .flat_map(|(_, _, sets)| sets.iter().map(|set| (*set).to_owned()));
    let named = inputs.get("permissionSetNames").and_then(Value::as_array).unwrap_or_default();
    let mut sets: Vec<String> = of_levels.chain(named.iter().filter_map(Value::as_str).map(str::to_owned)).collect();
    sets.sort();
    sets.dedup();
    // Those that are unknown count, though their names do not show.
    let unknown = named.iter().filter(|name| name.is_unknown()).cloned();
    sets.into_iter().map(Value::from).chain(unknown).collect()
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

    fn texts(value: &Value) -> Vec<&str> {
        value.as_array().unwrap().iter().filter_map(Value::as_str).collect()
    }

    #[tokio::test]
    async fn levels_become_the_least_permission_sets_in_one_project() {
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
            texts(&rule["permissionSetNames"]),
            [
                "ObjectStorageBucketsRead",
                "ObjectStorageObjectsRead",
                "SecretManagerReadOnly",
                "SecretManagerSecretAccess"
            ]
        );
        assert_eq!(texts(&rule["projectIds"]), ["22222222-2222-2222-2222-222222222222"]);
        assert!(!rule.contains_key("organizationId"));
        assert!(!made.outputs.contains_key("secretKey"), "no key unless asked");
    }

    #[tokio::test]
    async fn an_api_key_is_a_secret_and_is_filed() {
        let told = object! { "accessKey": "SCWXXXXXXXXXXXXXXXXX", "secretKey": "hidden" };
        let recorder = Recorder::real().telling("evalap-apiKey", told);
        let inputs = object! { "environment": "dev", "withApiKey": true, "projectId": "p" };
        let made = construct(&recorder, request(&inputs)).await.unwrap();
        assert!(made.outputs["secretKey"].is_secret());
        let version = recorder.child("evalap-version");
        assert!(version.inputs["data"].is_secret());
        assert_eq!(version.inputs.text("data"), Some(r#"{"accessKey":"SCWXXXXXXXXXXXXXXXXX","secretKey":"hidden"}"#));
        assert_eq!(recorder.child("evalap-secret").inputs.text("path"), Some("/evalap/dev"));
    }

    #[test]
    fn rights_without_a_project_and_an_end_without_a_key_are_told_together() {
        let access = object! { "registry": "read" };
        let inputs = object! { "environment": "dev", "access": access, "keyExpiresAt": "2027-01-01T00:00:00Z" };
        let told: Vec<String> = problems(request(&inputs)).iter().map(|problem| problem.path.to_string()).collect();
        assert_eq!(told, ["projectId", "keyExpiresAt"]);
    }
}
