//! A complete application in one environment: combines all other components. It registers components only, no resources.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use value::{Object, Path, Value, object};

use crate::component::{Component, State};
use crate::error::Error;
use crate::naming::wrong_names;
use crate::problem::{Problem, shown};
use crate::scope::{Part, STORAGE, Scope, described};

pub(crate) struct Application;

/// The properties of a service that its container has under the same name.
const OF_SERVICES: [&str; 10] =
    ["image", "port", "cpu", "memory", "minScale", "maxScale", "isPublic", "hostname", "commands", "args"];

/// The properties of `storage`.
const OF_STORAGE: [&str; 5] =
    ["expireAfterDays", "glacierAfterDays", "oldVersionsExpireAfterDays", "webOrigins", "forceDestroy"];

impl Component for Application {
    fn token(&self) -> &'static str {
        "evalap/application:Application"
    }

    fn label(&self) -> &'static str {
        "application"
    }

    fn problems(&self, inputs: &Object) -> Vec<Problem> {
        let mut problems = wrong_names(inputs, "services");
        let has_own = own_database(inputs);
        if inputs.given("database").is_some() && !has_own {
            let reason = "applies only to a database that the component creates: remove it, or remove `databaseUrl` and `withDatabase`";
            problems.push(Problem::new(Path::root("database"), reason));
        }
        if inputs.given("storage").is_some() && !own_storage(inputs) {
            let reason = "applies only to a bucket that the component creates: remove it, or set `withStorage` to true without `storageBucketId`";
            problems.push(Problem::new(Path::root("storage"), reason));
        }
        let bucket = inputs.given("storageBucketId");
        if let Some(id) = bucket.filter(|id| id.as_str().is_some_and(|id| !is_bucket_id(id))) {
            let reason = format!("{} must be a region, a slash and a name, such as \"fr-par/evalap-files\"", shown(id));
            problems.push(Problem::new(Path::root("storageBucketId"), reason));
        }
        if inputs.listed("alertEmails").is_some() && !inputs.flag("withMonitoring").unwrap_or_default() {
            let reason = "requires monitoring: set `withMonitoring` to true, or remove it";
            problems.push(Problem::new(Path::root("alertEmails"), reason));
        }
        problems
    }

    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>> {
        async move {
            let network = if let Some(id) = inputs.given("privateNetworkId") {
                id.clone()
            } else {
                let kind = "privateNetwork:PrivateNetwork";
                inside(scope, inputs, kind, "network", Object::new()).await?.output("privateNetworkId")
            };
            let mut outputs = object! { "privateNetworkId": network.clone() };
            let mut shared = Shared::default();
            shared.plain.insert("ENVIRONMENT".to_owned(), Value::from(scope.naming.environment()));
            if inputs.flag("withRegistry").unwrap_or_default() {
                let kind = "containerRegistry:ContainerRegistry";
                let registry = inside(scope, inputs, kind, "registry", Object::new()).await?;
                outputs.insert("registryEndpoint".to_owned(), registry.output("endpoint"));
            }
            outputs.extend(storage(scope, inputs, &mut shared).await?);
            outputs.extend(secrets(scope, inputs, &mut shared).await?);
            outputs.extend(identity(scope, inputs, &mut shared).await?);
            outputs.extend(monitoring(scope, inputs, &mut shared).await?);
            outputs.extend(database(scope, inputs, &network, &mut shared).await?);
            let endpoints = run(scope, inputs, &network, &shared, outputs.get("databaseUrl")).await?;
            outputs.insert("endpoints".to_owned(), Value::from(endpoints));
            Ok(outputs)
        }
        .boxed()
    }

    fn call(&self, _: &str, state: &State<'_>, arguments: &Object) -> Result<Object, Vec<Problem>> {
        let endpoints = state.output("endpoints");
        let service = Value::from(arguments.get("service"));
        let endpoint = if let (Some(known), Some(name)) = (endpoints.as_object(), service.as_str()) {
            let Some(endpoint) = known.get(name) else {
                let names = known.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let reason = format!("{} is not a service; the services are {names}", shown(&service));
                return Err(vec![Problem::new(Path::root("service"), reason)]);
            };
            endpoint.clone()
        } else {
            Value::UNKNOWN
        };
        Ok(object! { "url": Value::concat([endpoint, Value::from(arguments.get("path"))]) })
    }
}

/// Environment variables of all services, from the component.
#[derive(Default)]
struct Shared {
    plain: Object,
    secret: Object,
}

/// Registers a component of the application, with the same base name.
async fn inside(scope: &Scope<'_>, inputs: &Object, kind: &str, part: &str, own: Object) -> Result<Part, Error> {
    scope.inside(kind, (part, ""), scope.naming.base(), inputs, own).await
}

async fn secrets(scope: &Scope<'_>, inputs: &Object, shared: &mut Shared) -> Result<Object, Error> {
    let given = inputs.get("secrets").and_then(Value::as_object).filter(|given| !given.is_empty());
    let Some(given) = given else { return Ok(Object::new()) };
    let own = object! { "secrets": Value::from(given.clone()).into_secret() };
    inside(scope, inputs, "secretStore:SecretStore", "secrets", own).await?;
    for (name, value) in given {
        shared.secret.insert(variable(name), value.clone().into_secret());
    }
    Ok(Object::new())
}

/// The bucket for files, and its environment variables.
async fn storage(scope: &Scope<'_>, inputs: &Object, shared: &mut Shared) -> Result<Object, Error> {
    let [name, endpoint, region] = if let Some(id) = inputs.given("storageBucketId") {
        other_storage(id, inputs.given(STORAGE))
    } else if own_storage(inputs) {
        let own = own_bucket(&described(inputs, "storage", &OF_STORAGE));
        let made = inside(scope, inputs, "objectStorage:ObjectStorage", "storage", own).await?;
        ["bucketName", "apiEndpoint", "region"].map(|output| made.output(output))
    } else {
        return Ok(Object::new());
    };
    for (variable, value) in [("S3_BUCKET", &name), ("S3_ENDPOINT", &endpoint), ("S3_REGION", &region)] {
        shared.plain.insert(variable.to_owned(), value.clone());
    }
    Ok(object! { "storageBucketName": name, "storageEndpoint": endpoint })
}

/// Name, endpoint and region of a bucket of this ID.
fn other_storage(id: &Value, endpoint: Option<&Value>) -> [Value; 3] {
    let part = |of: fn((&str, &str)) -> String| {
        Value::computed(&[id], |known| {
            known[0].as_str().and_then(|id| id.split_once('/')).map(of).map(Value::from).into()
        })
    };
    let usual = || part(|(region, _)| format!("https://s3.{region}.scw.cloud"));
    [part(|(_, name)| name.to_owned()), endpoint.cloned().unwrap_or_else(usual), part(|(region, _)| region.to_owned())]
}

/// The inputs of the bucket for files.
fn own_bucket(given: &Object) -> Object {
    let mut rule = Object::new();
    for age in ["glacierAfterDays", "expireAfterDays"] {
        rule = rule.with(age, given.get(age));
    }
    let origins = given.listed("webOrigins").map(|origins| {
        let methods = ["GET", "HEAD", "PUT", "POST"].map(Value::from).to_vec();
        let headers = vec![Value::from("*")];
        vec![Value::from(object! { "allowedOrigins": origins, "allowedMethods": methods, "allowedHeaders": headers })]
    });
    object! {
        "lifecycleRules": (!rule.is_empty()).then(|| Value::from(vec![Value::from(rule)])),
        "corsRules": origins.map(Value::from),
        "oldVersionsExpireAfterDays": given.get("oldVersionsExpireAfterDays"),
        "forceDestroy": given.get("forceDestroy"),
    }
}

/// The access levels of the services: those of the input, and Object Storage if there is a bucket.
fn access(inputs: &Object) -> Object {
    let mut access = inputs.get("access").and_then(Value::as_object).cloned().unwrap_or_default();
    if own_storage(inputs) || inputs.given("storageBucketId").is_some() {
        access.entry("objectStorage".to_owned()).or_insert_with(|| Value::from("write"));
    }
    access
}

async fn identity(scope: &Scope<'_>, inputs: &Object, shared: &mut Shared) -> Result<Object, Error> {
    let access = access(inputs);
    if access.is_empty() {
        return Ok(Object::new());
    }
    let own = object! { "access": access, "withApiKey": true };
    let identity = inside(scope, inputs, "serviceIdentity:ServiceIdentity", "identity", own).await?;
    shared.plain.insert("SCW_ACCESS_KEY".to_owned(), identity.output("accessKey"));
    shared.secret.insert("SCW_SECRET_KEY".to_owned(), identity.output("secretKey").into_secret());
    Ok(object! { "applicationId": identity.output("applicationId") })
}

async fn monitoring(scope: &Scope<'_>, inputs: &Object, shared: &mut Shared) -> Result<Object, Error> {
    if !inputs.flag("withMonitoring").unwrap_or_default() {
        return Ok(Object::new());
    }
    let emails = inputs.listed("alertEmails");
    let own = object! { "alerts": emails.is_some(), "contactPoints": emails };
    let monitoring = inside(scope, inputs, "monitoring:Monitoring", "monitoring", own).await?;
    for what in ["metrics", "logs", "traces"] {
        let name = format!("COCKPIT_{}_PUSH_URL", what.to_uppercase());
        shared.plain.insert(name, monitoring.output(&format!("{what}PushUrl")));
    }
    shared.secret.insert("COCKPIT_TOKEN".to_owned(), monitoring.output("token").into_secret());
    Ok(object! { "dashboards": monitoring.output("dashboards") })
}

async fn database(scope: &Scope<'_>, inputs: &Object, network: &Value, shared: &mut Shared) -> Result<Object, Error> {
    if let Some(url) = inputs.given("databaseUrl") {
        return Ok(object! { "databaseUrl": url.clone().into_secret() });
    }
    if !own_database(inputs) {
        return Ok(Object::new());
    }
    let mut own = inputs.get("database").and_then(Value::as_object).cloned().unwrap_or_default();
    own.insert("privateNetworkId".to_owned(), network.clone());
    let database = inside(scope, inputs, "database:Database", "database", own).await?;
    shared.plain.insert("DATABASE_HOST".to_owned(), database.output("host"));
    Ok(object! {
        "databaseUrl": database.output("connectionString").into_secret(),
        "databaseInstanceId": database.output("instanceId"),
    })
}

/// Registers the services in order, because each gets the URLs of the services before it.
async fn run(
    scope: &Scope<'_>,
    inputs: &Object,
    network: &Value,
    shared: &Shared,
    database: Option<&Value>,
) -> Result<Object, Error> {
    let mut plain = shared.plain.clone();
    let mut endpoints = Object::new();
    for (_, service) in inputs.objects("services") {
        let name = service.text("name").unwrap_or_default();
        let secret =
            shared.secret.clone().with("DATABASE_URL", database.map(|url| used(url, service.get("usesDatabase"))));
        let container = container(service, network, &plain, secret);
        let base = format!("{}-{name}", scope.naming.base());
        let kind = "serverlessContainer:ServerlessContainer";
        let made = scope.inside(kind, ("service", name), &base, inputs, container).await?;
        let endpoint = made.output("endpoint");
        plain.insert(format!("{}_URL", variable(name)), endpoint.clone());
        endpoints.insert(name.to_owned(), endpoint);
    }
    Ok(endpoints)
}

/// The connection string for a service: null if the service does not use the database, unknown while that is unknown.
fn used(url: &Value, uses: Option<&Value>) -> Value {
    let uses = Value::from(uses);
    match uses.as_bool() {
        Some(false) => Value::NULL,
        _ if uses.is_unknown() => Value::UNKNOWN.as_computed_from(url).as_computed_from(&uses),
        _ => url.clone().as_computed_from(&uses),
    }
}

/// The plain and the secret environment variables of a service. Its own variables take precedence, and each name is in one map only.
fn variables(service: &Object, plain: &Object, mut secret: Object) -> (Value, Value) {
    let own = Value::from(service.get("environmentVariables"));
    if own.is_unknown() {
        return (own.clone(), own.into_secret());
    }
    let mut variables = plain.clone();
    variables.retain(|_, value| !value.is_null());
    for (name, value) in own.as_object().into_iter().flatten() {
        secret.remove(name);
        variables.insert(name.clone(), value.clone());
    }
    let secret = (!secret.is_empty()).then(|| Value::from(secret).into_secret());
    (Value::from(variables), Value::from(secret))
}

fn container(service: &Object, network: &Value, plain: &Object, secret: Object) -> Object {
    let (variables, secret) = variables(service, plain, secret);
    let mut container = object! {
        "privateNetworkId": network,
        "environmentVariables": variables,
        "secretVariables": secret,
        "livenessProbe": service.given("healthPath").map(|path| object! { "path": path }).map(Value::from),
    };
    for name in OF_SERVICES {
        container = container.with(name, service.get(name));
    }
    container
}

/// The name of an environment variable: `MODEL_KEY` for `model-key`.
fn variable(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

fn own_database(inputs: &Object) -> bool {
    inputs.flag("withDatabase").unwrap_or_default() && inputs.given("databaseUrl").is_none()
}

fn own_storage(inputs: &Object) -> bool {
    inputs.flag("withStorage").unwrap_or_default() && inputs.given("storageBucketId").is_none()
}

fn is_bucket_id(id: &str) -> bool {
    id.split_once('/').is_some_and(|(region, name)| !region.is_empty() && !name.is_empty() && !name.contains('/'))
}

#[cfg(test)]
#[path = "application_tests.rs"]
mod tests;
