//! The kinds of objects, the caller of a request, and the buckets as one request reads and changes them.
//!
//! This module does not depend on the operations; they add methods to [`Storage`].

use jiff::Timestamp;
use s3s::{S3Result, s3_error};
use serde_json::Value;

use crate::call::{OWNER, World};
use crate::rights::Grants;
use crate::store::{Kind, Missing, Object};

/// A bucket; its id is its name, its locality the region, and each of its fields one thing that can be set.
pub(crate) static BUCKET: Kind = kind("object/bucket");

/// One version of an object, or a delete marker.
pub(crate) static OBJECT: Kind = kind("object/object");

/// A multipart upload that is not finished.
pub(super) static UPLOAD: Kind = kind("object/upload");

/// A part of one.
pub(super) static PART: Kind = kind("object/part");

/// Who asks, as far as the signature tells.
#[derive(Clone, Debug, Default)]
pub(super) struct Caller {
    /// `None` without a signature.
    pub(super) project: Option<String>,
    /// What permission sets allow; everything where nothing is said.
    pub(super) grants: Option<Grants>,
    /// How bucket policies name the caller, such as `user_id:<id>`.
    pub(super) principals: Vec<String>,
    /// The region of the endpoint, which the signature's scope names.
    pub(super) region: String,
}

impl Caller {
    /// The owner of the organization, whom no policy forgets.
    pub(super) fn is_owner(&self) -> bool {
        self.principals.iter().any(|principal| principal.strip_prefix("user_id:") == Some(OWNER))
    }
}

/// What is stored, as one request sees it.
pub(super) struct Storage<'a> {
    pub(super) world: &'a mut World,
    pub(super) now: Timestamp,
    pub(super) caller: &'a Caller,
}

const fn kind(name: &'static str) -> Kind {
    Kind { id: "", ..Kind::new(name, "", "", Missing::Message("there is no such thing in Object Storage")) }
}

impl Storage<'_> {
    /// The bucket of this name at the endpoint that was asked.
    pub(super) fn bucket(&self, name: &str) -> S3Result<&Object> {
        let found = self.world.store.of(&BUCKET).find(|bucket| bucket.id == name);
        found.filter(|bucket| bucket.locality == self.caller.region).ok_or_else(no_such_bucket)
    }

    /// One thing that is set on a bucket; null when it is not.
    pub(super) fn setting(&self, bucket: &str, name: &str) -> S3Result<Value> {
        Ok(self.bucket(bucket)?.fields.get(name).cloned().unwrap_or_default())
    }

    pub(super) fn set(&mut self, bucket: &str, name: &str, value: Value) -> S3Result {
        let region = self.bucket(bucket)?.locality.clone();
        let bucket = self.world.store.get_mut(&BUCKET, &region, bucket).map_err(|_| no_such_bucket())?;
        bucket.fields.insert(name.to_owned(), value);
        Ok(())
    }

    /// The time of the request as Object Storage writes it, in whole seconds.
    pub(super) fn timestamp(&self) -> String {
        format!("{:.0}", self.now)
    }
}

pub(super) fn no_such_bucket() -> s3s::S3Error {
    s3_error!(NoSuchBucket, "The specified bucket does not exist")
}

/// As recorded, whoever owns things is written as the project twice.
pub(super) fn owner_id(project: &str) -> String {
    format!("{project}:{project}")
}

pub(super) fn owner(bucket: &Object) -> s3s::dto::Owner {
    let id = owner_id(bucket.text("project_id"));
    s3s::dto::Owner { display_name: Some(id.clone()), id: Some(id) }
}

/// A time of the store as `s3s` has it.
pub(super) fn time(text: &str) -> Option<s3s::dto::Timestamp> {
    s3s::dto::Timestamp::parse(s3s::dto::TimestampFormat::DateTime, text).ok()
}
