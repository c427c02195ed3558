//! Partition schemas for Elastic Metal servers.
//!
//! A descriptor is not sufficient because the schema is computed from the default one of the operating system, and then checked by
//! the API.

use std::collections::BTreeMap;

use super::prelude::*;
use rules::wire::text_or_empty;

/// See the module.
pub(super) struct PartitionSchema;

/// The size of the partition of the system beside one for data, in bytes.
const SYSTEM: u64 = 20_000_000_000;

#[async_trait]
impl Handler for PartitionSchema {
    async fn complete(&self, cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
        let desired = |field: &str| wire::get(&scope.desired, field).cloned().unwrap_or_default();
        let mount = desired("mountpoint");
        let data = (desired("extra_partition") != false).then(|| mount.as_str().unwrap_or("/data"));
        let text = |field: &str| wire::text(&scope.desired, field).unwrap_or_default();
        let parameters = [("offer_id", text("offer_id")), ("os_id", text("os_id"))];
        let default = call(cx, scope, "GetDefaultPartitioningSchema", None, &parameters).await?;
        let schema = changed(default, desired("swap") != false, data);
        let body = json!({ "offer_id": desired("offer_id"), "os_id": desired("os_id"), "partitioning_schema": schema });
        call(cx, scope, "ValidatePartitioningSchema", Some(body), &[]).await?;
        scope.answers.insert("json_partition".to_owned(), json!(schema.to_string()));
        Ok(())
    }
}

/// The default schema without swap partitions, if they are not desired, and with a partition at the mount point for data, if there is
/// one. Without swap and data, the partition of the system has the space of both.
fn changed(mut schema: Json, swap: bool, data: Option<&str>) -> Json {
    if swap && data.is_none() {
        return schema;
    }
    let mut renamed: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut added = Vec::new();
    for disk in schema["disks"].as_array_mut().into_iter().flatten() {
        let device = text_or_empty(disk, "device").to_owned();
        let before = disk["partitions"].as_array().cloned().unwrap_or_default();
        let mut partitions = Vec::new();
        for mut partition in before {
            let old = path(&device, partition["number"].as_u64().unwrap_or_default());
            if !swap && partition["label"] == "swap" {
                renamed.insert(old, None);
                continue;
            }
            if partition["label"] == "root" {
                partition["size"] = json!(if data.is_some() { SYSTEM } else { 0 });
                partition["use_all_available_space"] = json!(data.is_none());
            }
            let number = partitions.len() as u64 + 1;
            partition["number"] = json!(number);
            renamed.insert(old, Some(path(&device, number)));
            partitions.push(partition);
        }
        if data.is_some() {
            let number = partitions.len() as u64 + 1;
            added.push(path(&device, number));
            partitions.push(json!({ "label": "data", "number": number, "size": 0, "use_all_available_space": true }));
        }
        disk["partitions"] = json!(partitions);
    }
    let now = |device: &Json| match device.as_str().and_then(|device| renamed.get(device)) {
        None => Some(device.clone()),
        Some(now) => now.clone().map(Json::from),
    };
    let mut raids = schema["raids"].as_array().cloned().unwrap_or_default();
    for raid in &mut raids {
        let devices = raid["devices"].as_array().cloned().unwrap_or_default();
        raid["devices"] = devices.iter().filter_map(now).collect();
    }
    let filesystems = schema["filesystems"].as_array().cloned().unwrap_or_default();
    let mut filesystems: Vec<Json> = filesystems
        .into_iter()
        .filter_map(|mut filesystem| {
            filesystem["device"] = now(&filesystem["device"])?;
            Some(filesystem)
        })
        .collect();
    if let Some(mountpoint) = data {
        let device = match added.as_slice() {
            [only] => only.clone(),
            several => {
                let name = format!("/dev/md{}", raids.len());
                raids.push(json!({ "name": name, "level": "raid_level_1", "devices": several }));
                name
            }
        };
        filesystems.push(json!({ "device": device, "format": "ext4", "mountpoint": mountpoint }));
    }
    schema["raids"] = json!(raids);
    schema["filesystems"] = json!(filesystems);
    schema
}

/// The device of a partition: `/dev/sda1`, or `/dev/nvme0n1p1` after a digit.
fn path(device: &str, number: u64) -> String {
    let separator = if device.ends_with(|last: char| last.is_ascii_digit()) { "p" } else { "" };
    format!("{device}{separator}{number}")
}

#[cfg(test)]
#[path = "elasticmetal_partition_schema_tests.rs"]
mod tests;
