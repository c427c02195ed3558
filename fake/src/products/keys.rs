//! Key Manager: keys. The fake does not encrypt or decrypt, and its signatures are not those of the algorithm of a
//! key.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::call::{self, Call, Handled, ReadCall, WorldRef};
use crate::clock;
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::response::ApiError;
use crate::store::Object;

static KEY: Named = Named::new("key_manager/key");

const DAY: Duration = Duration::from_hours(24);

pub(crate) static PRODUCT: Product = Product {
    document: "key_manager.v1alpha1",
    kinds: &[],
    reads: &[
        ("ListKeys", list),
        ("Sign", |call| {
            let signature = signature(call)?;
            Ok(json!({ "key_id": call.id(), "signature": signature }))
        }),
        ("Verify", |call| {
            let valid = signature(call)? == call.text("signature");
            Ok(json!({ "key_id": call.id(), "valid": valid }))
        }),
    ],
    writes: &[
        ("CreateKey", create),
        ("UpdateKey", update),
        ("DeleteKey", delete),
        ("RotateKey", rotate),
        ("ImportKeyMaterial", import_material),
        ("DeleteKeyMaterial", delete_material),
    ],
};

fn create(call: &mut Call<'_>) -> Handled {
    if call.value("usage", Value::Null).as_object().is_none_or(|usage| usage.len() != 1) {
        return Err(ApiError::required("usage"));
    }
    let policy = policy(call)?;
    // Key Manager creates the material of a key at once; that of an external one must be imported.
    let is_external = call.text("origin") == "external";
    let known = json!({
        "usage": call.body.get("usage"),
        "state": if is_external { "pending_key_material" } else { "enabled" },
        "rotation_count": i32::from(!is_external),
        "protected": call.value("unprotected", false) != json!(true),
        "rotated_at": if is_external { Value::Null } else { json!(call.timestamp()) },
        "rotation_policy": policy,
    });
    plain::create(call, KEY.plain(), known)
}

/// As documented: keys with a requested deletion are listed only on request.
fn list(call: &mut ReadCall<'_>) -> Handled {
    let deleted = call.query.remove("scheduled_for_deletion") == Some(json!(true));
    let usage = call.query.remove("usage").and_then(|usage| usage.as_str().map(str::to_owned));
    call.list_where(&KEY, |key| {
        is_deleted(key) == deleted && usage.as_ref().is_none_or(|usage| key.fields["usage"].get(usage).is_some())
    })
}

/// As documented: a policy is kept where the request has none.
fn update(call: &mut Call<'_>) -> Handled {
    let policy = policy(call)?;
    if !policy.is_null() {
        call.body.insert("rotation_policy".to_owned(), policy);
    }
    plain::update(call, KEY.plain())
}

/// As recorded: a deleted key can still be read, and does not prevent the delete of its project. A protected key is not
/// deleted.
fn delete(call: &mut Call<'_>) -> Handled {
    let (id, now) = (call.id(), call.timestamp());
    let key = call.change(&KEY, &id)?;
    if key.fields["protected"] == json!(true) {
        return Err(ApiError::precondition("protected_resource", "cannot delete a protected key"));
    }
    if !is_deleted(key) {
        key.fields.insert("deletion_requested_at".to_owned(), json!(now));
        key.fields.insert("state".to_owned(), json!("scheduled_for_deletion"));
        key.provided = true;
    }
    Ok(Value::Null)
}

/// Not recorded. As documented, Key Manager rotates only keys whose material it created.
fn rotate(call: &mut Call<'_>) -> Handled {
    let (id, now) = (call.id(), call.timestamp());
    let key = call.change(&KEY, &id)?;
    if key.text("origin") == "external" || is_deleted(key) {
        return Err(ApiError::precondition("resource_not_usable", "the key cannot be rotated"));
    }
    let count = key.fields["rotation_count"].as_u64().unwrap_or_default().saturating_add(1);
    key.fields.extend(call::object(json!({ "rotation_count": count, "rotated_at": now, "updated_at": now })));
    call.shown(&KEY, &id)
}

/// As recorded: only an external key takes key material, which enables it.
fn import_material(call: &mut Call<'_>) -> Handled {
    call.need("key_material")?;
    let (id, now) = (call.parameter("key_id"), call.timestamp());
    let key = call.change(&KEY, &id)?;
    if key.text("origin") != "external" {
        return Err(ApiError::precondition("resource_not_usable", "the origin of the key is not external"));
    }
    if is_deleted(key) {
        return Err(ApiError::precondition("resource_not_usable", "the key is scheduled for deletion"));
    }
    let known = json!({ "state": "enabled", "rotation_count": 1, "rotated_at": now, "updated_at": now });
    key.fields.extend(call::object(known));
    call.shown(&KEY, &id)
}

/// As recorded: the key waits for key material again, and keeps the time of its last rotation.
fn delete_material(call: &mut Call<'_>) -> Handled {
    let (id, now) = (call.parameter("key_id"), call.timestamp());
    let key = call.change(&KEY, &id)?;
    if key.text("origin") != "external" {
        return Err(ApiError::precondition("resource_not_usable", "the origin of the key is not external"));
    }
    if !is_deleted(key) {
        let known = json!({ "state": "pending_key_material", "rotation_count": 0, "updated_at": now });
        key.fields.extend(call::object(known));
    }
    Ok(Value::Null)
}

/// The policy of the request with the time of the next rotation; `null` without one.
fn policy(call: &Call<'_>) -> Handled {
    let given = call.value("rotation_policy", Value::Null);
    let Some(period) = given["rotation_period"].as_str() else { return Ok(Value::Null) };
    let seconds = period.trim_end_matches('s').parse::<f64>().ok();
    let Some(period) = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) else {
        return Err(ApiError::constraint("rotation_policy.rotation_period", "it is not a duration"));
    };
    if period < DAY {
        return Err(ApiError::constraint("rotation_policy.rotation_period", "it must be a day at least"));
    }
    let next = match &given["next_rotation_at"] {
        Value::Null => json!(clock::micros(call.now.saturating_add(period).unwrap_or(Timestamp::MAX))),
        next => next.clone(),
    };
    Ok(json!({ "rotation_period": format!("{}s", period.as_secs()), "next_rotation_at": next }))
}

fn is_deleted(key: &Object) -> bool {
    key.fields.get("deletion_requested_at").is_some_and(|time| !time.is_null())
}

/// The signature of the digest in the request: the ID of the key and the digest. Only a key for signing has one.
fn signature(call: &Call<'_, impl WorldRef>) -> Result<String, ApiError> {
    let (id, digest) = (call.id(), call.need("digest")?);
    if call.find(&KEY, &id)?.fields["usage"]["asymmetric_signing"].is_null() {
        return Err(ApiError::constraint("key_id", "the key is not for signing"));
    }
    Ok(STANDARD.encode(format!("{id} {digest}")))
}
