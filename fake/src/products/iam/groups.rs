//! Groups and their members.

use serde_json::{Value, json};

use super::kinds::{APPLICATION, USER};
use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::response::ApiError;
use crate::store::Kind;

pub(super) static GROUP: Named = Named::new("iam/group");

/// The field of a request that names one member, the field of the group that lists them, and the kind.
fn member_kinds() -> [(&'static str, &'static str, &'static Kind); 2] {
    [("user_id", "user_ids", &USER), ("application_id", "application_ids", &APPLICATION)]
}

pub(super) fn set_members(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    for (_, list, kind) in member_kinds() {
        let members = call.value(list, json!([]));
        for member in members.as_array().into_iter().flatten().filter_map(Value::as_str) {
            call.find(kind, member)?;
        }
        call.change(&GROUP, &id)?.fields.insert(list.to_owned(), members);
    }
    call.get(&GROUP)
}

pub(super) fn add_members(call: &mut Call<'_>) -> Handled {
    for (_, list, kind) in member_kinds() {
        let given = call.value(list, json!([]));
        for member in given.as_array().into_iter().flatten() {
            call.find(kind, member.as_str().unwrap_or_default())?;
            let members = members(call, list)?;
            if !members.contains(member) {
                members.push(member.clone());
            }
        }
    }
    call.get(&GROUP)
}

pub(super) fn add_member(call: &mut Call<'_>) -> Handled {
    let (list, kind, member) = member(call)?;
    call.find(kind, member.as_str().unwrap_or_default())?;
    let members = members(call, list)?;
    if !members.contains(&member) {
        members.push(member);
    }
    call.get(&GROUP)
}

pub(super) fn remove_member(call: &mut Call<'_>) -> Handled {
    let (list, _, member) = member(call)?;
    let members = members(call, list)?;
    let Some(place) = members.iter().position(|other| *other == member) else {
        // As recorded: the error names no resource.
        return Err(ApiError::not_found("", member.as_str().unwrap_or_default()));
    };
    members.remove(place);
    call.get(&GROUP)
}

fn member(call: &Call<'_>) -> Result<(&'static str, &'static Kind, Value), ApiError> {
    let given = member_kinds().into_iter().find(|(field, ..)| !call.text(field).is_empty());
    let (field, list, kind) = given.ok_or_else(|| ApiError::required("user_id"))?;
    Ok((list, kind, json!(call.text(field))))
}

fn members<'a>(call: &'a mut Call<'_>, list: &str) -> Result<&'a mut Vec<Value>, ApiError> {
    let id = call.id();
    let members = call.change(&GROUP, &id)?.fields.get_mut(list).and_then(Value::as_array_mut);
    members.ok_or_else(|| ApiError::defect("a group without lists of members"))
}
