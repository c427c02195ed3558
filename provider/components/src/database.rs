//! A PostgreSQL database for one application: instance, ACL, database, user, privilege, and a secret with the connection settings.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use value::{Object, Path, Value, object};

use crate::component::{Component, State};
use crate::error::Error;
use crate::problem::{Problem, has_no_address, open_to_all, shown};
use crate::scope::{Part, PartOptions, Scope};

pub(crate) struct Database;

impl Component for Database {
    fn token(&self) -> &'static str {
        "evalap/database:Database"
    }

    fn label(&self) -> &'static str {
        "database"
    }

    fn problems(&self, inputs: &Object) -> Vec<Problem> {
        let mut problems = Vec::new();
        let is_private = inputs.given("privateNetworkId").is_some();
        let allowed = inputs.listed("allowedAddresses");
        let path = Path::root("allowedAddresses");
        if is_private && allowed.is_some() {
            let reason = "conflicts with `privateNetworkId`, which removes the public endpoint: remove one of the two";
            problems.push(Problem::new(path.clone(), reason));
        } else if !is_private && has_no_address(allowed) {
            let reason = "is required without `privateNetworkId`, because no client could connect: set the allowed addresses, \
                          or a private network";
            problems.push(Problem::new(path.clone(), reason));
        }
        problems.extend(open_to_all(allowed, &path, "connect"));
        problems
    }

    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>> {
        async move {
            let admin = object! { "length": 32 };
            let admin = scope.create("evalap/password:Password", "adminPassword", admin).await?;
            let instance = instance(scope, inputs, &admin).await?;
            let endpoint = if inputs.given("privateNetworkId").is_some() { "privateNetwork" } else { "loadBalancer" };
            if endpoint == "loadBalancer" {
                acl(scope, inputs, &instance).await?;
            }
            let login = login(scope, inputs, &instance).await?;
            let replica = if inputs.flag("readReplica") == Some(true) {
                Some(replica(scope, inputs, &instance).await?)
            } else {
                None
            };
            let (host, port) = (instance.output_in(endpoint, "ip"), instance.output_in(endpoint, "port"));
            let url = connection_string(&host, &port, &login.user, &login.password, &login.database);
            let stored = object! {
                "host": &host, "port": &port, "database": &login.database, "user": &login.user,
                "password": &login.password, "url": &url,
            };
            let secret = scope.store_secret("database", inputs, stored).await?;
            let replica_endpoint = if endpoint == "loadBalancer" { "directAccess" } else { endpoint };
            Ok(object! {
                "instanceId": instance.id(),
                "host": host,
                "port": port,
                "replicaHost": replica.as_ref().map(|replica| replica.output_in(replica_endpoint, "ip")),
                "replicaPort": replica.as_ref().map(|replica| replica.output_in(replica_endpoint, "port")),
                "databaseName": login.database,
                "userName": login.user,
                "password": login.password,
                "adminUserName": instance.output("userName"),
                "adminPassword": admin.output("result").into_secret(),
                "connectionString": url,
                "certificate": instance.output("certificate"),
                "secretId": secret.id(),
            })
        }
        .boxed()
    }

    fn call(&self, _: &str, state: &State<'_>, arguments: &Object) -> Result<Object, Vec<Problem>> {
        let user = arguments.given("user").cloned().unwrap_or_else(|| state.output("userName"));
        let is = |name: &str| {
            let other = state.output(name);
            user.is_unknown() || other.is_unknown() || user.as_str() == other.as_str()
        };
        let password = match arguments.given("password") {
            Some(password) => password.clone(),
            None if is("userName") => state.output("password"),
            None if is("adminUserName") => state.output("adminPassword"),
            None => {
                let reason = format!("must be set for the user {}, which the component did not create", shown(&user));
                return Err(vec![Problem::new(Path::root("password"), reason)]);
            }
        };
        let on_replica = arguments.flag("replica").unwrap_or_default();
        let (host, port) = if on_replica { ("replicaHost", "replicaPort") } else { ("host", "port") };
        let (host, port) = (state.output(host), state.output(port));
        if host.is_null() {
            let reason = "requires a read replica: set `readReplica` of the database to true";
            return Err(vec![Problem::new(Path::root("replica"), reason)]);
        }
        let database = arguments.given("database").cloned().unwrap_or_else(|| state.output("databaseName"));
        Ok(object! { "connectionString": connection_string(&host, &port, &user, &password, &database) })
    }
}

/// The login of the application.
struct Login {
    database: Value,
    user: Value,
    password: Value,
}

async fn instance(scope: &Scope<'_>, inputs: &Object, admin: &Part) -> Result<Part, Error> {
    let naming = &scope.naming;
    let network = inputs.given("privateNetworkId").map(|id| object! { "pnId": id, "enableIpam": true });
    let is_public = network.is_none();
    let instance = object! {
        "name": naming.name(),
        "engine": inputs.get("engine"),
        "nodeType": inputs.get("nodeType"),
        "isHaCluster": inputs.get("highAvailability"),
        "volumeType": inputs.get("volumeType"),
        "volumeSizeInGb": inputs.get("volumeSizeInGb"),
        "encryptionAtRest": inputs.get("encryptionAtRest"),
        "userName": format!("{}_admin", sql_name(naming.base())),
        "password": admin.output("result").into_secret(),
        "privateNetwork": network.map(Value::from),
        "loadBalancer": is_public.then(|| Value::from(Object::new())),
        "backupScheduleFrequency": inputs.get("backupFrequencyHours"),
        "backupScheduleRetention": inputs.get("backupRetentionDays"),
        "backupSameRegion": inputs.get("backupSameRegion"),
        "settings": inputs.get("settings"),
        "tags": naming.tags(),
        "region": inputs.get("region"),
        "projectId": inputs.get("projectId"),
    };
    scope.create("databases/instance:Instance", "instance", instance).await
}

async fn acl(scope: &Scope<'_>, inputs: &Object, instance: &Part) -> Result<Part, Error> {
    let allowed = inputs.get("allowedAddresses").cloned().unwrap_or_default();
    let description = format!("clients of {}", scope.naming.name());
    let rules = Value::computed(&[&allowed], |known| {
        let addresses = known[0].as_array().unwrap_or_default().iter();
        Value::from(
            addresses
                .map(|ip| Value::from(object! { "ip": ip, "description": description.as_str() }))
                .collect::<Vec<_>>(),
        )
    });
    let acl = object! { "instanceId": instance.id(), "aclRules": rules, "region": inputs.get("region") };
    scope.create("databases/acl:Acl", "acl", acl).await
}

/// Registers database, user and privilege; the result depends on all three.
async fn login(scope: &Scope<'_>, inputs: &Object, instance: &Part) -> Result<Login, Error> {
    let usual = Value::from(sql_name(scope.naming.base()));
    let name = inputs.given("databaseName").cloned().unwrap_or_else(|| usual.clone());
    let database = object! { "instanceId": instance.id(), "name": name, "region": inputs.get("region") };
    let database = scope.create("databases/database:Database", "database", database).await?;
    let password = if let Some(password) = inputs.given("password") {
        password.clone()
    } else {
        let password = object! { "length": 32 };
        scope.create("evalap/password:Password", "password", password).await?.output("result")
    };
    let password = password.into_secret();
    let user = object! {
        "instanceId": instance.id(),
        "name": inputs.given("userName").or_else(|| inputs.given("databaseName")).cloned().unwrap_or(usual),
        "password": password.clone(),
        "isAdmin": false,
        "region": inputs.get("region"),
    };
    let user = scope.create("databases/user:User", "user", user).await?;
    let privilege = object! {
        "instanceId": instance.id(),
        "databaseName": database.output("name"),
        "userName": user.output("name"),
        "permission": inputs.get("permission"),
        "region": inputs.get("region"),
    };
    let privilege = scope.create("databases/privilege:Privilege", "privilege", privilege).await?;
    let urn = || [privilege.urn().to_owned()];
    Ok(Login {
        database: privilege.output("databaseName"),
        user: privilege.output("userName"),
        password: password.depending_on(urn()),
    })
}

async fn replica(scope: &Scope<'_>, inputs: &Object, instance: &Part) -> Result<Part, Error> {
    let network = inputs.given("privateNetworkId").map(|id| object! { "privateNetworkId": id, "enableIpam": true });
    let is_public = network.is_none();
    let replica = object! {
        "instanceId": instance.id(),
        "privateNetwork": network.map(Value::from),
        "directAccess": is_public.then(|| Value::from(Object::new())),
        "region": inputs.get("region"),
    };
    let options = PartOptions { deleted_with: Some(instance), ..PartOptions::default() };
    scope.create_with("databases/readReplica:ReadReplica", "replica", replica, options).await
}

/// A name for SQL, with underscores: names with dashes need quotes in each statement.
pub(crate) fn sql_name(base: &str) -> String {
    base.replace('-', "_")
}

/// The connection string of a user.
pub(crate) fn connection_string(host: &Value, port: &Value, user: &Value, password: &Value, database: &Value) -> Value {
    let quoted =
        |value: &Value| Value::computed(&[value], |known| Value::from(quoted(known[0].as_str().unwrap_or_default())));
    let text = |text: &str| Value::from(text);
    let parts = [
        text("postgresql://"),
        quoted(user),
        text(":"),
        quoted(password),
        text("@"),
        host.clone(),
        text(":"),
        port.clone(),
        text("/"),
        quoted(database),
        text("?sslmode=require"),
    ];
    Value::concat(parts).into_secret()
}

/// The characters of a URL that need no escape (RFC 3986).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

fn quoted(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::recorder::Recorder;
    use crate::{Request, construct, problems};

    fn request(inputs: &Object) -> Request<'_> {
        Request { token: Database.token(), name: "evalap", inputs, given: inputs, parts: &[] }
    }

    fn private() -> Object {
        object! { "environment": "production", "privateNetworkId": "fr-par/1", "name": "eval-ap" }
    }

    fn recorder(endpoint: &str) -> Recorder {
        let at = Value::from(object! { "ip": "10.0.0.2", "port": 5432.0 });
        Recorder::real()
            .with_outputs("evalap-instance", Object::new().with(endpoint, at))
            .with_outputs("evalap-password", object! { "result": Value::from("p/w").into_secret() })
            .with_outputs("evalap-adminPassword", object! { "result": Value::from("secret").into_secret() })
    }

    #[tokio::test]
    async fn a_private_network_removes_the_public_endpoint_and_its_acl() {
        let recorder = recorder("privateNetwork");
        let made = construct(&recorder, request(&private())).await.unwrap();
        let instance = recorder.child("evalap-instance");
        assert!(!instance.inputs.contains_key("loadBalancer"));
        assert_eq!(instance.inputs["privateNetwork"].as_object().unwrap().text("pnId"), Some("fr-par/1"));
        assert!(!recorder.order().contains(&"evalap-acl".to_owned()));
        let url = &made.outputs["connectionString"];
        assert!(url.is_secret());
        let reported = "postgresql://eval_ap:p%2Fw@10.0.0.2:5432/eval_ap?sslmode=require";
        assert_eq!(url.as_str(), Some(reported));
        let stored = recorder.child("evalap-version");
        assert!(stored.inputs["data"].is_secret() && stored.inputs.text("data").unwrap().contains(reported));
    }

    #[tokio::test]
    async fn without_a_network_only_the_allowed_addresses_can_connect() {
        let recorder = recorder("loadBalancer");
        let addresses = vec![Value::from("203.0.113.7/32")];
        let inputs = object! { "environment": "dev", "allowedAddresses": addresses };
        construct(&recorder, request(&inputs)).await.unwrap();
        let rules = &recorder.child("evalap-acl").inputs["aclRules"];
        assert_eq!(rules.as_array().unwrap()[0].as_object().unwrap().text("ip"), Some("203.0.113.7/32"));
    }

    #[tokio::test]
    async fn outputs_for_clients_depend_on_the_privilege_of_the_user() {
        let recorder = recorder("privateNetwork");
        let made = construct(&recorder, request(&private())).await.unwrap();
        assert!(made.outputs["connectionString"].all_dependencies().contains("urn:evalap-privilege"));
        let privilege = recorder.child("evalap-privilege");
        assert!(privilege.inputs["userName"].all_dependencies().contains("urn:evalap-user"));
        assert!(privilege.inputs["databaseName"].all_dependencies().contains("urn:evalap-database"));
    }

    #[tokio::test]
    async fn a_preview_has_an_unknown_host_and_keeps_secrets() {
        let recorder = Recorder::preview();
        let made = construct(&recorder, request(&private())).await.unwrap();
        assert!(made.outputs["connectionString"].is_unknown() && made.outputs["connectionString"].is_secret());
        assert!(made.outputs["host"].is_unknown());
    }

    #[test]
    fn network_and_addresses_conflict_and_addresses_must_not_allow_all() {
        let reported = |inputs: Object| -> Vec<String> {
            let inputs = inputs.with("environment", "dev");
            problems(request(&inputs)).iter().map(|problem| format!("{}: {}", problem.path, problem.reason)).collect()
        };
        assert!(reported(Object::new())[0].starts_with("allowedAddresses: is required without `privateNetworkId`"));
        let world = vec![Value::from("0.0.0.0/0")];
        let open = reported(object! { "allowedAddresses": world.clone() });
        assert!(open[0].starts_with("allowedAddresses[0]: \"0.0.0.0/0\" allows all addresses"), "{open:?}");
        let both = reported(object! { "allowedAddresses": world, "privateNetworkId": Value::UNKNOWN });
        assert_eq!(both.len(), 2, "{both:?}");
    }

    #[test]
    fn a_connection_string_of_another_user_requires_a_password() {
        let outputs = object! {
            "host": "h", "port": 1.0, "userName": "app", "password": "p", "adminUserName": "admin",
            "adminPassword": "a", "databaseName": "d",
        };
        let state = State { outputs: &outputs, is_preview: false };
        let call = |arguments: Object| Database.call("getConnectionString", &state, &arguments);
        let reported = |arguments: Object| call(arguments).unwrap().text("connectionString").unwrap().to_owned();
        assert_eq!(reported(Object::new()), "postgresql://app:p@h:1/d?sslmode=require");
        assert_eq!(reported(object! { "user": "admin" }), "postgresql://admin:a@h:1/d?sslmode=require");
        assert_eq!(reported(object! { "user": "x", "password": "é" }), "postgresql://x:%C3%A9@h:1/d?sslmode=require");
        assert_eq!(call(object! { "user": "x" }).unwrap_err()[0].path.to_string(), "password");
        assert_eq!(call(object! { "replica": true }).unwrap_err()[0].path.to_string(), "replica");
        let preview = State { outputs: &Object::new(), is_preview: true };
        let unknown = Database.call("getConnectionString", &preview, &object! { "user": "x" }).unwrap();
        assert!(unknown["connectionString"].is_unknown() && unknown["connectionString"].is_secret());
    }
}
