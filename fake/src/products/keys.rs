//! Key Manager: keys and what is said of them. It does not encrypt or sign, and no key is ever rotated.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Product;
use crate::answer::Refusal;
use crate::call::{Call, Handled};
use crate::clock;
use crate::paging;
use crate::store::{Kind, Missing, Object};

static KEY: Kind = Kind::new("key_manager/key", "Key", "keys", Missing::Labelled("key"));

const DAY: Duration = Duration::from_hours(24);

pub(crate) static PRODUCT: Product = Product {
    document: "key_manager.v1alpha1",
    kinds: &[&KEY],
    routes: &[
        ("CreateKey", create),
        ("GetKey", |call| call.get(&KEY)),
        ("ListKeys", list),
        ("UpdateKey", update),
        ("DeleteKey", delete),
        ("ProtectKey", |call| protect(call, true)),
        ("UnprotectKey", |call| protect(call, false)),
    ],
};

fn create(call: &mut Call<'_>) -> Handled {
    let usage = call.value("usage", Value::Null);
    if usage.as_object().is_none_or(|usage| usage.len() != 1) {
        return Err(Refusal::required("usage"));
    }
    let policy = policy(call)?;
    let now = call.timestamp();
    // Key Manager makes the material of a key at once; that of an external one has yet to be imported.
    let is_external = call.value("origin", "scaleway_kms") == json!("external");
    let fields = json!({
        "project_id": call.project()?,
        "name": call.text("name"),
        "usage": usage,
        "state": if is_external { "pending_key_material" } else { "enabled" },
        "rotation_count": i32::from(!is_external),
        "created_at": now,
        "updated_at": now,
        "protected": call.value("unprotected", false) != json!(true),
        "locked": false,
        "description": call.text("description"),
        "tags": call.tags(),
        "rotated_at": if is_external { Value::Null } else { json!(now) },
        "rotation_policy": policy,
        "origin": call.value("origin", "scaleway_kms"),
        "deletion_requested_at": null,
        "region": call.locality(),
    });
    call.create(&KEY, fields)
}

/// As documented: without being asked for, keys whose deletion was requested are not listed.
fn list(call: &mut Call<'_>) -> Handled {
    let mut query = call.query.clone();
    let deleted = query.remove("scheduled_for_deletion") == Some(json!(true));
    let usage = query.remove("usage").and_then(|usage| usage.as_str().map(str::to_owned));
    Ok(call.page(&KEY, |key| {
        is_deleted(key) == deleted
            && usage.as_ref().is_none_or(|usage| key.fields["usage"].get(usage).is_some())
            && paging::selects(&query, &KEY, key)
    }))
}

/// As documented: a policy stays when none is given.
fn update(call: &mut Call<'_>) -> Handled {
    let policy = policy(call)?;
    if !policy.is_null() {
        call.body.insert("rotation_policy".to_owned(), policy);
    }
    call.patch(&KEY, &["name", "description", "tags", "rotation_policy"])
}

/// As recorded: a deleted key goes on answering, and holds its project no more. A protected one is refused.
fn delete(call: &mut Call<'_>) -> Handled {
    let (id, now) = (call.id(), call.timestamp());
    let key = call.change(&KEY, &id)?;
    if key.fields["protected"] == json!(true) {
        return Err(Refusal::precondition("protected_resource", "cannot delete a protected key"));
    }
    if !is_deleted(key) {
        key.fields.insert("deletion_requested_at".to_owned(), json!(now));
        key.fields.insert("state".to_owned(), json!("scheduled_for_deletion"));
        key.provided = true;
    }
    Ok(Value::Null)
}

fn protect(call: &mut Call<'_>, protected: bool) -> Handled {
    let id = call.id();
    call.change(&KEY, &id)?.fields.insert("protected".to_owned(), json!(protected));
    call.get(&KEY)
}

/// The policy that was given, with the time of the next rotation; nothing if none was.
fn policy(call: &Call<'_>) -> Handled {
    let given = call.value("rotation_policy", Value::Null);
    let Some(period) = given["rotation_period"].as_str() else { return Ok(Value::Null) };
    let seconds = period.trim_end_matches('s').parse::<f64>().ok();
    let Some(period) = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) else {
        return Err(Refusal::constraint("rotation_policy.rotation_period", "it is no duration"));
    };
    if period < DAY {
        return Err(Refusal::constraint("rotation_policy.rotation_period", "it must be a day at least"));
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
