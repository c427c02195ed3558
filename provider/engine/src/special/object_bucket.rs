//! Buckets: with `forceDestroy` a bucket is emptied before it is deleted.
//!
//! A descriptor is not sufficient because a bucket is emptied in a loop: pages of versions, delete markers and unfinished
//! uploads, until none is left, and legal holds have to be removed one by one. Assumes that key and version identify a
//! listed element, and that DeleteObjects returns each failure.

use std::time::Duration;

use super::{
    Context, Error, ErrorKind, Handler, Json, Object, Patience, Result, Scope, Source, async_trait, call, json,
    request, unless_gone,
};
use crate::client_error::api_error;

/// See the module.
pub(super) struct Bucket;

#[async_trait]
impl Handler for Bucket {
    async fn begin(&self, cx: &Context<'_>, scope: &Scope<'_>, _inputs: &Object) -> Result<Option<Json>> {
        let Some(step) = cx.resource.create.first() else { return Ok(None) };
        let is_own =
            |error: &Error| api_error(error).and_then(client::ApiError::error_type) == Some("BucketAlreadyOwnedByYou");
        match cx.perform(step, scope, step.fields(), false).await {
            // A response was ambiguous, and the next attempt found the bucket of the first one.
            Err(error) if error.is_ambiguous() && is_own(&error) => Ok(Some(Json::Null)),
            made => made.map(|answer| answer.or(Some(Json::Null))),
        }
    }

    async fn before_delete(&self, cx: &Context<'_>, scope: &Scope<'_>, olds: &Object) -> Result<()> {
        if olds.flag("forceDestroy") == Some(true) { empty(cx, scope).await } else { Ok(()) }
    }
}

/// Deletes everything in the bucket.
async fn empty(cx: &Context<'_>, scope: &Scope<'_>) -> Result<()> {
    let bucket = scope.source(&Source::Property("name".to_owned()));
    let bucket = bucket.as_ref().and_then(Json::as_str).unwrap_or_default();
    let mut deleted = 0;
    for listing in ["ListObjectVersions", "ListMultipartUploads"] {
        loop {
            let page = call(cx, scope, listing, None, &[("bucket", bucket)]).await?;
            let kinds = ["versions", "delete_markers", "uploads"].map(|kind| page[kind].as_array());
            let found: Vec<Json> = kinds.into_iter().flatten().flatten().cloned().collect();
            if found.is_empty() {
                break;
            }
            deleted += found.len();
            if listing == "ListObjectVersions" {
                delete(cx, scope, bucket, &found).await?;
            } else {
                for upload in &found {
                    let parameters =
                        [("bucket", bucket), ("key", text(upload, "key")), ("uploadId", text(upload, "upload_id"))];
                    call(cx, scope, "DeleteObject", None, &parameters).await.map(drop).or_else(unless_gone)?;
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
async fn delete(cx: &Context<'_>, scope: &Scope<'_>, bucket: &str, objects: &[Json]) -> Result<()> {
    let body = json!({ "objects": objects, "quiet": true });
    let answer = call(cx, scope, "DeleteObjects", Some(body), &[("bucket", bucket)]).await?;
    for failed in answer["errors"].as_array().into_iter().flatten() {
        let (key, version) = (text(failed, "key"), text(failed, "version_id"));
        if text(failed, "code") != "AccessDenied" {
            let fact = format!("the object \"{key}\" cannot be deleted: {}", text(failed, "message"));
            let hint = "run the command again to delete the remaining objects";
            return Err(Error::new(ErrorKind::Precondition, fact).hint(hint));
        }
        let parameters = [("bucket", bucket), ("key", key), ("versionId", version)];
        // Without object lock this call is rejected: the deletion itself shows whether a hold prevents it.
        let release = Some(json!({ "status": "OFF" }));
        match call(cx, scope, "PutObjectLegalHold", release, &parameters).await {
            Err(error) if [ErrorKind::Unreachable, ErrorKind::Cancelled].contains(&error.kind()) => return Err(error),
            _ => {}
        }
        let delete = request(cx, scope, "DeleteObject", None, &parameters)?;
        // The earlier calls show that the permissions are sufficient: a 403 now is the lock, and is not retried.
        let patience = Patience { optional: true, ..Patience::default() };
        cx.send(delete, patience).await.map(drop).or_else(unless_gone).map_err(|error| locked(key, error))?;
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

fn text<'j>(json: &'j Json, field: &str) -> &'j str {
    json[field].as_str().unwrap_or_default()
}
