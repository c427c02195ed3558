//! Tokens: keys that open private functions, and, in the API of containers that tokens remained in, private containers.

use serde_json::{Value, json};

use super::{FUNCTION, NAMESPACE, PASSING};
use crate::answer::Refusal;
use crate::call::{Call, Handled};
use crate::store::{Kind, Missing};

pub(super) static TOKEN: Kind = Kind {
    transient: PASSING,
    ..Kind::new("functions/token", "Token", "tokens", Missing::Message("Token was not found"))
};

pub(super) fn create_of_function(call: &mut Call<'_>) -> Handled {
    create(call, &TOKEN, ("function_id", &FUNCTION), &NAMESPACE)
}

/// A token of either a function or container, or of a whole namespace. As recorded, its public key is shown once, and the
/// token itself at every look.
pub(crate) fn create(
    call: &mut Call<'_>,
    kind: &'static Kind,
    one: (&str, &'static Kind),
    namespace: &'static Kind,
) -> Handled {
    let given = [one, ("namespace_id", namespace)].into_iter().filter(|(field, _)| !call.text(field).is_empty());
    let given: Vec<_> = given.collect();
    let [(field, owner)] = given[..] else {
        return Err(Refusal::constraint(one.0, "exactly one of it and namespace_id"));
    };
    let owner = call.find(owner, &call.text(field))?.id.clone();
    let mut fields = json!({
        "token": token(&mut call.world.chance),
        field: owner,
        "public_key": "",
        "status": "creating",
        "description": call.text("description"),
        "expires_at": whole_seconds(call.body.get("expires_at"))?,
    });
    fields["id"] = json!(call.world.uuid());
    let mut created = call.create(kind, fields)?;
    call.pass(kind, created["id"].as_str().unwrap_or_default(), "creating", json!({ "status": "ready" }))?;
    created["public_key"] = json!("-----BEGIN RSA PUBLIC KEY-----\nMIIB\n-----END RSA PUBLIC KEY-----\n");
    Ok(created)
}

/// Three parts as a JWT has them, without a meaning.
fn token(chance: &mut fastrand::Rng) -> String {
    format!("eyJhbGciOiJSUzI1NiJ9.{:032x}.{:032x}", chance.u128(..), chance.u128(..))
}

/// As recorded: `2026-07-04T18:49:39+02:00` comes back as `2026-07-04T16:49:39Z`.
fn whole_seconds(given: Option<&Value>) -> Handled {
    let Some(text) = given.and_then(Value::as_str) else { return Ok(Value::Null) };
    let time: jiff::Timestamp = text.parse().map_err(|_| Refusal::constraint("expires_at", "not a time"))?;
    Ok(json!(format!("{time:.0}")))
}
