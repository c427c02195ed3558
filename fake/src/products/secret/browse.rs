//! The secrets and folders of one path. Folders are the first parts of the paths of secrets below it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::kinds::SECRET;
use super::secrets::is_deleted;
use crate::call::{Handled, ReadCall, object};
use crate::paging;
use crate::store::Object;

/// The fields of a secret in this list.
const DETAILS: [&str; 6] = ["id", "tags", "version_count", "protected", "type", "ephemeral_policy"];

pub(super) fn browse(call: &mut ReadCall<'_>) -> Handled {
    let prefix = call.query.remove("prefix").and_then(|prefix| prefix.as_str().map(str::to_owned));
    let current = format!("/{}", prefix.unwrap_or_default().trim_matches('/'));
    let (query, locality) = (call.query.clone(), call.locality());
    let selected = |secret: &&Object| {
        secret.locality == locality && !is_deleted(secret) && paging::selects(&query, &SECRET, secret)
    };
    let secrets: Vec<_> = call.world.store.of(&SECRET).filter(selected).collect();
    let folders: BTreeSet<&str> = secrets.iter().filter_map(|secret| folder(&current, secret.text("path"))).collect();
    let mut items: Vec<_> = folders.iter().map(|name| object(json!({ "name": name, "folder": {} }))).collect();
    let own = secrets.iter().filter(|secret| secret.text("path") == current);
    items.extend(own.map(|secret| item(&call.world.store.show(&SECRET, secret))));
    let total = items.len();
    let items = paging::page(items, &query, &SECRET, call.order);
    Ok(json!({ "current_path": current, "items": items, "total_count": total }))
}

/// The next part of a path below the current one.
fn folder<'a>(current: &str, path: &'a str) -> Option<&'a str> {
    let below = path.strip_prefix(current.trim_end_matches('/'))?.strip_prefix('/')?;
    below.split('/').next().filter(|name| !name.is_empty())
}

fn item(secret: &Map<String, Value>) -> Map<String, Value> {
    let details: Map<_, _> =
        DETAILS.iter().filter_map(|name| Some(((*name).to_owned(), secret.get(*name)?.clone()))).collect();
    object(json!({
        "name": secret["name"],
        "created_at": secret["created_at"],
        "updated_at": secret["updated_at"],
        "secret": details,
    }))
}
