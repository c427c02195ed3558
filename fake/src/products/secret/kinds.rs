//! The kinds of objects, and the fields of a secret and of a version that depend on all versions of the secret.

use serde_json::{Map, Value, json};

use crate::store::{Kind, Missing, Object, Store};

pub(super) static SECRET: Kind = Kind {
    srn: Some("secret-manager"),
    view: Some(count_versions),
    ..Kind::new("secret/secret", "Secret", "secrets", Missing::Labelled("secret"))
};

pub(super) static VERSION: Kind = Kind {
    srn: Some("secret-manager"),
    id: "",
    key: &["secret_id", "revision"],
    view: Some(show_latest),
    ..Kind::new("secret/version", "SecretVersion", "versions", Missing::Labelled("secret_version"))
};

/// As recorded: deleted versions count too.
fn count_versions(store: &Store, secret: &Object, shown: &mut Map<String, Value>) {
    let versions = store.of(&VERSION).filter(|version| version.text("secret_id") == secret.id).count();
    shown.insert("version_count".to_owned(), json!(versions));
}

fn show_latest(store: &Store, version: &Object, shown: &mut Map<String, Value>) {
    let latest = latest(store, version.text("secret_id"));
    shown.insert("latest".to_owned(), json!(revision(version) >= latest));
}

pub(super) fn of_secret<'a>(store: &'a Store, secret: &'a str) -> impl Iterator<Item = &'a Object> {
    store.of(&VERSION).filter(move |version| version.text("secret_id") == secret)
}

pub(super) fn revision(version: &Object) -> Option<u64> {
    version.fields.get("revision")?.as_u64()
}

pub(super) fn latest(store: &Store, secret: &str) -> Option<u64> {
    of_secret(store, secret).filter_map(revision).max()
}
