//! Functions: the code is uploaded to a URL that the API returns for one file of one size, and runs after a deployment.
//!
//! A descriptor is not sufficient because the URL comes from a response and the body is binary; because an update of other
//! fields also deploys, so that new code must be uploaded before it and must not be deployed again after it; and because no
//! response contains the code, so that only uploads of this plugin can be compared. Assumes that `GetFunctionUploadURL`
//! returns `url` and `headers`, and that a deployment puts the function into a transient status.

use bytes::Bytes;
use client::{Call, Upload};
use sha2::{Digest, Sha256};

use super::prelude::*;
use crate::content::{self, Contents};
use crate::context::Patience;
use crate::zip;
use rules::special::functions_function::{CODE, UPLOADED, asset, known_hash};

/// See the module.
pub(super) struct Function;

#[async_trait]
impl Handler for Function {
    /// Reads the code before any object is created, so that unreadable code fails first.
    async fn send_create(&self, cx: &Context<'_>, _: &Scope<'_>, inputs: &Object) -> Result<Option<Json>> {
        if has_code(inputs) {
            code(cx, inputs).await?;
        }
        Ok(None)
    }

    async fn before_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if has_new_code(transition) {
            upload(cx, scope, transition.news).await?;
        }
        scope.without_code = never_got_code(transition);
        Ok(false)
    }

    async fn after_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        let (new_code, creation) = (has_new_code(transition), transition.is_creation());
        if creation && new_code {
            upload(cx, scope, transition.news).await?;
        }
        let requested = new_code || (!creation && transition.changed.contains("deploy") && !scope.without_code);
        let desired = transition.news.flag("deploy") != Some(false);
        // An update since the upload has deployed the code too.
        let deploys = requested && desired && (creation || !scope.was_passing);
        if deploys {
            let answer = call(cx, scope, "DeployFunction", None, &[]).await?;
            fetch::merge(cx.resource, scope, None, answer);
            wait::settled(cx, scope, false).await.map_err(|error| explained(scope, error))?;
        }
        Ok(deploys)
    }
}

fn has_code(inputs: &Object) -> bool {
    inputs.given("code").is_some() || inputs.given("zipFile").is_some()
}

fn has_new_code(transition: Transition<'_>) -> bool {
    has_code(transition.news) && transition.changes(&CODE)
}

/// Whether the function has no code: neither this plugin nor another client has deployed any. As recorded, an update of such
/// a function ends in the status `error`.
fn never_got_code(transition: Transition<'_>) -> bool {
    let olds = transition.olds;
    // A failed deployment of another client has an error message.
    let has_message = olds.text("buildMessage").is_some_and(|message| !message.is_empty());
    let is_empty = match olds.text("status") {
        Some("error") => !has_message,
        status => status == Some("created"),
    };
    is_empty && !has_code(transition.news) && olds.text("codeHash").is_none()
}

/// The code as a zip archive.
async fn code(cx: &Context<'_>, inputs: &Object) -> Result<Bytes> {
    let (place, bytes) = match (asset(inputs), inputs.text("zipFile")) {
        (Some(asset), _) if !asset.archive => ("code", content::asset(cx.files, "code", asset).await?),
        (Some(archive), _) => match content::archive(cx.files, "code", archive).await? {
            Contents::Packed(bytes) => ("code", bytes),
            Contents::Loose(files) => {
                let wrong = |error| Error::new(ErrorKind::Invalid, format!("`code` cannot be packed: {error}"));
                ("code", zip::packed(&files).map_err(wrong)?)
            }
        },
        (None, Some(path)) => ("zipFile", content::file(cx.files, "zipFile", path).await?),
        (None, None) => return Err(Error::new(ErrorKind::Invalid, "the function has no code to upload")),
    };
    if zip::is_packed(&bytes) {
        return Ok(bytes);
    }
    let hint = "use a zip file, a directory or an asset archive; the plugin packs directories and asset archives into a zip file";
    Err(Error::new(ErrorKind::Invalid, format!("`{place}` is not a zip archive")).hint(hint))
}

/// Uploads the code of the inputs, and stores its hash.
async fn upload(cx: &Context<'_>, scope: &mut Scope<'_>, inputs: &Object) -> Result<()> {
    let bytes = code(cx, inputs).await?;
    let hash = known_hash(inputs).map_or_else(|| hex::encode(Sha256::digest(&bytes)), str::to_owned);
    let size = bytes.len().to_string();
    let answer = call(cx, scope, "GetFunctionUploadURL", None, &[("content_length", &size)]).await?;
    let headers = answer["headers"].as_object().into_iter().flatten().flat_map(|(name, values)| {
        values.as_array().into_iter().flatten().filter_map(|value| Some((name.as_str(), value.as_str()?)))
    });
    let wrong = |what| Error::new(ErrorKind::Internal, format!("the code cannot be uploaded: {what}"));
    let upload = Upload::new(answer["url"].as_str().unwrap_or_default(), headers, bytes).map_err(wrong)?;
    cx.progress.status("uploading the code");
    cx.send(Call::upload(upload), Patience::default()).await?;
    scope.answers.insert(UPLOADED.to_owned(), Json::from(hash));
    Ok(())
}

/// Adds the build log, if the build failed.
fn explained(scope: &Scope<'_>, error: Error) -> Error {
    let log = wire::text(&scope.answers, "build_message").map(str::trim).unwrap_or_default();
    if log.is_empty() || error.kind() != ErrorKind::Precondition {
        return error;
    }
    error.hint(format!("the build log: {log}; fix the code and run the command again"))
}
