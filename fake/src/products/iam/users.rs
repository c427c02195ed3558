//! Members of the organization: users with a username of the organization. Invited guests are users too.

use serde_json::{Value, json};

use super::groups::GROUP;
use super::kinds::USER;
use crate::call::{Call, Handled};
use crate::response::ApiError;

/// The fields of `member` that responses contain.
const SHOWN: [&str; 4] = ["username", "first_name", "last_name", "phone_number"];

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let member = call.value("member", Value::Null);
    let now = call.timestamp();
    let email = if member.is_null() { call.need("email")? } else { text(&member, "email") };
    if email.is_empty() {
        return Err(ApiError::required("member.email"));
    }
    let locale =
        Some(text(&member, "locale")).filter(|locale| !locale.is_empty()).unwrap_or_else(|| "en_US".to_owned());
    let mut fields = json!({
        "email": email,
        "locale": locale,
        "created_at": now,
        "updated_at": now,
        "organization_id": call.world.organization,
        "deletable": true,
        "last_login_at": null,
        "type": if member.is_null() { "guest" } else { "member" },
        "status": if member.is_null() { "invitation_pending" } else { "activated" },
        "mfa": false,
        "two_factor_enabled": false,
        "account_root_user_id": "",
        "tags": call.tags(),
        "locked": false,
    });
    for field in SHOWN {
        fields[field] = json!(text(&member, field));
    }
    call.create(&USER, fields)
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    call.patch(&USER, &["tags", "email", "first_name", "last_name", "phone_number", "locale"])
}

pub(super) fn rename(call: &mut Call<'_>) -> Handled {
    call.need("username")?;
    call.patch(&USER, &["username"])
}

/// A password cannot be read, so it is not stored.
pub(super) fn update_password(call: &mut Call<'_>) -> Handled {
    call.need("password")?;
    call.get(&USER)
}

/// A locked user cannot log in.
pub(super) fn lock(call: &mut Call<'_>, locked: bool) -> Handled {
    call.body.insert("locked".to_owned(), json!(locked));
    call.patch(&USER, &["locked"])
}

/// Removes the user from all groups too.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let answer = call.delete(&USER)?;
    let groups: Vec<String> = call.world.store.of(&GROUP).map(|group| group.id.clone()).collect();
    for group in groups {
        if let Some(members) = call.change(&GROUP, &group)?.fields.get_mut("user_ids").and_then(Value::as_array_mut) {
            members.retain(|member| *member != id);
        }
    }
    Ok(answer)
}

fn text(member: &Value, field: &str) -> String {
    member.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}
