//! Whether the caller may do the operation: region, project, bucket policy, permission sets and access control lists,
//! in this order.
//!
//! A denial of a policy applies to all callers that it names, also to those of the bucket's own project. If a bucket
//! has a policy, other callers of its project have no access, except for the owner of the organization, as recorded.
//! Otherwise callers of the bucket's project have all permissions (those of their policies, if permissions are
//! enforced), and other callers those of the bucket policy or the access control list.

use std::sync::{Arc, Mutex};

use s3s::access::{S3Access, S3AccessContext};
use s3s::{S3Result, s3_error};

use super::storage::{Caller, Storage, no_such_bucket};
use super::{acl, policy};
use crate::call::WorldRef;
use crate::rights;
use crate::state::Server;

/// Called before each operation.
pub(super) struct Access {
    pub(super) server: Arc<Server>,
    pub(super) caller: Caller,
    /// Receives the name of the operation, for the log.
    pub(super) operation: Arc<Mutex<Option<String>>>,
}

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result {
        let name = cx.s3_op().name().to_owned();
        if let Ok(mut operation) = self.operation.lock() {
            *operation = Some(name.clone());
        }
        let now = self.server.clock.now();
        let world = self.server.read();
        let storage = Storage { world: &*world, now, caller: &self.caller };
        let path = cx.s3_path();
        match path.get_bucket_name() {
            Some(bucket) if name != "CreateBucket" => storage.allow(bucket, path.get_object_key(), &name),
            _ => match &self.caller.project {
                Some(project) if self.caller.may(&name, project) => Ok(()),
                _ => Err(denied()),
            },
        }
    }
}

impl<W: WorldRef> Storage<'_, W> {
    /// Returns an error unless the caller may do this with the bucket or the object.
    pub(super) fn allow(&self, bucket: &str, key: Option<&str>, operation: &str) -> S3Result {
        let bucket = self.bucket(bucket).map_err(|_| no_such_bucket())?;
        let action = action(operation);
        let verdict = policy::verdict(bucket.text("policy"), self.caller, &bucket.id, key, action);
        if verdict == Some(false) {
            return Err(denied());
        }
        let project = bucket.text("project_id");
        let at_home = self.caller.project.as_deref() == Some(project);
        if at_home && verdict.is_none() && !bucket.text("policy").is_empty() && !self.caller.is_owner() {
            return Err(denied());
        }
        let own = at_home && self.caller.may(operation, project);
        if own || verdict == Some(true) || acl::allows(self, bucket, key, operation) {
            return Ok(());
        }
        Err(denied())
    }
}

impl Caller {
    /// Whether permission sets allow the operation in a project.
    pub(super) fn may(&self, operation: &str, project: &str) -> bool {
        let place = rights::Place::Project(project.to_owned());
        let check = |grants: &rights::Grants| grants.check(&rights::needed_in_storage(operation), &place).is_ok();
        self.grants.as_ref().is_none_or(check)
    }
}

pub(super) fn denied() -> s3s::S3Error {
    s3_error!(AccessDenied, "Access Denied.")
}

/// The name of an operation in policies, after `s3:`.
fn action(operation: &str) -> &str {
    match operation {
        "HeadBucket" | "ListObjects" | "ListObjectsV2" => "ListBucket",
        "ListObjectVersions" => "ListBucketVersions",
        "ListMultipartUploads" => "ListBucketMultipartUploads",
        "ListParts" => "ListMultipartUploadParts",
        "HeadObject" => "GetObject",
        "CopyObject" | "CreateMultipartUpload" | "UploadPart" | "UploadPartCopy" | "CompleteMultipartUpload" => {
            "PutObject"
        }
        "DeleteObjects" => "DeleteObject",
        "GetBucketCors" => "GetBucketCORS",
        "PutBucketCors" | "DeleteBucketCors" => "PutBucketCORS",
        "GetBucketEncryption" => "GetEncryptionConfiguration",
        "PutBucketEncryption" | "DeleteBucketEncryption" => "PutEncryptionConfiguration",
        "GetBucketLifecycleConfiguration" => "GetLifecycleConfiguration",
        "PutBucketLifecycleConfiguration" | "DeleteBucketLifecycle" => "PutLifecycleConfiguration",
        "GetObjectLockConfiguration" => "GetBucketObjectLockConfiguration",
        "PutObjectLockConfiguration" => "PutBucketObjectLockConfiguration",
        "DeleteBucketTagging" => "PutBucketTagging",
        other => other,
    }
}
