//! Account: projects. Contracts are not served.

use serde_json::{Value, json};

use super::Product;
use crate::answer::Refusal;
use crate::call::{Call, Handled};
use crate::store::{Kind, Missing};

pub(crate) static PROJECT: Kind = Kind::new("account/project", "Project", "projects", Missing::Labelled("project_id"));

pub(crate) static PRODUCT: Product = Product {
    document: "account.v3",
    kinds: &[&PROJECT],
    routes: &[
        ("CreateProject", create_project),
        ("GetProject", |call| call.get(&PROJECT)),
        ("ListProjects", |call| call.list(&PROJECT)),
        ("UpdateProject", |call| call.patch(&PROJECT, &["name", "description"]).map(unqualified)),
        ("DeleteProject", delete_project),
    ],
};

/// The fields of a project.
pub(crate) fn project(name: &str, description: &str, organization: &str, now: &str) -> Value {
    json!({
        "name": name,
        "description": description,
        "organization_id": organization,
        "qualification": { "architecture_type": "unknown_architecture_type" },
        "created_at": now,
        "updated_at": now,
    })
}

fn create_project(call: &mut Call<'_>) -> Handled {
    let name = call.need("name")?;
    let fields = project(&name, &call.text("description"), &call.world.organization, &call.timestamp());
    call.create(&PROJECT, fields).map(unqualified)
}

/// A project that holds anything is refused; what Scaleway itself put into it goes with it.
fn delete_project(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.find(&PROJECT, &id)?;
    if id == call.world.project {
        return Err(Refusal::precondition("resource_not_usable", "the default project cannot be deleted"));
    }
    if call.world.store.all().any(|object| object.text("project_id") == id && !object.provided) {
        return Err(Refusal::precondition("resource_not_usable", "the project still holds resources"));
    }
    call.world.store.remove_where(|object| object.text("project_id") == id);
    call.delete(&PROJECT)
}

/// As recorded: answers to changes do not say how the project is qualified, a later GET does.
fn unqualified(mut answer: Value) -> Value {
    answer["qualification"] = Value::Null;
    answer
}
