//! Container Registry: namespaces. Images and their tags come from a push, which the fake does not take: a seed plants them.

use serde_json::{Value, json};

use super::Product;
use crate::answer::Refusal;
use crate::call::{Call, Handled};
use crate::store::{Kind, Missing};

static NAMESPACE: Kind = Kind {
    transient: &["deleting"],
    ..Kind::new("registry/namespace", "Namespace", "namespaces", Missing::Message("Namespace was not found"))
};
static IMAGE: Kind = Kind::new("registry/image", "Image", "images", Missing::Message("Image was not found"));
static TAG: Kind = Kind::new("registry/tag", "Tag", "tags", Missing::Message("Tag was not found"));

pub(crate) static PRODUCT: Product = Product {
    document: "registry.v1",
    kinds: &[&NAMESPACE, &IMAGE, &TAG],
    routes: &[
        ("CreateNamespace", create_namespace),
        ("GetNamespace", |call| call.get(&NAMESPACE)),
        ("ListNamespaces", |call| call.list(&NAMESPACE)),
        ("UpdateNamespace", update_namespace),
        ("DeleteNamespace", delete_namespace),
        ("GetImage", |call| call.get(&IMAGE)),
        ("ListImages", |call| call.list(&IMAGE)),
        ("GetTag", |call| call.get(&TAG)),
        ("ListTags", list_tags),
    ],
};

fn create_namespace(call: &mut Call<'_>) -> Handled {
    let (name, region) = (call.need("name")?, call.locality());
    // The name is part of the endpoint, so a region has it once.
    if call.world.store.of(&NAMESPACE).any(|other| other.locality == region && other.text("name") == name) {
        return Err(Refusal::already_exists("namespace", &name, "the name is taken in this region"));
    }
    let now = call.timestamp();
    let fields = json!({
        "name": name,
        "description": call.text("description"),
        "organization_id": call.world.organization,
        "project_id": call.project()?,
        "region": region,
        "endpoint": format!("rg.{region}.scw.cloud/{name}"),
        "is_public": call.value("is_public", false),
        "status": "ready",
        "status_message": "",
        "image_count": 0,
        "size": 0,
        "created_at": now,
        "updated_at": now,
    });
    let answer = call.create(&NAMESPACE, fields)?;
    Ok(call.precise(answer, &["created_at", "updated_at"]))
}

fn update_namespace(call: &mut Call<'_>) -> Handled {
    call.settled(&NAMESPACE, &call.id())?;
    let answer = call.patch(&NAMESPACE, &["description", "is_public"])?;
    Ok(call.precise(answer, &["updated_at"]))
}

/// Its images go too.
fn delete_namespace(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let answer = call.delete_in_time(&NAMESPACE)?;
    call.world.store.remove_where(|object| object.kind == IMAGE.name && object.text("namespace_id") == id);
    Ok(call.precise(answer, &["updated_at"]))
}

fn list_tags(call: &mut Call<'_>) -> Handled {
    let image = call.parameter("image_id");
    call.find(&IMAGE, &image)?;
    let name = call.query.get("name").and_then(Value::as_str).unwrap_or_default();
    Ok(call.page(&TAG, |tag| tag.text("image_id") == image && (name.is_empty() || tag.text("name") == name)))
}
