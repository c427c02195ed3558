//! Tokens that let applications send and read data. As recorded, every answer shows the secret.

use serde_json::json;

use crate::call::{Call, Handled};
use crate::store::{Kind, Missing};

pub(super) static TOKEN: Kind = Kind::new("cockpit/token", "Token", "tokens", Missing::Labelled("token"));

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let now = call.timestamp();
    let secret_key = call.world.uuid();
    let fields = json!({
        "project_id": call.project()?,
        "name": call.need("name")?,
        "scopes": call.value("token_scopes", json!([])),
        "secret_key": secret_key,
        "region": call.locality(),
        "created_at": now,
        "updated_at": now,
    });
    call.create(&TOKEN, fields)
}

pub(super) fn list(call: &mut Call<'_>) -> Handled {
    if let Some(scopes) = call.query.remove("token_scopes") {
        call.query.insert("scopes".to_owned(), scopes);
    }
    call.list(&TOKEN)
}
