//! A serverless container: a `containers/namespace`, a `containers/container`, its domain and its triggers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, try_join_all};
use value::{Object, Path, Value, object};

use crate::component::{Component, State};
use crate::error::Error;
use crate::naming::wrong_names;
use crate::problem::Problem;
use crate::scope::{Part, Scope};

pub(crate) struct ServerlessContainer;

/// CPU limits in mVCPU, each with its minimum and maximum memory in MB, as documented.
const SIZES: [(f64, f64, f64); 6] = [
    (100.0, 128.0, 256.0),
    (250.0, 256.0, 512.0),
    (500.0, 512.0, 1024.0),
    (1000.0, 1024.0, 2048.0),
    (2000.0, 2048.0, 4096.0),
    (4000.0, 4096.0, 8192.0),
];

/// The bytes of a megabyte in the API.
const MEGABYTE: f64 = 1_000_000.0;

impl Component for ServerlessContainer {
    fn token(&self) -> &'static str {
        "evalap/serverlessContainer:ServerlessContainer"
    }

    fn label(&self) -> &'static str {
        "serverless-container"
    }

    fn problems(&self, inputs: &Object) -> Vec<Problem> {
        let mut problems = wrong_resources(inputs);
        for name in twice(inputs) {
            let reason = "is also set in another input: set each variable once";
            problems.push(Problem::new(name, reason));
        }
        problems.extend(wrong_names(inputs, "schedules"));
        problems
    }

    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>> {
        async move {
            let secrets = secrets(scope, inputs).await?;
            let namespace = match inputs.given("namespaceId") {
                Some(id) => id.clone(),
                None => namespace(scope, inputs).await?.id(),
            };
            let container = container(inputs, &namespace, secrets, scope);
            let container = scope.create("containers/container:Container", "container", container).await?;
            let mut host = container.output("publicEndpoint");
            if let Some(hostname) = inputs.given("hostname") {
                let domain =
                    object! { "containerId": container.id(), "hostname": hostname, "region": inputs.get("region") };
                let domain = scope.create("containers/domain:Domain", "domain", domain).await?;
                host = Value::concat([Value::from("https://"), domain.output("hostname")]);
            }
            try_join_all(inputs.objects("schedules").map(|(_, schedule)| trigger(scope, inputs, &container, schedule)))
                .await?;
            Ok(object! { "endpoint": host, "containerId": container.id(), "namespaceId": namespace })
        }
        .boxed()
    }

    fn call(&self, _: &str, state: &State<'_>, arguments: &Object) -> Result<Object, Vec<Problem>> {
        let path = Value::from(arguments.get("path"));
        Ok(object! { "url": Value::concat([state.output("endpoint"), path]) })
    }
}

/// The problems of CPU, memory and scale of a container.
pub(crate) fn wrong_resources(inputs: &Object) -> Vec<Problem> {
    let mut problems: Vec<Problem> = wrong_size(inputs).into_iter().collect();
    let number = |name: &str| inputs.get(name).and_then(Value::as_f64);
    if let (Some(least), Some(most)) = (number("minScale"), number("maxScale"))
        && least > most
    {
        let reason = format!("{least} is greater than `maxScale` ({most}): reduce it, or increase `maxScale`");
        problems.push(Problem::new(Path::root("minScale"), reason));
    }
    problems
}

fn wrong_size(inputs: &Object) -> Option<Problem> {
    let cpu = inputs.get("cpu").and_then(Value::as_f64)?;
    let Some((_, least, most)) = SIZES.iter().find(|(size, ..)| is_equal(*size, cpu)) else {
        let sizes = SIZES.map(|(size, ..)| size.to_string()).join(", ");
        return Some(Problem::new(Path::root("cpu"), format!("{cpu} is not one of {sizes}")));
    };
    let memory = inputs.get("memory").and_then(Value::as_f64).filter(|memory| memory < least || memory > most)?;
    let fitting = SIZES.iter().find(|(_, least, most)| (least..=most).contains(&&memory));
    let other = fitting.map(|(size, ..)| format!(", or another `cpu`, such as {size}")).unwrap_or_default();
    let reason = format!("{memory} is not valid with a `cpu` of {cpu}: use {least} to {most}{other}");
    Some(Problem::new(Path::root("memory"), reason))
}

fn is_equal(one: f64, other: f64) -> bool {
    (one - other).abs() < f64::EPSILON
}

/// The paths of variables that are set in more than one input.
fn twice(inputs: &Object) -> Vec<Path> {
    const PLACES: [&str; 3] = ["environmentVariables", "secretVariables", "secrets"];
    let names = |place: &str| -> Vec<String> {
        let given = inputs.get(place).and_then(Value::as_object);
        given.map(|given| given.keys().cloned().collect()).unwrap_or_default()
    };
    let mut found = Vec::new();
    for (index, place) in PLACES.iter().enumerate().skip(1) {
        let before: Vec<String> = PLACES[..index].iter().flat_map(|place| names(place)).collect();
        let again = names(place).into_iter().filter(|name| before.contains(name));
        found.extend(again.map(|name| Path::root(*place).name(name.as_str())));
    }
    found
}

async fn namespace(scope: &Scope<'_>, inputs: &Object) -> Result<Part, Error> {
    let naming = &scope.naming;
    let namespace = object! {
        "name": naming.name(),
        "description": format!("Containers of {}, {}", naming.base(), naming.environment()),
        "tags": naming.tags(),
        "region": inputs.get("region"),
        "projectId": inputs.get("projectId"),
    };
    scope.create("containers/namespace:Namespace", "namespace", namespace).await
}

fn container(inputs: &Object, namespace: &Value, secrets: Value, scope: &Scope<'_>) -> Object {
    let naming = &scope.naming;
    let private = |on: &Value| {
        Value::computed(&[on], |on| Value::from(if on[0].as_bool() == Some(true) { "public" } else { "private" }))
    };
    let scaling = object! { "concurrentRequestsThreshold": inputs.get("requestsPerInstance") };
    object! {
        "name": naming.name(),
        "namespaceId": namespace,
        "image": inputs.get("image"),
        "registrySha256": inputs.get("imageDigest"),
        "port": inputs.get("port"),
        "cpuLimit": inputs.get("cpu"),
        "memoryLimitBytes": memory(inputs),
        "minScale": inputs.get("minScale"),
        "maxScale": inputs.get("maxScale"),
        "scalingOptions": vec![Value::from(scaling)],
        "timeout": inputs.get("timeout"),
        "privacy": private(inputs.get("isPublic").unwrap_or(&Value::NULL)),
        "httpsConnectionsOnly": true,
        "commands": inputs.get("commands"),
        "args": inputs.get("args"),
        "environmentVariables": inputs.get("environmentVariables"),
        "secretEnvironmentVariables": secrets,
        "privateNetworkId": inputs.get("privateNetworkId"),
        "livenessProbe": inputs.given("livenessProbe").map(probe),
        "startupProbe": inputs.given("startupProbe").map(probe),
        "tags": naming.tags(),
        "region": inputs.get("region"),
    }
}

/// The memory in bytes. Default: the minimum of the CPU limit.
fn memory(inputs: &Object) -> Value {
    let cpu = Value::from(inputs.get("cpu"));
    let given = Value::from(inputs.get("memory"));
    Value::computed(&[&cpu, &given], |known| {
        let least = || {
            let cpu = known[0].as_f64()?;
            SIZES.iter().find(|(size, ..)| is_equal(*size, cpu)).map(|(_, least, _)| *least)
        };
        known[1].as_f64().or_else(least).map(|megabytes| Value::from(megabytes * MEGABYTE)).unwrap_or_default()
    })
}

fn probe(given: &Value) -> Value {
    let Some(given) = given.as_object() else { return given.clone() };
    let seconds = |name: &str| {
        given.given(name).map(|seconds| Value::concat([seconds.clone(), Value::from("s")])).unwrap_or_default()
    };
    Value::from(object! {
        "http": object! { "path": given.get("path") },
        "interval": seconds("intervalSeconds"),
        "timeout": seconds("timeoutSeconds"),
        "failureThreshold": given.get("failures"),
    })
}

/// The secret variables: those of the input, and those with values from Secret Manager.
async fn secrets(scope: &Scope<'_>, inputs: &Object) -> Result<Value, Error> {
    let unknown = ["secretVariables", "secrets"].map(|name| Value::from(inputs.get(name)));
    if unknown.iter().any(Value::is_unknown) {
        return Ok(Value::concat(unknown).into_secret());
    }
    let given = inputs.get("secretVariables").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut secrets: Object = given.into_iter().map(|(name, value)| (name, value.into_secret())).collect();
    let named = inputs.get("secrets").and_then(Value::as_object).into_iter().flatten();
    let found = try_join_all(named.map(|(name, id)| async move {
        let arguments = object! { "secretId": id, "region": inputs.get("region") };
        let from = Value::from(arguments.clone());
        let version = scope.invoke("secrets/getVersion:getVersion", arguments).await?;
        let data = version.map_or(Value::UNKNOWN, |version| Value::from(version.get("data")));
        let text = Value::computed(&[&data], |data| decoded(data[0]));
        Ok::<_, Error>((name.clone(), text.into_secret().depending_on(from.all_dependencies())))
    }))
    .await?;
    secrets.extend(found);
    Ok(if secrets.is_empty() { Value::NULL } else { Value::from(secrets).into_secret() })
}

/// The value of an environment variable: the decoded string, or base64 if it is not UTF-8.
fn decoded(data: &Value) -> Value {
    let base64 = data.as_str().unwrap_or_default();
    let text = STANDARD.decode(base64).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    Value::from(text.unwrap_or_else(|| base64.to_owned()))
}

async fn trigger(scope: &Scope<'_>, inputs: &Object, container: &Part, schedule: &Object) -> Result<Part, Error> {
    let name = schedule.text("name").unwrap_or_default();
    let trigger = object! {
        "name": scope.naming.of(name),
        "containerId": container.id(),
        "cron": object! { "schedule": schedule.get("schedule"), "timezone": schedule.get("timezone") },
        "destinationConfig": object! { "httpMethod": schedule.get("method"), "httpPath": schedule.get("path") },
        "tags": scope.naming.tags(),
        "region": inputs.get("region"),
    };
    scope.create_one("containers/trigger:Trigger", "trigger", name, trigger).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::recorder::Recorder;
    use crate::{Request, construct, problems};

    fn request(inputs: &Object) -> Request<'_> {
        Request { token: ServerlessContainer.token(), name: "api", inputs, given: inputs, parts: &[] }
    }

    fn reported(inputs: Object) -> Vec<String> {
        let inputs = inputs.with("environment", "dev");
        problems(request(&inputs)).iter().map(|problem| format!("{}: {}", problem.path, problem.reason)).collect()
    }

    #[test]
    fn memory_must_be_valid_for_the_cpu() {
        for (cpu, least, most) in SIZES {
            for (memory, fits) in [(least, true), (most, true), (least - 1.0, false), (most + 1.0, false)] {
                assert_eq!(reported(object! { "cpu": cpu, "memory": memory }).is_empty(), fits, "{cpu} and {memory}");
            }
        }
        assert_eq!(reported(object! { "cpu": 300.0 }), ["cpu: 300 is not one of 100, 250, 500, 1000, 2000, 4000"]);
        let wrong = reported(object! { "cpu": 100.0, "memory": 2000.0 });
        let expected = "memory: 2000 is not valid with a `cpu` of 100: use 128 to 256, or another `cpu`, such as 1000";
        assert_eq!(wrong, [expected]);
        assert!(reported(object! { "cpu": Value::UNKNOWN, "memory": 1.0 }).is_empty(), "what is not known is right");
    }

    #[test]
    fn a_variable_is_set_once_and_min_scale_does_not_exceed_max_scale() {
        let inputs = object! {
            "environmentVariables": object! { "A": "1" }, "secretVariables": object! { "A": "hidden", "B": "hidden" },
            "secrets": object! { "B": "fr-par/1" }, "minScale": 3.0, "maxScale": 2.0,
        };
        let reported = reported(inputs);
        assert_eq!(reported.len(), 3, "{reported:?}");
        assert!(reported[0].starts_with("minScale: 3 is greater than `maxScale`"));
        assert!(reported[1].starts_with("secretVariables.A:") && reported[2].starts_with("secrets.B:"));
        assert!(!reported.join("").contains("hidden"));
    }

    #[tokio::test]
    async fn a_container_is_private_https_only_and_has_the_minimum_memory() {
        let reported = object! { "publicEndpoint": "https://api.example" };
        let recorder = Recorder::real().with_outputs("api-container", reported);
        let inputs = object! { "environment": "dev", "image": "i", "cpu": 1000.0, "isPublic": false };
        let made = construct(&recorder, request(&inputs)).await.unwrap();
        let container = recorder.child("api-container").inputs;
        assert_eq!(container.text("privacy"), Some("private"));
        assert_eq!(container["httpsConnectionsOnly"].as_bool(), Some(true));
        assert_eq!(container["memoryLimitBytes"].as_f64(), Some(1_024_000_000.0));
        assert!(container["namespaceId"].all_dependencies().contains("urn:api-namespace"));
        assert_eq!(made.outputs.text("endpoint"), Some("https://api.example"));
    }

    #[tokio::test]
    async fn secrets_from_secret_manager_stay_secret() {
        let recorder = Recorder::real().with_result("secrets/getVersion:getVersion", object! { "data": "aGlkZGVu" });
        let id = Value::from("fr-par/1").depending_on(["urn:store".to_owned()]);
        let inputs = object! { "environment": "dev", "image": "i", "secrets": object! { "KEY": id } };
        construct(&recorder, request(&inputs)).await.unwrap();
        let variables = &recorder.child("api-container").inputs["secretEnvironmentVariables"];
        assert!(variables.is_secret());
        let variables = variables.as_object().unwrap();
        assert_eq!(variables.text("KEY"), Some("hidden"));
        assert!(variables["KEY"].is_secret() && variables["KEY"].all_dependencies().contains("urn:store"));
    }

    #[tokio::test]
    async fn a_secret_that_does_not_exist_yet_is_unknown() {
        let recorder = Recorder::preview();
        let inputs = object! { "environment": "dev", "image": "i", "secrets": object! { "KEY": Value::UNKNOWN } };
        construct(&recorder, request(&inputs)).await.unwrap();
        let variables = &recorder.child("api-container").inputs["secretEnvironmentVariables"];
        assert!(variables.as_object().unwrap()["KEY"].is_unknown());
    }

    #[tokio::test]
    async fn a_host_name_and_schedules_are_registered() {
        let recorder = Recorder::real();
        let schedule = object! { "name": "nightly", "schedule": "0 4 * * *", "path": "/run", "method": "post" };
        let inputs = object! {
            "environment": "dev", "image": "i", "hostname": "api.example.org", "schedules": vec![Value::from(schedule)],
        };
        let made = construct(&recorder, request(&inputs)).await.unwrap();
        assert_eq!(recorder.child("api-trigger-nightly").inputs.text("name"), Some("api-nightly-dev"));
        assert_eq!(made.outputs.text("endpoint"), Some("https://api.example.org"));
        let state = State { outputs: &made.outputs, is_preview: false };
        let called = ServerlessContainer.call("url", &state, &object! { "path": "/docs" }).unwrap();
        assert_eq!(called.text("url"), Some("https://api.example.org/docs"));
    }
}
