//! Checksums of uploads, and entity tags.

use axum::http::HeaderMap;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use s3s::crypto::{Checksum, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};
use s3s::{S3Result, s3_error};
use serde_json::{Map, Value};

use crate::request::Received;

/// A name, and the function that computes the checksum in base64.
type Named = (&'static str, fn(&[u8]) -> String);

/// The checksums after `x-amz-checksum-` in header names.
static CHECKSUMS: [Named; 5] = [
    ("crc32", |content| encode(Crc32::checksum(content))),
    ("crc32c", |content| encode(Crc32c::checksum(content))),
    ("crc64nvme", |content| encode(Crc64Nvme::checksum(content))),
    ("sha1", |content| encode(Sha1::checksum(content))),
    ("sha256", |content| encode(Sha256::checksum(content))),
];

/// The MD5 of the content in hexadecimal digits.
pub(super) fn etag(content: &[u8]) -> String {
    hex::encode(Md5::checksum(content).as_ref())
}

/// The entity tag of a multipart upload: the MD5 of the MD5s of its parts, and their number.
pub(super) fn etag_of_parts<'a>(parts: impl ExactSizeIterator<Item = &'a [u8]>) -> String {
    let count = parts.len();
    let sums: Vec<u8> = parts.flat_map(|part| Md5::checksum(part).as_ref().to_vec()).collect();
    format!("{}-{count}", hex::encode(Md5::checksum(&sums).as_ref()))
}

/// The MD5, in base64, of a customer key.
pub(super) fn of_customer_key(key: &str) -> Option<String> {
    Some(encode(Md5::checksum(&BASE64_STANDARD.decode(key).ok()?)))
}

/// The checksums of a request by name; each is verified.
pub(super) fn given(headers: &HeaderMap, trailers: &HeaderMap, content: &[u8]) -> S3Result<Map<String, Value>> {
    let mut sums = Map::new();
    for (name, sum) in CHECKSUMS {
        let header = format!("x-amz-checksum-{name}");
        let Some(given) = trailers.get(&header).or_else(|| headers.get(&header)) else {
            continue;
        };
        let right = sum(content);
        if given.as_bytes() != right.as_bytes() {
            return Err(s3_error!(BadDigest, "The {name} you specified did not match the calculated checksum."));
        }
        sums.insert(name.to_owned(), Value::from(right));
    }
    Ok(sums)
}

/// Verifies `Content-MD5` and the checksums in headers, unless the body is in chunks with signatures.
pub(super) fn check_body(received: &Received) -> S3Result {
    if received.header("x-amz-content-sha256").is_some_and(|hash| hash.starts_with("STREAMING-")) {
        return Ok(());
    }
    let md5 = encode(Md5::checksum(&received.body));
    if received.header("content-md5").is_some_and(|given| given != md5) {
        return Err(s3_error!(BadDigest, "The Content-MD5 you specified did not match what we received."));
    }
    // The request that completes an upload has the checksum of the object, not of the body.
    let completes = received.method == "POST" && received.query.iter().any(|(name, _)| name == "uploadId");
    if completes { Ok(()) } else { given(&received.headers, &HeaderMap::new(), &received.body).map(drop) }
}

fn encode(sum: impl AsRef<[u8]>) -> String {
    BASE64_STANDARD.encode(sum)
}
