//! Objects: put, read, copy, tag and delete, with versions.
//!
//! Without versioning, an object has one version, `null`.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue};
use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, DeleteObjectInput, DeleteObjectOutput,
    DeleteObjectTaggingInput, DeleteObjectTaggingOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, ETag,
    GetObjectInput, GetObjectOutput, GetObjectTaggingInput, GetObjectTaggingOutput, HeadObjectInput, HeadObjectOutput,
    Metadata, PutObjectInput, PutObjectOutput, PutObjectTaggingInput, PutObjectTaggingOutput, StreamingBlob,
};
use s3s::{S3Error, S3Result, s3_error};
use serde_json::{Map, Value, json};

use super::rules::{check_class, check_tags, tags_of_header};
use super::storage::{OBJECT, ReadStorage, Storage, owner_id, time};
use super::{acl, digest, lock};
use crate::call::{WorldRef, object};
use crate::store::Object;

/// The version ID of objects without versioning.
pub(super) const UNVERSIONED: &str = "null";

/// A new version of an object.
pub(super) struct Draft {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) etag: String,
    pub(super) content: Bytes,
    /// Content type, metadata, storage class, tags, checksums, locks and grants, as fields of the version.
    pub(super) fields: Map<String, Value>,
}

/// The body of a request with its headers and trailers.
pub(super) struct Upload {
    pub(super) content: Bytes,
    pub(super) headers: HeaderMap,
    pub(super) trailers: HeaderMap,
}

pub(super) fn put(
    storage: &mut Storage<'_>,
    input: PutObjectInput,
    upload: &Upload,
) -> S3Result<(PutObjectOutput, HeaderMap)> {
    let owner = owner_id(storage.bucket(&input.bucket)?.text("project_id"));
    if input.if_none_match.is_some() && storage.object(&input.bucket, &input.key, None).is_ok() {
        return Err(s3_error!(PreconditionFailed, "At least one of the preconditions you specified did not hold"));
    }
    if input.ssekms_key_id.is_some()
        && input.server_side_encryption.as_ref().is_some_and(|algorithm| algorithm.as_str() == "AES256")
    {
        return Err(s3_error!(InvalidArgument, "AES256 does not take a KMS key."));
    }
    let checksums = digest::given(&upload.headers, &upload.trailers, &upload.content)?;
    let class = input.storage_class.as_ref().map_or("STANDARD", s3s::dto::StorageClass::as_str);
    check_class(class)?;
    let of_key = input.sse_customer_key.as_deref().and_then(digest::of_customer_key);
    let customer_key_md5 = input.sse_customer_key_md5.clone().or(of_key);
    let mut fields = object(json!({
        "content_type": input.content_type.as_deref().unwrap_or("binary/octet-stream"),
        "metadata": input.metadata.unwrap_or_default(),
        "storage_class": class,
        "tags": tags_of_header(input.tagging.as_deref())?,
        "checksums": checksums,
        "grants": acl::canned(input.acl.as_ref().map_or("private", s3s::dto::ObjectCannedACL::as_str), &owner)?,
        "customer_key_md5": customer_key_md5,
    }));
    lock::of_header(
        &mut fields,
        input.object_lock_mode.as_ref().map(s3s::dto::ObjectLockMode::as_str),
        input.object_lock_retain_until_date.as_ref(),
        input.object_lock_legal_hold_status.as_ref().map(s3s::dto::ObjectLockLegalHoldStatus::as_str),
    );
    let etag = digest::etag(&upload.content);
    let version = storage.add(Draft {
        bucket: input.bucket,
        key: input.key,
        etag: etag.clone(),
        content: upload.content.clone(),
        fields,
    })?;
    let output = PutObjectOutput {
        e_tag: Some(ETag::Strong(etag)),
        version_id: Some(version).filter(|version| version != UNVERSIONED),
        sse_customer_algorithm: input.sse_customer_algorithm,
        sse_customer_key_md5: customer_key_md5,
        ..PutObjectOutput::default()
    };
    Ok((output, checksum_headers(&checksums)))
}

pub(super) fn get(storage: &ReadStorage<'_>, input: GetObjectInput) -> S3Result<(GetObjectOutput, HeaderMap)> {
    let found = storage.object(&input.bucket, &input.key, input.version_id.as_deref())?;
    check_customer_key(found, input.sse_customer_key.as_deref(), input.sse_customer_key_md5)?;
    let all = storage.world.contents.get(&found.id).cloned().unwrap_or_default();
    let length = all.len() as u64;
    let (content, range) = match &input.range {
        None => (all, None),
        Some(range) => {
            let range =
                range.check(length).map_err(|_| s3_error!(InvalidRange, "The requested range cannot be satisfied."))?;
            let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
            let shown = format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1));
            (all.slice(place(range.start)..place(range.end)), Some(shown))
        }
    };
    let size = i64::try_from(content.len()).ok();
    let body = StreamingBlob::from(s3s::Body::from(content));
    let mut headers = headers_of(found);
    // The checksum is that of the whole object, so a range has none.
    if input.checksum_mode.is_some() && range.is_none() {
        headers.extend(checksum_headers(&object(found.fields["checksums"].clone())));
    }
    let output = GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        body: Some(body),
        content_length: size,
        content_range: range,
        content_type: Some(found.text("content_type").to_owned()),
        e_tag: Some(ETag::Strong(found.text("etag").to_owned())),
        last_modified: time(found.text("last_modified")),
        metadata: metadata_of(found),
        version_id: shown_version(found),
        ..GetObjectOutput::default()
    };
    Ok((output, headers))
}

pub(super) fn head(storage: &ReadStorage<'_>, input: HeadObjectInput) -> S3Result<(HeadObjectOutput, HeaderMap)> {
    let found = storage.object(&input.bucket, &input.key, input.version_id.as_deref())?;
    check_customer_key(found, input.sse_customer_key.as_deref(), input.sse_customer_key_md5)?;
    let mut headers = headers_of(found);
    if input.checksum_mode.is_some() {
        headers.extend(checksum_headers(&object(found.fields["checksums"].clone())));
    }
    let output = HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: found.fields["size"].as_i64(),
        content_type: Some(found.text("content_type").to_owned()),
        e_tag: Some(ETag::Strong(found.text("etag").to_owned())),
        last_modified: time(found.text("last_modified")),
        metadata: metadata_of(found),
        version_id: shown_version(found),
        ..HeadObjectOutput::default()
    };
    Ok((output, headers))
}

pub(super) fn copy(storage: &mut Storage<'_>, input: CopyObjectInput) -> S3Result<CopyObjectOutput> {
    let CopySource::Bucket { bucket: from, key: from_key, version_id } = &input.copy_source else {
        return Err(s3_error!(InvalidArgument, "the source of a copy is a bucket and a key"));
    };
    storage.allow(from, Some(from_key), "GetObject")?;
    let owner = owner_id(storage.bucket(&input.bucket)?.text("project_id"));
    let source = storage.object(from, from_key, version_id.as_deref())?.clone();
    let content = storage.world.contents.get(&source.id).cloned().unwrap_or_default();
    let replaces = input.metadata_directive.as_ref().is_some_and(|directive| directive.as_str() == "REPLACE");
    let retags = input.tagging_directive.as_ref().is_some_and(|directive| directive.as_str() == "REPLACE");
    let mut fields = source.fields.clone();
    fields.retain(|name, _| ["content_type", "metadata", "tags", "checksums"].contains(&name.as_str()));
    if replaces {
        let content_type = input.content_type.as_deref().unwrap_or("binary/octet-stream");
        fields.insert("content_type".to_owned(), json!(content_type));
        fields.insert("metadata".to_owned(), json!(input.metadata.clone().unwrap_or_default()));
    }
    if retags {
        fields.insert("tags".to_owned(), tags_of_header(input.tagging.as_deref())?);
    }
    let class = input.storage_class.as_ref().map_or("STANDARD", s3s::dto::StorageClass::as_str);
    check_class(class)?;
    fields.insert("storage_class".to_owned(), json!(class));
    let word = input.acl.as_ref().map_or("private", s3s::dto::ObjectCannedACL::as_str);
    fields.insert("grants".to_owned(), acl::canned(word, &owner)?);
    let etag = source.text("etag").to_owned();
    let checksum_crc32 = source.fields["checksums"]["crc32"].as_str().map(str::to_owned);
    let last_modified = time(&storage.timestamp());
    let version = storage.add(Draft { bucket: input.bucket, key: input.key, etag: etag.clone(), content, fields })?;
    let result = CopyObjectResult {
        e_tag: Some(ETag::Strong(etag)),
        last_modified,
        checksum_crc32,
        ..CopyObjectResult::default()
    };
    Ok(CopyObjectOutput {
        copy_object_result: Some(result),
        version_id: Some(version).filter(|version| version != UNVERSIONED),
        ..CopyObjectOutput::default()
    })
}

pub(super) fn delete(storage: &mut Storage<'_>, input: DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
    let bypass = input.bypass_governance_retention == Some(true);
    let (version_id, marker) = storage.take(&input.bucket, &input.key, input.version_id.as_deref(), bypass)?;
    Ok(DeleteObjectOutput { version_id, delete_marker: marker.then_some(true), ..DeleteObjectOutput::default() })
}

pub(super) fn delete_many(storage: &mut Storage<'_>, input: DeleteObjectsInput) -> S3Result<DeleteObjectsOutput> {
    let bypass = input.bypass_governance_retention == Some(true);
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for named in input.delete.objects {
        match storage.take(&input.bucket, &named.key, named.version_id.as_deref(), bypass) {
            Ok((version, marker)) => deleted.push(DeletedObject {
                key: Some(named.key),
                delete_marker: marker.then_some(true),
                delete_marker_version_id: version.filter(|_| marker),
                version_id: named.version_id,
            }),
            Err(error) => errors.push(s3s::dto::Error {
                code: Some(error.code().as_str().to_owned()),
                key: Some(named.key),
                message: error.message().map(str::to_owned),
                version_id: named.version_id,
            }),
        }
    }
    let deleted = if input.delete.quiet == Some(true) { Vec::new() } else { deleted };
    Ok(DeleteObjectsOutput { deleted: Some(deleted), errors: Some(errors), ..DeleteObjectsOutput::default() })
}

pub(super) fn get_tagging(storage: &ReadStorage<'_>, input: GetObjectTaggingInput) -> S3Result<GetObjectTaggingOutput> {
    let found = storage.object(&input.bucket, &input.key, input.version_id.as_deref())?;
    let tag_set = serde_json::from_value(found.fields["tags"].clone()).map_err(S3Error::internal_error)?;
    Ok(GetObjectTaggingOutput { tag_set, version_id: shown_version(found) })
}

pub(super) fn put_tagging(storage: &mut Storage<'_>, input: PutObjectTaggingInput) -> S3Result<PutObjectTaggingOutput> {
    check_tags(&input.tagging.tag_set)?;
    let found = storage.object_mut(&input.bucket, &input.key, input.version_id.as_deref())?;
    found.fields.insert("tags".to_owned(), json!(input.tagging.tag_set));
    Ok(PutObjectTaggingOutput::default())
}

pub(super) fn delete_tagging(
    storage: &mut Storage<'_>,
    input: DeleteObjectTaggingInput,
) -> S3Result<DeleteObjectTaggingOutput> {
    let found = storage.object_mut(&input.bucket, &input.key, input.version_id.as_deref())?;
    found.fields.insert("tags".to_owned(), json!([]));
    Ok(DeleteObjectTaggingOutput::default())
}

impl<W: WorldRef> Storage<'_, W> {
    /// The newest version of an object, or the version with this ID; a delete marker does not count.
    pub(super) fn object(&self, bucket: &str, key: &str, version: Option<&str>) -> S3Result<&Object> {
        self.bucket(bucket)?;
        let found = self.version(bucket, key, version).filter(|found| found.fields["delete_marker"] != true);
        found.ok_or_else(|| match version {
            Some(_) => s3_error!(NoSuchVersion, "The specified version does not exist."),
            None => s3_error!(NoSuchKey, "The specified key does not exist."),
        })
    }

    fn version(&self, bucket: &str, key: &str, version: Option<&str>) -> Option<&Object> {
        let same = |found: &&Object| {
            found.text("bucket") == bucket && version.is_none_or(|version| found.text("version_id") == version)
        };
        self.world.store.with_value(&OBJECT, "key", key).filter(same).last()
    }
}

impl Storage<'_> {
    pub(super) fn object_mut(&mut self, bucket: &str, key: &str, version: Option<&str>) -> S3Result<&mut Object> {
        let found = self.object(bucket, key, version)?;
        let (region, id) = (found.locality.clone(), found.id.clone());
        self.world.store.get_mut(&OBJECT, &region, &id).map_err(|_| s3_error!(NoSuchKey))
    }

    /// Stores a new version, and returns its ID.
    pub(super) fn add(&mut self, draft: Draft) -> S3Result<String> {
        let keeps = self.setting(&draft.bucket, "versioning")? == "Enabled";
        let version = if keeps { self.world.uuid().replace('-', "") } else { UNVERSIONED.to_owned() };
        let mut fields = object(json!({
            "bucket": draft.bucket,
            "key": draft.key,
            "version_id": version,
            "delete_marker": false,
            "etag": draft.etag,
            "size": draft.content.len(),
            "last_modified": self.timestamp(),
            "legal_hold": false,
            "retention": null,
        }));
        fields.extend(draft.fields);
        if fields["retention"].is_null() {
            fields.insert("retention".to_owned(), lock::by_default(self, &draft.bucket)?);
        }
        let id = self.keep(&draft.bucket, &draft.key, &version, fields)?;
        self.world.contents.insert(id, draft.content);
        Ok(version)
    }

    fn keep(&mut self, bucket: &str, key: &str, version: &str, fields: Map<String, Value>) -> S3Result<String> {
        let region = self.bucket(bucket)?.locality.clone();
        let id = if version == UNVERSIONED {
            format!("{bucket}/{key}")
        } else {
            format!("{bucket}/{key}?versionId={version}")
        };
        self.world.contents.remove(&id);
        self.world.store.insert(Object::new(&OBJECT, &region, &id, fields));
        Ok(id)
    }

    /// Deletes a version, or adds a delete marker: returns the ID of the deleted version or of the marker, and whether
    /// it is a marker.
    fn take(
        &mut self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
        bypass: bool,
    ) -> S3Result<(Option<String>, bool)> {
        let versioning = self.setting(bucket, "versioning")?;
        let named = version.or(if versioning == "" { Some(UNVERSIONED) } else { None });
        let Some(named) = named else {
            let new = if versioning == "Enabled" { self.world.uuid().replace('-', "") } else { UNVERSIONED.to_owned() };
            let now = self.timestamp();
            let fields =
                json!({ "bucket": bucket, "key": key, "version_id": new, "delete_marker": true, "last_modified": now });
            self.keep(bucket, key, &new, object(fields))?;
            return Ok((Some(new), true));
        };
        let Some(found) = self.version(bucket, key, Some(named)) else {
            return Ok((version.map(str::to_owned), false));
        };
        lock::check(found, self.now, bypass)?;
        let (region, id) = (found.locality.clone(), found.id.clone());
        let marker = found.fields["delete_marker"] == true;
        self.world.contents.remove(&id);
        self.world.store.remove(&OBJECT, &region, &id).map_err(|_| s3_error!(NoSuchVersion))?;
        Ok((version.map(str::to_owned), marker))
    }
}

/// Headers that `s3s` has no field for, or that are present only if they differ from the default.
fn headers_of(found: &Object) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut add = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    let tags = found.fields["tags"].as_array().map_or(0, Vec::len);
    if tags > 0 {
        add("x-amz-tagging-count", tags.to_string());
    }
    if found.text("storage_class") != "STANDARD" {
        add("x-amz-storage-class", found.text("storage_class").to_owned());
    }
    if found.fields["legal_hold"] == true {
        add("x-amz-object-lock-legal-hold", "ON".to_owned());
    }
    if let (Some(mode), Some(until)) =
        (found.fields["retention"]["mode"].as_str(), found.fields["retention"]["until"].as_str())
    {
        add("x-amz-object-lock-mode", mode.to_owned());
        add("x-amz-object-lock-retain-until-date", until.to_owned());
    }
    if !found.text("customer_key_md5").is_empty() {
        add("x-amz-server-side-encryption-customer-algorithm", "AES256".to_owned());
        add("x-amz-server-side-encryption-customer-key-md5", found.text("customer_key_md5").to_owned());
    }
    headers
}

/// As recorded of uploads: the checksum of the request, and its type.
pub(super) fn checksum_headers(checksums: &Map<String, Value>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, sum) in checksums {
        let name = format!("x-amz-checksum-{name}").parse::<axum::http::HeaderName>();
        if let (Ok(name), Ok(sum)) = (name, HeaderValue::from_str(sum.as_str().unwrap_or_default())) {
            headers.insert(name, sum);
            headers.insert("x-amz-checksum-type", HeaderValue::from_static("FULL_OBJECT"));
        }
    }
    headers
}

/// The MD5 of the key is optional in a request: it is computed from the key.
fn check_customer_key(found: &Object, key: Option<&str>, md5: Option<String>) -> S3Result {
    let md5 = md5.or_else(|| key.and_then(digest::of_customer_key)).unwrap_or_default();
    if found.text("customer_key_md5") == md5 {
        return Ok(());
    }
    Err(s3_error!(
        InvalidRequest,
        "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object."
    ))
}

fn metadata_of(found: &Object) -> Option<Metadata> {
    serde_json::from_value(found.fields["metadata"].clone()).ok()
}

fn shown_version(found: &Object) -> Option<String> {
    Some(found.text("version_id").to_owned()).filter(|version| version != UNVERSIONED)
}
