//! Scaleway resource names: `srn://<product>.scw.eu/[regions/<region>|zones/<zone>/]<objects>/<id>`, as recorded of Key
//! Manager.
//!
//! This module does not depend on kinds.

/// The name of an object. `list` is the field of list responses. The ID of an object with a `parent` field consists of
/// the parent's ID and its own.
pub(crate) fn name(host: &str, locality: &str, list: &str, parent: Option<&str>, id: &str) -> String {
    let place = match locality.split('-').count() {
        0 | 1 => String::new(),
        2 => format!("regions/{locality}/"),
        _ => format!("zones/{locality}/"),
    };
    let objects = list.replace('_', "-");
    match parent {
        Some(parent) => {
            let (whole, part) = id.split_once('/').unwrap_or((id, ""));
            format!("srn://{host}.scw.eu/{place}{}s/{whole}/{objects}/{part}", parent.trim_end_matches("_id"))
        }
        None => format!("srn://{host}.scw.eu/{place}{objects}/{id}"),
    }
}
