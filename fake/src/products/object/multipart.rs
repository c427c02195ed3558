//! Multipart uploads: create, upload parts, complete or abort.

use axum::http::HeaderMap;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput, CompleteMultipartUploadOutput,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, ListMultipartUploadsInput,
    ListMultipartUploadsOutput, ListPartsInput, ListPartsOutput, MultipartUpload, Part, UploadPartInput,
    UploadPartOutput,
};
use s3s::{S3Result, s3_error};
use serde_json::json;

use super::contents::{Draft, UNVERSIONED, Upload, checksum_headers};
use super::rules::{check_class, tags_of_header};
use super::storage::{PART, ReadStorage, Storage, UPLOAD, owner, owner_id, time};
use super::{acl, digest, lock};
use crate::call::{WorldRef, object};
use crate::store::Object;

/// The maximum length of lists of uploads and parts, as everywhere in S3.
const LONGEST: i32 = 1000;

pub(super) fn create(
    storage: &mut Storage<'_>,
    input: CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    let bucket = storage.bucket(&input.bucket)?;
    let (region, owner) = (bucket.locality.clone(), owner_id(bucket.text("project_id")));
    let class = input.storage_class.as_ref().map_or("STANDARD", s3s::dto::StorageClass::as_str);
    check_class(class)?;
    let id = storage.world.uuid().replace('-', "");
    let mut fields = object(json!({
        "content_type": input.content_type.as_deref().unwrap_or("binary/octet-stream"),
        "metadata": input.metadata.unwrap_or_default(),
        "storage_class": class,
        "tags": tags_of_header(input.tagging.as_deref())?,
        "checksums": {},
        "grants": acl::canned(input.acl.as_ref().map_or("private", s3s::dto::ObjectCannedACL::as_str), &owner)?,
    }));
    lock::of_header(
        &mut fields,
        input.object_lock_mode.as_ref().map(s3s::dto::ObjectLockMode::as_str),
        input.object_lock_retain_until_date.as_ref(),
        input.object_lock_legal_hold_status.as_ref().map(s3s::dto::ObjectLockLegalHoldStatus::as_str),
    );
    let fields = json!({
        "bucket": input.bucket, "key": input.key, "upload_id": id, "initiated": storage.timestamp(), "object": fields,
    });
    storage.world.store.insert(Object::new(&UPLOAD, &region, &id, object(fields)));
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        ..CreateMultipartUploadOutput::default()
    })
}

pub(super) fn put_part(
    storage: &mut Storage<'_>,
    input: UploadPartInput,
    upload: &Upload,
) -> S3Result<(UploadPartOutput, HeaderMap)> {
    let region = storage.upload(&input.bucket, &input.key, &input.upload_id)?.locality.clone();
    if !(1..=10_000).contains(&input.part_number) {
        return Err(s3_error!(InvalidArgument, "Part number must be an integer between 1 and 10000, inclusive"));
    }
    let checksums = digest::given(&upload.headers, &upload.trailers, &upload.content)?;
    let etag = digest::etag(&upload.content);
    let id = format!("{}/{:05}", input.upload_id, input.part_number);
    let fields = json!({
        "upload_id": input.upload_id, "part_number": input.part_number, "etag": etag,
        "size": upload.content.len(), "last_modified": storage.timestamp(),
    });
    storage.world.store.insert(Object::new(&PART, &region, &id, object(fields)));
    storage.world.contents.insert(id, upload.content.clone());
    let output = UploadPartOutput { e_tag: Some(ETag::Strong(etag)), ..UploadPartOutput::default() };
    Ok((output, checksum_headers(&checksums)))
}

pub(super) fn complete(
    storage: &mut Storage<'_>,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let fields = object(storage.upload(&input.bucket, &input.key, &input.upload_id)?.fields["object"].clone());
    let named = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
    if named.is_empty() {
        return Err(s3_error!(MalformedXML));
    }
    let invalid = || s3_error!(InvalidPart, "One or more of the specified parts could not be found.");
    let mut contents = Vec::new();
    let mut before = 0;
    for part in named {
        let number = part.part_number.unwrap_or_default();
        if number <= before {
            return Err(s3_error!(InvalidPartOrder, "The list of parts was not in ascending order."));
        }
        before = number;
        let id = format!("{}/{number:05}", input.upload_id);
        let content = storage.world.contents.get(&id).cloned().ok_or_else(invalid)?;
        if part.e_tag.is_some_and(|etag| etag.value() != digest::etag(&content)) {
            return Err(invalid());
        }
        contents.push(content);
    }
    let etag = digest::etag_of_parts(contents.iter().map(|content| &content[..]));
    let content = contents.concat().into();
    let draft = Draft { bucket: input.bucket.clone(), key: input.key.clone(), etag: etag.clone(), content, fields };
    let version = storage.add(draft)?;
    storage.remove(&input.upload_id);
    Ok(CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(ETag::Strong(etag)),
        version_id: Some(version).filter(|version| version != UNVERSIONED),
        ..CompleteMultipartUploadOutput::default()
    })
}

pub(super) fn abort(
    storage: &mut Storage<'_>,
    input: AbortMultipartUploadInput,
) -> S3Result<AbortMultipartUploadOutput> {
    storage.upload(&input.bucket, &input.key, &input.upload_id)?;
    storage.remove(&input.upload_id);
    Ok(AbortMultipartUploadOutput::default())
}

pub(super) fn list(
    storage: &ReadStorage<'_>,
    input: ListMultipartUploadsInput,
) -> S3Result<ListMultipartUploadsOutput> {
    let owner = owner(storage.bucket(&input.bucket)?);
    let prefix = input.prefix.unwrap_or_default();
    let found = storage.world.store.with_value(&UPLOAD, "bucket", &input.bucket);
    let found = found.filter(|upload| upload.text("key").starts_with(&prefix));
    let one = |upload: &Object| MultipartUpload {
        key: Some(upload.text("key").to_owned()),
        upload_id: Some(upload.id.clone()),
        initiated: time(upload.text("initiated")),
        owner: Some(owner.clone()),
        ..MultipartUpload::default()
    };
    let mut uploads: Vec<_> = found.map(one).collect();
    uploads.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(ListMultipartUploadsOutput {
        bucket: Some(input.bucket),
        prefix: Some(prefix),
        is_truncated: Some(false),
        max_uploads: Some(LONGEST),
        uploads: Some(uploads),
        ..ListMultipartUploadsOutput::default()
    })
}

pub(super) fn parts(storage: &ReadStorage<'_>, input: ListPartsInput) -> S3Result<ListPartsOutput> {
    storage.upload(&input.bucket, &input.key, &input.upload_id)?;
    let found = storage.world.store.with_value(&PART, "upload_id", &input.upload_id);
    let one = |part: &Object| Part {
        e_tag: Some(ETag::Strong(part.text("etag").to_owned())),
        part_number: part.fields["part_number"].as_i64().and_then(|number| i32::try_from(number).ok()),
        size: part.fields["size"].as_i64(),
        last_modified: time(part.text("last_modified")),
        ..Part::default()
    };
    let mut parts: Vec<_> = found.map(one).collect();
    parts.sort_by_key(|part| part.part_number);
    Ok(ListPartsOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        is_truncated: Some(false),
        max_parts: Some(LONGEST),
        parts: Some(parts),
        ..ListPartsOutput::default()
    })
}

impl<W: WorldRef> Storage<'_, W> {
    fn upload(&self, bucket: &str, key: &str, id: &str) -> S3Result<&Object> {
        self.bucket(bucket)?;
        let found = self.world.store.anywhere(&UPLOAD, id);
        let found = found.filter(|upload| upload.text("bucket") == bucket && upload.text("key") == key);
        found.ok_or_else(|| s3_error!(NoSuchUpload, "The specified upload does not exist."))
    }
}

impl Storage<'_> {
    fn remove(&mut self, id: &str) {
        let Some(region) = self.world.store.anywhere(&UPLOAD, id).map(|upload| upload.locality.clone()) else { return };
        let parts = self.world.store.with_value(&PART, "upload_id", id).map(|part| part.id.clone());
        for part in parts.collect::<Vec<_>>() {
            self.world.contents.remove(&part);
            // The part was found above.
            let _ = self.world.store.remove(&PART, &region, &part);
        }
        let _ = self.world.store.remove(&UPLOAD, &region, id);
    }
}
