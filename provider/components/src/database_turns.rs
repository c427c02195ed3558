//! Two users of a database who take turns: who rests gets a new password and the rights, somebody logs in as that user, and then
//! it is told.
//!
//! The user who had the turn keeps password and rights meanwhile. Only the one whose turn it is has a privilege here, so Pulumi
//! deletes the other's, which takes the rights away, once everything else has been done well, whoever reads the outputs
//! included. An update that failed leaves both, and the next one changes neither. No user is dropped: tables may be theirs.

use value::{Object, Value, object};

use crate::database::{connection_string, sql_name};
use crate::error::Error;
use crate::rotated_credential::{PATIENCE, Proven};
use crate::scope::{Part, Scope};

/// Who takes turns, and of which generations, counted from 1.
const TURNS: [Turn; 2] = [Turn { who: "a", is_odd: true }, Turn { who: "b", is_odd: false }];

#[derive(Clone, Copy)]
struct Turn {
    who: &'static str,
    is_odd: bool,
}

/// A user with a password.
struct User {
    name: Value,
    password: Value,
}

impl Turn {
    /// The generation that the password of this user is of: the last one that was this user's.
    fn generation(self, now: f64) -> f64 {
        if self.is_now(now) { now } else { now - 1.0 }
    }

    fn is_now(self, now: f64) -> bool {
        (now % 2.0 > 0.5) == self.is_odd
    }
}

/// The user whose turn it is, proven by a login.
pub(crate) async fn take(scope: &Scope<'_>, inputs: &Object, at: &Object, rotation: &Part) -> Result<Proven, Error> {
    let generation = rotation.output("generation");
    let now = generation.as_f64();
    let given = |name: &str| at.get(name).cloned().unwrap_or_default();
    // Whose turn it is may be unknown in a preview; then nobody's rights are shown to go.
    let mut turn = User { name: Value::UNKNOWN, password: Value::UNKNOWN.into_secret() };
    let mut proof = Vec::new();
    for one in TURNS {
        let user = user(scope, inputs, at, one, &generation).await?;
        let is_now = now.is_some_and(|now| one.is_now(now));
        if !is_now && now.is_some() {
            continue;
        }
        let privilege = privilege(scope, inputs, at, one, &user).await?;
        proof.push(privilege.urn().to_owned());
        if is_now {
            turn = User { name: privilege.output("userName"), password: user.password };
        }
    }
    let database = given("name").depending_on(proof.clone());
    if at.flag("verify") != Some(false) {
        proof = vec![login(scope, at, &database, &turn).await?.urn().to_owned()];
    }
    let proven = |value: &Value| value.clone().depending_on(proof.clone());
    let (user, password) = (proven(&turn.name), proven(&turn.password).into_secret());
    let (host, port) = (given("host"), given("port"));
    let url = connection_string(&host, &port, &user, &password, &database);
    let filed = object! {
        "host": host, "port": port, "database": database, "user": &user, "password": &password, "url": &url,
    };
    let outputs = object! { "userName": user, "password": password, "connectionString": url };
    Ok(Proven { outputs, filed, usual_name: "database-login" })
}

/// A user whose password changes with this user's generations, and not with the other's.
async fn user(scope: &Scope<'_>, inputs: &Object, at: &Object, turn: Turn, generation: &Value) -> Result<User, Error> {
    let own = Value::computed(&[generation], |known| {
        Value::from(turn.generation(known[0].as_f64().unwrap_or_default()).to_string())
    });
    let password = object! { "length": 32, "keepers": object! { "generation": own } };
    let password = scope.create_one("evalap/password:Password", "password", turn.who, password).await?;
    let password = password.output("result").into_secret();
    let usual = || Value::from(format!("{}_app", sql_name(scope.naming.base())));
    let base = at.given("userName").cloned().unwrap_or_else(usual);
    let user = object! {
        "instanceId": at.get("instanceId"),
        "name": Value::concat([base, Value::from(format!("_{}", turn.who))]),
        "password": password.clone(),
        "isAdmin": false,
        "region": inputs.get("region"),
    };
    let user = scope.create_one("databases/user:User", "user", turn.who, user).await?;
    // The password is the user's only once the user has it.
    Ok(User { name: user.output("name"), password: password.depending_on([user.urn().to_owned()]) })
}

async fn privilege(scope: &Scope<'_>, inputs: &Object, at: &Object, turn: Turn, user: &User) -> Result<Part, Error> {
    let privilege = object! {
        "instanceId": at.get("instanceId"),
        "databaseName": at.get("name"),
        "userName": user.name.clone(),
        "permission": at.given("permission").cloned().unwrap_or_else(|| Value::from("readwrite")),
        "region": inputs.get("region"),
    };
    scope.create_one("databases/privilege:Privilege", "privilege", turn.who, privilege).await
}

async fn login(scope: &Scope<'_>, at: &Object, database: &Value, turn: &User) -> Result<Part, Error> {
    let login = object! {
        "host": at.get("host"),
        "port": at.get("port"),
        "database": database,
        "userName": turn.name.clone(),
        "password": turn.password.clone(),
        "certificate": at.get("certificate"),
        "timeoutSeconds": PATIENCE,
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
        let told = generation.map_or(Object::new(), |generation| object! { "generation": generation });
        let password = |text: &str| object! { "result": Value::from(text).into_secret() };
        recorder
            .telling("it-rotation", told)
            .telling("it-password-a", password("old"))
            .telling("it-password-b", password("new"))
    }

    #[tokio::test]
    async fn who_rests_gets_a_new_password_and_who_has_the_turn_the_rights() {
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
    async fn whose_turn_it_is_may_be_unknown_and_then_nobody_loses_anything() {
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
