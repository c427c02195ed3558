//! Functions: the code is uploaded to a URL that the API returns for one file of one size, and runs after a deployment.
//!
//! A descriptor is not sufficient because the URL comes from a response and the body is binary; because an update of other
//! fields also deploys, so that new code must be uploaded before it and must not be deployed again after it; and because no
//! response contains the code, so that only uploads of this plugin can be compared. Assumes that `GetFunctionUploadURL`
//! returns `url` and `headers`, and that a deployment puts the function into a transient status.

use std::fmt::Write;

use bytes::Bytes;
use client::{BoxFuture, Call, Upload};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use value::Object;

use super::{Handler, Transition, call};
use crate::content::{self, Contents};
use crate::context::{Context, Patience};
use crate::{fetch, wait, zip};
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;
use rules::special::functions_function::{CODE, UPLOADED, asset, known_hash};
use rules::wire;

/// See the module.
pub(super) struct Function;

impl Handler for Function {
    /// Reads the code before any object is created, so that unreadable code fails first.
    fn begin<'a>(
        &'a self,
        cx: &'a Context<'a>,
        scope: &'a Scope<'a>,
        inputs: &'a Object,
    ) -> Option<BoxFuture<'a, Result<Json, Error>>> {
        let step = cx.resource.create.first()?;
        has_code(inputs).then(|| -> BoxFuture<'a, Result<Json, Error>> {
            Box::pin(async move {
                code(cx, inputs).await?;
                Ok(cx.perform(step, scope, step.fields(), false).await?.unwrap_or_default())
            })
        })
    }

    fn before_change<'a>(
        &'a self,
        cx: &'a Context<'_>,
        scope: &'a mut Scope<'_>,
        transition: Transition<'a>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            if has_new_code(transition) {
                upload(cx, scope, transition.news).await?;
            }
            scope.without_code = never_got_code(transition);
            Ok(false)
        })
    }

    fn after_change<'a>(
        &'a self,
        cx: &'a Context<'_>,
        scope: &'a mut Scope<'_>,
        transition: Transition<'a>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            let new_code = has_new_code(transition);
            let creation = transition.is_creation();
            if creation && new_code {
                upload(cx, scope, transition.news).await?;
            }
            let asked = new_code || (!creation && transition.changed.contains("deploy") && !scope.without_code);
            let wanted = transition.news.flag("deploy") != Some(false);
            // An update since the upload has deployed the code too.
            let deploys = asked && wanted && (creation || !scope.was_passing);
            if deploys {
                let answer = call(cx, scope, "DeployFunction", None, &[]).await?;
                fetch::merge(cx.resource, scope, None, answer);
                wait::settled(cx, scope, false).await.map_err(|error| explained(scope, error))?;
            }
            Ok(deploys)
        })
    }
}

fn has_code(inputs: &Object) -> bool {
    inputs.given("code").is_some() || inputs.given("zipFile").is_some()
}

fn has_new_code(transition: Transition<'_>) -> bool {
    has_code(transition.news) && CODE.iter().any(|name| transition.changed.contains(*name))
}

/// Whether the function has no code: neither this plugin nor another client has deployed any. As recorded, an update of such
/// a function ends in the status `error`.
fn never_got_code(transition: Transition<'_>) -> bool {
    let status = transition.olds.text("status");
    // A failed deployment of another client has an error message.
    let failed_without = status == Some("error") && transition.olds.text("buildMessage").is_none_or(str::is_empty);
    !has_code(transition.news)
        && transition.olds.text("codeHash").is_none()
        && (status == Some("created") || failed_without)
}

/// The code as a zip archive.
async fn code(cx: &Context<'_>, inputs: &Object) -> Result<Bytes, Error> {
    let (place, bytes) = match (asset(inputs), inputs.text("zipFile")) {
        (Some(asset), _) if !asset.archive => ("code", content::asset(cx.files, "code", asset).await?),
        (Some(archive), _) => match content::archive(cx.files, "code", archive).await? {
            Contents::Packed(bytes) => ("code", bytes),
            Contents::Loose(files) => {
                let wrong = |what| Error::new(ErrorKind::Invalid, format!("`code` {what}"));
                ("code", zip::packed(&files).map_err(wrong)?)
            }
        },
        (None, Some(path)) => ("zipFile", content::file(cx.files, "zipFile", path).await?),
        (None, None) => return Err(Error::new(ErrorKind::Invalid, "the function has no code to upload")),
    };
    if zip::is_packed(&bytes) {
        return Ok(bytes);
    }
    Err(Error::new(ErrorKind::Invalid, format!("`{place}` is not a zip archive"))
        .hint("use a zip file, a directory or an asset archive; the plugin packs directories and asset archives into a zip file"))
}

/// Uploads the code of the inputs, and stores its hash.
async fn upload(cx: &Context<'_>, scope: &mut Scope<'_>, inputs: &Object) -> Result<(), Error> {
    let bytes = code(cx, inputs).await?;
    let hash = known_hash(inputs).map_or_else(|| digest(&bytes), str::to_owned);
    let size = bytes.len().to_string();
    let answer = call(cx, scope, "GetFunctionUploadURL", None, &[("content_length", &size)]).await?;
    let none = Map::new();
    let headers = answer.get("headers").and_then(Json::as_object).unwrap_or(&none);
    let headers = headers.iter().flat_map(|(name, values)| {
        values.as_array().into_iter().flatten().filter_map(|value| Some((name.as_str(), value.as_str()?)))
    });
    let url = answer.get("url").and_then(Json::as_str).unwrap_or_default();
    let upload = Upload::new(url, headers, bytes)
        .map_err(|what| Error::new(ErrorKind::Internal, format!("the code cannot be uploaded: {what}")))?;
    cx.progress.status("uploading the code");
    cx.send(Call::upload(upload), Patience::default()).await?;
    scope.answers.insert(UPLOADED.to_owned(), Json::from(hash));
    Ok(())
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Adds the build log, if the build failed.
fn explained(scope: &Scope<'_>, error: Error) -> Error {
    let said = wire::get(&scope.answers, "build_message").and_then(Json::as_str).map(str::trim);
    match said.filter(|said| !said.is_empty() && error.kind() == ErrorKind::Precondition) {
        Some(said) => error.hint(format!("the build log: {said}; fix the code and run the command again")),
        None => error,
    }
}
