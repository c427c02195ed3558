//! Buckets: create, read, list and delete.

use s3s::dto::{
    Bucket, CreateBucketInput, CreateBucketOutput, DeleteBucketInput, DeleteBucketOutput, GetBucketLocationInput,
    GetBucketLocationOutput, HeadBucketInput, HeadBucketOutput, ListBucketsInput, ListBucketsOutput,
};
use s3s::{S3Result, s3_error};
use serde_json::{Map, Value, json};

use super::acl;
use super::storage::{BUCKET, OBJECT, ReadStorage, Storage, UPLOAD, no_such_bucket, owner_id, time};
use crate::call::object;
use crate::store::Object;

/// The fields of a new bucket.
pub(super) fn fields(name: &str, region: &str, project: &str, now: &str) -> Map<String, Value> {
    object(json!({
        "name": name,
        "region": region,
        "project_id": project,
        "creation_date": now,
        "grants": acl::private(&owner_id(project)),
        "tags": null,
        "cors": null,
        "lifecycle": null,
        "encryption": null,
        "website": null,
        "policy": null,
        "versioning": "",
        "object_lock": null,
    }))
}

pub(super) fn create(storage: &mut Storage<'_>, input: CreateBucketInput) -> S3Result<CreateBucketOutput> {
    let (project, region) = (storage.caller.project.clone().unwrap_or_default(), storage.caller.region.clone());
    if let Some(taken) = storage.world.store.anywhere(&BUCKET, &input.bucket) {
        return Err(if taken.text("project_id") == project {
            s3_error!(
                BucketAlreadyOwnedByYou,
                "Your previous request to create the named bucket succeeded and you already own it."
            )
        } else {
            s3_error!(BucketAlreadyExists, "The requested bucket name is not available.")
        });
    }
    let mut fields = fields(&input.bucket, &region, &project, &storage.timestamp());
    if let Some(canned) = &input.acl {
        fields.insert("grants".to_owned(), acl::canned(canned.as_str(), &owner_id(&project))?);
    }
    if input.object_lock_enabled_for_bucket == Some(true) {
        fields.insert("object_lock".to_owned(), json!({ "object_lock_enabled": "Enabled" }));
        fields.insert("versioning".to_owned(), json!("Enabled"));
    }
    storage.world.store.insert(Object::new(&BUCKET, &region, &input.bucket, fields));
    Ok(CreateBucketOutput { location: Some(format!("/{}", input.bucket)) })
}

pub(super) fn delete(storage: &mut Storage<'_>, input: DeleteBucketInput) -> S3Result<DeleteBucketOutput> {
    let region = storage.bucket(&input.bucket)?.locality.clone();
    if [&OBJECT, &UPLOAD]
        .iter()
        .any(|kind| storage.world.store.with_value(kind, "bucket", &input.bucket).next().is_some())
    {
        return Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"));
    }
    storage.world.store.remove(&BUCKET, &region, &input.bucket).map_err(|_| no_such_bucket())?;
    Ok(DeleteBucketOutput::default())
}

pub(super) fn head(storage: &ReadStorage<'_>, input: HeadBucketInput) -> S3Result<HeadBucketOutput> {
    let bucket = storage.bucket(&input.bucket)?;
    Ok(HeadBucketOutput { bucket_region: Some(bucket.locality.clone()), ..HeadBucketOutput::default() })
}

pub(super) fn location(storage: &ReadStorage<'_>, input: GetBucketLocationInput) -> S3Result<GetBucketLocationOutput> {
    let region = storage.bucket(&input.bucket)?.locality.clone();
    Ok(GetBucketLocationOutput { location_constraint: Some(region.into()) })
}

/// The buckets of the caller's project at this endpoint.
pub(super) fn list(storage: &ReadStorage<'_>, _: ListBucketsInput) -> S3Result<ListBucketsOutput> {
    let project = storage.caller.project.clone().unwrap_or_default();
    let own = |bucket: &&Object| bucket.text("project_id") == project && bucket.locality == storage.caller.region;
    let mut buckets: Vec<_> = storage.world.store.of(&BUCKET).filter(own).map(shown).collect();
    buckets.sort_by(|a, b| a.name.cmp(&b.name));
    let id = owner_id(&project);
    let owner = s3s::dto::Owner { display_name: Some(id.clone()), id: Some(id) };
    Ok(ListBucketsOutput { buckets: Some(buckets), owner: Some(owner), ..ListBucketsOutput::default() })
}

fn shown(bucket: &Object) -> Bucket {
    Bucket { name: Some(bucket.id.clone()), creation_date: time(bucket.text("creation_date")), ..Bucket::default() }
}
