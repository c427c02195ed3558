//! Two alternating users of a database: the inactive user gets a new password and the privilege, a check logs in as that user,
//! and then the outputs change.
//!
//! The active user keeps its password and privilege during the rotation. Only the new active user has a privilege in the
//! program, so Pulumi deletes the other privilege after all other changes succeeded, including those of resources that use the
//! outputs. A failed update keeps both, and the next update changes neither. No user is deleted, because users own tables.

use value::{Object, Value, object};

use crate::database::{connection_string, sql_name};
use crate::error::Error;
use crate::scope::{Part, Scope};
use crate::verified::{CHECK_TIMEOUT_SECONDS, Verified};

/// The two users, with their generations, counted from 1.
const SLOTS: [Slot; 2] = [Slot { suffix: "a", is_odd: true }, Slot { suffix: "b", is_odd: false }];

#[derive(Clone, Copy)]
struct Slot {
    suffix: &'static str,
    is_odd: bool,
}

/// A user with a password.
struct User {
    name: Value,
    password: Value,
}

impl Slot {
    /// The generation of this user's password: the latest generation in which the user is active.
    fn generation(self, now: f64) -> f64 {
        if self.is_active(now) { now } else { now - 1.0 }
    }

    fn is_active(self, now: f64) -> bool {
        (now % 2.0 > 0.5) == self.is_odd
    }
}

/// The active user, verified by a login.
pub(crate) async fn rotate(
    scope: &Scope<'_>,
    inputs: &Object,
    at: &Object,
    rotation: &Part,
) -> Result<Verified, Error> {
    let generation = rotation.output("generation");
    let now = generation.as_f64();
    let given = |name: &str| at.get(name).cloned().unwrap_or_default();
    // The active user can be unknown in a preview, which then deletes no privilege.
    let mut active = User { name: Value::UNKNOWN, password: Value::UNKNOWN.into_secret() };
    let mut proof = Vec::new();
    for one in SLOTS {
        let user = user(scope, inputs, at, one, &generation).await?;
        let is_active = now.is_some_and(|now| one.is_active(now));
        if !is_active && now.is_some() {
            continue;
        }
        let privilege = privilege(scope, inputs, at, one, &user).await?;
        proof.push(privilege.urn().to_owned());
        if is_active {
            active = User { name: privilege.output("userName"), password: user.password };
        }
    }
    let database = given("name").depending_on(proof.clone());
    if at.flag("verify") != Some(false) {
        proof = vec![login(scope, at, &database, &active).await?.urn().to_owned()];
    }
    let verified = |value: &Value| value.clone().depending_on(proof.clone());
    let (user, password) = (verified(&active.name), verified(&active.password).into_secret());
    let (host, port) = (given("host"), given("port"));
    let url = connection_string(&host, &port, &user, &password, &database);
    let stored = object! {
        "host": host, "port": port, "database": database, "user": &user, "password": &password, "url": &url,
    };
    let outputs = object! { "userName": user, "password": password, "connectionString": url };
    Ok(Verified { outputs, stored, usual_name: "database-login" })
}

/// A user whose password changes only with the generations of this user.
async fn user(scope: &Scope<'_>, inputs: &Object, at: &Object, slot: Slot, generation: &Value) -> Result<User, Error> {
    let own = Value::computed(&[generation], |known| {
        Value::from(slot.generation(known[0].as_f64().unwrap_or_default()).to_string())
    });
    let password = object! { "length": 32, "keepers": object! { "generation": own } };
    let password = scope.create_one("evalap/password:Password", "password", slot.suffix, password).await?;
    let password = password.output("result").into_secret();
    let usual = || Value::from(format!("{}_app", sql_name(scope.naming.base())));
    let base = at.given("userName").cloned().unwrap_or_else(usual);
    let user = object! {
        "instanceId": at.get("instanceId"),
        "name": Value::concat([base, Value::from(format!("_{}", slot.suffix))]),
        "password": password.clone(),
        "isAdmin": false,
        "region": inputs.get("region"),
    };
    let user = scope.create_one("databases/user:User", "user", slot.suffix, user).await?;
    // The password is valid only after the user has been updated.
    Ok(User { name: user.output("name"), password: password.depending_on([user.urn().to_owned()]) })
}

async fn privilege(scope: &Scope<'_>, inputs: &Object, at: &Object, slot: Slot, user: &User) -> Result<Part, Error> {
    let privilege = object! {
        "instanceId": at.get("instanceId"),
        "databaseName": at.get("name"),
        "userName": user.name.clone(),
        "permission": at.given("permission").cloned().unwrap_or_else(|| Value::from("readwrite")),
        "region": inputs.get("region"),
    };
    scope.create_one("databases/privilege:Privilege", "privilege", slot.suffix, privilege).await
}

async fn login(scope: &Scope<'_>, at: &Object, database: &Value, active: &User) -> Result<Part, Error> {
    let login = object! {
        "host": at.get("host"),
        "port": at.get("port"),
        "database": database,
        "userName": active.name.clone(),
        "password": active.password.clone(),
        "certificate": at.get("certificate"),
        "timeoutSeconds": CHECK_TIMEOUT_SECONDS,
    };
    scope.create("evalap/loginCheck:LoginCheck", "login", login).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::recorder::Recorder;
    use crate::{Request, construct};

    const TOKEN: &str = "evalap/rotatedCredential:RotatedCredential";

    fn inputs(more: &Object) -> Object {
        let mut at = object! { "instanceId": "fr-par/1", "name": "app", "host": "10.0.0.2", "port": 5432.0 };
        at.extend(more.clone());
        object! { "environment": "dev", "name": "shop", "database": at }
    }

    fn recorder(generation: Option<f64>) -> Recorder {
        let recorder = if generation.is_some() { Recorder::real() } else { Recorder::preview() };
        let reported = generation.map_or(Object::new(), |generation| object! { "generation": generation });
        let password = |text: &str| object! { "result": Value::from(text).into_secret() };
        recorder
            .with_outputs("it-rotation", reported)
            .with_outputs("it-password-a", password("old"))
            .with_outputs("it-password-b", password("new"))
    }

    #[tokio::test]
    async fn the_inactive_user_gets_a_new_password_and_the_active_user_the_privilege() {
        let recorder = recorder(Some(2.0));
        let given = inputs(&Object::new());
        let request = Request { token: TOKEN, name: "it", inputs: &given, given: &given, parts: &[] };
        let made = construct(&recorder, request).await.unwrap();
        let order = [
            "component",
            "it-rotation",
            "it-password-a",
            "it-user-a",
            "it-password-b",
            "it-user-b",
            "it-privilege-b",
            "it-login",
            "it-secret",
            "it-version",
            "outputs",
        ];
        assert_eq!(recorder.order(), order);
        let kept = |name: &str| {
            recorder.child(name).inputs["keepers"].as_object().unwrap().text("generation").map(str::to_owned)
        };
        assert_eq!([kept("it-password-a"), kept("it-password-b")], [Some("1".to_owned()), Some("2".to_owned())]);
        let privilege = recorder.child("it-privilege-b").inputs;
        assert_eq!((privilege.text("userName"), privilege.text("permission")), (Some("shop_app_b"), Some("readwrite")));
        let login = recorder.child("it-login").inputs;
        assert!(login["password"].is_secret() && login["userName"].all_dependencies().contains("urn:it-privilege-b"));
        let url = &made.outputs["connectionString"];
        assert_eq!(url.as_str(), Some("postgresql://shop_app_b:new@10.0.0.2:5432/app?sslmode=require"));
        for name in ["userName", "password", "connectionString"] {
            assert!(made.outputs[name].all_dependencies().contains("urn:it-login"), "{name}");
        }
        assert!(url.is_secret() && made.outputs["password"].is_secret());
        assert!(recorder.child("it-version").inputs["data"].all_dependencies().contains("urn:it-login"));
    }

    #[tokio::test]
    async fn an_unknown_generation_deletes_no_privilege() {
        let recorder = recorder(None);
        let given = inputs(&object! { "verify": false, "userName": "web" });
        let request = Request { token: TOKEN, name: "it", inputs: &given, given: &given, parts: &[] };
        let made = construct(&recorder, request).await.unwrap();
        let order = recorder.order();
        assert!(order.contains(&"it-privilege-a".to_owned()) && order.contains(&"it-privilege-b".to_owned()));
        assert!(!order.contains(&"it-login".to_owned()));
        assert_eq!(recorder.child("it-user-b").inputs.text("name"), Some("web_b"));
        assert!(made.outputs["connectionString"].is_unknown() && made.outputs["connectionString"].is_secret());
    }
}
