//! Grafana: one for each project, and its numbered users.

use serde_json::{Value, json};

use super::project;
use super::sources::SOURCE;
use crate::call::{Call, Handled, ReadCall, WorldRef, object};
use crate::response::ApiError;
use crate::store::{Kind, Missing, Object};

pub(super) static GRAFANA: Kind = Kind {
    id: "",
    key: &["project_id"],
    ..Kind::new("cockpit/grafana", "Grafana", "grafanas", Missing::Labelled("grafana"))
};
pub(super) static USER: Kind = Kind {
    id: "",
    key: &["project_id", "grafana_user_id"],
    ..Kind::new("cockpit/grafana_user", "GrafanaUser", "grafana_users", Missing::Labelled("grafana user"))
};

pub(super) fn get(call: &mut ReadCall<'_>) -> Handled {
    let project = project::of_query(call)?;
    let grafana = of_project(call, &project);
    Ok(call.show(&GRAFANA, &grafana))
}

/// Synchronizes all data sources of the project with Grafana.
pub(super) fn synchronize(call: &mut Call<'_>) -> Handled {
    let project = call.project()?;
    let sources = call.world.store.of(&SOURCE).filter(|source| source.text("project_id") == project);
    let sources: Vec<_> = sources.map(|source| (source.locality.clone(), source.id.clone())).collect();
    for (region, id) in sources {
        let source = call.world.store.get_mut(&SOURCE, &region, &id)?;
        source.fields.insert("synchronized_with_grafana".to_owned(), json!(true));
    }
    Ok(Value::Null)
}

/// As recorded: the first user has the number 2, numbers are not used again, and only this response contains the
/// password.
pub(super) fn create_user(call: &mut Call<'_>) -> Handled {
    let (project, login) = (call.project()?, call.need("login")?);
    let same = |user: &Object| user.hidden_text("project_id") == project && user.text("login") == login;
    if call.world.store.of(&USER).any(same) {
        return Err(ApiError::already_exists("grafana user", "", "the login is taken in this project"));
    }
    let grafana = of_project(call, &project);
    let last = grafana.hidden.get("last_user").and_then(Value::as_u64).unwrap_or(1);
    let number = last + 1;
    if call.find(&GRAFANA, &project).is_err() {
        call.world.store.insert(grafana);
    }
    call.change(&GRAFANA, &project)?.hidden.insert("last_user".to_owned(), json!(number));
    let fields = json!({ "id": number, "login": login, "password": "", "role": call.value("role", "editor") });
    let user = Object::new(&USER, "", &format!("{project}/{number}"), object(fields));
    let mut answer = call.insert(&USER, user);
    answer["password"] = json!(call.world.uuid());
    Ok(answer)
}

pub(super) fn list_users(call: &mut ReadCall<'_>) -> Handled {
    project::of_query(call)?;
    call.list(&USER)
}

pub(super) fn delete_user(call: &mut Call<'_>) -> Handled {
    let project = call.query.get("project_id").and_then(Value::as_str).unwrap_or(&call.world.project);
    let id = format!("{project}/{}", call.id());
    call.world.store.remove(&USER, "", &id).map_err(|_| USER.not_found(&call.id()))?;
    Ok(Value::Null)
}

pub(super) fn reset_password(call: &mut Call<'_>) -> Handled {
    let id = format!("{}/{}", call.project()?, call.id());
    let user = call.find(&USER, &id).map_err(|_| USER.not_found(&call.id()))?;
    let mut answer = call.show(&USER, user);
    answer["password"] = json!(call.world.uuid());
    Ok(answer)
}

/// Each project has a Grafana, which is not stored before it has a user.
fn of_project(call: &Call<'_, impl WorldRef>, project: &str) -> Object {
    if let Ok(grafana) = call.find(&GRAFANA, project) {
        return grafana.clone();
    }
    let url = json!({ "grafana_url": format!("https://{project}.dashboard.cockpit.scaleway.com") });
    Object::new(&GRAFANA, "", project, object(url))
}
