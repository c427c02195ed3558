//! The permission sets that operations need, according to Scaleway's documentation.
//!
//! An area is a part of an API with permission sets of its own. Operations that the full set does not include (policies
//! of buckets), or that need less (reading the values of secrets), are in `finer`. This module does not depend on the
//! permissions of callers.

use scaleway_api::Method;

use crate::facts;

/// The permission sets that an operation needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Needed {
    /// One of these sets is sufficient.
    pub(crate) sets: Vec<&'static str>,
    /// The set must apply to the organization, not to a project.
    pub(crate) organization: bool,
    /// The resource and the action in errors.
    pub(crate) resource: &'static str,
    pub(crate) action: &'static str,
}

/// Permission sets of all products in a project.
const ALL_READ: &str = "AllProductsReadOnly";
const ALL_FULL: &str = "AllProductsFullAccess";

/// The permission set for bucket policies, which the full set of Object Storage does not include.
const BUCKET_POLICIES: &str = "ObjectStorageBucketPolicyFullAccess";
const STORAGE_FULL: &str = "ObjectStorageFullAccess";
const STORAGE_READ: &str = "ObjectStorageReadOnly";

/// Prefixes of operations of S3, and the permission set besides the full one; the first match applies.
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

/// The permission sets that an operation of an API document needs; `None` for other documents.
pub(crate) fn needed(document: &str, operation: &str, method: Method) -> Option<Needed> {
    let facts = facts::of(document)?;
    let area = facts.permissions.iter().find(|area| {
        area.operations.is_empty() || area.operations.iter().any(|part| operation.contains(part.as_str()))
    })?;
    let reads = method == Method::Get;
    let action = match (method, operation.starts_with("List")) {
        (Method::Get, true) => "list",
        (Method::Get, false) => "read",
        (Method::Delete, _) => "delete",
        _ => "write",
    };
    let finer = area.finer.get(operation);
    let mut sets: Vec<&str> = match finer {
        Some(finer) => vec![finer],
        None if reads => area.read.iter().map(String::as_str).collect(),
        None => Vec::new(),
    };
    sets.extend(area.full.iter().map(String::as_str));
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
    Some(Needed { sets, organization: area.organization, resource: &area.resource, action })
}

/// The permission sets that an operation of Object Storage needs.
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

/// Whether a permission set applies to an organization as a whole.
pub(crate) fn is_of_organization(set: &str) -> bool {
    let areas = facts::all().flat_map(|facts| &facts.permissions).filter(|area| area.organization);
    let mut named = areas.flat_map(|area| area.read.iter().chain(&area.full));
    ["IAMManager", "IAMReadOnly", "OrganizationManager", "OrganizationReadOnly"].contains(&set)
        || named.any(|name| name == set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_has_an_area_and_every_finer_operation_exists() {
        // Object Storage has its own sets, the marketplace and the catalog of products need no API key, and queues and topics have
        // keys of their own.
        let others = ["marketplace.v2", "object.s3", "product_catalog.v2alpha1", "sns.2010-03-31", "sqs.2012-11-05"];
        let other = |name: &str| others.contains(&name);
        for document in scaleway_api::documents().filter(|document| !other(&document.name)) {
            assert!(needed(&document.name, "Anything", Method::Get).is_some(), "{}", document.name);
        }
        for document in scaleway_api::documents() {
            let areas = facts::of(&document.name).into_iter().flat_map(|facts| &facts.permissions);
            for operation in areas.flat_map(|area| area.finer.keys()) {
                assert!(document.operation(operation).is_some(), "{} {operation}", document.name);
            }
        }
    }

    #[test]
    fn secret_values_and_bucket_policies_need_permission_sets_of_their_own() {
        let access = needed("secret.v1beta1", "AccessSecretVersion", Method::Get).expect("declared");
        assert_eq!(access.sets, ["SecretManagerSecretAccess", "SecretManagerFullAccess", ALL_FULL]);
        let networks = needed("vpc.v2", "CreatePrivateNetwork", Method::Post).expect("declared");
        assert_eq!(networks.sets, ["PrivateNetworksFullAccess", ALL_FULL]);
        assert!(!needed_in_storage("PutBucketPolicy").sets.contains(&STORAGE_FULL));
        assert!(needed_in_storage("ListObjectsV2").sets.contains(&"ObjectStorageObjectsRead"));
        assert!(needed_in_storage("PutObject").sets.contains(&"ObjectStorageObjectsWrite"));
    }
}
