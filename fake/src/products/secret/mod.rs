//! Secret Manager: secrets and their versions.

mod browse;
mod kinds;
mod secrets;
mod versions;

use crate::product::Product;
use kinds::{SECRET, VERSION};

pub(crate) static PRODUCT: Product = Product {
    document: "secret.v1beta1",
    kinds: &[&SECRET, &VERSION],
    reads: &[
        ("GetSecret", |call| call.get(&SECRET)),
        ("ListSecrets", secrets::list),
        ("BrowseSecrets", browse::browse),
        ("GetSecretVersion", versions::get),
        ("ListSecretVersions", versions::list),
        ("AccessSecretVersion", versions::access),
        ("AccessSecretVersionByPath", versions::access_by_path),
    ],
    writes: &[
        ("CreateSecret", secrets::create),
        ("UpdateSecret", secrets::update),
        ("DeleteSecret", secrets::delete),
        ("RestoreSecret", secrets::restore),
        ("ProtectSecret", |call| secrets::protect(call, true)),
        ("UnprotectSecret", |call| secrets::protect(call, false)),
        ("CreateSecretVersion", versions::create),
        ("UpdateSecretVersion", versions::update),
        ("EnableSecretVersion", |call| versions::switch(call, "enabled")),
        ("DisableSecretVersion", |call| versions::switch(call, "disabled")),
        ("DeleteSecretVersion", versions::delete),
    ],
};
