//! A whole application in one environment: every other component, wired. Knows what flows between them, and no resource.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use value::{Object, Path, Value, object};

use crate::component::{Component, State};
use crate::error::Error;
use crate::naming::is_name;
use crate::problem::{Problem, shown};
use crate::scope::{Part, Scope, Wants};

pub(crate) struct Application;

/// What every component inside is told of where it belongs.
const SHARED: [&str; 6] = ["environment", "owner", "costCentre", "tags", "region", "projectId"];

/// What a service says that its container takes as it is.
const OF_SERVICES: [&str; 10] =
    ["image", "port", "cpu", "memory", "minScale", "maxScale", "isPublic", "hostname", "commands", "args"];

impl Component for Application {
    fn token(&self) -> &'static str {
        "evalap/application:Application"
    }

    fn label(&self) -> &'static str {
        "application"
    }

    fn problems(&self, inputs: &Object) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (index, service) in services(inputs).enumerate() {
            let path = Path::root("services").index(index).name("name");
            let name = service.text("name").unwrap_or_default();
            if !is_name(name) {
                let reason = format!(
                    "\"{name}\" must begin with a lower-case letter and go on with lower-case letters, digits and dashes"
                );
                problems.push(Problem::new(path, reason));
            } else if services(inputs).take(index).any(|other| other.text("name") == Some(name)) {
                problems.push(Problem::new(path, format!("\"{name}\" is there twice; give each its own")));
            }
        }
        let has_own = own_database(inputs);
        if inputs.given("database").is_some() && !has_own {
            let reason =
                "describes a database that is not made: leave it out, or leave out `databaseUrl` and `withDatabase`";
            problems.push(Problem::new(Path::root("database"), reason));
        }
        if inputs.given("alertEmails").is_some() && !inputs.flag("withMonitoring").unwrap_or_default() {
            let reason = "needs monitoring: set `withMonitoring` to true, or leave this out";
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
            let mut told = Told::default();
            told.plain.insert("ENVIRONMENT".to_owned(), Value::from(scope.naming.environment()));
            if inputs.flag("withRegistry").unwrap_or_default() {
                let kind = "containerRegistry:ContainerRegistry";
                let registry = inside(scope, inputs, kind, "registry", Object::new()).await?;
                outputs.insert("registryEndpoint".to_owned(), registry.output("endpoint"));
            }
            outputs.extend(secrets(scope, inputs, &mut told).await?);
            outputs.extend(identity(scope, inputs, &mut told).await?);
            outputs.extend(monitoring(scope, inputs, &mut told).await?);
            outputs.extend(database(scope, inputs, &network, &mut told).await?);
            let endpoints = run(scope, inputs, &network, &told, outputs.get("databaseUrl")).await?;
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
                let reason = format!("{} is none of the services, which are {names}", shown(&service));
                return Err(vec![Problem::new(Path::root("service"), reason)]);
            };
            endpoint.clone()
        } else {
            Value::UNKNOWN
        };
        Ok(object! { "url": Value::concat([endpoint, Value::from(arguments.get("path"))]) })
    }
}

/// What the services find in their environment, beside what they say themselves.
#[derive(Default)]
struct Told {
    plain: Object,
    secret: Object,
}

/// Makes a component of the application, told of where it belongs.
async fn inside(scope: &Scope<'_>, inputs: &Object, kind: &str, part: &str, own: Object) -> Result<Part, Error> {
    let all = belonging(inputs, scope.naming.base(), own);
    scope.compose(&format!("evalap/{kind}"), part, "", all, Wants::default()).await
}

fn belonging(inputs: &Object, name: &str, own: Object) -> Object {
    let mut all = object! { "name": name };
    for shared in SHARED {
        all = all.with(shared, inputs.get(shared));
    }
    all.extend(own);
    all
}

async fn secrets(scope: &Scope<'_>, inputs: &Object, told: &mut Told) -> Result<Object, Error> {
    let given = inputs.get("secrets").and_then(Value::as_object).filter(|given| !given.is_empty());
    let Some(given) = given else { return Ok(Object::new()) };
    let own = object! { "secrets": Value::from(given.clone()).into_secret() };
    inside(scope, inputs, "secretStore:SecretStore", "secrets", own).await?;
    for (name, value) in given {
        told.secret.insert(variable(name), value.clone().into_secret());
    }
    Ok(Object::new())
}

async fn identity(scope: &Scope<'_>, inputs: &Object, told: &mut Told) -> Result<Object, Error> {
    let access = inputs.given("access").filter(|access| access.as_object().is_none_or(|access| !access.is_empty()));
    let Some(access) = access else { return Ok(Object::new()) };
    let own = object! { "access": access, "withApiKey": true };
    let identity = inside(scope, inputs, "serviceIdentity:ServiceIdentity", "identity", own).await?;
    told.plain.insert("SCW_ACCESS_KEY".to_owned(), identity.output("accessKey"));
    told.secret.insert("SCW_SECRET_KEY".to_owned(), identity.output("secretKey").into_secret());
    Ok(object! { "applicationId": identity.output("applicationId") })
}

async fn monitoring(scope: &Scope<'_>, inputs: &Object, told: &mut Told) -> Result<Object, Error> {
    if !inputs.flag("withMonitoring").unwrap_or_default() {
        return Ok(Object::new());
    }
    let emails = inputs.given("alertEmails");
    let own = object! { "alerts": emails.is_some(), "contactPoints": emails };
    let monitoring = inside(scope, inputs, "monitoring:Monitoring", "monitoring", own).await?;
    for what in ["metrics", "logs", "traces"] {
        let name = format!("COCKPIT_{}_PUSH_URL", what.to_uppercase());
        told.plain.insert(name, monitoring.output(&format!("{what}PushUrl")));
    }
    told.secret.insert("COCKPIT_TOKEN".to_owned(), monitoring.output("token").into_secret());
    Ok(object! { "dashboards": monitoring.output("dashboards") })
}

async fn database(scope: &Scope<'_>, inputs: &Object, network: &Value, told: &mut Told) -> Result<Object, Error> {
    if let Some(url) = inputs.given("databaseUrl") {
        return Ok(object! { "databaseUrl": url.clone().into_secret() });
    }
    if !own_database(inputs) {
        return Ok(Object::new());
    }
    let mut own = inputs.get("database").and_then(Value::as_object).cloned().unwrap_or_default();
    own.insert("privateNetworkId".to_owned(), network.clone());
    let database = inside(scope, inputs, "database:Database", "database", own).await?;
    told.plain.insert("DATABASE_HOST".to_owned(), database.output("host"));
    Ok(object! {
        "databaseUrl": database.output("connectionString").into_secret(),
        "databaseInstanceId": database.output("instanceId"),
    })
}

/// Runs the services in their order, as each is told the addresses of those before it.
async fn run(
    scope: &Scope<'_>,
    inputs: &Object,
    network: &Value,
    told: &Told,
    database: Option<&Value>,
) -> Result<Object, Error> {
    let mut plain = told.plain.clone();
    let mut endpoints = Object::new();
    for service in services(inputs) {
        let name = service.text("name").unwrap_or_default();
        let uses_database = service.flag("usesDatabase").unwrap_or(true);
        let mut secret = told.secret.clone();
        if let Some(url) = database.filter(|_| uses_database) {
            secret.insert("DATABASE_URL".to_owned(), url.clone());
        }
        let container = container(service, network, &plain, secret);
        let base = format!("{}-{name}", scope.naming.base());
        let container = belonging(inputs, &base, container);
        let token = "evalap/serverlessContainer:ServerlessContainer";
        let made = scope.compose(token, "service", name, container, Wants::default()).await?;
        let endpoint = made.output("endpoint");
        plain.insert(format!("{}_URL", variable(name)), endpoint.clone());
        endpoints.insert(name.to_owned(), endpoint);
    }
    Ok(endpoints)
}

fn container(service: &Object, network: &Value, plain: &Object, mut secret: Object) -> Object {
    let mut variables = plain.clone();
    variables.retain(|_, value| !value.is_null());
    for (name, value) in service.get("environmentVariables").and_then(Value::as_object).into_iter().flatten() {
        // What a service says itself wins, and stands in one place only.
        secret.remove(name);
        variables.insert(name.clone(), value.clone());
    }
    let mut container = object! {
        "privateNetworkId": network,
        "environmentVariables": variables,
        "secretVariables": (!secret.is_empty()).then(|| Value::from(secret).into_secret()),
        "livenessProbe": service.given("healthPath").map(|path| object! { "path": path }).map(Value::from),
    };
    for name in OF_SERVICES {
        container = container.with(name, service.get(name));
    }
    container
}

/// `model-key` as the name of an environment variable.
fn variable(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

fn own_database(inputs: &Object) -> bool {
    inputs.flag("withDatabase").unwrap_or_default() && inputs.given("databaseUrl").is_none()
}

fn services(inputs: &Object) -> impl Iterator<Item = &Object> {
    let given = inputs.get("services").and_then(Value::as_array).unwrap_or_default();
    given.iter().filter_map(Value::as_object)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::recorder::Recorder;
    use crate::{Request, construct, problems};

    fn request(inputs: &Object) -> Request<'_> {
        Request { token: Application.token(), name: "evalap", inputs, given: inputs, parts: &[] }
    }

    fn services(of: &[Object]) -> Value {
        Value::from(of.iter().cloned().map(Value::from).collect::<Vec<_>>())
    }

    fn whole() -> Object {
        let services = services(&[
            object! { "name": "api", "image": "i", "healthPath": "/health" },
            object! { "name": "web-site", "image": "j", "usesDatabase": false, "isPublic": true },
        ]);
        object! {
            "environment": "production", "owner": "data", "services": services, "withDatabase": true,
            "withRegistry": true, "withMonitoring": true, "access": object! { "objectStorage": "read" },
            "secrets": object! { "model-key": "hidden" },
        }
    }

    fn recorder() -> Recorder {
        Recorder::real()
            .telling("evalap-network", object! { "privateNetworkId": "fr-par/network" })
            .telling("evalap-database", object! { "connectionString": "postgresql://u:p@h/d" })
            .telling("evalap-identity", object! { "accessKey": "SCW", "secretKey": "hidden too" })
            .telling("evalap-service-api", object! { "endpoint": "https://api" })
            .telling("evalap-service-web-site", object! { "endpoint": "https://web" })
    }

    #[tokio::test]
    async fn everything_is_wired() {
        let recorder = recorder();
        let inputs = whole();
        let made = construct(&recorder, request(&inputs)).await.unwrap();
        let database = recorder.child("evalap-database");
        assert!(database.is_component);
        assert_eq!(database.inputs.text("privateNetworkId"), Some("fr-par/network"));
        assert_eq!(database.inputs.text("owner"), Some("data"));
        let api = recorder.child("evalap-service-api").inputs;
        assert_eq!(api.text("name"), Some("evalap-api"));
        let secret = api["secretVariables"].as_object().unwrap();
        assert_eq!(secret.text("DATABASE_URL"), Some("postgresql://u:p@h/d"));
        assert_eq!(secret.text("MODEL_KEY"), Some("hidden"));
        assert!(api["secretVariables"].is_secret());
        let web = recorder.child("evalap-service-web-site").inputs;
        assert!(!web["secretVariables"].as_object().unwrap().contains_key("DATABASE_URL"));
        assert_eq!(web["environmentVariables"].as_object().unwrap().text("API_URL"), Some("https://api"));
        assert_eq!(made.outputs["endpoints"].as_object().unwrap().text("web-site"), Some("https://web"));
        assert!(made.outputs["databaseUrl"].is_secret());
        let state = State { outputs: &made.outputs, is_preview: false };
        let arguments = object! { "service": "api", "path": "/docs" };
        assert_eq!(Application.call("url", &state, &arguments).unwrap().text("url"), Some("https://api/docs"));
        let wrong = Application.call("url", &state, &object! { "service": "x" }).unwrap_err();
        assert!(wrong[0].reason.contains("`api`, `web-site`"));
    }

    #[tokio::test]
    async fn every_part_can_be_left_out_or_be_another_one() {
        let recorder = Recorder::real();
        let inputs =
            object! { "environment": "dev", "privateNetworkId": "fr-par/theirs", "databaseUrl": "postgresql://" };
        let made = construct(&recorder, request(&inputs)).await.unwrap();
        assert_eq!(recorder.order(), ["component", "outputs"]);
        assert_eq!(made.outputs.text("privateNetworkId"), Some("fr-par/theirs"));
        assert!(made.outputs["databaseUrl"].is_secret());
    }

    #[tokio::test]
    async fn a_preview_registers_all_parts_although_nothing_is_known() {
        let recorder = Recorder::preview();
        let inputs = whole();
        let made = construct(&recorder, request(&inputs)).await.unwrap();
        assert_eq!(recorder.order().len(), 10, "{:?}", recorder.order());
        assert!(made.outputs["databaseUrl"].is_unknown() && made.outputs["databaseUrl"].is_secret());
    }

    #[test]
    fn what_does_not_fit_together_is_told_at_once() {
        let inputs = object! {
            "environment": "dev", "services": services(&[object! { "name": "Api" }, object! { "name": "a" }, object! { "name": "a" }]),
            "databaseUrl": Value::UNKNOWN, "database": Object::new(), "alertEmails": Value::UNKNOWN,
        };
        let told: Vec<String> = problems(request(&inputs)).iter().map(|problem| problem.path.to_string()).collect();
        assert_eq!(told, ["services[0].name", "services[2].name", "database", "alertEmails"]);
    }
}
