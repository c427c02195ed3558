//! Scaleway resource names: `srn://<product>.scw.eu/[regions/<region>|zones/<zone>/]<objects>/<id>`, as recorded of Key
//! Manager.
//!
//! It knows which kinds have one. It does not know what they are used for.

use serde_json::{Map, Value};

use crate::store::{Kind, Object};

/// The products whose objects have names, by the first part of their kinds' names, and the host that stands for each.
const PRODUCTS: [(&str, &str); 6] = [
    ("iam", "iam"),
    ("ipam", "ipam"),
    ("key_manager", "key-manager"),
    ("secret", "secret-manager"),
    ("vpc", "vpc"),
    ("vpcgw", "vpc-gw"),
];

/// Kinds of these products that have none.
const WITHOUT: [&str; 2] = ["iam/scim", "iam/scim_token"];

/// What a path calls the objects of a kind: as its list does, if there is one.
fn objects(kind: &Kind) -> String {
    (if kind.list.is_empty() { kind.noun() } else { kind.list }).replace('_', "-")
}

/// Adds the name of an object to its fields, if its kind has one.
pub(crate) fn add(kind: &Kind, object: &Object, fields: &mut Map<String, Value>) {
    let (product, _) = kind.name.split_once('/').unwrap_or_default();
    if WITHOUT.contains(&kind.name) {
        return;
    }
    let Some((_, host)) = PRODUCTS.iter().find(|(name, _)| *name == product) else { return };
    let place = match object.locality.split('-').count() {
        0 | 1 => String::new(),
        2 => format!("regions/{}/", object.locality),
        _ => format!("zones/{}/", object.locality),
    };
    let path = match kind.key {
        // What is known by its parent and a number: `<secret>/<revision>`.
        [parent, _] => {
            let (whole, part) = object.id.split_once('/').unwrap_or((&object.id, ""));
            format!("{}s/{whole}/{}/{part}", parent.trim_end_matches("_id"), objects(kind))
        }
        _ => format!("{}/{}", objects(kind), object.id),
    };
    fields.entry("srn").or_insert_with(|| Value::from(format!("srn://{host}.scw.eu/{place}{path}")));
}
