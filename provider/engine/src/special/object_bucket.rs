//! Buckets: with `forceDestroy` a bucket is emptied before it is deleted.
//!
//! A descriptor is not sufficient because a bucket is emptied in a loop: pages of versions, delete markers and unfinished
//! uploads, until none is left, and legal holds have to be removed one by one. Assumes that key and version identify a
//! listed element, and that DeleteObjects returns each failure.

use client::BoxFuture;
use serde_json::{Value as Json, json};
use value::Object;

use super::{Handler, call};
use crate::client_error::api_error;
use crate::context::{Context, Patience};
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;

/// See the module.
pub(super) struct Bucket;

impl Handler for Bucket {
    fn begin<'a>(
        &'a self,
        cx: &'a Context<'a>,
        scope: &'a Scope<'a>,
        _inputs: &'a Object,
    ) -> Option<BoxFuture<'a, Result<Json, Error>>> {
        let step = cx.resource.create.first()?;
        Some(Box::pin(async move {
            match cx.perform(step, scope, step.fields(), false).await {
                Ok(answer) => Ok(answer.unwrap_or_default()),
                // A response was ambiguous, and the next attempt found the bucket of the first one.
                Err(error) if error.maybe_done() && code(&error) == Some("BucketAlreadyOwnedByYou") => Ok(Json::Null),
                Err(error) => Err(error),
            }
        }))
    }

    fn before_delete<'a>(
        &'a self,
        cx: &'a Context<'_>,
        scope: &'a Scope<'_>,
        olds: &'a Object,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            match olds.flag("forceDestroy") {
                Some(true) => empty(cx, scope).await,
                _ => Ok(()),
            }
        })
    }
}

/// Deletes everything in the bucket.
async fn empty(cx: &Context<'_>, scope: &Scope<'_>) -> Result<(), Error> {
    let bucket = scope.source(&catalog::Source::Property("name".to_owned()));
    let bucket = bucket.as_ref().and_then(Json::as_str).unwrap_or_default();
    let mut deleted = 0;
    loop {
        let page = call(cx, scope, "ListObjectVersions", None, &[("bucket", bucket)]).await?;
        let kinds = [&page["versions"], &page["delete_markers"]];
        let objects: Vec<Json> = kinds.into_iter().filter_map(Json::as_array).flatten().cloned().collect();
        if objects.is_empty() {
            break;
        }
        delete(cx, scope, bucket, &objects).await?;
        deleted += objects.len();
        go_on(cx, deleted).await?;
    }
    loop {
        let page = call(cx, scope, "ListMultipartUploads", None, &[("bucket", bucket)]).await?;
        let uploads = page["uploads"].as_array().cloned().unwrap_or_default();
        if uploads.is_empty() {
            return Ok(());
        }
        for upload in &uploads {
            let parameters =
                [("bucket", bucket), ("key", text(upload, "key")), ("uploadId", text(upload, "upload_id"))];
            call(cx, scope, "DeleteObject", None, &parameters).await.map(drop).or_else(unless_gone)?;
        }
        deleted += uploads.len();
        go_on(cx, deleted).await?;
    }
}

/// Deletes these versions and delete markers; legal holds are removed first.
async fn delete(cx: &Context<'_>, scope: &Scope<'_>, bucket: &str, objects: &[Json]) -> Result<(), Error> {
    let body = json!({ "objects": objects, "quiet": true });
    let answer = call(cx, scope, "DeleteObjects", Some(body), &[("bucket", bucket)]).await?;
    for failed in answer["errors"].as_array().into_iter().flatten() {
        let (key, version) = (text(failed, "key"), text(failed, "version_id"));
        if text(failed, "code") != "AccessDenied" {
            let fact = format!("the object \"{key}\" cannot be deleted: {}", text(failed, "message"));
            return Err(
                Error::new(ErrorKind::Precondition, fact).hint("run the command again to delete the remaining objects")
            );
        }
        let parameters = [("bucket", bucket), ("key", key), ("versionId", version)];
        // Without object lock this call is rejected: the deletion itself shows whether a hold prevents it.
        let release = Some(json!({ "status": "OFF" }));
        match call(cx, scope, "PutObjectLegalHold", release, &parameters).await {
            Err(error) if [ErrorKind::Unreachable, ErrorKind::Cancelled].contains(&error.kind()) => return Err(error),
            _ => {}
        }
        let locked = |error: Error| {
            let fact = format!(
                "the object \"{key}\" cannot be deleted: it is locked, or this API key has no permission to delete it"
            );
            let hint = "wait until its retention ends, or remove the retention, and run the command again";
            if error.kind() == ErrorKind::Denied {
                Error::new(ErrorKind::Denied, fact).hint(hint).because(error)
            } else {
                error
            }
        };
        let delete = super::request(cx, scope, "DeleteObject", None, &parameters)?;
        // The earlier calls show that the permissions are sufficient: a 403 now is the lock, and is not retried.
        let patience = Patience { optional: true, ..Patience::default() };
        cx.send(delete, patience).await.map(drop).or_else(unless_gone).map_err(locked)?;
    }
    Ok(())
}

/// Reports the progress, and fails when the timeout is reached.
async fn go_on(cx: &Context<'_>, deleted: usize) -> Result<(), Error> {
    let what = format!("emptying the bucket ({deleted} objects deleted)");
    cx.progress.status(&what);
    cx.pause(std::time::Duration::ZERO, &what).await
}

fn code(error: &Error) -> Option<&str> {
    api_error(error)?.error_type()
}

fn text<'j>(json: &'j Json, field: &str) -> &'j str {
    json[field].as_str().unwrap_or_default()
}

fn unless_gone(error: Error) -> Result<(), Error> {
    if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) }
}
