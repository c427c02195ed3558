//! Validation of tags and storage classes.

use s3s::dto::Tag;
use s3s::{S3Result, s3_error};
use serde_json::{Value, json};

/// Scaleway's storage classes.
const CLASSES: [&str; 3] = ["STANDARD", "ONEZONE_IA", "GLACIER"];

/// The maximum number of tags of an object or a bucket.
const MOST_TAGS: usize = 50;

pub(super) fn check_tags(tags: &[Tag]) -> S3Result {
    let mut keys: Vec<_> = tags.iter().map(|tag| tag.key.as_deref().unwrap_or_default()).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.len() < tags.len() || keys.iter().any(|key| key.is_empty()) || tags.len() > MOST_TAGS {
        return Err(s3_error!(InvalidTag, "The tag provided was not a valid tag."));
    }
    Ok(())
}

pub(super) fn check_class(class: &str) -> S3Result {
    if CLASSES.contains(&class) {
        return Ok(());
    }
    Err(s3_error!(InvalidStorageClass, "The storage class you specified is not valid"))
}

/// Parses `a=1&b=2`, percent-encoded, as a list of tags.
pub(super) fn tags_of_header(header: Option<&str>) -> S3Result<Value> {
    let uri: axum::http::Uri = format!("/?{}", header.unwrap_or_default()).parse().unwrap_or_default();
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri);
    let pairs = pairs.map_err(|_| s3_error!(InvalidTag, "The tag provided was not a valid tag."))?.0;
    Ok(pairs.into_iter().map(|(key, value)| json!({ "key": key, "value": value })).collect())
}
