//! Lists of the content of a bucket: objects in both versions of the operation, and all versions of objects.

use s3s::S3Result;
use s3s::dto::{
    ChecksumAlgorithm, ChecksumType, CommonPrefix, DeleteMarkerEntry, ETag, ListObjectVersionsInput,
    ListObjectVersionsOutput, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output,
    Object as Shown, ObjectVersion,
};

use super::storage::{OBJECT, ReadStorage, owner, time};
use crate::store::Object;

/// The maximum length of a list.
const LONGEST: i32 = 1000;

/// The arguments of a list.
struct Requested<'a> {
    bucket: &'a str,
    prefix: &'a str,
    delimiter: &'a str,
    /// Keys and common prefixes up to here are omitted.
    after: &'a str,
    most: i32,
}

/// The page: objects in the order of their keys, common prefixes, and the start of the next page, if any.
struct Part<'a> {
    objects: Vec<&'a Object>,
    prefixes: Vec<String>,
    next: Option<String>,
}

pub(super) fn objects(storage: &ReadStorage<'_>, input: ListObjectsInput) -> S3Result<ListObjectsOutput> {
    let most = input.max_keys.unwrap_or(LONGEST).min(LONGEST);
    let (prefix, marker) = (input.prefix.unwrap_or_default(), input.marker.unwrap_or_default());
    let requested = Requested {
        bucket: &input.bucket,
        prefix: &prefix,
        delimiter: input.delimiter.as_deref().unwrap_or_default(),
        after: &marker,
        most,
    };
    let part = storage.part(&requested)?;
    let contents = storage.shown(&input.bucket, &part.objects, true)?;
    Ok(ListObjectsOutput {
        name: Some(input.bucket.clone()),
        max_keys: Some(most),
        is_truncated: Some(part.next.is_some()),
        contents: Some(contents),
        common_prefixes: Some(prefixes(part.prefixes)),
        next_marker: part.next.filter(|_| input.delimiter.is_some()),
        delimiter: input.delimiter,
        prefix: Some(prefix),
        marker: Some(marker),
        ..ListObjectsOutput::default()
    })
}

pub(super) fn objects_v2(storage: &ReadStorage<'_>, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    let most = input.max_keys.unwrap_or(LONGEST).min(LONGEST);
    let prefix = input.prefix.unwrap_or_default();
    let requested = Requested {
        bucket: &input.bucket,
        prefix: &prefix,
        delimiter: input.delimiter.as_deref().unwrap_or_default(),
        // The token is the last key of the previous page.
        after: input.continuation_token.as_deref().or(input.start_after.as_deref()).unwrap_or_default(),
        most,
    };
    let part = storage.part(&requested)?;
    let contents = storage.shown(&input.bucket, &part.objects, input.fetch_owner == Some(true))?;
    Ok(ListObjectsV2Output {
        name: Some(input.bucket.clone()),
        max_keys: Some(most),
        key_count: i32::try_from(contents.len() + part.prefixes.len()).ok(),
        is_truncated: Some(part.next.is_some()),
        contents: Some(contents),
        common_prefixes: Some(prefixes(part.prefixes)),
        next_continuation_token: part.next,
        continuation_token: input.continuation_token,
        delimiter: input.delimiter,
        start_after: input.start_after,
        prefix: Some(prefix),
        ..ListObjectsV2Output::default()
    })
}

/// All versions, by key, the newest first.
pub(super) fn versions(
    storage: &ReadStorage<'_>,
    input: ListObjectVersionsInput,
) -> S3Result<ListObjectVersionsOutput> {
    let most = usize::try_from(input.max_keys.unwrap_or(LONGEST).min(LONGEST)).unwrap_or_default();
    let prefix = input.prefix.unwrap_or_default();
    let owner = owner(storage.bucket(&input.bucket)?);
    let in_bucket = storage.world.store.with_value(&OBJECT, "bucket", &input.bucket);
    let mut all: Vec<&Object> = in_bucket.filter(|found| found.text("key").starts_with(&prefix)).collect();
    all.reverse();
    all.sort_by(|a, b| a.text("key").cmp(b.text("key")));
    let latest = |place: usize| place == 0 || all[place - 1].text("key") != all[place].text("key");
    let (key_marker, version_marker) = (input.key_marker.as_deref(), input.version_id_marker.as_deref());
    let start = all.iter().position(|found| {
        let key = found.text("key");
        key_marker.is_none_or(|marker| key > marker)
    });
    let start = match (key_marker, version_marker) {
        (Some(key), Some(version)) => {
            let at = all.iter().position(|found| found.text("key") == key && found.text("version_id") == version);
            at.map_or(start, |at| Some(at + 1))
        }
        _ => start,
    };
    let start = start.unwrap_or(all.len());
    let end = all.len().min(start + most);
    let (mut versions, mut markers) = (Vec::new(), Vec::new());
    for (place, found) in all.iter().enumerate().take(end).skip(start) {
        let key = Some(found.text("key").to_owned());
        let version_id = Some(found.text("version_id").to_owned());
        let (is_latest, last_modified) = (Some(latest(place)), time(found.text("last_modified")));
        if found.fields["delete_marker"] == true {
            markers.push(DeleteMarkerEntry { is_latest, key, last_modified, owner: Some(owner.clone()), version_id });
        } else {
            let (checksum_algorithm, checksum_type) = checksums(found);
            versions.push(ObjectVersion {
                checksum_algorithm,
                checksum_type,
                e_tag: Some(ETag::Strong(found.text("etag").to_owned())),
                is_latest,
                key,
                last_modified,
                owner: Some(owner.clone()),
                size: found.fields["size"].as_i64(),
                storage_class: Some(found.text("storage_class").to_owned().into()),
                version_id,
                ..ObjectVersion::default()
            });
        }
    }
    let last = all.get(end.wrapping_sub(1)).filter(|_| end < all.len());
    Ok(ListObjectVersionsOutput {
        name: Some(input.bucket.clone()),
        max_keys: i32::try_from(most).ok(),
        is_truncated: Some(last.is_some()),
        next_key_marker: last.map(|last| last.text("key").to_owned()),
        next_version_id_marker: last.map(|last| last.text("version_id").to_owned()),
        key_marker: Some(input.key_marker.clone().unwrap_or_default()),
        version_id_marker: Some(input.version_id_marker.clone().unwrap_or_default()),
        prefix: Some(prefix),
        versions: Some(versions),
        delete_markers: Some(markers),
        ..ListObjectVersionsOutput::default()
    })
}

impl ReadStorage<'_> {
    fn part<'a>(&'a self, requested: &Requested<'_>) -> S3Result<Part<'a>> {
        self.bucket(requested.bucket)?;
        let in_bucket = self.world.store.with_value(&OBJECT, "bucket", requested.bucket);
        // The newest version of a key is the last one that was created.
        let newest: std::collections::BTreeMap<&str, &Object> =
            in_bucket.map(|found| (found.text("key"), found)).collect();
        let mut part = Part { objects: Vec::new(), prefixes: Vec::new(), next: None };
        let mut last = String::new();
        let most = usize::try_from(requested.most).unwrap_or_default();
        for (key, found) in newest {
            let Some(rest) = key.strip_prefix(requested.prefix).filter(|_| found.fields["delete_marker"] != true)
            else {
                continue;
            };
            let cut = if requested.delimiter.is_empty() { None } else { rest.find(requested.delimiter) };
            let common = cut.map(|at| format!("{}{}", requested.prefix, &rest[..at + requested.delimiter.len()]));
            let name = common.as_deref().unwrap_or(key);
            if name <= requested.after || part.prefixes.last().map(String::as_str) == Some(name) {
                continue;
            }
            if part.objects.len() + part.prefixes.len() == most {
                part.next = Some(last);
                break;
            }
            name.clone_into(&mut last);
            match common {
                Some(common) => part.prefixes.push(common),
                None => part.objects.push(found),
            }
        }
        Ok(part)
    }

    fn shown(&self, bucket: &str, objects: &[&Object], with_owner: bool) -> S3Result<Vec<Shown>> {
        let owner = owner(self.bucket(bucket)?);
        let one = |found: &&Object| {
            let (checksum_algorithm, checksum_type) = checksums(found);
            Shown {
                key: Some(found.text("key").to_owned()),
                last_modified: time(found.text("last_modified")),
                e_tag: Some(ETag::Strong(found.text("etag").to_owned())),
                size: found.fields["size"].as_i64(),
                owner: with_owner.then(|| owner.clone()),
                storage_class: Some(found.text("storage_class").to_owned().into()),
                checksum_algorithm,
                checksum_type,
                ..Shown::default()
            }
        };
        Ok(objects.iter().map(one).collect())
    }
}

/// The algorithms of the checksums of the upload, and their type.
fn checksums(found: &Object) -> (Option<Vec<ChecksumAlgorithm>>, Option<ChecksumType>) {
    let sums = found.fields["checksums"].as_object().filter(|sums| !sums.is_empty());
    let algorithms = sums.map(|sums| sums.keys().map(|name| ChecksumAlgorithm::from(name.to_uppercase())).collect());
    (algorithms, sums.map(|_| ChecksumType::from_static("FULL_OBJECT")))
}

fn prefixes(prefixes: Vec<String>) -> Vec<CommonPrefix> {
    prefixes.into_iter().map(|prefix| CommonPrefix { prefix: Some(prefix) }).collect()
}
