//! Backups of single databases. They are created on demand, and remain after their instance is deleted.

use serde_json::{Value, json};

use super::kinds::{BACKUP, DATABASE, INSTANCE};
use crate::call::{Call, Handled};

/// As recorded of an empty database.
const SIZE: u64 = 1_327;

/// As recorded: size and `updated_at` are set when the backup is ready.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let instance = call.need("instance_id")?;
    call.settled(&INSTANCE, &instance)?;
    let database = call.need("database_name")?;
    call.find(&DATABASE, &format!("{instance}/{database}")).map_err(|_| DATABASE.not_found(&database))?;
    let name = call.need("name")?;
    let instance = call.find(&INSTANCE, &instance)?;
    let (project, same_region) =
        (instance.text("project_id").to_owned(), instance.fields["backup_same_region"].clone());
    let fields = json!({
        "instance_id": instance.id,
        "instance_name": instance.text("name"),
        "database_name": database,
        "name": name,
        "region": call.locality(),
        "same_region": same_region,
        "status": "creating",
        "size": null,
        "expires_at": call.value("expires_at", Value::Null),
        "download_url": null,
        "download_url_expires_at": null,
        "created_at": call.timestamp(),
        "updated_at": null,
    });
    let mut backup = call.draft(&BACKUP, fields);
    backup.hidden.insert("project_id".to_owned(), json!(project));
    let (id, updated_at) = (backup.id.clone(), call.timestamp());
    call.insert(&BACKUP, backup);
    call.transition(&BACKUP, &id, "creating", json!({ "status": "ready", "size": SIZE, "updated_at": updated_at }))?;
    let backup = call.find(&BACKUP, &id)?;
    Ok(call.show(&BACKUP, backup))
}

/// An expiration time can be changed, but no request removes it.
pub(super) fn update(call: &mut Call<'_>) -> Handled {
    call.settled(&BACKUP, &call.id())?;
    call.patch(&BACKUP, &["name", "expires_at"])
}

pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    call.settled(&BACKUP, &call.id())?;
    call.delete_in_time(&BACKUP)
}

/// Creates a download URL.
pub(super) fn export(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&BACKUP, &id)?;
    let expires_at = crate::clock::micros(call.now + jiff::SignedDuration::from_hours(24));
    let url = format!("https://backups.example.com/{id}");
    let then = json!({ "status": "ready", "download_url": url, "download_url_expires_at": expires_at });
    call.transition(&BACKUP, &id, "exporting", then)?;
    let backup = call.find(&BACKUP, &id)?;
    Ok(call.show(&BACKUP, backup))
}
