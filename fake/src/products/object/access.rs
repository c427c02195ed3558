//! Whether the caller may do what it asks: region, project, bucket policy and access control lists, in this order.
//!
//! What a policy denies is denied to everybody that it names, the bucket's own project included. Beyond that the
//! project of a bucket may do everything with it, other projects and callers without a key what a policy or a list
//! allows.

use std::sync::{Arc, Mutex};

use s3s::access::{S3Access, S3AccessContext};
use s3s::{S3Result, s3_error};

use super::{Caller, Storage, acl, no_such_bucket, policy};
use crate::server::Server;

/// Asked before each operation.
pub(super) struct Access {
    pub(super) server: Arc<Server>,
    pub(super) caller: Caller,
    /// Where the name of the operation is left for the log.
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
        let mut world = self.server.world();
        let storage = Storage { world: &mut world, now, caller: &self.caller };
        let path = cx.s3_path();
        match path.get_bucket_name() {
            Some(bucket) if name != "CreateBucket" => storage.allow(bucket, path.get_object_key(), &name),
            _ if self.caller.project.is_some() => Ok(()),
            _ => Err(denied()),
        }
    }
}

impl Storage<'_> {
    /// Refuses unless the caller may do this with the bucket or the object in it.
    pub(super) fn allow(&self, bucket: &str, key: Option<&str>, operation: &str) -> S3Result {
        let bucket = self.bucket(bucket).map_err(|_| no_such_bucket())?;
        let action = action(operation);
        let verdict = policy::verdict(bucket.text("policy"), self.caller, &bucket.id, key, action);
        if verdict == Some(false) {
            return Err(denied());
        }
        let own = self.caller.project.as_deref() == Some(bucket.text("project_id"));
        if own || verdict == Some(true) || acl::allows(self, bucket, key, operation) {
            return Ok(());
        }
        Err(denied())
    }
}

pub(super) fn denied() -> s3s::S3Error {
    s3_error!(AccessDenied, "Access Denied.")
}

/// How policies name what an operation does, after `s3:`.
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
