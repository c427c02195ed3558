//! Which permission sets an operation takes, as Scaleway's documentation describes the sets.
//!
//! An area is a part of an API with permission sets of its own. What its full set is not enough for (policies of buckets),
//! or needs less than it (reading the values of secrets), stands in `finer`. It does not know who has which sets.

use scaleway_api::Method;

/// What an operation takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Needed {
    /// Any one of these sets will do.
    pub(crate) sets: Vec<&'static str>,
    /// The set must hold for the organization, not for a project of it.
    pub(crate) organization: bool,
    /// What refusals call the object, and what was to be done with it.
    pub(crate) resource: &'static str,
    pub(crate) action: &'static str,
}

/// A part of an API that has permission sets of its own.
struct Area {
    document: &'static str,
    /// Of this document, the operations whose id has one of these words; those of no other area when empty.
    words: &'static [&'static str],
    resource: &'static str,
    organization: bool,
    read: &'static [&'static str],
    full: &'static [&'static str],
    /// Operations with sets of their own, which read sets do not include.
    finer: &'static [(&'static str, &'static [&'static str])],
}

/// What holds for every product in a project.
const ALL_READ: &str = "AllProductsReadOnly";
const ALL_FULL: &str = "AllProductsFullAccess";

/// The words `list secret`, `write compute_private_networks` and `write ssh_key` are known from refusals; the others are
/// made like them.
static AREAS: &[Area] = &[
    of_organization("account.v3", &[], "project", &["ProjectReadOnly"], &["ProjectManager", "IAMManager"]),
    area("iam.v1alpha1", &["SSHKey"], "ssh_key", &["SSHKeysReadOnly"], &["SSHKeysFullAccess"]),
    of_organization(
        "iam.v1alpha1",
        &["Application"],
        "application",
        &["IAMApplicationReadOnly"],
        &["IAMApplicationManager"],
    ),
    of_organization("iam.v1alpha1", &["APIKey"], "api_key", &["IAMApplicationReadOnly"], &["IAMApplicationManager"]),
    of_organization(
        "iam.v1alpha1",
        &["Polic", "Rule", "PermissionSet"],
        "policy",
        &["IAMPolicyReadOnly"],
        &["IAMPolicyManager"],
    ),
    of_organization("iam.v1alpha1", &["Group"], "group", &["IAMGroupReadOnly"], &["IAMGroupManager"]),
    of_organization("iam.v1alpha1", &["User"], "user", &["IAMUserReadOnly"], &["IAMUserManager"]),
    of_organization("iam.v1alpha1", &[], "organization", &[], &[]),
    area("cockpit.v1", &[], "observability", &["ObservabilityReadOnly"], &["ObservabilityFullAccess"]),
    area("container.v1", &[], "containers", &["ContainersReadOnly"], &["ContainersFullAccess"]),
    area("container.v1beta1", &[], "containers", &["ContainersReadOnly"], &["ContainersFullAccess"]),
    area("domain.v2beta1", &[], "domain", &["DomainsDNSReadOnly"], &["DomainsDNSFullAccess"]),
    area("function.v1beta1", &[], "functions", &["FunctionsReadOnly"], &["FunctionsFullAccess"]),
    area("ipam.v1", &[], "ipam_ip", &["IPAMReadOnly"], &["IPAMFullAccess"]),
    Area {
        finer: &[
            ("CreateKey", &["KeyManagerKeyCreate"]),
            ("DeleteKey", &["KeyManagerKeyDelete"]),
            ("Encrypt", &["KeyManagerKeyEncrypt"]),
            ("GenerateDataKey", &["KeyManagerKeyEncrypt"]),
            ("Decrypt", &["KeyManagerKeyDecrypt"]),
            ("Sign", &["KeyManagerKeySign"]),
            ("Verify", &["KeyManagerKeyVerify"]),
            ("RestoreKey", &["KeyManagerKeyRestore"]),
            ("UpdateKey", &["KeyManagerKeyWrite"]),
        ],
        ..area("key_manager.v1alpha1", &[], "key", &["KeyManagerReadOnly"], &["KeyManagerFullAccess"])
    },
    area("rdb.v1", &[], "rdb_instance", &["RelationalDatabasesReadOnly"], &["RelationalDatabasesFullAccess"]),
    area("registry.v1", &[], "registry", &["ContainerRegistryReadOnly"], &["ContainerRegistryFullAccess"]),
    Area {
        finer: &[
            ("AccessSecretVersion", &["SecretManagerSecretAccess"]),
            ("AccessSecretVersionByPath", &["SecretManagerSecretAccess"]),
            ("CreateSecret", &["SecretManagerSecretCreate"]),
            ("CreateSecretVersion", &["SecretManagerSecretWrite"]),
            ("UpdateSecret", &["SecretManagerSecretWrite"]),
            ("UpdateSecretVersion", &["SecretManagerSecretWrite"]),
            ("EnableSecretVersion", &["SecretManagerSecretWrite"]),
            ("DisableSecretVersion", &["SecretManagerSecretWrite"]),
            ("DeleteSecret", &["SecretManagerSecretDelete"]),
            ("DeleteSecretVersion", &["SecretManagerSecretDelete"]),
            ("RestoreSecret", &["SecretManagerSecretRestore"]),
            ("RestoreSecretVersion", &["SecretManagerSecretRestore"]),
        ],
        ..area("secret.v1beta1", &[], "secret", &["SecretManagerReadOnly"], &["SecretManagerFullAccess"])
    },
    area(
        "vpc.v2",
        &["PrivateNetwork", "Subnets", "DHCP"],
        "compute_private_networks",
        &["PrivateNetworksReadOnly"],
        &["PrivateNetworksFullAccess"],
    ),
    area("vpc.v2", &[], "vpc", &["VPCReadOnly"], &["VPCFullAccess"]),
    area("vpcgw.v2", &[], "vpc_gateway", &["VPCGatewayReadOnly"], &["VPCGatewayFullAccess"]),
];

/// Object Storage has an area of its own for the policies of buckets, which not even its full set includes.
const BUCKET_POLICIES: &str = "ObjectStorageBucketPolicyFullAccess";
const STORAGE_FULL: &str = "ObjectStorageFullAccess";
const STORAGE_READ: &str = "ObjectStorageReadOnly";

/// The words at the beginning of an operation of S3, and the set beside the full one: the first that fits.
const STORAGE: &[(&str, &str)] = &[
    ("GetObjectLockConfiguration", STORAGE_READ),
    ("GetBucketEncryption", STORAGE_READ),
    ("PutObjectLockConfiguration", "ObjectStorageBucketsWrite"),
    ("GetBucket", "ObjectStorageBucketsRead"),
    ("HeadBucket", "ObjectStorageBucketsRead"),
    ("ListBuckets", "ObjectStorageBucketsRead"),
    ("CreateBucket", "ObjectStorageBucketsWrite"),
    ("PutBucket", "ObjectStorageBucketsWrite"),
    ("DeleteBucketCors", "ObjectStorageBucketsWrite"),
    ("DeleteBucketEncryption", "ObjectStorageBucketsWrite"),
    ("DeleteBucketLifecycle", "ObjectStorageBucketsWrite"),
    ("DeleteBucketTagging", "ObjectStorageBucketsWrite"),
    ("DeleteBucketWebsite", "ObjectStorageBucketsWrite"),
    ("DeleteBucket", "ObjectStorageBucketsDelete"),
    ("DeleteObjectTagging", "ObjectStorageObjectsWrite"),
    ("DeleteObject", "ObjectStorageObjectsDelete"),
    ("AbortMultipartUpload", "ObjectStorageObjectsDelete"),
    ("GetObject", "ObjectStorageObjectsRead"),
    ("HeadObject", "ObjectStorageObjectsRead"),
    ("List", "ObjectStorageObjectsRead"),
];

const fn area(
    document: &'static str,
    words: &'static [&'static str],
    resource: &'static str,
    read: &'static [&'static str],
    full: &'static [&'static str],
) -> Area {
    Area { document, words, resource, organization: false, read, full, finer: &[] }
}

const fn of_organization(
    document: &'static str,
    words: &'static [&'static str],
    resource: &'static str,
    read: &'static [&'static str],
    full: &'static [&'static str],
) -> Area {
    Area { organization: true, ..area(document, words, resource, read, full) }
}

/// What an operation of an API document takes; nothing is known of other documents.
pub(crate) fn needed(document: &str, operation: &str, method: Method) -> Option<Needed> {
    let area = AREAS.iter().find(|area| {
        area.document == document && (area.words.is_empty() || area.words.iter().any(|word| operation.contains(word)))
    })?;
    let reads = method == Method::Get;
    let action = match (method, operation.starts_with("List")) {
        (Method::Get, true) => "list",
        (Method::Get, false) => "read",
        (Method::Delete, _) => "delete",
        _ => "write",
    };
    let finer = area.finer.iter().find(|(id, _)| *id == operation).map(|(_, sets)| *sets);
    let mut sets: Vec<&str> = match finer {
        Some(finer) => finer.to_vec(),
        None if reads => area.read.to_vec(),
        None => Vec::new(),
    };
    sets.extend(area.full);
    match (area.organization, document) {
        (true, "iam.v1alpha1") => {
            sets.extend(["IAMManager", "OrganizationManager"]);
            sets.extend(reads.then_some("IAMReadOnly"));
        }
        (true, _) => sets.push("OrganizationManager"),
        (false, _) => {
            sets.push(ALL_FULL);
            sets.extend((reads && finer.is_none()).then_some(ALL_READ));
        }
    }
    Some(Needed { sets, organization: area.organization, resource: area.resource, action })
}

/// What an operation of Object Storage takes.
pub(crate) fn needed_in_storage(operation: &str) -> Needed {
    let mut sets = vec![ALL_FULL];
    if operation.contains("BucketPolicy") {
        sets.push(BUCKET_POLICIES);
    } else {
        let found = STORAGE.iter().find(|(beginning, _)| operation.starts_with(beginning));
        sets.extend([STORAGE_FULL, found.map_or("ObjectStorageObjectsWrite", |(_, set)| *set)]);
        let reads = ["Get", "Head", "List"].iter().any(|verb| operation.starts_with(verb));
        sets.extend(reads.then_some([STORAGE_READ, ALL_READ]).into_iter().flatten());
    }
    Needed { sets, organization: false, resource: "object_storage", action: "write" }
}

/// Whether a set is about an organization as a whole.
pub(crate) fn is_of_organization(set: &str) -> bool {
    let of_organization = AREAS.iter().filter(|area| area.organization);
    let named = of_organization.flat_map(|area| area.read.iter().chain(area.full));
    ["IAMManager", "IAMReadOnly", "OrganizationManager", "OrganizationReadOnly"]
        .iter()
        .chain(named)
        .any(|name| *name == set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_has_an_area_and_every_finer_operation_exists() {
        for document in scaleway_api::documents().iter().filter(|document| document.name != "object.s3") {
            assert!(needed(&document.name, "Anything", Method::Get).is_some(), "{}", document.name);
        }
        for area in AREAS {
            let document = scaleway_api::document(area.document).expect(area.document);
            for (operation, _) in area.finer {
                assert!(document.operation(operation).is_some(), "{} {operation}", area.document);
            }
        }
    }

    #[test]
    fn values_of_secrets_and_policies_of_buckets_are_apart() {
        let access = needed("secret.v1beta1", "AccessSecretVersion", Method::Get).expect("declared");
        assert_eq!(access.sets, ["SecretManagerSecretAccess", "SecretManagerFullAccess", ALL_FULL]);
        let networks = needed("vpc.v2", "CreatePrivateNetwork", Method::Post).expect("declared");
        assert_eq!(networks.sets, ["PrivateNetworksFullAccess", ALL_FULL]);
        assert!(!needed_in_storage("PutBucketPolicy").sets.contains(&STORAGE_FULL));
        assert!(needed_in_storage("ListObjectsV2").sets.contains(&"ObjectStorageObjectsRead"));
        assert!(needed_in_storage("PutObject").sets.contains(&"ObjectStorageObjectsWrite"));
    }
}
