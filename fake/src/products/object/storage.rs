//! The kinds of objects, the caller of a request, and the buckets during one request.
//!
//! This module does not depend on the operations; they add methods to [`Storage`].

use jiff::Timestamp;
use s3s::{S3Result, s3_error};
use serde_json::Value;

use crate::call::{OWNER, World, WorldRef};
use crate::rights::Grants;
use crate::store::{Kind, Missing, Object};

/// A bucket; its ID is its name, its locality the region, and each of its fields a configuration.
pub(crate) static BUCKET: Kind = kind("object/bucket", &[]);

/// One version of an object, or a delete marker.
pub(crate) static OBJECT: Kind = kind("object/object", &["bucket", "key"]);

/// An unfinished multipart upload.
pub(super) static UPLOAD: Kind = kind("object/upload", &["bucket"]);

/// A part of a multipart upload.
pub(super) static PART: Kind = kind("object/part", &["upload_id"]);

/// The caller of a request, from its signature.
#[derive(Clone, Debug, Default)]
pub(super) struct Caller {
    /// `None` without a signature.
    pub(super) project: Option<String>,
    /// The permissions; `None` for all of them.
    pub(super) grants: Option<Grants>,
    /// The names of the caller in bucket policies, such as `user_id:<id>`.
    pub(super) principals: Vec<String>,
    /// The region of the endpoint, from the scope of the signature.
    pub(super) region: String,
}

impl Caller {
    /// Whether the caller is the owner of the organization, who has access despite any policy.
    pub(super) fn is_owner(&self) -> bool {
        self.principals.iter().any(|principal| principal.strip_prefix("user_id:") == Some(OWNER))
    }
}

/// The state of Object Storage during one request that does not change it.
pub(super) type ReadStorage<'a> = Storage<'a, &'a World>;

/// The state of Object Storage during one request.
pub(super) struct Storage<'a, W = &'a mut World> {
    pub(super) world: W,
    pub(super) now: Timestamp,
    pub(super) caller: &'a Caller,
}

const fn kind(name: &'static str, indexed: &'static [&'static str]) -> Kind {
    Kind { id: "", indexed, ..Kind::new(name, "", "", Missing::Message("there is no such object in Object Storage")) }
}

impl<W: WorldRef> Storage<'_, W> {
    /// The bucket with this name at the endpoint of the request.
    pub(super) fn bucket(&self, name: &str) -> S3Result<&Object> {
        let found = self.world.store.anywhere(&BUCKET, name);
        found.filter(|bucket| bucket.locality == self.caller.region).ok_or_else(no_such_bucket)
    }

    /// A configuration of a bucket; null if it is not set.
    pub(super) fn setting(&self, bucket: &str, name: &str) -> S3Result<Value> {
        Ok(self.bucket(bucket)?.fields.get(name).cloned().unwrap_or_default())
    }

    /// The time of the request in whole seconds, the format of Object Storage.
    pub(super) fn timestamp(&self) -> String {
        format!("{:.0}", self.now)
    }
}

impl Storage<'_> {
    pub(super) fn set(&mut self, bucket: &str, name: &str, value: Value) -> S3Result {
        let region = self.bucket(bucket)?.locality.clone();
        let bucket = self.world.store.get_mut(&BUCKET, &region, bucket).map_err(|_| no_such_bucket())?;
        bucket.fields.insert(name.to_owned(), value);
        Ok(())
    }
}

pub(super) fn no_such_bucket() -> s3s::S3Error {
    s3_error!(NoSuchBucket, "The specified bucket does not exist")
}

/// As recorded, the owner is the project ID twice.
pub(super) fn owner_id(project: &str) -> String {
    format!("{project}:{project}")
}

pub(super) fn owner(bucket: &Object) -> s3s::dto::Owner {
    let id = owner_id(bucket.text("project_id"));
    s3s::dto::Owner { display_name: Some(id.clone()), id: Some(id) }
}

/// Parses a time of the store.
pub(super) fn time(text: &str) -> Option<s3s::dto::Timestamp> {
    s3s::dto::Timestamp::parse(s3s::dto::TimestampFormat::DateTime, text).ok()
}
