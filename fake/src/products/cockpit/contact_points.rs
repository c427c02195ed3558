//! Contact points: addresses that receive alerts. The address identifies a contact point.

use serde_json::{Value, json};

use super::project;
use crate::call::{Call, Handled, ReadCall, object};
use crate::response::ApiError;
use crate::store::{Kind, Missing, Object};

pub(super) static CONTACT_POINT: Kind = Kind {
    id: "",
    key: &["project_id", "to"],
    ..Kind::new("cockpit/contact_point", "ContactPoint", "contact_points", Missing::Labelled("contact point"))
};

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let id = id(call)?;
    if call.find(&CONTACT_POINT, &id).is_ok() {
        return Err(ApiError::already_exists("contact point", "", "there is one with this address"));
    }
    let fields = json!({
        "email": call.body.get("email"),
        "send_resolved_notifications": call.value("send_resolved_notifications", true),
        "region": call.locality(),
    });
    let point = Object::new(&CONTACT_POINT, &call.locality(), &id, object(fields));
    Ok(call.insert(&CONTACT_POINT, point))
}

pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    project::of_query(call)?;
    let mut answer = call.list(&CONTACT_POINT)?;
    answer["has_additional_contact_points"] = json!(false);
    answer["has_additional_receivers"] = json!(false);
    Ok(answer)
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = id(call)?;
    let notify = call.body.get("send_resolved_notifications").cloned();
    let point = call.change(&CONTACT_POINT, &id)?;
    if let Some(notify) = notify {
        point.fields.insert("send_resolved_notifications".to_owned(), notify);
    }
    let point = call.find(&CONTACT_POINT, &id)?;
    Ok(call.show(&CONTACT_POINT, point))
}

pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    call.world.store.remove(&CONTACT_POINT, &call.locality(), &id(call)?)?;
    Ok(Value::Null)
}

fn id(call: &Call<'_>) -> Result<String, ApiError> {
    let to = call.body.get("email").and_then(|email| email["to"].as_str()).filter(|to| !to.is_empty());
    let to = to.ok_or_else(|| ApiError::required("email.to"))?;
    Ok(format!("{}/{to}", call.project()?))
}
