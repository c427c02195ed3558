//! Buckets: with `forceDestroy` a bucket is emptied before it is deleted.
//!
//! A descriptor is not sufficient because a bucket is emptied in a loop: pages of versions, delete markers and unfinished
//! uploads, until none is left, and legal holds have to be removed one by one. Assumes that key and version identify a
//! listed element, and that DeleteObjects returns each failure.

use std::time::Duration;

use super::calls::own;
use super::prelude::*;
use crate::context::Patience;
use crate::request;
use rules::wire::text_or_empty;

/// See the module.
pub(super) struct Bucket;

#[async_trait]
impl Handler for Bucket {
    async fn before_delete(&self, cx: &Context<'_>, scope: &Scope<'_>, olds: &Object) -> Result<()> {
        if olds.flag("forceDestroy") == Some(true) { empty(cx, scope).await } else { Ok(()) }
    }
}

/// Deletes everything in the bucket.
async fn empty(cx: &Context<'_>, scope: &Scope<'_>) -> Result<()> {
    let mut deleted = 0;
    for listing in ["ListObjectVersions", "ListMultipartUploads"] {
        loop {
            let page = call(cx, scope, listing, None, &[]).await?;
            let kinds = ["versions", "delete_markers", "uploads"].map(|kind| page[kind].as_array());
            let found: Vec<Json> = kinds.into_iter().flatten().flatten().cloned().collect();
            if found.is_empty() {
                break;
            }
            deleted += found.len();
            if listing == "ListObjectVersions" {
                delete(cx, scope, &found).await?;
            } else {
                for upload in &found {
                    let parameters =
                        [("key", text_or_empty(upload, "key")), ("uploadId", text_or_empty(upload, "upload_id"))];
                    call(cx, scope, "DeleteObject", None, &parameters).await.map(drop).or_else(ignore_not_found)?;
                }
            }
            let what = format!("emptying the bucket ({deleted} objects deleted)");
            cx.progress.status(&what);
            // Fails when the timeout is reached.
            cx.pause(Duration::ZERO, &what).await?;
        }
    }
    Ok(())
}

/// Deletes these versions and delete markers; legal holds are removed first.
async fn delete(cx: &Context<'_>, scope: &Scope<'_>, objects: &[Json]) -> Result<()> {
    let body = json!({ "objects": objects, "quiet": true });
    let answer = call(cx, scope, "DeleteObjects", Some(body), &[]).await?;
    for failed in answer["errors"].as_array().into_iter().flatten() {
        let (key, version) = (text_or_empty(failed, "key"), text_or_empty(failed, "version_id"));
        if text_or_empty(failed, "code") != "AccessDenied" {
            let fact = format!("the object \"{key}\" cannot be deleted: {}", text_or_empty(failed, "message"));
            let hint = "run the command again to delete the remaining objects";
            return Err(Error::new(ErrorKind::Precondition, fact).hint(hint));
        }
        let parameters = [("key", key), ("versionId", version)];
        // Without object lock this call is rejected: the deletion itself shows whether a hold prevents it.
        let release = Some(json!({ "status": "OFF" }));
        match call(cx, scope, "PutObjectLegalHold", release, &parameters).await {
            Err(error) if [ErrorKind::Unreachable, ErrorKind::Cancelled].contains(&error.kind()) => return Err(error),
            _ => {}
        }
        let delete = request::call(&own(cx, "DeleteObject", None, &parameters)?, scope, &[])?;
        // The earlier calls show that the permissions are sufficient: a 403 now is the lock, and is not retried.
        let patience = Patience { optional: true, ..Patience::default() };
        cx.send(delete, patience).await.map(drop).or_else(ignore_not_found).map_err(|error| locked(key, error))?;
    }
    Ok(())
}

fn locked(key: &str, error: Error) -> Error {
    if error.kind() != ErrorKind::Denied {
        return error;
    }
    let fact =
        format!("the object \"{key}\" cannot be deleted: it is locked, or this API key has no permission to delete it");
    let hint = "wait until its retention ends, or remove the retention, and run the command again";
    Error::new(ErrorKind::Denied, fact).hint(hint).because(error)
}
